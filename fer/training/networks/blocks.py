"""What the networks are made of.

References:
    Ioffe & Szegedy 2015 (batch normalisation); Hu et al. 2018 (squeeze-and-excitation);
    He et al. 2016 (residual blocks).
"""

# Keras' types say that its operations and variables may be None.
# pyright: reportOptionalMemberAccess=false, reportOptionalOperand=false, reportOperatorIssue=false

import keras
from keras import layers


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


def normalize(x, norm: type, name: str, *, momentum: float = 0.95):
    """Batch normalisation; by default with the statistics of about the last 20 batches."""
    # No autocast: the fused kernel wants its weights in float32 also in a bfloat16 training.
    return norm(momentum=momentum, epsilon=1e-3, autocast=False, name=f"{name}_bn")(x)


def convolution(
    x, filters: int, norm: type, name: str, *, size: int = 3, stride: int = 1, active: bool = True
):
    """Convolution without bias, batch normalisation, ReLU.

    Args:
        x: (n, H, W, C).
        filters: Channels of the result.
        norm: Class of the batch normalisation.
        name: Of the convolution; the other layers add to it.
        size: Side of the kernel.
        stride: Step in both directions.
        active: With the ReLU.
    """
    x = layers.Conv2D(
        filters,
        size,
        strides=stride,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
        name=name,
    )(x)
    x = normalize(x, norm, name)
    return layers.ReLU(name=f"{name}_relu")(x) if active else x


def squeeze_excite(x, name: str, *, ratio: int = 8):
    """Weigh the channels by what the whole map holds.

    Reference: Hu et al. 2018, Squeeze-and-Excitation Networks.
    """
    filters = x.shape[-1]
    s = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_squeeze")(x)
    s = layers.Dense(max(8, filters // ratio), activation="relu", name=f"{name}_reduce")(s)
    s = layers.Dense(filters, activation="sigmoid", name=f"{name}_expand")(s)
    return layers.Multiply(name=f"{name}_scale")([x, s])


def basic_block(x, filters: int, norm: type, name: str, *, stride: int = 1):
    """Two 3x3 convolutions and a shortcut around them.

    Reference: He et al. 2016, Deep Residual Learning for Image Recognition.
    """
    shortcut = x
    if stride > 1 or x.shape[-1] != filters:
        shortcut = convolution(x, filters, norm, f"{name}_shortcut", size=1, stride=stride, active=False)
    x = convolution(x, filters, norm, f"{name}_conv1", stride=stride)
    x = convolution(x, filters, norm, f"{name}_conv2", active=False)
    return layers.ReLU(name=f"{name}_relu")(layers.Add(name=f"{name}_add")([x, shortcut]))
