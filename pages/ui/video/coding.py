"""Coding by people (ELAN, Praat, BORIS, CSV) beside our answers."""

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from fer.constants import EMOTIONS
from fer.errors import InputError
from fer.export.findings import findings_sheet
from fer.findings.agreement import CODES, agreement_with
from fer.findings.coding import Coding, read_coding
from fer.findings.gathering import Findings
from fer.text import MISSING, count
from fer.timeline.report import Report
from pages.ui.app import downloads, page_setup, session, uploads
from pages.ui.app.error_text import error_text_of
from pages.ui.app.markdown import name, plain

LIMIT_MB = 50
NO_EXPRESSION = "none"


@dataclass(frozen=True, eq=False)
class _Given:
    """A file of coding, for one source."""

    source: str
    label: str
    coding: Coding


def show(report: Report, face_id: int | None) -> None:
    """Take a file; then agreement by time and by event.

    Args:
        report: As it is shown.
        face_id: Whom the page is about; None: everyone.
    """
    source = f"{report.timeline.source.sha256}/{report.timeline.source.name}"
    given: _Given | None = session.kept(session.CODING)
    if given is None or given.source != source:
        _take(source)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        size = count(len(given.coding.coded), "annotation")
        st.markdown(f"**{given.coding.program}** · {name(given.label)} · {size}", width="content")
        leave = {"icon": ":material/close:", "type": "tertiary", "key": "coding_leave"}
        st.button("Another file", on_click=session.release, args=(session.CODING,), **leave)
    if given.coding.strange:
        strange = plain(", ".join(given.coding.strange[:5]))
        st.caption(f":material/info: Labels that are no expression of ours were passed over: {strange}.")
    _compare(report, face_id, given.coding)


def _take(source: str) -> None:
    st.markdown("Coding by people beside our answers: ELAN, Praat, BORIS, or a CSV of name, start_s, end_s.")
    files = uploads.take("Coding", key="coding_file", types=None, limit_mb=LIMIT_MB)
    if not files:
        return
    try:
        with page_setup.shows_guesses():
            coding = read_coding(files[0].data)
    except InputError as error:
        page_setup.show_error(error_text_of(error))
        return
    session.keep(session.CODING, _Given(source, files[0].name, coding))
    st.rerun(scope="fragment")


def _compare(report: Report, face_id: int | None, coding: Coding) -> None:
    """Who is whom, then the figures."""
    faces = {f.face_id: f.name for f in report.summary.by_presence if f.face_id is not None}
    if not faces:
        st.markdown("Nobody could be read.")
        return
    with st.container(horizontal=True):
        subjects = coding.subjects
        subject = st.selectbox(
            "Coded", subjects, key="coding_subject", width=260, format_func=lambda one: one or "everything"
        )
        ids = list(faces)
        named = [k for k in ids if faces[k].casefold() == (subject or "").casefold()]
        start = ids.index(named[0] if named else face_id if face_id in ids else ids[0])
        who = st.selectbox(
            "Is", ids, start, format_func=faces.get, key=f"coding_face_{subject}_{face_id}", width=260
        )
    source = report.timeline.source.name
    found = agreement_with(report.smoothed, who, coding.of(subject))
    st.markdown(plain(found.sentence))
    if not found.shared_s:
        return
    for column, (label, value) in zip(
        st.columns(4),
        (
            ("Kappa by time", f"{found.kappa_time:.2f}"),
            ("Kappa by event", f"{found.kappa_event:.2f}"),
            ("Same expression", f"{100 * found.agreeing:.0f}% of {found.shared_s:.1f} s"),
            ("Coded episodes found", f"{found.same} of {found.coded}"),
        ),
        strict=True,
    ):
        column.metric(label, value)
    _confusion(found.confusion)
    sheet = findings_sheet(Findings((source,), agreements=((source, found),)))
    downloads.of_table(lambda: sheet, downloads.safe_stem(source, "agreement"), key="coding")


def _confusion(seconds) -> None:
    """Seconds by what people coded (rows) and what was read (columns)."""
    words = [code if code in EMOTIONS else NO_EXPRESSION for code in CODES]
    rows = seconds.sum(axis=1) > 0
    columns = seconds.sum(axis=0) > 0
    table = pd.DataFrame(
        seconds[rows][:, columns],
        index=pd.Index([f"coded {w}" for w, r in zip(words, rows, strict=True) if r], name="seconds"),
        columns=[f"read {w}" for w, c in zip(words, columns, strict=True) if c],
    )
    st.dataframe(table.round(1), placeholder=MISSING, key="coding_confusion")
