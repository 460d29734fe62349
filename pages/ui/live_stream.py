"""The stream between browser and server."""

from functools import partial

import streamlit as st
from aiortc.contrib.media import MediaRelay
from streamlit_webrtc import WebRtcMode, webrtc_streamer
from streamlit_webrtc.relay import get_global_relay
from streamlit_webrtc.webrtc import SignallingTimeoutError

from pages.ui.live_room import LOST, NO_CONNECTION, Phase, Room
from pages.ui.live_settings import rtc_configuration

KEY = "live_stream"
BOX = "live_box"
# Fragments run all the time: Streamlit's sign for a running page, with a Stop of its own, would flicker.
CALM = '<style>[data-testid="stStatusWidget"] { display: none; }</style>'
HIDDEN = f"<style>.st-key-{BOX} {{ display: none !important; }}</style>"
# The component has to know its width before its first picture.
UNSEEN = f"<style>.st-key-{BOX} {{ position: absolute; visibility: hidden; width: 100%; }}</style>"
STYLES = {
    Phase.READY: HIDDEN,
    Phase.ASKING: CALM + HIDDEN,
    Phase.CONNECTING: CALM + UNSEEN,
    Phase.LIVE: CALM,
}
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
                desired_playing_state=room.wants_stream,
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
