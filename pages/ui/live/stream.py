"""The stream between browser and server."""

from functools import partial

import streamlit as st
from aiortc.contrib.media import MediaRelay
from streamlit_webrtc import WebRtcMode, webrtc_streamer
from streamlit_webrtc.component import generate_frontend_component_key
from streamlit_webrtc.relay import get_global_relay
from streamlit_webrtc.webrtc import SignallingTimeoutError

from pages.ui.live.operator_settings import rtc_configuration
from pages.ui.live.room import LOST, NO_CONNECTION, Phase, Room

KEY = "live_stream"
BOX = "live_box"
# Fragments run all the time: Streamlit's sign for a running page, with a Stop of its own, would flicker.
CALM = '<style>[data-testid="stStatusWidget"] { display: none; }</style>'
# Laid out all the same: the component has to know its size before it starts. It would be drawn twice else.
UNSEEN = f"<style>.st-key-{BOX} {{ position: absolute; left: 0; visibility: hidden; width: 100%; }}</style>"
STYLES = {
    Phase.READY: UNSEEN,
    Phase.ASKING: CALM + UNSEEN,
    Phase.CONNECTING: CALM + UNSEEN,
    Phase.LIVE: CALM,
}
TOLD = "live_told"
"""Session key: the turn for which the browser was told to start, and how long after its camera was there."""
STOPS_WITHIN_S = 2.0
"""The component takes half a second to end a stream, and says before that it has."""
LOADED_WITHIN_S, AGAIN_S = 3.0, 4.0
"""The component is told after this long even if it has said nothing, and again if nothing came of it."""
ICE = "live_ice"
"""Session key: the ICE servers of this turn; credentials may be made for each."""

CONSTRAINTS = {
    "video": {"width": {"ideal": 640}, "height": {"ideal": 480}, "frameRate": {"ideal": 15, "max": 15}},
    "audio": False,
}
"""More would fill the stream's queue faster than two cores empty it."""

VIDEO = {
    "autoPlay": True,
    "controls": False,
    "muted": True,
    "playsInline": True,
    "style": {"width": "100%", "borderRadius": "8px"},
}


def newest_only(relay: MediaRelay) -> MediaRelay:
    """Make a relay pass on the newest frame only, in place of a queue for a step that is too slow.

    With an encoder that is short of the processor that queue would grow as long as the stream runs: pictures
    come seconds late, and memory goes by the megabyte. Returns the same relay.
    """
    relay.subscribe = partial(MediaRelay.subscribe, relay, buffered=False)
    return relay


def component_state() -> dict:
    """What the browser's side of the stream last said; empty before it has loaded."""
    return st.session_state.get(generate_frontend_component_key(KEY)) or {}


def overdue(room: Room) -> bool:
    """Whether the browser should have been told to start by now: the page is to be drawn anew.

    Args:
        room: Connecting.
    """
    return room.wants_stream and _due(room, component_state())


def _connects(said: dict) -> bool:
    return bool(said.get("playing") or said.get("sdpOffer"))


def _due(room: Room, said: dict) -> bool:
    """Whether the component is to be told to start now."""
    turn, told_s = st.session_state.get(TOLD, (0, 0.0))
    if turn == room.turn:
        return not _connects(said) and room.waited_s - told_s > AGAIN_S
    ready = bool(said) and not _connects(said) and room.since_stop_s > STOPS_WITHIN_S
    return ready or room.waited_s > LOADED_WITHIN_S


def _playing(room: Room) -> bool | None:
    """What the component is told: to play or not, or nothing (None).

    A component that is drawn again within the moment in which it starts asks for two connections, of which
    neither comes about (streamlit-webrtc 0.79). So it is told to start only once it has loaded, or has ended
    the stream before, and said so; and then nothing until it connects.
    """
    said = component_state()
    if room.wants_stream and _due(room, said):
        st.session_state[TOLD] = (room.turn, room.waited_s)
        return True
    if not room.wants_stream or st.session_state.get(TOLD, (0, 0.0))[0] != room.turn:
        return False
    return True if _connects(said) else None


def show(room: Room) -> None:
    """The stream's place on the page. To be called on every run of the page and outside fragments: a run
    without it ends the stream.

    Args:
        room: Its phase says whether there is to be a stream.
    """
    # The component's own empty place says nothing: the page has words for it.
    st.html(STYLES[room.phase])
    turn, servers = st.session_state.get(ICE, (None, None))
    if turn != room.turn:
        servers = rtc_configuration()
        st.session_state[ICE] = (room.turn, servers)
    newest_only(get_global_relay())
    session, processor = room.session, room.processor
    try:
        with st.container(key=BOX):
            context = webrtc_streamer(
                KEY,
                mode=WebRtcMode.SENDONLY if room.choice.charts_only else WebRtcMode.SENDRECV,
                rtc_configuration=servers,
                media_stream_constraints=CONSTRAINTS,
                sendback_audio=False,
                desired_playing_state=_playing(room),
                video_frame_callback=processor.recv if processor else None,
                on_video_ended=(lambda: room.ended(session)) if session else None,
                async_processing=True,
                video_html_attrs=VIDEO,
            )
    except SignallingTimeoutError:
        room.stop(NO_CONNECTION)
        st.rerun()
    if room.phase is Phase.LIVE and not (context.state.playing or context.state.signalling):
        room.stop(LOST)
        st.rerun()
    if room.phase is Phase.LIVE and room.choice.charts_only:
        st.caption("Charts only: the picture is read and not sent back. Stop the camera to change this.")
