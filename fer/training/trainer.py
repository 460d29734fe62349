"""Train one stage of a recipe on FER2013: resumable to the step, with averaged weights."""

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import keras
import numpy as np

from fer.dataset.readers.fer2013 import FaceDataset
from fer.emotion.heads import LABELS, VOTES
from fer.errors import CancelledError, DatasetError, SettingsError
from fer.evaluation.figures.history import Epoch
from fer.training import networks
from fer.training.averaging import WeightAverage
from fer.training.batches import Batch, Batches
from fer.training.checkpoint import CHECKPOINT, Checkpoint, read_checkpoint
from fer.training.plan import Plan
from fer.training.progress import TrainingCallback, TrainingProgress
from fer.training.rows import check_classes
from fer.training.schedule import WarmupCosine

SAVE_EVERY_S = 120.0
"""A checkpoint is 13 MB and takes a fraction of a second: one in two minutes costs nothing."""


_OPS: Any = keras.ops
"""Their types promise None where no backend is meant."""


class Trainer:
    """One stage in one folder.

    Args:
        plan: The stage.
        train: Training rows.
        validation: Rows on which every choice is made (PublicTest).
        folder: Where the checkpoint is kept.
        votes: (n, 8) FER+ vote shares of the training rows, if the plan has the head.
        teacher: The teachers' probabilities by head, if the plan has any; see `Batches`.
        start: Weights of a plain network of the same kind to start from; None: random ones.
        save_every_s: Seconds between two checkpoints within an epoch.

    Raises:
        DatasetError: One class only, or votes or teacher that do not fit the rows.
        SettingsError: The start is of another network.
    """

    def __init__(
        self,
        plan: Plan,
        train: FaceDataset,
        validation: FaceDataset,
        folder: Path,
        *,
        votes: np.ndarray | None = None,
        teacher: Mapping[str, np.ndarray] | None = None,
        start: Sequence[np.ndarray] | None = None,
        save_every_s: float = SAVE_EVERY_S,
    ) -> None:
        check_classes(train)
        if plan.votes_weight and (votes is None or len(votes) != len(train)):
            raise DatasetError("The plan has a FER+ head, but there are no votes for every training row.")
        if any(len((teacher or {}).get(head, ())) != len(train) for head in _taught_heads(plan)):
            raise DatasetError("The plan has teachers, but not their answers for every training row.")
        self.plan, self.folder, self.validation = plan, folder, validation
        self.batches = Batches(plan, train, votes=votes, teacher=teacher)
        self.save_every_s = save_every_s
        self.data = fingerprint(train, votes if plan.votes_weight else None)
        self.history: list[Epoch] = []
        self.step, self.loss_sum, self.seconds = 0, 0.0, 0.0
        folder.mkdir(parents=True, exist_ok=True)
        self.model = _compiled(plan, self.batches.steps)
        if start is not None:
            _set_start(self.model, start)
        self.average = WeightAverage(self.model.weights, plan.ema)

    def run(self, callback: TrainingCallback | None = None) -> keras.Model:
        """Train to the end of the plan, going on from the checkpoint if the folder holds one.

        Args:
            callback: Is told of every step and epoch, and may stop the training.

        Returns:
            The network with averaged weights, plain layers and its heads, in float32.

        Raises:
            SettingsError: The folder's checkpoint belongs to another plan or other data.
            CancelledError: The watcher wanted to stop; everything is saved.
            OutputError: The checkpoint cannot be written; the one before stays.
        """
        callback = callback or TrainingCallback()
        self._restore()
        saved = began = time.monotonic()
        with closing(self.batches.stream(len(self.history), self.step)) as stream:
            for batch in stream:
                self._learn(batch)
                self.seconds, began = self.seconds + time.monotonic() - began, time.monotonic()
                callback.stepped(self.progress())
                if self.step == self.batches.steps:
                    callback.finished_epoch(self._finish_epoch())
                    saved = began = time.monotonic()
                elif began - saved >= self.save_every_s:
                    self.save()
                    saved = time.monotonic()
                if callback.wants_stop():
                    self.save()
                    raise CancelledError(f"Stopped {self._place()}; everything is saved.")
        return self.averaged_model()

    def progress(self) -> TrainingProgress:
        """Where the training stands."""
        return TrainingProgress(
            stage=self.plan.name,
            epoch=len(self.history) + 1,
            step=self.step,
            steps=self.batches.steps,
            epochs=self.plan.epochs,
            loss=self.loss_sum / max(1, self.step),
        )

    def _learn(self, batch: Batch) -> None:
        targets = batch.targets if len(batch.targets) > 1 else batch.targets[0]
        result = self.model.train_on_batch(batch.images, targets)
        # Keras resets its metrics on every call: the mean of an epoch is kept here.
        self.loss_sum += float(result[0] if isinstance(result, list) else result)
        self.step += 1
        self.average.update(self.model.weights, len(self.history) * self.batches.steps + self.step)

    def _finish_epoch(self) -> Epoch:
        began = time.monotonic()
        accuracy, val_loss = self._validate()
        epoch = Epoch(
            stage=self.plan.name,
            epoch=len(self.history) + 1,
            learning_rate=float(self.model.optimizer.learning_rate),
            loss=self.loss_sum / self.step,
            val_accuracy=accuracy,
            val_loss=val_loss,
            seconds=self.seconds + time.monotonic() - began,
        )
        self.history.append(epoch)
        self.step, self.loss_sum, self.seconds = 0, 0.0, 0.0
        self.save()
        return epoch

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
        plain = networks.build(self.plan.arch, votes_head=self.plan.votes_weight > 0)
        plain.set_weights(self.average.values)
        return plain

    def save(self) -> None:
        """Write the checkpoint.

        Raises:
            OutputError: It cannot be written; the one before stays.
        """
        Checkpoint(
            plan=self.plan,
            data=self.data,
            history=self.history,
            step=self.step,
            loss_sum=self.loss_sum,
            seconds=self.seconds,
            variables=[np.asarray(v) for v in self._variables()],
            average=self.average.values,
        ).save(self.folder)

    def _variables(self) -> list:
        return [*self.model.variables, *self.model.optimizer.variables]

    def _restore(self) -> None:
        saved = read_checkpoint(self.folder)
        if saved is None:
            return
        check_same(saved, self.plan, self.data, self.folder)
        variables = self._variables()
        if [v.shape for v in variables] != [v.shape for v in saved.variables]:
            raise SettingsError(
                f"{self.folder / CHECKPOINT} does not fit this network: it is of another version."
            )
        for variable, value in zip(variables, saved.variables, strict=True):
            variable.assign(value)
        self.average = WeightAverage(saved.average, self.plan.ema)
        self.history = list(saved.history)
        self.step, self.loss_sum, self.seconds = saved.step, saved.loss_sum, saved.seconds

    def _place(self) -> str:
        if not self.step:
            return f"after epoch {len(self.history)} of {self.plan.epochs}"
        return f"in epoch {len(self.history) + 1} after step {self.step} of {self.batches.steps}"


