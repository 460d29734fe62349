"""How many frames a second are read from a real browser's camera of 640x480 at 15 frames a second.

    python -m tests.bench.browser_fps [--seconds 30]

Prints one line with Action Units and one without.
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from fer.sample.clip import sample_frames
from pages.ui.live.operator_settings import LIVE_UNITS
from tests.helpers import live_app

SETTLE_MS = 5000
LOOK_EVERY_MS = 1000


def rates(page: Page, address: str, seconds: float) -> tuple[list[float], list[float]]:
    """Frames a second and lag in ms, as the page says them once a second."""
    live_app.open_page(page, address, "live")
    live_app.start_camera(page)
    page.wait_for_timeout(SETTLE_MS)
    fps, lag_ms = [], []
    for _ in range(max(1, round(seconds * 1000 / LOOK_EVERY_MS))):
        page.wait_for_timeout(LOOK_EVERY_MS)
        said = page.get_by_text("frames a second read").inner_text().split(" · ")
        fps.append(float(said[0].split()[0]))
        lag_ms.append(float(said[1].split()[0]))
    live_app.stop_camera(page)
    return fps, lag_ms


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=30.0)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as engine:
        images = (frame.image for frame in sample_frames(width=640, height=480, fps=30.0))
        film = live_app.camera_film(Path(folder, "camera.mjpeg"), images)
        for units, name in (("1", "with"), ("0", "without")):
            with (
                live_app.running_app(**{LIVE_UNITS: units}) as (address, _),
                live_app.launched(engine, film) as browser,
            ):
                fps, lag_ms = rates(browser.new_page(), address, args.seconds)
            print(
                f"{name} Action Units: {statistics.median(fps):.1f} frames a second read (least "
                f"{min(fps):.1f}), {statistics.median(lag_ms):.0f} ms behind (most {max(lag_ms):.0f})",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
