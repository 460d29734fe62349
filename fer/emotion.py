"""The emotion network through LiteRT: crops in, calibrated probabilities out."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fer.constants import EMOTIONS, FACE_SIZE_PX
from fer.errors import MissingModelError, ModelError, ModelHashError, ModelOutputError
from fer.litert import LiteRTModel
from fer.preprocess import DEFAULT_FRAME, CropFrame

MODELS_DIR = Path(__file__).resolve().parent.parent / "models"
MANIFEST = "manifest.json"
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
        temperature: Divides the logits; fitted on PublicTest.
        unsure_below: Confidence under which a verdict is "unsure"; chosen on PublicTest.
        crop: Framing of the training set, which live faces are cropped to.
        self_test: Logits for `self_test_faces`, repeated at every start; empty for none.
    """

    name: str
    tflite: str
    sha256: dict[str, str]
    classes: tuple[str, ...]
    input_px: int
    temperature: float
    unsure_below: float
    crop: CropFrame = DEFAULT_FRAME
    self_test: tuple[tuple[float, ...], ...] = ()


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
        typed = {"classes": tuple(values["classes"]), "crop": crop, "self_test": known}
        manifest = Manifest(**values | typed)
    except FileNotFoundError as exc:
        raise MissingModelError(f"There is no emotion network in {folder.name}/: {REPAIR}.") from exc
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise ModelError(f"{folder.name}/{MANIFEST} is damaged: {REPAIR}.") from exc
    if manifest.classes != EMOTIONS or manifest.input_px != FACE_SIZE_PX:
        raise ModelError(f"The network in {folder.name}/ has other classes or another input size: {REPAIR}.")
    return manifest


class EmotionNetwork:
    """The shipped network with its temperature.

    Args:
        folder: Folder with manifest.json and the .tflite file.
        threads: Threads of one inference.
        flip: Average with the mirrored faces: a little more accurate at twice the time.

    Raises:
        MissingModelError: A file is not there.
        ModelHashError: The .tflite file is not the one that the manifest names.
        ModelError: It cannot be read or gives other than 7 values.
    """

    def __init__(self, folder: Path = MODELS_DIR, *, threads: int = 1, flip: bool = False) -> None:
        self.manifest = read_manifest(folder)
        self.flip = flip
        path = folder / self.manifest.tflite
        if not path.is_file():
            raise MissingModelError(f"The emotion network {path.name} is not in {folder.name}/: {REPAIR}.")
        self.sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        if self.sha256 != self.manifest.sha256.get(path.name):
            raise ModelHashError(f"{path.name} is not the file that {MANIFEST} names: {REPAIR}.")
        self._model = LiteRTModel(path, threads=threads, max_batch=16)
        if self._model.input_shape != (FACE_SIZE_PX, FACE_SIZE_PX, 1) or self._model.output_sizes != [
            len(EMOTIONS)
        ]:
            raise ModelError(f"{path.name} does not map a 48 x 48 face to 7 classes: {REPAIR}.")
        self._self_test()

    def _self_test(self) -> None:
        """Known patterns must give the known answers: classes in another order would give others."""
        logits = np.concatenate([self._read(face[None, ..., None]) for face in self_test_faces()])
        known = self.manifest.self_test
        if known and (np.shape(known) != logits.shape or np.abs(logits - known).max() > SELF_TEST_TOLERANCE):
            raise ModelOutputError(
                f"The emotion network gives other answers than {MANIFEST} says, as if its classes stood in "
                f"another order: {REPAIR}."
            )

    def logits(self, crops: np.ndarray) -> np.ndarray:
        """Raw outputs.

        Args:
            crops: (n, 48, 48) uint8 gray.

        Returns:
            (n, 7) float32.

        Raises:
            ModelOutputError: The network gave NaN or infinity.
        """
        faces = crops[..., None]
        if not self.flip or not len(faces):
            return self._read(faces)
        both = self._read(np.concatenate([faces, faces[:, :, ::-1]]))
        return (both[: len(faces)] + both[len(faces) :]) / 2

    def _read(self, faces: np.ndarray) -> np.ndarray:
        """Logits (n, 7) of (n, 48, 48, 1), as they come."""
        logits = self._model(faces.astype(np.float32))[0]
        if not np.isfinite(logits).all():
            raise ModelOutputError(f"The emotion network gave no numbers: {REPAIR}.")
        return logits

    def __call__(self, crops: np.ndarray) -> np.ndarray:
        """Calibrated probabilities (n, 7) of crops (n, 48, 48) uint8, in one batch."""
        return softmax(self.logits(crops) / self.manifest.temperature)


def self_test_faces() -> np.ndarray:
    """Three patterns (3, 48, 48) uint8: plain gray, a shade from dark to bright, dark spots as of a face."""
    down, across = np.mgrid[:FACE_SIZE_PX, :FACE_SIZE_PX].astype(np.float32)
    shade = 40 + 4 * across
    face = np.full_like(shade, 190)
    for y, x, height, width in ((18, 13, 4, 6), (18, 35, 4, 6), (37, 24, 3, 10)):
        face -= 140 * np.exp(-(((down - y) / height) ** 2) - ((across - x) / width) ** 2)
    gray = np.full_like(shade, 128)
    return np.stack([gray, shade, np.clip(face, 0, 255)]).astype(np.uint8)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Softmax over the last axis, float32."""
    shifted = np.exp(logits - logits.max(-1, keepdims=True, initial=-np.inf))
    return (shifted / shifted.sum(-1, keepdims=True)).astype(np.float32)
