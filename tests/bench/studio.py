"""How long the Video page's timeline takes to follow: a slider, a marker, a zoom, the playhead.

Usage: python -m tests.bench.studio [--browser]

Without a browser: the work behind a slider, a zoom and the values for the player, for recordings of a minute,
ten minutes and an hour with two people at ten readings a second. With one (the sample): from a key on a
slider or on the timeline until the chart shows it, and how often the playhead moves while nothing is sent.
"""

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np

from fer.charts.timeline import timeline_chart
from fer.export.track import player_track
from fer.timeline.report import Report, make_report
from pages.ui.work.reinterpret import reinterpret
from tests.helpers.factories import make_source, make_timeline

MINUTES = (1, 10, 60)
TIMES = 5
EXPRESSIONS = ("happy", "sad", "neutral", "surprise")
CHART = "document.querySelector('.st-key-timeline .js-plotly-plot')"
PLAYER = "document.querySelector('.st-key-player video')"


WATCH = """
window.drawn = 0; window.pressed = performance.now(); window.before = CHART.data;
window.look = () => {
  if (CHART && CHART.data && CHART.data !== window.before) window.drawn = performance.now();
  else requestAnimationFrame(window.look);
};
window.look();
""".replace("CHART", CHART)


def recording(minutes: int) -> Report:
    """Two people whose expression changes every two or three seconds."""
    draw = np.random.default_rng(0)
    script = {
        person: [(EXPRESSIONS[draw.integers(4)], length) for _ in range(round(60 * minutes / length))]
        for person, length in ((1, 2.0), (2, 3.0))
    }
    source = make_source("clip.mp4", width=640, height=480)
    return make_report(make_timeline(script, source=source), model={"name": "bench", "sha256": ""})


def seconds(action: Callable[[], object]) -> float:
    """Median of a few times, in seconds."""
    taken = []
    for _ in range(TIMES):
        start = time.perf_counter()
        action()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def behind_the_page() -> None:
    """What the server does after a slider and a zoom."""
    for minutes in MINUTES:
        report = recording(minutes)
        read = reinterpret(report, half_life_s=0.3, unsure_below=0.4)
        figures = {
            "judged again": lambda r=report: reinterpret(r, half_life_s=0.3, unsure_below=0.4),
            "chart": lambda r=read: timeline_chart(r.smoothed, summary=r.summary).to_json(),
            "zoomed": lambda r=read: timeline_chart(r.smoothed, summary=r.summary, view_s=(5, 35)).to_json(),
            "values": lambda r=read: player_track(r.smoothed),
        }
        said = ", ".join(f"{name} {1000 * seconds(action):.0f} ms" for name, action in figures.items())
        print(f"{minutes} min, 2 people: {said}")


def in_a_browser() -> None:
    """From a key to the chart, on the sample."""
    from playwright.sync_api import sync_playwright

    from fer.sample.clip import sample_video
    from tests.helpers import live_app

    app, sent = live_app.running_app(), []
    with app as (address, _), sync_playwright() as engine, live_app.launched(engine) as browser:
        page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        page.on("websocket", lambda socket: socket.on("framesent", lambda data: sent.append(data)))
        live_app.open_page(page, address, "video")
        live_app.upload(page, ("clip.mp4", sample_video(fps=10.0)))
        live_app.wait_for_report(page)
        page.get_by_role("button", name="Smoothing and unsure").click()
        slider = page.get_by_role("slider", name="Smoothing: half-life in seconds")
        print(f"slider: {_until_drawn(page, slider.press, 'ArrowRight'):.0f} ms until the chart shows it")
        page.keyboard.press("Escape")
        live_app.settled(page)
        line = page.get_by_role("slider", name="Timeline")
        print(f"zoom: {_until_drawn(page, line.press, '+'):.0f} ms")
        print(f"everything again: {_until_drawn(page, line.press, '0'):.0f} ms")
        print(f"marker: {_until_drawn(page, line.press, 'm'):.0f} ms")
        live_app.settled(page)
        before, places = len(sent), set()
        page.evaluate(f"{PLAYER}.currentTime = 0; {PLAYER}.play()")
        start = time.monotonic()
        while time.monotonic() - start < 4:
            places.add(page.evaluate("document.querySelector('.playhead').style.left"))
        print(f"playhead: {len(places) / 4:.0f} places a second, {len(sent) - before} messages to the server")


def _until_drawn(page, press: Callable[[str], None], key: str) -> float:
    """Milliseconds from a key until Plotly has drawn another chart."""
    page.evaluate(WATCH)
    press(key)
    page.wait_for_function("window.drawn > 0")
    return page.evaluate("window.drawn - window.pressed")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--browser", action="store_true")
    args = parser.parse_args()
    behind_the_page()
    if args.browser:
        in_a_browser()


if __name__ == "__main__":
    main()
