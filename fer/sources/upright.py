"""Turning decoded video frames the way that the camera was held, from their display matrix."""

from collections.abc import Callable

import av
import cv2
import numpy as np

_TINY_PX = 16

# (a, b, c, d): the pixel (x, y) is shown at (a x + c y, b x + d y), y pointing down.
_TURNS = {
    (-1, 0, 0, -1): lambda image: cv2.rotate(image, cv2.ROTATE_180),
    (0, 1, -1, 0): lambda image: cv2.rotate(image, cv2.ROTATE_90_CLOCKWISE),
    (0, -1, 1, 0): lambda image: cv2.rotate(image, cv2.ROTATE_90_COUNTERCLOCKWISE),
    (-1, 0, 0, 1): lambda image: cv2.flip(image, 1),
    (1, 0, 0, -1): lambda image: cv2.flip(image, 0),
    (0, 1, 1, 0): cv2.transpose,
    (0, -1, -1, 0): lambda image: cv2.flip(cv2.transpose(image), -1),
}


class Upright:
    """Turns or mirrors the pictures of one stream as their display matrix asks.

    Reference:
        ISO/IEC 14496-12, transformation matrix of the track header.
    """

    def __init__(self) -> None:
        self._turns: dict[int, Callable[[np.ndarray], np.ndarray] | None] = {}

    def turn(self, image: np.ndarray, picture: av.VideoFrame) -> np.ndarray:
        """The upright picture.

        Args:
            image: (H, W, 3) uint8, any colour order.
            picture: The decoded frame that the image came from.

        Returns:
            (H, W, 3) or (W, H, 3) uint8; the image itself if there is nothing to turn, or the
            matrix asks for something other than quarter turns and mirrors.
        """
        angle = picture.rotation
        if angle not in self._turns:
            self._turns[angle] = _wanted_turn(picture)
        turn = self._turns[angle]
        return image if turn is None else turn(image)


def _wanted_turn(picture: av.VideoFrame) -> Callable[[np.ndarray], np.ndarray] | None:
    # Asking a frame for its side data ties the two into a reference cycle, and its memory then waits
    # for the garbage collector: a gigabyte in a few hundred frames. So a tiny copy is asked.
    tiny = picture.reformat(width=_TINY_PX, height=_TINY_PX, format="gray")
    side_data = tiny.side_data.get("DISPLAYMATRIX")
    if side_data is None:
        return None
    matrix = np.frombuffer(bytes(side_data)[:20], np.int32)
    parts = [int(matrix[i]) for i in (0, 1, 3, 4)]
    scale = max(map(abs, parts)) or 1  # some files ask for another size too, which players do not follow
    a, b, c, d = (round(part / scale) for part in parts)
    return _TURNS.get((a, b, c, d))
