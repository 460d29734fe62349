"""Labels by hand: faces well spread over a recording, tagged one after another, written out again."""

import io
import math
import zipfile
from collections.abc import Hashable
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from fer.constants import DISPLAY_ORDER, EMOTIONS, FACE_SIZE_PX
from fer.dataset.readers.labeled import TAG_COLUMNS
from fer.faces.crop import DEFAULT_FRAME, CropFrame, crop_faces
from fer.faces.patches import square_patch
from fer.io.spreadsheet import Sheet, as_csv
from fer.records import Frame, Observations
from fer.text import clock

CANNOT_TELL = "cannot_tell"
"""The tag of a face whose expression the person cannot name; it is counted, not evaluated."""

TAG_KEYS = {str(k): name for k, name in enumerate(DISPLAY_ORDER, 1)} | {"0": CANNOT_TELL}
"""Key on the keyboard -> tag."""

FIRST_GAP_S = 0.5
"""Two samples of one face are at least this far apart: neighbouring frames show the same thing."""

MAX_KEPT = 600
"""Samples in memory while a recording is read, about 15 kB each."""

PICTURE_PX = 320
PICTURE_SIDE = 1.7
"""Side of the picture that a person sees, over the longer side of the face's box."""


@dataclass(frozen=True, eq=False)
class FaceSample:
    """One face to be tagged.

    Args:
        file: Label of its source.
        time_s: When, in seconds; NaN in a photo.
        face_id: Its id in that source.
        box: Left, top, width, height in pixels.
        crop: (48, 48) uint8 gray, what the network sees.
        probs: (7,) what the network made of it; out of sight while it is tagged.
        picture: JPEG of the face with some room around it, what a person sees.
        state: What the finished report says at that moment; empty while nobody knows.
    """

    file: str
    time_s: float
    face_id: int
    box: tuple[float, float, float, float]
    crop: np.ndarray
    probs: np.ndarray
    picture: bytes = b""
    state: str = ""

    def __post_init__(self) -> None:
        if self.crop.shape != (FACE_SIZE_PX, FACE_SIZE_PX) or self.crop.dtype != np.uint8:
            raise ValueError(f"FaceSample.crop: wanted (48, 48) uint8, got {self.crop.shape}")

    @property
    def group(self) -> Hashable:
        """Samples of one group show the same face of the same source."""
        return self.file, self.face_id

    @property
    def title(self) -> str:
        """What it is called in tables: "clip.mp4, face 1 at 0:12.4", of a photo "group.jpg, face 3"."""
        when = f" at {clock(self.time_s, tenths=True)}" if math.isfinite(self.time_s) else ""
        return f"{self.file}, face {self.face_id}{when}"


class FaceSampler:
    """Takes faces from analysed frames so that they are spread over time, in bounded memory.

    Where there are too many, the gap between two samples of one face is doubled and what lies closer is
    dropped: the samples of a long video are as evenly spread as those of a short one.

    Args:
        frame: The network's framing.
        most: Samples to keep.

    Example:
        >>> sampler = FaceSampler()
        >>> sampler.see(Frame(np.zeros((9, 9, 3), np.uint8)), Observations.empty(), still=True)
        >>> sampler.samples
        ()
    """

    def __init__(self, frame: CropFrame = DEFAULT_FRAME, *, most: int = MAX_KEPT) -> None:
        self._frame = frame
        self._most = most
        self._gap_s = FIRST_GAP_S
        self._stride, self._turn = 1, 0
        self._last_s: dict[Hashable, float] = {}
        self._kept: list[FaceSample] = []
        self.n_left_out = 0
        """Faces that were seen and are not usable (too small, blurred, turned away ...)."""

    @property
    def samples(self) -> tuple[FaceSample, ...]:
        """What is kept, in the order in which it was seen."""
        return tuple(self._kept)

    def see(self, frame: Frame, observations: Observations, *, still: bool) -> None:
        """Take the usable faces of one frame.

        Args:
            frame: The picture.
            observations: What was read from it.
            still: A photo: it has no time.
        """
        self.n_left_out += int((~observations.usable).sum())
        usable = [int(k) for k in np.flatnonzero(observations.usable)]
        rows = [k for k in usable if (self._is_next() if still else self._is_due(frame, observations, k))]
        if not rows:
            return
        faces = observations.faces[rows]
        crops, probs = crop_faces(frame.image, faces, self._frame), observations.probs[rows]
        time_s = math.nan if still else frame.timestamp_s
        for row, crop in enumerate(crops):
            left, top, right, bottom = (float(v) for v in faces.detections.xyxy[row])
            box = (left, top, right - left, bottom - top)
            picture = _picture(frame.image, box)
            self._kept.append(
                FaceSample(frame.source, time_s, int(faces.track_id[row]), box, crop, probs[row], picture)
            )
        while len(self._kept) > self._most:
            self._thin(still)

    def _is_next(self) -> bool:
        """Whether it is the turn of this face of a photo: every one, and fewer once there are too many."""
        self._turn += 1
        return (self._turn - 1) % self._stride == 0

    def _is_due(self, frame: Frame, observations: Observations, row: int) -> bool:
        group = (frame.source, int(observations.faces.track_id[row]))
        # The tiny shift keeps a frame at 0.49999 s from missing its turn.
        if frame.timestamp_s - self._last_s.get(group, -math.inf) < self._gap_s - 1e-6:
            return False
        self._last_s[group] = frame.timestamp_s
        return True

    def _thin(self, still: bool) -> None:
        """Drop about every second sample."""
        if still:
            self._kept, self._stride = self._kept[::2], 2 * self._stride
            return
        self._gap_s *= 2
        last: dict[Hashable, float] = {}
        kept = []
        for sample in self._kept:
            if sample.time_s - last.get(sample.group, -math.inf) >= self._gap_s - 1e-6:
                last[sample.group] = sample.time_s
                kept.append(sample)
        if len(kept) == len(self._kept):
            # More faces than places: then some faces have to go.
            kept = kept[::2]
        self._kept = kept


