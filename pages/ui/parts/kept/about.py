"""What somebody says about a session: title, participant, condition, tags."""

import streamlit as st

from fer.library import About
from fer.library.library import Known
from fer.library.records import MAX_TITLE, MAX_WORD

OFFERED = 6
"""Known words that are offered below a field; more would hide what is below them."""


def show(about: About, known: Known, *, key: str, placeholder: str = "") -> None:
    """The fields; words that were used before are offered.

    Args:
        about: What stands there at first.
        known: Words that the visitor's sessions use.
        key: Tells these fields from others.
        placeholder: What the title is if nothing is typed.
    """
    st.text_input("Title", about.title, max_chars=MAX_TITLE, key=f"{key}_title", placeholder=placeholder)
    left, right = st.columns(2)
    with left:
        _word("Participant", about.participant, known.participants, key=f"{key}_participant")
    with right:
        _word("Condition", about.condition, known.conditions, key=f"{key}_condition")
    st.multiselect(
        "Tags",
        sorted({*known.tags, *about.tags}, key=str.casefold),
        about.tags,
        key=f"{key}_tags",
        accept_new_options=True,
        placeholder="Type a word and press Enter",
    )


def typed(key: str) -> About:
    """What stands in the fields at this moment.

    Raises:
        InputError: Something is too long.
    """
    title, participant, condition, tags = (
        st.session_state.get(f"{key}_{name}") for name in ("title", "participant", "condition", "tags")
    )
    return About.typed(title or "", participant or "", condition or "", tags or ())


def _word(label: str, value: str, known: tuple[str, ...], *, key: str) -> None:
    # A list to choose from that also takes new words would drop what was typed as soon as it is left.
    st.text_input(label, value, max_chars=MAX_WORD, key=key)
    others = [word for word in known if word != st.session_state.get(key, value)]
    if not 0 < len(others) <= OFFERED:
        return
    offer = f"{key}_known"

    def take() -> None:
        st.session_state[key], st.session_state[offer] = st.session_state[offer] or "", None

    st.pills(f"{label} as before", others, key=offer, on_change=take, label_visibility="collapsed")
