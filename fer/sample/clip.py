"""The built-in sample: a clip of a moving portrait whose expressions are known.

It is drawn, always the same, without a model or a download; `fer.sample.shipped` keeps one that is drawn
already. What is shown when is data: `SCRIPT`.
"""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import cv2
import numpy as np

from fer.ahead import ahead
from fer.draw.video_writer import Mp4Encoder
from fer.records import Frame
from fer.sample.points import FACE_X, FACE_Y, OUTLINE
from fer.sample.portrait import PATCH, Portrait
from fer.sample.warp import SCALE

NAME = "sample"
"""Label of the sample as a source."""

LENGTH_S = 12.0
NOBODY = "nobody"


@dataclass(frozen=True)
class ScriptedExpression:
    """What one person of the sample shows for a while.

    Args:
        start_s: From here on the expression is complete.
        end_s: From here on it changes into the person's next one.
        expression: A name of `fer.EMOTIONS`, or "nobody" while the camera looks elsewhere.
        action_units: Strength 0..1 of each action unit; those left out are 0.
        person: 1, or 2 for the mirrored one who steps in.
    """

    start_s: float
    end_s: float
    expression: str
    action_units: Mapping[str, float] = field(default_factory=dict)
    person: int = 1


HAPPY = {"AU12": 1.0}
NEUTRAL = {"AU15": 0.15, "AU24": 0.3}
SURPRISE = {"AU01": 0.9, "AU02": 0.9, "AU05": 1.0, "AU26": 1.0}
ANGRY = {"AU04": 1.0, "AU05": 0.3, "AU15": 0.8, "AU24": 0.4}
SAD = {"AU01": 1.0, "AU04": 0.25, "AU15": 0.9, "AU17": 0.5, "AU45": 0.3}

SCRIPT = (
    ScriptedExpression(0.0, 1.6, "happy", HAPPY),
    ScriptedExpression(2.0, 3.1, "neutral", NEUTRAL),
    ScriptedExpression(3.4, 4.8, "surprise", SURPRISE),
    ScriptedExpression(5.5, 6.5, NOBODY),
    ScriptedExpression(6.9, 8.3, "angry", ANGRY),
    ScriptedExpression(8.7, 10.3, "sad", SAD),
    ScriptedExpression(10.8, 12.0, "happy", HAPPY),
    ScriptedExpression(8.3, 9.4, "happy", HAPPY, person=2),
    ScriptedExpression(9.8, 10.6, "surprise", SURPRISE, person=2),
)
"""The sample's keyframes in seconds; between two of them the face changes smoothly."""

BLINKS_S = ((1.1, 2.7, 7.6, 11.4), (9.2,))
"""Middle of the blinks of person 1 and of person 2."""

BLINK_HALF_S = 0.14

# Time, centre x and y of the view in px of the portrait, width of the view for 4:3.
CAMERA = (
    (0.0, 228.0, 128.0, 306.0),
    (3.2, 226.0, 122.0, 270.0),
    (4.6, 230.0, 122.0, 280.0),
    (5.8, 412.0, 140.0, 196.0),
    (6.2, 412.0, 142.0, 194.0),
    (7.3, 228.0, 124.0, 286.0),
    (7.5, 232.0, 125.0, 290.0),
    (8.5, 292.0, 148.0, 384.0),
    (10.7, 296.0, 148.0, 376.0),
    (12.0, 228.0, 128.0, 306.0),
)

# Person 2: time and x of the face in px of the portrait (beyond the view at both ends).
ENTRANCE = ((7.5, 620.0), (8.5, 396.0), (10.6, 392.0), (11.6, 620.0))
SECOND_Y, SECOND_SIZE = 128.0, 0.95


def expressions_at(time_s: float) -> tuple[ScriptedExpression, ...]:
    """The keyframes of `SCRIPT` that hold at a time; empty while every face is changing."""
    return tuple(shown for shown in SCRIPT if shown.start_s <= time_s <= shown.end_s)


def sample_frames(
    *, width: int = 640, height: int = 480, fps: float = 15.0, duration_s: float = LENGTH_S
) -> Iterator[Frame]:
    """Draw the sample.

    Args:
        width: Pixels.
        height: Pixels.
        fps: Frames a second.
        duration_s: Length; the whole script is played in this time.

    Yields:
        ``round(fps * duration_s)`` frames, always the same ones.

    Raises:
        MissingInputError: scikit-image, which holds the portrait, is not installed.
    """
    stage = _Stage(width, height)
    for index in range(round(fps * duration_s)):
        time_s = index / fps
        yield Frame(stage.draw(time_s * LENGTH_S / duration_s), index, time_s, NAME)


def sample_video(
    *, width: int = 640, height: int = 480, fps: float = 15.0, duration_s: float = LENGTH_S
) -> bytes:
    """The sample as an MP4 (H.264) that browsers play; takes the arguments of `sample_frames`.

    Raises:
        MissingInputError: scikit-image, which holds the portrait, is not installed.
    """
    file = io.BytesIO()
    encoder = Mp4Encoder(file, fps=fps)
    for frame in ahead(sample_frames(width=width, height=height, fps=fps, duration_s=duration_s)):
        encoder.write(frame.image, frame.timestamp_s)
    encoder.close()
    return file.getvalue()


