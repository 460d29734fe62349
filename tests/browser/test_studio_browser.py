"""Player and timeline as one, in a real browser: who moves what, and that the server is not asked for it."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.helpers import live_app
from tests.helpers.live_app import own_requests_only

pytestmark = pytest.mark.browser

PLAYER = "document.querySelector('.st-key-player video')"
CHART = "document.querySelector('.st-key-timeline .js-plotly-plot')"
RANGE = "document.querySelector('.st-key-timeline .js-plotly-plot').layout.xaxis.range.map(Number)"
WATCH = """
window.places = new Set();
window.watching = setInterval(() =>
  window.places.add(document.querySelector('.st-key-timeline .playhead').style.left), 10);
"""
PLAYED_S = 2.0


class Messages:
    """What the page sends to the server: each is a run of the script."""

    def __init__(self, page: Page) -> None:
        self.sent = 0
        page.on("websocket", lambda socket: socket.on("framesent", self._count))

    def _count(self, _payload) -> None:
        self.sent += 1


@pytest.fixture(scope="module")
def messages() -> list[Messages]:
    return []


@pytest.fixture(scope="module")
def studio(browser: Browser, address: str, clip: bytes, messages):
    """A tab with the sample's timeline, and the count of what it sends."""
    with own_requests_only(browser) as tab:
        messages.append(Messages(tab))
        live_app.open_page(tab, address, "video")
        live_app.upload(tab, ("clip.mp4", clip))
        live_app.wait_for_report(tab)
        yield tab


def at(page: Page, seconds: float) -> None:
    """Put the player somewhere, paused."""
    page.evaluate(f"{PLAYER}.pause(); {PLAYER}.currentTime = {seconds}")
    page.wait_for_function(f"Math.abs({PLAYER}.currentTime - {seconds}) < 0.01 && !{PLAYER}.seeking")


def plot(page: Page) -> dict:
    area = page.locator(".st-key-timeline .nsewdrag").first
    area.scroll_into_view_if_needed()
    return area.bounding_box()


def drag(page: Page, start: float, end: float) -> None:
    """From one share of the chart's width to another."""
    box = plot(page)
    y = box["y"] + 20
    page.mouse.move(box["x"] + start * box["width"], y)
    page.mouse.down()
    page.mouse.move(box["x"] + end * box["width"], y, steps=8)
    page.mouse.up()


def slider(page: Page):
    return page.get_by_role("slider", name="Timeline")


def press(page: Page, *keys: str) -> None:
    slider(page).focus()
    for key in keys:
        page.keyboard.press(key)


def test_the_playhead_runs_without_asking_the_server(studio, messages):
    at(studio, 0)
    live_app.settled(studio)
    studio.evaluate(WATCH)
    before = messages[0].sent
    studio.evaluate(f"{PLAYER}.play()")
    studio.wait_for_function(f"{PLAYER}.currentTime >= {PLAYED_S}")
    studio.evaluate(f"{PLAYER}.pause(); clearInterval(window.watching)")
    places = studio.evaluate("window.places.size")
    print(f"playhead: {places} places in {PLAYED_S:g} s, {messages[0].sent - before} messages to the server")
    assert places >= 10 * PLAYED_S
    assert messages[0].sent == before


def test_boxes_and_words_are_drawn_over_the_player_and_can_be_switched_off(studio):
    at(studio, 9.7)
    faces = studio.locator(".face-overlay > div")
    expect(faces).to_have_count(2)
    assert {text.split(":")[0] for text in faces.all_inner_texts()} == {"Face 1", "Face 2"}
    values = studio.get_by_role("table", name="At the playhead")
    expect(values).to_contain_text("Face 2")
    assert "%" in values.get_by_role("row", name="happy").last.inner_text()
    said = values.inner_text().split()
    assert "<1%" in said and "0%" not in said, "as everywhere else"
    studio.get_by_role("button", name="Boxes").click()
    expect(faces).to_have_count(0)
    studio.get_by_role("button", name="Boxes").click()
    expect(faces).to_have_count(2)


