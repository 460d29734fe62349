"""The camera of this machine and `fer webcam`: a clip is the camera, and what is no camera says so."""

import errno
import io
import json
import signal
import threading
import time
from types import SimpleNamespace

import av
import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from fer.cli import DONE, FAILED, main, webcam
from fer.cli.shared import live_view
from fer.errors import (
    CameraDeniedError,
    CameraError,
    CameraInUseError,
    CameraLostError,
    EmptyInputError,
    MissingCameraError,
)
from fer.live import LiveCounts, LiveResult, LiveSnapshot
from fer.live.records import NEVER_S
from fer.records import Frame
from fer.sample.clip import sample_frames
from fer.sources import camera as camera_module
from fer.sources.camera import CAMERA_APIS, CameraSource
from tests.helpers.clips import clip as video_of
from tests.helpers.factories import make_observations


@pytest.fixture
def clip(tmp_path, short_clip):
    """Two seconds of the sample as a file."""
    path = tmp_path / "clip.mp4"
    path.write_bytes(short_clip)
    return path


@pytest.fixture
def no_cameras(monkeypatch):
    monkeypatch.setattr(camera_module, "cameras", lambda api: [])


def refuse(monkeypatch, number: int) -> list[dict]:
    """Every camera fails to open with that errno; returns what was tried."""
    tried = []

    def _open(address, **options):
        tried.append({"address": address} | options)
        raise OSError(number, "no")

    monkeypatch.setattr(camera_module.av, "open", _open)
    return tried


def test_a_missing_camera_says_what_to_do(no_cameras):
    with pytest.raises(MissingCameraError, match="/dev/video99: connect one"):
        CameraSource("/dev/video99", platform="linux")


@pytest.mark.parametrize(
    ("number", "error", "words"),
    [
        (errno.EBUSY, CameraInUseError, "close it"),
        (errno.EACCES, CameraDeniedError, "usermod"),
        (errno.ENODEV, MissingCameraError, "connect one"),
        (errno.EINVAL, CameraError, "--device"),
    ],
)
def test_each_refusal_has_its_cure(monkeypatch, no_cameras, number, error, words):
    tried = refuse(monkeypatch, number)
    with pytest.raises(error, match=words):
        CameraSource("/dev/video0", platform="linux")
    assert [t["options"] for t in tried] == [camera_module.ASKED_FOR, {}]  # the second: as it is


@pytest.mark.parametrize(
    ("platform", "device", "address"),
    [
        ("linux", None, "/dev/video0"),
        ("darwin", None, "0"),
        ("win32", "Integrated Camera", "video=Integrated Camera"),
        ("win32", "video=Other", "video=Other"),
    ],
)
def test_every_system_has_its_own_way(monkeypatch, no_cameras, platform, device, address):
    tried = refuse(monkeypatch, errno.ENOENT)
    with pytest.raises(MissingCameraError):
        CameraSource(device, platform=platform)
    assert tried[0]["address"] == address
    assert tried[0]["format"] == CAMERA_APIS[platform].format


def test_without_a_name_windows_takes_the_first_camera_and_names_the_others(monkeypatch):
    monkeypatch.setattr(camera_module, "cameras", lambda api: ["Front", "Back"])
    tried = refuse(monkeypatch, errno.EIO)
    with pytest.raises(MissingCameraError, match="choose one of Back"):
        CameraSource(platform="win32")
    assert tried[0]["address"] == "video=Front"
    monkeypatch.setattr(camera_module, "cameras", lambda api: [])
    with pytest.raises(MissingCameraError, match="No camera was found"):
        CameraSource(platform="win32")
    with pytest.raises(CameraError, match="not read on plan9"):
        CameraSource(platform="plan9")


def test_a_camera_gives_frames_by_its_own_clock_until_it_is_unplugged(monkeypatch):
    def _decode(video):
        for index in range(3):
            picture = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 90, np.uint8), format="rgb24")
            picture.pts, picture.time_base = 5000 + index, 1
            yield picture
        raise OSError(errno.ENODEV, "gone")

    closed = []
    container = SimpleNamespace(
        streams=SimpleNamespace(video=[1]), decode=_decode, close=lambda: closed.append(True)
    )
    monkeypatch.setattr(camera_module.av, "open", lambda *args, **options: container)
    seen: list[Frame] = []
    with CameraSource("/dev/video0", platform="linux") as camera, pytest.raises(CameraLostError):
        seen.extend(camera)
    frames = []
    with CameraSource("/dev/video0", platform="linux") as camera:
        stream = iter(camera)
        frames += [next(stream) for _ in range(3)]
        with pytest.raises(CameraLostError, match="cable"):
            next(stream)
    assert [f.timestamp_s for f in frames] == [5000.0, 5001.0, 5002.0]
    assert camera.name == "video0" and len(closed) == 2


