"""What a browser is given to draw over a video: the timeline's own values, a few bytes a face."""

import base64

import numpy as np
import pytest

from fer.export.track import MAX_TRACK_ROWS, NOT_READ, player_track
from fer.timeline.summary import STATES
from tests.helpers.factories import BOX, make_source, make_timeline

SIZE = {"width": 640, "height": 480}


def values(track: dict, name: str, form: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(track[name]), form)


def test_nobody_gives_no_row():
    track = player_track(make_timeline({1: [("", 1.0)]}, source=make_source(**SIZE)))
    assert (track["rows"], track["people"], track["time_s"]) == (0, [], "")


def test_rows_say_where_who_and_what():
    timeline = make_timeline({1: [("happy", 0.2)], 2: [("sad/blurred", 0.1)]}, source=make_source(**SIZE))
    track = player_track(timeline)
    assert values(track, "time_s", "<f4") == pytest.approx([0, 0, 0.1])
    assert [track["people"][k]["name"] for k in values(track, "person", "<u2")] == [
        "Face 1",
        "Face 2",
        "Face 1",
    ]
    box = values(track, "box", "<u2").reshape(-1, 4)[0] / 65_535 * [640, 480, 640, 480]
    assert box == pytest.approx([BOX[0], BOX[1], BOX[2] - BOX[0], BOX[3] - BOX[1]], abs=0.02)
    probs = values(track, "probs", "u1").reshape(-1, 7)[0] / 250
    assert probs == pytest.approx(timeline.probs[0], abs=0.003)
    assert values(track, "state", "u1").tolist() == [STATES.index("happy"), NOT_READ, STATES.index("happy")]
    assert track["reasons"] == ["blurred"]


def test_a_box_beyond_the_picture_is_cut():
    track = player_track(make_timeline({1: [("happy", 0.1)]}, source=make_source(width=200, height=100)))
    assert values(track, "box", "<u2")[2:] / 65_535 == pytest.approx([0.5, 0.2], abs=1e-4)


def test_long_timelines_lose_frames_and_no_face(monkeypatch):
    monkeypatch.setattr("fer.export.track.MAX_TRACK_ROWS", 20)
    track = player_track(make_timeline({1: [("happy", 2.0)], 2: [("sad", 2.0)]}, source=make_source(**SIZE)))
    times = values(track, "time_s", "<f4")
    assert MAX_TRACK_ROWS > 20 and len(times) == 20
    assert times[:4] == pytest.approx([0, 0, 0.2, 0.2])
