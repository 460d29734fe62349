"""Train a network on FER2013: resumable, with averaged weights and a cosine schedule.

The random numbers of an epoch depend only on the seed and the epoch's number, so that a resumed
training sees the same batches as an uninterrupted one.
"""

import csv
import io
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import keras
import numpy as np

from fer.constants import EMOTIONS
from fer.dataset.augment import training_views
from fer.dataset.fer2013 import FaceDataset
from fer.errors import DatasetError, SettingsError
from fer.files import write_whole
from fer.training import networks

CHECKPOINT = "checkpoint.npz"
HISTORY = "history.csv"
PLAN = "plan.json"
HISTORY_COLUMNS = ("epoch", "learning_rate", "loss", "val_accuracy", "val_loss", "seconds")


@dataclass(frozen=True)
class Plan:
    """Everything that decides the outcome of a training.

    Args:
        arch: One of `networks.ARCHITECTURES`.
        epochs: Passes over the training rows; the rate falls to zero over all of them.
        batch_size: Images a step.
        peak_rate: Highest learning rate, reached after ``warmup``.
        warmup: Share of all steps over which the rate rises.
        weight_decay: Decoupled decay of convolution and dense kernels.
        ema: Decay a step of the averaged weights that are evaluated and shipped.
        label_smoothing: Share of the target spread over all classes.
        votes_weight: Weight of the head on FER+ votes; 0 leaves it out.
        seed: Source of every random number.
        precision: Keras dtype policy of the training; ``"auto"`` takes bfloat16 where the CPU has it.
    """

    arch: str = "se_vgg"
    epochs: int = 80
    batch_size: int = 128
    peak_rate: float = 0.1
    warmup: float = 0.05
    weight_decay: float = 5e-4
    ema: float = 0.998
    label_smoothing: float = 0.1
    votes_weight: float = 1.0
    seed: int = 0
    precision: str = "auto"


@dataclass(frozen=True)
class Epoch:
    """What one epoch gave; the fields of a row of history.csv."""

    epoch: int
    learning_rate: float
    loss: float
    val_accuracy: float
    val_loss: float
    seconds: float


@keras.saving.register_keras_serializable("fer")
class WarmupCosine(keras.optimizers.schedules.LearningRateSchedule):
    """Linear warm-up to the peak, then half a cosine down to zero.

    Reference: Loshchilov & Hutter 2017, SGDR.
    """

    def __init__(self, peak: float, total_steps: int, warmup: float) -> None:
        self.peak, self.total_steps, self.warmup = peak, total_steps, warmup

    def __call__(self, step):
        """Learning rate at a step."""
        step = keras.ops.cast(step, "float32")
        warm = max(1.0, self.warmup * self.total_steps)
        progress = keras.ops.clip((step - warm) / max(1.0, self.total_steps - warm), 0.0, 1.0)
        falling = 0.5 * self.peak * (1 + keras.ops.cos(np.pi * progress))
        return keras.ops.where(step < warm, self.peak * (step + 1) / warm, falling)

    def get_config(self) -> dict:
        """Constructor arguments."""
        return {"peak": self.peak, "total_steps": self.total_steps, "warmup": self.warmup}