class _Stage:
    """The enlarged portrait, its people and its camera."""

    def __init__(self, width: int, height: int) -> None:
        self._portrait = Portrait()
        self._size = (width, height)
        self._first, self._second = self._portrait.canvas.copy(), self._portrait.canvas.copy()
        self._on_canvas: dict[int, dict[str, float]] = {}  # a face that holds still is drawn once
        matte = np.zeros(self._first.shape[:2], np.uint8)
        cv2.fillPoly(matte, [np.array(OUTLINE, np.int32) * SCALE + 1], 255, cv2.LINE_AA)
        self._matte = cv2.erode(cv2.GaussianBlur(matte, (0, 0), 1.2 * SCALE), np.ones((SCALE, SCALE)))

    def draw(self, time_s: float) -> np.ndarray:
        """(H, W, 3) uint8 RGB: the picture at a time of the script."""
        view = self._view(time_s)
        self._put_face(self._first, time_s, 1)
        picture = self._look(self._first, view)
        if ENTRANCE[0][0] < time_s < ENTRANCE[-1][0]:
            self._put_face(self._second, time_s, 2)
            mirrored = view @ _second_place(time_s)
            matte = self._look(self._matte, mirrored)[..., None].astype(np.uint16)
            person = self._look(self._second, mirrored)
            picture = ((picture * (255 - matte) + person * matte + 127) // 255).astype(np.uint8)
        return picture

    def _put_face(self, canvas: np.ndarray, time_s: float, person: int) -> None:
        units = action_units_at(time_s, person)
        if units != self._on_canvas.get(person):
            canvas[PATCH] = self._portrait.render(units)
            self._on_canvas[person] = units

    def _view(self, time_s: float) -> np.ndarray:
        """(3, 3) from px of the portrait to px of the picture, kept inside the portrait."""
        x, y, across = (_eased(CAMERA, time_s, k) for k in (1, 2, 3))
        width, height = self._size
        side = self._first.shape[0] / SCALE - 1
        down = across * 3 / 4
        zoom = max(min(width / across, height / down), width / side, height / side)
        x = np.clip(x, width / zoom / 2, side - width / zoom / 2)
        y = np.clip(y, height / zoom / 2, side - height / zoom / 2)
        return np.array([[zoom, 0, width / 2 - zoom * x], [0, zoom, height / 2 - zoom * y], [0, 0, 1]])

    def _look(self, canvas: np.ndarray, view: np.ndarray) -> np.ndarray:
        shift = 0.5 / SCALE - 0.5
        shrink = np.array([[1 / SCALE, 0, shift], [0, 1 / SCALE, shift], [0, 0, 1]])
        return cv2.warpAffine(canvas, (view @ shrink)[:2], self._size, flags=cv2.INTER_LINEAR)


def action_units_at(time_s: float, person: int = 1) -> dict[str, float]:
    """Strengths 0..1 of one person's action units at a time of the script."""
    parts = [shown for shown in SCRIPT if shown.person == person and shown.expression != NOBODY]
    before = max((s for s in parts if s.start_s <= time_s), key=lambda s: s.start_s, default=parts[0])
    after = min((s for s in parts if s.start_s > time_s), key=lambda s: s.start_s, default=before)
    turn = (
        _ease((time_s - before.end_s) / max(after.start_s - before.end_s, 1e-6))
        if after is not before
        else 0.0
    )
    names = before.action_units.keys() | after.action_units.keys()
    mixed = {
        name: (1 - turn) * before.action_units.get(name, 0.0) + turn * after.action_units.get(name, 0.0)
        for name in sorted(names)
    }
    blink = max((1 - abs(time_s - middle) / BLINK_HALF_S for middle in BLINKS_S[person - 1]), default=0.0)
    if blink > 0:
        mixed["AU45"] = max(mixed.get("AU45", 0.0), min(1.0, 1.4 * blink))
    return mixed


def _second_place(time_s: float) -> np.ndarray:
    """(3, 3) that mirrors the portrait and puts person 2 beside person 1, in px of the portrait."""
    x = _eased(ENTRANCE, time_s, 1)
    s = SECOND_SIZE
    return np.array([[-s, 0, x + s * FACE_X], [0, s, SECOND_Y - s * FACE_Y], [0, 0, 1]])


def _eased(track: tuple[tuple[float, ...], ...], time_s: float, column: int) -> float:
    """A value of a track of keyframes (time first), eased in and out of each."""
    for before, after in pairwise(track):
        if time_s <= after[0]:
            share = _ease((time_s - before[0]) / (after[0] - before[0]))
            return before[column] + share * (after[column] - before[column])
    return track[-1][column]


def _ease(share: float) -> float:
    """0..1 to 0..1 with no speed at both ends."""
    share = min(max(share, 0.0), 1.0)
    return share * share * (3 - 2 * share)
