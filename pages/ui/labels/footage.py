"""What the tags say about the whole footage: how often right, which answers to believe, corrected shares."""

import pandas as pd
import streamlit as st

from fer.constants import DISPLAY_ORDER
from fer.dataset.tagging import Tagging
from fer.emotion.footage_scaling import FootageScaling, scaling_to_json
from fer.evaluation.footage.census import census_of
from fer.evaluation.footage.check import FootageCheck, check_footage, check_json
from fer.text import MISSING, percent
from fer.timeline.recalibrated import recalibrated
from fer.timeline.report import Report
from pages.ui.app import downloads

APPLY = "footage_apply"
"""Session key: the user wants the recalibrated percentages."""


def show(report: Report, tagging: Tagging, label: str) -> None:
    """The check of the footage.

    Args:
        report: Of the whole footage, as the faces were picked from it.
        tagging: With at least one expression.
        label: What the files to keep are called after.
    """
    check = check_of(report, tagging)
    first, *more = check.sentences()
    st.subheader(first, anchor=False)
    for sentence in more:
        st.markdown(sentence)
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Which answers to believe here**")
        st.dataframe(
            belief_table(check),
            placeholder=MISSING,
            hide_index=True,
            alt="Each answer with its tags, how often it was right, and whether to believe it",
        )
    with right:
        st.markdown(f"**Share of the {'faces' if check.census.is_photos else 'time'}**")
        st.dataframe(
            share_table(check),
            placeholder=MISSING,
            hide_index=True,
            alt="Share of each expression by the network and corrected for its errors, with 95% intervals",
        )
        st.caption("Corrected for the errors that your tags show; 95% intervals.")
    st.markdown(check.recalibration_sentence())
    _keep(check, report, label)


def check_of(report: Report, tagging: Tagging) -> FootageCheck:
    """The check of what is tagged so far."""
    tagged = tagging.tagged()
    return check_footage(
        census_of([report]),
        [sample.state for sample, _ in tagged],
        [sample.probs for sample, _ in tagged],
        [tag for _, tag in tagged],
        n_picked=len(tagging.samples),
    )


def belief_table(check: FootageCheck) -> pd.DataFrame:
    """A row an answer."""
    rows = [
        {
            "It says": belief.answer,
            "Tags": belief.n,
            "Right": f"{percent(p.value)} ({percent(p.low)} to {percent(p.high)})"
            if (p := belief.precision)
            else MISSING,
            "Else mostly": belief.mistaken_for or MISSING,
            "So": belief.verdict,
        }
        for belief in check.beliefs
    ]
    return pd.DataFrame(rows)


def share_table(check: FootageCheck) -> pd.DataFrame:
    """A row an expression."""
    rows = []
    for name in DISPLAY_ORDER:
        share = check.shares[name]
        rows.append(
            {
                "Expression": name,
                "Network": percent(check.raw[name]),
                "Corrected": f"{percent(share.value)} ({percent(share.low)} to {percent(share.high)})",
            }
        )
    return pd.DataFrame(rows)


def _keep(check: FootageCheck, report: Report, label: str) -> None:
    """The check as JSON; the calibration and the report over it only where the user says so."""
    stem = downloads.safe_stem(label)
    found = check.recalibration
    wanted = (
        found is not None
        and found.offered
        and st.toggle(
            "Use recalibrated percentages for this footage",
            key=APPLY,
            help="Changes the answers and shares of the report below, which says so. Other pages stay as "
            "they are.",
        )
    )
    with st.container(horizontal=True):
        downloads.of_json(
            "Check as JSON", lambda: check_json(check), f"{stem}-check.json", key="footage_json"
        )
        if found is not None and wanted:
            _recalibrated(found.scaling, report, label)


def _recalibrated(scaling: FootageScaling, report: Report, label: str) -> None:
    stem = downloads.safe_stem(label)
    downloads.of_json(
        "Calibration",
        lambda: scaling_to_json(scaling),
        f"{stem}-calibration.json",
        key="footage_calibration",
        icon="tune",
        help="For more such footage: `fer analyze FILE --calibration calibration.json`.",
    )
    downloads.of_report(recalibrated(report, scaling), label, key="footage_report")
