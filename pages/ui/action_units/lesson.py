"""One Action Unit explained: a drawn face that moves, the muscle, and how well geometry can see it."""

import streamlit as st

from fer.action_units.population import population
from fer.action_units.table import BY_CODE, CODES, FAIR, GOOD, MERGED_NUMBER, ActionUnit
from fer.draw.drawn_face import HEIGHT, WIDTH, face_svg
from fer.evaluation.units.fitting import in_units
from pages.ui.app.theme import is_dark

CHOSEN = "unit_chosen"
_PLACE = """<style>
.st-key-unit_chosen, .st-key-unit_strength { min-height: 68px; }
@media (max-width: 420px) { .st-key-unit_chosen { min-height: 248px; } }
</style>"""
"""Widgets come a moment after what stands below them, and should not move that."""


def choose() -> str:
    """The unit to learn about."""
    st.html(_PLACE)
    return st.pills(
        "Action Unit",
        CODES,
        default="AU12",
        required=True,
        format_func=lambda code: f"{BY_CODE[code].number} {BY_CODE[code].name}",
        label_visibility="collapsed",
        key=CHOSEN,
    )


def show(code: str) -> None:
    """The drawing with its slider, and what there is to know."""
    unit = BY_CODE[code]
    drawing, words = st.columns([4, 6], gap="large")
    with drawing:
        slot = st.container(height=HEIGHT, border=False, horizontal_alignment="center")  # nothing moves later
        strength = st.slider("Move it: intensity", 0.0, 5.0, 4.0, 0.5, format="%.1f", key="unit_strength")
        moved = {code: strength / 5}
        if unit.needs:
            moved[unit.needs] = 0.6 * strength / 5
        says = f"A drawn face showing {unit.number} {unit.name}"
        slot.image(face_svg(moved, dark=is_dark()), width=WIDTH, alt=says)
    with words:
        st.subheader(f"{unit.number} {unit.name}", anchor=False)
        st.markdown(unit.moves)
        st.markdown(f":material/fitness_center: **Muscle** {unit.muscle}")
        st.markdown(f":material/mood: **Where it appears** {unit.emotions}")
        st.markdown(f":material/visibility: **Seen by geometry** {seeing(unit)}")


def seeing(unit: ActionUnit) -> str:
    """How far this program can be believed about a unit, with the spread among neutral faces."""
    how = {GOOD: "well", FAIR: "fairly"}.get(unit.reliability, "poorly")
    spread = in_units(population())[unit.code]["spread"]
    parts = [f"{how}; neutral faces alone differ by {spread:.1f} of 5 (standard deviation)"]
    if unit.needs_neutral:
        parts.append("judged only after a neutral face was captured")
    if unit.of_the_eyes:
        parts.append("read by the iris model, as the mesh does not close its eyes")
    if unit.merged:
        parts.append(f"geometry cannot tell AU9 and AU10 apart, so that both are shown as {MERGED_NUMBER}")
    if unit.needs:
        parts.append(f"believed only with {BY_CODE[unit.needs].number}")
    return ". ".join(p[0].upper() + p[1:] if k else p for k, p in enumerate(parts)) + "."