def check_same(saved: Checkpoint, plan: Plan, data: str, folder: Path) -> None:
    """A checkpoint must be of this plan and these rows.

    Raises:
        SettingsError: It is not.
    """
    if saved.plan != plan:
        raise SettingsError(f"{folder} was trained with another plan: resume with the same options.")
    if saved.data != data:
        raise SettingsError(f"{folder} was trained on other rows: resume with the same data and options.")


def _compiled(plan: Plan, steps: int) -> keras.Model:
    keras.utils.set_random_seed(plan.seed)
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(best_precision() if plan.precision == "auto" else plan.precision)
    try:
        model = networks.build(plan.arch, votes_head=plan.votes_weight > 0, fused=True, dropout=plan.dropout)
    finally:
        keras.config.set_dtype_policy(before)
    # Keras takes the type of an option from its default: hence the two that are ignored.
    rate = WarmupCosine(plan.peak_rate, (plan.schedule_epochs or plan.epochs) * steps, plan.warmup)
    optimizer = keras.optimizers.SGD(
        rate,  # pyright: ignore[reportArgumentType]
        momentum=0.9,
        nesterov=True,
        weight_decay=plan.weight_decay,
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    losses = [cross_entropy(plan.label_smoothing, consistency=plan.consistency)]
    weights = [plan.labels_weight]
    if plan.votes_weight:
        losses.append(cross_entropy(consistency=plan.consistency))
        weights.append(plan.votes_weight)
    # On TensorFlow XLA gains nothing; JAX would run step by step without its compiler.
    compiler = keras.backend.backend() == "jax"
    options = {"loss": losses, "loss_weights": weights}
    model.compile(optimizer, **options, jit_compile=compiler)  # pyright: ignore[reportArgumentType]
    optimizer.build(model.trainable_variables)
    return model


def cross_entropy(smoothing: float = 0.0, *, consistency: float = 0.0) -> Callable:
    """Cross entropy of logits with targets (n, k) whose rows may sum to less than 1: those count less.

    Keras' own takes rows that sum to 1 for granted and gives other gradients where they do not.

    Args:
        smoothing: Share of each row's sum that is spread over all classes.
        consistency: Weight of the Kullback-Leibler divergence, mean of both directions, between the answers
            for row k and row k + n / 2, which are then views of one face. The other terms do not say
            which of two plausible answers a doubtful face gets; this one asks for the same in both views.

    Reference: Zhang et al. 2022, Learn From All: Erasing Attention Consistency for Noisy Label Facial
        Expression Recognition (there on attention maps, here on the answers).
    """

    def loss(targets, logits):
        """(n,) losses."""
        spread = _OPS.mean(targets, axis=-1, keepdims=True)
        targets = (1 - smoothing) * targets + smoothing * spread
        log_probs = _OPS.log_softmax(logits, axis=-1)
        losses = -_OPS.sum(targets * log_probs, axis=-1)
        if consistency:
            one, other = _OPS.split(log_probs, 2)
            apart = _OPS.sum((_OPS.exp(one) - _OPS.exp(other)) * (one - other), axis=-1) / 2
            losses += consistency * _OPS.concatenate([apart, apart])
        return losses

    return loss


def _taught_heads(plan: Plan) -> list[str]:
    """The heads that teachers have a part in."""
    parts = {LABELS: plan.teacher_weight, VOTES: plan.votes_teacher_weight}
    return [head for head, weight in parts.items() if weight]


def _set_start(model: keras.Model, start: Sequence[np.ndarray]) -> None:
    weights = [np.asarray(v) for v in model.weights]
    start = start[: len(weights)]
    if [w.shape for w in start] != [w.shape for w in weights[: len(start)]]:
        raise SettingsError("The network to start from has another architecture: name one of the same.")
    model.set_weights([*start, *weights[len(start) :]])


def fingerprint(train: FaceDataset, votes: np.ndarray | None) -> str:
    """Hexadecimal hash of the rows that a stage learns from, in their order."""
    digest = hashlib.blake2b(digest_size=16)
    for array in (train.images, train.labels, votes):
        if array is not None:
            digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def best_precision() -> str:
    """Mixed bfloat16 where the CPU multiplies it in hardware (elsewhere it is slower), else float32."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return "float32"
    return "mixed_bfloat16" if "amx_bf16" in flags or "avx512_bf16" in flags else "float32"


def predict_logits(model: keras.Model, images: np.ndarray, *, flip: bool = False) -> np.ndarray:
    """Logits (n, 7) float32 of the labels head; see `predict_heads`."""
    return predict_heads(model, images, flip=flip)[LABELS]


def predict_heads(model: keras.Model, images: np.ndarray, *, flip: bool = False) -> dict[str, np.ndarray]:
    """Logits of many images.

    Args:
        model: A network with one output or two.
        images: (n, 48, 48) uint8 or float32 in 0..255.
        flip: Average with the mirrored images' logits.

    Returns:
        (n, 7) float32 of ``labels``; (n, 8) of ``votes`` if the network has that head.
    """
    faces = np.asarray(images, np.float32)[..., None]
    batches = np.array_split(faces, max(1, len(faces) // 512))
    answers = [keras.tree.flatten(model(batch, training=False)) for batch in batches]
    logits = [np.concatenate([np.asarray(part) for part in parts]) for parts in zip(*answers, strict=True)]
    if flip:
        mirrored = predict_heads(model, images[:, :, ::-1]).values()
        logits = [(one + other) / 2 for one, other in zip(logits, mirrored, strict=True)]
    return dict(zip((LABELS, VOTES), logits, strict=False))
