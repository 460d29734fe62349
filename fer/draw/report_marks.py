"""A report's faces at any frame of its video: the numbers and words of a copy are those of the report."""

from dataclasses import replace

import numpy as np

from fer.constants import N_LANDMARKS
from fer.records import N_KEYPOINTS, Detections, Faces, Observations
from fer.timeline.timeline import Timeline

BOXES = ["x", "y", "width", "height"]


class ReportMarks:
    """The faces of a report, to be drawn into the frames of its video.

    At an analysed frame they are the rows of the timeline. In between, words stay as they were and boxes
    move evenly.

    Args:
        timeline: Of the video; the smoothed one has the numbers that charts and episodes show.
    """

    def __init__(self, timeline: Timeline) -> None:
        self._unsure_below, self._sets = timeline.unsure_below, timeline.sets
        self._hold_s = timeline.gap_s
        self._times = timeline.frame_times_s
        table = timeline.table
        first_rows = np.flatnonzero(np.diff(timeline.frame_of_row, prepend=-1))
        self._rows = np.append(first_rows, len(table))
        self._frames = table["frame"].to_numpy(np.int64)[first_rows]
        self._has_face = timeline.has_face
        corner_and_size = table[BOXES].to_numpy(np.float64)
        self._boxes = np.concatenate(
            [corner_and_size[:, :2], corner_and_size[:, :2] + corner_and_size[:, 2:]], 1
        )
        self._score = table["detection_score"].to_numpy(np.float32)
        self._pose = table[["yaw", "pitch", "roll"]].to_numpy(np.float32)
        self._ids, self._probs = timeline.face_of_row, timeline.probs.astype(np.float32)
        self._quality = table["quality"].tolist()

    def at(self, frame_index: int, timestamp_s: float) -> Observations:
        """The faces at a frame, whether it was analysed or not.

        Args:
            frame_index: Number of the frame in its source.
            timestamp_s: Its time.

        Returns:
            Faces without meshes; none after a gap in the analysis.
        """
        place = int(np.searchsorted(self._frames, frame_index, side="right")) - 1
        if place < 0 or timestamp_s - self._times[place] > self._hold_s:
            return Observations.empty(frame_index, timestamp_s)
        shown = self._analysed(place)
        if self._frames[place] == frame_index or place + 1 == len(self._frames):
            return shown
        return self._moved(shown, self._analysed(place + 1), timestamp_s)

    def boxes_at(self, frame_index: int) -> np.ndarray:
        """(n, 4) float64 xyxy px: the faces of an analysed frame; none in any other."""
        place = int(np.searchsorted(self._frames, frame_index))
        if place == len(self._frames) or self._frames[place] != frame_index:
            return np.zeros((0, 4))
        return self._boxes[self._face_rows(place)]

    def _face_rows(self, place: int) -> np.ndarray:
        rows = np.arange(self._rows[place], self._rows[place + 1])
        return rows[self._has_face[rows]]

    def _analysed(self, place: int) -> Observations:
        rows = self._face_rows(place)
        n = len(rows)
        boxes = Detections(
            self._boxes[rows].astype(np.float32),
            self._score[rows],
            np.full((n, N_KEYPOINTS, 2), np.nan, np.float32),
        )
        mesh = np.full((n, N_LANDMARKS, 3), np.nan, np.float32)
        faces = Faces(boxes, mesh, np.zeros(n, np.float32), self._pose[rows], self._ids[rows])
        quality = tuple(self._quality[row] for row in rows)
        return Observations(
            int(self._frames[place]),
            float(self._times[place]),
            faces,
            self._probs[rows],
            quality,
            unsure_below=self._unsure_below,
            sets=self._sets,
        )

    def _moved(self, before: Observations, after: Observations, timestamp_s: float) -> Observations:
        """Boxes between two analysed frames; a face that is not in the second stays where it was."""
        gap_s = after.timestamp_s - before.timestamp_s
        if not 0 < gap_s <= self._hold_s:
            return before
        part = np.float32((timestamp_s - before.timestamp_s) / gap_s)
        boxes = before.faces.detections.xyxy.copy()
        for row, face in enumerate(before.faces.track_id):
            same = np.flatnonzero(after.faces.track_id == face)
            if len(same):
                boxes[row] += part * (after.faces.detections.xyxy[same[0]] - boxes[row])
        moved = replace(before.faces, detections=replace(before.faces.detections, xyxy=boxes))
        return replace(before, faces=moved, timestamp_s=timestamp_s)
