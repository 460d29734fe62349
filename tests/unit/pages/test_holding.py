"""What a session may hold: counted once, bounded, and let go of."""

import asyncio
import gc
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from starlette import formparsers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from fer.errors import TooLargeInputError
from fer.timeline.report import make_report
from pages.ui.app import holding, jobs, uploads
from pages.ui.app.holding import IN_FLIGHT_BYTES, SESSION_BYTES, Arriving, held_bytes
from pages.ui.app.jobs import Job, JobRegistry, JobState
from pages.ui.app.uploads import Upload
from tests.helpers.factories import make_timeline
from tests.helpers.places import ROOT


@dataclass(frozen=True)
class Kept:
    """What pages keep: records of records."""

    upload: Upload
    more: tuple = ()


@dataclass(frozen=True)
class Stretch:
    """A record of numbers."""

    start_s: float
    name: str = ""


def test_records_of_numbers_are_not_walked_and_what_stands_beside_them_is():
    many = tuple(Stretch(float(k)) for k in range(1000))
    assert held_bytes([many]) == held_bytes([[1, 2.0, "x"]]) == 0
    assert held_bytes([(*many, b"1234")]) == 4
    assert held_bytes([Kept(Upload("a", b"12345"), many)]) == 5


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """A bound of 1000 bytes, and nothing arriving."""
    for place in (jobs, uploads):
        monkeypatch.setattr(place, "SESSION_BYTES", 1000)
    monkeypatch.setattr(holding, "IN_FLIGHT_BYTES", 1000)
    uploads.keep_in_memory()
    monkeypatch.setattr(Arriving, "_total", 0)


def upload(n: int) -> Upload:
    """A file of n bytes."""
    return Upload("x", b"x" * n)


def test_nothing_holds_nothing():
    assert held_bytes([]) == held_bytes([None, "text", 3, object()]) == 0


def test_content_is_counted_once_wherever_it_lies():
    one = upload(100)
    array = np.zeros((10, 10), np.uint8)
    assert held_bytes([one, Kept(one), {"a": [one.data]}]) == 100
    assert held_bytes([array, array[2:], array.reshape(100)]) == 100
    assert held_bytes([pd.DataFrame({"a": np.zeros(10)})]) == 80
    report = make_report(make_timeline({1: [("happy", 3.0)]}), model={})
    before = held_bytes([report])
    assert report.summary and held_bytes([report]) > before  # what was smoothed meanwhile is held too
    loop: list = []
    loop.append(loop)
    assert held_bytes([loop]) == 0


def test_case_115_a_session_keeps_no_more_than_its_bound():
    registry = JobRegistry()
    registry.keep("me", "clip", upload(600))
    with pytest.raises(TooLargeInputError, match="close"):
        registry.keep("me", "photos", Kept(upload(500)))
    assert registry.kept("me", "photos") is None
    registry.keep("other", "clip", upload(900))
    registry.keep("me", "clip", upload(900))  # the new one replaces the old one
    registry.release("me", "clip")
    registry.keep("me", "photos", upload(900))
    assert registry.held("me") == 900


def test_case_115_results_that_can_be_made_again_make_room():
    registry = JobRegistry()
    for number in range(2):
        job = Job("me", str(number), None, JobState.DONE, result=upload(400), number=number)
        registry._jobs["me", str(number)] = job
    registry.keep("me", "clip", upload(500))
    assert [job.key for job in registry.jobs_of("me")] == ["1"]
    assert registry.held("me") == 900


def test_case_115_files_that_no_page_asked_for_are_refused_beyond_the_bound():
    manager = MemoryUploadedFileManager("/upload")
    uploads.count_session("s", lambda: 300)
    try:
        for number in range(10):
            file = UploadedFileRec(str(number), "x", "text/plain", b"x" * 200)
            if number < 3:
                manager.add_file("s", file)
            else:
                with pytest.raises(HTTPException) as caught:
                    manager.add_file("s", file)
                assert caught.value.status_code == 413
        manager.add_file("s", UploadedFileRec("0", "x", "text/plain", b"y" * 200))  # the same file again
        manager.add_file("other", UploadedFileRec("0", "x", "text/plain", b"x" * 900))
    finally:
        uploads.forget_session("s")
    assert len(manager.get_files("s", [str(n) for n in range(10)])) == 3
    manager.add_file("s", UploadedFileRec("9", "x", "text/plain", b"x" * 300))


def body(n: int) -> bytes:
    """A form with one file of n bytes."""
    head = b'--b\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\n'
    return head + b"x" * n + b"\r\n--b--\r\n"


def request(n: int) -> Request:
    """A request that brings it in small pieces."""
    pieces = [body(n)[at : at + 64] for at in range(0, len(body(n)), 64)]

    async def receive():
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    headers = [(b"content-type", b"multipart/form-data; boundary=b")]
    return Request({"type": "http", "method": "PUT", "headers": headers}, receive)


def test_case_115_uploads_in_flight_are_bounded_and_touch_no_disk(monkeypatch):
    async def both():
        first = await request(700).form()
        with pytest.raises(HTTPException) as caught:
            await request(400).form()
        assert caught.value.status_code == 503
        file = first["f"].file
        assert isinstance(file, Arriving) and not file._rolled
        assert await first["f"].read() == b"x" * 700
        file.close()
        gc.collect()
        assert Arriving._total == 0
        await request(900).form()

    assert formparsers.SpooledTemporaryFile is Arriving
    with ThreadPoolExecutor(1) as elsewhere:  # a browser's test leaves its event loop in this thread
        elsewhere.submit(asyncio.run, both()).result()


def test_case_106_the_largest_file_of_any_page_passes_the_server():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    largest = max(uploads.DATA_MB, uploads.VIDEO_MB, uploads.PHOTO_MB)
    assert config["server"]["maxUploadSize"] >= largest > 301  # FER2013's CSV has 301 MB
    assert largest * uploads.MEGABYTE < SESSION_BYTES < IN_FLIGHT_BYTES


def test_a_browser_that_waits_with_a_file_gets_its_answer_though_the_page_begins_anew():
    queue, answer, other = ForwardMsgQueue(), ForwardMsg(), ForwardMsg()
    answer.file_urls_response.response_id = "a file"
    other.delta.new_element.text.body = "drawn anew"
    for fragments in (None, ["one"]):
        queue.enqueue(other)
        queue.enqueue(answer)
        queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=fragments)
        sent = queue.flush()
        assert sent.count(answer) == 1 and sent.count(other) == (fragments is not None)
        assert queue.is_empty()
