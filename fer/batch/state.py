"""What an analysis remembers at a seam, as bytes; only records of our own are read back."""

import io
import pickle
import zlib
from collections import deque
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from fer.action_units.baseline import Baseline, NeutralCapture
from fer.action_units.blinks import BlinkCounter
from fer.action_units.judging import FaceMemory
from fer.action_units.lids import HeldLids
from fer.batch.seams import Seam
from fer.errors import BatchPieceError
from fer.faces.cuts import CutDetector
from fer.faces.look import Look
from fer.faces.track import Track, Tracker
from fer.records import Detections, Faces, GivenFile, SourceInfo, Suggestion
from fer.sources.timing import FrameSampler, PtsClock

PROTOCOL = 5
DAMAGED = "A piece of this batch is damaged: the recording is read again from its start."


@dataclass(frozen=True, eq=False)
class State:
    """Everything that the next piece of a video needs of those before it.

    Args:
        seam: Where the video is read on.
        memory: See `fer.pipeline.Analyzer.memory`.
    """

    seam: Seam
    memory: dict[str, Any]


_RECORDS = (
    *(State, Seam, SourceInfo, GivenFile, PtsClock, FrameSampler, Fraction, deque),
    *(Faces, Detections, Suggestion, Tracker, Track, Look, CutDetector),
    *(FaceMemory, Baseline, BlinkCounter, NeutralCapture, HeldLids),
)
_KNOWN = {(kind.__module__, kind.__qualname__): kind for kind in _RECORDS}
_ARRAYS = {
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "scalar"),
    ("numpy._core.numeric", "_frombuffer"),
}


class _Reader(pickle.Unpickler):
    """Makes nothing but the records above: a file somebody else put there runs no code."""

    def find_class(self, module: str, name: str) -> Any:
        """The class of this name, if it belongs in a state."""
        if kind := _KNOWN.get((module, name)):
            return kind
        if (module, name) in _ARRAYS:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} does not belong here")


def state_to_bytes(state: State) -> bytes:
    """A state, every digit of it."""
    return zlib.compress(pickle.dumps(state, protocol=PROTOCOL), 1)


def state_from_bytes(data: bytes) -> State:
    """What `state_to_bytes` has written.

    Raises:
        BatchPieceError: It is something else.
    """
    try:
        state = _Reader(io.BytesIO(zlib.decompress(data))).load()
    except Exception as exc:  # whatever broken bytes make of a reader
        raise BatchPieceError(DAMAGED) from exc
    if not isinstance(state, State):
        raise BatchPieceError(DAMAGED)
    return state
