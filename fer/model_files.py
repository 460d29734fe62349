"""What stands in models/ beside the network and tells of it: architecture and model card."""

import json
from dataclasses import dataclass, fields
from pathlib import Path

from fer.emotion import REPAIR
from fer.errors import MissingModelError, ModelError

DRAWING, CARD, LEAK_LESSON = "architecture.svg", "MODEL_CARD.md", "leak_lesson.json"
BENCHMARK = "benchmark.json"


@dataclass(frozen=True)
class LeakWay:
    """One of the two ways to split.

    Args:
        accuracy_on_its_own_test: What its test part gave, 0..1.
        accuracy_on_unseen_faces: What faces gave that neither way had seen, 0..1.
        test_images_with_a_copy_in_training: Share of the test part, 0..1.
    """

    accuracy_on_its_own_test: float
    accuracy_on_unseen_faces: float
    test_images_with_a_copy_in_training: float


@dataclass(frozen=True)
class LeakLesson:
    """One network trained both ways.

    Args:
        photos: How many were drawn.
        epochs: Passes over their copies.
        leaky: Copied first, then split.
        honest: Split first, then copied.
    """

    photos: int
    epochs: int
    leaky: LeakWay
    honest: LeakWay


def read_leak_lesson(path: Path) -> LeakLesson:
    """The figures of the leak lesson.

    Args:
        path: The file that the lesson wrote.

    Raises:
        MissingModelError: There is none.
        ModelError: It is damaged.
    """
    try:
        values = json.loads(read_text(path))
        ways = [
            LeakWay(**{f.name: float(values[way][f.name]) for f in fields(LeakWay)})
            for way in ("leaky", "honest")
        ]
        return LeakLesson(int(values["photos"]), int(values["epochs"]), *ways)
    except (ValueError, KeyError, TypeError) as exc:
        raise ModelError(f"{path.parent.name}/{path.name} is damaged: {REPAIR}.") from exc


@dataclass(frozen=True)
class Speed:
    """How fast the product is on the machine of the benchmark.

    Args:
        ms_a_face: The network alone, milliseconds a face.
        frames_per_s: Everything from file to row, on the first clip.
        cpus: Processors of that machine.
    """

    ms_a_face: float
    frames_per_s: float
    cpus: int


def read_speed(path: Path) -> Speed:
    """The speed that ``fer benchmark`` measured.

    Args:
        path: models/benchmark.json.

    Raises:
        MissingModelError: There is none.
        ModelError: It is damaged.
    """
    try:
        values = json.loads(read_text(path))
        clip = values["clips"][0]
        ms_a_face = float(clip["ms"]["emotion"]) / float(clip["faces_per_frame"])
        return Speed(ms_a_face, float(clip["frames_per_s"]), int(values["machine"]["cpus"]))
    except (ValueError, KeyError, TypeError, IndexError, ZeroDivisionError) as exc:
        raise ModelError(f"{path.parent.name}/{path.name} is damaged: {REPAIR}.") from exc


def read_text(path: Path) -> str:
    """A text file of models/, such as the card or the drawing.

    Args:
        path: The file.

    Raises:
        MissingModelError: There is none.
        ModelError: It is empty or no text.
    """
    place = f"{path.parent.name}/{path.name}"
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as exc:
        raise MissingModelError(f"There is no {place}: {REPAIR}.") from exc
    except (OSError, ValueError) as exc:
        raise ModelError(f"{place} is damaged: {REPAIR}.") from exc
    if not text.strip():
        raise ModelError(f"{place} is empty: {REPAIR}.")
    return text
