"""Another program's Action Units of the same clip beside ours: OpenFace 2 or py-feat, from their CSV."""

import math
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from fer.action_units.table import BY_CODE
from fer.charts.units import comparison_lines
from fer.errors import InputError
from fer.text import MISSING, count, percent
from fer.timeline.foreign_units import Agreement, ForeignUnits, compare, read_foreign, remarks
from fer.timeline.report import Report
from pages.ui.app import page_setup, session, uploads
from pages.ui.app.error_text import error_text_of
from pages.ui.app.markdown import name
from pages.ui.app.theme import chart, is_dark

LIMIT_MB = 100
PILLS = 12
"""More faces than this are chosen from a list."""


@dataclass(frozen=True, eq=False)
class ForeignFile:
    """A file that was compared with a report.

    Args:
        report: The report, as it was analysed.
        name: The file's label.
        units: What it holds.
    """

    report: Report
    name: str
    units: ForeignUnits


def show(report: Report, analyzed: Report, face_id: int) -> None:
    """An uploader, then both programs' values of each unit.

    Args:
        report: As it is shown.
        analyzed: As it was analysed: the file belongs to it.
        face_id: Whose units of ours.
    """
    given = session.kept(session.FOREIGN)
    mine = given if given is not None and given.report is analyzed else None
    with st.expander("Compare with OpenFace or py-feat", icon=":material/compare_arrows:"):
        try:
            if mine is None:
                _take(analyzed)
            else:
                _beside(report, face_id, mine)
        except InputError as error:
            page_setup.show_error(error_text_of(error))


def _take(analyzed: Report) -> None:
    """The uploader; what it was given is kept, and the page drawn anew without it."""
    files = uploads.take(
        "Drop the CSV that OpenFace 2 or py-feat made of this clip",
        key="units_csv",
        types=["csv"],
        limit_mb=LIMIT_MB,
    )
    if files:
        session.keep(session.FOREIGN, ForeignFile(analyzed, files[0].name, read_foreign(files[0].data)))
        st.rerun()


def _beside(report: Report, face_id: int, given: ForeignFile) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        rows = count(len(given.units), "row")
        st.markdown(f"**{given.units.program}** · {name(given.name)} · {rows}", width="content")
        st.button(
            "Another file",
            icon=":material/upload:",
            type="tertiary",
            key="units_csv_leave",
            on_click=session.release,
            args=(session.FOREIGN,),
        )
    theirs = _their_face(given.units)
    found = compare(report.timeline, face_id, theirs)
    for remark in remarks(report.timeline, theirs):
        st.caption(f":material/info: {remark}")
    if not found:
        st.caption("The frames are the same, but no unit was told in both.")
        return
    table, figure = st.columns([5, 7], gap="medium")
    with table:
        _table(found)
    with figure:
        drawn = [row.code for row in found if row.frames]
        if drawn:
            code = st.pills(
                "Unit beside the other program's",
                drawn,
                default="AU12" if "AU12" in drawn else drawn[0],
                required=True,
                format_func=lambda code: BY_CODE[code].number,
                label_visibility="collapsed",
                key="units_csv_unit",
            )
            chart(
                comparison_lines(report.timeline, face_id, theirs, code, dark=is_dark()),
                key="units_csv_lines",
            )
    st.caption(
        "Correlation of the intensities; share of the frames in which both say present or both say absent. "
        "Neither program is the truth: people have coded none of these frames."
    )


def _their_face(units: ForeignUnits) -> ForeignUnits:
    """The rows of one face of the file."""
    faces = units.faces
    if len(faces) < 2:
        return units
    pick = st.pills if len(faces) <= PILLS else st.selectbox
    more = {"required": True, "default": faces[0]} if len(faces) <= PILLS else {}
    chosen = pick(
        "Face in the file",
        faces,
        format_func=lambda face: face or "without a name",
        key="units_csv_face",
        **more,
    )
    return units.of_face(chosen)


def _table(found: list[Agreement]) -> None:
    """One row a unit."""
    rows = pd.DataFrame(
        {
            "Unit": [f"{BY_CODE[row.code].number} {BY_CODE[row.code].name}" for row in found],
            "Correlation": [_number(row.correlation) for row in found],
            "Same answer": [percent(row.agreement) for row in found],
            "Frames": [max(row.frames, row.judged) for row in found],
        }
    )
    right = {name: st.column_config.TextColumn(alignment="right") for name in ("Correlation", "Same answer")}
    st.dataframe(rows, placeholder=MISSING, hide_index=True, key="units_csv_table", column_config=right)


def _number(value: float) -> str:
    return f"{value:.2f}" if math.isfinite(value) else MISSING
