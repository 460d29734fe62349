"""What moves while a camera is live: health, faces, the last minute. Fragments that draw themselves again."""

import numpy as np
import streamlit as st

from fer.live import LiveSnapshot
from fer.live.records import NEVER_S
from fer.text import clock
from pages.ui.app import page_setup, polling
from pages.ui.app.markdown import plain
from pages.ui.app.theme import chart, is_dark
from pages.ui.live import face_cards, neutral, stream
from pages.ui.live.actions import RECORDING_SHOWN
from pages.ui.live.chart import WINDOW_S, rolling_chart
from pages.ui.live.health import ICONS, HealthState, health, numbers
from pages.ui.live.room import Phase, Room

EVERY_S = 0.5
CHART_EVERY_S = 1.0
FACE, LONGEST = "live_face", 0
MAX_FACES = 6
"""Faces to choose from for the chart."""
WAITING = {
    Phase.ASKING: ":material/videocam: Waiting for the camera: allow it in the browser.",
    Phase.CONNECTING: ":material/sync: Connecting to the camera.",
}
BOX = "live_wait"
PLACE = (
    f"<style>.st-key-{BOX} {{ aspect-ratio: 4 / 3; border-radius: 8px; background: rgb(128 128 128 / 12%); }}"
    "</style>"
)
"""The shape of the picture, so that nothing jumps when it comes."""


def off(room: Room) -> None:
    """Nothing runs."""
    why = "The camera was stopped when you left this page." if room.left else "The camera is off."
    st.markdown(f":material/videocam_off: {why}")
    st.caption(
        "While it runs: M marks a moment with the label that you typed, G begins and ends a range, S keeps a "
        "snapshot, and a recording opens on the Video page with all its charts."
    )


def _followed(room: Room, shown: Phase) -> LiveSnapshot | None:
    """The session's state; the whole page is drawn anew where it has moved on."""
    shot = room.look()
    if room.phase is not shown:
        st.rerun()
    return shot


@polling.every(EVERY_S)
@page_setup.shows_errors
def wait(room: Room, shown: Phase) -> None:
    """Until the first picture, in its place.

    Args:
        room: ASKING or CONNECTING.
        shown: The phase that the page shows.
    """
    _followed(room, shown)
    if stream.overdue(room):
        st.rerun()
    st.html(PLACE)
    with st.container(key=BOX, horizontal_alignment="center", vertical_alignment="center"):
        st.markdown(WAITING[shown], width="content")


@polling.every(EVERY_S)
@page_setup.shows_errors
def faces(room: Room, shown: Phase) -> None:
    """How the session is doing, and every face of this moment."""
    session, shot = room.session, _followed(room, shown)
    if session is None or shot is None:
        return
    recording = shot.recording_s != NEVER_S
    if st.session_state.get(RECORDING_SHOWN, recording) is not recording:
        st.rerun()  # something came between a press of Record and the buttons that follow it
    found = health(shot)
    with st.container(gap="xxsmall"):
        st.markdown(f"{ICONS[found.state]} {plain(found.text)}")
        st.caption(numbers(shot))
        if recording:
            full = " (as long as it may be)" if shot.recording_full else ""
            st.markdown(f":material/radio_button_checked: Recording {clock(shot.recording_s)}{full}")
    if found.state is not HealthState.SILENT:
        neutral.progress(room)
        face_cards.show(shot.result.shown, shot.names, dark=is_dark())


@polling.every(CHART_EVERY_S)
@page_setup.shows_errors
def last_minute(room: Room, shown: Phase) -> None:
    """The last minute of one face, chosen or else in sight and seen longest, and the markers."""
    session, shot = room.session, _followed(room, shown)
    if session is None or shot is None:
        return
    timeline = session.recent(WINDOW_S)
    faces = timeline.face_of_row[timeline.usable]
    ids, counts = np.unique(faces[faces >= 0], return_counts=True)
    ranked = ranked_faces(ids, counts, shot)
    chosen = ranked[0] if ranked else None
    if len(ranked) > 1:
        picked = st.pills(
            "Face of the chart",
            [LONGEST, *sorted(ranked[:MAX_FACES])],
            required=True,
            default=LONGEST,
            format_func=lambda face_id: plain(_name(shot, face_id)) if face_id else "Seen longest",
            label_visibility="collapsed",
            key=FACE,
        )
        chosen = picked or chosen
    if chosen is not None:
        st.caption(f"The last minute: {plain(_name(shot, chosen))}")
    figure = rolling_chart(timeline, shot.time_s, chosen, shot.markers, dark=is_dark())
    chart(figure, key="live_chart")


def _name(shot: LiveSnapshot, face_id: int) -> str:
    return shot.names.get(face_id) or f"Face {face_id}"


def ranked_faces(ids: np.ndarray, counts: np.ndarray, shot: LiveSnapshot) -> list[int]:
    """Faces by interest: first those in sight, in each part the one with the most rows first.

    Args:
        ids: Of n faces.
        counts: Rows of each.
        shot: Who is in sight.
    """
    in_sight = np.isin(ids, shot.result.observations.faces.track_id)
    return ids[np.lexsort((-counts, ~in_sight))].tolist()
