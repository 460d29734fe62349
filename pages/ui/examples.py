"""Faces of a cell of the confusion matrix, where the user has the data: the app does not hold FER2013."""

import os
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import streamlit as st

from fer.constants import EMOTIONS
from fer.dataset.fer2013 import read_dataset
from fer.errors import CancelledError
from fer.evaluation.schema import TEST_SPLIT
from fer.pipeline import Progress
from fer.words import count, percent
from pages.ui import busy, session, uploads
from pages.ui.analysis import network
from pages.ui.jobs import Job
from pages.ui.uploads import Upload

DATA_SETTING = "FER_DATA"
"""Environment variable: path of FER2013 on the server."""

TYPES = ["csv", "gz", "zip"]
SHOWN = 24
FACE_PX = 96
AT_ONCE = 256


@dataclass(frozen=True, eq=False)
class Answered:
    """The test split with the network's answers.

    Args:
        images: (n, 48, 48) uint8.
        labels: (n,) indices into `EMOTIONS`.
        probs: (n, 7) calibrated.
    """

    images: np.ndarray
    labels: np.ndarray
    probs: np.ndarray

    def cell(self, label: str, answer: str) -> np.ndarray:
        """Rows of a cell, the surest answer first."""
        rows = np.flatnonzero(
            (self.labels == EMOTIONS.index(label)) & (self.probs.argmax(1) == EMOTIONS.index(answer))
        )
        return rows[np.argsort(-self.probs[rows].max(1), kind="stable")]


def show(label: str, answer: str) -> None:
    """Faces of the cell; without the data, how to get to see them.

    Args:
        label: What people said.
        answer: What the network said.
    """
    title = f"**Labelled {label}, read as {answer}**"
    source = _source()
    if source is None:
        st.markdown(title)
        st.caption(
            "To see the faces of this cell, give FER2013 (CSV, .gz or .zip): it stays in memory. Who runs "
            f"the app can name it once in the environment variable {DATA_SETTING}."
        )
        given = uploads.take(
            "Drop FER2013 here", key="examples_upload", types=TYPES, limit_mb=uploads.VIDEO_MB
        )
        if given:
            session.keep(session.EXAMPLES, given[0])
            st.rerun()
        return
    job = answered_job(source)
    if busy.settle(job, what="Reading FER2013", describe=_describe):
        found: Answered = job.result
        rows = found.cell(label, answer)
        faces(title, found.images[rows], found.probs[rows].max(1))


def _source() -> Path | Upload | None:
    """Where the data is: named by the server, or given by the user."""
    named = os.environ.get(DATA_SETTING)
    return Path(named) if named else session.kept(session.EXAMPLES)


def answered_job(source: Path | Upload) -> Job:
    """The answers on `TEST_SPLIT`: found again, or put in the line."""
    key = f"examples:{source.sha256 if isinstance(source, Upload) else source}"

    def work(job: Job, tools: dict) -> Answered:
        content = source.data if isinstance(source, Upload) else source
        rows = read_dataset(content, name=getattr(source, "name", None)).split(TEST_SPLIT)
        reads, probs = network(tools), []
        for start in range(0, len(rows), AT_ONCE):
            if job.cancel.is_set():
                raise CancelledError("Reading FER2013 was cancelled.")
            probs.append(reads(rows.images[start : start + AT_ONCE]))
            job.progress = Progress(start, len(rows), start, 0.0)
        return Answered(rows.images, rows.labels, np.concatenate(probs))

    return session.registry().submit(session.owner(), key, work)


def _describe(progress: Progress | None) -> tuple[float, str]:
    if progress is None:
        return 0.0, "Reading the file"
    return progress.share or 0.0, f"{progress.frames:,} of {count(int(progress.total_s or 0), 'face')} read"


def faces(title: str, images: np.ndarray, confidence: np.ndarray) -> None:
    """Faces side by side, each with the confidence of its answer.

    Args:
        title: What they have in common, Markdown.
        images: (n, 48, 48) uint8, the surest first.
        confidence: (n,) 0..1.
    """
    few = f", the {SHOWN} surest answers" if len(images) > SHOWN else ""
    st.markdown(f"{title}: {count(len(images), 'face')}{few}")
    if len(images):
        side = (2 * FACE_PX, 2 * FACE_PX)
        st.image(
            [cv2.resize(face, side, interpolation=cv2.INTER_CUBIC) for face in images[:SHOWN]],
            width=FACE_PX,
            caption=[percent(float(share)) for share in confidence[:SHOWN]],
            alt=[f"{title.strip('*')}, {percent(float(share))} sure" for share in confidence[:SHOWN]],
        )
