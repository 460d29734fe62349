"""Neutral faces of a clip: chosen at a moment or loaded from a file, and what they change in its report."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import streamlit as st

from fer.action_units.baseline import Baseline
from fer.errors import InputError
from fer.text import clock, percent
from fer.timeline.neutral_faces import most_neutral, neutral_at, of_this_clip, with_baselines
from fer.timeline.report import Report
from pages.ui.app import page_setup, session
from pages.ui.app.error_text import error_text_of
from pages.ui.app.markdown import plain
from pages.ui.parts import neutral_files
from pages.ui.video import player
from pages.ui.work.reinterpret import with_timeline

ABOUT = (
    "Brows, cheeks and chin are judged only against this face's own neutral values. Choose a moment at which "
    "it is relaxed, looks straight ahead and has its eyes open: about 20 frames around it count. "
    "Nothing is read again."
)

CHANGED, ERROR = "neutral_changed", "neutral_error"
"""Session keys: the page shows old values; what went wrong with the last choice."""


@dataclass(frozen=True, eq=False)
class ChosenNeutralFaces:
    """The neutral faces that a session has chosen for a report.

    Args:
        analyzed: As it was analysed.
        report: The same with people named and put right.
        shown: The same, judged over the neutral faces.
        baselines: Neutral values by face id.
        words: Where they come from, by face id.
    """

    analyzed: Report
    report: Report
    shown: Report
    baselines: dict[int, Baseline] = field(default_factory=dict)
    words: dict[int, str] = field(default_factory=dict)


def applied(report: Report, analyzed: Report) -> Report:
    """The report over the session's neutral faces; as it is where none was chosen.

    Args:
        report: With people named and put right.
        analyzed: As it was analysed. What was chosen for it stays as its people change.
    """
    kept: ChosenNeutralFaces | None = session.kept(session.NEUTRAL)
    if kept is None or kept.analyzed is not analyzed:
        return report
    if kept.report is not report:
        _keep(ChosenNeutralFaces(analyzed, report, report), kept.baselines, kept.words)
    return _chosen(report).shown


def chosen_for(analyzed: Report) -> tuple[dict[int, Baseline], dict[int, str]]:
    """The neutral faces that were chosen for a report, by face id, and where each comes from."""
    kept = session.kept(session.NEUTRAL)
    return (kept.baselines, kept.words) if kept is not None and kept.analyzed is analyzed else ({}, {})


def restore(
    report: Report, analyzed: Report, baselines: Mapping[int, Baseline], words: Mapping[int, str]
) -> None:
    """Begin with the neutral faces that were kept with a session.

    Args:
        report: With people named and put right.
        analyzed: As it was analysed.
        baselines: By face id.
        words: Where each comes from.
    """
    given = {face: words.get(face, "was kept") for face in baselines}
    _keep(ChosenNeutralFaces(analyzed, report, report), dict(baselines), given)


def panel(report: Report, analyzed: Report, face_id: int) -> None:
    """Choose, drop, save and load neutral faces.

    Args:
        report: With people named and put right, before neutral faces were chosen.
        analyzed: As it was analysed.
        face_id: Whose neutral face is chosen.
    """
    timeline, chosen = report.timeline, _chosen(report, analyzed)
    if st.session_state.pop(CHANGED, False):
        st.rerun()  # the panel stands in a fragment, and the whole page shows other values now
    best = most_neutral(timeline, face_id)
    if best is None:
        return
    mine, name = chosen.words.get(face_id, ""), timeline.name(face_id)
    with st.popover("Neutral face", icon=":material/sentiment_neutral:", type="tertiary"):
        st.caption(ABOUT)
        st.markdown(plain(_sentence(name, mine) or f"{name} is measured against the average neutral face."))
        moment_s = st.slider(
            f"Moment at which {plain(timeline.name(face_id, start=False))} is relaxed",
            0.0,
            max(float(timeline.end_s), 0.1),
            best[0],
            0.1,
            format="%.1f s",
            key=f"neutral_moment_{face_id}",
        )
        st.caption(
            f"Most neutral: {clock(best[0], tenths=True)} (around it neutral {percent(best[1])} on average)."
        )
        asked = (chosen, face_id, moment_s)
        with st.container(horizontal=True):
            st.button("Use as neutral", type="primary", key="neutral_use", on_click=_use, args=asked)
            seen = {"icon": ":material/play_arrow:", "on_click": player.seek, "args": (moment_s,)}
            st.button("Show it", key="neutral_see", **seen)
            if mine:
                st.button("Drop", icon=":material/undo:", key="neutral_drop", on_click=_drop, args=asked[:2])
        page_setup.show_trouble(ERROR)
        _file(chosen)


def _use(chosen: ChosenNeutralFaces, face_id: int, moment_s: float) -> None:
    try:
        found = neutral_at(chosen.report.timeline, face_id, moment_s)
    except InputError as error:
        st.session_state[ERROR] = error_text_of(error)
        return
    words = f"was taken at {clock(moment_s, tenths=True)}"
    st.session_state[CHANGED] = True
    _keep(chosen, chosen.baselines | {face_id: found}, chosen.words | {face_id: words})


def _drop(chosen: ChosenNeutralFaces, face_id: int) -> None:
    st.session_state[CHANGED] = True
    _keep(chosen, {k: v for k, v in chosen.baselines.items() if k != face_id}, chosen.words)


def _file(chosen: ChosenNeutralFaces) -> None:
    """Neutral faces to a file and back."""
    neutral_files.save(chosen.baselines, key="video_neutral")
    loaded = neutral_files.load(key="video_neutral")
    if loaded is None:
        return
    try:
        here = of_this_clip(chosen.report.timeline, loaded)
    except InputError as error:
        page_setup.show_error(error_text_of(error))
        return
    words = dict.fromkeys(here, "comes from a file")
    st.session_state[CHANGED] = True
    _keep(chosen, chosen.baselines | here, chosen.words | words)
    st.rerun()


def _chosen(report: Report, analyzed: Report | None = None) -> ChosenNeutralFaces:
    kept = session.kept(session.NEUTRAL)
    mine = kept is not None and kept.report is report
    return kept if mine else ChosenNeutralFaces(analyzed or report, report, report)


def _sentence(name: str, words: str) -> str:
    return f"{name}'s neutral face {words}." if words else ""


def _keep(chosen: ChosenNeutralFaces, baselines: dict[int, Baseline], words: dict[int, str]) -> None:
    """Judge the clip again; the page is to be drawn anew."""
    report, words = chosen.report, {k: words[k] for k in sorted(baselines)}
    here = {k: baselines[k] for k in words if k in report.timeline.face_ids}
    shown = report
    if here:
        notes = [_sentence(report.timeline.name(k), words[k]) for k in here]
        shown = with_timeline(report, with_baselines(report.timeline, here, notes=notes))
    session.keep(session.NEUTRAL, ChosenNeutralFaces(chosen.analyzed, report, shown, baselines, words))
