"""Action Units of one face: bars with their doubt, and what they say to the network's answer."""

from html import escape

import numpy as np
import streamlit as st

from fer.action_units.intensity import FULL, SEEN, STATE_TEXT
from fer.action_units.prototypes import is_warning, verdict_sentence
from fer.action_units.table import INDEX, MERGED, SHOWN_CODES, TABLE, ActionUnit
from fer.charts.style import ink
from fer.records import ActionUnits
from fer.text import join

ICONS = {
    "supported": ":material/check_circle:",
    "contradicted": ":material/help:",
    "not_checkable": ":material/do_not_disturb_on:",
}


def show(units: ActionUnits, row: int, confidence: float | None, *, dark: bool) -> None:
    """Verdict, bars, and the units that cannot be told.

    Args:
        units: Of the frame or photo.
        row: Which face.
        confidence: Of the network's answer; None where it is "unsure".
        dark: The dark variant.
    """
    verdict = units.verdicts[row]
    icon = ":material/warning:" if is_warning(verdict) else ICONS[verdict.kind]
    st.markdown(f"{icon} {verdict_sentence(verdict, confidence)}.")
    told = np.isfinite(units.intensity[row])
    if told.any():
        st.html(bars(units, row, dark=dark))
    blinks = float(units.blinks_per_minute[row])
    if np.isfinite(blinks):
        st.caption(f"Blinks: {blinks:.0f} a minute")
    missing = [
        unit.shown_number
        for unit, there in zip(TABLE, told, strict=True)
        if not there and unit.code in SHOWN_CODES
    ]
    if missing:
        why = "" if units.captured[row] else "; the brows and the lower face need a captured neutral face"
        st.caption(f"Can't tell: {join(missing)}{why}. Relative intensity from geometry, not FACS coding.")


def bars(units: ActionUnits, row: int, *, dark: bool) -> str:
    """One bar a unit that can be told as HTML: 0 to 5, a thin line one standard deviation to both sides."""
    colors = ink(dark)
    lines = []
    for unit in _shown(units, row):
        k = INDEX[unit.code]
        value, sigma = float(units.intensity[row, k]), float(units.sigma[row, k])
        if not np.isfinite(value):
            continue
        low, high = max(value - sigma, 0.0), min(value + sigma, FULL)
        seen = units.state[row, k] == SEEN
        fill = colors.accent if seen else colors.hatch
        lines.append(
            f'<div style="display:flex;align-items:center;height:22px">'
            f'<span style="width:172px">{escape(unit.shown)}</span>'
            f'<span style="position:relative;flex:1;height:11px;border-radius:3px;'
            f'background:{colors.quiet}">'
            f'<b style="position:absolute;inset:0 auto 0 0;width:{20 * value:.1f}%;border-radius:3px;'
            f'background:{fill};opacity:{1 if seen else 0.55}"></b>'
            f'<i style="position:absolute;left:{20 * low:.1f}%;width:{20 * (high - low):.1f}%;top:5px;'
            f'border-top:1px solid {colors.text}"></i></span>'
            f'<span style="width:28px;text-align:right">{value:.1f}</span>'
            f'<span style="width:74px;text-align:right;color:{colors.muted}">'
            f"{escape(STATE_TEXT[int(units.state[row, k])])}</span></div>"
        )
    return f'<div style="font-size:13px;color:{colors.text}">{"".join(lines)}</div>'


def _shown(units: ActionUnits, row: int) -> list[ActionUnit]:
    """The units with a bar: of two that geometry cannot tell apart, the more likely one."""
    chosen = {unit.code: unit for unit in TABLE if unit.code in SHOWN_CODES}
    for unit in TABLE:
        host = MERGED.get(unit.code)
        if host and units.present[row, INDEX[unit.code]] > units.present[row, INDEX[host]]:
            chosen[host] = unit
    return list(chosen.values())
