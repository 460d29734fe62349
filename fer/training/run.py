"""A recipe in one folder: its stages one by one, each from where it stopped."""

import json
import platform
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path

import keras
import numpy as np

import fer
from fer.emotion.heads import LABELS, VOTES
from fer.evaluation.figures.history import HISTORY, Epoch, write_history
from fer.io.files import sweep, write_whole
from fer.training import networks
from fer.training.averaging import mean_weights
from fer.training.check import start_names
from fer.training.checkpoint import read_checkpoint
from fer.training.curves import write_curves
from fer.training.loading import load_network
from fer.training.plan import Plan, Recipe
from fer.training.progress import TrainingCallback, TrainingProgress
from fer.training.rows import Rows
from fer.training.saving import save_network
from fer.training.teachers import TeacherCache, mean_probabilities
from fer.training.trainer import SAVE_EVERY_S, Trainer, check_same, fingerprint

PLAN = "plan.json"
NETWORK = "network.keras"
TEACHERS = "teachers"


class Run:
    """A training from rows to the network that ships.

    Each stage has a folder of its own with its checkpoint and, when it is done, its network; the
    history of all stages stands beside them. A finished stage is not trained again. Whoever
    trains holds the folder with `fer.io.locks.only_one`.

    Args:
        recipe: The stages.
        rows: From `fer.training.rows.load_rows`; without votes the heads on FER+ votes fall away.
        folder: Where everything goes.
        save_every_s: Seconds between two checkpoints within an epoch.
    """

    def __init__(
        self, recipe: Recipe, rows: Rows, folder: Path, *, save_every_s: float = SAVE_EVERY_S
    ) -> None:
        stages = recipe.stages
        if rows.votes is None:
            stages = tuple(_without_votes(stage) for stage in stages)
        self.recipe = replace(recipe, stages=stages)
        self.rows, self.folder, self.save_every_s = rows, folder, save_every_s
        self.history: list[Epoch] = []

    def train(self, callback: TrainingCallback | None = None) -> keras.Model:
        """Train every stage that is not finished yet.

        Args:
            callback: Is told of every step and epoch, and may stop the training.

        Returns:
            The last stage's network, or the average that the recipe asks for.

        Raises:
            SettingsError: The folder's checkpoints belong to another recipe or other data.
            CancelledError: The watcher wanted to stop; everything is saved.
            OutputError: Something cannot be written; what was there stays.
        """
        callback = callback or TrainingCallback()
        sweep(self.folder)
        self._write_plan()
        self.history = []
        for stage in self.recipe.stages:
            model = self._train_stage(stage, callback)
            self.write_history()
        if self.recipe.average:
            model.set_weights(self._weights(self.recipe.average))
        return model

    def _weights(self, names: Iterable[str]) -> list[np.ndarray]:
        """The weights of a stage or file, of several their mean."""
        found = [load_network(self._find(name), heads=True) for name in names]
        return mean_weights([network.get_weights() for network in found])

    def write_history(self) -> None:
        """Write what every epoch gave, as a table and as curves.

        Raises:
            OutputError: A file cannot be written; nothing is left behind.
        """
        write_history(self.history, self.folder / HISTORY)
        write_curves(self.history, self.folder)

    def network_of(self, stage: str) -> Path:
        """The .keras file of a stage, there once it is finished."""
        return self.folder / f"stage-{stage}" / NETWORK

    def _train_stage(self, stage: Plan, callback: TrainingCallback) -> keras.Model:
        network = self.network_of(stage.name)
        if stage.average:
            return self._average_stage(stage, network)
        sweep(network.parent)
        saved = read_checkpoint(network.parent, with_weights=False)
        if saved is not None:
            votes = self._votes(stage) if stage.votes_weight else None
            check_same(saved, stage, fingerprint(self.rows.train, votes), network.parent)
            self.history += saved.history
            if network.exists():
                callback.say(f"stage {stage.name} is finished: {network}")
                return load_network(network, heads=True)
        trainer = Trainer(
            stage,
            self.rows.train,
            self.rows.public,
            network.parent,
            votes=self._votes(stage),
            teacher=self._teacher(stage, callback) if stage.teachers else None,
            start=self._weights(start_names(stage)) if stage.start else None,
            save_every_s=self.save_every_s,
        )
        model = trainer.run(_Recorder(self, callback))
        save_network(model, network)
        return model

    def _average_stage(self, stage: Plan, network: Path) -> keras.Model:
        """The mean of the weights of earlier stages: it takes no time, so it is made every time."""
        model = networks.build(stage.arch, votes_head=stage.votes_weight > 0)
        model.set_weights(self._weights(stage.average)[: len(model.weights)])
        network.parent.mkdir(exist_ok=True)
        save_network(model, network)
        return model

    def _votes(self, stage: Plan) -> np.ndarray | None:
        """(n, 8) vote shares of the training rows; a row sums to what it counts."""
        votes, named = self.rows.votes, self.rows.named_share
        if votes is None or named is None or stage.vote_rows == "all":
            return votes
        return votes * named[:, None]

    def _teacher(self, stage: Plan, callback: TrainingCallback) -> dict[str, np.ndarray]:
        """The teachers' mean probabilities for the training rows, by head."""
        rows = self.rows
        cache = TeacherCache(
            self.folder / TEACHERS,
            {"train": rows.train.images, "public": rows.public.images},
            shift_px=stage.teacher_shift_px,
        )
        logits = []
        for name in stage.teachers:
            logits.append(cache.logits(Path(name).stem, self._find(name)))
            right = logits[-1]["public"][LABELS].argmax(1) == rows.public.labels
            callback.say(f"teacher {name}: {right.mean():.2%} of PublicTest, views averaged")
        together = mean_probabilities([one["public"][LABELS] for one in logits])
        right = together.argmax(1) == rows.public.labels
        callback.say(f"{len(logits)} teachers together: {right.mean():.2%} of PublicTest")
        train = [one["train"] for one in logits]
        by_head = {head: [one[head] for one in train if head in one] for head in (LABELS, VOTES)}
        return {head: mean_probabilities(answers) for head, answers in by_head.items() if answers}

    def _find(self, name: str) -> Path:
        is_stage = any(stage.name == name for stage in self.recipe.stages)
        return self.network_of(name) if is_stage else Path(name)

    def _write_plan(self) -> None:
        about = {
            "recipe": asdict(self.recipe),
            "data": self.rows.to_dict(),
            "versions": {
                "fer": fer.__version__,
                "keras": f"{keras.__version__} on {keras.backend.backend()}",
                "numpy": np.__version__,
                "python": platform.python_version(),
            },
        }
        write_whole((json.dumps(about, indent=1) + "\n").encode(), self.folder / PLAN)


class _Recorder(TrainingCallback):
    """Keeps the run's history up to date and passes everything on."""

    def __init__(self, run: Run, callback: TrainingCallback) -> None:
        self.run, self.callback = run, callback

    def stepped(self, progress: TrainingProgress) -> None:
        """Pass it on."""
        self.callback.stepped(progress)

    def finished_epoch(self, epoch: Epoch) -> None:
        """Write it down, then pass it on."""
        self.run.history.append(epoch)
        self.run.write_history()
        self.callback.finished_epoch(epoch)

    def wants_stop(self) -> bool:
        """Whether the one who follows wants it."""
        return self.callback.wants_stop()


def _without_votes(stage: Plan) -> Plan:
    """The stage without the head on FER+ votes; teachers that had a part in nothing else fall away too."""
    teachers = stage.teachers if stage.teacher_weight else ()
    return replace(stage, votes_weight=0.0, votes_teacher_weight=0.0, teachers=teachers)
