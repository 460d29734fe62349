"""Figures of every expression as a table, each with its 95% interval."""

import pandas as pd
import streamlit as st

from fer.constants import DISPLAY_ORDER
from fer.evaluation.figures.metrics_file import ClassScores, Estimate
from fer.text import MISSING

COLUMNS = {"recall": "Found", "precision": "Right when named", "f1": "F1", "kappa": "Kappa"}
HELP = {
    "recall": "Recall: of the faces with this label, the share that was read so.",
    "precision": "Precision: of the faces read so, the share that has this label.",
    "f1": "Harmonic mean of both; between two raters their specific agreement on this expression.",
    "kappa": "Cohen's kappa of this expression against all others: 0 is chance, 1 is perfect.",
}


def show(classes: dict[str, ClassScores], *, key: str) -> None:
    """The table, a row an expression.

    Args:
        classes: Expression -> its figures.
        key: Tells this table from others.
    """
    helped = {title: st.column_config.TextColumn(help=HELP[name]) for name, title in COLUMNS.items()}
    st.dataframe(
        rows(classes),
        placeholder=MISSING,
        hide_index=True,
        key=key,
        column_config=helped,
        alt="Recall, precision, F1 and kappa of every expression with 95% intervals",
    )


def rows(classes: dict[str, ClassScores]) -> pd.DataFrame:
    """The cells as text; an expression without a face has no figures."""
    table = [
        {"Expression": name, "Faces": classes[name].n}
        | {title: _cell(classes[name], figure) for figure, title in COLUMNS.items()}
        for name in DISPLAY_ORDER
    ]
    return pd.DataFrame(table)


def _cell(scores: ClassScores, figure: str) -> str:
    return number(getattr(scores, figure), as_share=figure in ("recall", "precision")) if scores.n else "–"


def number(estimate: Estimate, *, as_share: bool) -> str:
    """ "0.52 (0.49–0.56)", "0.19 (−0.17 to 0.57)", or "52% (49–56)" as a share."""
    value, low, high = estimate.value, estimate.low, estimate.high
    if as_share:
        return f"{100 * value:.0f}% ({100 * low:.0f}–{100 * high:.0f})"
    ends = f"{low:.2f} to {high:.2f}" if low < 0 else f"{low:.2f}–{high:.2f}"
    return f"{value:.2f} ({ends})".replace("-", "−")


def interval(estimate: Estimate) -> str:
    """A 95% interval in words: "69.4 to 72.4%"."""
    return f"{100 * estimate.low:.1f} to {estimate.high:.1%}"
