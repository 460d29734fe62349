"""Everybody can read and reach every page: axe-core finds nothing serious, and no page jumps as it comes."""

import os
from pathlib import Path

import pytest

pytest.importorskip("axe_playwright_python", reason="needs axe-playwright-python (requirements-dev.txt)")

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page

from fer.sample.clip import sample_frames
from pages.ui.app.navigation import INSIDE, PAGES, TOP
from pages.ui.work.analysis import jpeg
from tests.helpers import live_app
from tests.helpers.kept import sessions_file

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SIZES = {1280: 900, 390: 844}
ALL_LOOKS = [(width, theme) for width in SIZES for theme in ("light", "dark")]
LOOKS = ALL_LOOKS if os.environ.get("FER_SLOW") else ALL_LOOKS[:1]
needs_time = pytest.mark.skipif(
    not os.environ.get("FER_SLOW"),
    reason="takes ten minutes: set FER_SLOW, as .ci/run slow does",
)
BAD = ("serious", "critical")
MAX_SHIFT, MAX_SHIFT_INSIDE = 0.1, 0.25
"""Core Web Vitals: good up to the first, bad from the second. 0.06 are Streamlit's own, which takes
the page's width after its first empty picture; uploaders and sliders come after the words around them."""
WATCH_SHIFTS = (
    "window.shift = 0; new PerformanceObserver(list => { for (const one of list.getEntries()) if "
    "(!one.hadRecentInput) window.shift += one.value; }).observe({ type: 'layout-shift', buffered: true });"
)
STILL_MS = 2500
ADDRESSES = {"" if page is TOP[0] else Path(page.path).stem: page for page in PAGES}
COMING = [(path, width) for path in ADDRESSES for width in SIZES]
COMING = COMING if os.environ.get("FER_SLOW") else [("", 1280), ("video", 390)]
MODEL_PARTS = ("How sure", "Training", "Compared", "Explain a face", "Model card")


def found_by_axe(page: Page) -> list[str]:
    """What axe-core calls serious or critical: rule, how many places, and the first of them."""
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    return [
        f"{one['id']} ({one['impact']}) {len(one['nodes'])} times: {one['nodes'][0]['html'][:120]}"
        for one in found
        if one["impact"] in BAD
    ]


def tab_of(browser: Browser, width: int, theme: str) -> Page:
    size = (width, SIZES[width])
    return live_app.patient_context(browser, size, color_scheme=theme, has_touch=width < 600).new_page()


@needs_time
@pytest.mark.parametrize(("width", "theme"), ALL_LOOKS)
def test_axe_finds_nothing_serious_on_any_page(browser, address, width, theme):
    tab, found = tab_of(browser, width, theme), {}
    for path in ADDRESSES:
        live_app.open_page(tab, address, path)
        tab.wait_for_timeout(STILL_MS)
        found[path or "home"] = found_by_axe(tab)
    for part in MODEL_PARTS:
        live_app.open_page(tab, address, "model")
        tab.get_by_role("tab", name=part).click()
        live_app.settled(tab)
        found[part] = found_by_axe(tab)
    tab.context.close()
    assert {name: bad for name, bad in found.items() if bad} == {}


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_axe_finds_nothing_serious_in_a_report_of_a_video_and_of_photos(browser, address, clip, width, theme):
    tab, found = tab_of(browser, width, theme), {}
    live_app.open_page(tab, address, "video")
    live_app.upload(tab, ("clip.mp4", clip))
    live_app.wait_for_report(tab)
    found["video"] = found_by_axe(tab)
    tab.get_by_role("button", name="Settings").click()
    live_app.settled(tab)
    found["video with its settings"] = found_by_axe(tab)
    tab.keyboard.press("Escape")
    tab.get_by_text("Why: the Action Units").click()
    live_app.settled(tab)
    found["video with its units"] = found_by_axe(tab)
    live_app.open_page(tab, address, "photos")
    photos = [(f"{k}.jpg", jpeg(frame.image)) for k, frame in enumerate(sample_frames(fps=0.5))]
    live_app.upload(tab, *photos, ("notes.jpg", b"hello"))
    tab.get_by_role("button", name="Report").wait_for()
    live_app.settled(tab)
    found["photos"] = found_by_axe(tab)
    tab.context.close()
    assert {name: bad for name, bad in found.items() if bad} == {}


@needs_time
@pytest.mark.parametrize(("width", "theme"), ALL_LOOKS)
def test_axe_finds_nothing_serious_among_sessions_and_in_a_queue(browser, address, width, theme):
    tab, found = tab_of(browser, width, theme), {}
    live_app.open_page(tab, address, "sessions")
    live_app.import_sessions(tab, sessions_file())
    tab.get_by_text("14 sessions").wait_for()
    live_app.settled(tab)
    found["sessions"] = found_by_axe(tab)
    tab.get_by_role("button", name="More").first.click()
    live_app.settled(tab)
    found["one of them"] = found_by_axe(tab)
    tab.keyboard.press("Escape")
    tab.get_by_role("button", name="Choose all").click()
    live_app.settled(tab)
    tab.locator(".st-key-sessions_delete button").click()
    tab.get_by_text("Delete for good?").wait_for()
    live_app.settled(tab)
    found["deleting"] = found_by_axe(tab)
    tab.get_by_role("button", name="Keep them").click()
    tab.get_by_role("button", name="Compare").click()
    tab.wait_for_selector(".st-key-sessions_groups .js-plotly-plot")
    live_app.settled(tab)
    found["compared"] = found_by_axe(tab)
    live_app.open_page(tab, address, "video")
    live_app.upload(tab, ("P1_calm.mp4", b"no video"), ("P1_stress.mp4", b"none either"))
    tab.get_by_text("2 failed").wait_for()
    live_app.settled(tab)
    found["queue"] = found_by_axe(tab)
    tab.context.close()
    assert {name: bad for name, bad in found.items() if bad} == {}


@pytest.mark.parametrize(("path", "width"), COMING)
def test_nothing_jumps_while_a_page_comes(browser, address, path, width):
    tab = tab_of(browser, width, "light")
    live_app.open_page(tab, address, path)  # what the browser has not yet kept comes late
    tab.add_init_script(WATCH_SHIFTS)
    live_app.open_page(tab, address, path)
    tab.wait_for_timeout(STILL_MS)
    shift = tab.evaluate("window.shift")
    tab.context.close()
    assert shift < (MAX_SHIFT_INSIDE if ADDRESSES[path] in INSIDE else MAX_SHIFT)


def test_on_a_telephone_the_row_of_neighbours_shows_where_one_is(browser, address):
    tab = tab_of(browser, 390, "light")
    for page in INSIDE:
        live_app.open_page(tab, address, Path(page.path).stem)
        here = tab.locator(".st-key-neighbours [aria-current=page]")
        here.wait_for()
        box = here.bounding_box()
        assert page.title in here.inner_text() and box["x"] >= 0 and box["x"] + box["width"] <= 390
    tab.context.close()


def test_on_a_telephone_filters_wrap(browser, address):
    frames = [jpeg(frame.image) for frame in sample_frames(fps=1.0)]
    tab = tab_of(browser, 390, "light")
    live_app.open_page(tab, address, "photos")
    live_app.upload(tab, *((f"{k}.jpg", frame) for k, frame in enumerate(frames)), ("x.jpg", b"none"))
    filters = tab.locator(".st-key-photo_shown [role=button], .st-key-photo_shown button")
    filters.last.wait_for()
    boxes = [one.bounding_box() for one in filters.all()]
    assert len(boxes) > 4 and all(box["x"] + box["width"] <= 390 for box in boxes)
    tab.context.close()
