"""The network against the user's labels: the answer first, then where they differ."""

import numpy as np
import pandas as pd
import streamlit as st

from fer.charts.accuracy import classes_chart, confusion_chart
from fer.constants import DISPLAY_ORDER, EMOTIONS
from fer.dataset.tagging import Tagging
from fer.evaluation.figures.metrics_file import Estimate
from fer.evaluation.own_labels import OwnLabels, own_labels_json, own_labels_sheet
from fer.pipeline import AnalysisProgress
from fer.text import MISSING, count, join, percent
from pages.ui.app import downloads, job_progress, session
from pages.ui.app.jobs import Job
from pages.ui.app.markdown import name, plain
from pages.ui.app.theme import chart, clicked, is_dark
from pages.ui.labels import footage
from pages.ui.labels.evaluation_work import files_job, tags_job
from pages.ui.parts import class_table, examples
from pages.ui.parts.class_table import interval
from pages.ui.parts.limits import REMINDER
from pages.ui.parts.thumbs import ROW_PX, data_url
from pages.ui.work.photos import PhotoUploads

MAX_SHOWN = 200
"""Disagreements in the table; the CSV has all faces."""

REASONS_SHOWN = 5
FEW = 10
"""Under this number of faces the figures of an expression say little."""

KAPPA_WORDS = ((0.0, "no"), (0.2, "slight"), (0.4, "fair"), (0.6, "moderate"), (0.8, "substantial"))
"""Landis and Koch 1977: up to this kappa the agreement is called so; above the last "almost perfect"."""


def show(batch: PhotoUploads) -> None:
    """Labelled files.

    Args:
        batch: What was given.
    """
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        first = name(batch.uploads[0].name)
        label = first if len(batch.uploads) == 1 else f"{first} and {len(batch.uploads) - 1} more"
        st.markdown(f":material/fact_check: {label}", width="content")
        st.button(
            "Other labels", icon=":material/upload:", type="tertiary", on_click=leave, key="labelled_leave"
        )
    _result_of(files_job(batch), batch.uploads[0].name)


def of_tags(tagging: Tagging, label: str) -> None:
    """Faces that were tagged here.

    Args:
        tagging: With at least one tag.
        label: What the files to keep are called after.
    """
    if not tagging.n_named:
        st.markdown("No face was given an expression, so there is nothing to compare.")
        return
    read = session.kept(session.TAG_REPORT)
    if read is None:
        _result_of(tags_job(tagging), label)
        return
    footage.show(read, tagging, label)
    with st.expander("Tag by tag", icon=":material/fact_check:"):
        st.caption(
            "Every tag counts the same here. Rare answers were picked more often than they occur, so these "
            "figures are of the tags; those above are of the footage."
        )
        _result_of(tags_job(tagging), label)


def leave() -> None:
    """Drop the labelled files and their evaluation."""
    batch = session.kept(session.LABELED)
    if batch is not None:
        session.registry().forget_content(session.owner(), f"labelled:{batch.sha256}")
    session.release(session.LABELED)


def _result_of(job: Job, label: str) -> None:
    if job_progress.wait_for(job, what="Reading the faces", describe=_describe):
        _result(job.result, label)


def _describe(progress: AnalysisProgress | None) -> tuple[float, str]:
    if progress is None:
        return 0.0, "Getting ready"
    return progress.share or 0.0, f"{progress.frames:,} of {count(int(progress.total_s or 0), 'face')}"


def _result(found: OwnLabels, label: str) -> None:
    """The whole result."""
    scores = found.scores
    right = round(scores.accuracy.value * scores.n)
    st.subheader(
        f"The network agrees with {right} of {count(scores.n, 'label')}: {percent(scores.accuracy.value)}"
    )
    st.markdown(in_words(found))
    for warning in found.warnings():
        st.caption(f":material/warning: {warning}.")
    _rejected(found)
    left, right_side = st.columns([6, 5], gap="large")
    with left:
        st.markdown("**What your labels are read as**")
        figure = confusion_chart(np.array(scores.confusion.counts), given="your label", dark=is_dark())
        cell = clicked(figure, key="own_confusion")
        st.caption(":material/touch_app: Click a cell to see its faces.")
    with right_side:
        st.markdown("**F1 of every expression**")
        chart(classes_chart(scores.classes, dark=is_dark()), key="own_classes")
        st.caption("The line is the 95% interval: few faces, wide line.")
    if cell:
        _cell(found, *cell)
    class_table.show(scores.classes, key="own_table")
    _disagreements(found)
    _keep(found, label)
    st.caption(REMINDER)


