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

from fer.emotion.heads import LABELS, VOTES
from fer.emotion.network import softmax
from fer.errors import SettingsError
from fer.io.files import write_whole
from fer.training.check import check_there
from fer.training.loading import load_network
from fer.training.trainer import predict_heads

SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1))
"""(right, down): where a face is moved to for a teacher."""

_PAD_PX = 4


def teacher_logits(model: keras.Model, images: np.ndarray, *, shift_px: int = 2) -> dict[str, np.ndarray]:
    """A teacher's logits by head, averaged over small shifts and the mirror image.

    Args:
        model: A network with one head or two.
        images: (n, 48, 48) uint8.
        shift_px: How far the face is moved to each side; 0 leaves it in its place.

    Returns:
        (n, 7) float32 of ``labels``; (n, 8) of ``votes`` if the network has that head.
    """
    height, width = images.shape[1:]
    padded = np.pad(images, ((0, 0), (_PAD_PX, _PAD_PX), (_PAD_PX, _PAD_PX)), mode="reflect")
    views = []
    sides = SIDES if shift_px else ()
    for right, down in ((0, 0), *((shift_px * x, shift_px * y) for x, y in sides)):
        top, left = _PAD_PX + down, _PAD_PX + right
        views.append(predict_heads(model, padded[:, top : top + height, left : left + width], flip=True))
    return {head: np.mean([view[head] for view in views], axis=0) for head in views[0]}


class TeacherCache:
    """Teachers' logits, computed once and kept in the run's folder.

    Args:
        folder: Where ``logits-NAME.npz`` are kept.
        images: Sets of (n, 48, 48) uint8 by name, for example ``train`` and ``public``.
        shift_px: See `teacher_logits`.
    """

    def __init__(self, folder: Path, images: Mapping[str, np.ndarray], *, shift_px: int = 2) -> None:
        self.folder, self.images, self.shift_px = folder, images, shift_px

    def logits(self, name: str, network: Path) -> dict[str, dict[str, np.ndarray]]:
        """One teacher's logits for every set and head, as `teacher_logits` gives them.

        Args:
            name: Of the teacher, for the file's name.
            network: Its .keras file; another one, or other images, are computed anew.
        """
        key = self._key(network)
        path = self.folder / f"logits-{name}.npz"
        found = self._read(path, key)
        if found is None:
            model = load_network(network, heads=True)
            found = {
                k: teacher_logits(model, images, shift_px=self.shift_px) for k, images in self.images.items()
            }
            arrays = {f"{k}-{head}": logits for k, heads in found.items() for head, logits in heads.items()}
            content = io.BytesIO()
            np.savez(content, allow_pickle=False, key=np.frombuffer(key, np.uint8), **arrays)
            self.folder.mkdir(exist_ok=True)
            write_whole(content.getvalue(), path)
        return found

    def _key(self, network: Path) -> bytes:
        check_there(network)
        digest = hashlib.sha256(network.read_bytes() + bytes([self.shift_px]))
        for images in self.images.values():
            digest.update(np.ascontiguousarray(images).data)
        return digest.digest()

    def _read(self, path: Path, key: bytes) -> dict[str, dict[str, np.ndarray]] | None:
        try:
            with np.load(path, allow_pickle=False) as saved:
                if saved["key"].tobytes() != key:
                    return None
                heads = [head for head in (LABELS, VOTES) if f"{next(iter(self.images))}-{head}" in saved]
                return {k: {head: saved[f"{k}-{head}"] for head in heads} for k in self.images}
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None  # Not there, or not whole: it is computed again.


def mean_probabilities(logits: list[np.ndarray]) -> np.ndarray:
    """What an ensemble of networks answers.

    Args:
        logits: (n, k) of each network, at least one.

    Returns:
        (n, k) float32, the mean of their probabilities.
    """
    if not logits:
        raise SettingsError("An ensemble needs at least one network.")
    return np.mean([softmax(one) for one in logits], axis=0).astype(np.float32)
