"""Faces of one photo, and the explanation of one face, as jobs."""

import hashlib
from dataclasses import dataclass
from itertools import islice

import numpy as np

from fer.draw.portraits import cut_square
from fer.emotion.network import read_manifest
from fer.errors import InputError
from fer.explain.maps import Explanation, explain_all
from fer.faces.crop import crop_faces
from fer.photos import analyze_photo
from fer.pipeline import Analyzer
from fer.records import Observations
from fer.sample.clip import sample_frames
from fer.settings import Settings
from fer.sources import read_image
from pages.ui.app import session
from pages.ui.app.jobs import Job
from pages.ui.app.uploads import Upload
from pages.ui.work.analysis import components, job_key, jpeg, network

MAX_FACES = 12
SAMPLE_S = 10
"""Second of the built-in sample that shows two people with different expressions."""


@dataclass(frozen=True, eq=False)
class Face:
    """A face that can be explained.

    Args:
        crop: (48, 48) uint8 gray, what the network sees.
        picture: JPEG, what a person sees.
        probs: (7,) what the network made of it.
    """

    crop: np.ndarray
    picture: bytes
    probs: np.ndarray


def sample_photo() -> Upload:
    """A frame of the built-in sample as a photo."""
    frame = next(islice(sample_frames(fps=1.0, width=800, height=600), SAMPLE_S, None))
    return Upload("Built-in sample.jpg", jpeg(frame.image))


def crop_of(image: np.ndarray, observations: Observations, row: int) -> np.ndarray:
    """What the network saw of one face.

    Args:
        image: (H, W, 3) uint8 RGB, the picture that was read.
        observations: What was read from it.
        row: Which of its faces.

    Returns:
        (48, 48) uint8 gray.
    """
    return crop_faces(image, observations.faces[[row]], read_manifest().crop)[0]


def faces_job(photo: Upload, settings: Settings) -> Job:
    """The faces of a photo, the largest first: a tuple of `Face`."""
    settings = settings.replace(fps=None)

    def work(job: Job, tools: dict) -> tuple[Face, ...]:
        loaded = read_image(photo.data, name=photo.name)
        models = components(tools, settings, still=True)
        seen = analyze_photo(loaded, Analyzer(settings, still=True, components=models)).observations
        if not len(seen):
            raise InputError("No face was found in the photo: choose one with a face of 28 pixels or more.")
        image, boxes = loaded.frame.image, seen.faces.detections.xyxy
        largest = np.argsort(-(boxes[:, 2:] - boxes[:, :2]).prod(1), kind="stable")[:MAX_FACES]
        return tuple(
            Face(crop_of(image, seen, k), jpeg(cut_square(image, tuple(boxes[k].tolist()))), seen.probs[k])
            for k in largest
        )

    return session.registry().submit(session.owner(), job_key("faces", photo.sha256, settings), work)


def explain_key(crop: np.ndarray, answer: str | None = None) -> str:
    """Name of the explanation of a face by a head; None: the manifest's."""
    return f"explain:{answer}:{hashlib.sha256(crop.tobytes()).hexdigest()}"


def explain_job(crop: np.ndarray, answer: str | None = None) -> Job:
    """The explanation of every expression of a face: a dict of `Explanation` by expression.

    TensorFlow starts here, in a process of its own, and nowhere else in the app.
    """

    def work(job: Job, tools: dict) -> dict[str, Explanation]:
        return explain_all(crop, network=network(tools, answer=answer))

    return session.registry().submit(session.owner(), explain_key(crop, answer), work)
