"""The moments worth looking at: when each expression was strongest, and all of them as a table that plays."""

from datetime import datetime, timedelta

import pandas as pd
import streamlit as st

from fer.constants import DISPLAY_ORDER, UNSURE
from fer.findings.peaks import Peak, peaks
from fer.text import MISSING, clock, percent, span
from fer.timeline.report import Report
from pages.ui.app.markdown import plain
from pages.ui.video import player

KINDS = {"strongest": "Strongest", "longest": "Longest", "first": "First"}
TABLE = "moment_table"
STRONGEST_SHOWN = 12
MIDNIGHT = datetime(2000, 1, 1)
"""Times are shown as those of a day, so that they are sorted as numbers and read as m:ss."""
ORDER = (*DISPLAY_ORDER, UNSURE)


def show(report: Report, face_id: int | None, *, played: bool) -> None:
    """When was each expression strongest, then every peak, to be sorted, filtered and played.

    Args:
        report: As it is shown.
        face_id: Whom the page is about; None: everyone.
        played: There is something that a click can move.
    """
    found = [p for p in peaks(report.smoothed, report.summary) if face_id in (None, p.face_id)]
    if not found:
        st.markdown("No expression lasted long enough to be a moment.")
        return
    several = len({p.face_id for p in found}) > 1
    _strongest(found, several=several, played=played)
    _all(found, several=several, played=played)


def _strongest(found: list[Peak], *, several: bool, played: bool) -> None:
    """The answer to "when was she happiest", a button an expression."""
    best = [p for p in found if p.kind == "strongest" and p.emotion != UNSURE]
    best.sort(key=lambda p: (p.face_id, ORDER.index(p.emotion)))
    st.markdown("**When each expression was strongest**")
    with st.container(horizontal=True, gap="small"):
        for number, peak in enumerate(best[:STRONGEST_SHOWN]):
            who = f"{plain(peak.person)} " if several else ""
            text = f"{clock(peak.time_s, tenths=True)} · {who}{peak.emotion} · {percent(peak.value)}"
            if played:
                st.button(
                    text,
                    key=f"moment_{number}",
                    icon=":material/play_arrow:",
                    on_click=player.seek,
                    args=(peak.time_s,),
                )
            else:
                st.markdown(text, width="content")
    if len(best) > STRONGEST_SHOWN:
        st.caption(f"{len(best) - STRONGEST_SHOWN} more in the table.")


def _asked(found: list[Peak]) -> list[Peak]:
    """Those that are asked for."""
    present = [state for state in ORDER if any(p.emotion == state for p in found)]
    # Not beside each other: on a telephone the many expressions would be cut off there and not wrapped.
    states = st.pills("Only these expressions", present, selection_mode="multi", key="moment_states")
    kinds = st.pills(
        "Only these moments", list(KINDS), selection_mode="multi", format_func=KINDS.get, key="moment_kinds"
    )
    return [p for p in found if (not states or p.emotion in states) and (not kinds or p.kind in kinds)]


def _rows(shown: list[Peak], *, several: bool) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "Person": [p.person for p in shown],
            "Expression": [p.emotion for p in shown],
            "Moment": [KINDS[p.kind] for p in shown],
            "At": [MIDNIGHT + timedelta(seconds=p.time_s) for p in shown],
            "Sure": [100 * p.value for p in shown],
            "Lasts, s": [p.duration_s for p in shown],
        }
    )
    return table if several else table.drop(columns="Person")


def _all(found: list[Peak], *, several: bool, played: bool) -> None:
    """A table of the moments that are asked for."""
    shown = _asked(found)

    def play() -> None:
        rows = st.session_state[TABLE]["selection"]["rows"]
        if rows and rows[0] < len(shown):
            player.seek(shown[rows[0]].time_s, play=True)

    picks = {"on_select": play, "selection_mode": "single-row"} if played else {}
    st.dataframe(
        _rows(shown, several=several),
        placeholder=MISSING,
        hide_index=True,
        key=TABLE,
        height=min(36 * (len(shown) + 1) + 3, 360),
        column_config={
            "At": st.column_config.DatetimeColumn(format=_clock_format(found), width="small"),
            "Sure": st.column_config.NumberColumn(
                format="%.0f%%",
                width="small",
                help="Of the strongest moment its probability, else the mean over the episode. The strongest "
                "“unsure” is the least confident moment.",
            ),
            "Lasts, s": st.column_config.NumberColumn(format="%.1f", width="small"),
        },
        **picks,
    )
    st.caption(
        f"{len(shown)} of {len(found)} moments"
        + (". Choose a row to play it; a column's head sorts." if played else ".")
        + f" A moment lies in an episode of at least {span(0.3)}."
    )


def _clock_format(found: list[Peak]) -> str:
    return "H:mm:ss.S" if max(p.end_s for p in found) >= 3600 else "m:ss.S"
