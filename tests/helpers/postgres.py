"""A PostgreSQL of the tests' own, from the system's package: in a temporary folder, on no network."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAMS = Path("/usr/lib/postgresql")
UNPRIVILEGED = ("postgres", "nobody")
"""PostgreSQL refuses to be run by root."""

NEEDED = "needs PostgreSQL's server (apt-get install postgresql)"
STOP_S = 20.0


def programs() -> Path | None:
    """Folder of the newest server's programs; None where there is none."""
    found = [folder for folder in PROGRAMS.glob("*/bin") if (folder / "initdb").exists()]
    return max(found, key=lambda folder: float(folder.parent.name), default=None)


@contextmanager
def running_postgres() -> Iterator[tuple[str, Path]]:
    """Start a server.

    Yields:
        The address of its database as SQLAlchemy writes it, and its data folder.
    """
    folder = Path(tempfile.mkdtemp(prefix="fer-pg-", dir="/tmp"))
    data, who, bin_ = folder / "data", _user(), programs()
    assert bin_ is not None, NEEDED
    name = who or pwd.getpwuid(os.getuid()).pw_name
    if who:
        shutil.chown(folder, who)
    quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "cwd": folder, "user": who}
    initdb = [bin_ / "initdb", "-D", data, "-U", name, "-A", "trust", "--no-sync", "-E", "UTF8"]
    subprocess.run([*initdb, "--locale=C"], check=True, **quiet)
    options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
    control = [bin_ / "pg_ctl", "-D", data, "-w"]
    subprocess.run(
        [*control, "-l", folder / "log", "-o", options, "start"], check=True, **quiet | {"stdout": None}
    )
    try:
        yield f"postgresql://{name}@/postgres?host={folder}", data
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], timeout=STOP_S, **quiet)
        shutil.rmtree(folder, ignore_errors=True)


def _user() -> str | None:
    """Who runs it, where that may not be this process's own user."""
    if os.getuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in UNPRIVILEGED if name in names)
