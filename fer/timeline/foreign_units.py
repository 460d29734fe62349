"""Action Units that OpenFace 2 or py-feat measured, set beside ours: agreement and correlation of each unit.

References:
    Baltrusaitis et al. 2018, OpenFace 2.0. Cheong et al. 2023, Py-Feat.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from fer.action_units.intensity import FULL
from fer.action_units.table import CODES, INDEX
from fer.errors import DamagedInputError, EmptyInputError, InputError
from fer.io.table import read_columns
from fer.text import clock, join
from fer.timeline.timeline import Timeline

OPENFACE, PYFEAT = "OpenFace", "py-feat"
PYFEAT_PRESENT = 0.5
"""py-feat writes probabilities, 0 to 1."""

MIN_PAIRS = 3

PLAIN_COLUMNS, FACE_COLUMNS = ("frame", "timestamp", "success"), ("face_id", "Identity")
"""Columns that are read beside the units'; the first of the latter that is there says whose row it is."""

LENGTH_S, LENGTH_SHARE, FRAMES_OFF, RATE_SHARE = 1.0, 0.05, 3, 0.1
"""Lengths, frame counts and rates that differ by more are worth a word."""


@dataclass(frozen=True, eq=False)
class ForeignUnits:
    """What another program wrote, one row a frame and face.

    Args:
        program: `OPENFACE` or `PYFEAT`.
        time_s: (n,) seconds; NaN where the file has frames only.
        frame: (n,) frame numbers, counted from 0.
        intensity: (n, k) in the order of `CODES`: OpenFace 0 to 5, py-feat 0 to 1; NaN where missing.
        present: (n, k) 1, 0 or NaN.
        face: (n,) str, whose row it is, as the file says; empty where it does not.
    """

    program: str
    time_s: np.ndarray
    frame: np.ndarray
    intensity: np.ndarray
    present: np.ndarray
    face: np.ndarray

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def faces(self) -> list[str]:
        """The faces of the file, the longest seen first."""
        names, counts = np.unique(self.face, return_counts=True)
        return names[np.argsort(-counts, kind="stable")].tolist()

    @property
    def timed(self) -> bool:
        """True where every row has a time."""
        return bool(np.isfinite(self.time_s).all())

    @property
    def full(self) -> float:
        """Its strongest intensity."""
        return FULL if self.program == OPENFACE else 1.0

    def of_face(self, name: str) -> "ForeignUnits":
        """The rows of one face."""
        rows = self.face == name
        return replace(self, **{k: v[rows] for k, v in vars(self).items() if isinstance(v, np.ndarray)})


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


def read_foreign(source: bytes | str | Path) -> ForeignUnits:
    """Open a CSV of OpenFace 2 (``AU12_r``, ``AU12_c``) or py-feat (``AU12``).

    Rows in which OpenFace has found no face (``success`` 0) hold nothing.

    Args:
        source: A path, or the file's bytes.

    Raises:
        InputError: It cannot be read, holds no Action Units of either program or no rows, or holds several
            faces without saying which is which.
    """
    read = read_columns(source, is_text=lambda name: name in FACE_COLUMNS, keep=_wanted)
    names = read.names
    openface = any(f"{code}_r" in names for code in CODES)
    if "frame" not in names or not (openface or any(code in names for code in CODES)):
        raise DamagedInputError(
            "The CSV holds no Action Units of OpenFace 2 or py-feat: it needs `frame` and AU12_r or AU12."
        )
    if not len(read):
        raise EmptyInputError("The CSV holds a header and no rows: choose another one.")
    columns, nothing = read.numbers, np.full(len(read), np.nan)
    intensity = _matrix(columns, "{}_r" if openface else "{}", nothing)
    present = _matrix(columns, "{}_c", nothing)
    if not openface:
        present = np.where(np.isnan(intensity), np.nan, (intensity >= PYFEAT_PRESENT).astype(float))
    if "success" in columns:
        lost = columns["success"] == 0
        intensity[lost], present[lost] = np.nan, np.nan
    # OpenFace counts frames from 1, py-feat from 0.
    frame = columns["frame"] - (1 if openface else 0)
    time_s = columns.get("timestamp", nothing)
    face = np.array([name.strip() for name in _faces(read.texts, len(read))])
    _check_frames(frame, face)
    return ForeignUnits(OPENFACE if openface else PYFEAT, time_s, frame, intensity, present, face)


def _wanted(name: str) -> bool:
    """Columns that are read: the others of OpenFace are hundreds."""
    return name in (*PLAIN_COLUMNS, *FACE_COLUMNS) or name.removesuffix("_r").removesuffix("_c") in INDEX


def _faces(columns: dict[str, list[str]], rows: int) -> list[str]:
    return next((columns[name] for name in FACE_COLUMNS if name in columns), [""] * rows)


