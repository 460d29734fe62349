"""YuNet's network through ONNX Runtime: a picture of any size in, boxes with scores and points out.

OpenCV reads the same file, but needs 2.3 times the processor time, and half as much again whenever the
picture's size changes. The answers are those of its `FaceDetectorYN` but for rounding.
"""

import math
import os

import cv2
import numpy as np

from fer.faces.detectors.base import NMS_IOU

STRIDES = (8, 16, 32)
"""Pixels of the picture a cell of each of the network's three grids."""

SIZE_STEP = 32
"""Pictures are filled up with black to multiples of this many pixels."""

KEPT_PIXELS = 1_500_000
"""Memory for a larger picture is given back after it, which takes a third of the time more; what close looks
at a video of 1080p need is kept and used again: fresh memory costs half as much as the network."""

POINTS = 5

_FIXED, _ANY = b"\x0a\x03\x08\x80\x05", (b"\x0a\x03\x12\x01h", b"\x0a\x03\x12\x01w")
"""The file says 640 for the height and width of its input; named sizes, of as many bytes, mean any."""


class YuNetNetwork:
    """The network on one processor.

    Args:
        content: The bytes of the .onnx file.
        score_threshold: Faces below this score are left out.

    Raises:
        ValueError: It is damaged or not a YuNet.
    """

    def __init__(self, content: bytes, score_threshold: float) -> None:
        # Imported here, so that a file that cannot be read is refused before. From 1.29 on it tells its maker
        # about every program that uses it, unless this is set; the versions that are asked for do not.
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"
        import onnxruntime

        onnxruntime.disable_telemetry_events()  # Windows
        self._score_threshold = score_threshold
        for size in _ANY:
            content = content.replace(_FIXED, size, 1)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        try:
            self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        except Exception as exc:  # ONNX Runtime's own errors have no common base
            raise ValueError(f"not to be read: {type(exc).__name__}") from exc
        self._giving_back = onnxruntime.RunOptions()
        self._giving_back.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        self._input = self._session.get_inputs()[0]
        self._kept = np.empty(0, np.float32)
        self._names = [f"{kind}_{stride}" for stride in STRIDES for kind in ("cls", "obj", "bbox", "kps")]
        if self._input.shape[2:] != ["h", "w"] or not set(self._names) <= {
            output.name for output in self._session.get_outputs()
        }:
            raise ValueError("its input or outputs are not those of a YuNet")

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """The faces of a picture.

        Args:
            image: (H, W, 3) uint8, RGB.

        Returns:
            (n, 15) float32, best score first: left, top, width, height, x and y of the subject's right eye,
            left eye, nose tip and corners of the mouth, score.
        """
        planes = self._planes(image)
        large = planes[0, 0].size > KEPT_PIXELS
        outputs = self._session.run(
            self._names, {self._input.name: planes}, self._giving_back if large else None
        )
        grids = [[np.asarray(output)[0] for output in outputs[k : k + 4]] for k in range(0, len(outputs), 4)]
        rows = [
            self._rows(grid, stride, planes.shape[3] // stride)
            for grid, stride in zip(grids, STRIDES, strict=True)
        ]
        return _best(np.concatenate(rows))

    def _planes(self, image: np.ndarray) -> np.ndarray:
        """(1, 3, height, width) float32, BGR, filled up with black; in the memory that is kept if it fits."""
        height, width = image.shape[:2]
        shape = (1, 3, height + -height % SIZE_STEP, width + -width % SIZE_STEP)
        if math.prod(shape[2:]) > KEPT_PIXELS:
            planes = np.empty(shape, np.float32)
        else:
            if math.prod(shape) > self._kept.size:
                self._kept = np.empty(shape, np.float32).reshape(-1)
            planes = self._kept[: math.prod(shape)].reshape(shape)
        planes[:, :, height:], planes[:, :, :height, width:] = 0, 0
        for plane, values in zip(planes[0], reversed(cv2.split(image)), strict=True):
            plane[:height, :width] = values
        return planes

    def _rows(self, grid: list[np.ndarray], stride: int, columns: int) -> np.ndarray:
        """(n, 15) faces of one grid.

        Args:
            grid: (cells, 1) how much it is a face, (cells, 1) how much there is something, (cells, 4) offset
                of the middle in cells and logarithm of the sides in cells, (cells, 10) offsets in cells.
            stride: Pixels a cell.
            columns: Cells a row.
        """
        face, there, box, points = grid
        score = np.sqrt(np.clip(face[:, 0], 0, 1) * np.clip(there[:, 0], 0, 1))
        cells = np.flatnonzero(score >= self._score_threshold)
        corner = np.column_stack([cells % columns, cells // columns]).astype(np.float32)
        middle, sides = (box[cells, :2] + corner) * stride, np.exp(box[cells, 2:]) * stride
        places = (points[cells] + np.tile(corner, POINTS)) * stride
        return np.column_stack([middle - sides / 2, sides, places, score[cells]]).astype(np.float32)


def _best(rows: np.ndarray) -> np.ndarray:
    """One row for each face, best score first."""
    kept = cv2.dnn.NMSBoxes(rows[:, :4].astype(int).tolist(), rows[:, 14].tolist(), 0.0, NMS_IOU)
    return rows[np.asarray(kept, np.int64).reshape(-1)]
