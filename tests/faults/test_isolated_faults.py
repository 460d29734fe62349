"""Uploads are decoded in a process of their own: whatever happens there costs that upload only."""

import io
import os
import signal
import subprocess
import sys
import threading
import time

import av
import numpy as np
import pytest
from PIL import Image

from fer.errors import (
    CrashedInputError,
    DamagedInputError,
    EmptyInputError,
    InputError,
    MemoryInputError,
    MissingInputError,
    StalledInputError,
    UnsupportedInputError,
)
from fer.sources import VideoSource, decode_apart, have_one_ready, images, open_video, read_image
from fer.sources.isolated import limits, parent, reading
from fer.sources.isolated.channel import Channel, ChannelClosed, ChannelSilent
from fer.sources.isolated.parent import Child, Children
from fer.sources.isolated.reading import VideoApart, read_image_apart, sound_apart
from tests.helpers.clips import beeping, clip, flat, noise, ramp
from tests.helpers.places import ROOT

LINUX = sys.platform == "linux"


def png(value: int = 90, **more) -> bytes:
    """A small picture."""
    file = io.BytesIO()
    Image.fromarray(np.full((30, 40, 3), value, np.uint8)).save(file, "PNG", **more)
    return file.getvalue()


def running(pid: int) -> bool:
    """Whether a process is there and not only waiting to be forgotten."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def gone(pid: int, within_s: float = 10.0) -> bool:
    """Whether a process ends in time."""
    end_s = time.monotonic() + within_s
    while running(pid) and time.monotonic() < end_s:
        time.sleep(0.02)
    return not running(pid)


def open_files() -> set[str]:
    """What this process holds open, but for what comes and goes by itself."""
    held = set()
    for name in os.listdir("/proc/self/fd"):
        try:
            held.add(f"{name}:{os.readlink(f'/proc/self/fd/{name}')}")
        except OSError:
            continue
    return held


@pytest.fixture
def children(monkeypatch):
    """Decoding processes of this test's own, the ordinary ones."""
    own = Children()
    monkeypatch.setattr(reading, "CHILDREN", own)
    yield own
    own.close()


@pytest.fixture
def hostile(children, monkeypatch):
    """Decoders that do what the upload's last word says, and little time for them."""
    monkeypatch.setattr(parent, "COMMAND", (sys.executable, str(ROOT / "tests/helpers/hostile_decoder.py")))
    monkeypatch.setattr(reading, "ANSWER_S", 4.0)
    return children


# --- the same as here


def test_an_empty_upload_starts_no_process(children):
    with pytest.raises(EmptyInputError):
        read_image_apart(b"")
    with pytest.raises(EmptyInputError):
        VideoApart(b"")
    with pytest.raises(MissingInputError):
        read_image_apart("nowhere.png")
    with pytest.raises(UnsupportedInputError):
        read_image_apart(b"no picture")
    assert children._spare is None


def test_a_picture_is_the_same_with_its_notes_and_name(children):
    film = io.BytesIO()
    Image.new("RGB", (16, 12), "red").save(
        film, "GIF", save_all=True, append_images=[Image.new("RGB", (16, 12))]
    )
    for data in (png(), film.getvalue()):
        there, here = read_image_apart(data, name="../a\n.png"), images.read_image(data, name="../a\n.png")
        assert np.array_equal(there.frame.image, here.frame.image)
        assert there.notes == here.notes and there.partial is here.partial
        assert there.frame.source == here.frame.source


@pytest.mark.parametrize("fps", [None, 3.0])
def test_a_video_is_the_same_however_often_it_is_read(children, fps):
    data = clip(noise(12), rate=10)
    with VideoApart(data, name="a.mp4", fps=fps) as there, VideoSource(data, name="a.mp4", fps=fps) as here:
        for _ in range(2):
            for a, b in zip(there, here, strict=True):
                assert np.array_equal(a.image, b.image)
                assert (a.index, a.timestamp_s, a.source) == (b.index, b.timestamp_s, b.source)
        assert there.info == here.info and there.duration_s == here.duration_s


def test_pictures_that_were_given_out_do_not_change(children):
    with VideoApart(clip(ramp(20))) as video:
        kept = [(frame.image, frame.image.copy()) for frame in video]
    assert all(np.array_equal(image, then) for image, then in kept)


