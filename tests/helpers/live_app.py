"""The real app in its own process, and a real browser: for browser tests and screenshots."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, TimeoutError, expect

from pages.ui.work.analysis import jpeg
from tests.helpers.places import ROOT

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-networking",
    "--no-first-run",
)
START_S = 180.0
"""Under a tracer, or on a busy machine, everything takes several times as long."""
STOP_S = 10.0
TRIES = 30
PRESS_MS = 3000
PRESSES = 3
PATIENCE_MS = 90_000
"""An analysis on a busy machine may take this long: every wait for a page does."""
expect.set_options(timeout=PATIENCE_MS)

RELAY_ONLY = (
    "const Peer = window.RTCPeerConnection; window.RTCPeerConnection = function (config) "
    "{ return new Peer({ ...config, iceTransportPolicy: 'relay' }); };"
)
"""A script for the page: connections through a relay only, and there is none; nothing gets through."""

COUNT_CONNECTIONS = (
    "window.connections = 0; const Counted = window.RTCPeerConnection; "
    "window.RTCPeerConnection = function (config) { window.connections += 1; return new Counted(config); };"
)
"""A script for the page: counts its connections in `window.connections` of each frame."""


def free_port() -> int:
    """A TCP port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running_app(
    *, prefix: Sequence[str] = (), cwd: Path = ROOT, port: int = 0, **settings: str
) -> Iterator[tuple[str, subprocess.Popen]]:
    """Start the app on a free port, and stop it with all its children at the end.

    Args:
        prefix: A command that runs it, such as a tracer.
        cwd: Folder with streamlit_app.py.
        port: Where it listens; 0 chooses one that is free.
        **settings: More for its environment.

    Yields:
        Its address and its process, the prefix's if there is one.

    Raises:
        RuntimeError: It did not become healthy; with what it printed.
    """
    address = f"http://localhost:{(port := port or free_port())}"
    command = [*prefix, sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
    command += ["--server.port", str(port), "--server.headless", "true"]
    with (
        tempfile.TemporaryFile("w+") as said,  # a pipe that nobody reads would stop it when full
        tempfile.TemporaryDirectory(prefix="fer-kept-") as kept,
    ):
        process = subprocess.Popen(
            command,
            cwd=cwd,
            stdout=said,
            stderr=subprocess.STDOUT,
            env=os.environ | {"FER_DATA_DIR": kept} | settings,
            start_new_session=True,
        )
        try:
            if not _healthy(address, process):
                said.seek(0)
                raise RuntimeError(f"the app did not start (exit status {process.poll()}):\n{said.read()}")
            yield address, process
        finally:
            _end(process)


def _healthy(address: str, process: subprocess.Popen) -> bool:
    """Wait until the app answers; False if it ended or took too long."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return True
        except OSError:
            time.sleep(0.3)
    return False


def _end(process: subprocess.Popen) -> None:
    """Ask the process and its children to end: a tracer would not pass it on. Then make them."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def camera_film(path: Path, images: Iterable[np.ndarray]) -> Path:
    """Write what a fake camera sees, over and over: JPEG after JPEG, which Chromium shows 30 times a second.

    Args:
        path: An absolute path.
        images: (H, W, 3) uint8 RGB, all of one size.
    """
    with path.open("wb") as file:
        for image in images:
            file.write(jpeg(image))
    return path


@contextmanager
def launched(engine: Playwright, film: Path | None = None) -> Iterator[Browser]:
    """Debian's Chromium.

    Args:
        engine: Playwright, started.
        film: What its fake camera sees; Chromium's own test picture without.
    """
    more = [f"--use-file-for-fake-video-capture={film}"] if film else []
    browser = engine.chromium.launch(executable_path=str(CHROMIUM), args=[*FLAGS, *more])
    try:
        yield browser
    finally:
        browser.close()


def has_run(page: Page) -> None:
    """Wait until the script has run."""
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')


def settled(page: Page) -> None:
    """Wait until the script has run and nothing is being drawn."""
    has_run(page)
    page.wait_for_timeout(400)


def open_page(page: Page, address: str, path: str = "") -> None:
    """Go to a page of the app and wait until it is there."""
    page.goto(f"{address}/{path}")
    page.wait_for_selector('[data-testid="stMain"]')
    settled(page)


def upload(page: Page, *files: Path | tuple[str, bytes], which: str = "") -> None:
    """Give files to the page's uploader: paths, or names with contents.

    Args:
        page: The tab.
        *files: What to give.
        which: Words of the uploader's label, where there are several.
    """
    pairs = [(file.name, file.read_bytes()) if isinstance(file, Path) else file for file in files]
    payloads = [{"name": n, "mimeType": "application/octet-stream", "buffer": data} for n, data in pairs]
    uploader = page.locator('[data-testid="stFileUploader"]').filter(has_text=which)
    uploader.locator("input[type=file]").set_input_files(payloads)


def import_sessions(page: Page, file: bytes) -> None:
    """On the Sessions page: give a file of sessions."""
    page.get_by_text("Import a session").click()
    upload(page, ("kept.zip", file))


def click_cell(page: Page, key: str, row: str, column: str) -> None:
    """Click a cell of a confusion matrix.

    Args:
        page: The tab.
        key: The chart's key.
        row: Name of its row.
        column: Name of its column.
    """
    chart = page.locator(f".st-key-{key} .nsewdrag").first
    chart.scroll_into_view_if_needed()
    page.wait_for_timeout(500)  # scrolling comes to rest
    area = chart.bounding_box()
    # The names as the axes hold them, in order.
    names = page.evaluate(f"document.querySelector('.st-key-{key} .js-plotly-plot').data[0].x")
    x = area["x"] + (names.index(column) + 0.5) / len(names) * area["width"]
    y = area["y"] + (names.index(row) + 0.5) / len(names) * area["height"]
    page.mouse.click(x, y)


def first_point(page: Page, key: str) -> tuple[float, float]:
    """Where the first point of a chart stands in the window, in pixels.

    Args:
        page: The tab.
        key: The chart's key.
    """
    chart = page.locator(f".st-key-{key} .js-plotly-plot").first
    box = chart.bounding_box()
    x, y = chart.evaluate(
        "({ _fullLayout: { xaxis, yaxis }, _fullData }) => { const first = _fullData.find(t => t.x.length);"
        " return [xaxis._offset + xaxis.d2p(first.x[0]), yaxis._offset + yaxis.d2p(first.y[0])]; }"
    )
    return box["x"] + x, box["y"] + y


def report_is_there(page: Page) -> None:
    """Wait until a video's player and chart are drawn and its page is whole."""
    page.wait_for_selector(".st-key-player video")
    page.wait_for_selector(".st-key-timeline .js-plotly-plot .nsewdrag")
    has_run(page)


def wait_for_report(page: Page) -> None:
    """Wait until a video's report is drawn and nothing moves any more."""
    report_is_there(page)
    settled(page)


def current_time(page: Page) -> float:
    """Where the player stands, in seconds."""
    return page.evaluate("document.querySelector('.st-key-player video').currentTime")


def agree(page: Page, button: str = "Start the camera") -> None:
    """On the Live page: tick the box and press a button."""
    page.get_by_text("Everyone on camera knows").click()
    page.get_by_role("button", name=button).click()


def enter(page: Page) -> None:
    """Agree, and press Start again while the visitor before is leaving: until there is a place."""
    agree(page)
    for _ in range(TRIES):
        settled(page)
        if error_code(page) != "busy":
            return
        page.wait_for_timeout(1000)
        page.locator(".st-key-live_start button").click()
    raise AssertionError("the place was never free")


def start_camera(page: Page) -> None:
    """Agree and wait for pictures."""
    agree(page)
    if not _pictures(page):
        go_live(page)


def go_live(page: Page) -> None:
    """Press Start until there is a place: the visitor before may be leaving still. Then pictures come.

    Raises:
        AssertionError: There is no place, or no connection at two presses.
    """
    unconnected = 0
    for _ in range(TRIES):
        start = page.locator(".st-key-live_start button")
        with suppress(TimeoutError):  # what is said may stand a moment longer than the button
            start.click(timeout=PRESS_MS)
        settled(page)
        if start.is_visible() and not error_code(page):
            continue  # the press met a button that was just being replaced
        if _pictures(page):
            return
        unconnected += error_code(page) == "live_connection"
        assert unconnected < 2, "the connection did not come about"
        page.wait_for_timeout(1000)
    raise AssertionError("the place was never free")


def press_until(button: Locator, there: Locator) -> None:
    """Press a button until what it leads to is there: a press is lost where the page is drawn anew under it.

    Raises:
        TimeoutError: It led to nothing.
    """
    for _ in range(PRESSES):
        with suppress(TimeoutError):  # what it leads to may be late, and the button gone
            button.click(timeout=PRESS_MS)
        with suppress(TimeoutError):
            there.wait_for(timeout=PATIENCE_MS / PRESSES)
            return
    there.wait_for(timeout=PRESS_MS)


def error_code(page: Page) -> str:
    """The code of the error that the page shows; empty if it shows none."""
    said = page.get_by_text("Code: ").all_inner_texts()  # it may go at any moment
    return said[0].removeprefix("Code: ") if said else ""


def stop_camera(page: Page) -> None:
    """Press Stop."""
    page.locator(".st-key-live_stop button").click()
    page.get_by_text("The camera is off").wait_for()


def _pictures(page: Page) -> bool:
    """Wait for one or the other: True for pictures, False where something is said in place of them."""
    pictures, said = page.get_by_text("frames a second read"), page.get_by_text("Code: ")
    pictures.or_(said).wait_for()
    return not error_code(page)


def patient_context(browser: Browser, size: tuple[int, int] = (1280, 900), **look: Any) -> BrowserContext:
    """A browser of a user's own, with nothing stored.

    Args:
        browser: Chromium.
        size: Width and height of its windows, in px.
        **look: Whatever `Browser.new_context` takes besides.
    """
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **look)
    context.set_default_timeout(PATIENCE_MS)
    return context


@contextmanager
def own_requests_only(browser: Browser) -> Iterator[Page]:
    """A fresh tab; a request to anybody but the app is an error."""
    context = patient_context(browser)
    tab = context.new_page()
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    try:
        yield tab
    finally:
        context.close()  # a tab that stays would keep its place in a live session
    local = ("http://localhost:", "ws://localhost:", "data:", "blob:http://localhost:")
    assert [url for url in asked if not url.startswith(local)] == []
