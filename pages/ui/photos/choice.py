"""Which photos and faces are shown, and in which order: one row of filters for the gallery and the table."""

import pandas as pd
import streamlit as st

from fer.constants import DISPLAY_ORDER, UNSURE
from pages.ui.app.markdown import plain
from pages.ui.photos.table import NO_FACE, NOT_READ

LEFT_OUT = "left out"
KINDS = (*DISPLAY_ORDER, UNSURE, LEFT_OUT, NO_FACE, NOT_READ)
"""What a row can count as, in the order of legends."""
AS_GIVEN, SUREST, LEAST_SURE, BY_EXPRESSION, BY_PERSON = (
    *("As given", "Surest first", "Least sure first", "By expression"),
    "By person",
)
SHOWN, ORDER, PERSON = "photo_shown", "photo_order", "photo_person"
"""Session keys of the widgets."""
EVERYBODY = "everybody"


def _kind(word: str, used: bool) -> str:
    """What a row counts as in the filter: an expression, "unsure", or why there is none."""
    if word in (NO_FACE, NOT_READ):
        return word
    if not used:
        return LEFT_OUT
    return word if word in DISPLAY_ORDER else UNSURE


def _kinds(table: pd.DataFrame) -> pd.Series:
    """The kind of every row."""
    found = [_kind(word, used) for word, used in zip(table["Expression"], table["used"], strict=True)]
    return pd.Series(found, index=table.index, dtype=object)


def kinds(table: pd.DataFrame) -> dict[str, int]:
    """Kind -> number of its rows, in the order of legends; only those that occur."""
    found = _kinds(table).value_counts()
    return {kind: int(found[kind]) for kind in KINDS if kind in found}


def filtered(table: pd.DataFrame, shown: list[str], person: str | None, order: str) -> pd.DataFrame:
    """The rows that are asked for.

    Args:
        table: Of `fer` photos, see `pages.ui.photos.table.rows`.
        shown: Kinds; none shows all.
        person: Only faces with this name; None: everybody.
        order: One of the orders.
    """
    found = table[_kinds(table).isin(shown)] if shown else table
    if person is not None:
        found = found[found["Face"] == person]
    if order == SUREST:
        return found.sort_values("Confidence", ascending=False, kind="stable", na_position="last")
    if order == LEAST_SURE:
        return found.sort_values("Confidence", kind="stable", na_position="last")
    if order == BY_EXPRESSION:
        ranks = _kinds(found).map(KINDS.index)
        return found.loc[ranks.sort_values(kind="stable").index]
    if order == BY_PERSON:
        return found.sort_values("Face", kind="stable", na_position="last")
    return found


def ask(table: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """The filters, and the rows that they leave.

    Args:
        table: All rows.
        names: Of people, in their order; empty where nobody has one.
    """
    counts = kinds(table)
    if len(table) < 2:
        return table
    if set(st.session_state.get(SHOWN) or ()) - set(counts):
        st.session_state[SHOWN] = []  # another threshold has another set of words
    # On a line of their own: beside something else they would be cut off on a telephone and not wrapped.
    shown = st.pills(
        "Only",
        list(counts),
        selection_mode="multi",
        format_func=lambda kind: f"{kind} {counts[kind]}",
        key=SHOWN,
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        person = None
        if names:
            if st.session_state.get(PERSON) not in (None, EVERYBODY, *names):
                st.session_state[PERSON] = EVERYBODY
            person = st.selectbox("Person", [EVERYBODY, *names], format_func=plain, key=PERSON, width=180)
        orders = [AS_GIVEN, SUREST, LEAST_SURE, BY_EXPRESSION, *([BY_PERSON] if names else [])]
        order = st.selectbox("Order", orders, key=ORDER, width=180)
    return filtered(table, list(shown or ()), None if person in (None, EVERYBODY) else person, order)


def forget() -> None:
    """Other photos begin with everything."""
    for key in (SHOWN, ORDER, PERSON):
        st.session_state.pop(key, None)
