"""A timeline as a table, by the contract of `fer.timeline.timeline.COLUMNS`."""

import math

import numpy as np
import pandas as pd

from fer.constants import EMOTIONS
from fer.given import check_is
from fer.io.spreadsheet import Sheet, as_csv
from fer.timeline.timeline import INTENSITY_COLUMNS, TEXT_COLUMNS, Timeline

FORMATS = {
    "time_s": "%.6f",
    **dict.fromkeys(("x", "y", "width", "height", "yaw", "pitch", "roll"), "%.2f"),
    **dict.fromkeys(("detection_score", *EMOTIONS, "confidence"), "%.6g"),
    **dict.fromkeys(INTENSITY_COLUMNS, "%.3f"),
}
"""How numbers are written: microseconds, hundredths of a pixel or degree, six significant digits."""

OTHER_FORMAT = "%.6g"


def to_csv(timeline: Timeline) -> str:
    """The timeline as CSV by the contract: `COLUMNS`, then what else it holds; an empty one is the header.

    Text that a spreadsheet would take for a formula gets an apostrophe in front; missing numbers are empty
    cells.

    Raises:
        TypeError: It is no `Timeline`; says where one is.
    """
    check_is("to_csv(timeline)", timeline, Timeline)
    return as_csv(sheet_of(timeline))


def sheet_of(timeline: Timeline) -> Sheet:
    """The table, to be written in any form."""
    cells = [_cells(str(name), column) for name, column in timeline.table.items()]
    names = [str(name) for name in timeline.table.columns]
    return Sheet(names, list(zip(*cells, strict=True)), frozenset(TEXT_COLUMNS), "Timeline")


def _cells(name: str, column: pd.Series) -> list[str]:
    """One column as text."""
    if name in TEXT_COLUMNS:
        return [str(value) for value in column]
    if name in ("frame", "face_id"):
        return ["" if missing else str(value) for value, missing in zip(column, column.isna(), strict=True)]
    form = FORMATS.get(name, OTHER_FORMAT)
    return [form % value if math.isfinite(value) else "" for value in column.to_numpy(np.float64).tolist()]
