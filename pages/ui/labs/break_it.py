"""The Break-it lab: one face made harder to read step by step, and what the network says to each step."""

import streamlit as st

from fer.charts.dataset import response_chart, robustness_chart
from fer.emotion.heads import ANSWER_TEXT
from fer.errors import ModelError
from fer.evaluation.perturbations import PERTURBATIONS
from fer.evaluation.robustness import Response, read_robustness, response
from fer.text import join, percent
from pages.ui.app.theme import chart, is_dark
from pages.ui.parts.bars import probability_bars
from pages.ui.parts.contact_sheet import sheet
from pages.ui.parts.face_source import LabFace, network

STRIP = 9
LEVEL = "%.3g"
"""How a strength is written: on the slider, below the pictures and in the sentence alike."""


def show(face: LabFace) -> None:
    """The lab.

    Args:
        face: Whose answers are looked at.
    """
    names = list(PERTURBATIONS)
    name = st.pills(
        "What makes it harder",
        names,
        default=names[0],
        required=True,
        format_func=lambda n: PERTURBATIONS[n].label,
        label_visibility="collapsed",
        key="break_what",
    )
    found = response(network(), face.crop, name)
    _one_strength(face, found)
    _curves(face, name)
    p = found.perturbation
    steps = p.fine_levels(STRIP)
    views = [p(face.crop[None], float(level))[0] for level in steps]
    st.image(
        sheet(views, columns=len(views), background=30 if is_dark() else 255), alt=f"{p.label}, step by step"
    )
    st.caption(f"{p.label} from {LEVEL % steps[0]} to {LEVEL % steps[-1]} ({p.unit}).")
    _on_everybody(name)


def _curves(face: LabFace, name: str) -> None:
    """What each head says over the whole range, the one that answers first."""
    lab = network()
    heads = lab.manifest.heads
    ordered = sorted(heads, key=lambda head: head != lab.head.answer)
    for column, head in zip(st.columns(len(ordered), gap="large"), ordered, strict=True):
        found = response(lambda crops, head=head: lab.heads(crops)[head], face.crop, name)
        with column:
            if len(ordered) > 1:
                st.markdown(f"**{_title(head)}**")
            unsure_below = lab.manifest.head(head).unsure_below
            st.markdown(_sentence(found, unsure_below))
            chart(response_chart(found, unsure_below, dark=is_dark()), key=f"break_curves_{head}")


def _title(head: str) -> str:
    """A head in words, as a sentence starts; the names of data sets in them stay as they are."""
    words = ANSWER_TEXT[head]
    return words[0].upper() + words[1:]


def _one_strength(face: LabFace, found: Response) -> None:
    """A slider, the face at its place, the answer."""
    p = found.perturbation
    low, high = float(p.levels[0]), float(p.levels[-1])
    step = (high - low) / 100
    unsure_below = network().head.unsure_below
    start = low + round((_start(found, unsure_below) - low) / step) * step
    level = st.slider(f"{p.label} ({p.unit})", low, high, start, step, LEVEL, key=f"break_{p.name}")
    changed = p(face.crop[None], level)
    pair = sheet([face.crop, changed[0]], columns=2, zoom=5, background=30 if is_dark() else 255)
    pictures, bars = st.columns(2, vertical_alignment="center")
    pictures.image(pair, caption=f"as it is, and at {LEVEL % level}", alt="The face as it is, and changed")
    with bars:
        chart(probability_bars(network()(changed)[0], unsure_below, dark=is_dark()), key="break_bars")


def _start(found: Response, unsure_below: float) -> float:
    """Where the slider stands at first: where the answer changes, or half-way to the harder end."""
    if changes := found.changes(unsure_below):
        return changes[0][0]
    p = found.perturbation
    far = max((p.levels[0], p.levels[-1]), key=lambda level: abs(level - p.neutral))
    return (far + p.neutral) / 2


def _sentence(found: Response, unsure_below: float) -> str:
    """Where the answer changes."""
    word = found.answers(unsure_below)[found.neutral]
    changes = found.changes(unsure_below)
    if not changes:
        return f"The answer stays **{word}** over the whole range."
    places = [f"**{other}** from {LEVEL % value}" for value, other in changes]
    return f"The answer **{word}** becomes {join(places)} on ({found.perturbation.unit})."


def _on_everybody(name: str) -> None:
    """The same on a labelled set, where the figures are there."""
    try:
        figures = read_robustness()
    except ModelError:
        st.caption("Figures on many faces: `python -m fer robustness --data fer2013.csv`.")
        return
    if figures.sha256 != network().sha256:
        st.caption(
            "The figures on many faces belong to another network: run `python -m fer robustness` again."
        )
        return
    heads = [one for one in (figures.votes, figures) if one is not None]
    for column, one in zip(st.columns(len(heads), gap="large"), heads, strict=True):
        with column:
            st.subheader(f"On {one.n:,} faces", anchor=False)
            chart(robustness_chart(one, name, dark=is_dark()), key=f"break_everybody_{one.answer}")
            st.caption(
                f"{_title(one.answer)}: {one.split}, one view; unchanged {percent(one.accuracy)} are right."
            )
