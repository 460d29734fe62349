"""The records that travel through the pipeline, from `Frame` to `Observations`, and `SourceInfo`.

Each is frozen, checks its shapes and dtypes when it is made, and has an empty value. Nothing found
is a value of shape ``(0, ...)``, never None.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from fer.constants import AU_CODES, EMOTIONS, N_LANDMARKS, QUALITY_OK
from fer.given import check_picture, check_time
from fer.verdict import NO_SETS, SetRule, answer_words, plausible, verdicts

N_KEYPOINTS = 6
UNCONFIRMED = -1
"""Track id of a face that is not yet sure to be one."""

MEASURES = len(AU_CODES) + 3
"""Numbers that are measured of a face before its Action Units are judged."""


_KINDS = {np.floating: "f", np.integer: "iu"}
"""What NumPy calls the kinds of numbers; asking `np.issubdtype` takes as long as a layer of a network."""


def _check(record: object, name: str, shape: tuple[int | None, ...], dtype: type) -> None:
    """Raise ValueError unless ``record.name`` is an array of that shape (None: any) and dtype."""
    array = getattr(record, name)
    if not (isinstance(array, np.ndarray) and _fits(array, shape, dtype)):
        got = (getattr(array, "shape", None), getattr(array, "dtype", type(array)))
        wanted = f"shape {shape}, {dtype.__name__}"
        raise ValueError(f"{type(record).__name__}.{name}: wanted {wanted}, got {got[0]}, {got[1]}")


def _fits(array: np.ndarray, shape: tuple[int | None, ...], dtype: type) -> bool:
    """As `_check` asks for it: fifty times a frame, so without a generator."""
    found, kind = array.shape, array.dtype
    if len(found) != len(shape) or not (kind.type is dtype or kind.kind in _KINDS.get(dtype, "")):
        return False
    for wanted, size in zip(shape, found, strict=True):  # noqa: SIM110
        if wanted is not None and wanted != size:
            return False
    return True


def _are_all(rows: np.ndarray, n: int) -> bool:
    """Whether an index array or a mask chooses all of n rows, in their order."""
    if len(rows) != n:
        return False
    return bool(rows.all() if rows.dtype == bool else (rows == np.arange(n)).all())


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture of a source.

    Args:
        image: (H, W, 3) uint8, RGB. OpenCV gives BGR: ``cv2.cvtColor(image, cv2.COLOR_BGR2RGB)``.
        index: Number of the frame in its source, counted from 0 over all decoded frames.
        timestamp_s: Presentation time in seconds from the stream's own clock; NaN: a live stream has none.
        source: Label of the source. A label only, never a path to open.

    Raises:
        ValueError: The image has another form or no pixels, or the time is no number; says the cure.
    """

    image: np.ndarray
    index: int = 0
    timestamp_s: float = 0.0
    source: str = ""

    def __post_init__(self) -> None:
        check_picture("Frame.image", self.image)
        check_time("Frame.timestamp_s", self.timestamp_s, unknown=True)

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self.image.shape[1]

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.image.shape[0]


@dataclass(frozen=True, eq=False)
class Detections:
    """Face boxes of one frame.

    Args:
        xyxy: (n, 4) float32, left, top, right, bottom in pixels; may reach beyond the frame.
        score: (n,) float32 in 0..1.
        keypoints: (n, 6, 2) float32 pixels: the subject's right eye, left eye, nose tip, mouth
            centre, right ear, left ear; NaN where a detector does not give one.
    """

    xyxy: np.ndarray
    score: np.ndarray
    keypoints: np.ndarray

    def __post_init__(self) -> None:
        _check(self, "xyxy", (None, 4), np.floating)
        n = len(self.xyxy)
        _check(self, "score", (n,), np.floating)
        _check(self, "keypoints", (n, N_KEYPOINTS, 2), np.floating)

    def __len__(self) -> int:
        return len(self.xyxy)

    def __getitem__(self, rows) -> "Detections":
        """The chosen rows (index array, slice or boolean mask) as a new record."""
        return Detections(self.xyxy[rows], self.score[rows], self.keypoints[rows])

    @classmethod
    def empty(cls) -> "Detections":
        """No face: every array has length 0."""
        return cls(
            np.zeros((0, 4), np.float32),
            np.zeros(0, np.float32),
            np.zeros((0, N_KEYPOINTS, 2), np.float32),
        )

    @classmethod
    def concatenate(cls, parts: "list[Detections]") -> "Detections":
        """The rows of all parts, in order."""
        if not parts:
            return cls.empty()
        return cls(
            np.concatenate([p.xyxy for p in parts]),
            np.concatenate([p.score for p in parts]),
            np.concatenate([p.keypoints for p in parts]),
        )


