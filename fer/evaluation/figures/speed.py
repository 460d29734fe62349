"""What stands in models/ beside the network and tells of it: architecture and model card."""

import json
from dataclasses import dataclass
from pathlib import Path

from fer.emotion.network import REPAIR
from fer.errors import MissingModelError, ModelError

DRAWING, CARD = "architecture.svg", "MODEL_CARD.md"
BENCHMARK = "benchmark.json"


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
