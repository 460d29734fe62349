"""What models/real_faces.json holds: the product and others on labelled photos of people, one run.

The photos are nobody's training set: nothing was trained on them and no setting was chosen on them.
"""

from dataclasses import dataclass
from pathlib import Path

from fer.evaluation.figures.metrics_file import Estimate, SetFigures
from fer.io.json_records import read_record
from fer.io.places import MODELS_DIR

REAL_FACES = "real_faces.json"
FORMAT = 1
FEWEST = 30
"""Faces that an expression needs to count in `RealFacesScores.balanced_common`."""


@dataclass(frozen=True)
class RealClass:
    """One expression.

    Args:
        n: Photos with this label.
        right: Share that was read so; no face found counts as wrong.
    """

    n: int
    right: float


@dataclass(frozen=True)
class RealFacesScores:
    """One product.

    Args:
        name: As people call it.
        version: Of the product, or of our network.
        found: Share of photos in which a face was found.
        accuracy: Share of right answers; no face found counts as wrong, "unsure" as its likeliest expression.
        accuracy_found: The same over the photos with a face.
        balanced: Mean of the share right over all expressions.
        balanced_common: Likewise over those with at least `FEWEST` photos.
        classes: Expression -> its figures.
    """

    name: str
    version: str
    found: float
    accuracy: Estimate
    accuracy_found: float
    balanced: Estimate
    balanced_common: Estimate
    classes: dict[str, RealClass]


@dataclass(frozen=True)
class RealSets:
    """Our sets of plausible expressions on the photos with a face.

    Args:
        all_faces: Every face.
        unsure: The faces whose answer is "unsure"; None without any.
        n_shown: Of these, faces whose set is small enough to be named.
        held_shown: Share of those whose set holds the label; None without any.
        hard_below: Best probability under which a face counts as hard.
        hard: Faces that are hard, read with the sets of unsure ones; None without any.
    """

    all_faces: SetFigures
    unsure: SetFigures | None
    n_shown: int
    held_shown: float | None
    hard_below: float
    hard: SetFigures | None


@dataclass(frozen=True)
class RealFaces:
    """The whole file.

    Args:
        data: Name of the set.
        data_sha256: Hash of its file.
        sha256: Hash of our network.
        n: Photos.
        ours: The product as it is.
        rivals: Others, by accuracy.
        sets: Our sets.
        format: Version of this layout.
    """

    data: str
    data_sha256: str
    sha256: str
    n: int
    ours: RealFacesScores
    rivals: tuple[RealFacesScores, ...]
    sets: RealSets
    format: int = FORMAT


def read_real_faces(path: Path = MODELS_DIR / REAL_FACES) -> RealFaces:
    """Read the figures.

    Raises:
        MissingModelError: There are none.
        ModelError: They are damaged or of another version.
    """
    repair = "write it again with `python -m tests.bench.real_faces`"
    return read_record(RealFaces, path, wanted_format=FORMAT, repair=repair)
