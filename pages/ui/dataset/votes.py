"""What FER+'s annotators say to the labels: agreement, disputed faces, pictures without a face."""

from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from fer.charts.dataset import agreement_chart, entropy_chart
from fer.constants import DISPLAY_ORDER, EMOTIONS
from fer.dataset.faces import FaceDataset
from fer.dataset.ferplus import (
    MAX_ENTROPY_BITS,
    VoteFigures,
    ambiguous,
    called_no_face,
    vote_entropy,
    vote_words,
)
from fer.emotion.heads import LABELS, VOTES
from fer.errors import ModelError
from fer.text import MISSING, count, percent
from fer.verdict import verdicts
from pages.ui.app import job_progress, page_setup, session, uploads
from pages.ui.app.theme import chart, is_dark
from pages.ui.parts.contact_sheet import sheet
from pages.ui.parts.face_source import network
from pages.ui.parts.thumbs import ROW_PX, data_url
from pages.ui.work import dataset
from pages.ui.work.dataset import DatasetFigures, DatasetSource, DatasetView, Votes

MAX_SHOWN = 150
"""Rows of the table of disputed faces."""

HEAD_TITLES = {LABELS: "Labels head", VOTES: "Votes head"}

MAX_WITHOUT, COLUMNS = 48, 12
VOTES_MB = 20
WITH_DATA = (
    "With the data and FER+'s ferplus.csv the disputed faces stand here with their votes, and the pictures "
    "that show no face."
)


def show(shown: DatasetFigures) -> None:
    """The part of the page.

    Args:
        shown: The data set.
    """
    if shown.view is None:
        if shown.statistics.votes:
            _figures(shown.statistics.votes)
        st.caption(WITH_DATA)
        return
    votes = _votes(shown.given, shown.view)
    if votes:
        _figures(votes.figures)
        _disputed(shown.view.dataset, votes)
    _without_face(shown.given, shown.view, votes)


def _votes(given: DatasetSource, view: DatasetView) -> Votes | None:
    """The votes of these rows; where there are none, a place to give them."""
    if given.votes is not None:
        job = dataset.votes_job(given, view)
        if job_progress.wait_for(job, what="Reading the votes", describe=dataset.describe):
            return job.result
        if not job.finished:
            return None
    taken = uploads.take(
        "FER+ asked ten people about every face of FER2013: drop its ferplus.csv here",
        key="votes_upload",
        types=["csv"],
        limit_mb=VOTES_MB,
    )
    if taken:
        session.registry().forget(session.owner(), dataset.votes_key(given))
        session.keep(session.DATA, replace(given, votes=taken[0].data))
        st.rerun()
    return None


def _figures(v: VoteFigures) -> None:
    st.markdown(
        f"FER+ asked ten people about every face. Their majority agrees with the label on "
        f"**{percent(v.agreement)}** of {v.n_compared:,} faces."
    )
    left, right = st.columns(2)
    with left:
        st.markdown("**Agrees with the label**")
        chart(agreement_chart(v, dark=is_dark()), key="dataset_agreement")
    with right:
        st.markdown("**How far the ten disagree**")
        chart(entropy_chart(v, dark=is_dark()), key="dataset_entropy")
    st.caption(
        f"Left out: {v.n_tied:,} ties, {v.n_contempt:,} contempt, {v.n_unknown:,} that most could not tell, "
        f"{v.n_unnamed + v.n_no_face:,} without votes or without a face."
    )


@st.fragment
@page_setup.shows_errors
def _disputed(data: FaceDataset, votes: Votes) -> None:
    """Faces by the entropy of their votes."""
    places = ambiguous(votes.counts)
    st.markdown("**Disputed faces, the most disputed first**")
    emotion = st.selectbox("Label", ["all", *DISPLAY_ORDER], key="disputed_label", width=200)
    if emotion != "all":
        places = places[data.labels[places] == EMOTIONS.index(emotion)]
    if not len(places):
        st.caption("The annotators agree on every one of these faces.")
        return
    st.dataframe(
        disputed_table(data, votes.counts, places[:MAX_SHOWN]),
        placeholder=MISSING,
        hide_index=True,
        row_height=ROW_PX,
        column_config={
            "Face": st.column_config.ImageColumn(width="small"),
            "Votes": st.column_config.TextColumn(width="large"),
            "Bits": st.column_config.ProgressColumn(
                format="%.2f", min_value=0.0, max_value=MAX_ENTROPY_BITS, help="Entropy of the votes"
            ),
        },
        alt="Faces on which FER+'s annotators disagree, with their label and votes",
    )
    st.caption(f"{min(MAX_SHOWN, len(places)):,} of {len(places):,} faces on which at least one disagrees.")


def disputed_table(data: FaceDataset, counts: np.ndarray, places: np.ndarray) -> pd.DataFrame:
    """Picture, label, votes, their entropy in bits, split and row of some faces."""
    table = {
        "Face": [data_url(data.images[k]) for k in places],
        "Label": [EMOTIONS[data.labels[k]] for k in places],
        "Votes": [vote_words(counts[k]) for k in places],
        **head_answers(data.images[places]),
        "Bits": vote_entropy(counts[places]),
        "Split": [str(data.usage[k]) for k in places],
        "Row": data.rows[places],
    }
    return pd.DataFrame(table)


def head_answers(images: np.ndarray) -> dict[str, list[str]]:
    """Title of each head -> what it says to faces (n, 48, 48) uint8; empty where there is no network."""
    try:
        lab = network()
        heads = lab.heads(images)
    except ModelError:
        return {}
    answers = {}
    for head, probs in heads.items():
        words, confidence = verdicts(probs, lab.manifest.head(head).unsure_below)
        pairs = zip(words, confidence.tolist(), strict=True)
        answers[HEAD_TITLES[head]] = [f"{word} {percent(sure)}" for word, sure in pairs]
    return answers


def _without_face(given: DatasetSource, view: DatasetView, votes: Votes | None) -> None:
    """Pictures that show no face, as far as each of three ways finds them."""
    st.markdown("**Pictures that show no face**")
    if votes:
        _sheet(view.dataset, called_no_face(votes.counts), "Most of FER+'s ten saw no face")
    _sheet(view.dataset, np.flatnonzero(view.found["blank"]), "Blank or a placeholder")
    job = session.registry().find(session.owner(), dataset.mesh_key(given))
    if job is None:
        look = {"on_click": dataset.mesh_job, "args": (given, view)}
        st.button("Fit the face mesh to every picture", icon=":material/face:", key="mesh_look", **look)
        st.caption(f"About 3 ms a picture, {count(len(view.dataset), 'picture')}.")
    elif job_progress.wait_for(job, what="Fitting the face mesh", describe=dataset.describe):
        _sheet(view.dataset, job.result, "The mesh finds no face")


def _sheet(data: FaceDataset, places: np.ndarray, title: str) -> None:
    few = f", the first {MAX_WITHOUT}" if len(places) > MAX_WITHOUT else ""
    st.markdown(f"{title}: {f'{len(places):,}{few}' if len(places) else 'none'}")
    if len(places):
        shown = places[:MAX_WITHOUT]
        background = 30 if is_dark() else 255
        st.image(
            sheet(data.images[shown], columns=min(COLUMNS, len(shown)), background=background),
            alt=f"{title}: {count(len(shown), 'picture')}",
        )
