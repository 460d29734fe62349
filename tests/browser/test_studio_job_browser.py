"""The job of a sitting, in a real browser: names, a stimulus list, an exclusion, findings, files."""

import io
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect
from pympi.Elan import Eaf

from fer.sample.clip import sample_video
from tests.helpers import live_app
from tests.helpers.stimuli import STIMULI

pytestmark = pytest.mark.browser

WIDE, PHONE = (1280, 900), (390, 844)


@pytest.fixture(params=[WIDE, PHONE], ids=["desktop", "phone"])
def tab(request, browser: Browser):
    context = live_app.patient_context(browser, request.param)
    yield context.new_page()
    context.close()


def give(page: Page, name: str, clip: bytes) -> None:
    live_app.upload(page, (name, clip), which="Drop a video here")
    live_app.wait_for_report(page)


def rename(page: Page, before: str, name: str) -> None:
    card = page.locator("[class*=st-key-person_card_]").filter(has_text=before)
    card.get_by_role("button", name="Name").click()
    page.get_by_role("textbox", name="Name", exact=True).fill(name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=f"{name}:")).to_be_visible()
    page.keyboard.press("Escape")
    live_app.settled(page)


def part(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()
    live_app.settled(page)


def ask(page: Page, question: str, *, about: str) -> str:
    """The first sentence of an answer that names something."""
    page.get_by_role("radio", name=question).click()
    sentence = page.locator('[data-testid="stMarkdown"]').filter(has_text=about).first
    expect(sentence).to_be_visible()
    return sentence.inner_text()


def saved(page: Page, label: str) -> bytes:
    """Press the last download button of a name."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=label).last.click()
    return Path(waiting.value.path()).read_bytes()


def in_view_order(page: Page) -> list[float]:
    """Tops of player, timeline and list of moments."""
    places = (".st-key-player", ".st-key-timeline", ".st-key-moment_table")
    return [page.locator(place).first.bounding_box()["y"] for place in places]


def test_from_a_list_of_stimuli_to_findings_and_files(tab, address, tmp_path):
    live_app.open_page(tab, address, "video")
    give(tab, "first.mp4", sample_video(fps=5.0))
    player, timeline, moments = in_view_order(tab)
    assert player < moments and timeline < moments
    assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    rename(tab, "Face 1", "Anna")

    part(tab, "Markers")
    tab.get_by_role("button", name="Load a list").click()
    live_app.upload(tab, ("stimuli.csv", STIMULI.encode()), which="Stimulus list")
    expect(tab.get_by_text("Excluded by hand: 0.8 s of 12 s").first).to_be_visible()
    tab.keyboard.press("Escape")

    part(tab, "Findings")
    assert "Anna" in ask(tab, "After an event", about="after joke")
    assert "Anna" in ask(tab, "Range against range", about="(ad")

    tab.get_by_role("button", name="For a spreadsheet").last.click()
    book = load_workbook(io.BytesIO(saved(tab, "XLSX")))
    frames = list(book["Frames"].iter_rows(values_only=True))
    rows = [dict(zip(frames[0], row, strict=True)) for row in frames[1:]]
    assert "Anna" in {row["person"] for row in rows}
    excluded = [row["time_s"] for row in rows if row["quality"] == "excluded"]
    assert all(5.2 <= time_s < 6 for time_s in excluded)
    events = [row[0] for row in book["Events"].iter_rows(min_row=2, values_only=True)]
    assert sorted(set(events)) == ["ad", "cough", "joke", "news"]
    tab.keyboard.press("Escape")
    tab.get_by_role("button", name="For other programs").click()
    (tmp_path / "a.eaf").write_bytes(saved(tab, "ELAN"))
    tiers = Eaf(str(tmp_path / "a.eaf")).get_tier_names()
    assert {"Anna", "markers"} <= set(tiers)
    tab.keyboard.press("Escape")

    tab.get_by_role("button", name="Another video").click()
    give(tab, "second.mp4", sample_video(fps=6.0))
    part(tab, "Findings")
    assert "Anna of first.mp4" in ask(tab, "Against another video", about="first.mp4")
