"""Small pictures of people: good moments of everybody, bounded in number, covered where that is asked."""

import io

import numpy as np
from PIL import Image

from fer.draw import portraits
from fer.draw.portraits import (
    PORTRAIT_PX,
    Portrait,
    PortraitCollector,
    best_portraits,
    covered_portrait,
    cut_square,
)
from fer.records import Frame
from fer.timeline.edits import with_edits
from fer.timeline.persons import Edit
from tests.helpers.factories import make_observations, make_timeline


def test_nobody_has_no_picture():
    assert PortraitCollector().found == ()
    assert best_portraits(make_timeline({}), ()) == {}


def test_the_best_view_stands_for_everybody_who_is_one_person_now():
    timeline = make_timeline({1: [("happy", 1.0)], 2: [("", 1.0), ("sad", 1.0)]})
    views = (Portrait(1, 0.5, 1.0, b"one"), Portrait(2, 1.5, 2.0, b"two"))
    assert best_portraits(timeline, views) == {1: b"one", 2: b"two"}
    assert best_portraits(with_edits(timeline, [Edit("same", 1, other=2)]), views) == {1: b"two"}
    assert best_portraits(with_edits(timeline, [Edit("remove", 2)]), views) == {1: b"one"}


def test_nothing_can_be_told_from_a_covered_portrait():
    lines = np.zeros((PORTRAIT_PX, PORTRAIT_PX, 3), np.uint8)
    lines[:, ::8] = lines[:, 1::8] = 255
    out = io.BytesIO()
    Image.fromarray(lines).save(out, "JPEG")
    covered = np.asarray(Image.open(io.BytesIO(covered_portrait(out.getvalue()))))
    assert covered.shape == lines.shape and np.ptp(covered) < 20


def test_a_portrait_is_square_at_the_edge_and_larger_than_the_picture():
    image = np.zeros((60, 80, 3), np.uint8)
    for box in ((-10.0, -10.0, 20.0, 20.0), (70.0, 50.0, 79.0, 59.0), (-50.0, -50.0, 200.0, 200.0)):
        assert cut_square(image, box).shape == (PORTRAIT_PX, PORTRAIT_PX, 3)


def test_every_stretch_keeps_a_view_of_a_face_and_their_number_is_bounded(monkeypatch):
    """Whoever is split off later has a picture too."""
    monkeypatch.setattr(portraits, "MAX_PORTRAITS", 4)
    views = PortraitCollector()
    assert views.found == ()
    frame = Frame(np.zeros((300, 400, 3), np.uint8))
    for second in range(3):
        views.on_frame(frame, make_observations(["happy"], time_s=float(second)))
    assert sorted(p.time_s for p in views.found) == [0.0, 1.0, 2.0]
    for second in range(3, 40):
        views.on_frame(frame, make_observations(["happy"], time_s=float(second)))
    kept = views.found
    assert len(kept) <= 4 and {p.face_id for p in kept} == {1} and max(p.time_s for p in kept) >= 20
