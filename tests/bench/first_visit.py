"""What the first visitor of a fresh server waits for: Home's headline, then the sample's report.

    python -m tests.bench.first_visit [--runs 5] [--json models/benchmark.json]

Both are counted from the moment in which the address is opened; the sample is asked for as soon as its button
is there, and its report is there once player and chart are drawn and the page is whole.
"""

import argparse
import time
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, expect, sync_playwright

from fer.benchmark.sections import write_sections
from tests.helpers import live_app


def first_visit(browser: Browser) -> tuple[float, float]:
    """Seconds until Home's headline and until the sample's report, on a server that nobody has visited."""
    with live_app.running_app() as (address, _):
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        started = time.perf_counter()
        page.goto(address)
        headline = page.get_by_role("heading", name="What faces show, second by second")
        expect(headline).to_be_visible()
        headline_s = time.perf_counter() - started
        page.get_by_role("button", name="Try the sample").click()
        live_app.report_is_there(page)
        report_s = time.perf_counter() - started
        page.close()
    return headline_s, report_s


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", type=Path, help="file of figures, whose section is replaced")
    args = parser.parse_args()
    rows = []
    with sync_playwright() as engine, live_app.launched(engine) as browser:
        for _ in range(args.runs):
            rows.append(first_visit(browser))
            print(
                f"headline after {rows[-1][0]:.1f} s, the sample's report after {rows[-1][1]:.1f} s",
                flush=True,
            )
    headline_s, report_s = (median(column) for column in zip(*rows, strict=True))
    print(f"medians of {len(rows)}: headline {headline_s:.1f} s, report {report_s:.1f} s")
    if args.json:
        section = {"headline_s": headline_s, "report_s": report_s, "runs": len(rows)}
        write_sections({"first_visit": section}, args.json, force=True)


if __name__ == "__main__":
    main()
