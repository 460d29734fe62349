"""Faces of one picture: what a detector finds and the mesh agrees with; lying ones where nobody else is."""

from dataclasses import replace

import numpy as np

from fer.faces.detectors.base import Detector, intersection_over_smaller
from fer.faces.lying import detect_lying, lies
from fer.faces.mesh import FaceMesh, Regions, make_faces, mesh_boxes, regions_from_landmarks
from fer.records import UNCONFIRMED, Detections, Faces
from fer.stages import Stages

TRUSTED_PRESENCE = 0.5
"""Mesh presence from which a face lies where the mesh says, and is followed without the detector."""

ACCEPT_PRESENCE = 0.1
"""A detection in which the mesh sees a face this much is one."""

TINY_PX, ACCEPT_TINY_SCORE = 48.0, 0.7
"""The mesh does not see faces under about 40 px: there the detector's score decides."""

ACCEPT_SCORE = 0.9
"""From this score on the detector is believed against the mesh (masks, hands, strong turns)."""

SAME_FACE_OVERLAP = 0.6
"""Two meshes that share this much of the smaller one slid onto the same face."""

UPSIDE_DOWN_SCORE = 0.9
"""Of 120 press photos on their heads the detector finds 71%, nearly all with less; upright ones reach .91."""

LYING_PRESENCE, LYING_SCORE = 0.9, 0.75
"""What is found in a turned picture is a face if the mesh in it lies and sees a face this much; and where
nothing is found in the upright one, if the detector gives it this score: a cat on its side gets .67."""

SETTLING_FITS = 3
"""So often the mesh of such a face is fitted anew: one that lies wrong by up to 90 degrees comes round."""

LYING_LONG_SIDE_PX = 1280
"""A photo is made as small as this before it is turned: a quarter of the time and memory of a large one."""


def find_faces(image: np.ndarray, detector: Detector, mesh: FaceMesh, stages: Stages) -> Faces:
    """Faces of a single picture, false detections thrown out by the mesh.

    Where nobody is, or only what may be nobody, the picture is looked at turned on its sides too.

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
    faces = accepted(image, found, mesh, stages)
    if anybody(faces, detector):
        return faces
    with stages.time("detect"):
        found = detect_lying(image, detector, long_side_px=LYING_LONG_SIDE_PX)
    lying = accepted_lying(image, found, mesh, stages)
    wins, loses = contest(lying, faces)
    both = join(faces[~loses], lying[wins])
    return both[np.argsort(-both.detections.score, kind="stable")] if wins.any() else faces


def accepted(image: np.ndarray, found: Detections, mesh: FaceMesh, stages: Stages) -> Faces:
    """Detections that are faces, with the mesh's box where the mesh is trusted."""
    tiny = (found.xyxy[:, 2:] - found.xyxy[:, :2]).max(1, initial=0) < TINY_PX
    with stages.time("mesh"):
        faces = _fitted_again(image, mesh.faces(image, found), np.flatnonzero(~tiny), mesh)
    believed = found.score >= np.where(tiny, ACCEPT_TINY_SCORE, ACCEPT_SCORE)
    faces = faces[believed | (faces.presence >= ACCEPT_PRESENCE)]
    trusted = faces.presence >= TRUSTED_PRESENCE
    boxes = np.where(trusted[:, None], mesh_boxes(faces.landmarks), faces.detections.xyxy)
    return without_doubles(replace(faces, detections=replace(faces.detections, xyxy=boxes)))


def accepted_lying(image: np.ndarray, found: Detections, mesh: FaceMesh, stages: Stages) -> Faces:
    """Of what was found in a turned picture, the faces that do lie on their side."""
    faces = accepted(image, found, mesh, stages)
    with stages.time("mesh"):
        faces = _settled(image, faces, mesh)
    return faces[lies(faces) & (faces.presence >= LYING_PRESENCE)]


def anybody(faces: Faces, detector: Detector) -> bool:
    """Whether a face is there that makes it needless to look for lying ones."""
    return bool((faces.detections.score >= detector.likely_score).any())


def contest(lying: Faces, faces: Faces) -> tuple[np.ndarray, np.ndarray]:
    """Faces of the turned picture against those of the upright one: of two in one place that with the higher
    score wins, as a mesh that is fitted to a face the wrong way round is as sure as any.

    Args:
        lying: n faces.
        faces: m faces.

    Returns:
        wins: (n,) bool, the lying ones that are taken.
        loses: (m,) bool, the others that give way to them.
    """
    boxes = lying.detections, faces.detections
    same = intersection_over_smaller(boxes[0].xyxy, boxes[1].xyxy) >= SAME_FACE_OVERLAP
    rivals = np.where(same, boxes[1].score[None], 0).max(1, initial=0)
    wins = lying.detections.score > np.where(same.any(1), rivals, LYING_SCORE)
    return wins, np.asarray(same[wins].any(0))


def join(known: Faces, new: Faces) -> Faces:
    """Both, without ids; of two on one face the known one."""
    return without_doubles(stacked(known, new)) if len(new) else known


def stacked(first: Faces, second: Faces) -> Faces:
    """The rows of both, without ids."""
    both = Faces.concatenate([first, second])
    return replace(both, track_id=np.full(len(both), UNCONFIRMED, np.int64))


def without_doubles(faces: Faces) -> Faces:
    """Two meshes on one face, or a box inside another, are one face: the first stays."""
    if len(faces) < 2:
        return faces
    boxes = faces.detections.xyxy
    same = intersection_over_smaller(boxes, boxes) >= SAME_FACE_OVERLAP
    return faces[~np.triu(same, 1).any(0)]


def _fitted_again(image: np.ndarray, faces: Faces, rows: np.ndarray, mesh: FaceMesh) -> Faces:
    """Fit again where the first mesh lies: a face stays one, what only looked like one falls apart."""
    landmarks, presence = faces.landmarks.copy(), faces.presence.copy()
    again, presence[rows] = mesh.fit(image, regions_from_landmarks(faces.landmarks[rows]))
    better = presence[rows] >= TRUSTED_PRESENCE
    landmarks[rows[better]] = again[better]
    odd = rows[faces.detections.score[rows] < UPSIDE_DOWN_SCORE]
    turned, seen = mesh.fit(image, _turned_over(regions_from_landmarks(faces.landmarks[odd])))
    over = seen > np.maximum(presence[odd], TRUSTED_PRESENCE)
    landmarks[odd[over]], presence[odd[over]] = turned[over], seen[over]
    return make_faces(faces.detections, landmarks, presence)


def _settled(image: np.ndarray, faces: Faces, mesh: FaceMesh) -> Faces:
    """Each mesh fitted where the last fit says, some times: one that was fitted askew turns to the face."""
    landmarks, presence = faces.landmarks, faces.presence
    for _ in range(SETTLING_FITS if len(faces) else 0):
        landmarks, presence = mesh.fit(image, regions_from_landmarks(landmarks))
    boxes = replace(faces.detections, xyxy=mesh_boxes(landmarks))
    return make_faces(boxes, landmarks, presence)


def _turned_over(regions: Regions) -> Regions:
    """The same squares upside down: a face on its head is found too, but its mesh is fitted to nothing."""
    return Regions(regions.center, regions.side, regions.roll + 180)
