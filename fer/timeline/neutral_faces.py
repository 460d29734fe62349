"""A finished clip's Action Units over its faces' own neutral values: no picture is read again."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

import numpy as np

from fer.action_units.baseline import (
    CAPTURE_FRAMES,
    CAPTURE_POSE_DEGREES,
    OPEN_EYES_FROM,
    Baseline,
    NeutralCapture,
)
from fer.action_units.judging import MeasuredFaces, UnitJudge
from fer.action_units.population import population
from fer.action_units.table import CODES, INDEX
from fer.constants import EMOTIONS
from fer.errors import InputError
from fer.records import MEASURES
from fer.text import clock
from fer.timeline.timeline import UNIT_NUMBERS, UNIT_WORDS, Timeline, unit_numbers

FROM_FILE = "Face {face}'s neutral face comes from a file."
WITHIN_S = 2.0
"""Frames further from the chosen moment do not count."""

_METRICS, _POSE = slice(0, len(CODES)), slice(len(CODES), None)


def neutral_at(timeline: Timeline, face_id: int, time_s: float) -> Baseline:
    """The neutral values of a face at a moment of its clip: the median of the nearest good frames.

    Args:
        timeline: With `measures`.
        face_id: Whose.
        time_s: The moment at which the face is relaxed.

    Raises:
        InputError: Too few frames around it show the face from the front with open eyes.
    """
    (rows, measured), away_s = _measured(timeline, face_id), np.zeros(0)
    if len(rows):
        away_s = np.abs(timeline.table["time_s"].to_numpy(np.float64)[rows] - time_s)
    capture = NeutralCapture()
    for place in np.argsort(away_s, kind="stable"):
        if away_s[place] > WITHIN_S or capture.share >= 1:
            break
        capture.add(measured[place, _METRICS], measured[place, _POSE])
    found = capture.baseline(population())
    if found is None:
        raise InputError(
            f"Around {clock(time_s, tenths=True)} only {round(capture.share * CAPTURE_FRAMES)} of the "
            f"{CAPTURE_FRAMES} frames that it takes show face {face_id} from the front with open eyes: "
            "choose another moment, or analyse more frames a second."
        )
    return found


def most_neutral(timeline: Timeline, face_id: int) -> tuple[float, float] | None:
    """The moment at which a face looks most neutral from the front with open eyes, of those at which
    `neutral_at` finds frames enough; of all where it does so nowhere.

    Args:
        timeline: With `measures`.
        face_id: Whose.

    Returns:
        Seconds, and the network's mean probability of neutral around it; None where no frame will do.
    """
    rows, measures = _measured(timeline, face_id)
    if not len(rows):
        return None
    time_s = timeline.table["time_s"].to_numpy(np.float64)[rows]
    good = np.abs(measures[:, len(CODES) : len(CODES) + 2]).max(axis=1) <= CAPTURE_POSE_DEGREES
    good &= -measures[:, INDEX["AU45"]] >= OPEN_EYES_FROM
    if not good.any():
        return None
    neutral = np.where(good, timeline.probs[rows, EMOTIONS.index("neutral")], 0.0)
    window = np.ones(min(CAPTURE_FRAMES, len(rows)))
    mean = np.convolve(neutral, window, "same") / np.convolve(np.ones(len(rows)), window, "same")
    best = int(np.where(_enough(time_s, good), mean, mean - 1).argmax())
    return float(time_s[best]), float(mean[best])


def _enough(time_s: np.ndarray, good: np.ndarray) -> np.ndarray:
    """(n,) bool: around each of the moments, which rise, so many good frames lie as `neutral_at` takes."""
    so_far, within_s = np.r_[0, np.cumsum(good)], WITHIN_S - 1e-6
    first = np.searchsorted(time_s, time_s - within_s)
    after = np.searchsorted(time_s, time_s + within_s, side="right")
    return so_far[after] - so_far[first] >= CAPTURE_FRAMES


def with_baselines(
    timeline: Timeline, baselines: Mapping[int, Baseline], *, notes: Iterable[str] = ()
) -> Timeline:
    """The timeline with its Action Units and their verdicts judged again.

    Args:
        timeline: With `measures`.
        baselines: Neutral values by face id; other faces start from the population's, as in the analysis.
        notes: Where they come from, as sentences for the reader.

    Raises:
        InputError: The timeline does not hold what was measured.
    """
    source = replace(timeline.source, notes=(*timeline.source.notes, *notes))
    return replace(judged_again(timeline, baselines), source=source, own_neutral=bool(baselines))


def judged_again(
    timeline: Timeline, baselines: Mapping[int, Baseline], *, faces: Collection[int] | None = None
) -> Timeline:
    """The timeline with Action Units and verdicts made anew from what was measured.

    Args:
        timeline: With `measures`.
        baselines: Neutral values by face id; other faces start from the population's.
        faces: Only these ids; None: all.

    Raises:
        InputError: The timeline does not hold what was measured.
    """
    if timeline.measures is None:
        raise InputError("A neutral face cannot be chosen here: analyse the clip again with Action Units.")
    judge = UnitJudge(unsure_below=timeline.unsure_below)
    judge.use_baselines(dict(baselines))
    chosen = timeline.has_face
    if faces is not None:
        chosen = chosen & np.isin(timeline.face_of_row, list(faces))
    rows = np.flatnonzero(chosen)
    numbers = np.full((len(timeline), len(UNIT_NUMBERS)), np.nan, np.float32)
    words = np.full((len(timeline), len(UNIT_WORDS)), "", object)
    frames = np.split(rows, np.flatnonzero(np.diff(timeline.frame_of_row[rows])) + 1)
    for moment in frames if len(rows) else ():
        units = judge.judge(_moment(timeline, timeline.measures[moment], moment))
        numbers[moment] = unit_numbers(units)
        words[moment] = [(verdict.kind, verdict.fits) for verdict in units.verdicts]
    if faces is not None:
        numbers = np.where(chosen[:, None], numbers, timeline.table[list(UNIT_NUMBERS)].to_numpy(np.float64))
        words = np.where(chosen[:, None], words, timeline.table[list(UNIT_WORDS)].to_numpy(object))
    columns = dict(zip(UNIT_NUMBERS, numbers.T.astype(np.float64), strict=True))
    columns |= {name: words[:, k].astype(str) for k, name in enumerate(UNIT_WORDS)}
    return replace(timeline, table=timeline.table.assign(**columns).astype(dict.fromkeys(UNIT_WORDS, "str")))


def of_this_clip(timeline: Timeline, loaded: Mapping[int, Baseline]) -> dict[int, Baseline]:
    """Those neutral faces of a file whose ids the clip has.

    Args:
        timeline: Of the clip.
        loaded: From `baselines_from_json`.

    Raises:
        InputError: There is none.
    """
    here = {face: loaded[face] for face in sorted(loaded) if face in timeline.face_ids}
    if not here:
        raise InputError("The file holds no neutral face of a face of this clip.")
    return here


def _measured(timeline: Timeline, face_id: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the face in which something was measured, and what was."""
    if timeline.measures is None:
        return np.zeros(0, int), np.zeros((0, MEASURES), np.float32)
    there = np.isfinite(timeline.measures).all(axis=1)
    rows = np.flatnonzero((timeline.face_of_row == face_id) & there)
    return rows, timeline.measures[rows]


def _moment(timeline: Timeline, measured: np.ndarray, rows: np.ndarray) -> MeasuredFaces:
    """One frame's faces as they were measured."""
    measures = measured.astype(np.float64)
    return MeasuredFaces(
        float(timeline.frame_times_s[timeline.frame_of_row[rows[0]]]),
        timeline.face_of_row[rows],
        measures[:, _METRICS],
        measures[:, _POSE],
        timeline.probs[rows],
        np.all(np.isfinite(measures), axis=1),
    )
