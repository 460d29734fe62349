"""Many videos or sessions in one table, and their conditions in one chart."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from fer.charts.groups import groups_chart
from fer.constants import DISPLAY_ORDER, UNSURE
from fer.findings.blocks import MIN_UNITS
from fer.library.groups import Line, compared, group_means, sheet_over, table_over
from fer.text import MISSING, count
from pages.ui.app import downloads
from pages.ui.app.markdown import plain
from pages.ui.app.theme import chart, is_dark

ONE_CONDITION = "With a second condition they are compared here."
COUNTS = (
    "Of each video the person counts who could be read longest; a participant counts once under a condition, "
    "as the mean of all their videos."
)
SHARE_PX = 80
"""Of a column: all of them stand beside each other on a desktop."""
NAME_PX, LONG_NAME = 200, 24
"""Of a column with longer names: one name alone would fill a telephone, and a click shows all of it."""
NAMES = {"session": "Video", "participant": "Participant", "condition": "Condition", "person": "Person"}


def table(lines: Sequence[Line], *, key: str, stem: str = "sessions") -> None:
    """Everybody in all of them, a row each, with files of it.

    Args:
        lines: What is in it.
        key: Tells this table from others.
        stem: Of the files' names.
    """
    shown = table_over(lines)
    states = [*DISPLAY_ORDER, UNSURE]  # without the last one the shares of a row would not sum to 100%
    shown[states] *= 100
    share = {"format": "%.0f%%", "min_value": 0.0, "max_value": 100.0}
    st.dataframe(
        shown[["session", "participant", "condition", "person", "usable_s", *states]],
        placeholder=MISSING,
        hide_index=True,
        key=key,
        column_config={
            **{name: st.column_config.TextColumn(NAMES[name], width=width_of(shown[name])) for name in NAMES},
            "usable_s": st.column_config.NumberColumn("Read, s", format="%.1f"),
            **{s: st.column_config.ProgressColumn(s.capitalize(), width=SHARE_PX, **share) for s in states},
        },
    )
    with st.container(horizontal=True):
        downloads.of_table(lambda: sheet_over(lines), stem, key=f"{key}_file")


def width_of(names: pd.Series) -> int | None:
    """Of a column of names: None leaves it to its words."""
    return NAME_PX if names.str.len().max() > LONG_NAME else None


def groups(lines: Sequence[Line], *, key: str) -> None:
    """Conditions against each other: a chart, and what the numbers carry in sentences.

    Args:
        lines: What is in it.
        key: Tells this chart from others.
    """
    means = group_means(lines)
    conditions = list(dict.fromkeys(mean.condition for mean in means))
    without = sum(not line.condition for line in lines)
    if not conditions:
        st.markdown("No condition is named yet: give each video one, and they are compared here.")
        return
    left, right = st.columns([7, 5], gap="medium")
    with left:
        chart(groups_chart(means, dark=is_dark()), key=key)
    with right:
        if len(conditions) == 1:
            st.markdown(ONE_CONDITION)
        found = compared(means)
        if len(conditions) > 1 and not found:
            st.markdown(f"{len(conditions)} conditions are too many to compare pair by pair: choose a few.")
        told, known = ([o for o in found if o.interval.differs], any(o.interval.known for o in found))
        for one in told:
            st.markdown(plain(one.sentence))
        if found and not told:
            st.markdown(
                "No difference between conditions can be told from these videos."
                if known
                else f"Too few to tell a difference: it takes {MIN_UNITS} participants or videos a condition."
            )
        if known:
            st.caption(f"{count(len(found), 'comparison')}, each with a 95% interval; some differ by chance.")
        st.caption(COUNTS + (f" {count(without, 'video')} without a condition left out." if without else ""))
