"""The leak lesson: what an accuracy is worth when photos are copied first and split afterwards.

The first project mirrored, brightened and sharpened every photo and split the copies at random: its
test set held copies of its training photos, and its 89.6% measured memory. Here the same network
is trained both ways, with the same number of steps, and asked about faces that it has never seen.

Reference: Kaufman et al. 2012, Leakage in Data Mining.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import cv2
import keras
import numpy as np

from fer.constants import FACE_SIZE_PX
from fer.dataset.readers.fer2013 import FaceDataset
from fer.dataset.repeats import picture_ids, seen_before
from fer.errors import DatasetError, SettingsError
from fer.evaluation.figures.leak_lesson import LeakLesson, SplitOutcome, explanation
from fer.training import networks
from fer.training.trainer import best_precision, predict_logits

ARCH = "original"
BATCH, RATE = 64, 5e-4
TEST_SHARE = 0.2
LIGHTER, DARKER = 1.4, 0.6
COPIES = ("as it is", "mirrored", "lighter", "darker", "sharper", "softer")


@dataclass(frozen=True)
class Setup:
    """How the lesson is given.

    Args:
        rows: Photos taken from Training.
        epochs: Passes over the copies.
        seed: Source of every random number.
    """

    rows: int = 1000
    epochs: int = 45
    seed: int = 0

    def __post_init__(self) -> None:
        if self.rows < 10 or self.epochs < 1:
            raise SettingsError("The lesson needs at least 10 photos and one epoch.")


def copies(images: np.ndarray) -> np.ndarray:
    """Each photo and the first project's five variations of it.

    Args:
        images: (n, H, W) uint8.

    Returns:
        (n, 6, H, W) uint8 in the order of `COPIES`.
    """
    plain = images.astype(np.float32)
    blurred = np.stack([cv2.blur(image, (3, 3)) for image in plain]) if len(plain) else plain
    all_six = (plain, plain[..., ::-1], plain * LIGHTER, plain * DARKER, 2 * plain - blurred, blurred)
    return np.stack([np.clip(one, 0, 255).round() for one in all_six], axis=1).astype(np.uint8)


def without_repeats(dataset: FaceDataset) -> FaceDataset:
    """The rows whose picture does not stand in an earlier one: the first project removed them too."""
    _, first = np.unique(picture_ids(dataset.images), return_index=True)
    return dataset.where(first)


def split_copies(n: int, rng: np.random.Generator, *, photos_first: bool) -> tuple[np.ndarray, np.ndarray]:
    """Which copies are trained on and which are tested on.

    Args:
        n: Photos; their 6 n copies are numbered photo by photo.
        rng: Source of the random order.
        photos_first: Honest: a photo goes to one side with all its copies. Otherwise the copies
            are dealt out at random.

    Returns:
        Numbers of the training copies and of the test copies.
    """
    each = len(COPIES)
    if photos_first:
        order = (rng.permutation(n)[:, None] * each + np.arange(each)).ravel()
    else:
        order = rng.permutation(n * each)
    n_test = round(n * TEST_SHARE) * each
    return order[n_test:], order[:n_test]


def share_with_sibling(train: np.ndarray, test: np.ndarray) -> float:
    """Share of the test copies of whose photo another copy is trained on."""
    return float(np.isin(test // len(COPIES), train // len(COPIES)).mean())


def train_both_splits(
    train_rows: FaceDataset,
    public: FaceDataset,
    setup: Setup,
    report: Callable[[str, int, float], None] = lambda way, epoch, loss: None,
) -> LeakLesson:
    """Train both ways and score both.

    Args:
        train_rows: Rows of Training; `setup.rows` of them are drawn, without repeats.
        public: PublicTest rows; those whose picture was drawn from Training are not asked about.
        setup: How many, how long.
        report: Called after every epoch with the way, the epoch and the last loss.

    Raises:
        DatasetError: There are too few rows.
    """
    rng = np.random.default_rng(setup.seed)
    rows = without_repeats(train_rows)
    rows = rows.where(rng.permutation(len(rows))[: setup.rows])
    unseen = public.where(~seen_before(public.images, rows.images))
    if len(rows) < setup.rows or not len(unseen):
        raise DatasetError(f"The lesson needs {setup.rows:,} different photos and PublicTest faces besides.")
    images = copies(rows.images).reshape(-1, FACE_SIZE_PX, FACE_SIZE_PX)
    labels = np.repeat(rows.labels, len(COPIES))
    ways = {}
    for name, photos_first in (("leaky", False), ("honest", True)):
        train, test = split_copies(len(rows), np.random.default_rng(setup.seed), photos_first=photos_first)
        model = _train(images[train], labels[train], setup, partial(report, name))
        own = _accuracy(model, images[test], labels[test])
        told = _accuracy(model, unseen.images, unseen.labels)
        ways[name] = SplitOutcome(len(train), len(test), share_with_sibling(train, test), own, told)
    steps = setup.epochs * max(1, ways["honest"].images_trained_on // BATCH)
    lesson = LeakLesson(
        ARCH, len(rows), COPIES, setup.epochs, steps, setup.seed, len(unseen), ways["leaky"], ways["honest"]
    )
    return replace(lesson, explanation=explanation(lesson))


def _accuracy(model: keras.Model, images: np.ndarray, labels: np.ndarray) -> float:
    return float((predict_logits(model, images).argmax(1) == labels).mean())


def _train(images: np.ndarray, labels: np.ndarray, setup: Setup, report: Callable) -> keras.Model:
    keras.utils.set_random_seed(setup.seed)
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(best_precision())
    try:
        model = networks.build(ARCH)
    finally:
        keras.config.set_dtype_policy(before)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    # Keras takes the type of an option from its default.
    model.compile(keras.optimizers.Adam(RATE), loss=loss, jit_compile=False)  # pyright: ignore[reportArgumentType]
    rng = np.random.default_rng(setup.seed)
    size = min(BATCH, len(labels))
    for epoch in range(1, setup.epochs + 1):
        order = rng.permutation(len(labels))
        for start in range(0, len(order) - size + 1, size):
            batch = order[start : start + size]
            result = model.train_on_batch(images[batch, ..., None].astype(np.float32), labels[batch])
        report(epoch, float(result))
    return model
