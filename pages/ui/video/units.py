"""The Action Units of a video: a strip over time, lines, and why each episode was read that way."""

import streamlit as st

from fer.action_units.prototypes import CONTRADICTION_TEXT, is_warning, verdict_sentence
from fer.action_units.table import BY_CODE
from fer.charts.units import heat_strip, measured_units, strongest_units, unit_lines, untold_words
from fer.constants import CONTRADICTED
from fer.text import clock
from fer.timeline.report import Report
from fer.timeline.summary import FaceSummary
from fer.timeline.unit_episodes import blink_words, explain
from pages.ui.app import page_setup
from pages.ui.app.markdown import plain
from pages.ui.app.theme import chart, is_dark
from pages.ui.parts import highlights
from pages.ui.parts.unit_bars import ICONS
from pages.ui.video import foreign_units, neutral_faces, player

SECTION = "units_section"
"""Session key: the section is unfolded."""
STRIPS = 4
"""People whose units stand under each other."""


@st.fragment
@page_setup.shows_errors
def show(report: Report, edited: Report, analyzed: Report, face_id: int | None) -> None:
    """The whole section, folded until somebody asks; nothing where no units were measured.

    Args:
        report: Of a video, as it is shown.
        edited: The same, before other neutral faces were chosen.
        analyzed: The same, before people were named and put right.
        face_id: Whom the page is about; None: everyone.
    """
    timeline = report.timeline
    faces = [face for face in report.summary.by_presence if face_id in (None, face.face_id)]
    if not timeline.has_units or not any(face.usable_s for face in faces):
        return
    look = {"icon": ":material/face:", "key": SECTION, "on_change": "rerun"}
    folded = st.expander("Why: the Action Units", **look)
    if folded.open:  # only what is looked at is drawn
        with folded:
            _section(report, edited, analyzed, face_id, faces)


def _section(
    report: Report, edited: Report, analyzed: Report, face_id: int | None, faces: list[FaceSummary]
) -> None:
    timeline = report.timeline
    if face_id is not None:
        neutral_faces.panel(edited, analyzed, face_id)
    left, right = st.columns([5, 7], gap="medium")
    with left:
        _episodes(report, face_id)
    with right:
        for face in faces[:STRIPS]:
            if face_id is None:
                st.markdown(f"**{plain(face.name)}**")
            chart(heat_strip(timeline, face.face_id, dark=is_dark()), key=f"unit_strip_{face.face_id}")
            if face_id is not None:
                _lines(report, face_id)
            blinks = blink_words(timeline, face.face_id)
            blinks = blinks or "Blinks cannot be counted: too short, or too few frames."
            st.caption(f"{untold_words(timeline, face.face_id)} {blinks}")
        if len(faces) > STRIPS:
            st.caption(f"{len(faces) - STRIPS} more: choose one above.")
    if face_id is not None:
        foreign_units.show(report, analyzed, face_id)
    else:
        st.caption("Choose one person above for single units as lines, a neutral face and comparisons.")
    player.pass_on("units")
    st.caption(
        "Relative intensity from the face's geometry, 0 to 5, not FACS coding. Hatched: can't tell. "
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


def _episodes(report: Report, face_id: int | None) -> None:
    """Each long episode with its reason; a click moves the player."""
    found = [
        (face, episode, explain(report.timeline, face.face_id, episode))
        for face, episode in highlights.moments(report.summary, face_id)
    ]
    doubted = [one for one in found if one[2].kind == CONTRADICTED]
    if st.toggle(f"Contradicted only ({len(doubted)})", disabled=not doubted, key="unit_doubted"):
        found = doubted
    if not found:
        st.caption("No such episode.")
    several = face_id is None and len(report.summary.faces) > 1
    for number, (face, episode, verdict) in enumerate(found):
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
            who = f"{plain(face.name)}: " if several else ""
            st.markdown(f"{icon} {who}{verdict_sentence(verdict, episode.confidence)}.")
