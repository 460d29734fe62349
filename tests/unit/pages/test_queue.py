"""Many videos: in order, paused, cancelled, tried again, and not without room or without their visitor."""

import io
import threading
import time
import zipfile
from collections.abc import Callable

import pytest

from fer.errors import CancelledError, InputError
from fer.pipeline import AnalysisProgress
from fer.settings import Settings
from pages.ui.app import jobs
from pages.ui.app.jobs import JobRegistry, JobState
from pages.ui.app.uploads import Upload
from pages.ui.work import queue as queue_module
from pages.ui.work.queue import TOO_MUCH, VideoQueue, make_queue

PATIENCE_S = 20.0
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF"
MP4 = b"\0\0\0\x18ftypisom"


class Reader:
    """Stands in for the analysis: each video waits until the test lets it go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun: list[str] = []
        self.let_go, self.bad = threading.Event(), set()
        monkeypatch.setattr(queue_module, "video_work", self.work)

    def work(self, clip: Upload, settings: Settings) -> Callable:
        def work(job, tools):
            self.begun.append(clip.name)
            job.progress = AnalysisProgress(1.0, 2.0, 1, 1.0)
            while not self.let_go.wait(0.01):
                if job.cancel.is_set():
                    raise CancelledError("cancelled")
            if clip.name in self.bad:
                raise InputError("This one is damaged.")
            return f"result of {clip.name}"

        return work


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Reader:
    return Reader(monkeypatch)


@pytest.fixture
def registry() -> JobRegistry:
    return JobRegistry(workers=1)


@pytest.fixture
def queue(registry: JobRegistry, reader: Reader) -> VideoQueue:
    return make_queue(registry, "anna", "queue")


def clips(*names: str) -> list[Upload]:
    return [Upload(name, MP4 + name.encode()) for name in names]


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def states(queue: VideoQueue) -> list[str]:
    return [str(item.state) for item in queue.items]


def test_an_empty_queue_does_nothing(queue: VideoQueue):
    queue.add([], Settings())
    assert not queue.busy and queue.left_s == 0 and queue.items == []


def test_videos_are_read_one_after_the_other(queue: VideoQueue, reader: Reader, registry: JobRegistry):
    queue.add(clips("a", "b", "c"), Settings())
    until(lambda: reader.begun == ["a"])
    until(lambda: states(queue) == ["running", "waiting", "waiting"])
    assert queue.busy and queue.items[0].share == pytest.approx(0.5)
    reader.let_go.set()
    until(lambda: states(queue) == ["done"] * 3)
    assert reader.begun == ["a", "b", "c"]
    assert [item.result for item in queue.items] == ["result of a", "result of b", "result of c"]
    assert not queue.busy and registry.jobs_of("anna") == []


def test_pausing_lets_the_running_one_finish_and_begins_no_other(queue: VideoQueue, reader: Reader):
    queue.add(clips("a", "b"), Settings())
    until(lambda: reader.begun == ["a"])
    queue.pause()
    reader.let_go.set()
    until(lambda: states(queue) == ["done", "waiting"])
    until(lambda: queue._thread is None)
    assert not queue.busy
    queue.go_on()
    until(lambda: states(queue) == ["done", "done"])


def test_cancelling_and_trying_again(queue: VideoQueue, reader: Reader):
    reader.bad.add("c")
    queue.add(clips("a", "b", "c"), Settings())
    until(lambda: reader.begun == ["a"])
    queue.cancel(queue.items[1])
    queue.cancel(queue.items[0])
    until(lambda: states(queue)[:2] == ["cancelled", "cancelled"])
    reader.let_go.set()
    until(lambda: states(queue) == ["cancelled", "cancelled", "failed"])
    assert queue.items[2].error.text == "This one is damaged."
    reader.bad.clear()
    for item in queue.items:
        queue.retry(item)
    until(lambda: states(queue) == ["done"] * 3)


def test_a_removed_video_is_not_read(queue: VideoQueue, reader: Reader):
    queue.add(clips("a", "b"), Settings())
    until(lambda: reader.begun == ["a"])
    first = queue.items[0]
    queue.remove(first)
    until(lambda: first.state is JobState.CANCELLED and reader.begun == ["a", "b"])
    queue.close()
    until(lambda: not queue.busy)
    assert queue.items == []


def test_it_ends_with_its_visit(queue: VideoQueue, reader: Reader, registry: JobRegistry):
    queue.add(clips("a", "b"), Settings())
    until(lambda: reader.begun == ["a"])
    registry.drop("anna")
    until(lambda: queue.items[0].state is JobState.CANCELLED)
    time.sleep(0.1)
    assert reader.begun == ["a"]


def test_the_bytes_of_what_is_read_make_room_and_then_a_video_is_refused(
    queue: VideoQueue, reader: Reader, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(jobs, "SESSION_BYTES", 2500)
    reader.let_go.set()
    queue.add([Upload(name, MP4 + bytes(1000)) for name in "ab"], Settings())
    until(lambda: states(queue) == ["done", "done"])
    queue.add([Upload("c", MP4 + bytes(1000))], Settings())
    until(lambda: states(queue) == ["done"] * 3)
    assert [bool(item.clip.data) for item in queue.items] == [False, True, True]
    queue.add([Upload("d", MP4 + bytes(2600))], Settings())
    assert (queue.items[3].state, queue.items[3].error) == (JobState.FAILED, TOO_MUCH)
    queue.retry(queue.items[3])
    assert queue.items[3].state is JobState.FAILED, "its bytes were not taken"


def test_a_zip_is_its_videos_with_their_folders(queue: VideoQueue, reader: Reader):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("calm/P1.mp4", MP4)
        archive.writestr("calm/notes.txt", "hello")
        archive.writestr("calm/P2.mp4", "no video")
        archive.writestr("face.jpg", JPEG)
        archive.writestr("__MACOSX/._P1.mp4", "x")
    queue.pause()
    queue.add([Upload("study.zip", out.getvalue()), Upload("bad.zip", b"PK\x03\x04 no zip")], Settings())
    assert [item.clip.name for item in queue.items] == ["calm/P1.mp4"]
    assert [(file.name, file.fate) for file in queue.lost] == [
        ("calm/notes.txt", "passed_over"),
        ("calm/P2.mp4", "refused"),
        ("face.jpg", "refused"),
    ]
    assert all(file.reason for file in queue.lost)
    assert "Photos page" in queue.lost[2].reason
    assert len(queue.notes) == 1 and "bad.zip" in queue.notes[0]
    queue.add(clips("a"), Settings())
    assert (queue.lost, queue.notes) == ((), ())


def test_a_video_whose_name_stands_twice_in_a_zip_is_read_twice(queue: VideoQueue):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("P1.mp4", MP4 + b"1")
        archive.writestr("P1.mp4", MP4 + b"2")
    queue.pause()
    queue.add([Upload("study.zip", out.getvalue())], Settings())
    assert [(item.clip.name, item.clip.data[-1:]) for item in queue.items] == [
        ("P1.mp4", b"1"),
        ("P1.mp4 (2)", b"2"),
    ]


def test_a_document_is_no_zip_file_of_videos(queue: VideoQueue):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/media/P1.mp4", MP4)
    queue.pause()
    queue.add([Upload("consent.docx", out.getvalue())], Settings())
    assert not queue.items and "document" in queue.notes[0]


def test_more_than_a_queue_holds_is_said(queue: VideoQueue, reader: Reader, monkeypatch):
    monkeypatch.setattr(queue_module, "MAX_ITEMS", 1)
    queue.pause()
    queue.add(clips("a", "b"), Settings())
    assert len(queue.items) == 1 and "b was left out" in queue.notes[0]


def test_a_full_line_is_tried_again(queue: VideoQueue, reader: Reader, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(queue_module, "AGAIN_S", 0.01)
    monkeypatch.setattr(jobs, "MAX_WAITING", -1)
    queue.add(clips("a"), Settings())
    time.sleep(0.1)
    assert reader.begun == []
    monkeypatch.setattr(jobs, "MAX_WAITING", 20)
    reader.let_go.set()
    until(lambda: states(queue) == ["done"])


def test_the_time_left_follows_from_the_speed_so_far(registry: JobRegistry, reader: Reader):
    now_s = 0.0
    queue = VideoQueue("anna", registry, bool, bool, clock=lambda: now_s)
    queue.add([Upload(name, MP4 + bytes(988)) for name in "abc"], Settings())
    until(lambda: reader.begun == ["a"])
    assert queue.left_s is None
    time.sleep(3 * queue_module.LOOK_EVERY_S)  # it hears that half of the first is read
    now_s = 10.0
    queue.pause()
    reader.let_go.set()
    until(lambda: states(queue) == ["done", "waiting", "waiting"])
    assert queue.left_s == pytest.approx(40.0)
    queue.remove(queue.items[2])
    assert queue.left_s == pytest.approx(20.0)
