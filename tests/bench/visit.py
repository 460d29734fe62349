"""One whole visit in a real browser: every page, files read, some time live."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Error as BrowserError
from playwright.sync_api import Locator, Page, sync_playwright

from fer.sample.clip import sample_frames, sample_video
from pages.ui.app.navigation import PAGES
from pages.ui.work.analysis import jpeg
from tests.helpers import live_app

STREAM = 'iframe[title*="webrtc_streamer"]'
LOOK_EVERY_MS = 500
MAX_RESTARTS = 5
PATIENCE_TIMES = 5.0
"""A live time may take this many times as long, with what `live_app.PATIENCE_MS` allows on top."""


class VisitError(RuntimeError):
    """A visit that did not come to its end, in one sentence."""


def visit(address: str, *, live_s: float, before_explaining: Callable[[], None] | None = None) -> int:
    """Go through the app as a visitor: every page, the sample, an upload of each kind, the camera.

    Args:
        address: Of the app.
        live_s: Seconds that the camera runs and its picture moves.
        before_explaining: Is called when all this is done; then a face is explained too, for which the app
            loads TensorFlow.

    Returns:
        How often the camera had to be started again, because the machine was too busy for it.

    Raises:
        VisitError: Something did not come, and what.
    """
    with tempfile.TemporaryDirectory() as folder:
        images = (frame.image for frame in sample_frames(fps=30.0))
        film = live_app.camera_film(Path(folder, "camera.mjpeg"), images)
        with sync_playwright() as engine, live_app.launched(engine, film) as browser:
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            try:
                _pages(page, address)
                _files(page, address)
                restarts = _live(page, address, live_s)
                if before_explaining:
                    before_explaining()
                    _explain(page, address)
                return restarts
            except (BrowserError, AssertionError) as error:
                raise VisitError(
                    f"the visit ended at {page.url}: {str(error).splitlines()[0]}; "
                    "the app has ended or the machine is too busy"
                ) from error


def _pages(page: Page, address: str) -> None:
    for path, _title, _icon in PAGES:
        live_app.open_page(page, address, "" if "home" in path else Path(path).stem)


def _files(page: Page, address: str) -> None:
    live_app.open_page(page, address)
    page.get_by_role("button", name="Try the sample").click()
    live_app.wait_for_report(page)
    page.get_by_role("button", name="Another video").click()
    live_app.upload(page, ("visit.mp4", sample_video(fps=5.0, duration_s=2.0)))
    live_app.wait_for_report(page)
    live_app.open_page(page, address, "photos")
    live_app.upload(page, ("visit.jpg", jpeg(next(sample_frames()).image)))
    page.get_by_text("CSV").first.wait_for()


def _explain(page: Page, address: str) -> None:
    live_app.open_page(page, address, "model")
    page.get_by_role("tab", name="Explain a face").click()
    page.get_by_role("button", name="Take the sample").click()
    page.get_by_text("Occlusion map").first.wait_for()


def _live(page: Page, address: str, live_s: float) -> int:
    """Be live for that long; only time in which the picture moves counts. Returns the restarts."""
    live_app.open_page(page, address, "live")
    live_app.start_camera(page)
    video = page.frame_locator(STREAM).locator("video")
    seen_s, played_s, restarts, looked_s = 0.0, 0.0, 0, time.monotonic()
    ends_s = looked_s + PATIENCE_TIMES * live_s + live_app.PATIENCE_MS / 1000
    while seen_s < live_s:
        page.wait_for_timeout(LOOK_EVERY_MS)
        before_s, looked_s = looked_s, time.monotonic()
        if code := live_app.error_code(page):
            restarts += 1
            if restarts > MAX_RESTARTS or looked_s > ends_s:
                raise VisitError(
                    f"the camera ran for {seen_s:.0f} of {live_s:.0f} s: {code}, {restarts} times"
                )
            live_app.go_live(page)
            played_s, looked_s = 0.0, time.monotonic()
        elif (position_s := _played_to(video)) > played_s:
            seen_s, played_s = seen_s + looked_s - before_s, position_s
        elif looked_s > ends_s:
            raise VisitError(f"the picture moved for {seen_s:.0f} of {live_s:.0f} s: the machine is too busy")
    live_app.stop_camera(page)
    return restarts


def _played_to(video: Locator) -> float:
    """Seconds that the returned video has played; 0 before its first picture."""
    seconds = video.evaluate_all("all => all.map(v => v.videoWidth > 0 ? v.currentTime : 0)")
    return max(seconds, default=0.0)
