"""The sample as it is shipped: drawing it takes as long as reading it."""

from pathlib import Path

from fer.errors import MissingModelError
from fer.io.places import MODELS_DIR

FILE = MODELS_DIR / "sample.mp4"
_REPAIR = "draw it again with `python -m fer sample models/sample.mp4 --draw`"


def shipped_video(path: Path = FILE) -> bytes:
    """`sample_video` with its usual values, as ``fer sample --draw`` wrote it: an MP4 (H.264).

    Raises:
        MissingModelError: The file is not there, or cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as exc:
        raise MissingModelError(f"There is no sample at {path}: {_REPAIR}.") from exc
