"""Everything to keep: made when it is asked for, in memory."""

import re
from pathlib import PurePath

import streamlit as st

from fer.export.csv import to_csv
from fer.export.html import to_html
from fer.export.json import to_json
from fer.timeline.report import Report

STEM_LENGTH = 40
_UNSAFE = re.compile(r"[^\w-]+")


def of_report(report: Report, source_name: str, *, key: str) -> None:
    """Buttons for the table, the data and the report.

    Args:
        report: What to write.
        source_name: Name of the source; the files are called after it.
        key: Tells these buttons from others on the page.
    """
    stem = safe_stem(source_name)
    files = (
        ("Report", "html", "text/html", ":material/description:", lambda: to_html(report)),
        ("CSV", "csv", "text/csv", ":material/table:", lambda: to_csv(report.timeline)),
        ("JSON", "json", "application/json", ":material/data_object:", lambda: to_json(report)),
    )
    for name, ending, mime, icon, make in files:
        st.download_button(
            name,
            # Encoded like fer.io.files.write_text: a strange file name must not end in a crash.
            lambda make=make: make().encode("utf-8", "backslashreplace"),
            file_name=f"{stem}.{ending}",
            mime=mime,
            icon=icon,
            key=f"{key}_{ending}",
            on_click="ignore",
        )


def of_video(data: bytes, source_name: str) -> None:
    """A button for a video; nothing where there is none.

    Args:
        data: MP4.
        source_name: Name of the source.
    """
    if data:
        st.download_button(
            "Video",
            data,
            file_name=f"{safe_stem(source_name)}.mp4",
            mime="video/mp4",
            icon=":material/movie:",
            key="recorded_video",
            on_click="ignore",
        )


def safe_stem(source_name: str, what: str = "expressions") -> str:
    """A file name without its ending, safe on every system: letters, digits, dashes.

    Args:
        source_name: Name of the source.
        what: Is in the file, as in ``"clip-blur"``.
    """
    stem = _UNSAFE.sub("-", PurePath(source_name).stem).strip("-_")[:STEM_LENGTH]
    return f"{stem}-{what}" if stem else what
