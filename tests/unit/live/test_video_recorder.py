"""A live session as a video with hidden faces, and a snapshot of one moment."""

import threading

import av
import numpy as np
import pytest

from fer.draw.hidden import hide
from fer.live import LiveSession, Overlay, VideoProcessor, video_recorder
from fer.live.video_recorder import LiveVideoRecorder
from fer.records import Frame
from fer.sources import VideoSource
from tests.helpers.factories import BOX, OneFace

STEP_S = 1 / 15


def picture(index: int = 0) -> Frame:
    """A chequered picture: whatever is hidden in it becomes plain."""
    rows, columns = np.mgrid[:240, :320] // 8
    gray = ((rows + columns) % 2 * 255).astype(np.uint8)
    return Frame(np.repeat(gray[..., None], 3, axis=2), index, index * STEP_S)


def show(recorder: LiveVideoRecorder, frame: Frame) -> None:
    """What a session does with every frame that it reads."""
    recorder.on_frame(frame, OneFace().analyze(frame))


def stream_frame(index: int = 0) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(picture().image, format="rgb24")
    frame.pts = index * 6000
    return frame


def test_without_a_start_nothing_is_kept():
    recorder = LiveVideoRecorder()
    show(recorder, picture())
    assert recorder.stop().data == b""
    recorder.start("blur")
    assert recorder.stop().data == b"", "no frame came"


@pytest.mark.parametrize("mode", ["blur", "mesh"])
def test_the_video_holds_the_frames_with_their_times_and_no_face(mode):
    recorder = LiveVideoRecorder()
    recorder.start(mode)
    for k in range(10):
        show(recorder, picture(k))
    made = recorder.stop()
    assert made.note == ""
    show(recorder, picture(11))
    assert recorder.stop().data == b"", "after the end nothing is kept"
    with VideoSource(made.data, name="tape.mp4") as video:
        frames = list(video)
    assert [f.timestamp_s for f in frames] == pytest.approx([k * STEP_S for k in range(10)], abs=1e-3)
    left, top, right, bottom = (int(v) for v in BOX)
    middle = slice(top + 50, bottom - 50), slice(left + 40, right - 40)
    hidden = hide(picture().image, OneFace().analyze(picture()), mode)
    assert np.abs(frames[5].image[middle].astype(int) - hidden[middle]).mean() < 12
    assert np.ptp(picture().image[middle]) == 255


def test_a_video_that_gets_too_long_says_so(monkeypatch):
    monkeypatch.setattr(video_recorder, "MAX_VIDEO_S", 0.5)
    recorder = LiveVideoRecorder()
    recorder.start("blur")
    for k in range(15):
        show(recorder, picture(k))
    made = recorder.stop()
    assert "longest time" in made.note
    with VideoSource(made.data, name="tape.mp4") as video:
        assert len(list(video)) == 8


def test_a_session_shows_its_observer_every_frame_that_it_reads():
    seen = []
    with LiveSession(
        OneFace(), on_frame=lambda frame, found: seen.append((frame.index, len(found)))
    ) as session:
        for k in range(3):
            session.process(picture(k))
    assert seen == [(0, 1), (1, 1), (2, 1)]


@pytest.mark.parametrize("sendback", [True, False])
def test_a_snapshot_is_the_next_picture_with_its_overlay(sendback):
    with LiveSession(OneFace()) as session:
        processor = VideoProcessor(session, overlay=Overlay(mirror=False), sendback=sendback)
        session.process(picture())
        got = []
        asking = threading.Thread(target=lambda: got.append(processor.snapshot(10.0)))
        asking.start()
        index = 0
        while asking.is_alive():
            processor.recv(stream_frame(index := index + 1))
        asking.join()
    assert got[0].shape == (240, 320, 3)
    assert (got[0] != picture().image).any()


def test_without_frames_there_is_no_snapshot():
    with LiveSession(OneFace()) as session:
        assert VideoProcessor(session).snapshot(0.01) is None


def test_charts_only_passes_every_frame_as_it_came():
    with LiveSession(OneFace()) as session:
        processor = VideoProcessor(session, sendback=False)
        session.process(picture())
        assert processor.recv(frame := stream_frame()) is frame
