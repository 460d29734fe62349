"""States that `tests.bench.screenshots` photographs: the Video page while somebody works with it."""

from playwright.sync_api import Page

from tests.helpers import live_app
from tests.helpers.stimuli import STIMULI


def video_result(page: Page, address: str) -> None:
    live_app.open_page(page, address)
    page.get_by_role("button", name="Try the sample").click()
    live_app.wait_for_report(page)
    page.evaluate("document.querySelector('.st-key-player video').currentTime = 4.6")
    page.wait_for_timeout(800)


def studio_zoomed(page: Page, address: str) -> None:
    """A marked timeline, zoomed around a moment."""
    studio_markers(page, address)
    page.evaluate("document.querySelector('.st-key-player video').currentTime = 4.6")
    page.get_by_role("slider", name="Timeline").press("+")
    page.get_by_role("button", name="show everything").wait_for()


def studio_selected(page: Page, address: str) -> None:
    """A range selected by keys, its buttons in sight."""
    video_result(page, address)
    for key in ("i", *["Shift+ArrowRight"] * 3, "o"):
        page.get_by_role("slider", name="Timeline").press(key)
    page.get_by_role("button", name="Mark range").wait_for()


def studio_sliders(page: Page, address: str) -> None:
    _unfolded(page, address, "Smoothing and unsure")


def studio_lines(page: Page, address: str) -> None:
    _unfolded(page, address, "Lines")


def studio_keys(page: Page, address: str) -> None:
    _unfolded(page, address, "Keys")


def studio_peaks(page: Page, address: str) -> None:
    """The moments, filtered."""
    video_result(page, address)
    page.get_by_role("button", name="Strongest", exact=True).click()
    live_app.settled(page)


def studio_markers(page: Page, address: str) -> None:
    """Events, ranges and an exclusion from a list of stimuli."""
    _tab(page, address, "Markers")
    page.get_by_role("button", name="Load a list").click()
    live_app.upload(page, ("stimuli.csv", STIMULI.encode()), which="Stimulus list")
    page.get_by_role("button", name="Save the list").wait_for()
    page.keyboard.press("Escape")
    live_app.settled(page)


def studio_marker_form(page: Page, address: str) -> None:
    _tab(page, address, "Markers")
    page.get_by_role("button", name="Add by time").click()
    page.wait_for_timeout(600)


def studio_reaction(page: Page, address: str) -> None:
    _finding(page, address, "After an event")


def studio_segments(page: Page, address: str) -> None:
    _finding(page, address, "Range against range")


def studio_persons(page: Page, address: str) -> None:
    _finding(page, address, "Two people")


def studio_synchrony(page: Page, address: str) -> None:
    _finding(page, address, "Together")


def studio_exports(page: Page, address: str) -> None:
    _unfolded(page, address, "For other programs")


def _unfolded(page: Page, address: str, name: str) -> None:
    video_result(page, address)
    page.get_by_role("button", name=name).click()
    page.wait_for_timeout(600)


def _tab(page: Page, address: str, name: str) -> None:
    video_result(page, address)
    page.get_by_role("tab", name=name).click()
    live_app.settled(page)


def _finding(page: Page, address: str, question: str) -> None:
    studio_markers(page, address)
    page.get_by_role("tab", name="Findings").click()
    page.get_by_role("radio", name=question).click()
    page.locator(".st-key-finding_json").wait_for()


STATES = (
    studio_zoomed,
    studio_selected,
    studio_sliders,
    studio_lines,
    studio_keys,
    studio_peaks,
    studio_markers,
    studio_marker_form,
    studio_reaction,
    studio_segments,
    studio_persons,
    studio_synchrony,
    studio_exports,
)