def _check_frames(frame: np.ndarray, face: np.ndarray) -> None:
    """Refuse rows without a frame, and two rows of one frame that nobody can tell apart."""
    if not np.isfinite(frame).all():
        raise DamagedInputError("The column 'frame' of the CSV has empty cells.")
    pairs, counts = np.unique(np.rec.fromarrays([frame, face]), return_counts=True)
    if counts.max() > 1:
        number = int(pairs[counts.argmax()][0])
        raise DamagedInputError(
            f"The CSV has several rows for frame {number} and does not say whose they are: "
            "keep the rows of one face, or add a column face_id."
        )


def _matrix(columns: dict, form: str, nothing: np.ndarray) -> np.ndarray:
    """(n, k): one column a unit, NaN where the file has none."""
    return np.column_stack([columns.get(form.format(code), nothing) for code in CODES])


def compare(timeline: Timeline, face_id: int, other: ForeignUnits) -> list[Agreement]:
    """Set one of our faces beside another program's rows.

    Rows are matched by time where the file has one (within half of our step), else by frame number.

    Args:
        timeline: With Action Units.
        face_id: Whose.
        other: The other program's rows of the same face.

    Returns:
        One entry for every unit that both measured in some frame.

    Raises:
        InputError: Several faces, another frame rate without times, or no frame in common.
    """
    _check(timeline, other)
    rows = np.flatnonzero(timeline.usable & (timeline.face_of_row == face_id))
    mine, theirs = _pairs(timeline, rows, other)
    if not len(mine):
        raise InputError(
            f"No row of the CSV belongs to a frame in which face {face_id} could be read: "
            "choose another face, or the CSV of this clip."
        )
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


def remarks(timeline: Timeline, other: ForeignUnits) -> list[str]:
    """What a person should know before believing a comparison: other lengths, other rates.

    Args:
        timeline: Ours.
        other: The other program's rows of one face.
    """
    time_s, out = times_of(timeline, other), []
    end_s, ours_s = float(time_s.max()), timeline.end_s
    if abs(end_s - ours_s) > max(LENGTH_S, LENGTH_SHARE * ours_s):
        out.append(
            f"The CSV ends at {clock(end_s)}, the clip at {clock(ours_s)}: what both have is compared."
        )
    steps = np.diff(np.sort(time_s))
    step_s = float(np.median(steps[steps > 0])) if (steps > 0).any() else timeline.step_s
    if abs(np.log(step_s / timeline.step_s)) > np.log(1 + RATE_SHARE):
        rates = f"{1 / step_s:.3g} rows a second, the clip was read at {1 / timeline.step_s:.3g}"
        out.append(f"The CSV has {rates}: each of our frames takes the nearest row.")
    return out


def times_of(timeline: Timeline, other: ForeignUnits) -> np.ndarray:
    """(n,) seconds of the other program's rows; where it has only frames, from our frames' times."""
    if other.timed:
        return other.time_s
    frames, first = np.unique(timeline.table["frame"].to_numpy(np.float64), return_index=True)
    return np.interp(other.frame, frames, timeline.table["time_s"].to_numpy(np.float64)[first])


def _check(timeline: Timeline, other: ForeignUnits) -> None:
    if not timeline.has_units:
        raise InputError("The clip was analysed without Action Units: analyse it again with them.")
    if len(other.faces) > 1:
        names = join([name or "without a name" for name in other.faces[:5]])
        raise InputError(f"The CSV holds {len(other.faces)} faces ({names}): choose one of them.")
    last, theirs = int(np.nanmax(timeline.table["frame"].to_numpy(np.float64))), int(other.frame.max())
    counted = not other.timed and not timeline.source.partial
    if counted and abs(theirs - last) > max(FRAMES_OFF, LENGTH_SHARE * last):
        raise InputError(
            f"The CSV counts {theirs + 1:,} frames, the clip {last + 1:,}, and it has no times: "
            "make it from this very file."
        )


def _pairs(timeline: Timeline, rows: np.ndarray, other: ForeignUnits) -> tuple[np.ndarray, np.ndarray]:
    """Rows of ours and of theirs that belong together."""
    mine = timeline.table["time_s" if other.timed else "frame"].to_numpy(np.float64)[rows]
    theirs = other.time_s if other.timed else other.frame
    order = np.argsort(theirs, kind="stable")
    right = np.searchsorted(theirs[order], mine).clip(0, len(order) - 1)
    left = (right - 1).clip(0)
    nearer = np.abs(theirs[order][left] - mine) <= np.abs(theirs[order][right] - mine)
    chosen = order[np.where(nearer, left, right)]
    close = np.abs(theirs[chosen] - mine) <= (timeline.step_s / 2 + 1e-6 if other.timed else 0.5)
    return rows[close], chosen[close]


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    if len(a) < MIN_PAIRS or not np.ptp(a) or not np.ptp(b):
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])
