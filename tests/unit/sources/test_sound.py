"""The sound of a copy: there, in time, in a form that players take; never the reason for a failure."""

import io
from fractions import Fraction

import av
import numpy as np
import pytest

from fer.draw.video_writer import Mp4Encoder
from fer.sources.sound import Sound
from tests.helpers.clips import beeping, clip, flat


def copied(data: bytes, *, seconds: float = 2.0) -> tuple[av.container.InputContainer, Sound]:
    """A copy with plain pictures and the sound of a clip."""
    file, sound = io.BytesIO(), Sound(data)
    encoder = Mp4Encoder(file, sound=sound)
    for k in range(round(10 * seconds)):
        encoder.write(flat(90), k / 10)
    encoder.close()
    sound.close()
    file.seek(0)
    return av.open(file), sound


def loudness(container: av.container.InputContainer) -> tuple[np.ndarray, np.ndarray]:
    """Time (s) and mean level of every sound frame."""
    frames = [(f.time, np.abs(f.to_ndarray().astype(float)).mean()) for f in container.decode(audio=0)]
    return tuple(np.array(part) for part in zip(*frames, strict=True))


def test_a_silent_video_has_no_sound():
    container, sound = copied(clip([flat(10)] * 3))
    assert not container.streams.audio
    assert (sound.there, sound.trouble) == (False, "")


@pytest.mark.parametrize(
    ("codec", "container", "kept"),
    [
        ("aac", "mp4", "aac"),
        ("libmp3lame", "mp4", "mp3"),
        ("pcm_s16le", "mov", "aac"),
        ("flac", "matroska", "aac"),
    ],
)
def test_sound_is_copied_or_made_playable_and_stays_in_time(codec, container, kept):
    """A beep from 1.0 to 1.5 s."""
    made, sound = copied(beeping(codec=codec, container=container))
    assert (sound.there, sound.trouble) == (True, "")
    assert made.streams.audio[0].codec_context.name.removesuffix("float") == kept
    times, level = loudness(made)
    loud = times[level > level.max() / 3]
    assert loud.min() == pytest.approx(1.0, abs=0.1)
    assert loud.max() == pytest.approx(1.5, abs=0.12)


def test_a_stream_that_starts_late_keeps_its_sound_in_time():
    made, _ = copied(beeping(start_s=Fraction(100)))
    times, level = loudness(made)
    assert times[level > level.max() / 3].min() == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("codec", ["aac", "ac3"])
@pytest.mark.parametrize("later_s", [-3600, 0, 500])
def test_joined_recordings_keep_the_sound_of_both(codec, later_s):
    begins = (Fraction(4000), Fraction(4002 + later_s))
    parts = [beeping(codec=codec, container="mpegts", start_s=begin) for begin in begins]
    made, sound = copied(b"".join(parts), seconds=4.0)
    assert sound.trouble == ""
    times, level = loudness(made)
    loud = times[level > level.max() / 3]
    assert loud[loud < 2].min() == pytest.approx(1.0, abs=0.15)
    assert loud[loud > 2].min() == pytest.approx(3.0, abs=0.15)
    assert times.max() < 4.2


def test_sound_does_not_outlast_the_pictures_by_much():
    made, _ = copied(beeping(seconds=6.0), seconds=2.0)
    times, _ = loudness(made)
    assert 2.0 <= times.max() <= 3.1


def test_damaged_sound_costs_sound_only():
    data = bytearray(beeping())
    places = [(p.pos, p.size) for p in av.open(io.BytesIO(bytes(data))).demux(audio=0) if p.size]
    rng = np.random.default_rng(0)
    for position, size in places[5:40]:
        data[position : position + size] = rng.integers(0, 256, size, dtype=np.uint8).tobytes()
    made, _ = copied(bytes(data))
    assert sum(1 for _ in made.decode(video=0)) == 20
