import pickle
import zlib

import pytest

from fer.batch.seams import SeamedVideo
from fer.errors import ChangedInputError
from tests.helpers.clips import clip, noise, ramp


def frames_of(video) -> list[tuple[int, float, int]]:
    return [(frame.index, frame.timestamp_s, zlib.crc32(frame.image)) for frame in video]


def cut(data: bytes, given: int, **options):
    """The first frames, and the seam after them as another process would read it."""
    with SeamedVideo(data, **options) as video:
        frames = iter(video)
        first = [next(frames) for _ in range(given)]
        seam = pickle.loads(pickle.dumps(video.seam))
    return [(frame.index, frame.timestamp_s, zlib.crc32(frame.image)) for frame in first], seam


@pytest.mark.parametrize(
    ("container", "codec", "sought"),
    [
        ("mp4", "libx264", True),
        ("matroska", "libx264", True),
        ("webm", "libvpx-vp9", True),
        ("avi", "mpeg4", True),
        ("mpegts", "mpeg2video", False),
    ],
)
@pytest.mark.parametrize("given", [1, 13, 39])
def test_the_frames_after_a_seam_are_those_of_one_reading(container, codec, sought, given):
    data = clip(noise(40), container=container, codec=codec, codec_options={"g": "10"})
    with SeamedVideo(data) as whole:
        wanted = frames_of(whole)
    first, seam = cut(data, given)
    with SeamedVideo(data, seam=seam) as rest:
        assert first + frames_of(rest) == wanted
        assert rest.info == whole.info
        assert rest.sought is sought


def test_sampling_goes_on_at_the_same_ticks():
    data = clip(noise(40), rate=10)
    with SeamedVideo(data, fps=3.0) as whole:
        wanted = frames_of(whole)
    first, seam = cut(data, 5, fps=3.0)
    with SeamedVideo(data, fps=3.0, seam=seam) as rest:
        assert first + frames_of(rest) == wanted


def test_nothing_follows_the_last_frame():
    data = clip(noise(6))
    _, seam = cut(data, 6)
    with SeamedVideo(data, seam=seam) as rest:
        assert frames_of(rest) == []
        assert rest.info.frames_decoded == 6


def test_an_animated_picture_is_walked_through():
    data = clip(ramp(12), container="gif", codec="gif", pix_fmt="rgb8")
    with SeamedVideo(data) as whole:
        wanted = frames_of(whole)
    first, seam = cut(data, 4)
    with SeamedVideo(data, seam=seam) as rest:
        assert first + frames_of(rest) == wanted
        assert rest.sought is False


def test_another_video_is_noticed():
    _, seam = cut(clip(noise(20)), 9)
    with SeamedVideo(clip(ramp(20)), seam=seam) as other, pytest.raises(ChangedInputError):
        frames_of(other)
