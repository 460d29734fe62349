"""Why this answer: two maps of the places that count, by methods that know nothing of each other."""

import math

import numpy as np
import streamlit as st

from fer.constants import DISPLAY_ORDER, EMOTIONS
from fer.draw.heat import overlay
from fer.explain.maps import Explanation
from fer.text import percent
from pages.ui.app import job_progress, page_setup
from pages.ui.work.analysis import jpeg
from pages.ui.work.explain import explain_job

MAP_PX = 232
AGREE, PARTLY = 0.5, 0.2
"""Rank correlations from which two maps agree, or agree in part."""

LIMITS = (
    "Grad-CAM shows places that raise the output for the expression; the occlusion map shows how much the "
    "output falls when a place is hidden (orange), or rises (blue). They show **where** the network looks: "
    "not why a person looks so, not that the answer is right, and regions of a 48-pixel face rather than "
    "single muscles. Where the two differ, rely on neither. The percentages here are of this one view of the "
    "face; the answer elsewhere also reads its mirror image."
)


def describe(progress: object) -> tuple[float, str]:
    """What the job is doing; nobody knows how long it takes."""
    return 0.0, "Grad-CAM starts TensorFlow for this, which takes some seconds"


def show(crop: np.ndarray, *, key: str) -> None:
    """The explanation of a face, or how far it is.

    Args:
        crop: (48, 48) uint8 gray, what the network sees.
        key: Tells these widgets from others.
    """
    job = explain_job(crop)
    if job_progress.wait_for(job, what="Looking where the network looks", describe=describe):
        _maps(crop, job.result, key)


@st.fragment
@page_setup.shows_errors
def _maps(crop: np.ndarray, explained: dict[str, Explanation], key: str) -> None:
    """A choice of expression, and its two maps beside the face."""
    probs = explained[EMOTIONS[0]].probs
    chosen = st.pills(
        "Why this expression, or why not?",
        DISPLAY_ORDER,
        default=EMOTIONS[int(probs.argmax())],
        required=True,
        format_func=lambda name: f"{name} {percent(float(probs[EMOTIONS.index(name)]))}",
        key=f"{key}_emotion",
    )
    found = explained[chosen]
    pictures = (
        (
            np.zeros_like(found.grad_cam),
            "What the network sees",
            "The face as the network sees it",
        ),
        (found.grad_cam, "Grad-CAM", f"Grad-CAM for {chosen}: {places(found.grad_cam)}"),
        (found.occlusion, "Occlusion map", f"Occlusion map for {chosen}: {places(found.occlusion)}"),
    )
    with st.container(horizontal=True):
        for heat, caption, alt in pictures:
            st.image(jpeg(overlay(crop, heat)), width=MAP_PX, caption=caption, alt=alt)
    st.markdown(sentence(found))
    st.caption(LIMITS)


def sentence(found: Explanation) -> str:
    """What both maps say together."""
    if not found.grad_cam.any():
        return (
            f"Nothing in this face raises the output for **{found.emotion}**: Grad-CAM is empty. "
            f"The occlusion map shows what would change it: {places(found.occlusion)}."
        )
    where = f"For **{found.emotion}** the strongest places are {places(found.grad_cam)} (Grad-CAM) and "
    where += f"{places(found.occlusion)} (occlusion). "
    return where + agreement(found.agreement)


def agreement(correlation: float) -> str:
    """How far two maps agree, in words."""
    if not math.isfinite(correlation):
        return "One of the maps is flat, so that they cannot be compared."
    figure = f" (rank correlation {correlation:.2f})"
    if correlation >= AGREE:
        return f"Both maps agree{figure}."
    if correlation >= PARTLY:
        return f"The maps agree in part{figure}."
    return f"The maps do not agree{figure}: rely on neither."


def places(heat: np.ndarray) -> str:
    """The strongest place of a map in words, by FER2013's framing: "the mouth, left of the picture".

    Args:
        heat: (48, 48); negative places do not count.
    """
    if heat.max() <= 0:
        return "none"
    # The centre of the strongest tenth: one pixel alone may be chance.
    rows, columns = np.nonzero(heat >= np.quantile(heat, 0.9))
    weights = np.maximum(heat[rows, columns], 0)
    row, column = np.average(rows, weights=weights), np.average(columns, weights=weights)
    height = next(name for edge, name in ROWS if row < edge * heat.shape[0])
    side = next(name for edge, name in SIDES if column < edge * heat.shape[1])
    return f"{height}{side}"


ROWS = (
    (0.25, "the forehead"),
    (0.48, "the eyes"),
    (0.65, "the nose"),
    (0.88, "the mouth"),
    (1.01, "the chin"),
)
SIDES = ((0.38, ", on the left"), (0.62, ""), (1.01, ", on the right"))
"""Upper ends of the parts of a face in FER2013's framing, as shares of the picture."""
