"""What the player gets: case 88, and 85 where the file's clock starts late."""

import io

import av
import numpy as np
import pytest

from fer.draw import playable as module
from fer.draw.playable import playable_copy, played_as
from fer.errors import InputError, TooLargeInputError
from fer.records import SourceInfo
from fer.sources import VideoSource
from tests.helpers.clips import clip, corner_names, corners, ramp


def media_type(data: bytes) -> str:
    with VideoSource(data) as video:
        return played_as(data[:1024], video.info)


def test_nothing_is_played_of_nothing():
    assert played_as(b"", SourceInfo("x", "video")) == ""


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({}, "video/mp4"),
        ({"container": "mov"}, "video/mp4"),
        ({"container": "webm", "codec": "libvpx"}, "video/webm"),
        ({"container": "matroska"}, ""),
        ({"container": "avi", "codec": "mpeg4"}, ""),
        ({"codec": "mpeg4"}, ""),
        ({"codec": "libx264", "pix_fmt": "yuv422p10le"}, ""),
        ({"codec": "libx265"}, ""),
        ({"container": "mpegts"}, ""),
        ({"container": "asf", "codec": "wmv2"}, ""),
        ({"pts": [1000 + k for k in range(5)]}, ""),
    ],
)
def test_case_88_the_codec_decides_what_the_player_gets(options, wanted):
    assert media_type(clip(ramp(5), **options)) == wanted


@pytest.mark.parametrize(
    "options",
    [
        {"container": "avi", "codec": "mpeg4"},
        {"container": "mpegts", "pts": [36_000 + k for k in range(12)]},
        {"container": "asf", "codec": "wmv2"},
    ],
)
def test_case_88_the_copy_plays_everywhere_and_starts_at_0(options):
    told: list[float] = []
    made = playable_copy(clip(ramp(12), **options), on_progress=told.append)
    assert media_type(made) == "video/mp4"
    with VideoSource(made) as video:
        frames = list(video)
    assert len(frames) >= 11
    assert frames[0].timestamp_s == 0
    assert np.diff([frame.timestamp_s for frame in frames]) == pytest.approx(0.1, abs=0.02)
    assert told == sorted(told)
    with av.open(io.BytesIO(made)) as container:
        assert float(container.streams.video[0].start_time or 0) == 0


def test_case_88_the_copy_is_upright_and_small():
    data = clip([corners(width=1600, height=900)] * 2, turn=(-90, False, False))
    with VideoSource(playable_copy(data)) as video:
        (first, *_) = video
    assert first.image.shape == (1280, 720, 3)
    assert corner_names(first.image) == "brwg"


def test_case_88_a_copy_that_is_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(module, "MAX_SECONDS", 0.5)
    with pytest.raises(TooLargeInputError):
        playable_copy(clip(ramp(12)))
    with pytest.raises(InputError):
        playable_copy(b"no video")
