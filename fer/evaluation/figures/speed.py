"""How fast the product is, as `fer benchmark` measured it."""

import json
from dataclasses import dataclass
from pathlib import Path

from fer.emotion.network import REPAIR
from fer.errors import ModelError
from fer.evaluation.figures.texts import read_text

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
