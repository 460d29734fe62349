"""The files that a report can become: one register for the command line and the pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fer.timeline.report import Report


@dataclass(frozen=True)
class Form:
    """A kind of file.

    Args:
        label: What people read.
        about: What it holds and for whom, in a few words.
        ending: Of the file's name.
        mime: Media type.
        make: Makes it.
        timed: It holds times, which photos lack.
        icon: Name of a Material symbol.
    """

    label: str
    about: str
    ending: str
    mime: str
    make: Callable[[Report], str | bytes]
    timed: bool = True
    icon: str = "description"


# Imported where they are made: the command line reads the register before it loads anything.


def _episodes(report: Report) -> str:
    from fer.export.episodes import episodes_to_csv

    return episodes_to_csv(report.timeline, report.summary)


def _elan(report: Report) -> bytes:
    from fer.export.annotations import to_elan

    return to_elan(report.timeline, report.summary)


def _textgrid(report: Report) -> bytes:
    from fer.export.annotations import to_textgrid

    return to_textgrid(report.timeline, report.summary)


def _boris(report: Report) -> str:
    from fer.export.annotations import to_boris

    return to_boris(report.timeline, report.summary)


def _vtt(report: Report) -> str:
    from fer.export.annotations import to_vtt

    return to_vtt(report.summary)


def _parquet(report: Report) -> bytes:
    from fer.export.parquet import to_parquet

    return to_parquet(report.timeline)


def _svg(report: Report) -> str:
    from fer.export.chart_file import to_svg

    return to_svg(report)


def _png(report: Report) -> bytes:
    from fer.export.chart_file import to_png

    return to_png(report)


FORMS = {
    "episodes": Form(
        "Episodes", "episodes as a table (CSV)", ".episodes.csv", "text/csv", _episodes, icon="table",
    ),
    "elan": Form("ELAN", "episodes and markers for ELAN (.eaf)", ".eaf", "application/xml", _elan),
    "textgrid": Form(
        "Praat", "episodes and markers for Praat (.TextGrid)", ".TextGrid", "text/plain", _textgrid,
    ),
    "boris": Form("BORIS", "episodes as a BORIS project (.boris)", ".boris", "application/json", _boris),
    "vtt": Form("Subtitles", "episodes as subtitles (WebVTT)", ".vtt", "text/vtt", _vtt, icon="subtitles"),
    "parquet": Form(
        "Parquet", "the timeline with every digit, for programs", ".parquet",
        "application/vnd.apache.parquet", _parquet, timed=False, icon="database",
    ),
    "svg": Form(
        "Chart as SVG", "the chart, to print and to edit (SVG)", ".svg", "image/svg+xml", _svg,
        timed=False, icon="insert_chart",
    ),
    "png": Form(
        "Chart as PNG", "the chart as a picture (PNG)", ".png", "image/png", _png, timed=False, icon="image",
    ),
}  # fmt: skip
"""Name, which is the command line's option -> form; beside CSV, XLSX, JSON and the HTML report."""
