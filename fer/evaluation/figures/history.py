"""What each epoch gave, as CSV. No Keras in here."""

import csv
import io
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np

from fer.errors import DamagedInputError
from fer.io.files import write_whole
from fer.io.table import read_columns
from fer.sources.opening import open_binary, safe_name

HISTORY = "history.csv"
MAX_EPOCHS = 100_000


@dataclass(frozen=True)
class Epoch:
    """A row of the history.

    Args:
        stage: Name of the stage.
        epoch: From 1 on in each stage.
        learning_rate: After the last step.
        loss: Mean over the epoch's steps, with label smoothing and all heads.
        val_accuracy: Share of right answers of the averaged weights on PublicTest.
        val_loss: Cross entropy of the averaged weights on PublicTest.
        seconds: That the epoch took, its validation included.
    """

    stage: str
    epoch: int
    learning_rate: float
    loss: float
    val_accuracy: float
    val_loss: float
    seconds: float


HISTORY_COLUMNS = tuple(field.name for field in fields(Epoch))


def write_history(epochs: Iterable[Epoch], path: Path) -> None:
    """Write the history whole; a file that was there is replaced.

    Raises:
        OutputError: It cannot be written; nothing is left behind.
    """
    text = io.StringIO()
    rows = csv.DictWriter(text, HISTORY_COLUMNS, lineterminator="\n")
    rows.writeheader()
    rows.writerows(asdict(epoch) for epoch in epochs)
    write_whole(text.getvalue().encode(), path)


def read_history(path: str | Path) -> list[Epoch]:
    """Read what `write_history` wrote; a file without the column ``stage`` is one stage named 1.

    Raises:
        InputError: The file is not there, or is no such CSV.
    """
    label = safe_name(Path(path).name, default="history")
    wanted = ", ".join(HISTORY_COLUMNS)
    damaged = DamagedInputError(f"{label!r} is no training history with the columns {wanted}.")
    try:
        with open_binary(path) as file:
            read = read_columns(
                file, is_text=lambda name: name == "stage", max_rows=MAX_EPOCHS, label=repr(label)
            )
    except DamagedInputError as error:
        raise damaged from error
    numbers = [read.numbers.get(name) for name in HISTORY_COLUMNS[1:]]
    if any(column is None or not np.isfinite(column).all() for column in numbers):
        raise damaged
    stages = read.texts.get("stage", [""] * len(read))
    rows = zip(stages, *(column.tolist() for column in numbers if column is not None), strict=True)
    return [Epoch(stage or "1", int(epoch), *more) for stage, epoch, *more in rows]
