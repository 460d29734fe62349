"""One whole visit in a real browser: every page, the sample analysed, some time live."""

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from fer.sample import sample_frames
from pages.ui.navigation import PAGES
from tests.e2e import live_app

START_S = 180.0
"""Under a tracer everything takes several times as long."""

STREAM = 'iframe[title*="webrtc_streamer"]'


@contextmanager
def server(prefix: list[str], **environment: str) -> Iterator[tuple[str, int]]:
    """The app behind a command that watches it.

    Args:
        prefix: What stands before the command.
        environment: Added to this process's own.

    Yields:
        Its address and the id of the first process.
    """
    port = live_app.free_port()
    command = [*prefix, sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
    command += ["--server.port", str(port), "--server.headless", "true"]
    process = subprocess.Popen(
        command,
        cwd=live_app.ROOT,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(f"http://localhost:{port}", process)
        yield f"http://localhost:{port}", process.pid
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait(address: str, process: subprocess.Popen) -> None:
    ends_s = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < ends_s:
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=2).close()
            return
        except OSError:
            time.sleep(0.3)
    raise RuntimeError(f"the app did not start (exit status {process.poll()})")


def visit(address: str, *, live_s: float) -> None:
    """Go through the app as a visitor; raises if something does not come.

    Args:
        address: Of the app.
        live_s: Seconds that the camera runs.
    """
    with tempfile.TemporaryDirectory() as folder:
        images = (frame.image for frame in sample_frames(fps=30.0))
        film = live_app.camera_film(Path(folder, "camera.mjpeg"), images)
        with sync_playwright() as engine, live_app.launched(engine, film) as browser:
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            for path, _title, _icon in PAGES:
                live_app.open_page(page, address, "" if "home" in path else Path(path).stem)
            live_app.open_page(page, address)
            page.get_by_role("button", name="Try the sample").click()
            live_app.wait_for_report(page)
            _live(page, address, live_s)


def _live(page: Page, address: str, live_s: float) -> None:
    live_app.open_page(page, address, "live")
    live_app.start_camera(page)
    video = page.frame_locator(STREAM).locator("video")
    first = _played_to(page, video)
    page.wait_for_timeout(live_s * 1000)
    assert _played_to(page, video) > first, "the picture stands still"
    live_app.stop_camera(page)


def _played_to(page: Page, video) -> float:
    """Seconds that the returned video has played; waits for its first picture."""
    for _ in range(int(live_app.PATIENCE_MS / 250)):
        seconds = video.evaluate("v => v.videoWidth > 0 ? v.currentTime : 0")
        if seconds > 0:
            return seconds
        page.wait_for_timeout(250)
    raise RuntimeError("no picture came back")
