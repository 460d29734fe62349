"""Everything to keep: made when it is asked for, in memory.

Streamlit makes a file in a thread that belongs to no visit. What makes one may not ask for the session, its
cookies or whoever is logged in: it would find another, empty session. Whatever it needs of these is read
while the page is drawn.
"""

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import PurePath
from types import MappingProxyType

import streamlit as st

from fer.export.csv import sheet_of
from fer.export.forms import FORMS
from fer.export.html import to_html
from fer.export.json import to_json
from fer.export.workbook import to_workbook
from fer.io.files import file_bytes
from fer.io.spreadsheet import COMMA, MIMES, SEMICOLON, XLSX, Sheet, as_bytes
from fer.timeline.report import Report

STEM_LENGTH = 40
_ENDING = re.compile(r"\.(?=\d*[a-z])[a-z0-9]{1,5}$", re.IGNORECASE)
_UNSAFE = re.compile(r"[^\w-]+")


def of_report(
    report: Report,
    source_name: str,
    *,
    key: str,
    pictures: Mapping[int, bytes] = MappingProxyType({}),
    titled: bool = False,
) -> None:
    """Buttons for the table, the data, the report, and the files that other programs open.

    Args:
        report: What to write.
        source_name: Name of the source; the files are called after it.
        key: Tells these buttons from others on the page.
        pictures: Of people in the HTML report: face id -> JPEG.
        titled: The name is one that somebody has typed.
    """
    stem = stem_of_title(source_name) if titled else safe_stem(source_name)
    of_text(
        "Report",
        lambda: to_html(report, pictures=pictures),
        f"{stem}.html",
        mime="text/html",
        icon="description",
        key=f"{key}_html",
    )
    of_table(lambda: sheet_of(report.timeline), stem, key=key, workbook=lambda: to_workbook(report))
    of_json("JSON", lambda: to_json(report), f"{stem}.json", key=f"{key}_json")
    with st.popover("For other programs", icon=":material/ios_share:", key=f"{key}_others"):
        for name, form in FORMS.items():
            if not (form.timed and report.timeline.is_photos):
                make, file = partial(form.make, report), f"{stem}{form.ending}"
                look = {"icon": form.icon, "mime": form.mime, "help": form.about}
                of_text(form.label, make, file, key=f"{key}_{name}", **look)


def of_json(
    label: str,
    make: Callable[[], str],
    file_name: str,
    *,
    key: str,
    icon: str = "data_object",
    help: str | None = None,
) -> None:
    """A button for a JSON file.

    Args:
        label: On the button.
        make: Makes the text, once it is asked for.
        file_name: With its ending.
        key: Tells this button from others on the page.
        icon: Name of a Material symbol.
        help: What is said beside it.
    """
    of_text(label, make, file_name, mime="application/json", icon=icon, key=key, help=help)


def of_text(
    label: str,
    make: Callable[[], str | bytes],
    file_name: str,
    *,
    mime: str,
    icon: str,
    key: str,
    help: str | None = None,
) -> None:
    """A button for a file of any kind; see `of_json`."""

    def _data() -> bytes:
        return file_bytes(make())

    st.download_button(
        label,
        _data,
        file_name=file_name,
        mime=mime,
        icon=f":material/{icon}:",
        key=key,
        on_click="ignore",
        help=help,
    )


def of_table(
    make: Callable[[], Sheet],
    stem: str,
    *,
    key: str,
    label: str = "CSV",
    workbook: Callable[[], bytes] | None = None,
) -> None:
    """Buttons for a table: CSV for programs, and in a popover the forms that spreadsheets open.

    Args:
        make: Makes the table.
        stem: Of the files' names.
        key: Tells these buttons from others on the page.
        label: Of the first button.
        workbook: Makes the XLSX, where that holds more than the table.
    """
    _spreadsheet(label, make, stem, COMMA, icon="table", key=f"{key}_csv")
    with st.popover("For a spreadsheet", icon=":material/table_view:"):
        if workbook is None:
            st.caption("The same table: XLSX for any, or CSV with semicolons and decimal commas.")
            _spreadsheet("XLSX", make, stem, XLSX, icon="table_view", key=f"{key}_xlsx")
        else:
            st.caption("XLSX: persons, episodes, events and frames. CSV with semicolons: the frames alone.")
            look = {"mime": MIMES[XLSX], "icon": "table_view", "key": f"{key}_xlsx"}
            of_text("XLSX", workbook, f"{stem}.xlsx", **look)
        _spreadsheet(
            "CSV with ;", make, f"{stem}-semicolon", SEMICOLON, icon="table", key=f"{key}_semicolon_csv"
        )


def _spreadsheet(label: str, make: Callable[[], Sheet], stem: str, form: str, *, icon: str, key: str) -> None:
    ending = "xlsx" if form == XLSX else "csv"
    of_text(label, lambda: as_bytes(make(), form), f"{stem}.{ending}", mime=MIMES[form], icon=icon, key=key)


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


def stem_of_title(title: str, what: str = "expressions") -> str:
    """The same for what somebody has typed: a slash in it leads nowhere, and not every full stop an ending.

    Args:
        title: What something is called; often a file's name, else anything.
        what: Is in the file.
    """
    words = re.sub(r"[/\\]", "-", title)
    return safe_stem(words if _ENDING.search(words) else f"{words}.", what)


def safe_stem(source_name: str, what: str = "expressions") -> str:
    """A file name without its ending, safe on every system: letters, digits, dashes.

    Args:
        source_name: Name of the source.
        what: Is in the file, as in ``"clip-blur"``.
    """
    stem = _UNSAFE.sub("-", PurePath(source_name).stem).strip("-_")[:STEM_LENGTH]
    return f"{stem}-{what}" if stem else what