def test_without_shared_memory_pictures_come_through_the_pipe(children, monkeypatch):
    monkeypatch.setattr(parent, "make_pane", lambda: None)
    data = clip(noise(8))
    with VideoApart(data) as there, VideoSource(data) as here:
        assert all(np.array_equal(a.image, b.image) for a, b in zip(there, here, strict=True))
    assert np.array_equal(read_image_apart(png()).frame.image, images.read_image(png()).frame.image)


def test_what_is_wrong_with_a_file_is_said_as_here(children):
    for data in (png()[:60], clip(ramp(3))[:700], clip(ramp(3), container="matroska")[:200]):
        said = []
        for read in (
            read_image_apart,
            images.read_image,
            lambda d: [*VideoApart(d)],
            lambda d: [*VideoSource(d)],
        ):
            with pytest.raises(InputError) as caught:
                read(data)
            said.append((type(caught.value), caught.value.message))
        assert said[0] == said[1] and said[2] == said[3]


def test_a_video_that_was_closed_or_left_says_so_or_starts_again(children):
    video = VideoApart(clip(ramp(6)))
    pid = video._child.pid
    for frame in video:
        assert frame.index == 0
        break
    assert gone(pid)
    assert len([*video]) == 6
    video.close()
    with pytest.raises(ValueError, match="closed"):
        next(iter(video))


def test_the_policy_is_one_for_all(children):
    data = clip(ramp(2))
    have_one_ready()
    assert children._spare is None
    try:
        decode_apart()
        have_one_ready()
        assert children._spare.alive
        with open_video(data) as video:
            assert isinstance(video, VideoApart)
        assert read_image(png()).frame.image.shape == (30, 40, 3)
        assert children._waiting
    finally:
        decode_apart(False)
    with open_video(data) as video:
        assert isinstance(video, VideoSource)


# --- dying


@pytest.mark.parametrize(
    ("word", "error"),
    [
        (b"abort", CrashedInputError),
        (b"crash", CrashedInputError),
        (b"exit", CrashedInputError),
        (b"noise", CrashedInputError),
        (b"deep", CrashedInputError),
        (b"kill", MemoryInputError),
        (b"loop", StalledInputError),
        (b"sleep", StalledInputError),
        (b"raise", DamagedInputError),
        (b"open", DamagedInputError),
        *((lie, CrashedInputError) for lie in (b"huge", b"negative", b"slot", b"words", b"other", b"list")),
        (b"code", DamagedInputError),
    ],
)
def test_a_decoder_that_misbehaves_costs_one_picture(hostile, word, error):
    read_image_apart(png())
    with pytest.raises(error) as caught:
        read_image_apart(png() + b"!" + word)
    assert caught.value.message.endswith(".")
    assert read_image_apart(png(33)).frame.image[0, 0].tolist() == [33] * 3


@pytest.mark.skipif(not LINUX, reason="other systems set no bound to the address space")
@pytest.mark.parametrize("word", [b"eat", b"malloc"])
def test_a_decoder_that_eats_memory_is_stopped_before_the_server_feels_it(hostile, monkeypatch, word):
    monkeypatch.setattr(reading, "ANSWER_S", 60.0)
    with pytest.raises((MemoryInputError, CrashedInputError)):
        read_image_apart(png() + b"!" + word)
    assert read_image_apart(png(34)).frame.image[0, 0].tolist() == [34] * 3


@pytest.mark.skipif(not LINUX, reason="other systems set no bound to files")
def test_a_decoder_writes_no_file(hostile):
    place = "/tmp/fer-hostile-decoder"
    with pytest.raises(InputError):
        read_image_apart(png() + b"!write")
    assert not os.path.exists(place) or not os.path.getsize(place)
    if os.path.exists(place):
        os.remove(place)


def test_notes_of_a_liar_are_short_and_few(hostile):
    notes = read_image_apart(png() + b"!notes").notes
    assert len(notes) == 10 and max(map(len, notes)) == 500