class Trainer:
    """One training in one folder.

    Args:
        plan: The recipe.
        train: Training rows.
        validation: Rows on which every choice is made (PublicTest).
        folder: Where checkpoint, history and plan are kept.
        votes: (n, 8) FER+ vote shares of the training rows, if the plan has the head.

    Raises:
        DatasetError: One class only, or votes that do not fit the rows.
    """

    def __init__(
        self,
        plan: Plan,
        train: FaceDataset,
        validation: FaceDataset,
        folder: Path,
        *,
        votes: np.ndarray | None = None,
    ) -> None:
        if len(np.unique(train.labels)) < 2:
            raise DatasetError("The training rows hold one class only: there is nothing to tell apart.")
        if plan.votes_weight and (votes is None or len(votes) != len(train)):
            raise DatasetError("The plan has a FER+ head, but there are no votes for every training row.")
        self.plan, self.folder = plan, folder
        self.train, self.validation, self.votes = train, validation, votes
        self.steps = len(train) // plan.batch_size or 1
        self.history: list[Epoch] = []
        folder.mkdir(parents=True, exist_ok=True)
        self.model = self._build()
        self.average = [np.asarray(v).copy() for v in self.model.weights]

    def _build(self) -> keras.Model:
        plan = self.plan
        keras.utils.set_random_seed(plan.seed)
        before = keras.config.dtype_policy()
        keras.config.set_dtype_policy(_best_precision() if plan.precision == "auto" else plan.precision)
        try:
            model = networks.build(plan.arch, votes_head=plan.votes_weight > 0, fused=True)
        finally:
            keras.config.set_dtype_policy(before)
        optimizer = keras.optimizers.SGD(
            WarmupCosine(plan.peak_rate, plan.epochs * self.steps, plan.warmup),
            momentum=0.9,
            nesterov=True,
            weight_decay=plan.weight_decay,
        )
        optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
        losses = [
            keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=plan.label_smoothing)
        ]
        weights = [1.0]
        if plan.votes_weight:
            losses.append(keras.losses.CategoricalCrossentropy(from_logits=True))
            weights.append(plan.votes_weight)
        model.compile(optimizer, loss=losses, loss_weights=weights, jit_compile=False)
        optimizer.build(model.trainable_variables)
        return model

    def run(self, report: Callable[[Epoch], None] = lambda epoch: None) -> keras.Model:
        """Train to the end of the plan, going on from the checkpoint if the folder holds one.

        Args:
            report: Called after every epoch.

        Returns:
            The network with averaged weights, plain layers, no FER+ head, in float32.

        Raises:
            SettingsError: The folder's checkpoint belongs to another plan.
        """
        self._restore()
        write_whole(json.dumps(asdict(self.plan), indent=1).encode(), self.folder / PLAN)
        with ThreadPoolExecutor(1) as pool:
            start = len(self.history)
            upcoming = pool.submit(self._views, start)
            for epoch in range(start, self.plan.epochs):
                data = upcoming.result()
                upcoming = pool.submit(self._views, epoch + 1)
                began = time.monotonic()
                loss = self._train_epoch(data)
                accuracy, val_loss = self._validate()
                rate = float(self.model.optimizer.learning_rate)
                row = Epoch(epoch + 1, rate, loss, accuracy, val_loss, time.monotonic() - began)
                self.history.append(row)
                self._save()
                report(row)
        return self.averaged_model()

    def _views(self, epoch: int) -> tuple[np.ndarray, np.ndarray]:
        """The shuffled row order of an epoch and its augmented images."""
        rng = np.random.default_rng([self.plan.seed, epoch])
        order = rng.permutation(len(self.train))[: self.steps * self.plan.batch_size]
        return order, training_views(self.train.images[order], rng)[..., None]

    def _batches(self, data: tuple[np.ndarray, np.ndarray]) -> Iterator[tuple]:
        order, views = data
        targets = np.eye(len(EMOTIONS), dtype=np.float32)[self.train.labels[order]]
        for start in range(0, len(order), self.plan.batch_size):
            rows = slice(start, start + self.plan.batch_size)
            wanted = [targets[rows]]
            if self.plan.votes_weight:
                wanted.append(self.votes[order[rows]])
            yield views[rows], wanted if len(wanted) > 1 else wanted[0]

    def _train_epoch(self, data: tuple[np.ndarray, np.ndarray]) -> float:
        self.model.reset_metrics()
        for images, wanted in self._batches(data):
            result = self.model.train_on_batch(images, wanted)
            self._update_average()
        return float(result[0] if isinstance(result, list) else result)  # Keras' mean since the reset

    def _update_average(self) -> None:
        step = int(self.model.optimizer.iterations)
        decay = min(self.plan.ema, (1 + step) / (10 + step))
        for mean, variable in zip(self.average, self.model.weights, strict=True):
            mean += (1 - decay) * (np.asarray(variable) - mean)

    def _validate(self) -> tuple[float, float]:
        """Accuracy and cross entropy of the averaged weights on the validation rows."""
        logits = predict_logits(self.averaged_model(), self.validation.images)
        shifted = logits - logits.max(1, keepdims=True)
        log_probs = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
        labels = self.validation.labels
        nll = -log_probs[np.arange(len(labels)), labels].mean()
        return float((logits.argmax(1) == labels).mean()), float(nll)

    def averaged_model(self) -> keras.Model:
        """The network that is evaluated and shipped."""
        plain = networks.build(self.plan.arch)
        plain.set_weights(self.average[: len(plain.weights)])
        return plain

    def _save(self) -> None:
        variables = [np.asarray(v) for v in (*self.model.variables, *self.model.optimizer.variables)]
        arrays = {f"v{k}": v for k, v in enumerate(variables)} | {
            f"a{k}": v for k, v in enumerate(self.average)
        }
        arrays["history"] = np.array([list(asdict(e).values()) for e in self.history], np.float64)
        content = io.BytesIO()
        np.savez(content, **arrays)
        write_whole(content.getvalue(), self.folder / CHECKPOINT)
        with open(self.folder / HISTORY, "w", newline="", encoding="utf-8") as file:
            rows = csv.DictWriter(file, HISTORY_COLUMNS)
            rows.writeheader()
            rows.writerows(asdict(e) for e in self.history)

    def _restore(self) -> None:
        path = self.folder / CHECKPOINT
        if not path.exists():
            return
        if json.loads((self.folder / PLAN).read_text(encoding="utf-8")) != asdict(self.plan):
            raise SettingsError(f"{self.folder} was trained with another plan: resume with the same options.")
        with np.load(path) as saved:
            for k, variable in enumerate((*self.model.variables, *self.model.optimizer.variables)):
                variable.assign(saved[f"v{k}"])
            self.average = [saved[f"a{k}"] for k in range(len(self.average))]
            self.history = [Epoch(int(row[0]), *map(float, row[1:])) for row in saved["history"]]


def _best_precision() -> str:
    """Mixed bfloat16 where the CPU multiplies it in hardware (elsewhere it is slower), else float32."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return "float32"
    return "mixed_bfloat16" if "amx_bf16" in flags or "avx512_bf16" in flags else "float32"


def predict_logits(model: keras.Model, images: np.ndarray, *, flip: bool = False) -> np.ndarray:
    """Logits of many images.

    Args:
        model: A network with one output.
        images: (n, 48, 48) uint8 or float32 in 0..255.
        flip: Average with the mirrored images' logits.

    Returns:
        (n, 7) float32.
    """
    faces = np.asarray(images, np.float32)[..., None]
    batches = np.array_split(faces, max(1, len(faces) // 512))
    logits = np.concatenate([np.asarray(model(batch, training=False)) for batch in batches])
    if flip:
        logits = (logits + predict_logits(model, images[:, :, ::-1])) / 2
    return logits
