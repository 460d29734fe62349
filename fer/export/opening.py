"""A timeline is opened in whichever form it was written: CSV, JSON report or Parquet."""

from pathlib import Path

from fer.export.parquet import from_parquet
from fer.given import BYTES
from fer.settings import Settings
from fer.timeline.read import read_timeline_csv
from fer.timeline.read_report import read_report_timeline
from fer.timeline.timeline import Timeline

_LOOKED_AT = 64
_MARK_AND_SPACE = b"\xef\xbb\xbf \t\r\n"


def read_timeline(path: bytes | str | Path, settings: Settings | None = None) -> Timeline:
    """Open a timeline that this program has written; its bytes say in which form.

    A JSON report and Parquet hold everything but the steps by which people got their names. A CSV holds no
    settings: see `fer.timeline.read.read_timeline_csv`.

    Args:
        path: A path, or the file's bytes.
        settings: What the frames of a CSV were analysed with, if known; the other forms hold theirs.

    Raises:
        InputError: The file cannot be read, or is not such a timeline.
    """
    path = bytes(path) if isinstance(path, BYTES) else path
    begins = _beginning(path)
    if begins.startswith(b"PAR1"):
        return from_parquet(path)
    if begins.lstrip(_MARK_AND_SPACE).startswith(b"{"):
        return read_report_timeline(path)
    return read_timeline_csv(path, settings)


def _beginning(path: bytes | str | Path) -> bytes:
    """The first bytes; empty where there are none to be had, which the reader of CSVs says best."""
    if isinstance(path, bytes):
        return path[:_LOOKED_AT]
    if not isinstance(path, str | Path):
        return b""
    try:
        with open(path, "rb") as file:
            return file.read(_LOOKED_AT)
    except (OSError, ValueError):
        return b""
