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
WARM_MS = 4000
"""A fresh server loads what its pages need in this time."""


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


def in_browser(folder: str) -> float:
    """Seconds from the click on "Open" until the Video page's chart is drawn."""
    with (
        live_app.running_app(FER_DATA_DIR=folder) as (address, _),
        sync_playwright() as engine,
        live_app.launched(engine) as browser,
    ):
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        context.add_cookies([{"name": visitor.COOKIE, "value": OWNER, "url": address}])
        page = context.new_page()
        live_app.open_page(page, address, "video")
        page.wait_for_timeout(WARM_MS)
        live_app.open_page(page, address, "sessions")
        button = page.get_by_role("button", name="Open", exact=True)
        button.wait_for(timeout=live_app.PATIENCE_MS)
        began = time.perf_counter()
        button.click()
        page.wait_for_selector(".st-key-timeline .js-plotly-plot .nsewdrag", timeout=live_app.PATIENCE_MS)
        return time.perf_counter() - began


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
            clicks = [in_browser(folder) for _ in range(ROUNDS)]
            print(f"from the click to the drawn chart, median of {ROUNDS}: {np.median(clicks):.2f} s")
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
