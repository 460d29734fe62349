"""The report in a real browser: it draws itself, offline, on a phone, light and dark."""

import pytest

from fer.export.html import to_html
from fer.timeline.report import make_report
from tests.helpers.factories import make_source, make_timeline

NASTY = '"><script>alert(1)</script><img src=x onerror=alert(2)>.mp4'
AXIS_INK = {"light": "rgb(32, 40, 43)", "dark": "rgb(228, 232, 231)"}


@pytest.mark.parametrize("scheme", AXIS_INK)
def test_page_draws_offline_in_a_browser(browser, tmp_path, scheme):
    timeline = make_timeline({1: [("happy", 2.0), ("sad", 1.0)]}, source=make_source(NASTY))
    path = tmp_path / "report.html"
    path.write_text(to_html(make_report(timeline, model={"name": "tiny"})), encoding="utf-8")
    page = browser.new_page(viewport={"width": 390, "height": 800}, color_scheme=scheme)
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    page.wait_for_selector("#figure-2 .main-svg")
    width = page.evaluate("document.documentElement.scrollWidth")
    ink = page.evaluate("getComputedStyle(document.querySelector('#figure-0 .ytick text')).fill")
    page.close()
    assert said == [], "no error, nothing refused by the policy"
    assert asked == [path.as_uri()], "no request but the page itself"
    assert width == 390, "nothing reaches over the edge of a phone"
    assert ink == AXIS_INK[scheme]
