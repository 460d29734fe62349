"""Faces through a video: the mesh of the last frame says where to look in this one.

The detector runs only when a face is lost, when something may have changed and at a set interval:
this is where the speed comes from.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from fer.faces.cuts import CutDetector
from fer.faces.detectors.base import Detector, intersection_over_union
from fer.faces.find import (
    TRUSTED_PRESENCE,
    accepted,
    accepted_lying,
    anybody,
    contest,
    join,
    stacked,
    without_doubles,
)
from fer.faces.lying import TURNS, detect_lying, lies, turns_for
from fer.faces.mesh import FaceMesh, make_faces, mesh_boxes, regions_from_landmarks
from fer.faces.track import Tracker
from fer.records import UNCONFIRMED, Detections, Faces, Frame, Suggestion
from fer.stages import Stages

SAME_FACE_IOU = 0.3
"""A detection that overlaps a followed face this much is that face."""

LYING_LONG_SIDE_PX, LYING_SMALLEST_PX = 320, 26.0
"""A video's picture is made as small as this to be turned, and the smallest face that is wanted then."""

RETRY_S = 0.1
"""While a face is missing, the detector looks for it this often."""

SLOW_STEP_S = 0.3
"""With longer pauses between frames the last mesh says little: then the detector looks at every frame."""

SMALLEST_PX = 20.0
"""Side of the smallest face that is looked for now and then; with it nearly all of 24 px are found."""

SMALLEST_SHARE, SMALLEST_OF_KNOWN = 0.04, 0.5
"""In between: faces of this share of the picture's long side, or of the smallest known face."""

UNSEEN_FACTOR, UNSEEN_UNTIL = 0.85, 0.3
"""A face that only the mesh sees keeps this much of its score at every close look, down to an end."""

_REMEMBERED = ("_cuts", "_tracker", "_last", "_size", "_seen_s", "_detected_s", "_looked_closely_s")


