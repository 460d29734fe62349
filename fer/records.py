"""The records that travel through the pipeline: Frame, Detections, Faces, Observations.

Each is frozen, checks its shapes and dtypes when it is made, and has an empty value. Nothing found
is a value of shape ``(0, ...)``, never None.
"""

from dataclasses import dataclass, field

import numpy as np

from fer.action_units.records import ActionUnits
from fer.constants import EMOTIONS, N_LANDMARKS, QUALITY_OK

N_KEYPOINTS = 6
UNCONFIRMED = -1
"""Track id of a face that is not yet sure to be one."""


def _check(record: object, name: str, shape: tuple[int | None, ...], dtype: type) -> None:
    """Raise ValueError unless ``record.name`` is an array of that shape (None: any) and dtype."""
    array = getattr(record, name)
    got = (getattr(array, "shape", None), getattr(array, "dtype", type(array)))
    fits = (
        isinstance(array, np.ndarray)
        and array.ndim == len(shape)
        and all(want is None or want == have for want, have in zip(shape, array.shape, strict=True))
        and np.issubdtype(array.dtype, dtype)
    )
    if not fits:
        wanted = f"shape {shape}, {dtype.__name__}"
        raise ValueError(f"{type(record).__name__}.{name}: wanted {wanted}, got {got[0]}, {got[1]}")


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture of a source.

    Args:
        image: (H, W, 3) uint8, RGB.
        index: Number of the frame in its source, counted from 0 over all decoded frames.
        timestamp_s: Presentation time in seconds from the stream's own clock.
        source: Label of the source. A label only, never a path to open.
    """

    image: np.ndarray
    index: int = 0
    timestamp_s: float = 0.0
    source: str = ""

    def __post_init__(self) -> None:
        _check(self, "image", (None, None, 3), np.uint8)

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
        """The chosen rows (index array, slice or boolean mask) as a new record."""
        return Faces(
            self.detections[rows],
            self.landmarks[rows],
            self.presence[rows],
            self.pose[rows],
            self.track_id[rows],
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
    """

    frame_index: int
    timestamp_s: float
    faces: Faces
    probs: np.ndarray
    quality: tuple[str, ...]
    action_units: ActionUnits = field(default_factory=ActionUnits.empty)
    left_out: int = 0
    unread: np.ndarray = field(default_factory=lambda: np.zeros((0, 4), np.float32))

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

    @classmethod
    def empty(cls, frame_index: int = 0, timestamp_s: float = 0.0) -> "Observations":
        """A frame without a face."""
        none = np.zeros((0, len(EMOTIONS)), np.float32)
        return cls(frame_index, timestamp_s, Faces.empty(), none, ())
