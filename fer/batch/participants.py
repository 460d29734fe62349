"""Who is on which recording, and under which condition: a study's own table, matched by names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
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
        if self.recording:
            names = _names(label)
            fitting = [row for row in self.rows if comparable_name(row[self.recording]) in names]
            if fitting:
                return fitting[0] if len(fitting) == 1 else None
        if not self.participant:
            return None
        fitting = [row for row in self.rows if _is_of(comparable_name(row[self.participant]), label)]
        longest = max((len(row[self.participant]) for row in fitting), default=0)
        best = [row for row in fitting if len(row[self.participant]) == longest]
        return best[0] if len(best) == 1 else None

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


def _is_of(participant: str, label: str) -> bool:
    """Whether a recording's path names a participant."""
    if not participant:
        return False
    parts = [comparable_name(part) for part in PurePosixPath(label).parts]
    begins = re.compile(re.escape(participant) + r"(?:[_\-\s.]|$)")
    return participant in parts[:-1] or bool(begins.match(parts[-1]))
