"""What a person does in a real browser: a clip, a click in the chart, downloads, photos, the sample."""

import csv
import io
import json
from pathlib import Path

import pytest
from playwright.sync_api import Download, Page, expect

from fer.draw.video_writer import Mp4Encoder
from fer.sample.clip import sample_frames
from fer.timeline.timeline import COLUMNS
from pages.ui.work.analysis import jpeg
from tests.helpers import live_app

CLICK_TOLERANCE_S = 0.15


def click_chart(page: Page, share: float) -> float:
    """Click the chart at a share of its width; gives the second that lies there."""
    area = page.locator(".st-key-timeline .nsewdrag").first.bounding_box()
    start, end = page.evaluate(
        "document.querySelector('.st-key-timeline .js-plotly-plot').layout.xaxis.range.map(Number)"
    )
    page.mouse.click(area["x"] + share * area["width"], area["y"] + 20)
    page.wait_for_timeout(600)
    return start + share * (end - start)


def saved(page: Page, label: str) -> Download:
    """Press a download button."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=label, exact=True).click()
    return waiting.value


def text_of(download: Download) -> str:
    return Path(download.path()).read_text(encoding="utf-8")


def long_clip() -> bytes:
    """Two minutes of one picture: long enough to be cancelled."""
    file = io.BytesIO()
    encoder = Mp4Encoder(file, fps=10.0)
    image = next(sample_frames()).image
    for k in range(1200):
        encoder.write(image, k / 10)
    encoder.close()
    return file.getvalue()


def test_a_click_in_the_chart_moves_the_player_and_again_on_the_same_place(report_page):
    assert live_app.current_time(report_page) == 0
    wanted = click_chart(report_page, 0.5)
    assert live_app.current_time(report_page) == pytest.approx(wanted, abs=CLICK_TOLERANCE_S)
    report_page.evaluate("document.querySelector('.st-key-player video').currentTime = 0")
    report_page.wait_for_timeout(300)
    click_chart(report_page, 0.5)
    assert live_app.current_time(report_page) == pytest.approx(wanted, abs=CLICK_TOLERANCE_S)
    other = click_chart(report_page, 0.1)
    assert live_app.current_time(report_page) == pytest.approx(other, abs=CLICK_TOLERANCE_S)


def test_the_chart_shows_where_the_player_is(report_page):

    def playhead() -> float:
        return report_page.locator(".st-key-timeline .playhead").bounding_box()["x"]

    places = []
    for seconds in (0, 6):
        report_page.evaluate(f"document.querySelector('.st-key-player video').currentTime = {seconds}")
        report_page.wait_for_timeout(600)
        places.append(playhead())
    area = report_page.locator(".st-key-timeline .nsewdrag").first.bounding_box()
    assert places[1] - places[0] == pytest.approx(area["width"] / 2, rel=0.05)


def test_a_moment_moves_the_player_twice(report_page):
    last = report_page.locator("[class*=st-key-moment_] button", has_text="·").last
    minutes, seconds = last.inner_text().split("·")[0].split("\n")[-1].strip().split(":")
    wanted = 60 * int(minutes) + float(seconds)
    for _ in range(2):
        last.click()
        report_page.wait_for_timeout(1500)
        assert live_app.current_time(report_page) == pytest.approx(wanted, abs=0.6)
        report_page.evaluate("document.querySelector('.st-key-player video').currentTime = 0")


def test_the_csv_has_the_contracts_columns_and_the_report_opens(report_page):
    download = saved(report_page, "CSV")
    assert download.suggested_filename == "my-clip-expressions.csv"
    header, *rows = csv.reader(io.StringIO(text_of(download)))
    assert tuple(header[: len(COLUMNS)]) == COLUMNS
    assert len(rows) >= 120
    assert {row[0] for row in rows} == {"'=my clip.mp4"}
    assert json.loads(text_of(saved(report_page, "JSON")))["source"]["name"] == "=my clip.mp4"
    report = text_of(saved(report_page, "Report"))
    assert report.lstrip().lower().startswith("<!doctype html>")
    assert "Content-Security-Policy" in report


def test_cancelling_keeps_what_was_read(page, address):
    live_app.open_page(page, address, "video")
    live_app.upload(page, ("long.mp4", long_clip()))
    page.locator("img").first.wait_for()
    page.get_by_role("button", name="Cancel").click()
    live_app.wait_for_report(page)
    expect(page.get_by_text("Cancelled at")).to_be_visible()


def test_a_bad_video_is_one_sentence_and_the_next_upload_works(page, address, short_clip):
    live_app.open_page(page, address, "video")
    live_app.upload(page, ("<img src=x onerror=alert(1)>.mp4", b"#EXTM3U\nfile:///etc/passwd\n"))
    expect(page.get_by_text("Code: input_unsupported")).to_be_visible()
    assert page.locator("img[src=x]").count() == 0
    page.get_by_role("button", name="Another video").click()
    page.locator('[data-testid="stFileUploader"]').wait_for()
    live_app.upload(page, ("clip.mp4", short_clip))
    live_app.wait_for_report(page)


def test_photos_and_a_bad_file(page, address):
    live_app.open_page(page, address, "photos")
    frames = list(sample_frames(fps=1.0))
    live_app.upload(
        page, ("smile.jpg", jpeg(frames[0].image)), ("two.jpg", jpeg(frames[10].image)), ("bad.jpg", b"hello")
    )
    expect(page.get_by_text("in 2 photos")).to_be_visible()
    expect(page.get_by_text("input_unsupported").first).to_be_visible()
    live_app.settled(page)
    page.get_by_role("button", name="two.jpg", exact=True).click()
    expect(page.get_by_role("img", name="two.jpg with its faces marked")).to_be_visible()
    live_app.settled(page)  # the buttons below the picture are drawn after it
    picture = saved(page, "Photo with marks")
    assert picture.suggested_filename == "two-expressions.jpg"
    assert Path(picture.path()).read_bytes()[:2] == b"\xff\xd8"
    rows = list(csv.DictReader(io.StringIO(text_of(saved(page, "CSV")))))
    assert {row["source"] for row in rows} == {"smile.jpg", "two.jpg"}


def test_home_leads_to_the_samples_report_and_back(page, address):
    live_app.open_page(page, address)
    page.get_by_role("button", name="Try the sample").click()
    live_app.wait_for_report(page)
    expect(page.get_by_role("heading", name="Face 1:")).to_be_visible()
    page.get_by_role("link", name="Home").click()
    expect(page.get_by_role("button", name="Try the sample")).to_be_visible()
    page.get_by_role("link", name="Video").click()
    live_app.wait_for_report(page)
    expect(page.get_by_role("heading", name="Face 1:")).to_be_visible()


def test_on_a_telephone_the_live_page_does_not_scroll_sideways(page: Page, address: str):
    """The stream is laid out before there is one, and not seen."""
    page.set_viewport_size({"width": 390, "height": 844})
    live_app.open_page(page, address, "live")
    live_app.agree(page, "Take a photo instead")
    page.wait_for_selector(".st-key-live_box iframe", state="attached")
    live_app.settled(page)
    main = page.get_by_test_id("stMain")
    assert main.evaluate("main => main.scrollWidth <= main.clientWidth")


def test_tab_leads_into_what_a_button_has_unfolded_and_on(page: Page, address: str):
    live_app.open_page(page, address, "sessions")
    page.wait_for_function("window.ferPopoverKeys")
    opener = page.get_by_role("button", name="Whose?")
    opener.focus()
    page.keyboard.press("Enter")
    body = page.get_by_test_id("stPopoverBody")
    key = body.get_by_role("button", name="Save the key")
    key.wait_for()
    page.keyboard.press("Tab")
    expect(key).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(opener).to_be_focused()
    page.keyboard.press("Tab")
    stops = 1
    while body.evaluate("body => body.contains(document.activeElement)") and stops < 9:
        page.wait_for_timeout(200)  # nobody is faster: what lies inside can be reached again a moment later
        page.keyboard.press("Tab")
        stops += 1
    assert stops >= 3, "the key's button, a field, and out"
    expect(page.locator("summary").filter(has_text="Import a session")).to_be_focused()
    key.focus()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()


def test_the_ring_of_a_tab_is_whole(report_page: Page):
    """Streamlit's own lies outside, where the row of tabs cuts it off."""
    report_page.get_by_role("tab", name="Moments").focus()
    report_page.keyboard.press("ArrowRight")
    live_app.settled(report_page)
    tab = report_page.get_by_role("tab", name="Markers")
    expect(tab).to_be_focused()
    outline = "tab => [getComputedStyle(tab).outlineStyle, parseFloat(getComputedStyle(tab).outlineOffset)]"
    style, offset = tab.evaluate(outline)
    assert style == "solid" and offset < 0
    report_page.keyboard.press("ArrowLeft")
    live_app.settled(report_page)