def test_a_keyboard_and_a_screen_reader_reach_the_timeline(studio, messages):
    at(studio, 3.2)
    live_app.settled(studio)
    before = messages[0].sent
    press(studio, "Shift+ArrowRight")
    studio.wait_for_function(f"Math.abs({PLAYER}.currentTime - 4.2) < 0.01")
    press(studio, "ArrowRight")
    expect(slider(studio)).to_have_attribute("aria-valuenow", "4.4")
    words = slider(studio).get_attribute("aria-valuetext")
    assert words.startswith("0:04.4 of 0:12.0: Face 1 surprise")
    press(studio, "ArrowLeft", "ArrowLeft")
    studio.wait_for_function(f"Math.abs({PLAYER}.currentTime - 4.15) < 0.01")
    press(studio, "Home")
    studio.wait_for_function(f"{PLAYER}.currentTime === 0")
    assert messages[0].sent == before


def test_a_drag_moves_the_player_and_with_shift_selects_a_loop(studio, messages):
    before = messages[0].sent
    drag(studio, 0.1, 0.5)
    studio.wait_for_function(f"Math.abs({PLAYER}.currentTime - 6) < 0.1")
    studio.keyboard.down("Shift")
    drag(studio, 0.25, 0.3)
    studio.keyboard.up("Shift")
    expect(studio.get_by_text("0:03.0 to 0:03.6")).to_be_visible()
    studio.get_by_role("button", name="Loop").click()
    studio.evaluate(f"{PLAYER}.ontimeupdate = () => window.turns += 1; window.turns = 0")
    studio.wait_for_function("window.turns > 8")
    assert 2.9 <= live_app.current_time(studio) <= 3.8
    studio.evaluate(f"{PLAYER}.pause()")
    studio.get_by_role("button", name="Clear").click()
    expect(studio.get_by_role("button", name="Loop")).to_be_hidden()
    assert messages[0].sent == before


def test_a_zoom_has_a_way_back_in_sight(studio):
    whole = studio.evaluate(RANGE)
    studio.keyboard.down("Shift")
    drag(studio, 0.25, 0.5)
    studio.keyboard.up("Shift")
    studio.get_by_role("button", name="Zoom").click()
    studio.wait_for_function(f"Math.abs({RANGE}[0] - 3) < 0.1 && Math.abs({RANGE}[1] - 6) < 0.1")
    assert whole == pytest.approx([0, 12], abs=0.3)
    studio.get_by_role("button", name="show everything").click()
    studio.wait_for_function(f"{RANGE}[1] === {whole[1]}")
    assert studio.evaluate(RANGE) == whole


def test_lines_can_be_chosen(studio):
    lines = "[...document.querySelector('.st-key-timeline .js-plotly-plot').data].map((t) => t.name)"
    assert "fear" in studio.evaluate(lines)
    studio.get_by_role("button", name="Lines").click()
    studio.get_by_role("button", name="fear", exact=True).click()
    studio.wait_for_function(f"!{lines}.includes('fear')")
    studio.get_by_role("button", name="fear", exact=True).click()
    studio.wait_for_function(f"{lines}.includes('fear')")
    studio.keyboard.press("Escape")


def test_a_row_of_the_moments_plays(studio):
    at(studio, 0)
    box = studio.locator('.st-key-moment_table [data-testid="stDataFrame"]')
    box.scroll_into_view_if_needed()
    place = box.bounding_box()
    studio.mouse.click(place["x"] + 16, place["y"] + 35 * 4 + 18)  # the fourth moment's box
    studio.wait_for_function(f"{PLAYER}.currentTime > 2 && !{PLAYER}.paused")
    began = live_app.current_time(studio)
    studio.wait_for_function(f"{PLAYER}.currentTime > {began} + 0.2")
    studio.evaluate(f"{PLAYER}.pause()")
    assert 2 < began < live_app.current_time(studio)


