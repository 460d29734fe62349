import os
import pickle
import zlib

import numpy as np
import pytest

from fer.batch.seams import SeamedVideo
from fer.batch.state import State, state_from_bytes, state_to_bytes
from fer.errors import BatchPieceError
from fer.faces.track import Tracker
from fer.records import Frame
from tests.helpers.clips import clip, noise
from tests.helpers.factories import make_faces


@pytest.fixture
def state() -> State:
    """After one frame of a video in which somebody was seen."""
    with SeamedVideo(clip(noise(3))) as video:
        next(iter(video))
        seam = video.seam
    tracker = Tracker()
    picture = np.random.default_rng(1).integers(0, 256, (480, 640, 3), dtype=np.uint8)
    faces = tracker.update(make_faces([-1]), Frame(picture))
    return State(seam, {"faces": {"_tracker": tracker, "_last": faces}, "units": {}})


def test_every_digit_comes_back(state):
    back = state_from_bytes(state_to_bytes(state))
    assert back.seam.marks == state.seam.marks
    before, after = state.memory["faces"], back.memory["faces"]
    np.testing.assert_array_equal(after["_last"].landmarks, before["_last"].landmarks)
    for one, other in zip(after["_tracker"]._tracks, before["_tracker"]._tracks, strict=True):
        np.testing.assert_array_equal(one.center, other.center)
        np.testing.assert_array_equal(one.looks[0].colors, other.looks[0].colors)
        assert one.track_id == other.track_id


def test_the_next_frame_is_matched_alike(state):
    back = state_from_bytes(state_to_bytes(state))
    picture = np.zeros((480, 640, 3), np.uint8)
    frame = Frame(picture, 1, 0.04)
    ids = [one.memory["faces"]["_tracker"].update(make_faces([-1]), frame).track_id for one in (state, back)]
    np.testing.assert_array_equal(*ids)


class _Hostile:
    def __reduce__(self):
        return os.system, ("echo owned",)


@pytest.mark.parametrize(
    "data",
    [b"", b"rubbish", zlib.compress(b"rubbish"), zlib.compress(pickle.dumps([1, 2]))],
    ids=["empty", "rubbish", "packed", "another record"],
)
def test_what_is_no_state_is_refused(data):
    with pytest.raises(BatchPieceError):
        state_from_bytes(data)


def test_a_file_of_somebody_else_runs_no_code(monkeypatch):
    ran = []
    monkeypatch.setattr(os, "system", ran.append)
    with pytest.raises(BatchPieceError):
        state_from_bytes(zlib.compress(pickle.dumps(_Hostile())))
    assert ran == []