def in_words(found: OwnLabels) -> str:
    """Accuracy, kappa and what they rest on, in sentences."""
    scores = found.scores
    parts = [
        f"95% interval {interval(scores.accuracy)}. Cohen’s kappa **{_figure(scores.kappa)}**: "
        f"{kappa_word(scores.kappa.value)} agreement beyond chance. Macro-F1 {_figure(scores.macro_f1)}."
    ]
    answered = scores.coverage.answered.value
    if answered < 1:
        parts.append(
            f"It would say “unsure” to {percent(1 - answered)} and agree on "
            f"{percent(scores.coverage.accuracy_answered.value)} of the rest."
        )
    few = [name for name in DISPLAY_ORDER if 0 < scores.classes[name].n < FEW]
    if few:
        parts.append(f"Fewer than {FEW} faces: {join(few)}; their figures say little.")
    none = [name for name in DISPLAY_ORDER if not scores.classes[name].n]
    if none:
        parts.append(f"No face is labelled {join(none, 'or')}.")
    return " ".join(parts)


def kappa_word(kappa: float) -> str:
    """What Landis and Koch call an agreement."""
    return next((word for most, word in KAPPA_WORDS if kappa <= most), "almost perfect")


def _figure(estimate: Estimate) -> str:
    return f"{estimate.value:.2f} ({estimate.low:.2f} to {estimate.high:.2f})".replace("-", "−")


def _rejected(found: OwnLabels) -> None:
    """What was left out, with reasons."""
    faces = found.faces
    if not faces.n_rejected:
        return
    with st.expander(f"{count(faces.n_rejected, 'row')} left out", icon=":material/error:"):
        for reason in faces.rejected[:REASONS_SHOWN]:
            st.markdown(plain(reason))
        if faces.n_rejected > REASONS_SHOWN:
            st.caption(
                f"{faces.n_rejected - REASONS_SHOWN} more; the JSON lists the first {len(faces.rejected)}."
            )


def _cell(found: OwnLabels, label: str, answer: str) -> None:
    rows = found.cell(label, answer)
    examples.faces(
        f"**You said {label}, the network said {answer}**", found.faces.images[rows], found.probs[rows].max(1)
    )


def _disagreements(found: OwnLabels) -> None:
    """Faces on which label and answer differ, the surest answers first."""
    rows = found.disagreements()
    if not len(rows):
        st.markdown("**No disagreement**")
        return
    few = f", the {MAX_SHOWN} of {len(rows):,} in which it was surest" if len(rows) > MAX_SHOWN else ""
    st.markdown(f"**Where you differ**{few}")
    st.dataframe(
        disagreement_table(found, rows[:MAX_SHOWN]),
        placeholder=MISSING,
        hide_index=True,
        row_height=ROW_PX,
        column_config={
            "Face": st.column_config.ImageColumn(width="small"),
            "Confidence": st.column_config.ProgressColumn(format="%d%%", min_value=0, max_value=100),
            "Given to your label": st.column_config.ProgressColumn(format="%d%%", min_value=0, max_value=100),
        },
        alt="Faces on which your label and the network's answer differ, with both and the confidence",
    )


def disagreement_table(found: OwnLabels, rows: np.ndarray) -> pd.DataFrame:
    """Picture, file, label, answer and confidence of the rows."""
    table = {
        "Face": [data_url(found.faces.images[k]) for k in rows],
        "File": [str(found.faces.names[k]) for k in rows],
        "Your label": [EMOTIONS[found.faces.labels[k]] for k in rows],
        "Network": [EMOTIONS[found.answers[k]] for k in rows],
        "Confidence": [round(100 * float(found.probs[k].max())) for k in rows],
        "Given to your label": [round(100 * float(found.probs[k, found.faces.labels[k]])) for k in rows],
    }
    return pd.DataFrame(table)


def _keep(found: OwnLabels, label: str) -> None:
    stem = downloads.safe_stem(label)
    with st.container(horizontal=True):
        downloads.of_table(
            lambda: own_labels_sheet(found), f"{stem}-agreement", key="own", label="Every face as CSV"
        )
        downloads.of_json(
            "Figures as JSON", lambda: own_labels_json(found), f"{stem}-agreement.json", key="own_json"
        )