def test_a_slider_moves_the_chart_and_then_the_words_and_then_nothing(studio, messages):
    words = studio.get_by_role("heading", name="Face 1: ")
    before, title = messages[0].sent, words.inner_text()
    studio.get_by_role("button", name="Smoothing and unsure").click()
    threshold = studio.get_by_role("slider", name="Unsure below, percent")
    threshold.press("End")
    studio.wait_for_function(f"{CHART}.data.filter((t) => t.yaxis === 'y' && t.name === 'unsure').length")
    expect(words).to_contain_text("unsure")
    live_app.settled(studio)
    sent = messages[0].sent
    studio.wait_for_timeout(1000)
    assert 2 <= sent - before <= 4 and messages[0].sent == sent
    assert title != words.inner_text()


def test_a_range_that_is_marked_is_selected_no_longer_and_the_keyboard_stands_on_the_timeline(studio):
    mark = studio.get_by_role("button", name="Mark range")
    for _ in range(2):  # the second time there is nothing new
        press(studio, "Home", "i", "Shift+ArrowRight", "o")
        mark.focus()
        studio.keyboard.press("Enter")
        expect(mark).to_be_hidden()
        expect(slider(studio)).to_be_focused()
        studio.wait_for_function(f"{CHART}.data.some(trace => (trace.text || []).includes('range'))")
        live_app.settled(studio)
    words = studio.evaluate(f"{CHART}.data.flatMap(trace => trace.text || [])")
    assert words.count("range") == 1


def test_a_name_that_was_given_folds_its_popover_and_the_keyboard_stands_on_the_button(studio):
    live_app.settled(studio)
    button = studio.locator("[class*=st-key-person_rename_] button").first
    button.click()
    live_app.settled(studio)
    field = studio.get_by_role("textbox", name="Name", exact=True)
    field.fill("Anna")
    field.press("Enter")
    expect(field).to_be_hidden()
    expect(button).to_be_focused()
    expect(studio.get_by_role("heading", name="Anna:")).to_be_visible()


def test_what_gets_the_focus_comes_out_from_under_the_head_of_the_page(studio):
    studio.get_by_role("button", name="Boxes").focus()
    studio.evaluate(
        "const main = document.querySelector('[data-testid=stMain]');"
        "const lines = document.querySelector('.st-key-timeline_lines button').getBoundingClientRect();"
        "main.scrollBy({ top: lines.top - 10, behavior: 'instant' })"
    )
    studio.keyboard.press("Tab")
    lines = studio.get_by_role("button", name="Lines")
    expect(lines).to_be_focused()
    head = studio.locator('[data-testid="stHeader"]').bounding_box()
    assert lines.bounding_box()["y"] >= head["y"] + head["height"]


def test_what_comes_while_the_chart_is_drawn_anew_is_no_error(studio):
    """The track may change between the old chart's going and the new one's coming: at a mark, a slider."""
    errors: list[str] = []
    studio.on("pageerror", lambda error: errors.append(error.message))
    gone = f"const chart = {CHART}, place = chart.parentElement; chart.remove()"
    studio.evaluate(f"() => {{ {gone}; window.dispatchEvent(new Event('fer-track')); place.append(chart); }}")
    at(studio, 1.0)
    studio.wait_for_timeout(300)
    assert errors == [] and "0:01" in studio.locator(".playhead").get_attribute("aria-valuetext")


def test_in_a_low_window_the_picture_and_its_buttons_are_in_sight_at_once(browser: Browser, address, clip):
    tab = live_app.patient_context(browser, (640, 450)).new_page()
    live_app.open_page(tab, address, "video")
    live_app.upload(tab, ("clip.mp4", clip))
    live_app.wait_for_report(tab)
    picture = tab.locator(".st-key-player video").bounding_box()
    play = tab.get_by_role("button", name="Play", exact=True).first.bounding_box()
    head = 60  # of the page
    assert play["y"] + play["height"] - picture["y"] < 450 - head
    plate = tab.locator(".face-overlay > div").first.bounding_box()
    assert picture["y"] <= plate["y"] and plate["y"] + plate["height"] <= picture["y"] + picture["height"]
    tab.context.close()