class FaceFollower:
    """Faces of consecutive frames of one stream, with ids.

    Args:
        detector: Finds new and lost faces.
        mesh: Follows known ones.
        interval_s: Seconds between two runs of the detector while all is well.
        stages: Clock of the steps.
    """

    def __init__(
        self,
        detector: Detector,
        mesh: FaceMesh,
        *,
        interval_s: float,
        stages: Stages,
    ) -> None:
        self._detector, self._mesh, self._stages = detector, mesh, stages
        self._interval_s = interval_s
        self._cuts = CutDetector()
        self._tracker = Tracker(sure_score=detector.sure_score, likely_score=detector.likely_score)
        self._last = Faces.empty()
        self._size = (0, 0)
        self._seen_s = self._detected_s = self._looked_closely_s = -np.inf

    @property
    def suggestions(self) -> tuple[Suggestion, ...]:
        """Pairs of ids that may be one person."""
        return self._tracker.suggestions

    @property
    def memory(self) -> dict[str, Any]:
        """What the next frame needs of those before it; not a copy."""
        return {name: getattr(self, name) for name in _REMEMBERED}

    def recall(self, memory: Mapping[str, Any]) -> None:
        """Go on where another follower of the same settings stopped.

        Args:
            memory: Its `memory`.
        """
        for name in _REMEMBERED:
            setattr(self, name, memory[name])

    def update(self, frame: Frame) -> Faces:
        """Faces of the next frame; `track_id` is -1 for those not yet sure."""
        with self._stages.time("track"):
            if self._cuts.is_cut(frame.image, frame.timestamp_s):
                self._tracker.cut()
                self._last = Faces.empty()
                self._looked_closely_s = -np.inf
        self._last = _scaled(self._last, self._size, (frame.width, frame.height))
        self._size = (frame.width, frame.height)
        faces = self._find(frame)
        with self._stages.time("track"):
            self._last = self._tracker.update(faces, frame)
        self._seen_s = frame.timestamp_s
        return self._last

    def _find(self, frame: Frame) -> Faces:
        """The faces of the next frame, without ids."""
        if abs(frame.timestamp_s - self._seen_s) >= SLOW_STEP_S:
            return join(self._detect(frame, Faces.empty()), self._follow(frame.image))
        faces = self._follow(frame.image)
        return self._detect(frame, faces) if self._should_detect(faces, frame.timestamp_s) else faces

    def _follow(self, image: np.ndarray) -> Faces:
        known = self._last[self._last.presence >= TRUSTED_PRESENCE]
        if not len(known):
            return Faces.empty()
        with self._stages.time("mesh"):
            landmarks, presence = self._mesh.fit(image, regions_from_landmarks(known.landmarks))
        score = known.detections.score
        seen = Detections(mesh_boxes(landmarks), score, np.full_like(known.detections.keypoints, np.nan))
        faces = replace(make_faces(seen, landmarks, presence), track_id=known.track_id)
        return without_doubles(faces[presence >= TRUSTED_PRESENCE])

    def _should_detect(self, faces: Faces, timestamp_s: float) -> bool:
        waited = timestamp_s - self._detected_s
        if not len(faces) or len(faces) < len(self._last) or waited >= self._interval_s or waited < 0:
            return True
        return waited >= RETRY_S and self._tracker.missing + self._tracker.undecided > 0

    def _detect(self, frame: Frame, known: Faces) -> Faces:
        """The known faces, as far as the detector goes on to see them, and new ones from left to right."""
        closely = self._looks_closely(frame.timestamp_s)
        smallest_px = SMALLEST_PX if closely else self._smallest_px(frame)
        with self._stages.time("detect"):
            found = self._detector.detect(frame.image, smallest_px=smallest_px)
        self._detected_s = frame.timestamp_s
        score, unknown = _matched(found, known)
        new = accepted(frame.image, unknown, self._mesh, self._stages)
        if closely and (turns := self._turns(known, score, new)):
            known, score, new = self._with_lying(frame.image, turns, known, score, new)
        known = _renewed(known, score, closely=closely)
        return join(known, new[np.argsort(new.detections.xyxy[:, 0])])  # ids count from left to right

    def _turns(self, known: Faces, score: np.ndarray, new: Faces) -> tuple[int, ...]:
        """How to turn the picture: both ways where nobody is for sure, else for those who lie unseen.

        Args:
            known: n followed faces.
            score: (n,) the detector's of them; 0 where it does not see them.
            new: The new faces of its look.
        """
        named = known.track_id != UNCONFIRMED
        if not named.any() and not anybody(known, self._detector) and not anybody(new, self._detector):
            return TURNS
        return turns_for(known[score < self._detector.likely_score])

    def _with_lying(
        self, image: np.ndarray, turns: tuple[int, ...], known: Faces, score: np.ndarray, new: Faces
    ) -> tuple[Faces, np.ndarray, Faces]:
        """The arguments of `_turns`, after a look at the turned picture: scores of those who lie, new faces,
        and better ones in the place of those who have no id."""
        with self._stages.time("detect"):
            found = detect_lying(
                image,
                self._detector,
                turns,
                long_side_px=LYING_LONG_SIDE_PX,
                smallest_px=LYING_SMALLEST_PX,
            )
        score = np.where(lies(known), np.maximum(score, _matched(found, known)[0]), score)
        named = known.track_id != UNCONFIRMED
        lying = accepted_lying(image, _matched(found, known[named])[1], self._mesh, self._stages)
        doubtful = np.flatnonzero(~named)
        wins, loses = contest(lying, stacked(known[doubtful], new))
        stay = np.delete(np.arange(len(known)), doubtful[loses[: len(doubtful)]])
        return known[stay], score[stay], join(new[~loses[len(doubtful) :]], lying[wins])

    def _looks_closely(self, timestamp_s: float) -> bool:
        """Whether small faces are due to be looked for."""
        waited = timestamp_s - self._looked_closely_s
        if 0 <= waited < self._interval_s:
            return False
        self._looked_closely_s = timestamp_s
        return True

    def _smallest_px(self, frame: Frame) -> float:
        """Side of the smallest face to look for in between: one like those that are known."""
        boxes = self._last.detections.xyxy
        known = (boxes[:, 2:] - boxes[:, :2]).max(1)
        share = SMALLEST_SHARE * max(frame.width, frame.height)
        return max(SMALLEST_PX, min(share, SMALLEST_OF_KNOWN * known.min(initial=np.inf)))


def _matched(found: Detections, known: Faces) -> tuple[np.ndarray, Detections]:
    """The best score (n,) of what was found at each known face, 0 where nothing was; and all the rest."""
    overlap = intersection_over_union(found.xyxy, known.detections.xyxy) >= SAME_FACE_IOU
    return (found.score[:, None] * overlap).max(0, initial=0), found[~overlap.any(1)]


def _renewed(known: Faces, seen: np.ndarray, *, closely: bool) -> Faces:
    """Followed faces with the detector's new scores: those who have no id yet at every look, the others at
    close ones. Only there a face that the detector overlooks loses some of its score, and is dropped at last.

    Args:
        known: n faces.
        seen: (n,) scores; 0 where the detector sees nothing.
        closely: It looked for small faces too.
    """
    before = known.detections.score
    due = closely | (known.track_id == UNCONFIRMED)
    unseen = UNSEEN_FACTOR * before if closely else before
    score = np.where(seen > 0, (before + seen) / 2, unseen)
    score = np.where(due, score, before).astype(np.float32)
    known = replace(known, detections=replace(known.detections, score=score))
    return known[~due | (score >= UNSEEN_UNTIL)]


def _scaled(faces: Faces, before: tuple[int, int], now: tuple[int, int]) -> Faces:
    """Faces in a picture whose size, (width, height) px, has changed."""
    if before == now or not len(faces):
        return faces
    x, y = now[0] / before[0], now[1] / before[1]
    boxes = faces.detections
    scale = np.array([x, y], np.float32)
    detections = Detections(boxes.xyxy * np.tile(scale, 2), boxes.score, boxes.keypoints * scale)
    return replace(faces, detections=detections, landmarks=faces.landmarks * np.array([x, y, x], np.float32))
