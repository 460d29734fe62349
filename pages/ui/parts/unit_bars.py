"""Action Units of one face: bars with their doubt, and what they say to the network's answer."""

from html import escape

import numpy as np
import streamlit as st

from fer.action_units.intensity import CANNOT_TELL, FULL, STATE_TEXT, merged, told
from fer.action_units.prototypes import is_warning, verdict_sentence
from fer.action_units.table import INDEX, MERGED, SHOWN_CODES, TABLE, ActionUnit
from fer.charts.style import Ink, ink
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
    there = np.isfinite(units.intensity[row])
    if there.any():
        st.html(bars(units, row, dark=dark))
    blinks = float(units.blinks_per_minute[row])
    if np.isfinite(blinks):
        st.caption(f"Blinks: {blinks:.0f} a minute")
    missing = [
        unit.shown_number
        for unit, judged in zip(TABLE, there, strict=True)
        if not judged and unit.code in SHOWN_CODES
    ]
    hatched = "Hatched: measured, but in doubt. Relative intensity from geometry, not FACS coding."
    why = "" if units.captured[row] else "; the brows and the lower face need a captured neutral face"
    st.caption((f"Can't tell: {join(missing)}{why}. " if missing else "") + hatched)


def bars(units: ActionUnits, row: int, *, dark: bool) -> str:
    """One bar a unit that can be judged, as HTML: 0 to 5, a thin line one standard deviation to both sides.

    A unit in doubt has no number: it is hatched over the range in which it may lie.
    """
    colors = ink(dark)
    state = np.where(units.state[row] == CANNOT_TELL, np.nan, units.state[row])
    values, states = merged(told(units.intensity[row], units.state[row]), state)
    lines = []
    for host, unit in _shown(units, row).items():
        k = INDEX[unit.code]
        measured, sigma = float(units.intensity[row, k]), float(units.sigma[row, k])
        if not np.isfinite(measured):
            continue
        low, high = max(measured - sigma, 0.0), min(measured + sigma, FULL)
        value, judged = float(values[INDEX[host]]), states[INDEX[host]]
        doubted = not np.isfinite(judged)
        bar = _doubt(low, high, colors) if doubted else _bar(value, low, high, colors)
        lines.append(
            f'<div style="display:flex;align-items:center;height:22px">'
            f'<span style="width:172px">{escape(unit.shown)}</span>'
            f'<span style="position:relative;flex:1;height:11px;border-radius:3px;'
            f'background:{colors.quiet}">{bar}</span>'
            f'<span style="width:28px;text-align:right">{"" if doubted else f"{value:.1f}"}</span>'
            f'<span style="width:74px;text-align:right;color:{colors.muted}">'
            f"{escape(STATE_TEXT[CANNOT_TELL if doubted else int(judged)])}</span></div>"
        )
    return f'<div style="font-size:13px;color:{colors.text}">{"".join(lines)}</div>'


def _bar(value: float, low: float, high: float, colors: Ink) -> str:
    return (
        f'<b style="position:absolute;inset:0 auto 0 0;width:{20 * value:.1f}%;border-radius:3px;'
        f'background:{colors.accent}"></b>'
        f'<i style="position:absolute;left:{20 * low:.1f}%;width:{20 * (high - low):.1f}%;top:5px;'
        f'border-top:1px solid {colors.text}"></i>'
    )


def _doubt(low: float, high: float, colors: Ink) -> str:
    stripes = f"repeating-linear-gradient(135deg,{colors.doubt} 0 2px,transparent 2px 6px)"
    return (
        f'<i style="position:absolute;left:{20 * low:.1f}%;width:{20 * (high - low):.1f}%;top:0;bottom:0;'
        f'background:{stripes}"></i>'
    )


def _shown(units: ActionUnits, row: int) -> dict[str, ActionUnit]:
    """Code of a row that people see -> its unit: of two that geometry cannot tell apart, the likelier."""
    chosen = {unit.code: unit for unit in TABLE if unit.code in SHOWN_CODES}
    for unit in TABLE:
        host = MERGED.get(unit.code)
        if host and units.present[row, INDEX[unit.code]] > units.present[row, INDEX[host]]:
            chosen[host] = unit
    return chosen
