"""Grad-CAM: where a network's last maps speak for a class. Imports Keras and TensorFlow.

As a program (``python -m fer.explain.grad_cam FOLDER HEAD``) it reads a crop from stdin and writes
the maps of all classes to stdout, both in NumPy's .npy format: the memory that TensorFlow takes goes
back when it ends.

Reference: Selvaraju et al. 2017, Grad-CAM: Visual Explanations from Deep Networks.
"""

import io
import os
import sys
from pathlib import Path

import cv2
import keras
import numpy as np
import tensorflow as tf

from fer.emotion.heads import LABELS, seven_of
from fer.settings import ANSWERS
from fer.training.loading import load_shipped

SMALLEST_MAP = 6
"""Side of the coarsest map that still tells eyes from mouth; the very last one of ours has 3."""


def grad_cam(model: keras.Model, crop: np.ndarray, *, layer: str | None = None) -> np.ndarray:
    """The Grad-CAM of every class.

    The gradient of a class's logit, averaged over a map, says how much that map speaks for the
    class; the map sums what its channels hold, weighted so, and keeps what speaks for the class.

    Args:
        model: Network from (n, H, W, 1) in 0..255 to (n, k) logits.
        crop: (H, W) uint8 gray.
        layer: Name of the layer whose maps are looked at; by default the last one whose maps are
            at least `SMALLEST_MAP` wide.

    Returns:
        (k, H, W) float32 in 0..1, each with its maximum at 1, or all 0 where nothing speaks for
        the class.

    Raises:
        ValueError: The network has no such maps.
    """
    source = model.get_layer(layer) if layer else _last_maps(model)
    both = keras.Model(model.input, [source.output, model.outputs[0]])
    with tf.GradientTape(persistent=True) as tape:
        maps, logits = both(crop[None, ..., None].astype(np.float32), training=False)
        scores = [logits[0, k] for k in range(logits.shape[1])]
    weights = tf.stack([tf.reduce_mean(tape.gradient(score, maps)[0], (0, 1)) for score in scores])
    heat = np.maximum(np.einsum("hwc,kc->khw", maps[0].numpy(), weights.numpy()), 0)
    size = crop.shape[::-1]
    large = np.stack([cv2.resize(one, size, interpolation=cv2.INTER_CUBIC) for one in heat])
    large = np.maximum(large, 0)
    peak = large.max((1, 2), keepdims=True)
    return np.divide(large, peak, out=np.zeros_like(large), where=peak > 0).astype(np.float32)


def head_maps(model: keras.Model, crop: np.ndarray, answer: str) -> np.ndarray:
    """The Grad-CAM (7, H, W) of every expression for one head, in the order of `EMOTIONS`.

    Args:
        model: Network with the labels head, and the votes head if that is asked for.
        crop: (H, W) uint8 gray.
        answer: One of `fer.emotion.heads.ANSWERS`.
    """
    maps = grad_cam(keras.Model(model.input, model.outputs[ANSWERS.index(answer)]), crop)
    return maps if answer == LABELS else np.moveaxis(seven_of(np.moveaxis(maps, 0, -1)), -1, 0)


def _last_maps(model: keras.Model) -> keras.Layer:
    wide = [
        layer
        for layer in model.layers
        if len(layer.output.shape) == 4 and min(layer.output.shape[1:3]) >= SMALLEST_MAP
    ]
    if len(wide) < 2:
        raise ValueError(f"{model.name} has no maps of {SMALLEST_MAP} px or more.")
    return wide[-1]


def main() -> None:
    """Read a crop from stdin, write (k, H, W) maps to stdout."""
    out_file = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not get between the maps
    crop = np.load(io.BytesIO(sys.stdin.buffer.read()), allow_pickle=False)
    maps = head_maps(load_shipped(Path(sys.argv[1]), heads=True), crop, sys.argv[2])
    content = io.BytesIO()  # np.save wants a file that it can seek in
    np.save(content, maps)
    with out_file:
        out_file.write(content.getvalue())


if __name__ == "__main__":
    main()
