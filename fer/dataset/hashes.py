"""Hashes that say exactly which rows, and which file, a figure was made from."""

import hashlib
from pathlib import Path

import numpy as np

from fer.dataset.faces import FaceDataset
from fer.sources.opening import hash_source


def content_sha256(dataset: FaceDataset) -> str:
    """Hash of labels and pixels in their order; the same for the same rows in whatever form they came.

    Args:
        dataset: (n, 48, 48) uint8 images and (n,) labels.

    Returns:
        Hexadecimal SHA-256 of n records of one byte (the label) and 2304 bytes (the pixels).
    """
    digest = hashlib.sha256()
    for label, image in zip(dataset.labels.astype(np.uint8), dataset.images, strict=True):
        digest.update(label.tobytes())
        digest.update(np.ascontiguousarray(image).data)
    return digest.hexdigest()


def source_sha256(path: bytes | Path) -> str:
    """Hash of a file, or of a folder's files: their relative names and contents in sorted order.

    Args:
        path: A file or folder that can be read, or a file's content.

    Raises:
        InputError: It cannot be read.
    """
    if isinstance(path, bytes) or not path.is_dir():
        return hash_source(path)
    digest = hashlib.sha256()
    for file in sorted(p for p in path.rglob("*") if p.is_file()):
        digest.update(file.relative_to(path).as_posix().encode("utf-8", "surrogateescape") + b"\0")
        if file.stat().st_size:
            digest.update(bytes.fromhex(hash_source(file)))
    return digest.hexdigest()
