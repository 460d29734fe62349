"""The buffer of a live recording: late, in order, bounded; faces are covered before they are found."""

import numpy as np
import pytest

from fer.draw import late
from fer.draw.late import AT_ONCE_S, DELAY_S, LateHider
from fer.faces.detectors.sensitive import SensitiveDetector
from fer.records import Detections, Frame, Observations
from fer.settings import Settings
from tests.helpers.detectors import Scripted

FPS = 20
BOX = (100.0, 60.0, 160.0, 130.0)


def frame(k: int, size=(240, 320)) -> Frame:
    rng = np.random.default_rng(0)
    return Frame(rng.integers(0, 255, (*size, 3), dtype=np.uint8), k, k / FPS)


@pytest.fixture
def hider(monkeypatch):
    """Faces are found from frame 30 on."""

    def make(script, **more):
        detector = Scripted(script)
        monkeypatch.setattr(late, "sensitive_detector", lambda *_: SensitiveDetector(detector))
        return LateHider(Settings(), "blur", **more)

    return make


def test_a_stream_that_ends_at_once_gives_nothing(hider):
    assert list(hider(lambda k: []).flush()) == []


def test_pictures_come_late_in_order_and_all_of_them(hider):
    stream = hider(lambda k: [])
    given = []
    for k in range(80):
        out = [f.index for f, _, _ in stream.push(frame(k), Observations.empty(k, k / FPS))]
        given += out
        assert len(given) >= k - (DELAY_S + AT_ONCE_S) * FPS - 1
    given += [f.index for f, _, _ in stream.flush()]
    assert given == list(range(80))


def test_a_face_is_covered_before_the_detector_finds_it(hider):
    stream = hider(lambda k: [BOX] if k >= 30 else [])
    pictures = {}
    for k in range(60):
        pictures |= {f.index: p for f, _, p in stream.push(frame(k), Observations.empty(k, k / FPS))}
    pictures |= {f.index: p for f, _, p in stream.flush()}
    inside = slice(75, 115), slice(110, 150)
    hidden = [k for k, p in pictures.items() if (p[inside] != frame(k).image[inside]).mean() > 0.9]
    assert min(hidden) <= 30 - DELAY_S * FPS + 1
    assert hidden == list(range(min(hidden), 60))


def test_memory_is_bounded_even_if_that_shortens_the_wait(hider):
    each = frame(0).image.nbytes
    stream = hider(lambda k: [], max_bytes=5 * each)
    waiting = 0
    for k in range(40):
        waiting += 1 - len(list(stream.push(frame(k), Observations.empty(k, k / FPS))))
        assert waiting <= 5
    assert len(list(stream.flush())) == waiting


def test_another_size_of_picture_is_another_stream(hider):
    stream = hider(lambda k: [BOX])
    shapes = [p.shape for _, _, p in stream.push(frame(0), Observations.empty())]
    shapes += [p.shape for _, _, p in stream.push(frame(1, (120, 160)), Observations.empty(1, 1 / FPS))]
    shapes += [p.shape for _, _, p in stream.flush()]
    assert shapes == [(240, 320, 3), (120, 160, 3)]


def test_an_empty_detector_answers_with_an_empty_record():
    assert len(Scripted(lambda k: []).detect(frame(0).image)) == len(Detections.empty())
