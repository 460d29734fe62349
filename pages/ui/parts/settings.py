"""The few settings of an analysis, out of the way until somebody wants them."""

import streamlit as st

from fer.emotion.heads import ANSWER_TEXT, LABELS
from fer.emotion.network import read_manifest
from fer.faces.detectors import is_there
from fer.io.places import MODELS_DIR
from fer.settings import ANSWERS, Settings
from pages.ui.app import session
from pages.ui.work import model_files

ANALYSIS = "analysis_settings"
"""Session key: the settings that an analysis runs with."""
HALF_LIFE, UNSURE_PERCENT = "half_life_s", "unsure_percent"
"""Keys of the two sliders that only change how a kept timeline is read."""

MAX_HALF_LIFE_S = 2.0
DEFAULT_RATE = 10.0
"""Analysed frames a second: expressions last longer than a tenth of a second, and a minute takes seconds."""
EVERY_FRAME = "every frame"
RATES = {"2": 2.0, "5": 5.0, "10": DEFAULT_RATE, "15": 15.0, "30": 30.0, EVERY_FRAME: None}
DETECTORS = {
    "yunet": "YuNet (default)",
    "blazeface": "BlazeFace (misses small faces)",
    "haar": "Haar cascades (classic, frontal faces)",
    "dnn": "SSD network (the original project's)",
}
NOT_THERE = "The original project's SSD network is offered once its files lie in models/detectors/."


def usual() -> Settings:
    """The settings of a visitor who has changed none."""
    return Settings(fps=DEFAULT_RATE)


def current() -> Settings:
    """The settings that analyses of this session run with."""
    return st.session_state.setdefault(ANALYSIS, usual())


def analysis_form(*, label: str, video: bool = True) -> None:
    """Settings that need a new analysis, applied together.

    Args:
        label: Of the button.
        video: False for photos, which have no frame rate.
    """
    chosen = current()
    rate = next((name for name, fps in RATES.items() if fps == chosen.fps), EVERY_FRAME)
    with st.form("analysis_form", border=False):
        if video:
            rate = st.select_slider("Analysed frames a second", list(RATES), value=rate)
        offered = [name for name in DETECTORS if is_there(name) or name == chosen.detector]
        missing = "" if "dnn" in offered else NOT_THERE
        detector = st.selectbox(
            "Face detector",
            offered,
            index=offered.index(chosen.detector),
            format_func=DETECTORS.get,
            help=missing or None,
        )
        answer = st.radio(
            "Whose answer",
            ANSWERS[::-1],
            index=ANSWERS[::-1].index(chosen.answer or default_answer()),
            format_func=ANSWER_TEXT.get,
            help="The network learnt both from the same pictures. On real faces the ten people are right far "
            "more often; the single label is the benchmark that other networks are compared by.",
        )
        if st.form_submit_button(label, icon=":material/refresh:"):
            st.session_state[ANALYSIS] = chosen.replace(fps=RATES[rate], detector=detector, answer=answer)
            st.rerun()


def default_answer() -> str:
    """The head that the model's manifest names; labels where it cannot be read."""
    manifest = model_files.read(read_manifest, MODELS_DIR)
    return manifest.answer if manifest else LABELS


def reading(default_unsure: float) -> tuple[float, float]:
    """What the sliders of a video say, wherever on the page they stand.

    Args:
        default_unsure: The threshold that the model's manifest carries, 0..1.

    Returns:
        Half-life in seconds and the threshold of "unsure" in 0..1.
    """
    percent = st.session_state.get(UNSURE_PERCENT)
    half_life_s = st.session_state.get(HALF_LIFE, current().half_life_s)
    return half_life_s, _threshold(percent, default_unsure)


def reading_sliders(default_unsure: float) -> None:
    """Settings of a video that apply at once; `reading` says how they stand.

    Args:
        default_unsure: The threshold that the model's manifest carries, 0..1.
    """
    st.slider(
        "Smoothing: half-life in seconds",
        0.0,
        MAX_HALF_LIFE_S,
        _unless_set(HALF_LIFE, current().half_life_s),
        0.05,
        key=HALF_LIFE,
        persist_state="session",
        help="A frame this far away counts half. 0 switches smoothing off.",
    )
    unsure_slider(default_unsure)


def unsure_slider(default: float) -> float:
    """The threshold of "unsure" in 0..1, from the model's own on."""
    shown = round(default * 100)
    chosen = st.slider(
        "Unsure below, percent",
        0,
        99,
        _unless_set(UNSURE_PERCENT, shown),
        1,
        key=UNSURE_PERCENT,
        persist_state="session",
        help=f"If no expression reaches this, the answer is “unsure”. The model's own threshold is {shown}%.",
    )
    return _threshold(chosen, default)


def _threshold(percent: float | None, default: float) -> float:
    """The exact default until the slider is moved: a whole percent would change verdicts."""
    return default if percent in (None, round(default * 100)) else percent / 100


def _unless_set(key: str, default: float) -> float | None:
    """A slider's default, or None where a kept session or a reloaded tab has set it: it may not have both."""
    return None if key in st.session_state else default


def forget_reading() -> None:
    """Back to the defaults of both sliders, for a new source."""
    for key in (HALF_LIFE, UNSURE_PERCENT):
        st.session_state.pop(key, None)
    session.release(session.READING)
