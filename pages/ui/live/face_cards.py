"""The faces of this moment: a verdict and seven bars each, as plain HTML that is cheap to draw often.

Action Units stand below the bars of a face: `show` draws one face after the other.
"""

from collections.abc import Mapping
from html import escape

import numpy as np
import streamlit as st

from fer.charts.style import ink
from fer.constants import DISPLAY_ORDER, EMOTION_COLORS, EMOTIONS, QUALITY_OK, UNSURE
from fer.records import Observations
from fer.text import percent, quality_words
from pages.ui.app.markdown import plain
from pages.ui.parts import unit_bars

MAX_BARS = 3
"""Faces with bars; the others get a line each."""
MAX_LINES = 12


def show(observations: Observations, names: Mapping[int, str], *, dark: bool) -> None:
    """Every face, the largest first with its bars.

    Args:
        observations: With the smoothed probabilities.
        names: Face id -> the name that was given.
        dark: The dark variant.
    """
    size = observations.faces.detections.xyxy[:, 2] - observations.faces.detections.xyxy[:, 0]
    chosen = set(np.argsort(-size, kind="stable")[:MAX_BARS].tolist())
    several = len(observations) > 1
    found, confidence = observations.verdicts
    lines = []
    each = zip(found, observations.words, observations.quality, strict=True)
    for row, (verdict, word, quality) in enumerate(each):
        face_id = int(observations.faces.track_id[row])
        face = plain(names.get(face_id) or f"Face {face_id}")
        if quality != QUALITY_OK:
            reasons = quality_words(quality)
            lines.append(f"{face}: {reasons}")
            continue
        sure = f", {percent(float(confidence[row]))} sure"
        if verdict == UNSURE:
            likeliest = EMOTIONS[int(observations.probs[row].argmax())]
            sure = f" ({likeliest} {percent(float(confidence[row]))})"
        if row in chosen:
            st.markdown(f"{f'{face}: ' if several or face_id in names else ''}**{word}**{sure}")
            st.html(bars(observations.probs[row], observations.unsure_below, dark=dark))
            if len(observations.action_units):
                known = None if verdict == UNSURE else float(confidence[row])
                with st.expander("Action Units", icon=":material/face:"):
                    unit_bars.show(observations.action_units, row, known, dark=dark)
        else:
            lines.append(f"{face}: {word}{sure}")
    if lines:
        more = f" · {len(lines) - MAX_LINES} more" if len(lines) > MAX_LINES else ""
        st.caption(" · ".join(lines[:MAX_LINES]) + more)


def bars(probs: np.ndarray, unsure_below: float, *, dark: bool) -> str:
    """Seven bars as HTML; the thin line is the threshold of "unsure".

    Args:
        probs: (7,) in the order of `EMOTIONS`.
        unsure_below: Threshold in 0..1.
        dark: The dark variant.
    """
    colors = ink(dark)
    values = [(name, float(probs[EMOTIONS.index(name)])) for name in DISPLAY_ORDER]
    alt = ", ".join(f"{name} {percent(value)}" for name, value in values)
    mark = (
        f'<i style="position:absolute;left:{100 * unsure_below:.1f}%;top:-3px;bottom:-3px;'
        f'border-left:1px dotted {colors.muted}"></i>'
    )
    rows = "".join(
        f'<div style="display:flex;align-items:center;height:22px">'
        f'<span style="width:68px">{name}</span>'
        f'<span style="position:relative;flex:1;height:11px;border-radius:3px;background:{colors.quiet}">'
        f'<b style="position:absolute;inset:0 auto 0 0;width:{100 * value:.1f}%;border-radius:3px;'
        f'background:{EMOTION_COLORS[name]}"></b>{mark}</span>'
        f'<span style="width:48px;text-align:right">{escape(percent(value))}</span></div>'
        for name, value in values
    )
    return f'<div role="img" aria-label="{alt}" style="font-size:13px;color:{colors.text}">{rows}</div>'
