"""Player and timeline as one: the browser keeps them together; the server hears of markers and zooms."""

import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from fer.export.track import player_track
from fer.timeline.timeline import Timeline
from pages.ui.app import session

SEEK = "seek"
"""Session key: where to move the player, whether it plays then, and a token of the wish."""
VIEW = "timeline_view_s"
"""Session key: (start, end) of what the chart shows; nothing for everything."""
TROUBLE = (
    "This browser does not play this video. The reading is complete all the same; "
    "“Video with marks” makes a copy that plays."
)
"""Said where the player itself reports an error."""
HINT = "A range: Select (or Shift) and drag over the chart."

KEYS = """
Where the player, the timeline or their buttons have the focus:

| key | does |
| --- | --- |
| Space | play or pause |
| ← → | a frame back or on; with Shift a second |
| Home, End | to the start, to the end |
| I, O | the selected range starts, ends here |
| L | loop the range |
| M, G, X | mark the moment, mark the range, leave the range out |
| Z, + and − , 0 | zoom to the range, zoom in and out, show everything |
| B | boxes and names over the video |
| Esc | no range |
"""

PLAYER_BOX, CHART_BOX = "player", "timeline"
"""Keys of the containers that studio/component.js looks for."""
SHORTEST_VIEW_S = 0.2

_FOLDER = Path(__file__).with_name("studio")


def _asset(*names: str) -> str:
    return "\n".join((_FOLDER / name).read_text(encoding="utf-8") for name in names)


_studio = st.components.v2.component(
    "studio",
    html=_asset("bar.html"),
    css=_asset("bar.css"),
    js=_asset("track.js", "overlay.js", "axis.js", "values.js", "component.js"),
)
_seek = st.components.v2.component("studio_seek", js=_asset("seek.js"))
_given = st.components.v2.component("studio_track", js=_asset("track.js", "given.js"))
_moment = st.components.v2.component(
    "player_moment",
    html='<button type="button"></button>',
    css=Path(__file__).with_name("player_moment.css").read_text(encoding="utf-8"),
    js=Path(__file__).with_name("player_moment.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class Stretch:
    """What the browser says about a stretch of the recording.

    Args:
        kind: ``"event"``, ``"range"`` or ``"exclusion"``.
        start_s: Seconds.
        end_s: Seconds; an event ends where it starts.
    """

    kind: str
    start_s: float
    end_s: float


def moment_button(label: str, action: Callable[[float], None], *, key: str) -> None:
    """A button that knows where the player stands.

    Args:
        label: What it says.
        action: Called with the player's time in seconds.
        key: Tells it from others.
    """

    def hear() -> None:
        time_s = st.session_state[key].get("time_s")
        # The browser's word: only a number has any effect.
        if _is_time(time_s):
            action(float(time_s))

    _moment(key=key, data={"label": label}, on_time_s_change=hear)


def seek(seconds: float, *, play: bool = False) -> None:
    """Move the player on the next run; asking for the same place again works."""
    st.session_state[SEEK] = {"seek_s": float(seconds), "play": play, "turn": secrets.token_hex(8)}


def pass_on(key: str) -> None:
    """Tell the browser where `seek` wants the player; once in every fragment whose buttons seek.

    Args:
        key: Tells it from others on the page.
    """
    _seek(key=f"studio_seek_{key}", data=st.session_state.get(SEEK, {}), height=1)


def track(smoothed: Timeline) -> None:
    """Give the browser what it draws over the player. Draws nothing itself."""
    data = session.kept_or_made(session.TRACK, smoothed, None, lambda: player_track(smoothed))
    _given(key="studio_track", data=data, height=1)


def controls(timeline: Timeline, chosen: int | None, on_marked: Callable[[Stretch], None]) -> None:
    """Buttons and values below the player, and the tie between it and the chart.

    Args:
        timeline: What the chart shows.
        chosen: The person that the page is about; None for everyone.
        on_marked: Called with what somebody has marked.
    """

    def marked() -> None:
        if (found := _stretch(st.session_state["studio"].get("marked"))) is not None:
            on_marked(found)

    source = timeline.source
    data = {
        "clip": f"{source.sha256}/{source.name}",
        "chosen": chosen,
        "start_s": timeline.start_s,
        "end_s": timeline.end_s,
        "step_s": timeline.step_s,
        "frame_s": 1 / source.fps if source.fps else timeline.step_s,
        "trouble": TROUBLE,
        "hint": HINT,
    }
    _studio(key="studio", data=data, on_marked_change=marked, on_zoomed_change=_zoomed)


def view_s() -> tuple[float, float] | None:
    """What the chart shows, in seconds; None for everything."""
    return st.session_state.get(VIEW)


def show_all() -> None:
    """The chart shows everything again."""
    st.session_state.pop(VIEW, None)


def forget() -> None:
    """Another clip starts at its beginning."""
    st.session_state.pop(SEEK, None)
    session.release(session.TRACK)
    session.release(session.CHART)
    show_all()


def _zoomed() -> None:
    asked = st.session_state["studio"].get("zoomed") or {}
    start_s, end_s = asked.get("start_s"), asked.get("end_s")
    if _is_time(start_s) and _is_time(end_s) and end_s - start_s >= SHORTEST_VIEW_S:
        st.session_state[VIEW] = (float(start_s), float(end_s))
    else:
        show_all()


def _stretch(told) -> Stretch | None:
    """The browser's word, or None where it cannot be one."""
    if not isinstance(told, dict) or not all(_is_time(told.get(name)) for name in ("start_s", "end_s")):
        return None
    return Stretch(str(told.get("kind")), round(float(told["start_s"]), 3), round(float(told["end_s"]), 3))


def _is_time(value) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)
