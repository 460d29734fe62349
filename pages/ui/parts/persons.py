"""The steps by which a visitor names people and puts them right: kept, undone, saved, loaded."""

from collections.abc import Iterable
from dataclasses import dataclass

import streamlit as st

from fer.errors import InputError
from fer.text import join
from fer.timeline.carry import Carried, carried
from fer.timeline.edits import with_edits
from fer.timeline.persons import MAX_EDITS, Edit, persons_from_json, persons_to_json
from fer.timeline.report import PERSONS_FILE, Report
from pages.ui.app import downloads, page_setup, session, uploads
from pages.ui.app.error_text import error_text_of
from pages.ui.app.markdown import plain
from pages.ui.work.reinterpret import with_timeline

REPORTS = 24
"""Reports whose steps are remembered: those of a queue are left and opened again."""
LIMIT_MB = 1
STEPS_SHOWN = 12
TROUBLE, TURN = "persons_trouble", "persons_turn"
"""Session keys: what went wrong with the last step; how many steps were tried, for the widgets' keys."""


@dataclass(frozen=True, eq=False)
class Steps:
    """What a session has said about the people of a report.

    Args:
        analyzed: The report as it was analysed.
        edited: The same under the steps.
        carried: What was taken over from another analysis, in a sentence; empty where nothing was.
    """

    analyzed: Report
    edited: Report
    carried: str = ""

    @property
    def edits(self) -> tuple[Edit, ...]:
        """In their order."""
        return self.edited.timeline.persons.edits


def edited(report: Report) -> Report:
    """The report under the session's steps; as it is where there are none.

    Where the same source was analysed before in another way, what was said of its people is taken over.

    Args:
        report: As it was analysed.
    """
    if all(steps.analyzed is not report for steps in _all()):
        _carry(report)
    return _steps(report).edited


def _carry(report: Report) -> None:
    source = report.timeline.source
    before = [s for s in _all() if source.sha256 and s.analyzed.timeline.source.sha256 == source.sha256]
    if not before:
        return
    made = carried(before[0].edited.timeline, report.timeline)
    if made.edits or made.lost:
        _keep(report, made.edits, note=_carried_text(made))


def _carried_text(made: Carried) -> str:
    if not made.edits:
        return f"This analysis does not find {join(list(made.lost))} again: names and steps were left out."
    lost = f" It does not find {join(list(made.lost))} again." if made.lost else ""
    return f"Names and steps were taken over from the analysis before.{lost}"


def _start_anew(report: Report) -> None:
    _keep(report, ())


def turn() -> int:
    """A number for the keys of widgets that must forget what was typed once a step was taken."""
    return st.session_state.get(TURN, 0)


def take(report: Report, edit: Edit) -> None:
    """One more step; where it does not fit, the reason is shown by `trouble` and nothing changes.

    Args:
        report: As it was analysed.
        edit: The step.
    """
    _keep(report, (*_steps(report).edits, edit))


def take_all(report: Report, edits: Iterable[Edit]) -> None:
    """Several steps at once; where one does not fit, none is taken.

    Args:
        report: As it was analysed.
        edits: The steps.
    """
    _keep(report, (*_steps(report).edits, *edits))


def undo(report: Report) -> None:
    """Take the last step back."""
    _keep(report, _steps(report).edits[:-1])


def restore(report: Report, edits: tuple[Edit, ...]) -> None:
    """Begin with the steps that were kept with a session.

    Args:
        report: As it was analysed.
        edits: The steps; none where nothing was changed.
    """
    _keep(report, edits)


def refuse(error: InputError) -> None:
    """Show on the next run why a step was not taken."""
    st.session_state[TROUBLE], st.session_state[TURN] = error_text_of(error), turn() + 1


def forget(report: Report) -> None:
    """Its steps are no longer needed."""
    session.keep(session.PERSONS, tuple(s for s in _all() if s.analyzed is not report))


def bar(report: Report) -> None:
    """Undo, the list of steps, and their file.

    Args:
        report: As it was analysed.
    """
    steps = _steps(report)
    edits = steps.edits
    if steps.carried:
        st.markdown(f":material/sync: {plain(steps.carried)}", width="content")
        if edits:
            look = {"icon": ":material/cancel:", "type": "tertiary", "key": "persons_without"}
            st.button("Without them", on_click=_start_anew, args=(report,), **look)
    if edits:
        st.button(
            "Undo",
            icon=":material/undo:",
            type="tertiary",
            key="persons_undo",
            help=plain(edits[-1].words),
            on_click=undo,
            args=(report,),
        )
    with st.popover("Names and steps", icon=":material/history:", type="tertiary", key="persons_steps"):
        if not edits:
            st.caption(
                "Nothing was changed. Names and steps can be saved, and loaded for the same file again."
            )
        for number, edit in list(enumerate(edits, 1))[-STEPS_SHOWN:]:
            st.markdown(f"{number}\\. {plain(edit.words)}")
        if edits:
            source = report.timeline.source
            downloads.of_json(
                "Save",
                lambda: persons_to_json(edits, source),
                PERSONS_FILE,
                key="persons_save",
                icon="download",
                help="Names and ids only, no picture. `fer analyze --persons` takes it too.",
            )
        _load(report)


def trouble() -> None:
    """Why the last step was not taken; nothing where it was."""
    page_setup.show_trouble(TROUBLE)


def _load(report: Report) -> None:
    given = uploads.take("Load names", key="persons_file", types=["json"], limit_mb=LIMIT_MB)
    if not given:
        return
    try:
        edits = persons_from_json(given[0].data, report.timeline.source)
        with_edits(report.timeline, edits)
    except InputError as error:
        page_setup.show_error(error_text_of(error))
        return
    _keep(report, edits)
    st.rerun()


def _all() -> tuple[Steps, ...]:
    return session.kept(session.PERSONS) or ()


def _steps(report: Report) -> Steps:
    return next((s for s in _all() if s.analyzed is report), Steps(report, report))


def _keep(report: Report, edits: tuple[Edit, ...], *, note: str = "") -> None:
    """Put the steps in place; the page that runs next shows them."""
    try:
        if len(edits) > MAX_EDITS:
            raise InputError(f"More than {MAX_EDITS:,} steps are too many: undo some.")
        timeline = with_edits(report.timeline, edits)
    except InputError as error:
        refuse(error)
        return
    st.session_state[TURN] = turn() + 1
    others = tuple(s for s in _all() if s.analyzed is not report)
    now = with_timeline(report, timeline) if edits or report.timeline.persons.edits else report
    session.keep(session.PERSONS, (Steps(report, now, note), *others)[:REPORTS])
