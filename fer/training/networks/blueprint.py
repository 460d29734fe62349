"""The steps of a Keras network, for a drawing."""

from dataclasses import replace
from typing import cast

import keras
from keras import layers

from fer.charts.architecture import Blueprint, Step
from fer.training.networks.size import multiply_accumulates

_POOLS = {layers.MaxPooling2D: "max-pooling", layers.AveragePooling2D: "average pooling"}


def blueprint(model: keras.Model) -> Blueprint:
    """Read a network layer by layer.

    Weights of a normalisation belong to the convolution before it, those of a squeeze-and-excitation
    to its product; activations, dropout and scaling are no steps of their own.

    Args:
        model: Network with one input of (n, H, W, C) and one output.
    """
    _, height, _, channels = cast(keras.KerasTensor, model.input).shape
    steps, inside = [Step("input", "face, gray", height, channels)], 0
    # Where each tensor comes from: the weights of branches find their step in any order.
    made_by = {id(model.input): 0}
    for layer in model.layers:
        step, weights = _step(layer), layer.count_params()
        if step is not None:
            steps.append(replace(step, parameters=weights + inside))
            made_by[id(layer.output)], inside = len(steps) - 1, 0
            continue
        source = made_by.get(id(layer.input), len(steps) - 1)
        made_by.setdefault(id(layer.output), source)
        if isinstance(layer, layers.Dense):
            inside += weights
        elif weights:
            steps[source] = replace(steps[source], parameters=steps[source].parameters + weights)
    return Blueprint(model.name, tuple(steps), model.count_params(), multiply_accumulates(model))


def _step(layer: keras.Layer) -> Step | None:
    """The step that a layer makes, or None."""
    shape = layer.output[0].shape if isinstance(layer.output, list) else layer.output.shape
    side, channels = (shape[1], shape[3]) if len(shape) == 4 else (1, shape[-1])
    if isinstance(layer, layers.SeparableConv2D | layers.Conv2D):
        word = "separable" if isinstance(layer, layers.SeparableConv2D) else "convolution"
        size = layer.kernel_size[0]
        label = f"{word} {size} × {size}, {channels}"
        return Step("convolution", label, side, channels)
    if isinstance(layer, layers.Dense):
        # On maps it is a part of a squeeze-and-excitation.
        return Step("output", f"dense, {channels}", side, channels) if len(shape) == 2 else None
    if isinstance(layer, layers.Multiply):
        return Step("attention", "squeeze-excitation", side, channels)
    if isinstance(layer, layers.Add):
        return Step("join", "plus shortcut", side, channels)
    if isinstance(layer, layers.GlobalAveragePooling2D) and len(shape) == 2:
        return Step("join", f"mean over the map, {channels}", side, channels)
    for kind, word in _POOLS.items():
        if isinstance(layer, kind):
            size = layer.pool_size[0]
            label = f"{word} {size} × {size}" if size > 1 else "every second place"
            return Step("pooling", label, side, channels)
    if isinstance(layer, layers.Resizing):
        return Step("input", f"enlarged to {side} px", side, channels)
    return None
