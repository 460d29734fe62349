"""How sure: do the percentages mean what they say, and what does "unsure" gain."""

import pandas as pd
import streamlit as st

from fer.charts.calibration import coverage_chart, in_words, reliability_chart
from fer.emotion.heads import LABELS
from fer.evaluation.figures.conversion import CONVERSION, ScalingFigures, read_conversion
from fer.evaluation.figures.metrics_file import Scores
from fer.io.places import MODELS_DIR
from fer.text import MISSING, percent
from pages.ui.app import page_setup
from pages.ui.app.theme import chart, is_dark
from pages.ui.model import sets
from pages.ui.model.scores import metrics, shown_head, test_scores
from pages.ui.work import model_files


def show() -> None:
    """The part of the page."""
    scores = test_scores()
    if scores is None:
        return
    left, right = st.columns(2, gap="large")
    with left:
        _reliability(scores)
    with right:
        _coverage(scores)
    if shown_head() != LABELS:
        sets.show()


def _reliability(scores: Scores) -> None:
    before, after = scores.uncalibrated, scores.calibrated
    st.markdown("**When it says 80%, is it right 80 times of 100?**")
    chart(reliability_chart(after, before, dark=is_dark()), key="reliability")
    st.caption(
        f"{after.scaling.capitalize()} scaling of the network’s outputs, fitted on PublicTest. "
        f"Expected calibration error {before.ece.value:.1%} before, {after.ece.value:.1%} after, of which "
        f"{after.ece_by_chance:.1%} would be there by chance; negative "
        f"log-likelihood {before.nll.value:.3f} and {after.nll.value:.3f}; Brier score "
        f"{before.brier.value:.3f} and {after.brier.value:.3f}."
    )
    if shown_head() != LABELS:
        st.caption(
            "This head is fitted to say how many of ten people would agree, so it looks too modest against "
            "their majority; against the shares of their votes the error is "
            f"{metrics().test.votes.ece.value:.1%}."
        )
        # The ways to scale were compared for the other head.
        return
    conversion = model_files.read(read_conversion, MODELS_DIR / CONVERSION)
    if conversion:
        with st.expander("Ways to scale that were compared", icon=":material/balance:"):
            st.dataframe(
                scalings_table(conversion.scalings),
                placeholder=MISSING,
                hide_index=True,
                key="scalings",
                alt="Scalings compared",
            )
            st.caption(
                "PublicTest, each face read by a fit that has not seen it. The one with the lowest negative "
                "log-likelihood is shipped."
            )


def scalings_table(scalings: tuple[ScalingFigures, ...]) -> pd.DataFrame:
    """Accuracy, calibration error and negative log-likelihood of every kind of scaling."""
    table = [
        {
            "Scaling": row.kind + (" (shipped)" if row.chosen else ""),
            "Accuracy": f"{row.accuracy:.1%}",
            "Calibration error": f"{row.ece:.1%}",
            "Neg. log-likelihood": f"{row.nll:.3f}",
        }
        for row in scalings
    ]
    return pd.DataFrame(table)


@st.fragment
@page_setup.shows_errors
def _coverage(scores: Scores) -> None:
    """The slider moves along the curve; a fragment, so that the rest of the page stays still."""
    coverage = scores.coverage
    own = round(100 * coverage.unsure_below)
    st.markdown("**What “unsure” gains**")
    chosen = st.slider(
        "Unsure below, percent",
        0,
        95,
        own,
        1,
        key="coverage_threshold",
        help=f"If no expression reaches this, the answer is “unsure”. The model's own threshold is {own}%.",
    )
    st.markdown(f"**{in_words(coverage, chosen / 100)}**")
    chart(coverage_chart(coverage, chosen / 100, dark=is_dark()), key="coverage")
    st.caption(
        f"The model’s own threshold, {percent(coverage.unsure_below)}, was chosen on PublicTest: just above "
        "it answers are more often right than wrong."
    )