@pytest.mark.parametrize(
    ("word", "error"),
    [(b"abort", CrashedInputError), (b"crash", CrashedInputError), (b"loop", StalledInputError)],
)
def test_a_decoder_that_misbehaves_in_a_video_costs_that_video(hostile, monkeypatch, word, error):
    monkeypatch.setattr(reading, "GRACE_S", 2.0)
    data = clip(ramp(6))
    with VideoApart(data + b"!" + word, stall_s=1.0) as video:
        pid, seen = video._child.pid, []
        with pytest.raises(error):
            seen += [frame.index for frame in video]
        assert gone(pid)
    with VideoApart(data) as video:
        assert len([*video]) == 6


def test_many_crashes_leave_no_process_no_file_and_no_thread(hostile):
    read_image_apart(png())
    before, threads = open_files(), threading.active_count()
    pids = set()
    for _ in range(5):
        with pytest.raises(CrashedInputError):
            read_image_apart(png() + b"!abort")
        pids.add(hostile._spare.pid)
    hostile.close()
    assert all(gone(pid) for pid in pids)
    assert len(open_files()) <= len(before) and threading.active_count() <= threads


def test_a_video_of_which_no_frame_is_wanted_for_long_is_no_stall(children, monkeypatch):
    monkeypatch.setattr(reading, "GRACE_S", 0.0)
    monkeypatch.setattr("fer.sources.isolated.child.BEAT_S", 0.0)
    with VideoApart(clip(noise(60, width=320, height=240)), fps=0.01, stall_s=20.0) as video:
        assert len([*video]) == 1


# --- ending


HOLD = """
import sys
from fer.sources.isolated import parent, reading
from fer.sources.isolated.reading import VideoApart
parent.COMMAND = (sys.executable, sys.argv[1])
video = VideoApart(open(sys.argv[2], "rb").read())
parent.CHILDREN.warm()
print(video._child.pid, parent.CHILDREN._spare.pid, flush=True)
for frame in video:
    pass
"""


