"""Network architectures: gray faces (n, 48, 48, 1) in 0..255 to logits. Channels last, any Keras backend.

``se_vgg`` is ours, ``resnet`` an alternative of its size, ``wide`` and ``teacher`` are large ones to distil
from;
``original`` and ``mini_xception`` are baselines, built as their authors published them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import keras
from keras import layers

from fer.constants import EMOTIONS, FACE_SIZE_PX
from fer.dataset.readers.fer2013 import VOTE_COLUMNS
from fer.training.networks import ours, references
from fer.training.networks.blocks import FusedBatchNormalization
from fer.training.networks.size import multiply_accumulates
from fer.training.plan import ARCHITECTURES

__all__ = ["ARCHITECTURES", "FusedBatchNormalization", "build", "multiply_accumulates"]


@dataclass(frozen=True)
class _Architecture:
    """How a network is put together.

    Args:
        body: From scaled faces to features, given the batch normalisation to use and the dropout.
        head: From the features to logits, given their number and the name of the output.
        scale: Factor on 0..255.
        offset: Added afterwards.
    """

    body: Callable
    head: Callable = ours.dense_head
    scale: float = 1 / 127.5
    offset: float = -1.0


_ARCHITECTURES = {
    "se_vgg": _Architecture(ours.se_vgg),
    "resnet": _Architecture(ours.resnet),
    "wide": _Architecture(ours.wide),
    "teacher": _Architecture(ours.teacher),
    "original": _Architecture(references.original, scale=1 / 255, offset=0.0),
    "mini_xception": _Architecture(references.mini_xception, references.convolution_head),
}


def build(
    arch: str, *, votes_head: bool = False, fused: bool = False, dropout: float = ours.DROPOUT
) -> keras.Model:
    """Build a network.

    Args:
        arch: One of `ARCHITECTURES`.
        votes_head: Add the train-only head on the FER+ vote distribution (8 logits). Its weights
            come last, so that those before it are the plain network's.
        fused: Use the batch normalisation that is fast in training.
        dropout: Share of the features that is dropped before the heads while training; the two
            baselines keep their own.

    Returns:
        A model from (n, 48, 48, 1) in 0..255 to logits (n, 7), or to [(n, 7), (n, 8)].

    Raises:
        ValueError: Unknown architecture.

    Example:
        >>> build("se_vgg").count_params()
        1122683
    """
    if arch not in _ARCHITECTURES:
        raise ValueError(f"Unknown architecture {arch!r}: choose one of {', '.join(ARCHITECTURES)}.")
    parts = _ARCHITECTURES[arch]
    face = keras.Input((FACE_SIZE_PX, FACE_SIZE_PX, 1), name="face")
    x = layers.Rescaling(parts.scale, offset=parts.offset, name="scale")(face)
    x = parts.body(x, FusedBatchNormalization if fused else layers.BatchNormalization, dropout)
    outputs = [parts.head(x, len(EMOTIONS), "emotion")]
    if votes_head:
        outputs.append(parts.head(x, len(VOTE_COLUMNS), "votes"))
    return keras.Model(face, outputs if votes_head else outputs[0], name=arch)