def test_a_tab_that_is_switched_off_for_a_moment_keeps_the_focus(report_page: Page):
    """As Streamlit does while the page is drawn anew, in a moment that no test can choose."""
    tab = report_page.get_by_role("tab", name="Moments")
    tab.focus()
    off = "tab => { tab.removeAttribute('tabindex'); return document.activeElement === document.body; }"
    assert tab.evaluate(off), "it has lost the focus"
    report_page.wait_for_timeout(100)
    tab.evaluate("tab => tab.setAttribute('tabindex', '0')")
    expect(tab).to_be_focused()
    tab.evaluate("tab => tab.blur()")
    report_page.wait_for_timeout(100)
    assert report_page.evaluate("document.activeElement === document.body"), "whoever went on is not led back"


def test_charts_follow_a_theme_that_changes_while_the_page_is_open(report_page: Page):
    ink = "document.querySelector('.st-key-shares_chart .js-plotly-plot')._fullLayout.font.color"
    light = report_page.evaluate(ink)
    report_page.emulate_media(color_scheme="dark")
    report_page.wait_for_function(f"{ink} !== '{light}'")
    report_page.emulate_media(color_scheme="light")
    report_page.wait_for_function(f"{ink} === '{light}'")
    assert report_page.evaluate(ink) == light


def test_in_a_narrow_window_the_menu_goes_once_a_page_was_chosen(page: Page, address: str):
    page.set_viewport_size({"width": 640, "height": 450})
    live_app.open_page(page, address, "photos")
    page.wait_for_function("window.ferMenuGoes")
    page.get_by_test_id("stExpandSidebarButton").click()
    menu = page.get_by_test_id("stSidebar")
    expect(menu).to_have_attribute("data-collapsed", "false")
    menu.get_by_role("link", name="Video").click()
    expect(page.get_by_text("Drop a video here")).to_be_visible()
    expect(menu).to_have_attribute("data-collapsed", "true")
