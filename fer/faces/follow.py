"""Faces through a video: the mesh of the last frame says where to look in this one.

The detector runs only when a face is lost, when something may have changed and at a set interval:
this is where the speed comes from.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from fer.faces.cuts import CutDetector
from fer.faces.detectors.base import Detector, intersection_over_smaller, intersection_over_union
from fer.faces.mesh import FaceMesh, Regions, make_faces, mesh_boxes, regions_from_landmarks
from fer.faces.track import Tracker
from fer.records import UNCONFIRMED, Detections, Faces, Frame, Suggestion
from fer.stages import Stages

FOLLOW_PRESENCE = 0.5
"""Mesh presence from which a face is followed without the detector."""

ACCEPT_PRESENCE = 0.1
"""A detection in which the mesh sees a face this much is one."""

TINY_PX, ACCEPT_TINY_SCORE = 48.0, 0.7
"""The mesh does not see faces under about 40 px: there the detector's score decides."""

ACCEPT_SCORE = 0.9
"""From this score on the detector is believed against the mesh (masks, hands, strong turns)."""

SAME_FACE_IOU = 0.3
"""A detection that overlaps a followed face this much is that face."""

SAME_FACE_OVERLAP = 0.6
"""Two meshes that share this much of the smaller one slid onto the same face."""

UPSIDE_DOWN_SCORE = 0.9
"""Of 120 press photos on their heads the detector finds 71%, nearly all with less; upright ones reach .91."""

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


def find_faces(image: np.ndarray, detector: Detector, mesh: FaceMesh, stages: Stages) -> Faces:
    """Faces of a single picture, false detections thrown out by the mesh.

    Args:
        image: (H, W, 3) uint8, RGB.
        detector: Where to look.
        mesh: Landmarks and presence.
        stages: Clock of the steps.

    Returns:
        Accepted faces, highest score first, without ids.
    """
    with stages.time("detect"):
        found = detector.detect(image)
    return _accepted(image, found, mesh, stages)


def _accepted(image: np.ndarray, found: Detections, mesh: FaceMesh, stages: Stages) -> Faces:
    """Detections that are faces, with the mesh's box where the mesh is trusted."""
    tiny = (found.xyxy[:, 2:] - found.xyxy[:, :2]).max(1, initial=0) < TINY_PX
    with stages.time("mesh"):
        faces = _fitted_again(image, mesh.faces(image, found), np.flatnonzero(~tiny), mesh)
    believed = found.score >= np.where(tiny, ACCEPT_TINY_SCORE, ACCEPT_SCORE)
    faces = faces[believed | (faces.presence >= ACCEPT_PRESENCE)]
    trusted = faces.presence >= FOLLOW_PRESENCE
    boxes = np.where(trusted[:, None], mesh_boxes(faces.landmarks), faces.detections.xyxy)
    return _without_doubles(replace(faces, detections=replace(faces.detections, xyxy=boxes)))


def _fitted_again(image: np.ndarray, faces: Faces, rows: np.ndarray, mesh: FaceMesh) -> Faces:
    """Fit again where the first mesh lies: a face stays one, what only looked like one falls apart."""
    landmarks, presence = faces.landmarks.copy(), faces.presence.copy()
    again, presence[rows] = mesh.fit(image, regions_from_landmarks(faces.landmarks[rows]))
    better = presence[rows] >= FOLLOW_PRESENCE
    landmarks[rows[better]] = again[better]
    odd = rows[faces.detections.score[rows] < UPSIDE_DOWN_SCORE]
    turned, seen = mesh.fit(image, _turned_over(regions_from_landmarks(faces.landmarks[odd])))
    over = seen > np.maximum(presence[odd], FOLLOW_PRESENCE)
    landmarks[odd[over]], presence[odd[over]] = turned[over], seen[over]
    return make_faces(faces.detections, landmarks, presence)


def _turned_over(regions: Regions) -> Regions:
    """The same squares upside down: a face on its head is found too, but its mesh is fitted to nothing."""
    return Regions(regions.center, regions.side, regions.roll + 180)


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
            return _join(self._detect(frame, Faces.empty()), self._follow(frame.image))
        faces = self._follow(frame.image)
        return self._detect(frame, faces) if self._should_detect(faces, frame.timestamp_s) else faces

    def _follow(self, image: np.ndarray) -> Faces:
        known = self._last[self._last.presence >= FOLLOW_PRESENCE]
        if not len(known):
            return Faces.empty()
        with self._stages.time("mesh"):
            landmarks, presence = self._mesh.fit(image, regions_from_landmarks(known.landmarks))
        score = known.detections.score
        seen = Detections(mesh_boxes(landmarks), score, np.full_like(known.detections.keypoints, np.nan))
        faces = replace(make_faces(seen, landmarks, presence), track_id=known.track_id)
        return _without_doubles(faces[presence >= FOLLOW_PRESENCE])

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
        overlap = intersection_over_union(found.xyxy, known.detections.xyxy) >= SAME_FACE_IOU
        known = _renewed(known, (found.score[:, None] * overlap).max(0, initial=0), closely=closely)
        new = _accepted(frame.image, found[~overlap.any(1)], self._mesh, self._stages)
        return _join(known, new[np.argsort(new.detections.xyxy[:, 0])])  # ids count from left to right

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


def _join(known: Faces, new: Faces) -> Faces:
    if not len(new):
        return known
    both = Detections.concatenate([known.detections, new.detections])
    landmarks = np.concatenate([known.landmarks, new.landmarks])
    faces = make_faces(both, landmarks, np.concatenate([known.presence, new.presence]))
    return _without_doubles(faces)


def _without_doubles(faces: Faces) -> Faces:
    """Two meshes on one face, or a box inside another, are one face: the first stays."""
    if len(faces) < 2:
        return faces
    boxes = faces.detections.xyxy
    same = intersection_over_smaller(boxes, boxes) >= SAME_FACE_OVERLAP
    return faces[~np.triu(same, 1).any(0)]
