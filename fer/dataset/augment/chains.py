"""The vocabulary of augmentations: what each is called, how far it may go, and the chains for training.

Example:
    >>> rng = np.random.default_rng(0)
    >>> faces = np.full((2, 48, 48), 128, np.float32)
    >>> AUGMENTATIONS["rotate"](faces, rng, degrees=10.0).shape
    (2, 48, 48)
    >>> augment(faces, rng, {"flip": {}, "brightness": {"amount": 0.1}}).shape
    (2, 48, 48)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from fer.dataset.augment import transforms
from fer.errors import SettingsError

Value = float | tuple[float, float]
"""Of one parameter: a number, or the smallest and largest of a range."""

Steps = Mapping[str, Mapping[str, Value]]
"""Names in `AUGMENTATIONS` -> values of their parameters; what is left out keeps its default."""


@dataclass(frozen=True)
class Parameter:
    """One number, or one range, that an augmentation can be told.

    Args:
        name: Keyword of the function.
        label: Words for a slider.
        low: Smallest value that makes sense.
        high: Largest one.
        default: Value in training; a pair where the parameter is a range.
        step: Of a slider.
        unit: What it is counted in; "" for a share.
    """

    name: str
    label: str
    low: float
    high: float
    default: Value
    step: float
    unit: str = ""

    def check(self, value: Value) -> Value:
        """The value, a range as a pair.

        Raises:
            SettingsError: It is no number or pair as the default is, or lies outside the range.
        """
        is_range = isinstance(self.default, tuple)
        # Of any type still: a plan file or a caller may give whatever it likes.
        numbers: tuple[Any, ...] = tuple(value) if is_range and isinstance(value, list | tuple) else (value,)
        in_range = all(isinstance(x, int | float) and self.low <= x <= self.high for x in numbers)
        if len(numbers) != (2 if is_range else 1) or not in_range or numbers[0] > numbers[-1]:
            wanted = "two rising numbers" if is_range else "a number"
            raise SettingsError(f"{self.label} is {value!r}: give {wanted} from {self.low} to {self.high}.")
        return numbers if is_range else numbers[0]


@dataclass(frozen=True)
class Augmentation:
    """An augmentation by its name; called with a batch and a generator it gives the changed batch.

    Args:
        name: Its key in `AUGMENTATIONS`.
        label: Words for a heading.
        summary: One sentence: what happens to a face.
        function: ``(images, rng, **values)`` -> images.
        parameters: What it can be told.
    """

    name: str
    label: str
    summary: str
    function: Callable[..., np.ndarray]
    parameters: tuple[Parameter, ...]

    def values(self, given: Mapping[str, Value]) -> dict[str, Value]:
        """All parameters: the given ones checked, the others at their default.

        Raises:
            SettingsError: Unknown parameter, or one out of its range.
        """
        known = {p.name: p for p in self.parameters}
        unknown = set(given) - set(known)
        if unknown:
            names = ", ".join(known)
            raise SettingsError(f"{self.label} has no parameter {sorted(unknown)[0]!r}: choose from {names}.")
        return {name: p.check(given.get(name, p.default)) for name, p in known.items()}

    def __call__(self, images: np.ndarray, rng: np.random.Generator, **given: Value) -> np.ndarray:
        """(n, H, W) in 0..255 -> the same shape in float32."""
        return self.function(np.asarray(images, np.float32), rng, **self.values(given))


def _mixed(images: np.ndarray, rng: np.random.Generator, *, alpha: float) -> np.ndarray:
    return transforms.mixup(images, (), rng, alpha=alpha)[0]


_AMOUNT = ("amount", "Amount")


def _share(default: float) -> Parameter:
    """How many of the images are changed."""
    return Parameter("probability", "Share of the images", 0.0, 1.0, default, 0.01)


_PROBABILITY = Parameter("probability", "Share of the images", 0.0, 1.0, 0.5, 0.05)

_ALL = (
    Augmentation("flip", "Flip", "Mirrored left to right.", transforms.flip, (_PROBABILITY,)),
    Augmentation(
        "shift",
        "Shift",
        "Moved along both axes by up to this share of the side.",
        transforms.shift,
        (Parameter(*_AMOUNT, 0.0, 0.5, 0.15, 0.01),),
    ),
    Augmentation(
        "scale",
        "Scale",
        "Enlarged or shrunk around the centre.",
        transforms.scale,
        (Parameter("factor", "Factor", 0.5, 2.0, (0.8, 1.2), 0.05, "times"),),
    ),
    Augmentation(
        "rotate",
        "Rotation",
        "Turned around the centre by up to this angle, either way.",
        transforms.rotate,
        (Parameter("degrees", "Largest angle", 0.0, 45.0, 12.0, 1.0, "degrees"),),
    ),
    Augmentation(
        "brightness",
        "Brightness",
        "Lighter or darker by up to this share of the gray range.",
        transforms.brightness,
        (Parameter(*_AMOUNT, 0.0, 1.0, 0.2, 0.05),),
    ),
    Augmentation(
        "contrast",
        "Contrast",
        "Gray levels stretched or squeezed around the mean by up to this share.",
        transforms.contrast,
        (Parameter(*_AMOUNT, 0.0, 1.0, 0.3, 0.05),),
    ),
    Augmentation(
        "gamma",
        "Gamma",
        "The gray scale bent: shadows opened or closed.",
        transforms.gamma,
        (Parameter("exponent", "Exponent", 0.3, 3.0, (0.7, 1.4), 0.05),),
    ),
    Augmentation(
        "sharpness",
        "Sharpness",
        "Blended with, or away from, a blurred copy.",
        transforms.sharpness,
        (Parameter(*_AMOUNT, 0.0, 2.0, 0.7, 0.1),),
    ),
    Augmentation(
        "resample",
        "Small in the picture",
        "Shrunk and enlarged again.",
        transforms.resample,
        (
            _share(0.18),
            Parameter("factor", "Factor", 0.1, 1.0, (0.3, 0.9), 0.05, "times"),
        ),
    ),
    Augmentation(
        "blur",
        "Blur",
        "Out of focus.",
        transforms.blur,
        (_share(0.16), Parameter("sigma", "Sigma", 0.1, 5.0, (0.3, 1.8), 0.1, "px")),
    ),
    Augmentation(
        "noise",
        "Noise",
        "Grain, as a camera gives in the dark.",
        transforms.noise,
        (
            _share(0.25),
            Parameter("deviation", "Standard deviation", 0.0, 60.0, (1.0, 20.0), 1.0, "gray levels"),
        ),
    ),
    Augmentation(
        "jpeg",
        "JPEG",
        "Packed and unpacked as a JPEG file.",
        transforms.jpeg,
        (_share(0.25), Parameter("quality", "Quality", 1.0, 100.0, (12.0, 80.0), 1.0)),
    ),
    Augmentation(
        "erase",
        "Erasing",
        "A random rectangle filled with one gray level.",
        transforms.erase,
        (_PROBABILITY, Parameter("area", "Share of the area", 0.01, 0.6, (0.02, 0.2), 0.01)),
    ),
    Augmentation(
        "mixup",
        "Mixup",
        "Blended with another face of the batch; in training the labels are blended in the same shares.",
        _mixed,
        (Parameter("alpha", "Alpha", 0.0, 2.0, 0.2, 0.05),),
    ),
)

AUGMENTATIONS = {a.name: a for a in _ALL}
"""Every augmentation, in the order in which a chain applies them."""

CHAINS: dict[str, Steps] = {
    "strong": {
        name: {}
        for name in ("flip", "shift", "scale", "rotate", "brightness", "contrast", "sharpness", "erase")
    },
    "light": {
        "flip": {},
        "shift": {"amount": 0.1},
        "scale": {"factor": (0.85, 1.15)},
        "rotate": {"degrees": 10.0},
        "brightness": {},
        "contrast": {},
        "sharpness": {},
        "erase": {"area": (0.02, 0.12)},
    },
    "camera": {
        "flip": {},
        "shift": {"amount": 0.08},
        "scale": {"factor": (0.82, 1.18)},
        "rotate": {"degrees": 15.0},
        "brightness": {},
        "contrast": {},
        "gamma": {},
        "resample": {},
        "blur": {},
        "noise": {},
        "jpeg": {},
        "erase": {"probability": 0.35},
    },
    "rough": {
        "flip": {},
        "shift": {"amount": 0.08},
        "scale": {"factor": (0.68, 1.2)},
        "rotate": {"degrees": 15.0},
        "brightness": {},
        "contrast": {},
        "gamma": {},
        "resample": {"probability": 0.2},
        "blur": {"probability": 0.2, "sigma": (0.3, 2.0)},
        "noise": {"probability": 0.3, "deviation": (1.0, 25.0)},
        "jpeg": {"probability": 0.25, "quality": (10.0, 80.0)},
        "erase": {"probability": 0.35},
    },
    "mixed": {
        "flip": {},
        "shift": {"amount": 0.1},
        "scale": {"factor": (0.75, 1.15)},
        "rotate": {"degrees": 12.0},
        "brightness": {},
        "contrast": {},
        "sharpness": {},
        "resample": {"probability": 0.15},
        "blur": {"probability": 0.15, "sigma": (0.3, 2.0)},
        "noise": {"probability": 0.25, "deviation": (1.0, 25.0)},
        "jpeg": {"probability": 0.2, "quality": (10.0, 80.0)},
        "erase": {"probability": 0.35, "area": (0.02, 0.12)},
    },
    "none": {},
}
"""The chains that a training can name: "strong" from scratch, "light" once the network knows the faces,
"camera" for faces as cameras give them: small, blurred, noisy, packed; "rough" for more of that;
"mixed" for "light" with some of it."""

_NEUTRAL_GEOMETRY: dict[str, Any] = {"shift": 0.0, "scale": (1.0, 1.0), "rotate_degrees": 0.0, "flip": 0.0}
_GEOMETRY_KEYWORDS = {"flip": "flip", "shift": "shift", "scale": "scale", "rotate": "rotate_degrees"}
_TONES = ("brightness", "contrast")


def augment(images: np.ndarray, rng: np.random.Generator, steps: Steps) -> np.ndarray:
    """Apply several augmentations, in the order of `AUGMENTATIONS`.

    Flip, shift, scale and rotation are one interpolation together, brightness and contrast one cut-off:
    one after the other they would blur and clip more than once.

    Args:
        images: (n, H, W) uint8 or float32 in 0..255.
        rng: Source of every random number.
        steps: What to apply, and how far.

    Returns:
        (n, H, W) float32 in 0..255.

    Raises:
        SettingsError: Unknown augmentation or parameter, or a value out of its range.
    """
    unknown = set(steps) - set(AUGMENTATIONS)
    if unknown:
        names = ", ".join(AUGMENTATIONS)
        raise SettingsError(f"Unknown augmentation {sorted(unknown)[0]!r}: choose from {names}.")
    values = {name: a.values(steps[name]) for name, a in AUGMENTATIONS.items() if name in steps}
    views = np.asarray(images, np.float32)
    named = {name: k for name, k in _GEOMETRY_KEYWORDS.items() if name in values}
    geometry: dict[str, Any] = {k: _only(values.pop(name)) for name, k in named.items()}
    if geometry:
        views = transforms.geometric(views, rng, **(_NEUTRAL_GEOMETRY | geometry))
    tones: dict[str, Any] = {name: _only(values.pop(name)) for name in _TONES if name in values}
    if tones:
        views = transforms.brightness_contrast(views, rng, **(dict.fromkeys(_TONES, 0.0) | tones))
    for name, given in values.items():
        views = AUGMENTATIONS[name].function(views, rng, **given)
    return views


def _only(values: Mapping[str, Value]) -> Value:
    (value,) = values.values()
    return value


def training_views(images: np.ndarray, rng: np.random.Generator, chain: str = "strong") -> np.ndarray:
    """One of the chains that networks are trained with.

    Args:
        images: (n, 48, 48) uint8 or float32 in 0..255.
        rng: Seeded generator.
        chain: A name in `CHAINS`.

    Returns:
        (n, 48, 48) float32 in 0..255.
    """
    return augment(images, rng, CHAINS[chain])
