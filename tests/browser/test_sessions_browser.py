"""Keep, reload, restart, reopen, delete: what survives what, in a real browser."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from fer.sample.clip import sample_video
from tests.helpers import live_app
from tests.helpers.kept import sessions_file

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def short() -> bytes:
    return sample_video(fps=10.0, duration_s=1.5)


@pytest.fixture
def other_page(browser: Browser) -> Iterator[Page]:
    """Another visitor's tab."""
    with live_app.own_requests_only(browser) as tab:
        yield tab


def opened_report(page: Page, address: str, clip: bytes, name: str) -> None:
    live_app.open_page(page, address, "video")
    live_app.upload(page, (name, clip))
    live_app.wait_for_report(page)


def keep(page: Page, title: str) -> None:
    """Press "Keep this" and give a title."""
    page.locator(".st-key-keep_popover button").first.click()
    page.get_by_role("textbox", name="Title").fill(title)
    page.get_by_role("button", name="Keep", exact=True).click()
    page.get_by_text(f"Kept as {title}").wait_for()
    page.keyboard.press("Escape")
    live_app.settled(page)


def test_a_reloaded_tab_comes_back_to_its_video_and_nobody_else_does(
    page: Page, other_page: Page, address: str, short: bytes
):
    opened_report(page, address, short, "mine.mp4")
    page.reload()
    live_app.wait_for_report(page)
    page.goto(f"{address}/video")
    live_app.wait_for_report(page)
    assert page.get_by_text("mine.mp4").count()
    assert "fer_visitor" not in page.url
    live_app.open_page(other_page, address, "video")
    live_app.settled(other_page)
    assert other_page.get_by_text("Drop a video here").count()
    assert not other_page.get_by_text("mine.mp4").count()
    # A second tab of the same browser begins anew, and leaves the first alone.
    second = page.context.new_page()
    live_app.open_page(second, address, "video")
    live_app.settled(second)
    assert second.get_by_text("Drop a video here").count()
    cookie = next(c for c in page.context.cookies() if c["name"] == "fer_visitor")
    assert len(cookie["value"]) == 43 and cookie["sameSite"] == "Strict"


def test_a_kept_session_outlives_the_server_and_is_deleted_for_good(
    browser: Browser, short: bytes, tmp_path: Path
):
    kept = {"FER_DATA_DIR": str(tmp_path), "port": live_app.free_port()}
    with live_app.own_requests_only(browser) as page:
        with live_app.running_app(**kept) as (address, _):
            opened_report(page, address, short, "talk.mp4")
            assert not list(tmp_path.rglob("*"))
            keep(page, "First talk")
        assert any(b"First talk" in file.read_bytes() for file in tmp_path.rglob("*.sqlite"))
        with live_app.running_app(**kept) as (address, _):
            # The tab is still there: it hears that its server is another one, and where to go.
            expect(page.get_by_text("The app was started anew")).to_be_visible()
            assert page.get_by_text("Drop a video here").count()
            page.get_by_role("link", name="What you kept").click()
            page.get_by_role("button", name="Open", exact=True).wait_for()
            assert not page.get_by_text("The app was started anew").count()
            # The chart's code comes while the list is read.
            page.wait_for_function(
                "performance.getEntriesByType('resource').some((one) => one.name.includes('PlotlyChart'))",
            )
            page.get_by_role("button", name="Open", exact=True).click()
            page.wait_for_selector(".st-key-timeline .js-plotly-plot .nsewdrag")
            assert "/video" in page.url and page.get_by_text("First talk").count()
            assert not page.locator("video").count(), "the video was not kept"
            live_app.open_page(page, address, "sessions")
            page.get_by_role("button", name="More").click()
            page.locator("[class*=st-key-session_delete_] button").click()
            page.get_by_role("button", name="Delete for good").click()
            expect(page.get_by_text("Nothing is kept yet")).to_be_visible()
            left = [file for file in tmp_path.rglob("*") if file.is_file()]
            assert not any(b"talk" in file.read_bytes() for file in left)


def test_the_app_listens_on_this_computer_only(address: str):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: it only chooses an interface
        except OSError:
            pytest.skip("needs an interface to another network")
        own = probe.getsockname()[0]
    port = int(address.rpartition(":")[2])
    with socket.create_connection(("localhost", port), timeout=5):
        pass
    with pytest.raises(OSError):
        socket.create_connection((own, port), timeout=5)


