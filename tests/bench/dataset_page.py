"""How long the Dataset page takes to open, without data and with all of FER2013, and the peak of its memory.

    python -m tests.bench.dataset_page [--data ../shared/fer2013/fer2013.csv.gz] [--json FILE]

Each run starts the app anew. "Opened" is what a browser shows: the first chart is drawn and nothing is on its
way. The limit is for the way from another page of the app; by its address the browser has to load Streamlit
and Plotly first, which is measured too. With the data it is counted from the click (or the end of choosing
the file) to the figures of all rows. Exit status 1 if a limit is missed.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from pages.ui.work.dataset import LOCAL_DATA
from tests.helpers import live_app

DATA = Path("../shared/fer2013/fer2013.csv.gz")
MAX_EMPTY_S, MAX_DATA_S, MAX_MIB = 2.0, 30.0, 700.0
MIB = 2**20
CHART = ".js-plotly-plot .main-svg"
READ_MS = 600_000
"""A busy machine takes minutes: the app's share of the processor goes to redrawing the progress."""


@dataclass(frozen=True)
class Opened:
    """One way to open the page.

    Args:
        how: In words.
        wall_s: Seconds until it was there.
        cpu_s: Processor seconds of the app meanwhile; on a busy machine this is the figure to judge by.
        peak_mib: Most memory of the app meanwhile (resident set).
        max_s: Wanted: less than this; None for no limit.
    """

    how: str
    wall_s: float
    cpu_s: float
    peak_mib: float
    max_s: float | None

    @property
    def held(self) -> bool:
        """Whether time and memory are under their limits."""
        return (self.max_s is None or self.wall_s < self.max_s) and self.peak_mib < MAX_MIB


def measured(how: str, pid: int, max_s: float | None, open_it: Callable[[], None]) -> Opened:
    """Do something and measure the app's process meanwhile.

    Args:
        how: In words.
        pid: Of the app.
        max_s: Its limit in seconds, if any.
        open_it: Returns when the page is there.
    """
    Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak starts anew
    cpu_s, start_s = _cpu_s(pid), time.monotonic()
    open_it()
    wall_s = time.monotonic() - start_s
    return Opened(how, wall_s, _cpu_s(pid) - cpu_s, _peak_mib(pid), max_s)


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _peak_mib(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")) / MIB


def _click(page: Page) -> None:
    page.get_by_role("link", name="Look inside").first.click()
    page.get_by_role("link", name="Dataset").first.click()
    _wait_for_chart(page)


def _goto(page: Page, address: str) -> None:
    page.goto(f"{address}/dataset")
    _wait_for_chart(page)


def _wait_for_chart(page: Page) -> None:
    page.wait_for_selector(CHART)
    page.wait_for_selector('[data-test-script-state="notRunning"]')


def _wait_for_rows(page: Page) -> None:
    page.get_by_role("button", name="Other data").wait_for(timeout=READ_MS)
    page.wait_for_selector(CHART, timeout=READ_MS)


def without_data(browser) -> list[Opened]:
    """From another page of a fresh app, once more, and by its address in a browser that has kept nothing."""
    with live_app.running_app() as (address, process):
        page = browser.new_page()
        found = []
        for how in ("without data, first time in a fresh app", "without data, once more"):
            live_app.open_page(page, address)
            found.append(measured(how, process.pid, MAX_EMPTY_S, lambda: _click(page)))
        page.close()
        page = browser.new_page()
        by_address = "without data, by its address, Streamlit and Plotly to load"
        found.append(measured(by_address, process.pid, None, lambda: _goto(page, address)))
        page.close()
    return found


def with_data(browser, data: Path) -> list[Opened]:
    """All rows, from the server's disk and from an upload."""
    found = []
    with live_app.running_app(**{LOCAL_DATA: str(data.resolve())}) as (address, process):
        page = browser.new_page()
        _goto(page, address)
        page.get_by_text("Look at the pictures").click()

        def read() -> None:
            page.locator(".st-key-data_local button").click()
            _wait_for_rows(page)

        found.append(measured("with the data on the server", process.pid, MAX_DATA_S, read))
        page.close()
    with live_app.running_app() as (address, process):
        page = browser.new_page()
        _goto(page, address)
        page.get_by_text("Look at the pictures").click()

        def send() -> None:
            field = page.locator('[data-testid="stFileUploader"] input[type=file]')
            field.set_input_files(data)  # by path: Playwright does not hand over more than 50 MB itself
            _wait_for_rows(page)

        found.append(measured("with the data uploaded", process.pid, MAX_DATA_S, send))
        page.close()
    return found


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--data", type=Path, default=DATA, help=f"default {DATA}; left out if it is not there"
    )
    parser.add_argument("--json", type=Path, help="also write the figures there")
    args = parser.parse_args()
    with sync_playwright() as engine, live_app.launched(engine) as browser:
        found = without_data(browser)
        if args.data.is_file():
            found += with_data(browser, args.data)
    for one in found:
        wanted = "" if one.max_s is None else f" (under {one.max_s:g} wanted)"
        print(
            f"{one.how}: {one.wall_s:.2f} s{wanted}, {one.cpu_s:.2f} s of processor, "
            f"peak {one.peak_mib:.0f} MiB (under {MAX_MIB:.0f} wanted){'' if one.held else '  MISSED'}"
        )
    if args.json:
        args.json.write_text(json.dumps([asdict(one) for one in found], indent=2) + "\n")
    return 0 if all(one.held for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
