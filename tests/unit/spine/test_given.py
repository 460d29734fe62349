"""What a caller may give by mistake: one sentence that names the cure, never a wrong answer."""

import io
from pathlib import Path

import numpy as np
import pytest

import fer
from fer.timeline.timeline import TimelineBuilder
from tests.helpers.factories import make_timeline

RGB = np.zeros((4, 6, 3), np.uint8)


@pytest.mark.parametrize(
    ("image", "cure"),
    [
        (None, "no picture was read"),
        ("a.jpg", r"fer\.read_image"),
        (Path("a.jpg"), r"fer\.read_image"),
        ([[[0, 0, 0]]], r"numpy\.asarray"),
        (fer.Frame(RGB), r"its \.image"),
        (RGB[:0], "no pixels"),
        (RGB[:, :0], "no pixels"),
        (np.zeros((0, 0, 3), np.uint8), "no pixels"),
        (RGB[:, :, 0], "COLOR_GRAY2RGB"),
        (RGB[:, :, :1], "COLOR_GRAY2RGB"),
        (np.zeros((4, 6, 4), np.uint8), r"image\[:, :, :3\]"),
        (RGB[None], "one picture at a time"),
        (RGB.transpose(2, 0, 1), r"transpose\(1, 2, 0\)"),
        (RGB / 255, r"image \* 255"),
        (RGB.astype(np.uint16), "0 to 255"),
        (RGB.astype(int), "0 to 255"),
    ],
)
def test_a_frame_says_how_a_picture_becomes_one(image, cure):
    with pytest.raises(ValueError, match=rf"Frame\.image: wanted shape \(H, W, 3\), uint8, RGB.*{cure}"):
        fer.Frame(image)
    with pytest.raises(ValueError, match=cure):
        fer.draw(image, fer.Observations.empty())
    with pytest.raises(ValueError, match=cure):
        fer.hide(image, fer.Observations.empty())


def test_views_of_a_picture_are_pictures():
    for image in (RGB, RGB[:, ::-1], RGB[:, :, ::-1], np.asfortranarray(RGB), np.zeros((1, 1, 3), np.uint8)):
        assert fer.Frame(image).image is image


@pytest.mark.parametrize("time_s", [float("inf"), "1", None])
def test_a_frame_has_a_time_in_seconds(time_s):
    with pytest.raises(ValueError, match=r"Frame\.timestamp_s: wanted seconds as a number"):
        fer.Frame(RGB, timestamp_s=time_s)


def test_times_of_numpy_and_whole_seconds_are_times():
    assert [fer.Frame(RGB, timestamp_s=t).timestamp_s for t in (2, np.float32(1.5), -1.0)] == [2, 1.5, -1]


def test_frames_are_collected_in_the_order_of_their_time():
    builder = TimelineBuilder()
    for time_s in (0.0, 1.0, 1.0):
        builder.add(fer.Observations.empty(0, time_s))
    with pytest.raises(ValueError, match="came after one at 1 s: add frames in the order"):
        builder.add(fer.Observations.empty(3, 0.5))
    with pytest.raises(ValueError, match="wanted seconds as a number, got nan"):
        builder.add(fer.Observations.empty(3, float("nan")))


@pytest.mark.parametrize(
    "opens", [fer.analyze_image, fer.read_image, fer.analyze_video, fer.VideoSource, fer.read_timeline]
)
def test_what_is_no_file_is_refused_with_the_cure(opens):
    for wrong in (None, 3, ["a.mp4"]):
        with pytest.raises(TypeError, match=r"Wanted a path .* got .*: give the path of one file"):
            opens(wrong)
    with pytest.raises(TypeError, match=r"ndarray: for an RGB array: fer\.Analyzer\(still=True\)"):
        opens(RGB)
    if opens is not fer.read_timeline:  # which reads open files
        with pytest.raises(TypeError, match=r"BytesIO: for an open file: its path, or file\.read\(\)"):
            opens(io.BytesIO(b"x"))


def test_an_address_is_no_path():
    with pytest.raises(fer.InputError, match="is an address, which is not read here: download the file"):
        fer.read_image("https://example.org/a.jpg")


