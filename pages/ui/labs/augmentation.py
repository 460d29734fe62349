"""The Augmentation lab: what training does to a face, and what the network says to it."""

import numpy as np
import streamlit as st

from fer.constants import EMOTIONS, UNSURE
from fer.dataset.augment.chains import AUGMENTATIONS, Augmentation, Value, augment
from fer.text import percent
from fer.verdict import verdicts
from pages.ui.app.theme import is_dark
from pages.ui.parts.contact_sheet import sheet
from pages.ui.parts.face_source import LabFace, network

VIEWS, COLUMNS = 12, 2


def show(face: LabFace) -> None:
    """The lab: every augmentation with its sliders, before and after.

    Args:
        face: What is changed.
    """
    st.markdown(
        "Training shows the network every face in ever new variants, so that it learns what stays the same."
    )
    names = list(AUGMENTATIONS)
    chosen = st.pills(
        "Augmentations",
        names,
        default=["rotate"],
        selection_mode="multi",
        format_func=lambda n: AUGMENTATIONS[n].label,
        label_visibility="collapsed",
        key="augment_which",
    )
    seed = st.number_input("Seed", 0, 9999, 0, key="augment_seed", width=140)
    steps, columns = {}, st.columns(COLUMNS, gap="large")
    for k, name in enumerate(name for name in names if name in chosen):
        with columns[k % COLUMNS]:
            steps[name] = _sliders(AUGMENTATIONS[name])
    # A batch of one face: mixup blends it with its own mirror image instead of another person.
    batch = np.repeat(face.crop[None], VIEWS, 0)
    batch[1::2] = batch[1::2, :, ::-1] if "mixup" in steps else batch[1::2]
    views = augment(batch, np.random.default_rng(int(seed)), steps).round().astype(np.uint8)
    probs = network()(np.concatenate([face.crop[None], views]))
    background = 30 if is_dark() else 255
    before, after = st.columns([1, 4], vertical_alignment="top")
    before.image(sheet([face.crop], columns=1, zoom=3), caption=f"before: {_words(probs[0])}", alt="Before")
    with after.container(horizontal=True):
        for k, (view, answer) in enumerate(zip(views, probs[1:], strict=True)):
            picture = sheet([view], columns=1, zoom=3, background=background)
            st.image(picture, width=132, caption=_words(answer), alt=f"Variant {k + 1}")
    answers = verdicts(probs, network().head.unsure_below)[0]
    same = sum(answer == answers[0] for answer in answers[1:])
    st.caption(f"{same} of {VIEWS} variants get the answer of the face as it is.")


def _sliders(augmentation: Augmentation) -> dict[str, Value]:
    """A slider for each number that the augmentation can be told."""
    st.markdown(f"**{augmentation.label}** {augmentation.summary}")
    values: dict[str, Value] = {}
    with st.container(horizontal=True):
        for p in augmentation.parameters:
            label = f"{p.label} ({p.unit})" if p.unit else p.label
            key = f"augment_{augmentation.name}_{p.name}"
            values[p.name] = st.slider(label, p.low, p.high, p.default, p.step, key=key)
    return values


def _words(probs: np.ndarray) -> str:
    """The answer to one face (7,): "happy 93%", or "unsure (angry 39%)"."""
    [word], [confidence] = verdicts(probs[None], network().head.unsure_below)
    if word != UNSURE:
        return f"{word} {percent(float(confidence))}"
    return f"{word} ({EMOTIONS[int(probs.argmax())]} {percent(float(confidence))})"