@dataclass(frozen=True, eq=False)
class Faces:
    """Faces of one frame with their meshes.

    Args:
        detections: The n boxes.
        landmarks: (n, 468, 3) float32 pixels; z in the scale of x, smaller is nearer.
        presence: (n,) float32 in 0..1, the mesh model's belief that there is a face.
        pose: (n, 3) float32 degrees: yaw (positive: towards the subject's left), pitch
            (positive: up), roll (positive: clockwise in the picture).
        track_id: (n,) integer, -1 while a face is not yet sure.
    """

    detections: Detections
    landmarks: np.ndarray
    presence: np.ndarray
    pose: np.ndarray
    track_id: np.ndarray

    def __post_init__(self) -> None:
        n = len(self.detections)
        _check(self, "landmarks", (n, N_LANDMARKS, 3), np.floating)
        _check(self, "presence", (n,), np.floating)
        _check(self, "pose", (n, 3), np.floating)
        _check(self, "track_id", (n,), np.integer)

    def __len__(self) -> int:
        return len(self.detections)

    def __getitem__(self, rows) -> "Faces":
        """The chosen rows (index array, slice or boolean mask) as a record; this very one if they are all."""
        if isinstance(rows, np.ndarray) and _are_all(rows, len(self)):
            return self
        return Faces(
            self.detections[rows],
            self.landmarks[rows],
            self.presence[rows],
            self.pose[rows],
            self.track_id[rows],
        )

    @classmethod
    def concatenate(cls, parts: "list[Faces]") -> "Faces":
        """The rows of all parts, in order; the very part if there is one."""
        if len(parts) == 1:
            return parts[0]
        if not parts:
            return cls.empty()
        return cls(
            Detections.concatenate([p.detections for p in parts]),
            np.concatenate([p.landmarks for p in parts]),
            np.concatenate([p.presence for p in parts]),
            np.concatenate([p.pose for p in parts]),
            np.concatenate([p.track_id for p in parts]),
        )

    @classmethod
    def empty(cls) -> "Faces":
        """No face: every array has length 0."""
        return cls(
            Detections.empty(),
            np.zeros((0, N_LANDMARKS, 3), np.float32),
            np.zeros(0, np.float32),
            np.zeros((0, 3), np.float32),
            np.zeros(0, np.int64),
        )


