"""Faults 87, 90, 92, 95 and 97: who is who, through the whole way of a frame."""

import io

import cv2
import numpy as np
import pytest

from fer.draw.video_writer import Mp4Encoder
from fer.live import LiveSession
from fer.pipeline import Analyzer, analyze_video
from fer.records import Frame
from fer.sample.clip import sample_frames
from fer.settings import Settings
from fer.timeline.headline import headlines
from tests.bench.compositions import nobody

CLIPS = ("expressive_a", "expressive_b", "expressive_c", "one_person_glasses", "one_person_turns")
PLAIN = Settings(action_units=False)


def encoded(images, fps: float) -> bytes:
    """An MP4 of (H, W, 3) uint8 pictures."""
    file = io.BytesIO()
    encoder = Mp4Encoder(file, fps=fps)
    for k, image in enumerate(images):
        encoder.write(image, k / fps)
    encoder.close()
    return file.getvalue()


@pytest.fixture(scope="module")
def sample() -> list[Frame]:
    """The sample's frames, 15 a second."""
    return list(sample_frames())


def live_ids(frames, fps: float, settings: Settings = PLAIN) -> set[int]:
    """All ids of a live stream."""
    now, ids = [0.0], set()
    with LiveSession(Analyzer(settings), clock=lambda: now[0]) as session:
        for k, frame in enumerate(frames):
            now[0] = k / fps + 0.05
            found = session.process(Frame(frame.image, k, k / fps)).observations.faces
            ids |= set(found.track_id.tolist())
    return ids


@pytest.mark.parametrize("name", ["letters", "posters", "drawing", "noise"])
def test_case_92_a_clip_without_people_says_so(name):
    report = analyze_video(encoded((nobody()[name](k / 5) for k in range(20)), 5.0), PLAIN)
    assert report.summary.faces == ()
    assert headlines(report.summary)[0].startswith(("No face was found", "No person could be read"))


def test_case_90_a_small_face_in_a_large_video_is_found_within_a_second(portrait):
    small = cv2.resize(portrait, None, fx=0.3, fy=0.3, interpolation=cv2.INTER_AREA)
    image = np.full((1080, 1920, 3), 120, np.uint8)
    image[300 : 300 + small.shape[0], 900 : 900 + small.shape[1]] = small
    report = analyze_video(encoded([image] * 12, 10.0), PLAIN)
    assert (report.timeline.table["quality"] != "no_face").mean() > 0.8


@pytest.mark.parametrize("step", [1, 3, 7, 15])
def test_case_95_the_sample_has_two_people_at_any_rate(sample, step):
    """15, 5, 2 and 1 frames a second; the second person enters beside the first, who had left before."""
    assert live_ids(sample[::step], 15 / step) == {1, 2}


def test_case_87_changes_of_size_change_no_id(sample):
    frames = []
    for k, frame in enumerate(sample[:60:2]):
        size = ((640, 480), (320, 240), (960, 720))[k // 5 % 3]
        frames.append(Frame(cv2.resize(frame.image, size, interpolation=cv2.INTER_AREA)))
    assert live_ids(frames, 7.5) == {1}


def test_case_97_who_comes_back_after_a_cut_is_known(sample):
    """A second person, made by other colours, in cuts of a second: their ids come back."""
    frames = []
    for k, frame in enumerate(sample[:60]):
        image = frame.image if k // 15 % 2 == 0 else frame.image[:, ::-1, ::-1]
        frames.append(Frame(np.ascontiguousarray(image)))
    assert live_ids(frames, 15.0) == {1, 2}


@pytest.mark.data
@pytest.mark.parametrize("fps", [5.0, 2.0, 0.5, 0.2])
@pytest.mark.parametrize("name", CLIPS)
def test_case_95_one_person_is_one_at_low_rates(media, name, fps):
    report = analyze_video(media / f"{name}.mp4", PLAIN.replace(fps=fps))
    assert [f.face_id for f in report.summary.faces] == [1]
    assert report.summary.seen_briefly == ()


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.parametrize("fps", [None, 10.0])
@pytest.mark.parametrize("name", ["one_person_glasses", "one_person_turns"])
def test_case_95_one_person_is_one_at_full_rate(media, name, fps):
    report = analyze_video(media / f"{name}.mp4", PLAIN.replace(fps=fps))
    assert report.timeline.face_ids == [1]
