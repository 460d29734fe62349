"""The Action Units of a video: a strip over time, lines, and why each episode was read that way."""

import streamlit as st

from fer.action_units.prototypes import CONTRADICTION_TEXT, is_warning, verdict_sentence
from fer.action_units.table import BY_CODE
from fer.charts.units import heat_strip, measured_units, strongest_units, unit_lines
from fer.constants import CONTRADICTED
from fer.text import clock
from fer.timeline.report import Report
from fer.timeline.unit_episodes import blink_words, explain
from pages.ui.app import page_setup
from pages.ui.app.theme import chart, is_dark
from pages.ui.parts import highlights, player
from pages.ui.parts.unit_bars import ICONS
from pages.ui.video import foreign_units, neutral_faces


@st.fragment
@page_setup.shows_errors
def show(report: Report, analyzed: Report) -> None:
    """The whole section; nothing where no units were measured.

    Args:
        report: Of a video, as it is shown.
        analyzed: The same, before other neutral faces were chosen.
    """
    timeline, summary = report.timeline, report.summary
    lasting = [face for face in summary.by_presence if face.usable_s >= highlights.BRIEF_S]
    if not timeline.has_units or not lasting:
        return
    st.subheader("Why: the Action Units", anchor=False)
    names = {face.name: face.face_id for face in lasting}
    picked = next(iter(names))
    with st.container(horizontal=True, vertical_alignment="center"):
        if len(names) > 1:
            picked = st.pills(
                "Face of the Action Units",
                list(names),
                default=picked,
                required=True,
                label_visibility="collapsed",
                key="unit_face",
            )
        face_id = names[picked]
        neutral_faces.panel(analyzed, face_id)
    left, right = st.columns([5, 7], gap="medium")
    with left:
        _episodes(report, face_id)
    with right:
        chart(heat_strip(timeline, face_id, dark=is_dark()), key="unit_strip")
        _lines(report, face_id)
        st.caption(
            blink_words(timeline, face_id) or "Blinks cannot be counted: too short, or too few frames."
        )
    foreign_units.show(report, analyzed, face_id)
    st.caption(
        "Relative intensity from the face's geometry, 0 to 5, not FACS coding. Empty: can't tell. "
        f"The units explain or question the network's answer; they never change it. {CONTRADICTION_TEXT}"
    )


def _lines(report: Report, face_id: int) -> None:
    timeline = report.timeline
    measured = measured_units(timeline, face_id)
    if not measured:
        return
    chosen = st.multiselect(
        "Units as lines",
        measured,
        format_func=lambda code: BY_CODE[code].shown,
        default=[code for code in strongest_units(timeline, face_id) if code in measured],
        max_selections=4,
        key=f"unit_lines_{face_id}",
    )
    if chosen:
        chart(unit_lines(timeline, face_id, chosen, dark=is_dark()), key="unit_lines")


def _episodes(report: Report, face_id: int) -> None:
    """Each long episode with its reason; a click moves the player."""
    found = [
        (episode, explain(report.timeline, face_id, episode))
        for _, episode in highlights.moments(report.summary, face_id)
    ]
    doubted = [pair for pair in found if pair[1].kind == CONTRADICTED]
    if st.toggle(f"Contradicted only ({len(doubted)})", disabled=not doubted, key="unit_doubted"):
        found = doubted
    if not found:
        st.caption("No such episode.")
    for number, (episode, verdict) in enumerate(found):
        icon = ":material/warning:" if is_warning(verdict) else ICONS[verdict.kind]
        with st.container(horizontal=True, vertical_alignment="center", wrap=False):
            st.button(
                clock(episode.start_s),
                key=f"unit_episode_{number}",
                icon=":material/play_arrow:",
                type="tertiary",
                on_click=player.seek,
                args=(episode.start_s,),
            )
            st.markdown(f"{icon} {verdict_sentence(verdict, episode.confidence)}.")
