"""What a session has marked in a recording: set by key or mouse, named, listed, loaded and saved."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd
import streamlit as st

from fer.errors import InputError
from fer.text import MISSING
from fer.timeline.markers import (
    MARKER_KINDS,
    MAX_MARKER_NAME,
    MAX_MARKERS,
    Marker,
    fit_text,
    in_order,
    markers_to_csv,
    read_markers,
)
from fer.timeline.persons import COLORS, tidy_name
from fer.timeline.report import MARKERS_FILE, Report
from pages.ui.app import downloads, page_setup, session, uploads
from pages.ui.app.callbacks import for_changes
from pages.ui.app.error_text import error_text_of
from pages.ui.app.markdown import plain
from pages.ui.video.player import Stretch

REPORTS = 24
"""Reports whose markers are remembered: those of a queue are left and opened again."""
LIMIT_MB = 5
NAME, TROUBLE, TURN = "marker_name", "markers_trouble", "markers_turn"
"""Session keys: the name of the next marker; what went wrong; how often the list was changed, for the table's
key."""
MADE = "markers_made"
"""Session key: key of the table that was edited last, and the markers that came of it."""
UNTOUCHED = {"edited_rows": {}, "added_rows": [], "deleted_rows": []}
KIND_WORDS = {"event": "event", "range": "range", "exclusion": "left out"}
"""What people read of a kind, and the name of a marker that was given none."""
COLOR_WORDS = {"": "none", **{value: name for name, value in COLORS.items()}}


@dataclass(frozen=True, eq=False)
class _Kept:
    """The markers of a report, as it was analysed."""

    report: Report
    markers: tuple[Marker, ...]


def of(report: Report) -> tuple[Marker, ...]:
    """What is marked in a report, or in an earlier analysis of the same source.

    Args:
        report: As it was analysed.
    """
    if (own := next((k.markers for k in _all() if k.report is report), None)) is not None:
        return own
    if report.timeline.markers:  # of a live recording, or of a session that was kept
        return report.timeline.markers
    sha256 = report.timeline.source.sha256
    return next((k.markers for k in _all() if sha256 and k.report.timeline.source.sha256 == sha256), ())


def forget(report: Report) -> None:
    """Its markers are no longer needed."""
    sha256 = report.timeline.source.sha256
    others = (
        k for k in _all() if k.report is not report and k.report.timeline.source.sha256 != (sha256 or None)
    )
    session.keep(session.MARKERS, tuple(others))


def take(report: Report, stretch: Stretch, name: str | None = None) -> None:
    """Mark what the browser says.

    Args:
        report: As it was analysed.
        stretch: Where.
        name: Of the marker; None takes what was typed as the name of the next one.
    """
    typed = tidy_name((st.session_state.get(NAME) if name is None else name) or "")[:MAX_MARKER_NAME]
    try:
        marker = Marker(
            typed or KIND_WORDS.get(stretch.kind, ""), stretch.start_s, stretch.end_s, stretch.kind
        )  # type: ignore[arg-type]: checked by the record
    except InputError as error:
        st.session_state[TROUBLE] = error_text_of(error)
        return
    if marker not in of(report):  # a key that was pressed twice
        put(report, (*of(report), marker))


def put(report: Report, markers: Sequence[Marker]) -> None:
    """Replace all markers."""
    if len(markers) > MAX_MARKERS:
        error = InputError(f"More than {MAX_MARKERS:,} markers are too many: delete some.")
        st.session_state[TROUBLE] = error_text_of(error)
        return
    kept = _Kept(report, in_order(markers))
    forget(report)
    session.keep(session.MARKERS, (kept, *_all())[:REPORTS])
    st.session_state[TURN] = st.session_state.get(TURN, 0) + 1


def name_field() -> None:
    """What the next marker is called."""
    st.text_input(
        "Name of the next marker",
        key=NAME,
        max_chars=MAX_MARKER_NAME,
        placeholder="Name of the next marker",
        label_visibility="collapsed",
        width=220,
    )


def trouble() -> None:
    """Why the last marker was not taken; nothing where it was."""
    page_setup.show_trouble(TROUBLE)


def panel(shown: Report, analyzed: Report) -> None:
    """The list: names, times, kinds and colours can be changed in it; a file of it goes in and out.

    Args:
        shown: What the page shows.
        analyzed: As it was analysed.
    """
    trouble()
    markers = of(analyzed)
    if markers:
        _table(markers, analyzed)
        if excluded := shown.summary.excluded_text():
            st.caption(f":material/content_cut: {excluded}")
        if strays := fit_text(shown.timeline, markers):
            st.caption(f":material/info: {plain(strays)}")
    else:
        st.markdown(
            "Nothing is marked. **Mark** at the player, or the key **M**, marks the moment there. "
            "**Select**, or the key **Shift**, and a drag over the chart select a range: mark it, or leave "
            "it out of every figure."
        )
    _add(shown, analyzed)
    _files(markers, analyzed)


def _table(markers: tuple[Marker, ...], analyzed: Report) -> None:
    key = f"marker_table_{st.session_state.get(TURN, 0)}"
    rows = pd.DataFrame(
        {
            "name": [m.name for m in markers],
            "kind": [KIND_WORDS[m.kind] for m in markers],
            "start_s": [m.start_s for m in markers],
            "end_s": [None if m.kind == "event" else m.end_s for m in markers],
            "color": [COLOR_WORDS.get(m.color, m.color) for m in markers],
        }
    ).astype({"end_s": "float64"})
    seconds = {"format": "%.2f", "step": 0.01, "width": "small"}
    st.data_editor(
        rows,
        placeholder=MISSING,
        key=key,
        num_rows="dynamic",
        hide_index=True,
        column_config={
            "name": st.column_config.TextColumn("Name", required=True, max_chars=MAX_MARKER_NAME),
            "kind": st.column_config.SelectboxColumn(
                "Kind", options=list(KIND_WORDS.values()), required=True
            ),
            "start_s": st.column_config.NumberColumn("From, s", required=True, **seconds),
            "end_s": st.column_config.NumberColumn("To, s", **seconds),
            "color": st.column_config.SelectboxColumn("Colour", options=list(COLOR_WORDS.values())),
        },
        on_change=for_changes(key, UNTOUCHED, partial(_edited, markers, analyzed, key)),
    )


def _edited(markers: tuple[Marker, ...], analyzed: Report, key: str) -> None:
    """What was changed in the table becomes markers; one that cannot be is said, and nothing changes."""
    told = st.session_state[key]
    kinds = {words: kind for kind, words in KIND_WORDS.items()}
    colors = {words: value for value, words in COLOR_WORDS.items()}

    def cells(marker: Marker | None, change: dict) -> Marker:
        kind = kinds.get(change.get("kind", ""), marker.kind if marker else "event")
        start_s = float(change.get("start_s", marker.start_s if marker else 0.0) or 0.0)
        end_s = change.get("end_s", marker.end_s if marker else None)
        if kind == "event" or (end_s is None and marker is None):
            kind, end_s = "event", start_s
        color = colors.get(change.get("color") or "", marker.color if marker else "")
        name = tidy_name(str(change.get("name", marker.name if marker else "") or ""))
        return Marker(
            name or KIND_WORDS[kind], start_s, start_s if end_s is None else float(end_s), kind, color
        )

    now, made = of(analyzed), st.session_state.get(MADE)
    if now != markers and (key, now) != made:
        error = InputError("Something was marked in the meantime: make that change once more.")
        st.session_state[TROUBLE] = error_text_of(error)
        return
    gone = set(told["deleted_rows"])
    changes = told["edited_rows"]
    try:
        kept = [
            cells(m, changes.get(k, {})) if k in changes else m
            for k, m in enumerate(markers)
            if k not in gone
        ]
        put(analyzed, [*kept, *(cells(None, row) for row in told["added_rows"])])
        st.session_state[MADE] = (key, of(analyzed))
    except InputError as error:
        st.session_state[TROUBLE] = error_text_of(error)
        st.session_state[TURN] = st.session_state.get(TURN, 0) + 1


def _add(shown: Report, analyzed: Report) -> None:
    """One marker by its times: the way without a mouse."""
    with st.popover("Add by time", icon=":material/add:", type="tertiary", **_foldable("marker_add")):
        end = max(float(shown.timeline.end_s), 0.1)
        with st.form("marker_form", border=False, clear_on_submit=True):
            name = st.text_input("Name", max_chars=MAX_MARKER_NAME, key="marker_form_name")
            kind = st.radio(
                "Kind", MARKER_KINDS, format_func=KIND_WORDS.get, horizontal=True, key="marker_form_kind"
            )
            start_s = st.number_input("From, seconds", 0.0, end, 0.0, 0.1, key="marker_form_start")
            end_s = st.number_input("To, seconds", 0.0, end, min(1.0, end), 0.1, key="marker_form_end")
            if st.form_submit_button("Add"):
                take(analyzed, Stretch(kind, start_s, start_s if kind == "event" else end_s), name)
                _fold("marker_add")
                st.rerun()


def _files(markers: tuple[Marker, ...], analyzed: Report) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if markers:
            downloads.of_text(
                "Save the list",
                lambda: markers_to_csv(markers),
                MARKERS_FILE,
                mime="text/csv",
                key="markers_save",
                icon="download",
                help="CSV; `fer analyze --markers` and `fer findings --events` take it for many videos.",
            )
            st.button(
                "Delete all",
                icon=":material/delete:",
                type="tertiary",
                key="markers_clear",
                on_click=put,
                args=(analyzed, ()),
            )
        with st.popover(
            "Load a list", icon=":material/upload:", type="tertiary", **_foldable("markers_load")
        ):
            st.caption(
                "A CSV of stimuli: name, start_s, and if wanted end_s, kind (event, range, exclusion) and "
                "colour. The same list fits many videos."
            )
            given = uploads.take("Stimulus list", key="markers_file", types=["csv", "txt"], limit_mb=LIMIT_MB)
            if given:
                try:
                    with page_setup.shows_guesses():
                        found = read_markers(given[0].data)
                    put(analyzed, in_order({*markers, *found}))
                    _fold("markers_load")
                except InputError as error:
                    st.session_state[TROUBLE] = error_text_of(error)
                st.rerun()


def _foldable(key: str) -> dict:
    """Arguments of a popover that `_fold` closes: left open it would lie over what it has changed."""
    if st.session_state.pop(f"{key}_done", False):
        st.session_state[key] = False
    return {"key": key, "on_change": "rerun"}


def _fold(key: str) -> None:
    """Close a popover on the next run."""
    st.session_state[f"{key}_done"] = True


def _all() -> tuple[_Kept, ...]:
    return session.kept(session.MARKERS) or ()
