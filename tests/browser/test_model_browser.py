"""The Model page and tagging by keys in a real browser."""

import csv
import io
import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from fer.dataset.readers.labeled import TAG_COLUMNS
from fer.sample.clip import sample_video
from tests.helpers import live_app


def test_a_cell_of_the_confusion_matrix_answers_and_parts_have_addresses(page: Page, address: str):
    live_app.open_page(page, address, "model")
    page.wait_for_selector(".st-key-confusion .nsewdrag")
    page.get_by_text("one label (FER2013)").click()
    expect(page.get_by_text("Click a cell to see faces of it")).to_be_visible()
    live_app.settled(page)
    live_app.click_cell(page, "confusion", "fear", "sad")
    expect(page.get_by_text("Labelled fear, read as sad")).to_be_visible()
    page.get_by_role("tab", name="How sure").click()
    expect(page.get_by_text(re.compile(r"\d+% answered")).first).to_be_visible()
    assert "part=How" in page.url
    page.reload()
    expect(page.get_by_role("tab", name="How sure")).to_have_attribute("aria-selected", "true")


def test_the_tools_of_a_table_come_once_a_finger_touches_it(browser: Browser, address: str):
    context = live_app.patient_context(browser, (390, 844), has_touch=True)
    page = context.new_page()
    live_app.open_page(page, address, "model")
    table = page.locator('[data-testid="stDataFrame"]').first
    tools = table.locator('[data-testid="stElementToolbar"]')
    expect(tools).to_have_css("opacity", "0")
    table.scroll_into_view_if_needed()
    table.tap()
    expect(tools).to_have_css("opacity", "1")
    context.close()


def test_faces_are_tagged_by_keys_and_the_tags_can_be_kept(page: Page, address: str):
    live_app.open_page(page, address, "labels")
    live_app.upload(page, ("talk.mp4", sample_video(fps=5.0, duration_s=6.0)), which="Drop a video")
    expect(page.get_by_text(re.compile("^0 of "))).to_be_visible()
    # The keys work once the buttons that carry them are there.
    expect(page.get_by_role("button", name="cannot tell")).to_be_visible()
    live_app.settled(page)
    for done, key in enumerate("1720", 1):
        page.keyboard.press(key)
        expect(page.get_by_text(re.compile(f"^{done} of "))).to_be_visible()
    for _ in range(4):  # held down: the browser repeats it
        page.keyboard.down("u")
        page.wait_for_timeout(300)
    page.keyboard.up("u")
    expect(page.get_by_text(re.compile("^3 of "))).to_be_visible()
    page.get_by_role("button", name="Stop and evaluate").click()
    expect(page.get_by_role("heading", name="on this footage")).to_be_visible()
    page.get_by_text("Tag by tag").click()
    expect(page.get_by_text("of 3 labels")).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Tags as CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(waiting.value.path()).read_text(encoding="utf-8"))))
    assert tuple(rows[0]) == TAG_COLUMNS
    assert [row["label"] for row in rows] == ["happy", "angry", "surprise"]


def test_on_a_telephone_a_face_and_all_its_tags_are_in_sight(browser: Browser, address: str):
    tab = live_app.patient_context(browser, (390, 844), has_touch=True).new_page()
    live_app.open_page(tab, address, "labels")
    live_app.upload(tab, ("talk.mp4", sample_video(fps=5.0, duration_s=2.0)), which="Drop a video")
    tab.get_by_role("button", name="cannot tell").wait_for()
    live_app.settled(tab)
    for button in tab.locator(".st-key-tag_keys button").all():
        box = button.bounding_box()
        assert box["y"] + box["height"] <= 844 and box["x"] + box["width"] <= 390
    tab.context.close()