def test_a_file_plays_at_its_own_pace(clip):
    now, waits = [100.0], []

    def _sleep(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    with CameraSource(str(clip), clock=lambda: now[0], sleep=_sleep) as camera:
        frames = list(camera)
    assert len(frames) == 30
    assert now[0] - 100.0 == pytest.approx(29 / 15, abs=1e-3)
    assert waits[1:] == pytest.approx([1 / 15] * 29, abs=1e-3)


def test_an_empty_file_is_no_camera(tmp_path):
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(EmptyInputError):
        CameraSource(str(tmp_path / "empty.mp4"))


def test_the_command_without_a_camera_is_one_sentence(capsys, no_cameras):
    assert main(["webcam", "--device", "/dev/video99"]) == FAILED
    out, err = capsys.readouterr()
    assert "[camera_missing]" in err and "Traceback" not in err and out == ""


def test_a_clip_as_camera_gives_every_result(clip, tmp_path, capsys):
    clip.write_bytes(video_of([next(sample_frames()).image] * 30, rate=15))  # however few frames are read
    names = {"csv": tmp_path / "t.csv", "json": tmp_path / "t.json", "record-video": tmp_path / "v.mp4"}
    options = [word for name, path in names.items() for word in (f"--{name}", str(path))]
    assert main(["webcam", "--device", str(clip), *options]) == DONE
    out, err = capsys.readouterr()
    assert "Face 1 was read as happy" in out and "readings/s" in err
    table = pd.read_csv(names["csv"])
    assert set(table["source"]) == {"clip.mp4"} and "happy" in set(table["emotion"])
    assert json.loads(names["json"].read_text())["source"]["kind"] == "live"
    with av.open(str(names["record-video"])) as video:
        assert sum(1 for _ in video.decode(video=0)) == table["frame"].nunique()
    assert main(["webcam", "--device", str(clip), "--csv", str(names["csv"])]) == FAILED
    assert "[output_exists]" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_it_and_saves_the_timeline(clip, tmp_path, monkeypatch, number):
    handlers = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(webcam, "_settle", lambda session: signal.raise_signal(number))  # at any time
    timer = threading.Timer(0.7, signal.raise_signal, [number])
    timer.start()
    try:
        assert main(["webcam", "--device", str(clip), "--csv", str(tmp_path / "t.csv")]) == DONE
    finally:
        timer.cancel()
    assert pd.read_csv(tmp_path / "t.csv")["time_s"].max() < 1.9
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == handlers


class Camera:
    """A camera that breaks after some frames, or hangs."""

    name = "broken"

    def __init__(self, frames: int, error: Exception | None) -> None:
        self.frames, self.error, self.let_go = frames, error, threading.Event()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.let_go.set()

    def __iter__(self):
        for k in range(self.frames):
            yield Frame(np.full((48, 64, 3), 90, np.uint8), k, k / 15)
            time.sleep(0.05)
        if self.error:
            raise self.error
        self.let_go.wait(10)


def test_case_53_an_unplugged_camera_ends_and_what_was_read_is_saved(tmp_path, monkeypatch, capsys):
    broken = CameraLostError("The camera is gone.")
    monkeypatch.setattr(webcam, "CameraSource", lambda device: Camera(4, broken))
    assert main(["webcam", "--csv", str(tmp_path / "t.csv")]) == FAILED
    assert "[camera_lost]" in capsys.readouterr().err
    assert len(pd.read_csv(tmp_path / "t.csv")) >= 1
    monkeypatch.setattr(webcam, "CameraSource", lambda device: Camera(0, broken))
    assert main(["webcam", "--record-video", str(tmp_path / "v.mp4")]) == FAILED
    assert "[camera_lost]" in capsys.readouterr().err
    assert {p.name for p in tmp_path.iterdir()} == {"t.csv"}


def test_a_camera_that_hangs_is_given_up(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(webcam, "SILENT_S", 0.3)
    monkeypatch.setattr(webcam, "SETTLE_S", 0.1)
    monkeypatch.setattr(webcam, "CameraSource", lambda device: Camera(2, None))
    assert main(["webcam", "--csv", str(tmp_path / "t.csv")]) == FAILED
    assert "hangs" in capsys.readouterr().err and (tmp_path / "t.csv").exists()


def test_an_error_of_the_program_is_not_hidden(monkeypatch):
    monkeypatch.setattr(webcam, "CameraSource", lambda device: Camera(1, ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        main(["webcam"])


def snapshot(*emotions, **more) -> LiveSnapshot:
    seen = make_observations(emotions, **more)
    return LiveSnapshot(
        result=LiveResult(seen, seen.probs),
        counts=LiveCounts(submitted=9, analyzed=6, skipped=2, failed=1),
        fps=14.94,
        lag_s=0.021,
        silent_s=0.0,
        time_s=7.2,
        markers=(),
        recording_s=NEVER_S,
        recording_full=False,
        last_error="ValueError",
        closed=False,
    )


def drawn(shot: LiveSnapshot) -> str:
    console = Console(file=io.StringIO(), width=100, color_system=None)
    console.print(live_view.as_picture(shot, title="cam"))
    return console.file.getvalue()


def test_the_view_without_a_face():
    assert "No face in sight" in drawn(snapshot())
    assert live_view.as_line(snapshot()) == (
        "0:07 · 0 faces · 14.9 readings/s · 21 ms behind · 2 frames passed over · 1 failed (ValueError)"
    )


def test_the_view_shows_bars_unsure_and_why_a_face_is_not_read():
    shot = snapshot("happy", None, "sad", quality=["ok", "ok", "dark+small"])
    text, line = drawn(shot), live_view.as_line(shot)
    for words in ("happy 90%", "unsure (angry 14%)", "too dark, face too small"):
        assert words in text and words in line
    assert text.count("━") > 20 and "Ctrl-C" in text
    assert "and 4 more faces" in drawn(snapshot(*["happy"] * 10))
