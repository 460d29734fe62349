"""Weight files that users bring for the optional detectors: find them, check them, read them.

Nothing is downloaded. A file is read once, and the bytes that were hashed are the bytes that are
loaded, so that nothing can change in between.
"""

import hashlib
from pathlib import Path

from fer.errors import MissingModelError, ModelError, ModelHashError
from fer.io.places import MODELS_DIR

WEIGHTS_FOLDER = MODELS_DIR / "detectors"
"""Where files are looked for when no path is given."""

CAFFE_SHA256 = "2a56a11a57a4a295956b0660b4a3d76bbdca2206c4961cea8efe7d95c7cb2f2d"
"""Of the res10 SSD's weights, under whatever name they are offered."""

KNOWN_SHA256 = {
    "face_detection_yunet_2023mar.onnx": "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
    "opencv_face_detector.pbtxt": "5397808362fc6fb7c4044484848e297b22449d913a267fa7f8bd9d86dce29144",
    "res10_300x300_ssd_iter_140000.caffemodel": CAFFE_SHA256,
    "weights.caffemodel": CAFFE_SHA256,
    "opencv_face_detector_uint8.pb": "5c71d752ef2cbf2f457ac82fdd580fcb2522fd04c5efdaed18eb6d9e2843fbed",
}
"""SHA-256 of the files that were tried here. A file of another name is not checked, and neither is
deploy.prototxt: that is a text of which there are several versions."""


def find_weights(
    path: str | Path | None, groups: tuple[tuple[str, ...], ...], origin: str
) -> tuple[Path, ...]:
    """Find the files of one detector.

    Args:
        path: A folder that holds the files, one of the files, or None for `WEIGHTS_FOLDER`.
        groups: File names that belong together, the preferred group first. A file given by
            its path may have any name, if the other files of its group lie beside it; it
            belongs to the group in which its ending occurs.
        origin: Where the files can be had, in words.

    Returns:
        The paths of one whole group, in the order of its names.

    Raises:
        MissingModelError: No group is complete; the sentence names the first missing file.
    """
    place = WEIGHTS_FOLDER if path is None else Path(path)
    if path is None or place.is_dir():
        candidates = [tuple(place / name for name in names) for names in groups]
    else:
        candidates = _beside(place, groups)
    for files in candidates:
        if all(file.is_file() for file in files):
            return files
    started = [files for files in candidates if any(file.is_file() for file in files)]
    missing = next(file for file in (started or candidates)[0] if not file.is_file())
    raise MissingModelError(
        f"The detector's file {missing.name} is not there:"
        f" put it into {missing.parent} (it comes from {origin})."
    )


def _beside(file: Path, groups: tuple[tuple[str, ...], ...]) -> list[tuple[Path, ...]]:
    """The groups in which ``file`` takes the place of the name with the same ending."""
    fitting = []
    for names in groups:
        if any(Path(name).suffix == file.suffix for name in names):
            fitting.append(tuple(file if Path(n).suffix == file.suffix else file.with_name(n) for n in names))
    if fitting:
        return fitting
    endings = sorted({Path(name).suffix for names in groups for name in names})
    raise ModelError(
        f"{file.name} is not a file of this detector: give one that ends with {' or '.join(endings)}."
    )


def read_weights(path: Path, *, cure: str = "get it again, or rename it if you trust it") -> bytes:
    """Read a weight file and check its SHA-256 where it is known.

    Args:
        path: A file.
        cure: What to do about a damaged one.

    Returns:
        Its bytes.

    Raises:
        MissingModelError: The file cannot be read.
        ModelHashError: The file has a known name but other contents.
    """
    try:
        data = path.read_bytes()
    except OSError as exc:
        raise MissingModelError(
            f"The detector's file {path} cannot be read: check that it exists and its rights."
        ) from exc
    wanted = KNOWN_SHA256.get(path.name)
    if wanted and hashlib.sha256(data).hexdigest() != wanted:
        raise ModelHashError(
            f"{path.name} is damaged or another version (its SHA-256 is not {wanted[:12]}...): {cure}."
        )
    return data
