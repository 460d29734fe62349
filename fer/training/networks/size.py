"""How much a network computes."""

from math import prod
from typing import cast

import keras
from keras import layers


def multiply_accumulates(model: keras.Model) -> int:
    """Multiply-accumulate operations of one forward pass of one face: convolutions and dense layers."""
    return sum(layer_multiply_accumulates(layer) for layer in model.layers)


def layer_multiply_accumulates(layer: keras.Layer) -> int:
    """Multiply-accumulate operations of one layer for one face; 0 for layers that hold no products."""
    # Keras' property is a list only for a layer that is used more than once.
    shape = cast(keras.KerasTensor, layer.output).shape
    if isinstance(layer, layers.Dense):
        return prod(shape[1:-1]) * prod(layer.kernel.shape)
    places = prod(shape[1:3]) if len(shape) == 4 else 0
    if isinstance(layer, layers.SeparableConv2D):
        return places * (prod(layer.depthwise_kernel.shape) + prod(layer.pointwise_kernel.shape))
    if isinstance(layer, layers.Conv2D | layers.DepthwiseConv2D):
        return places * prod(layer.kernel.shape)
    return 0
