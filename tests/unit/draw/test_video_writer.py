"""Writing MP4 files: times, sizes, and what is left after an error."""

import io
import os

import av
import numpy as np
import pytest

from fer.draw.video_writer import Mp4Encoder, VideoWriter
from fer.errors import OutputError, OutputExistsError


def flat(level, size=(48, 64)):
    return np.full((*size, 3), level, np.uint8)


def decode(path):
    with av.open(str(path)) as container:
        return [(frame.time, frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]


def test_no_frame_is_an_error_and_leaves_nothing(tmp_path):
    with pytest.raises(OutputError, match="No frame"), VideoWriter(tmp_path / "none.mp4"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_one_frame_is_a_video(tmp_path):
    with VideoWriter(tmp_path / "one.mp4") as video:
        video.write(flat(90), 3.0)
    ((time_s, image),) = decode(tmp_path / "one.mp4")
    assert time_s == 0
    assert image.shape == (48, 64, 3)
    assert image.mean() == pytest.approx(90, abs=3)


def test_uneven_times_and_colors_come_back(tmp_path):
    times = [10.0, 10.04, 10.1, 10.5, 11.7, 12.001]
    colors = [(200, 30, 30), (30, 200, 30), (30, 30, 200), (0, 0, 0), (255, 255, 255), (120, 60, 90)]
    with VideoWriter(tmp_path / "uneven.mp4", fps=15) as video:
        for time_s, color in zip(times, colors, strict=True):
            video.write(np.broadcast_to(np.array(color, np.uint8), (64, 64, 3)), time_s)
    got = decode(tmp_path / "uneven.mp4")
    assert [time_s for time_s, _ in got] == pytest.approx([t - 10 for t in times], abs=1e-4)
    for (_, image), color in zip(got, colors, strict=True):
        assert image.mean(axis=(0, 1)) == pytest.approx(color, abs=8)


@pytest.mark.parametrize("gap_s", [0.04, 0.5, 10.0])
@pytest.mark.parametrize("frames", [2, 30])
def test_the_last_picture_stands_as_long_as_the_one_before(tmp_path, gap_s, frames):
    with VideoWriter(tmp_path / "slow.mp4") as video:
        for number in range(frames):
            video.write(flat(5 * number), number * gap_s)
    with av.open(str(tmp_path / "slow.mp4")) as container:
        assert container.duration / av.time_base == pytest.approx(frames * gap_s, abs=0.002)


def test_times_that_do_not_rise_are_moved_behind_each_other(tmp_path):
    with VideoWriter(tmp_path / "stuck.mp4") as video:
        for time_s in (0.0, 0.5, 0.5, 0.2, 1.0):
            video.write(flat(50), time_s)
    times = [time_s for time_s, _ in decode(tmp_path / "stuck.mp4")]
    assert len(times) == 5
    assert (np.diff(times) > 0).all()
    assert times[-1] == pytest.approx(1.0, abs=1e-3)


def test_the_first_size_stays_and_others_are_fitted(tmp_path):
    with VideoWriter(tmp_path / "sizes.mp4") as video:
        video.write(flat(100), 0.0)
        video.write(flat(200, (96, 64)), 0.1)
        video.write(flat(200, (24, 16)), 0.2)
        assert video.size == (64, 48)
    for _, image in decode(tmp_path / "sizes.mp4")[1:]:
        assert image.shape == (48, 64, 3)
        assert image[:, 24:40].mean() == pytest.approx(200, abs=6)  # the tall picture in the middle
        assert image[:, :10].mean() == pytest.approx(0, abs=8)


@pytest.mark.parametrize(("size", "even"), [((49, 65), (48, 64)), ((1, 1), (2, 2)), ((2, 33), (2, 32))])
def test_odd_sizes_are_made_even(tmp_path, size, even):
    with VideoWriter(tmp_path / "odd.mp4") as video:
        video.write(flat(80, size), 0.0)
        video.write(flat(80, size), 0.1)
    assert [image.shape[:2] for _, image in decode(tmp_path / "odd.mp4")] == [even, even]


def test_the_file_is_h264_with_its_index_first(tmp_path):
    path = tmp_path / "web.mp4"
    with VideoWriter(path) as video:
        for k in range(20):
            video.write(flat(k), k / 10)
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        assert (context.name, context.pix_fmt) == ("h264", "yuv420p")


@pytest.mark.parametrize("name", ["clip.avi", "clip.webm", "clip"])
def test_a_name_that_says_another_kind_of_video_is_refused_before_anything_is_made(tmp_path, name):
    with pytest.raises(OutputError, match=r"would be an MP4 under another name: let it end with \.mp4"):
        VideoWriter(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_kept_unless_forced(tmp_path):
    path = tmp_path / "mine.mp4"
    path.write_text("mine")
    with pytest.raises(OutputExistsError, match=r"mine\.mp4 exists"):
        VideoWriter(path)
    assert path.read_text() == "mine"
    with VideoWriter(path, force=True) as video:
        video.write(flat(10), 0.0)
        assert path.read_text() == "mine"
    assert len(decode(path)) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["mine.mp4"]


def test_an_error_in_the_block_leaves_nothing(tmp_path):
    with pytest.raises(KeyError), VideoWriter(tmp_path / "broken.mp4") as video:
        video.write(flat(10), 0.0)
        raise KeyError("the analysis failed")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_an_output_error(tmp_path):
    with (
        pytest.raises(OutputError, match="cannot be written") as caught,
        VideoWriter(tmp_path / "no" / "a.mp4") as video,
    ):
        video.write(flat(10), 0.0)
    assert isinstance(caught.value.__cause__, OSError)


@pytest.mark.parametrize("when", ["write", "close"])
def test_a_full_disk_is_an_output_error_and_the_part_is_removed(tmp_path, monkeypatch, when):
    def full(*args):
        raise OSError(28, "No space left on device")

    with pytest.raises(OutputError, match="the disk is full"), VideoWriter(tmp_path / "full.mp4") as video:
        video.write(flat(10), 0.0)
        if when == "write":
            monkeypatch.setattr(video._encoder, "write", full)
            video.write(flat(10), 0.1)
        monkeypatch.setattr(os, "replace", full)
    assert list(tmp_path.iterdir()) == []


def test_a_video_in_memory_equals_its_frames():
    file = io.BytesIO()
    encoder = Mp4Encoder(file)
    for k in range(5):
        encoder.write(flat(40 * k), k / 5)
    encoder.close()
    file.seek(0)
    got = [image.mean() for _, image in decode_file(file)]
    assert got == pytest.approx([0, 40, 80, 120, 160], abs=4)


def decode_file(file):
    with av.open(file) as container:
        return [(frame.time, frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]
