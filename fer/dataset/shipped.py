"""The statistics that come with the project: models/dataset_statistics.json and the mean faces beside it."""

import io
import zipfile
from pathlib import Path

import numpy as np

from fer.constants import EMOTIONS, FACE_SIZE_PX
from fer.dataset.statistics import FORMAT, ClassFaces, Statistics
from fer.errors import MissingModelError, ModelError
from fer.io.files import refuse_existing, write_whole
from fer.io.json_records import read_record
from fer.io.places import MODELS_DIR

STATISTICS = "dataset_statistics.json"
FACES = "dataset_faces.npz"
_REPAIR = (
    "write it again with `python -m fer dataset --data fer2013.csv --json models/dataset_statistics.json`"
)


def read_statistics(path: Path = MODELS_DIR / STATISTICS) -> Statistics:
    """Read and check the figures that ``fer dataset --json`` wrote.

    Raises:
        MissingModelError: There are none.
        ModelError: They are damaged or of another version.
    """
    return read_record(Statistics, path, wanted_format=FORMAT, repair=_REPAIR)


def write_faces(faces: ClassFaces, path: Path, *, force: bool = False) -> None:
    """Write mean faces and spreads as whole gray levels: 15 kB.

    Raises:
        OutputExistsError: The file is there and ``force`` is not set.
        OutputError: It cannot be written.
    """
    refuse_existing(path, force=force)
    file = io.BytesIO()
    pictures = {name: np.rint(getattr(faces, name)).astype(np.uint8) for name in ("mean", "spread")}
    np.savez_compressed(file, n=faces.n, **pictures)
    write_whole(file.getvalue(), path)


def read_faces(path: Path = MODELS_DIR / FACES) -> ClassFaces:
    """Read what `write_faces` wrote.

    Raises:
        MissingModelError: There is no such file.
        ModelError: It is damaged.
    """
    try:
        with np.load(path) as file:
            faces = ClassFaces(file["mean"].astype(np.float32), file["spread"].astype(np.float32), file["n"])
    except FileNotFoundError as exc:
        raise MissingModelError(f"There are no mean faces at {path}: {_REPAIR}.") from exc
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as exc:
        raise ModelError(f"{path} is damaged: {_REPAIR}.") from exc
    if (
        faces.mean.shape != (len(EMOTIONS), FACE_SIZE_PX, FACE_SIZE_PX)
        or faces.spread.shape != faces.mean.shape
    ):
        raise ModelError(f"{path} does not hold {len(EMOTIONS)} faces: {_REPAIR}.")
    return faces
