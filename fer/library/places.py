"""Where kept sessions lie, and whether there are any: what the environment says."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from fer.errors import SettingsError

DATABASE, FOLDER, SWITCH = "FER_DATABASE_URL", "FER_DATA_DIR", "FER_LIBRARY"
"""Names of the environment's settings."""

OWN_FOLDER = "facial-expressions"
ON, OFF = ("", "on", "1", "yes", "true"), ("off", "0", "no", "false")


def is_on(settings: Mapping[str, str] = os.environ) -> bool:
    """Whether sessions may be kept; an operator whose app is public switches it off.

    Raises:
        SettingsError: The switch says neither on nor off.
    """
    said = settings.get(SWITCH, "").strip().casefold()
    if said not in (*ON, *OFF):
        raise SettingsError(f"{SWITCH}={said[:20]!r} is neither on nor off: write one of them.")
    return said in ON


def database_url(settings: Mapping[str, str] = os.environ) -> str:
    """Where the list is kept: an address of SQLAlchemy; empty for SQLite in `data_folder`."""
    return settings.get(DATABASE, "").strip()


def data_folder(settings: Mapping[str, str] = os.environ) -> Path:
    """Where the files are kept: what `FOLDER` says, else the place of the system for a user's own data."""
    said = settings.get(FOLDER, "").strip()
    if said:
        return Path(said).expanduser()
    home = Path.home()
    if sys.platform == "win32":
        return Path(settings.get("LOCALAPPDATA") or home / "AppData" / "Local") / OWN_FOLDER
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / OWN_FOLDER
    return Path(settings.get("XDG_DATA_HOME") or home / ".local" / "share") / OWN_FOLDER
