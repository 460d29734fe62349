"""What a student learns from: the mean probabilities of any number of trained networks.

Reference: Hinton et al. 2015, Distilling the Knowledge in a Neural Network.
"""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np

from fer.constants import EMOTIONS
from fer.emotion.network import softmax
from fer.errors import SettingsError
from fer.io.files import write_whole
from fer.training.loading import load_network
from fer.training.saving import check_there
from fer.training.trainer import predict_logits

SHIFTS_PX = ((0, 0), (2, 0), (-2, 0), (0, 2), (0, -2))
"""(right, down): a teacher's logits are averaged over these views and their mirror images."""

_PAD_PX = 4


def teacher_logits(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """A teacher's logits, averaged over small shifts and the mirror image.

    Args:
        model: A network with one output.
        images: (n, 48, 48) uint8.

    Returns:
        (n, 7) float32.
    """
    height, width = images.shape[1:]
    padded = np.pad(images, ((0, 0), (_PAD_PX, _PAD_PX), (_PAD_PX, _PAD_PX)), mode="reflect")
    total = np.zeros((len(images), len(EMOTIONS)), np.float32)
    for right, down in SHIFTS_PX:
        top, left = _PAD_PX + down, _PAD_PX + right
        total += predict_logits(model, padded[:, top : top + height, left : left + width], flip=True)
    return total / len(SHIFTS_PX)


class TeacherCache:
    """Teachers' logits, computed once and kept in the run's folder.

    Args:
        folder: Where ``logits-NAME.npz`` are kept.
        images: Sets of (n, 48, 48) uint8 by name, for example ``train`` and ``public``.
    """

    def __init__(self, folder: Path, images: Mapping[str, np.ndarray]) -> None:
        self.folder, self.images = folder, images

    def logits(self, name: str, network: Path) -> dict[str, np.ndarray]:
        """One teacher's logits for every set, (n, 7) each.

        Args:
            name: Of the teacher, for the file's name.
            network: Its .keras file; another one, or other images, are computed anew.
        """
        key = self._key(network)
        path = self.folder / f"logits-{name}.npz"
        found = self._read(path, key)
        if found is None:
            model = load_network(network)
            found = {k: teacher_logits(model, images) for k, images in self.images.items()}
            content = io.BytesIO()
            np.savez(content, allow_pickle=False, key=np.frombuffer(key, np.uint8), **found)
            self.folder.mkdir(exist_ok=True)
            write_whole(content.getvalue(), path)
        return found

    def _key(self, network: Path) -> bytes:
        check_there(network)
        digest = hashlib.sha256(network.read_bytes())
        for images in self.images.values():
            digest.update(np.ascontiguousarray(images).data)
        return digest.digest()

    def _read(self, path: Path, key: bytes) -> dict[str, np.ndarray] | None:
        try:
            with np.load(path, allow_pickle=False) as saved:
                if saved["key"].tobytes() != key:
                    return None
                return {name: saved[name] for name in self.images}
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None  # Not there, or not whole: it is computed again.


def mean_probabilities(logits: list[np.ndarray]) -> np.ndarray:
    """What an ensemble of networks answers.

    Args:
        logits: (n, 7) of each network, at least one.

    Returns:
        (n, 7) float32, the mean of their probabilities.
    """
    if not logits:
        raise SettingsError("An ensemble needs at least one network.")
    return np.mean([softmax(one) for one in logits], axis=0).astype(np.float32)
