"""What a person does with the people of a video in a real browser, up to the files that are kept."""

import csv
import io
import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from fer.sample.clip import sample_video
from tests.helpers import live_app

pytestmark = pytest.mark.browser


def saved(page: Page, label: str) -> bytes:
    """Press a download button."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=label, exact=True).click()
    return Path(waiting.value.path()).read_bytes()


def cards(page: Page) -> list[str]:
    """The names on the cards."""
    live_app.settled(page)
    return page.locator("[class*=st-key-person_card_] strong").all_inner_texts()


def card(page: Page, name: str):
    return page.locator("[class*=st-key-person_card_]").filter(has_text=name)


def change(page: Page, name: str) -> None:
    """Open what can be changed about a person."""
    card(page, name).get_by_role("button", name="Change").click()
    page.get_by_role("button", name="Not a person").wait_for()


def closed(page: Page) -> None:
    page.keyboard.press("Escape")
    live_app.settled(page)


def split_at(page: Page, name: str, seconds: float, *, people: int) -> int:
    """Split a person where the player stands; the number of the new face."""
    page.evaluate(f"document.querySelector('.st-key-player video').currentTime = {seconds}")
    page.wait_for_timeout(500)
    change(page, name)
    page.get_by_role("button", name="Split where the player stands").click()
    count_is(page, people)
    closed(page)
    assert any(word == "<b>Ann</b>" for word in cards(page))
    return max(int(word.split()[-1]) for word in cards(page) if word.startswith("Face "))


def count_is(page: Page, people: int) -> None:
    """Wait until so many people have a card."""
    found = page.locator("[class*=st-key-person_card_]")
    expect(found).to_have_count(people)


@pytest.fixture(scope="module")
def clip() -> bytes:
    """The sample with half the pictures: covering faces in each takes most of this test."""
    return sample_video(fps=5.0)


def test_people_are_put_right_and_everything_follows(page, address, clip):
    live_app.open_page(page, address, "video")
    live_app.upload(page, ("people.mp4", clip))
    live_app.wait_for_report(page)
    first = cards(page)
    assert first[0] == "Face 1" and len(first) >= 2

    card(page, "Face 1").get_by_role("button", name="Name").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("<b>Ann</b>")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="<b>Ann</b>:")).to_be_visible()
    closed(page)
    assert page.locator(".st-key-timeline .ytick", has_text="<b>Ann</b>").count() == 1

    joined = split_at(page, "Ann", 4.0, people=len(first) + 1)
    assert f"Face {joined}" not in first
    change(page, f"Face {joined}")
    page.get_by_role("combobox", name="Same person as").click()
    page.get_by_role("option", name="Ann").click()
    count_is(page, len(first))
    closed(page)
    new = split_at(page, "Ann", 2.4, people=len(first) + 1)

    change(page, f"Face {new}")
    page.get_by_role("button", name="Not a person").click()
    count_is(page, len(first))
    closed(page)
    page.get_by_role("button", name="Undo").click()
    expect(card(page, f"Face {new}")).to_be_visible()

    page.get_by_role("radio", name="<b>Ann</b>").click()
    live_app.settled(page)
    expect(page.get_by_role("heading", name=f"Face {new}:")).to_have_count(0)
    page.get_by_text("Why: the Action Units").click()
    expect(page.get_by_role("button", name="Neutral face")).to_be_visible()

    rows = list(csv.DictReader(io.StringIO(saved(page, "CSV").decode())))
    assert {row["person"] for row in rows} == {"", "<b>Ann</b>"}
    document = json.loads(saved(page, "JSON"))
    assert [edit["kind"] for edit in document["persons"]["edits"]] == ["rename", "split", "same", "split"]
    assert document["persons"]["edits"][3]["time_s"] == pytest.approx(2.4, abs=0.1)

    page.get_by_role("button", name="Video with marks").click()
    page.get_by_text("blurred", exact=True).click()
    page.get_by_role("button", name="Make it").click()
    button = page.get_by_role("button", name="Save the video, faces blurred")
    expect(button).to_be_visible()
    assert saved(page, "Save the video, faces blurred")[4:8] == b"ftyp"
    assert "<b>Ann</b>" in cards(page)
