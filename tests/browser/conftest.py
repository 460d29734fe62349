"""The running app and a browser, once for all browser tests."""

from collections.abc import Iterator
from contextlib import suppress

import pytest

pytest.importorskip("playwright.sync_api", reason="needs playwright (requirements-dev.txt)")

from playwright.sync_api import Browser, Error, Page, Playwright, sync_playwright

from fer.sample.clip import sample_video
from tests.helpers import live_app
from tests.helpers.live_app import own_requests_only


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> Iterator[None]:
    """What a test's tabs said when it failed goes into its report: in CI nobody sees them."""
    report = yield
    if call.when == "call" and report.failed:
        for name, tab in getattr(item, "funcargs", {}).items():
            if isinstance(tab, Page) and not tab.is_closed():
                with suppress(Error):
                    words = " | ".join(tab.locator("body").inner_text().split("\n\n"))
                    report.sections.append((f"{name} at {tab.url}", words))
    return report


@pytest.fixture(scope="session")
def engine() -> Iterator[Playwright]:
    """What drives browsers; there can be only one."""
    if not live_app.CHROMIUM.exists():
        pytest.skip(f"needs Chromium at {live_app.CHROMIUM} (apt-get install chromium)")
    with sync_playwright() as found:
        yield found


@pytest.fixture(scope="session")
def address(engine: Playwright) -> Iterator[str]:
    """Where the app answers."""
    with live_app.running_app() as (found, _):
        yield found


@pytest.fixture(scope="session")
def browser(engine: Playwright) -> Iterator[Browser]:
    """Debian's Chromium."""
    with live_app.launched(engine) as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab of one test's own."""
    with own_requests_only(browser) as tab:
        yield tab


@pytest.fixture(scope="module")
def clip() -> bytes:
    """The sample at its full length: several expressions, two people."""
    return sample_video(fps=10.0)


@pytest.fixture(scope="module")
def report_page(browser: Browser, address: str, clip: bytes) -> Iterator[Page]:
    """A tab with a finished report of the sample, under a name that a spreadsheet would run."""
    with own_requests_only(browser) as tab:
        live_app.open_page(tab, address, "video")
        live_app.upload(tab, ("=my clip.mp4", clip))
        live_app.wait_for_report(tab)
        yield tab
