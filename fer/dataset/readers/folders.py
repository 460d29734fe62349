"""Pictures in folders named after the emotions, on the disk or inside a zip file."""

from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath

import cv2
import numpy as np

from fer.constants import EMOTIONS, FACE_SIZE_PX
from fer.dataset.faces import FaceCollector, FaceDataset
from fer.errors import DatasetError, InputError
from fer.sources import read_image
from fer.sources.archives import is_hidden
from fer.sources.finding import files_below, kind_by_name
from fer.sources.opening import safe_name

SPLIT_WITHOUT_FOLDER = "all"
"""The split where the emotions' folders stand at the top."""

ToFace = Callable[[np.ndarray], np.ndarray]
"""(H, W, 3) RGB picture to (48, 48) uint8 gray face; DatasetError says why there is none."""


def read_folder(folder: Path) -> FaceDataset:
    """Read ``[split/]<emotion>/picture``; pictures are judged by content, resized and turned gray.

    Args:
        folder: A folder on the disk.

    Returns:
        (n, 48, 48) faces; other files in an emotion's folder and pictures elsewhere are rejected.

    Raises:
        DatasetError: No picture stands in a folder named after an emotion.
        MissingInputError: A folder may not be read.
        TooLargeInputError: There are too many files.
    """
    files = ((PurePosixPath(path.relative_to(folder)), path) for path in files_below(folder))
    return read_pictures(files, folder.name)


def read_pictures(files: Iterable[tuple[PurePosixPath, bytes | Path]], label: str) -> FaceDataset:
    """The labelled pictures among some files.

    Args:
        files: (name inside the data set, content or path) of each; taken one by one.
        label: What the data set is called in the error.

    Returns:
        (n, 48, 48) faces.

    Raises:
        DatasetError: No picture stands in a folder named after an emotion.
        TooLargeInputError: There are too many files.
    """
    faces = FaceCollector()
    for name, source in files:
        if is_labeled(name):
            _take(name, source, faces)
        elif kind_by_name(name.name) == "image" and not is_hidden(name):
            reason = f"the folder {safe_name(name.parent.name)!r} is not one of {', '.join(EMOTIONS)}"
            faces.reject(reason, name=safe_name(name.name))
    if faces.n_seen == faces.n_rejected:
        raise DatasetError(f"{label!r} holds no images in folders named after the emotions.")
    return faces.finish(label)


def is_labeled(name: PurePosixPath) -> bool:
    """Whether a file stands in a folder named after an emotion and is not hidden."""
    return name.parent.name.lower() in EMOTIONS and not is_hidden(name)


def _take(name: PurePosixPath, source: bytes | Path, faces: FaceCollector) -> None:
    """Add one picture to the faces, under the label that its folder names."""
    split = name.parent.parent.name or SPLIT_WITHOUT_FOLDER
    add_picture(faces, source, EMOTIONS.index(name.parent.name.lower()), split, name=safe_name(name.name))


def whole_picture(image: np.ndarray) -> np.ndarray:
    """A picture (H, W, 3) that is a cropped face already, as (48, 48) uint8 gray."""
    gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    return cv2.resize(gray, (FACE_SIZE_PX, FACE_SIZE_PX), interpolation=cv2.INTER_AREA)


def add_picture(
    faces: FaceCollector,
    source: bytes | Path,
    label: int,
    split: str,
    *,
    name: str,
    to_face: ToFace = whole_picture,
) -> None:
    """Add a picture of a face, or reject it with its reason.

    Args:
        faces: Gets it.
        source: The picture.
        label: Index into `EMOTIONS`.
        split: Name of its split.
        name: Label of its file.
        to_face: Makes the face of it.
    """
    try:
        face = to_face(read_image(source).frame.image)
    except InputError:
        faces.reject("not a readable image", name=name)
    except DatasetError as exc:
        faces.reject(exc.message.rstrip("."), name=name)
    else:
        faces.add(face.ravel(), label, split, name=name)
