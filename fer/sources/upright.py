"""Turning decoded video frames the way that the camera was held, from their display matrix."""

import av
import cv2
import numpy as np

_ONE = 1 << 16  # the matrix holds 16.16 fixed-point numbers

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


def upright(image: np.ndarray, picture: av.VideoFrame) -> np.ndarray:
    """Turn or mirror a picture as its frame's display matrix asks.

    Args:
        image: (H, W, 3) uint8, any colour order.
        picture: The decoded frame that the image came from.

    Returns:
        (H, W, 3) or (W, H, 3) uint8; the image itself if there is nothing to turn, or the matrix
        asks for something other than quarter turns and mirrors.

    Reference:
        ISO/IEC 14496-12, transformation matrix of the track header.
    """
    side_data = picture.side_data.get("DISPLAYMATRIX")
    if side_data is None:
        return image
    matrix = np.frombuffer(bytes(side_data)[:20], np.int32)
    signs = tuple(round(int(matrix[i]) / _ONE) for i in (0, 1, 3, 4))
    turn = _TURNS.get(signs)
    return image if turn is None else turn(image)
