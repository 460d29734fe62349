"""Repeats and leaks of a data set, and groups of pictures that are the same or nearly so, side by side."""

import numpy as np
import pandas as pd
import streamlit as st

from fer.constants import EMOTIONS
from fer.dataset.cleaning import FAULTS
from fer.dataset.groups import CopyGroup
from fer.dataset.statistics import Statistics
from fer.text import MISSING, count, join, verb
from pages.ui.app import page_setup
from pages.ui.app.markdown import plain
from pages.ui.parts.thumbs import row_of_faces
from pages.ui.work.dataset import DatasetFigures, DatasetView

A_PAGE, COLUMNS = 12, 2
FAULT_PX = 540
MAX_FACES = 12
"""Of one group; the others are counted."""

LEAK = (
    "A network that has seen a picture in training can remember it, and its score on that picture says "
    "nothing about new faces. So a score is honest only on pictures that stand in no other split; `fer "
    "evaluate` prints both."
)
NEARLY = "Nearly: the same photo after a change of brightness, contrast, JPEG quality, or a shift by a pixel."
KINDS = {
    "with different labels": lambda group: group.conflicting,
    "in several splits": lambda group: group.crosses,
    "all": lambda group: True,
}


def show(shown: DatasetFigures) -> None:
    """The part of the page.

    Args:
        shown: The data set.
    """
    _leaks(shown.statistics)
    st.markdown("**The same or nearly the same, side by side**")
    if shown.view is None:
        st.caption("With the data its groups of copies stand here, those with different labels first.")
    else:
        _groups(shown.view)


def _leaks(s: Statistics) -> None:
    said = [
        f"**{one.n:,}** {verb(one.n, 'picture', 'pictures')} of {plain(one.split)} "
        f"{verb(one.n, 'stands', 'stand')} pixel for pixel in {plain(one.other)} too."
        for one in s.repeats.across
    ]
    for split, n in s.repeats.within.items():
        if n:
            same, groups = s.repeats.same_label[split], s.repeats.conflict_groups[split]
            more = f"; {count(groups, 'picture')} with more than one label" if groups else ""
            said.append(
                f"**{n:,}** of {plain(split)} {verb(n, 'repeats', 'repeat')} an earlier one, "
                f"{f'{same:,}' if same else 'none'} with the same label{more}."
            )
    none = [] if s.repeats.across else ["No picture stands in more than one split."]
    st.markdown("  \n".join([*none, *said]))
    st.caption(LEAK)
    rows = [[fault, *counts.values(), FAULTS[fault]] for fault, counts in s.faults.items()]
    st.dataframe(
        pd.DataFrame(rows, columns=["Fault", *s.splits, "Pictures that …"]),
        placeholder=MISSING,
        hide_index=True,
        column_config={
            "Pictures that …": st.column_config.TextColumn(width=FAULT_PX),
            **dict.fromkeys(s.splits, st.column_config.NumberColumn(format="localized")),
        },
        alt="Faults and how many rows of each split have them",
    )
    st.caption(f"{NEARLY} The name of a fault is what `fer train --drop` takes.")


@st.fragment
@page_setup.shows_errors
def _groups(view: DatasetView) -> None:
    """Groups of copies, a page at a time."""
    if not view.groups:
        st.caption("There is none.")
        return
    kinds = {kind: [group for group in view.groups if wanted(group)] for kind, wanted in KINDS.items()}
    kind = st.pills(
        "Groups",
        list(kinds),
        default="all",
        required=True,
        format_func=lambda k: f"{k} ({len(kinds[k]):,})",
        label_visibility="collapsed",
        key="groups_kind",
    )
    groups = kinds[kind]
    if not groups:
        st.caption("There is none of that kind.")
        return
    pages = -(-len(groups) // A_PAGE)
    page = st.pagination(pages, key=f"groups_page_{kind}") if pages > 1 else 1
    columns = st.columns(COLUMNS)
    for k, group in enumerate(groups[(page - 1) * A_PAGE : page * A_PAGE]):
        with columns[k % COLUMNS]:
            _group(view, group)


def _group(view: DatasetView, group: CopyGroup) -> None:
    """One group: what differs, then its pictures."""
    data = view.dataset.where(group.places)
    labels = list(dict.fromkeys(EMOTIONS[k] for k in data.labels))
    splits = list(dict.fromkeys(plain(name) for name in data.usage))
    said = f"labelled {join(labels)}" if group.conflicting else f"all {labels[0]}"
    where = f"in {join(splits)}" if group.crosses else f"all in {splits[0]}"
    more = len(data) - MAX_FACES
    st.markdown(
        f"{count(len(data), 'picture')}, {said}, {where}" + (f"; {more} not shown" if more > 0 else "")
    )
    data = data.where(np.arange(min(len(data), MAX_FACES)))
    words = [[EMOTIONS[label], str(split)] for label, split in zip(data.labels, data.usage, strict=True)]
    captions = [
        "  \n".join(map(plain, [*pair, f"row {row}"])) for pair, row in zip(words, data.rows, strict=True)
    ]
    row_of_faces(data.images, captions, [" in ".join(pair) for pair in words])
