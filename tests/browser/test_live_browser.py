"""A person in front of a camera, in a real browser: Chromium's fake camera shows the built-in sample in gray.

In a gray picture every colour is the overlay's. The app has one place for a live session, so that each test
also shows that the one before it has given its place back.
"""

import base64
import csv
import io
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Playwright, expect
from playwright.sync_api import TimeoutError as LateError

from fer.sample.clip import sample_frames
from tests.helpers import live_app
from tests.helpers.live_app import own_requests_only

FILM_FPS = 30.0
LOOP_S = 12.0
LEAST_FPS = 0.5
"""On a machine that does other things too; the figure itself is measured by `python -m fer benchmark`."""

VIVID = 60
"""Difference between colour channels that no gray picture reaches, however compressed."""


@pytest.fixture(scope="module")
def app_with_one_place(engine: Playwright) -> Iterator[str]:
    """The app with a single place for a live session."""
    with live_app.running_app(FER_LIVE_SESSIONS="1") as (found, _):
        yield found


@pytest.fixture(scope="module")
def filmed(engine: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser whose camera sees the sample in gray."""
    gray = (
        np.asarray(Image.fromarray(frame.image).convert("L").convert("RGB"))
        for frame in sample_frames(fps=FILM_FPS)
    )
    film = live_app.camera_film(tmp_path_factory.mktemp("film") / "sample.mjpeg", gray)
    with live_app.launched(engine, film) as found:
        yield found


@pytest.fixture
def tab(filmed: Browser, app_with_one_place: str) -> Iterator[Page]:
    """A tab on the Live page, before consent."""
    with own_requests_only(filmed) as page:
        live_app.open_page(page, app_with_one_place, "live")
        yield page


def numbers(page: Page) -> tuple[float, int]:
    """Frames a second and the count of frames, as the page says them."""
    text = page.get_by_text("frames a second read").inner_text()
    rate, count = re.match(r"([\d.]+) frames.* · ([\d,]+) read", text).groups()
    return float(rate), int(count.replace(",", ""))


def stream_picture(page: Page) -> np.ndarray:
    """(H, W, 3) what the video shows at this moment."""
    video = page.frame_locator('iframe[title*="webrtc_streamer"]').locator("video")
    encoded = video.evaluate(
        """v => { const c = document.createElement("canvas"); c.width = v.videoWidth;
        c.height = v.videoHeight; c.getContext("2d").drawImage(v, 0, 0); return c.toDataURL(); }"""
    )
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(encoded.split(",")[1]))).convert("RGB"))


def overlay_center(picture: np.ndarray) -> tuple[float, float] | None:
    """Middle of everything coloured; None where there is too little."""
    vivid = np.argwhere(np.ptp(picture.astype(int), axis=2) > VIVID)
    return tuple(vivid.mean(0)) if len(vivid) > 100 else None


def test_start_look_record_stop_and_open_the_timeline(tab):
    tab.get_by_text("Everyone on camera knows").wait_for()
    live_app.start_camera(tab)
    tab.get_by_role("button", name="Settings").click()
    tab.get_by_role("combobox", name="A recording keeps").click()
    tab.get_by_role("option", name="Timeline and video, faces blurred").click()
    tab.keyboard.press("Escape")
    tab.get_by_role("button", name="Record", exact=True).click()
    expect(tab.get_by_text("Recording 0:0")).to_be_visible()
    _, first = numbers(tab)
    words, centers, rates = set(), [], []
    least_s = time.monotonic() + LOOP_S + 2
    max_s = least_s + live_app.PATIENCE_MS / 1000
    # A busy machine reads so few pictures that one round of the film may show too little.
    while (now_s := time.monotonic()) < least_s or (not {"happy", "surprise"} <= words and now_s < max_s):
        words |= set(re.findall(r"(\w+), \d+% sure", tab.locator('[data-testid="stMain"]').inner_text()))
        if (center := overlay_center(stream_picture(tab))) is not None:
            centers.append(center)
        rates.append(numbers(tab)[0])
        tab.wait_for_timeout(300)
    height, width, _ = stream_picture(tab).shape
    assert width * 3 == height * 4 and width <= 640, "640x480, or less where the browser has no time for it"
    assert {"happy", "surprise"} <= words, "the sample shows both"
    assert len(centers) >= 3 and np.ptp(np.array(centers), axis=0).max() > 5, "the overlay moves"
    assert numbers(tab)[1] - first > LEAST_FPS * LOOP_S
    assert max(rates) >= LEAST_FPS

    tab.get_by_placeholder("Label of the next marker").fill("joke")
    tab.get_by_placeholder("Label of the next marker").press("Enter")
    live_app.settled(tab)
    tab.get_by_placeholder("Label of the next marker").blur()
    marked = tab.get_by_text(re.compile(r"\d:\d\d joke")).first
    for _ in range(3):  # a key that comes while the page is drawn anew is lost
        tab.keyboard.press("m")
        with suppress(LateError):
            marked.wait_for(timeout=15_000)
            break
    expect(marked).to_be_visible()
    tab.get_by_role("button", name="Snapshot").first.click()
    with tab.expect_download() as waiting:
        tab.get_by_role("button", name="Save the snapshot").click()
    width, height = Image.open(waiting.value.path()).size
    assert width * 3 == height * 4

    opener = tab.get_by_role("button", name="Open on the Video page")
    live_app.press_until(tab.get_by_role("button", name="Stop recording"), opener)
    live_app.stop_camera(tab)
    opener.click()
    live_app.wait_for_report(tab)
    expect(tab.locator(".st-key-timeline").get_by_text("joke").first).to_be_visible()
    with tab.expect_download() as waiting:
        tab.get_by_role("button", name="CSV", exact=True).click()
    rows = list(csv.DictReader(io.StringIO(Path(waiting.value.path()).read_text(encoding="utf-8"))))
    assert {"happy", "surprise", "angry", "sad"} <= {row["emotion"] for row in rows}
    assert float(rows[-1]["time_s"]) > LOOP_S


def code_said(page: Page) -> str:
    """The code of the error that a start ends with."""
    live_app.enter(page)
    page.get_by_text("Code: ").wait_for()
    return live_app.error_code(page)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("NotAllowedError", "camera_denied"),
        ("NotFoundError", "camera_missing"),
        ("NotReadableError", "camera_in_use"),
    ],
)
def test_case_52_a_refused_camera_is_said_in_words(filmed, app_with_one_place, name, code):
    with own_requests_only(filmed) as page:
        page.add_init_script(
            f"navigator.mediaDevices.getUserMedia = async () => {{ throw new DOMException('no', '{name}'); }}"
        )
        live_app.open_page(page, app_with_one_place, "live")
        assert code_said(page) == code
        expect(page.get_by_role("button", name="Start", exact=True)).to_be_enabled()


LOSES_THE_FIRST_ANSWER = """
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (data) {
  const lost = !window.lostOne && new TextDecoder("latin1").decode(data).includes('"answer"');
  if (lost) window.lostOne = true;
  else send.call(this, data);
};
"""
"""A script for the page: as where Streamlit throws a run away before it has begun."""


def test_the_cameras_answer_is_told_again_until_it_is_heard(filmed, app_with_one_place):
    with own_requests_only(filmed) as page:
        page.add_init_script(LOSES_THE_FIRST_ANSWER)
        live_app.open_page(page, app_with_one_place, "live")
        live_app.start_camera(page)
        assert page.evaluate("window.lostOne")
        live_app.stop_camera(page)


def test_case_52_a_page_that_is_not_secure_says_so(filmed, app_with_one_place):
    with own_requests_only(filmed) as page:
        page.add_init_script("Object.defineProperty(window, 'isSecureContext', {value: false});")
        live_app.open_page(page, app_with_one_place, "live")
        assert code_said(page) == "camera_insecure"


def test_case_62_no_way_to_the_camera_is_said_within_15_seconds(filmed, app_with_one_place):
    with own_requests_only(filmed) as page:
        page.add_init_script(live_app.RELAY_ONLY)
        live_app.open_page(page, app_with_one_place, "live")
        assert code_said(page) == "live_connection"
        expect(page.get_by_text("Take a photo instead")).to_be_visible()


def test_cases_59_65_67_one_place_is_shared_politely(filmed, app_with_one_place):
    with own_requests_only(filmed) as first, own_requests_only(filmed) as second:
        live_app.open_page(first, app_with_one_place, "live")
        live_app.start_camera(first)
        live_app.open_page(second, app_with_one_place, "live")
        live_app.agree(second)
        expect(second.get_by_text("Code: busy")).to_be_visible()
        first.get_by_role("link", name="Photos").click()  # leaving the page ends the stream
        first.get_by_role("heading", name="Photos").wait_for()
        live_app.go_live(second)
        second.close()  # so does closing the tab
        first.get_by_role("link", name="Live").click()
        first.get_by_text("stopped when you left this page").wait_for()
        assert not live_app.error_code(first)
        live_app.go_live(first)


def connections(page: Page) -> int:
    """How many connections the page and its frames have made; see `live_app.COUNT_CONNECTIONS`."""
    return sum(frame.evaluate("window.connections") for frame in page.frames)


def test_a_start_makes_one_connection_and_succeeds_at_once(filmed, app_with_one_place):
    with own_requests_only(filmed) as page:
        page.add_init_script(live_app.COUNT_CONNECTIONS)
        live_app.open_page(page, app_with_one_place, "live")
        live_app.start_camera(page)
        totals = [0, connections(page)]
        for _ in range(2):
            live_app.stop_camera(page)
            page.wait_for_timeout(1000)  # a person's pause: a start on the heels of Stop may still make two
            live_app.go_live(page)
            totals.append(connections(page))
    # On a busy machine a browser may lose a connection and take it up anew; two for every start are a fault.
    assert np.diff(totals).tolist().count(1) >= 2


def test_charts_only_reads_without_sending_the_picture_back(tab):
    live_app.start_camera(tab)
    live_app.stop_camera(tab)
    tab.get_by_role("button", name="Settings").click()
    tab.get_by_text("Charts only").click()
    live_app.settled(tab)
    tab.keyboard.press("Escape")
    live_app.go_live(tab)
    _, before = numbers(tab)
    tab.wait_for_timeout(2500)
    assert numbers(tab)[1] > before
    # As if Streamlit had lost the timers of the page: it is drawn anew.
    tab.evaluate("for (let id = 1; id < 100_000; id += 1) clearInterval(id)")
    tab.wait_for_timeout(2500)  # what was under way comes in
    _, before = numbers(tab)
    expect(tab.get_by_text("frames a second read")).not_to_have_text(re.compile(f" {before:,} read"))
    assert tab.frame_locator('iframe[title*="webrtc_streamer"]').locator("video").count() == 0


def test_a_photo_is_read_where_no_stream_can_be(tab):
    live_app.agree(tab, "Take a photo instead")
    # The button can be pressed before there is a picture, and then does nothing.
    tab.wait_for_function(
        "document.querySelector('[data-testid=stCameraInput] video')?.videoHeight > 0",
    )
    tab.get_by_role("button", name="Take Photo").click()
    expect(tab.get_by_role("img", name="The photo with its faces marked")).to_be_visible()
    expect(tab.get_by_text("% sure").or_(tab.get_by_text("No face was found")).first).to_be_visible()
