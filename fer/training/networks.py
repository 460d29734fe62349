"""Network architectures. Input (n, 48, 48, 1) gray 0..255; outputs are logits.

References:
    Simonyan & Zisserman 2015 (VGG); Hu et al. 2018 (squeeze-and-excitation).
"""

import keras
from keras import layers

from fer.constants import EMOTIONS, FACE_SIZE_PX
from fer.dataset.fer2013 import VOTE_COLUMNS

ARCHITECTURES = ("se_vgg", "original")


@keras.saving.register_keras_serializable("fer")
class FusedBatchNormalization(layers.BatchNormalization):
    """Batch normalisation that stays in bfloat16 and is fused on the TensorFlow backend.

    Keras' own layer casts to float32 and is not fused: a training step takes half as long again.
    The weights are the same as the plain layer's, which takes its place for export.
    """

    def call(self, inputs, training=None, mask=None):
        """(n, H, W, C) -> the same shape; batch statistics while training."""
        if not training or keras.backend.backend() != "tensorflow":
            return super().call(inputs, training=training, mask=mask)
        import tensorflow as tf

        y, mean, variance = tf.compat.v1.nn.fused_batch_norm(
            inputs, self.gamma, self.beta, epsilon=self.epsilon, is_training=True
        )
        for moving, value in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving * self.momentum + keras.ops.cast(value, moving.dtype) * (1 - self.momentum))
        return y


def _convolution(x, filters: int, norm: type, weight_name: str):
    x = layers.Conv2D(
        filters, 3, padding="same", use_bias=False, kernel_initializer="he_normal", name=weight_name
    )(x)
    x = norm(momentum=0.95, epsilon=1e-3, autocast=False, name=f"{weight_name}_bn")(x)
    return layers.ReLU(name=f"{weight_name}_relu")(x)


def _squeeze_excite(x, name: str, ratio: int = 8):
    filters = x.shape[-1]
    s = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_squeeze")(x)
    s = layers.Dense(max(8, filters // ratio), activation="relu", name=f"{name}_reduce")(s)
    s = layers.Dense(filters, activation="sigmoid", name=f"{name}_expand")(s)
    return layers.Multiply(name=f"{name}_scale")([x, s])


def _se_vgg(x, norm: type):
    for block, widths in enumerate(((16, 32), (48, 48), (96, 96), (192, 192)), 1):
        for k, filters in enumerate(widths, 1):
            x = _convolution(x, filters, norm, f"block{block}_conv{k}")
        x = _squeeze_excite(x, f"block{block}_se")
        x = layers.MaxPooling2D(name=f"block{block}_pool")(x)
    x = _convolution(x, 256, norm, "block5_conv1")
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    return layers.Dropout(0.4, name="dropout")(x)


def _original(x, norm: type):
    del norm
    for block, widths in enumerate(((32, 32), (64, 64), (128,) * 3, (256,) * 3, (256,) * 3), 1):
        for k, filters in enumerate(widths, 1):
            x = layers.Conv2D(filters, 3, padding="same", activation="relu", name=f"block{block}_conv{k}")(x)
        x = layers.MaxPooling2D(padding="same", name=f"block{block}_pool")(x)
        x = layers.Dropout(0.25, name=f"block{block}_dropout")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(1024, activation="relu", name="hidden")(x)
    return layers.Dropout(0.5, name="dropout")(x)


def build(arch: str, *, votes_head: bool = False, fused: bool = False) -> keras.Model:
    """Build a network.

    Args:
        arch: One of `ARCHITECTURES`. ``se_vgg``: 70 MMACs, 1.1 M parameters. ``original``: the
            first project's network, 4.7 M parameters.
        votes_head: Add the train-only head on the FER+ vote distribution (8 logits).
        fused: Use the batch normalisation that is fast in training.

    Returns:
        A model from (n, 48, 48, 1) in 0..255 to logits (n, 7), or to [(n, 7), (n, 8)].

    Raises:
        ValueError: Unknown architecture.
    """
    bodies = {"se_vgg": _se_vgg, "original": _original}
    if arch not in bodies:
        raise ValueError(f"Unknown architecture {arch!r}: choose one of {', '.join(ARCHITECTURES)}.")
    face = keras.Input((FACE_SIZE_PX, FACE_SIZE_PX, 1), name="face")
    x = layers.Rescaling(1 / 127.5, offset=-1.0, name="scale")(face)
    x = bodies[arch](x, FusedBatchNormalization if fused else layers.BatchNormalization)
    outputs = [layers.Dense(len(EMOTIONS), dtype="float32", name="emotion")(x)]
    if votes_head:
        outputs.append(layers.Dense(len(VOTE_COLUMNS), dtype="float32", name="votes")(x))
    return keras.Model(face, outputs if votes_head else outputs[0], name=arch)


def multiply_accumulates(model: keras.Model) -> int:
    """Multiply-accumulate operations of one forward pass (convolutions and dense layers)."""
    total = 0
    for layer in model.layers:
        if isinstance(layer, layers.Conv2D):
            height, width = layer.output.shape[1:3]
            total += (
                height
                * width
                * int(layer.kernel.shape[0] * layer.kernel.shape[1] * layer.kernel.shape[2])
                * layer.filters
            )
        elif isinstance(layer, layers.Dense):
            total += int(layer.kernel.shape[0] * layer.kernel.shape[1])
    return total