@pytest.mark.parametrize("one", ["photo.jpg", Path("photo.jpg"), b"\xff\xd8\xff", RGB, None, 3])
def test_one_picture_is_no_list_of_pictures(one):
    with pytest.raises(TypeError, match=r"analyze_images\(sources\): wanted a list of pictures"):
        fer.analyze_images(one)


def test_a_record_in_the_place_of_another_is_named_with_where_the_right_one_is():
    for view in (fer.to_csv, fer.summarize, fer.timeline_chart, lambda t: fer.smooth(t, 0.25)):
        with pytest.raises(TypeError, match=r"wanted Timeline, got str: .*report\.timeline"):
            view("x")
    for view in (fer.to_json, fer.to_html):
        with pytest.raises(TypeError, match=r"wanted Report, got str: fer\.analyze_video"):
            view("x")
    with pytest.raises(TypeError, match=r"wanted Summary, got str: a report holds it as report\.summary"):
        fer.shares_chart("x")
    for view in (fer.draw, fer.hide):
        with pytest.raises(TypeError, match="wanted Observations, got Frame"):
            view(RGB, fer.Frame(RGB))


def test_settings_are_settings():
    for wrong in (5, {"fps": 5}, "votes"):
        with pytest.raises(TypeError, match=r"settings: wanted Settings, got .*fer\.Settings\(fps=5\)"):
            fer.analyze_video("clip.mp4", wrong)
        with pytest.raises(TypeError, match="settings: wanted Settings"):
            fer.Analyzer(wrong)


def test_a_camera_may_be_named_by_its_number_as_in_opencv():
    with pytest.raises(fer.FerError, match="camera"):
        fer.CameraSource(99)


def test_half_lives_views_and_expressions_out_of_range_are_refused():
    timeline = make_timeline({1: [("happy", 1.0)]})
    for wrong in (-1, float("nan"), float("inf"), "1"):
        with pytest.raises(fer.SettingsError, match="out of range: give seconds"):
            fer.smooth(timeline, wrong)
    for wrong in (-1, float("nan")):
        with pytest.raises(fer.SettingsError, match="out of range: give seconds from 0 on"):
            fer.summarize(timeline, min_episode_s=wrong)
    with pytest.raises(ValueError, match="ends before it starts"):
        fer.timeline_chart(timeline, view_s=(5, 1))
    with pytest.raises(ValueError, match="Unknown expression 'joy': choose of angry"):
        fer.timeline_chart(timeline, emotions=("joy",))


def test_an_analyzer_reads_frames():
    for wrong in (RGB, "a.jpg", None):
        with pytest.raises(TypeError, match=r"wanted Frame, got .*: wrap .* fer\.Frame\(array\)"):
            fer.Analyzer(still=True).analyze(wrong)


@pytest.mark.parametrize("fps", [0, -1, float("nan"), float("inf"), "5", True])
def test_a_rate_is_a_number_above_zero(fps, tmp_path):
    wanted = "out of range: give a number above 0 and up to 1000"
    with pytest.raises(fer.SettingsError, match=wanted):
        fer.VideoSource("clip.mp4", fps=fps)
    with pytest.raises(fer.SettingsError, match=wanted):
        fer.VideoWriter(tmp_path / "a.mp4", fps=fps)
    with pytest.raises(fer.SettingsError, match=wanted):
        fer.Settings(fps=fps)
    assert not list(tmp_path.iterdir())


def test_a_video_is_written_of_pictures_with_times(tmp_path):
    for image, time_s, cure in (
        (RGB[:, :, 0], 0.0, "COLOR_GRAY2RGB"),
        (RGB / 255, 0.0, "image . 255"),
        (None, 0.0, "no picture was read"),
        (RGB[:0], 0.0, "no pixels"),
        (RGB, float("nan"), "wanted seconds as a number"),
        (RGB, "1", "wanted seconds as a number"),
    ):
        with pytest.raises(ValueError, match=cure), fer.VideoWriter(tmp_path / "a.mp4") as video:
            video.write(image, time_s)
    assert not list(tmp_path.iterdir())
