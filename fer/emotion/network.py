"""The emotion network through LiteRT: crops in, calibrated probabilities out."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fer.constants import EMOTIONS, FACE_SIZE_PX
from fer.emotion.heads import ANSWERS, LABELS, VOTE_CLASSES, VOTES, VotesHead, seven_of, split_outputs
from fer.emotion.scaling import Scaling
from fer.errors import MissingModelError, ModelError, ModelHashError, ModelOutputError, SettingsError
from fer.faces.crop import DEFAULT_FRAME, CropFrame
from fer.io.json_records import from_values
from fer.io.places import MODELS_DIR
from fer.litert import LiteRTModel
from fer.verdict import NO_SETS, SetRule

MANIFEST = "manifest.json"
PROMISED = 0.9
"""Coverage of the sets that the product shows."""

SELF_TEST_TOLERANCE = 0.25
"""Between logits of one file on different processors; exchanged classes differ by more."""
REPAIR = "get the repository's models/ folder again, or train with `python -m fer train`"


@dataclass(frozen=True)
class Manifest:
    """What models/manifest.json says of the shipped network.

    Args:
        name: Name of the network.
        tflite: File name of the LiteRT model.
        sha256: Hash of every shipped file, by name.
        classes: Class names in the order of the outputs.
        input_px: Side of the gray input.
        scaling: Makes the logits of the labels head calibrated ones; fitted on PublicTest.
        unsure_below: Confidence under which its verdict is "unsure"; chosen on PublicTest.
        crop: Framing of the training set, which live faces are cropped to.
        self_test: Logits for `self_test_faces`, repeated at every start; empty for none.
        answer: The head that answers unless another is asked for, one of `fer.emotion.heads.ANSWERS`.
        votes: The votes head; None for a network without one.
    """

    name: str
    tflite: str
    sha256: dict[str, str]
    classes: tuple[str, ...]
    input_px: int
    scaling: Scaling
    unsure_below: float
    crop: CropFrame = DEFAULT_FRAME
    self_test: tuple[tuple[float, ...], ...] = ()
    answer: str = LABELS
    votes: VotesHead | None = None

    def __post_init__(self) -> None:
        if self.answer not in self.heads:
            raise ValueError(f"The network has no head {self.answer!r} to answer.")

    @property
    def heads(self) -> tuple[str, ...]:
        """The heads that can answer."""
        return ANSWERS if self.votes else (LABELS,)

    def head(self, answer: str | None = None) -> "HeadReading":
        """How a head is read; None takes the one that answers.

        Raises:
            SettingsError: The network has no such head.
        """
        answer = answer or self.answer
        if answer not in self.heads:
            raise SettingsError(
                f"The network {self.name!r} has no head {answer!r}: choose {' or '.join(self.heads)}."
            )
        if answer == VOTES and self.votes is not None:
            read = self.votes
            return HeadReading(VOTES, read.scaling, read.unsure_below, read.sets, read.unsure_sets)
        return HeadReading(LABELS, self.scaling, self.unsure_below)


@dataclass(frozen=True)
class HeadReading:
    """From the seven logits of one head to its answer.

    Args:
        answer: Its name, one of `fer.emotion.heads.ANSWERS`.
        scaling: Makes its logits calibrated ones.
        unsure_below: Confidence under which its verdict is "unsure".
        sets: (coverage, threshold) pairs of its prediction sets; empty if none were chosen.
        unsure_sets: Likewise for faces that it is unsure of.
    """

    answer: str
    scaling: Scaling
    unsure_below: float
    sets: tuple[tuple[float, float], ...] = ()
    unsure_sets: tuple[tuple[float, float], ...] = ()

    @property
    def set_rule(self) -> SetRule:
        """The sets that the product shows: those with a coverage of `PROMISED`."""
        named, unsure = dict(self.sets), dict(self.unsure_sets)
        if PROMISED not in named or PROMISED not in unsure:
            return NO_SETS
        return SetRule(PROMISED, named[PROMISED], unsure[PROMISED])


def read_manifest(folder: Path = MODELS_DIR) -> Manifest:
    """Read and check the manifest.

    Raises:
        MissingModelError: There is none.
        ModelError: It is damaged, or its classes are not `EMOTIONS` in that order.
    """
    path = folder / MANIFEST
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        crop = CropFrame(**values["crop"])
        known = tuple(tuple(float(logit) for logit in row) for row in values.get("self_test", ()))
        scaling = from_values(Scaling, values["scaling"])
        typed = {"classes": tuple(values["classes"]), "scaling": scaling, "crop": crop, "self_test": known}
        if values.get("votes") is not None:
            typed["votes"] = from_values(VotesHead, values["votes"])
        manifest = Manifest(**values | typed)
    except FileNotFoundError as exc:
        raise MissingModelError(f"There is no emotion network in {folder.name}/: {REPAIR}.") from exc
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise ModelError(f"{folder.name}/{MANIFEST} is damaged: {REPAIR}.") from exc
    if manifest.classes != EMOTIONS or manifest.input_px != FACE_SIZE_PX:
        raise ModelError(f"The network in {folder.name}/ has other classes or another input size: {REPAIR}.")
    return manifest


class EmotionNetwork:
    """The shipped network with its scaling.

    Args:
        folder: Folder with manifest.json and the .tflite file.
        threads: Threads of one inference.
        flip: Average with the mirrored faces: a little more accurate at twice the time.
        answer: The head that answers; None takes the manifest's.

    Raises:
        SettingsError: The network has no such head.
        MissingModelError: A file is not there.
        ModelHashError: The .tflite file is not the one that the manifest names.
        ModelError: It cannot be read or gives other values than the manifest says.
    """

    def __init__(
        self,
        folder: Path = MODELS_DIR,
        *,
        threads: int = 1,
        flip: bool = False,
        answer: str | None = None,
    ) -> None:
        self.manifest = read_manifest(folder)
        self.head = self.manifest.head(answer)
        self.flip = flip
        path = folder / self.manifest.tflite
        if not path.is_file():
            raise MissingModelError(f"The emotion network {path.name} is not in {folder.name}/: {REPAIR}.")
        self.sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        if self.sha256 != self.manifest.sha256.get(path.name):
            raise ModelHashError(f"{path.name} is not the file that {MANIFEST} names: {REPAIR}.")
        self._model = LiteRTModel(path, threads=threads, max_batch=16)
        sizes = [len(EMOTIONS), *([len(VOTE_CLASSES)] if self.manifest.votes else [])]
        shape = self._model.input_shape
        if shape != (FACE_SIZE_PX, FACE_SIZE_PX, 1) or sorted(self._model.output_sizes) != sizes:
            raise ModelError(f"{path.name} does not map a 48 x 48 face to 7 classes: {REPAIR}.")
        self._self_test()

    def _self_test(self) -> None:
        """Known patterns must give the known answers: classes in another order would give others."""
        answers = [self._read(face[None, ..., None]) for face in self_test_faces()]
        known = {
            LABELS: self.manifest.self_test,
            VOTES: self.manifest.votes and self.manifest.votes.self_test,
        }
        for head in answers[0]:
            logits, wanted = np.concatenate([answer[head] for answer in answers]), known[head]
            if wanted and _far(logits, wanted):
                raise ModelOutputError(
                    f"The emotion network gives other answers than {MANIFEST} says, as if its classes stood "
                    f"in another order: {REPAIR}."
                )

    def logits(self, crops: np.ndarray) -> np.ndarray:
        """Outputs of the answering head, not calibrated.

        Args:
            crops: (n, 48, 48) uint8 gray.

        Returns:
            (n, 7) float32, in the order of `EMOTIONS`.

        Raises:
            ModelOutputError: The network gave NaN or infinity.
        """
        return self.head_logits(crops)[self.head.answer]

    def head_logits(self, crops: np.ndarray) -> dict[str, np.ndarray]:
        """Outputs of every head from one run, not calibrated.

        Args:
            crops: (n, 48, 48) uint8 gray.

        Returns:
            Head -> (n, 7) float32, in the order of `EMOTIONS`; contempt is left out of the votes.

        Raises:
            ModelOutputError: The network gave NaN or infinity.
        """
        faces = crops[..., None]
        heads = self._read(np.concatenate([faces, faces[:, :, ::-1]]) if self.flip else faces)
        if self.flip:
            n = len(faces)
            heads = {name: (both[:n] + both[n:]) / 2 for name, both in heads.items()}
        return {name: seven_of(values) if name == VOTES else values for name, values in heads.items()}

    def _read(self, faces: np.ndarray) -> dict[str, np.ndarray]:
        """Logits of every head, (n, 7) and (n, 8), of (n, 48, 48, 1), as they come."""
        heads = split_outputs(self._model(faces.astype(np.float32)))
        if not all(np.isfinite(logits).all() for logits in heads.values()):
            raise ModelOutputError(f"The emotion network gave no numbers: {REPAIR}.")
        return heads

    def __call__(self, crops: np.ndarray) -> np.ndarray:
        """Calibrated probabilities (n, 7) of crops (n, 48, 48) uint8, in one batch."""
        return self.probabilities(self.logits(crops))

    def probabilities(self, logits: np.ndarray) -> np.ndarray:
        """Calibrated probabilities (..., 7) of logits (..., 7) that `logits` gave."""
        return softmax(self.head.scaling(logits))


def _far(logits: np.ndarray, known: tuple[tuple[float, ...], ...]) -> bool:
    """Whether logits differ from the known ones by more than processors do."""
    return np.shape(known) != logits.shape or np.abs(logits - known).max() > SELF_TEST_TOLERANCE


def self_test_faces() -> np.ndarray:
    """Patterns (7, 48, 48) uint8: plain gray, a shade from dark to bright, and drawn faces, different enough
    that every two classes are told apart by at least one of them."""
    shade = np.broadcast_to(40 + 4 * np.arange(FACE_SIZE_PX, dtype=np.float32), (FACE_SIZE_PX,) * 2)
    drawn = (
        _drawn_face(brows=None),
        _drawn_face(smile=5),
        _drawn_face(smile=-5),
        _drawn_face(eye=7, mouth=(8, 7), brows=-2),
        _drawn_face(mouth=(2, 10), brows=3),
    )
    return np.clip([np.full_like(shade, 128), shade, *drawn], 0, 255).astype(np.uint8)


def _drawn_face(
    *,
    eye: float = 4,
    mouth: tuple[float, float] = (3, 10),
    smile: float = 0,
    brows: float | None = 0,
) -> np.ndarray:
    """Dark spots on a bright ground (48, 48) float32.

    Args:
        eye: Height of an eye in pixels.
        mouth: Height and half width of the mouth in pixels.
        smile: How far the corners of the mouth stand up, in pixels.
        brows: How far their inner ends stand down, in pixels; None for no brows.
    """
    down, across = np.mgrid[:FACE_SIZE_PX, :FACE_SIZE_PX].astype(np.float32)
    line = 37 - smile * ((across - 24) / 10) ** 2
    face = 190 - 140 * np.exp(-(((down - line) / mouth[0]) ** 2) - ((across - 24) / mouth[1]) ** 2)
    for x, inwards in ((13, 1), (35, -1)):
        face -= 140 * np.exp(-(((down - 18) / eye) ** 2) - ((across - x) / 6) ** 2)
        if brows is not None:
            line = 10 + brows * inwards * (across - x) / 6
            face -= 90 * np.exp(-(((down - line) / 2) ** 2) - ((across - x) / 7) ** 2)
    return face


def softmax(logits: np.ndarray) -> np.ndarray:
    """Softmax over the last axis, float32."""
    shifted = np.exp(logits - logits.max(-1, keepdims=True, initial=-np.inf))
    return (shifted / shifted.sum(-1, keepdims=True)).astype(np.float32)
