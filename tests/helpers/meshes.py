"""Made-up faces with meshes, and a detector that sees them."""

import numpy as np

from fer.faces.mesh import CHIN, FOREHEAD, LEFT_EYE_OUTER, RIGHT_EYE_OUTER, make_faces
from fer.records import N_KEYPOINTS, Detections, Faces

BOX = (40.0, 40.0, 160.0, 160.0)


def turned(*, yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0) -> np.ndarray:
    """(1, 468, 3) mesh with the four pose points, turned by degrees in the stated directions."""
    points = np.zeros((468, 3))
    points[RIGHT_EYE_OUTER], points[LEFT_EYE_OUTER] = (-50, 0, 0), (50, 0, 0)
    points[FOREHEAD], points[CHIN] = (0, -60, 0), (0, 60, 0)
    y, p, r = np.deg2rad([yaw, pitch, roll])
    about_y = np.array([[np.cos(y), 0, -np.sin(y)], [0, 1, 0], [np.sin(y), 0, np.cos(y)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(p), np.sin(p)], [0, -np.sin(p), np.cos(p)]])
    about_z = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    return (points @ (about_z @ about_x @ about_y).T)[None]


def faces_of(*scores: float, ids: tuple[int, ...] = ()) -> Faces:
    """Faces side by side, the mesh sure of each."""
    n = len(scores)
    xyxy = np.array([np.add(BOX, [200.0 * k, 0, 200.0 * k, 0]) for k in range(n)], np.float32).reshape(n, 4)
    boxes = Detections(xyxy, np.array(scores, np.float32), np.full((n, N_KEYPOINTS, 2), np.nan, np.float32))
    points = np.random.default_rng(3).random((468, 2), np.float32)
    corner, side = xyxy[:, None, :2], (xyxy[:, 2:] - xyxy[:, :2])[:, None]
    landmarks = np.dstack([corner + side * points, np.zeros((n, 468), np.float32)]).astype(np.float32)
    faces = make_faces(boxes, landmarks, np.full(n, 0.95, np.float32))
    return Faces(boxes, landmarks, faces.presence, faces.pose, np.array(ids, np.int64)) if ids else faces


class Watched:
    """A detector whose looks are counted, by the size of the picture."""

    name, sure_score, likely_score = "watched", 0.75, 0.5

    def __init__(self, *scores: float) -> None:
        self.scores, self.sizes = scores, []

    def detect(self, image: np.ndarray, *, smallest_px: float = 0.0) -> Detections:
        """The same faces at every look."""
        self.sizes.append(image.shape[:2])
        return faces_of(*self.scores).detections
