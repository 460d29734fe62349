"""How long it takes to keep a session of an hour, and to open it again with all its steps.

usage: python -m tests.bench.kept_session [--minutes 60] [--people 2] [--url postgresql://...] [--browser]
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright

from fer.library import About, KeptSession, Library
from fer.library.content import analyzed_report, report_of
from fer.records import MEASURES
from fer.timeline.markers import Marker
from fer.timeline.persons import Edit
from fer.timeline.timeline import Timeline
from pages.ui.app import visitor
from tests.helpers import live_app
from tests.helpers.factories import make_source, make_timeline

FPS = 10.0
OWNER = "b" * 43
"""A browser's key."""
ROUNDS = 5
LOOKED_AT_MS = 3000
"""A person looks at the list before choosing."""


def hour(minutes: float, people: int) -> Timeline:
    """A timeline of that length with what Action Units are judged from; expressions change now and then."""
    rng, seconds = np.random.default_rng(0), minutes * 60
    script = {}
    for face in range(1, people + 1):
        parts, at = [], 0.0
        while at < seconds:
            length = float(rng.uniform(1, 6))
            parts.append((str(rng.choice(["happy", "sad", "neutral", "angry", "unsure"])), length))
            at += length
        script[face] = parts
    source = make_source("an hour.mp4", duration_s=seconds, width=1280, height=720)
    timeline = make_timeline(script, fps=FPS, source=source)
    measures = rng.normal(size=(len(timeline), MEASURES)).astype(np.float32)
    return Timeline(
        timeline.table, timeline.frame_times_s, timeline.source, timeline.settings, measures=measures
    )


WATCH = """
window.drawn = 0;
addEventListener("pointerdown", () => {
  const pressed = performance.now();
  const look = () => {
    if (document.querySelector(".st-key-timeline .js-plotly-plot .nsewdrag"))
      window.drawn = performance.now() - pressed;
    else requestAnimationFrame(look);
  };
  look();
}, { capture: true, once: true });
"""


def in_browser(folder: str, times: int) -> list[float]:
    """Seconds from the click on "Open" until the Video page's chart is drawn; the first on a fresh server."""
    with (
        live_app.running_app(FER_DATA_DIR=folder) as (address, _),
        sync_playwright() as engine,
        live_app.launched(engine) as browser,
    ):
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        context.add_cookies([{"name": visitor.COOKIE, "value": OWNER, "url": address}])
        page, taken = context.new_page(), []
        for _ in range(times):
            live_app.open_page(page, address, "sessions")
            button = page.get_by_role("button", name="Open", exact=True)
            button.wait_for()
            page.wait_for_timeout(LOOKED_AT_MS)
            page.evaluate(WATCH)
            button.click()
            page.wait_for_function("window.drawn > 0")
            taken.append(page.evaluate("window.drawn") / 1000)
        return taken


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--people", type=int, default=2)
    parser.add_argument("--url", default="")
    parser.add_argument("--browser", action="store_true", help="press Open in Chromium too")
    asked = parser.parse_args(arguments)
    timeline = hour(asked.minutes, asked.people)
    markers = tuple(Marker.event("stimulus", 30.0 * k) for k in range(1, 100) if 30 * k < asked.minutes * 60)
    kept = KeptSession(
        timeline,
        {"name": "bench"},
        "2026-11-26T03:00:00+00:00",
        edits=(Edit("rename", 1, name="Anna"),),
        markers=markers,
        half_life_s=0.5,
        unsure_below=0.6,
    )
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder), asked.url)
        began = time.perf_counter()
        entry = library.keep(OWNER, kept, About("bench"))
        keeping_s = time.perf_counter() - began
        listing, reading, opening = [], [], []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            library.entries(OWNER)
            listed = time.perf_counter()
            found = library.open(OWNER, entry.id)
            read = time.perf_counter()
            analyzed_report(found)
            report_of(found)
            done = time.perf_counter()
            listing.append(listed - began)
            reading.append(read - listed)
            opening.append(done - listed)
        library.close()
        if asked.browser:
            first, *others = in_browser(folder, 1 + ROUNDS)
            print(
                f"from the click to the drawn chart: {first:.2f} s on a fresh server, then "
                f"{np.median(others):.2f} s (median of {ROUNDS})"
            )
    print(
        f"{asked.minutes:g} minutes, {asked.people} people, {len(timeline):,} rows, "
        f"{entry.size_bytes / 2**20:.1f} MB"
    )
    print(
        f"keep {keeping_s:.2f} s; median of {ROUNDS}: list {np.median(listing):.3f} s, "
        f"read {np.median(reading):.2f} s"
    )
    print(f"open (read, and both reports made) {np.median(opening):.2f} s, slowest {max(opening):.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
