"""The networks of this project: the small one that is shipped, its residual sibling, the teacher.

References:
    Simonyan & Zisserman 2015 (VGG); He et al. 2016 (ResNet-18).
"""

from keras import layers

from fer.training.networks.blocks import basic_block, convolution, squeeze_excite

DROPOUT = 0.4


def se_vgg(x, norm: type, dropout: float, *, width: int = 1):
    """Pairs of 3x3 convolutions with squeeze-and-excitation: 70 MMACs, 1.1 M parameters at width 1."""
    for block, (first, second) in enumerate(((16, 32), (48, 48), (96, 96), (192, 192)), 1):
        widths = first * width, second * width
        for k, filters in enumerate(widths, 1):
            x = convolution(x, filters, norm, f"block{block}_conv{k}")
        x = squeeze_excite(x, f"block{block}_se")
        x = layers.MaxPooling2D(name=f"block{block}_pool")(x)
    x = convolution(x, 256 * width, norm, "block5_conv1")
    return _pooled(x, dropout)


def wide(x, norm: type, dropout: float):
    """`se_vgg` with twice its channels: 282 MMACs, 4.5 M parameters. To distil from."""
    return se_vgg(x, norm, dropout, width=2)


def resnet(x, norm: type, dropout: float):
    """Basic blocks at 24, 12, 6 and 3 px: 60 MMACs, 1.6 M parameters."""
    x = convolution(x, 16, norm, "stem_conv1")
    x = convolution(x, 32, norm, "stem_conv2", stride=2)
    return _pooled(_stages(x, norm, ((32, 1, 1), (64, 2, 2), (128, 2, 2), (256, 1, 2))), dropout)


def teacher(x, norm: type, dropout: float):
    """ResNet-18's blocks, narrower and at the full 48 px: 700 MMACs, 6.3 M parameters. Not for live use."""
    x = convolution(x, 48, norm, "stem_conv1")
    return _pooled(_stages(x, norm, ((48, 2, 1), (96, 2, 2), (192, 2, 2), (384, 2, 2))), dropout)


def dense_head(x, size: int, name: str):
    """Logits (n, size) of features (n, k), in float32 whatever the policy."""
    return layers.Dense(size, dtype="float32", name=name)(x)


def _stages(x, norm: type, stages: tuple[tuple[int, int, int], ...]):
    """Basic blocks; a stage is (filters, blocks, stride of its first block)."""
    for stage, (filters, blocks, stride) in enumerate(stages, 1):
        for k in range(1, blocks + 1):
            x = basic_block(x, filters, norm, f"stage{stage}_block{k}", stride=stride if k == 1 else 1)
    return x


def _pooled(x, dropout: float):
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    return layers.Dropout(dropout, name="dropout")(x)