@dataclass(frozen=True)
class UnitVerdict:
    """What the Action Units say to the network's answer.

    Args:
        emotion: The network's answer.
        kind: One of `UNIT_VERDICTS`.
        ratio: Log-likelihood ratio of the answer over the base rates.
        fits: The expression that the units speak for; empty where there is none.
        seen: (code, intensity) of the units behind it, the strongest first.
        missing: Codes of the units without which the answer hardly exists and which are not seen.
    """

    emotion: str
    kind: str
    ratio: float = 0.0
    fits: str = ""
    seen: tuple[tuple[str, float], ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class ActionUnits:
    """Units of the n faces of a frame; relative intensities, not FACS coding.

    Args:
        intensity: (n, k) float32 in 0..5 in the order of `AU_CODES`; NaN: can't tell.
        sigma: (n, k) float32, its standard deviation.
        present: (n, k) float32, probability that the unit is present; NaN: can't tell.
        state: (n, k) int8: 1 seen, 0 not seen, -1 can't tell.
        verdicts: n, what the units say to the network's answer.
        captured: (n,) bool: the face's neutral values were captured.
        blinks_per_minute: (n,) float32; NaN in photos and in the first seconds.
        measures: (n, k + 3) float32: `fer.action_units.formulas`, then yaw, pitch and roll in degrees; what
            it takes to judge the face again over another neutral face. NaN where nothing is told of it.
    """

    intensity: np.ndarray
    sigma: np.ndarray
    present: np.ndarray
    state: np.ndarray
    verdicts: tuple[UnitVerdict, ...]
    captured: np.ndarray
    blinks_per_minute: np.ndarray
    measures: np.ndarray

    def __post_init__(self) -> None:
        n = len(self.verdicts)
        for name in ("intensity", "sigma", "present", "state"):
            shape = getattr(self, name).shape
            if shape != (n, len(AU_CODES)):
                raise ValueError(f"ActionUnits.{name}: wanted ({n}, {len(AU_CODES)}), got {shape}")
        for name in ("captured", "blinks_per_minute"):
            if getattr(self, name).shape != (n,):
                raise ValueError(f"ActionUnits.{name}: wanted ({n},), got {getattr(self, name).shape}")
        if self.measures.shape != (n, MEASURES):
            raise ValueError(f"ActionUnits.measures: wanted ({n}, {MEASURES}), got {self.measures.shape}")

    def __len__(self) -> int:
        return len(self.verdicts)

    @classmethod
    def empty(cls) -> "ActionUnits":
        """Nothing was measured, or there is no face."""
        values = np.zeros((0, len(AU_CODES)), np.float32)
        none = np.zeros(0, np.float32)
        measures = np.zeros((0, MEASURES), np.float32)
        return cls(values, values, values, values.astype(np.int8), (), none.astype(bool), none, measures)


@dataclass(frozen=True)
class Suggestion:
    """Two ids that may be one person; only a person can tell.

    Args:
        first: The earlier id.
        second: The later id.
        left_s: When the first was seen last before the second came.
        came_s: When the second came.
    """

    first: int
    second: int
    left_s: float
    came_s: float


@dataclass(frozen=True, eq=False)
class Observations:
    """What was read from one frame.

    Args:
        frame_index: Number of the frame in its source.
        timestamp_s: Presentation time in seconds.
        faces: The n faces.
        probs: (n, 7) float32, calibrated, in the order of `EMOTIONS`; rows sum to 1.
        quality: (n,) tuple of reason codes, ``"ok"`` or codes joined by ``+``.
        action_units: Relative intensities of the n faces; empty where none are measured.
        left_out: Faces that were found beyond the cap on faces a frame, and not read.
        unread: (m, 4) boxes, xyxy px, of faces that were found and not read: beyond the cap, or
            not yet sure. They are hidden too where faces are hidden.
        unsure_below: A highest probability under this is "unsure".
        sets: From which probability on an expression is plausible.
    """

    frame_index: int
    timestamp_s: float
    faces: Faces
    probs: np.ndarray
    quality: tuple[str, ...]
    action_units: ActionUnits = field(default_factory=ActionUnits.empty)
    left_out: int = 0
    unread: np.ndarray = field(default_factory=lambda: np.zeros((0, 4), np.float32))
    unsure_below: float = 0.0
    sets: SetRule = NO_SETS

    def __post_init__(self) -> None:
        n = len(self.faces)
        _check(self, "probs", (n, len(EMOTIONS)), np.floating)
        if len(self.quality) != n:
            raise ValueError(f"Observations.quality: wanted {n} codes, got {len(self.quality)}")
        _check(self, "unread", (None, 4), np.floating)
        if len(self.action_units) not in (0, n):
            raise ValueError(f"Observations.action_units: wanted {n} faces, got {len(self.action_units)}")

    def __len__(self) -> int:
        return len(self.faces)

    @property
    def usable(self) -> np.ndarray:
        """(n,) bool: the faces that enter the statistics."""
        return np.array([code == QUALITY_OK for code in self.quality], bool)

    @property
    def verdicts(self) -> tuple[list[str], np.ndarray]:
        """n emotion names or "unsure", and (n,) the highest probabilities; see `fer.verdict.verdicts`."""
        return verdicts(self.probs, self.unsure_below)

    @property
    def plausible(self) -> list[str]:
        """The expressions that are plausible for each face, ``sad|neutral``; see `fer.verdict.plausible`."""
        return plausible(self.probs, self.unsure_below, self.sets)

    @property
    def words(self) -> list[str]:
        """What people read of each face: a name, "sad or neutral", or "unsure"."""
        return [answer_words(*one) for one in zip(self.verdicts[0], self.plausible, strict=True)]

    def with_unsure_below(self, unsure_below: float) -> "Observations":
        """The same readings under another threshold."""
        return replace(self, unsure_below=unsure_below)

    @classmethod
    def empty(cls, frame_index: int = 0, timestamp_s: float = 0.0) -> "Observations":
        """A frame without a face."""
        none = np.zeros((0, len(EMOTIONS)), np.float32)
        return cls(frame_index, timestamp_s, Faces.empty(), none, ())


FATES = ("read", "read_in_part", "passed_over", "refused")
"""What can become of a file that was given."""

LOST = ("passed_over", "refused")
"""Of these nothing was read."""


@dataclass(frozen=True)
class GivenFile:
    """What became of one file that was given.

    Args:
        name: Label: its path below the given folder or zip file.
        kind: ``"image"``, ``"video"``, ``"zip"`` or ``"unknown"``.
        fate: One of `FATES`.
        reason: Why it was not read whole, one sentence; empty if it was.
        code: Of the error, for one that was refused.
    """

    name: str
    kind: str
    fate: str
    reason: str = ""
    code: str = ""

    def __post_init__(self) -> None:
        if self.fate not in FATES:
            raise ValueError(f"GivenFile.fate: wanted one of {FATES}, got {self.fate!r}")

    def as_text(self) -> str:
        """Name, reason and code, as for an error message."""
        return f"{self.name}: {self.reason}" + (f" [{self.code}]" if self.code else "")


@dataclass(frozen=True)
class SourceInfo:
    """Facts about one video, one set of photos or one live session.

    Args:
        name: Label, never a path.
        kind: ``"video"``, ``"photos"`` or ``"live"``.
        sha256: Hash of the bytes in hex, empty where there is no file.
        width: Width of the upright picture in pixels, 0 if unknown.
        height: Height of the upright picture in pixels, 0 if unknown.
        fps: Mean frame rate that the stream declares, in frames a second; None if unknown.
        duration_s: Length in seconds; None if unknown (recordings of a browser).
        frames_decoded: Frames that could be decoded, with those that sampling dropped.
        frames_skipped: Damaged frames and packets that were left out.
        partial: Only a part of the source could be read.
        notes: What the user should know, one sentence each.
        codec: FFmpeg's name of a video's codec; empty if unknown.
        pixel_format: FFmpeg's name of its pixel format; empty if unknown.
        starts_s: Where its first picture stands on the file's own clock, in seconds; times count from there.
        given: What became of every file that was given with it; empty where nothing was given but the source.
    """

    name: str
    kind: str
    sha256: str = ""
    width: int = 0
    height: int = 0
    fps: float | None = None
    duration_s: float | None = None
    frames_decoded: int = 0
    frames_skipped: int = 0
    partial: bool = False
    notes: tuple[str, ...] = ()
    codec: str = ""
    pixel_format: str = ""
    starts_s: float = 0.0
    given: tuple[GivenFile, ...] = ()
