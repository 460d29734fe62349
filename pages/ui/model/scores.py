"""The answer about the network: how often it is right, and what that means for a reader."""

import streamlit as st

from fer.constants import DISPLAY_ORDER, EMOTIONS
from fer.emotion.heads import LABELS, VOTES
from fer.evaluation.figures.metrics_file import (
    METRICS,
    Metrics,
    Scores,
    SplitScores,
    VotesScores,
    read_metrics,
)
from fer.evaluation.figures.speed import BENCHMARK, read_speed
from fer.io.places import MODELS_DIR
from fer.settings import ANSWERS
from fer.text import percent
from pages.ui.parts.class_table import interval
from pages.ui.work import model_files

HEAD = "model_head"
"""Key of the choice of a head."""
HELD_AGAINST = {LABELS: "one label (FER2013)", VOTES: "ten people (FER+)"}
METRIC_PX = 160
"""Two fit beside each other on a telephone."""
_PLACE = '<style>[class*="st-key-score_"] > :first-child { min-height: 76px; }</style>'
"""Numbers come a moment after the words below them, and must not move those."""


def metrics() -> Metrics | None:
    """The shipped network's figures; None, and a sentence on the page, where they cannot be read."""
    return model_files.read(read_metrics, MODELS_DIR / METRICS)


def test_scores() -> Scores | None:
    """The figures of the chosen head on PrivateTest, one view; None where they are missing."""
    found = metrics()
    if found is None:
        return None
    if found.test is None:
        st.caption(":material/info: The network was not scored on PrivateTest.")
        return None
    return views(found.test).plain


def views(test: SplitScores) -> SplitScores | VotesScores:
    """All views of the chosen head."""
    return test.votes if test.votes is not None and _head(test) == VOTES else test


def shown_head() -> str:
    """The head whose figures the page shows."""
    found = metrics()
    return _head(found.test) if found is not None and found.test is not None else LABELS


def _head(test: SplitScores) -> str:
    """The head that the visitor chose; at first the one that answers."""
    found = metrics()
    answers = found.answer if found is not None else LABELS
    return st.session_state.get(HEAD, answers) if test.votes is not None else LABELS


def _choose(test: SplitScores) -> None:
    """Both heads: the same face, one label or ten votes."""
    if test.votes is None:
        return
    st.segmented_control(
        "The same faces held against",
        ANSWERS[::-1],
        default=_head(test),
        format_func=HELD_AGAINST.get,
        key=HEAD,
        required=True,
        help="The network has two heads. One says what FER2013’s single label would be, the other what most "
        "of ten people would say, and is the one that answers in the app. Each is scored by its own truth.",
    )


def show() -> None:
    """The figures, and sentences about them."""
    scores = test_scores()
    if scores is None:
        return
    found = metrics()
    _choose(found.test)
    truth = "most of ten people called them" if _head(found.test) == VOTES else "one person had labelled them"
    st.markdown(
        f"Of 100 faces that it had never seen, it reads about **{100 * scores.accuracy.value:.0f}** "
        f"as {truth}."
    )
    st.html(_PLACE)
    with st.container(horizontal=True, gap="small"):
        for place, (name, value, under, why) in enumerate(_figures(found, scores) + _speed()):
            with st.container(width=METRIC_PX, gap=None, key=f"score_{place}"):
                st.metric(name, value, help=why)
                st.caption(under)
    st.markdown(meaning(scores))
    st.caption(
        f"{found.model}, {scores.n:,} faces of FER2013’s PrivateTest; intervals are 95%. FER2013 holds "
        "photos of a web search: on your video expect less, and check with labels of your own."
    )
    st.page_link("pages/labels.py", label="Evaluate it on my own labels", icon=":material/fact_check:")


Figure = tuple[str, str, str, str]
"""Name, value, small words and explanation."""


def _figures(found: Metrics, scores: Scores) -> list[Figure]:
    """The figures of the first line."""
    test, chosen = found.test, views(found.test)
    rows = [
        (
            "Right",
            f"{scores.accuracy.value:.1%}",
            interval(scores.accuracy),
            "Accuracy: the most probable expression is the label. With the mirror image averaged in "
            f"(--flip): {chosen.flip.accuracy.value:.1%}.",
        )
    ]
    if chosen.plain_clean:
        rows.append(
            (
                "Right, no repeats",
                f"{chosen.plain_clean.accuracy.value:.1%}",
                interval(chosen.plain_clean.accuracy),
                f"{test.n_repeats} pictures stand pixel for pixel in another split; here they are left out.",
            )
        )
    coverage = scores.coverage
    rows.append(
        (
            "Says “unsure”",
            f"{1 - coverage.answered.value:.1%}",
            f"right on {coverage.accuracy_answered.value:.1%} of the rest",
            f"When no expression reaches {percent(coverage.unsure_below)}, the answer is “unsure”.",
        )
    )
    return [*rows, _calibration_error(chosen)]


def _calibration_error(chosen: SplitScores | VotesScores) -> Figure:
    """How far the percentages are from what they promise: right answers, or the share of ten people."""
    if isinstance(chosen, VotesScores):
        why = "ECE: how far the confidence is from the share of ten people who say the same, on average."
        return ("Calibration error", f"{chosen.ece.value:.1%}", "between sure and said by ten", why)
    why = "ECE: how far the confidence is from the share of right answers, on average."
    return ("Calibration error", f"{chosen.plain.calibrated.ece.value:.1%}", "between sure and right", why)


def _speed() -> list[Figure]:
    """How long a face takes; empty where nobody measured."""
    speed = model_files.read(read_speed, MODELS_DIR / BENCHMARK)
    if speed is None:
        return []
    why = f"The network alone, on {speed.cpus} processors without a GPU; the rate is that of a whole video."
    rate = f"{speed.frames_per_s:.0f} frames a second in all"
    return [("One face takes", f"{speed.ms_a_face:.1f} ms", rate, why)]


def meaning(scores: Scores) -> str:
    """What the figures mean, in sentences."""
    coverage = scores.coverage
    answered = coverage.answered.value
    right = answered * coverage.accuracy_answered.value
    ranked = sorted(DISPLAY_ORDER, key=lambda name: -scores.classes[name].f1.value)
    weakest = ranked[-1]
    return (
        f"“Unsure” takes {100 * (1 - answered):.0f} of the 100; of the other {100 * answered:.0f} about "
        f"{100 * right:.0f} are right. It is best at **{ranked[0]}** and **{ranked[1]}**, weakest at "
        f"**{weakest}**, of which it finds {percent(scores.classes[weakest].recall.value)}"
        f"{_mistaken(scores, weakest)}."
    )


def _mistaken(scores: Scores, name: str) -> str:
    """What a class is most often taken for."""
    row = dict(zip(EMOTIONS, scores.confusion.counts[EMOTIONS.index(name)], strict=True))
    del row[name]
    other = max(row, key=row.get)
    return f" and most often calls it {other} instead" if row[other] else ""