@pytest.mark.skipif(not LINUX, reason="the system's own way to end a process with its parent")
@pytest.mark.parametrize("word", [b"loop", b"sleep"])
def test_decoders_end_with_a_server_that_was_killed(tmp_path, word):
    (tmp_path / "a.mp4").write_bytes(clip(ramp(6)) + b"!" + word)
    command = [
        sys.executable,
        "-c",
        HOLD,
        str(ROOT / "tests/helpers/hostile_decoder.py"),
        str(tmp_path / "a.mp4"),
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        pids = [int(text) for text in process.stdout.readline().split()]
        time.sleep(0.5)
        assert len(pids) == 2 and all(running(pid) for pid in pids)
        process.send_signal(signal.SIGKILL)
    assert all(gone(pid) for pid in pids)


def test_leaving_the_block_ends_the_process(children):
    with VideoApart(clip(ramp(6))) as video:
        pid = video._child.pid
    assert gone(pid) and children._spare.alive
    with pytest.raises(KeyError), VideoApart(clip(ramp(6))) as video:
        pid = video._child.pid
        raise KeyError
    assert gone(pid)


def test_waiting_processes_end_after_their_time(monkeypatch):
    own = Children(spare_s=0.3)
    own.warm()
    pid = own._spare.pid
    assert gone(pid, 20.0)
    assert own._spare is None
    own.close()


def test_a_process_reads_so_many_pictures_and_no_more(children, monkeypatch):
    monkeypatch.setattr(reading, "PICTURES_EACH", 2)
    read_image_apart(png())
    [first] = children._waiting
    read_image_apart(png())
    assert not children._waiting and gone(first.pid)


# --- limits and the channel


@pytest.mark.skipif(not LINUX, reason="reads /proc")
def test_the_process_has_no_secrets_and_its_limits(children, monkeypatch):
    monkeypatch.setenv("FER_SECRET", "token")
    read_image_apart(png())
    [child] = children._waiting
    with open(f"/proc/{child.pid}/environ", "rb") as file:
        assert b"token" not in file.read()
    with open(f"/proc/{child.pid}/limits") as file:
        held = {line[:25].strip(): line[25:].split()[0] for line in file}
    assert held["Max file size"] == held["Max core file size"] == "0"
    assert held["Max open files"] == str(limits.OPEN_FILES)
    assert int(held["Max address space"]) < 3_000_000_000
    with open(f"/proc/{child.pid}/oom_score_adj") as file:
        assert file.read().strip() == "1000"


def test_room_is_a_share_of_what_is_free_and_never_nothing(monkeypatch):
    for free, room in (
        (None, limits.MOST_BYTES),
        (0, limits.LEAST_BYTES),
        (10**9, 800_000_000),
        (10**12, 1.5e9),
    ):
        monkeypatch.setattr(limits, "free_bytes", lambda free=free: free)
        assert limits.room_bytes() == room


def test_the_channel_carries_words_and_bytes_and_says_when_nobody_is_there():
    mine, theirs = os.pipe(), os.pipe()
    here, there = Channel(theirs[0], mine[1]), Channel(mine[0], theirs[1])
    here.send({"a": 1}, b"xyz")
    assert there.receive(1.0) == {"a": 1, "bytes": 3}
    data = bytearray(3)
    there.read_into(memoryview(data), 1.0)
    assert data == b"xyz"
    with pytest.raises(ChannelSilent):
        here.receive(0.01)
    for text in ((70_000).to_bytes(4, "big"), b"\0\0\0\2[]", b"\0\0\0\1{"):
        os.write(theirs[1], text)
        with pytest.raises(ChannelClosed):
            here.receive(1.0)
    os.close(theirs[1])
    with pytest.raises(ChannelClosed):
        here.receive(1.0)
    os.close(mine[0])
    with pytest.raises(ChannelClosed):
        here.send({"a": 1})
    os.close(mine[1])
    os.close(theirs[0])


@pytest.mark.skipif(not LINUX, reason="memory without a file")
def test_shared_memory_cannot_be_made_smaller_and_lies_on_no_disk():
    pane = parent.make_pane()
    with pytest.raises(OSError):
        os.ftruncate(pane, 10)
    assert "memfd:" in os.readlink(f"/proc/self/fd/{pane}")
    os.close(pane)


def test_a_child_that_does_not_start_is_one_sentence(monkeypatch):
    monkeypatch.setattr(parent, "COMMAND", (sys.executable, "-c", "pass"))
    child = Child()
    with pytest.raises(CrashedInputError):
        child.ask({"do": "image", "name": "x"}, png())
    assert not child.alive
    assert flat(3).shape == (48, 64, 3)


@pytest.mark.parametrize(
    ("container", "codec"), [("mp4", "aac"), ("matroska", "pcm_s16le"), ("matroska", "libmp3lame")]
)
def test_the_sound_of_a_copy_is_read_apart_too(children, container, codec):
    data = beeping(container=container, codec=codec)
    made, trouble = sound_apart(data)
    assert trouble == ""
    with av.open(io.BytesIO(made)) as sound:
        [stream] = sound.streams
        assert stream.type == "audio"
        loud = [
            float(frame.time)
            for frame in sound.decode(stream)
            if np.abs(frame.to_ndarray()).max() > 0.2 * _top(frame)
        ]
    assert loud[0] == pytest.approx(1.0, abs=0.06) and loud[-1] == pytest.approx(1.5, abs=0.06)


def _top(frame: av.AudioFrame) -> float:
    """The largest number that a sample can be."""
    return 32767.0 if "s16" in frame.format.name else 1.0


def test_a_video_without_sound_or_with_a_hostile_one_has_none(hostile):
    assert sound_apart(clip(ramp(3))) == (b"", "")
    made, trouble = sound_apart(beeping()[:900])
    assert made == b"" and trouble


FEW = """
import resource, sys
from fer.sources import VideoSource
from fer.errors import InputError
data = open(sys.argv[1], "rb").read()
with VideoSource(data) as video:
    used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 12_000_000,) * 2)
    try:
        print(sum(1 for _ in video))
    except (InputError, MemoryError) as error:
        print(getattr(error, "code", "memory"))
"""


@pytest.mark.skipif(not LINUX, reason="other systems set no bound to the address space")
def test_case_114_a_video_without_memory_for_a_frame_is_not_called_damaged(tmp_path):
    (tmp_path / "a.mkv").write_bytes(clip([flat(90, width=1920, height=1080)] * 2, container="matroska"))
    done = subprocess.run(
        [sys.executable, "-c", FEW, str(tmp_path / "a.mkv")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() in (["input_memory"], ["memory"]), done.stderr[-300:]
