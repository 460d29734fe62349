"""Action Units that OpenFace 2 or py-feat measured, set beside ours: agreement and correlation of each unit.

References:
    Baltrusaitis et al. 2018, OpenFace 2.0. Cheong et al. 2023, Py-Feat.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fer.action_units.table import CODES, INDEX
from fer.csv_text import read_cells
from fer.errors import DamagedInputError
from fer.timeline import Timeline

OPENFACE, PYFEAT = "OpenFace", "py-feat"
PYFEAT_PRESENT = 0.5
"""py-feat writes probabilities, 0 to 1."""

MIN_PAIRS = 3


@dataclass(frozen=True, eq=False)
class ForeignUnits:
    """What another program wrote, one row a frame and face.

    Args:
        program: `OPENFACE` or `PYFEAT`.
        time_s: (n,) seconds; NaN where the file has frames only.
        frame: (n,) frame numbers, counted from 0.
        intensity: (n, k) in the order of `CODES`: OpenFace 0 to 5, py-feat 0 to 1; NaN where missing.
        present: (n, k) 1, 0 or NaN.
    """

    program: str
    time_s: np.ndarray
    frame: np.ndarray
    intensity: np.ndarray
    present: np.ndarray


@dataclass(frozen=True)
class Agreement:
    """One unit compared over the frames that both have.

    Args:
        code: The unit.
        frames: With an intensity of both.
        correlation: Pearson's; NaN where one does not vary.
        judged: Frames in which both say present or absent.
        agreement: Share of those in which they say the same; NaN without any.
    """

    code: str
    frames: int
    correlation: float
    judged: int
    agreement: float


def read_foreign(path: bytes | str | Path) -> ForeignUnits:
    """Open a CSV of OpenFace 2 (``AU12_r``, ``AU12_c``) or py-feat (``AU12``).

    Raises:
        InputError: It cannot be read, or holds no Action Units of either program.
    """
    header, cells = read_cells(path)
    names = [name.strip() for name in header]
    columns = dict(zip(names, zip(*cells, strict=True), strict=True)) if cells else dict.fromkeys(names, ())
    openface = any(f"{code}_r" in columns for code in CODES)
    if "frame" not in columns or not (openface or any(code in columns for code in CODES)):
        raise DamagedInputError(
            "The CSV holds no Action Units of OpenFace 2 or py-feat: it needs `frame` and AU12_r or AU12."
        )
    nothing = np.full(len(cells), np.nan)
    intensity = _matrix(columns, "{}_r" if openface else "{}", nothing)
    present = _matrix(columns, "{}_c", nothing)
    if not openface:
        present = np.where(np.isnan(intensity), np.nan, (intensity >= PYFEAT_PRESENT).astype(float))
    # OpenFace counts frames from 1, py-feat from 0.
    frame = _numbers("frame", columns["frame"]) - (1 if openface else 0)
    time_s = _numbers("timestamp", columns["timestamp"]) if "timestamp" in columns else nothing
    return ForeignUnits(OPENFACE if openface else PYFEAT, time_s, frame, intensity, present)


def _matrix(columns: dict, form: str, nothing: np.ndarray) -> np.ndarray:
    """(n, k): one column a unit, NaN where the file has none."""
    names = [form.format(code) for code in CODES]
    return np.column_stack([_numbers(name, columns[name]) if name in columns else nothing for name in names])


def _numbers(name: str, values: tuple[str, ...]) -> np.ndarray:
    try:
        return np.array([float(value) if value.strip() else np.nan for value in values])
    except ValueError as exc:
        raise DamagedInputError(f"The column {name!r} of the CSV holds something else than numbers.") from exc


def compare(timeline: Timeline, face_id: int, other: ForeignUnits) -> list[Agreement]:
    """Set one of our faces beside another program's rows.

    Rows are matched by time where the file has one (within half of our step), else by frame number.

    Args:
        timeline: With Action Units.
        face_id: Whose.
        other: The other program's rows of the same face.

    Returns:
        One entry for every unit that both measured in some frame.
    """
    rows = np.flatnonzero(timeline.usable & (timeline.face_of_row == face_id))
    if not timeline.has_units or not len(rows) or not len(other.frame):
        return []
    mine, theirs = _pairs(timeline, rows, other)
    ours, seen = timeline.intensities[mine], timeline.presences[mine]
    found = []
    for code in CODES:
        k = INDEX[code]
        a, b = ours[:, k], other.intensity[theirs, k]
        both = np.isfinite(a) & np.isfinite(b)
        p, q = seen[:, k], other.present[theirs, k]
        judged = np.isfinite(p) & np.isfinite(q)
        if both.any() or judged.any():
            same = float((p[judged] == q[judged]).mean()) if judged.any() else float("nan")
            found.append(
                Agreement(code, int(both.sum()), _correlation(a[both], b[both]), int(judged.sum()), same)
            )
    return found


def _pairs(timeline: Timeline, rows: np.ndarray, other: ForeignUnits) -> tuple[np.ndarray, np.ndarray]:
    """Rows of ours and of theirs that belong together."""
    timed = np.isfinite(other.time_s).all()
    mine = timeline.table["time_s" if timed else "frame"].to_numpy(np.float64)[rows]
    theirs = other.time_s if timed else other.frame
    order = np.argsort(theirs, kind="stable")
    right = np.searchsorted(theirs[order], mine).clip(0, len(order) - 1)
    left = (right - 1).clip(0)
    nearer = np.abs(theirs[order][left] - mine) <= np.abs(theirs[order][right] - mine)
    chosen = order[np.where(nearer, left, right)]
    close = np.abs(theirs[chosen] - mine) <= (timeline.step_s / 2 + 1e-6 if timed else 0.5)
    return rows[close], chosen[close]


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    if len(a) < MIN_PAIRS or not a.std() or not b.std():
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])