def log_in(page: Page, address: str, person: str) -> None:
    """Say who one is, where the provider asks."""
    live_app.open_page(page, address, "sessions")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name=person).click()
    page.wait_for_selector('[data-testid="stMain"]')
    live_app.open_page(page, address, "sessions")


def test_with_a_login_sessions_belong_to_the_person(browser: Browser, tmp_path: Path):
    pytest.importorskip("authlib", reason="needs streamlit[auth] (requirements-dev.txt)")
    from tests.helpers.login_provider import CLIENT, running_provider

    port = live_app.free_port()
    settings, kept = tmp_path / ".streamlit", tmp_path / "kept"
    settings.mkdir()
    with running_provider() as provider:
        (settings / "secrets.toml").write_text(
            f'[auth]\nredirect_uri = "http://localhost:{port}/oauth2callback"\n'
            f'cookie_secret = "{"s" * 40}"\nclient_id = "{CLIENT}"\nclient_secret = "secret"\n'
            f'server_metadata_url = "{provider}/.well-known/openid-configuration"\n'
        )
        with (
            live_app.running_app(port=port, HOME=str(tmp_path), FER_DATA_DIR=str(kept)) as (address, _),
            live_app.own_requests_only(browser) as first,
            live_app.own_requests_only(browser) as second,
            live_app.own_requests_only(browser) as other,
        ):
            log_in(first, address, "anna")
            first.get_by_text("Nothing is kept yet").wait_for()
            live_app.import_sessions(first, sessions_file(1))
            first.get_by_text("1 session").wait_for()
            log_in(second, address, "anna")
            second.get_by_text("1 session").wait_for()
            log_in(other, address, "ben")
            other.get_by_text("Nothing is kept yet").wait_for()
            assert second.get_by_text("Interview 1").count() and not other.get_by_text("Interview 1").count()
            other.get_by_role("button", name="Ben").click()
            other.get_by_role("button", name="Log out").click()
            other.get_by_role("button", name="Log in").wait_for()
            assert not other.get_by_text("Nothing is kept yet").count()


def test_a_queue_of_ten_goes_on_while_the_tab_is_closed(browser: Browser, short: bytes, tmp_path: Path):
    """Ten clips of two conditions; the tab is closed in the middle, and a new one finds all of them."""
    names = [f"P{k // 2 + 1:02d}_{'stress' if k % 2 else 'calm'}_{k}.mp4" for k in range(10)]
    with (
        live_app.running_app(FER_DATA_DIR=str(tmp_path)) as (address, _),
        live_app.own_requests_only(browser) as page,
    ):
        live_app.open_page(page, address, "video")
        # Contents that differ: the same bytes would be the same video.
        live_app.upload(page, *((name, short + bytes(8 + k)) for k, name in enumerate(names)))
        page.get_by_text("of 10 videos read").wait_for()
        # On a busy machine the page may not be drawn between one video and the next.
        page.get_by_text(re.compile("^([2-9]|10) of 10 videos read")).wait_for()
        context = page.context
        page.close()
        again = context.new_page()
        again.wait_for_timeout(3000)
        live_app.open_page(again, address, "video")
        said = again.get_by_text("of 10 videos read").inner_text()
        assert 2 <= int(said.split()[0]) <= 10
        again.get_by_text("10 of 10 videos read").wait_for(timeout=3 * live_app.PATIENCE_MS)
        again.get_by_role("textbox", name="Participant and condition").fill("{participant}_{condition}_*")
        again.keyboard.press("Enter")
        again.get_by_text("10 of 10 names fit the pattern").wait_for()
        again.wait_for_selector(".st-key-queue_groups .js-plotly-plot")
        again.get_by_role("button", name="Open", exact=True).first.click()
        live_app.wait_for_report(again)
        again.get_by_role("button", name="All videos").click()
        again.get_by_text("10 of 10 videos read").wait_for()
        again.get_by_role("button", name="Keep 10 sessions").click()
        again.get_by_role("link", name="10 kept").click()
        again.get_by_text(re.compile("^10 sessions")).wait_for()
        live_app.settled(again)  # its rows come after the count
        assert again.get_by_text("P05", exact=True).count() >= 2
