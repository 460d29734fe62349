"""The state of a stage between two steps, as one file that is whole or not there."""

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass, field, replace
from pathlib import Path

import numpy as np

from fer.errors import OutputExistsError, SettingsError
from fer.evaluation.figures.history import HISTORY_COLUMNS, Epoch
from fer.io.files import write_whole
from fer.training.plan import Plan

CHECKPOINT = "checkpoint.npz"


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """Everything that a training needs to go on as if it had never stopped.

    Random numbers come from the plan's seed, the epoch and the step; those of dropout are among the
    variables, and so are momenta and the step that the learning rate follows.

    Args:
        plan: The stage.
        data: Fingerprint of the rows.
        history: Finished epochs.
        step: Finished steps of the epoch that is under way.
        loss_sum: Over those steps.
        seconds: That those steps took.
        variables: Of network and optimizer.
        average: The averaged weights.
    """

    plan: Plan
    data: str
    history: list[Epoch]
    step: int = 0
    loss_sum: float = 0.0
    seconds: float = 0.0
    variables: Sequence[np.ndarray] = field(default=())
    average: Sequence[np.ndarray] = field(default=())

    def save(self, folder: Path) -> None:
        """Write it; the one that was there is replaced only by a whole one.

        Raises:
            OutputError: It cannot be written; the one that was there stays.
        """
        about = {
            "plan": asdict(self.plan),
            "data": self.data,
            "step": self.step,
            "loss_sum": self.loss_sum,
            "seconds": self.seconds,
        }
        arrays = {f"v{k}": v for k, v in enumerate(self.variables)}
        arrays |= {f"a{k}": v for k, v in enumerate(self.average)}
        rows = [astuple(epoch)[1:] for epoch in self.history]
        arrays["history"] = np.array(rows, np.float64).reshape(len(rows), len(HISTORY_COLUMNS) - 1)
        arrays["about"] = np.frombuffer(json.dumps(about).encode(), np.uint8)
        content = io.BytesIO()
        np.savez(content, allow_pickle=False, **arrays)
        write_whole(content.getvalue(), folder / CHECKPOINT)


def read_checkpoint(folder: Path, *, with_weights: bool = True) -> Checkpoint | None:
    """The checkpoint in a stage's folder; None if there is none.

    Args:
        folder: Of the stage.
        with_weights: Without them only plan, history and position are read.

    Raises:
        SettingsError: It is damaged, or of a version that is not read any more.
    """
    path = folder / CHECKPOINT
    if not path.exists():
        return None
    try:
        with np.load(path, allow_pickle=False) as saved:
            about = json.loads(saved["about"].tobytes())
            plan = Plan(**about.pop("plan"))
            history = [Epoch(plan.name, int(row[0]), *map(float, row[1:])) for row in saved["history"]]
            found = Checkpoint(plan=plan, history=history, **about)
            if not with_weights:
                return found
            return replace(found, variables=_numbered(saved, "v"), average=_numbered(saved, "a"))
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise SettingsError(
            f"{path} is damaged or from another version: remove it to train this stage from its start."
        ) from error


def check_folder(folder: Path, *, resume: bool) -> None:
    """Never go on with, or write over, what is in a folder without being asked to.

    Raises:
        OutputExistsError: It holds a training and ``resume`` is not set.
    """
    if not resume and any(folder.glob(f"*/{CHECKPOINT}")):
        raise OutputExistsError(f"{folder} holds a training: add --resume to go on, or choose another --out.")


def _numbered(saved, letter: str) -> list[np.ndarray]:
    count = sum(name[0] == letter and name[1:].isdigit() for name in saved.files)
    return [saved[f"{letter}{k}"] for k in range(count)]
