"""Two or three in place of "unsure": what the sets of plausible expressions promise and what they held."""

import pandas as pd
import streamlit as st

from fer.constants import DISPLAY_ORDER
from fer.emotion.network import PROMISED, read_manifest
from fer.evaluation.figures.conversion import CONVERSION, read_conversion
from fer.evaluation.figures.metrics_file import TEST_SPLIT, SetFigures
from fer.evaluation.figures.real_faces import REAL_FACES, read_real_faces
from fer.io.places import MODELS_DIR
from fer.text import MISSING, percent
from pages.ui.model.scores import metrics
from pages.ui.work import model_files


def show() -> None:
    """The part of the page; nothing where no sets were measured."""
    rows = measured()
    if not rows:
        return
    st.markdown("**“Sad or neutral”: what is plausible where it is not sure**")
    st.dataframe(
        sets_table(rows),
        placeholder=MISSING,
        hide_index=True,
        key="set_figures",
        alt="How often sets of plausible expressions hold the truth, by group of faces and expression",
    )
    st.caption(
        f"A set is meant to hold what most of ten people say for {percent(PROMISED)} of the faces (conformal "
        "prediction, thresholds chosen on PublicTest). Over all faces that is kept by the easy ones; faces "
        "that the network is unsure of have a threshold of their own, and two or three plausible expressions "
        "are named in place of a bare “unsure”. The hard faces of PublicTest are held against thresholds "
        "chosen without them; few faces stand behind each of their expressions. In a video the sets come "
        "from the smoothed percentages; the promise is one about single faces."
    )


def measured() -> list[tuple[str, SetFigures]]:
    """Group of faces and figures, for the coverage that the product shows."""
    found, rows = metrics(), []
    if found is not None and found.test is not None and found.test.votes is not None:
        rows += [(f"{TEST_SPLIT}, all", one) for one in found.test.votes.sets if one.promised == PROMISED]
    conversion = model_files.read(read_conversion, MODELS_DIR / CONVERSION)
    if conversion is not None:
        rows += [
            (f"PublicTest, best under {percent(one.hard_below)}", one.figures)
            for one in conversion.unsure_sets
            if one.figures.promised == PROMISED
        ]
    if (MODELS_DIR / REAL_FACES).is_file():
        photos = model_files.read(read_real_faces, MODELS_DIR / REAL_FACES)
        manifest = model_files.read(read_manifest, MODELS_DIR)
        if photos and manifest and photos.sha256 == manifest.sha256.get(manifest.tflite):
            groups = (
                ("all", photos.sets.all_faces),
                (f"best under {percent(photos.sets.hard_below)}", photos.sets.hard),
                ("unsure", photos.sets.unsure),
            )
            rows += [(f"Real photos, {name}", one) for name, one in groups if one is not None]
    return rows


def sets_table(rows: list[tuple[str, SetFigures]]) -> pd.DataFrame:
    """One line a group: faces, promised, held, size, and held by expression."""
    return pd.DataFrame([_line(name, one) for name, one in rows])


def _line(name: str, one: SetFigures) -> dict[str, str]:
    line = {
        "Faces": name,
        "How many": f"{one.n:,}",
        "Promised": percent(one.promised),
        "Held": f"{one.coverage:.1%}",
        "Expressions": f"{one.mean_size:.2f}",
    }
    held = one.coverage_by_class
    return line | {k: "–" if held[k] is None else percent(held[k]) for k in DISPLAY_ORDER}