def _picture(image: np.ndarray, box: tuple[float, float, float, float]) -> bytes:
    """The face with some room around it, a (`PICTURE_PX`, `PICTURE_PX`) JPEG."""
    left, top, width, height = box
    side = max(PICTURE_SIDE * max(width, height), 1.0)
    patch = square_patch(image, np.array([left + width / 2, top + height / 2]), side, 0.0, PICTURE_PX)
    return cv2.imencode(".jpg", cv2.cvtColor(patch, cv2.COLOR_RGB2BGR))[1].tobytes()


@dataclass(frozen=True, eq=False)
class Tagging:
    """Faces and the tags of the first of them; every step gives a new record.

    Args:
        samples: In the order in which they are shown.
        tags: Tags of the first ``len(tags)`` samples: emotions or `CANNOT_TELL`.

    Raises:
        ValueError: A tag is unknown or there are more tags than faces.

    Example:
        >>> crop, probs = np.zeros((48, 48), np.uint8), np.full(7, 1 / 7)
        >>> face = FaceSample("a.jpg", math.nan, 1, (0, 0, 9, 9), crop, probs)
        >>> Tagging((face,)).tag("happy").tags
        ('happy',)
    """

    samples: tuple[FaceSample, ...]
    tags: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        unknown = set(self.tags) - {*EMOTIONS, CANNOT_TELL}
        if unknown or len(self.tags) > len(self.samples):
            raise ValueError(f"Tagging.tags: unknown {sorted(unknown)}, or more tags than faces")

    @property
    def current(self) -> FaceSample | None:
        """The face that is to be tagged; None when all are."""
        return None if self.done else self.samples[len(self.tags)]

    @property
    def done(self) -> bool:
        """True when every face has its tag."""
        return len(self.tags) == len(self.samples)

    @property
    def n_named(self) -> int:
        """Faces that were given an emotion."""
        return sum(tag != CANNOT_TELL for tag in self.tags)

    def tag(self, tag: str) -> "Tagging":
        """Give the current face a tag; nothing happens when all have theirs."""
        return self if self.done else replace(self, tags=(*self.tags, tag))

    def undo(self) -> "Tagging":
        """Take the last tag back."""
        return replace(self, tags=self.tags[:-1])

    def tagged(self) -> list[tuple[FaceSample, str]]:
        """Samples with their tags, those that could not be named included."""
        return list(zip(self.samples, self.tags, strict=False))

    def named(self) -> list[tuple[FaceSample, str]]:
        """Samples that were given an emotion, with it."""
        return [(sample, tag) for sample, tag in self.tagged() if tag != CANNOT_TELL]


def tags_csv(tagging: Tagging) -> str:
    """The tags as CSV with `TAG_COLUMNS`; times in seconds (empty for photos), boxes in pixels."""
    return as_csv(tags_sheet(tagging))


def tags_sheet(tagging: Tagging) -> Sheet:
    """The same table, to be written in any form."""
    rows = []
    for sample, tag in tagging.tagged():
        time_s = f"{sample.time_s:.6f}" if math.isfinite(sample.time_s) else ""
        box = [f"{value:.2f}" for value in sample.box]
        rows.append((sample.file, time_s, str(sample.face_id), *box, tag))
    return Sheet(TAG_COLUMNS, rows, frozenset(("file", "label")), "Tags")


def tags_zip(tagging: Tagging) -> bytes:
    """The named faces as a zip file that ``fer evaluate`` reads: ``<emotion>/0001.png``, 48 x 48 gray.

    The pictures are what the network saw, without loss, so that an evaluation of the file gives the same
    figures. File names hold numbers only: the CSV says what they are.
    """
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for number, (sample, tag) in enumerate(tagging.tagged(), 1):
            if tag != CANNOT_TELL:
                archive.writestr(f"{tag}/{number:04d}.png", cv2.imencode(".png", sample.crop)[1].tobytes())
        archive.writestr("tags.csv", tags_csv(tagging))
    return file.getvalue()
