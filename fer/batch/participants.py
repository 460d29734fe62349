"""Who is on which recording, and under which condition: a study's own table, matched by names."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from fer.errors import InputError
from fer.io.names import comparable_name
from fer.io.table import read_columns

RECORDING_COLUMNS = ("recording", "file", "filename", "video", "source")
PARTICIPANT_COLUMNS = ("participant_id", "participant", "subject", "id", "person", "code")
"""Names that a column of recordings, or of participants, goes by; upper and lower case are one."""

TABLE_NAMES = ("participants.csv", "participants.tsv")
"""Where a study's table lies unless it is named; the second is that of the BIDS standard."""

MAX_ROWS = 100_000


@dataclass(frozen=True)
class Participants:
    """A study's table.

    Args:
        rows: Column -> cell, for each row.
        recording: Column that names recordings; empty where there is none.
        participant: Column that names participants; likewise.
    """

    rows: tuple[dict[str, str], ...]
    recording: str = ""
    participant: str = ""

    def row_of(self, label: str) -> dict[str, str] | None:
        """The row of a recording; None where no row, or more than one, fits.

        A row fits by the recording's path or name, with or without its ending; else by the participant: a
        folder of the path, the name, or the name's beginning up to ``_``, ``-``, a blank or a dot. Of several
        participants that fit the longest is taken.

        Args:
            label: The recording's path below the folder of the batch.
        """
        fitting = self._fitting(self._recordings, _names(label))
        if fitting:
            return self.rows[fitting[0]] if len(fitting) == 1 else None
        fitting = self._fitting(self._participants, _participants_in(label))
        longest = max((len(self.rows[k][self.participant]) for k in fitting), default=0)
        best = [k for k in fitting if len(self.rows[k][self.participant]) == longest]
        return self.rows[best[0]] if len(best) == 1 else None

    def without_recording(self, labels: Iterable[str]) -> list[str]:
        """What the table calls the rows that fit none of the recordings.

        Args:
            labels: The recordings' paths below the folder of the batch.
        """
        used: set[int] = set()
        for label in labels:
            used.update(self._fitting(self._recordings, _names(label)))
            used.update(self._fitting(self._participants, _participants_in(label)))
        columns = [column for column in (self.recording, self.participant) if column]
        left = [row for k, row in enumerate(self.rows) if k not in used]
        return [next((row[column] for column in columns if row[column]), "") for row in left]

    @cached_property
    def _recordings(self) -> dict[str, list[int]]:
        return self._index(self.recording)

    @cached_property
    def _participants(self) -> dict[str, list[int]]:
        return self._index(self.participant)

    def _index(self, column: str) -> dict[str, list[int]]:
        """Cell of a column, as names are compared -> numbers of its rows."""
        found: dict[str, list[int]] = {}
        for k, row in enumerate(self.rows if column else ()):
            if row[column]:
                found.setdefault(comparable_name(row[column]), []).append(k)
        return found

    @staticmethod
    def _fitting(index: dict[str, list[int]], names: set[str]) -> list[int]:
        return sorted(k for name in names for k in index.get(name, ()))

    def check(self, column: str) -> str:
        """The column of this name as the table writes it.

        Raises:
            InputError: There is none.
        """
        known = list(self.rows[0]) if self.rows else []
        found = next((name for name in known if name.casefold() == column.casefold()), "")
        if not found:
            raise InputError(f"The table has no column {column!r}: it has {', '.join(known) or 'no rows'}.")
        return found


def read_participants(path: str | Path) -> Participants:
    """Read a table in any form that spreadsheets write.

    Raises:
        InputError: It cannot be read, or names neither recordings nor participants.
    """
    read = read_columns(path, max_rows=MAX_ROWS, label="The table of participants")
    names = list(read.texts)
    cells = zip(*read.texts.values(), strict=True)
    rows = tuple(dict(zip(names, (cell.strip() for cell in row), strict=True)) for row in cells)
    recording, participant = _column(names, RECORDING_COLUMNS), _column(names, PARTICIPANT_COLUMNS)
    if not (recording or participant):
        raise InputError(
            "The table of participants names neither recordings nor participants: call a column recording or "
            "participant_id."
        )
    return Participants(rows, recording, participant)


def _column(names: Sequence[str], known: Sequence[str]) -> str:
    """The first of the known names that there is, as it is written."""
    written = {name.casefold(): name for name in names}
    return next((written[name] for name in known if name in written), "")


def _names(label: str) -> set[str]:
    """What a table may call a recording."""
    path = PurePosixPath(label)
    return {comparable_name(name) for name in (label, str(path.with_suffix("")), path.name, path.stem)}


def _participants_in(label: str) -> set[str]:
    """The participants that a recording's path may name: its folders, and how its name begins."""
    *folders, name = [comparable_name(part) for part in PurePosixPath(label).parts]
    return {*folders, name, *(name[: found.start()] for found in re.finditer(r"[_\-\s.]", name))}
