"""Which points of the 468-point mesh are joined by lines when it is drawn.

The lines are a Delaunay triangulation of one face seen from the front; the openings of eyes and mouth
are left free, so that they stay open when the face moves.
"""

import base64
from functools import lru_cache

import cv2
import numpy as np

from fer.constants import N_LANDMARKS

# Where the points lie on a level face with its mouth a little open: x and y in 0..255 of its box, one
# byte each. Measured with the mesh model on the built-in sample.
_LAYOUT = (
    "gKp/i3+VdWx/gX51flYuU348fi59AICvgLOAtYDMgNGA2IHdgeJ/kHaPBS1PXERdOVwqVlhZP0BMQTNCLEYiXVjlKlEDVxZW"
    "SIRxqXSzY61bsWq0Y7ZOxXaLdIIbPF1rXYhcgyeCdHY1MSY0DxxmOVZFRrkVr2aOb5FRu1e7Hy5djUkxRyk8BRclQhcUOA0z"
    "cq9nsV+0aZBUvFjDWbtrimW1bbV2tHDhcNtx1nPQdMtjxWDHXclazFKnBoB/kl7CW8JylWGTcJNScUB3W4ggDigbMClWz2Is"
    "XhdZATBaFmReVyFKZWVjhQtqHmssbkFtUWldZHRYDn4YSHqQX3UAVWVfWogmUWN/C5ZeU2t5Lcou0wR/H7wHRFfue5JVfA1X"
    "OldEV1XEEZFr/EvrPeF9F4L/TVdWVVxUEEZVTUtKQUk3SzFNAD8zVYCcW6FljHCdfkk710niavchxFtQbGiC+ln1CZVryWjM"
    "ZdBj1WHZXLhYt1W1S68hl2xeZktgTV+3Iq9wSlzefmp0Y35hZXeC8oHpbudFx1GQT9M3j0ebMZ9r7198Pc1K2j26FqIwuxKp"
    "QKdmbmeJYYxrg11CSzw7Oy49JUIfUwJrKGEzZEJkUGJbXmJbA2pijmxwb4l1jm+LZJF2j3iRYlNoVmtXLU8nSohsz1OJj/gt"
    "rly6XcRc01alWb5AsUHKQtFG3F2r5dNR/FfoVbeDj6mMs52sprGXtJ62tMWIi4mC4Tyga6GIooPYgoh2xzHWNe0cljmmRbu5"
    "7a+ZjpCRsLuqu90uoYyyMrQqvwXlJbkX6DjwM46vmrGis5aPrbupwqi6k4qbtZS0i7SS4JHbkNaOz43LnsWgxqTJp8yupvp/"
    "o8Gmwo2VnpKOk6xxv3ekh9sO0xvLKazPmiydF6EBzlroY59X3UqYZZqF82rgatJuvW2taaFkiVjyfuVIhJCfdf9VmF+liNdR"
    "m3/2lp9TknnWydXT/H/jvPdEre6Dkql78lfDVrpXrcPvkZr8uevG4bBXp1WhVO5GqE2ySrxJxkvMTf4/ylWkoJmMj53I17vi"
    "mvfixKJRkWir9PeUlsiZy5zQntWh2aW4qbestbav35eQXpZLnU2itt+ujUqn3ohjmHaV573HrpC008iPuJrQn5jvn3zGzbnZ"
    "xbnqotK68KjAp5hul4mdi5KDn0KxPME7zz3YQt5T/WvWYctku2StYqJem1v9ap2OkXCPiYmOj4uakYiPhpGbU5VWkVfQT9ZK"
)

RIGHT_EYE = (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7)
LEFT_EYE = (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249)
INNER_LIPS = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95)
OUTER_LIPS = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146)
RIGHT_BROW = (46, 53, 52, 65, 55)
LEFT_BROW = (276, 283, 282, 295, 285)
OPENINGS = (RIGHT_EYE, LEFT_EYE, INNER_LIPS)
"""Closed rings round the eyes and inside the lips."""

FEATURES = ((RIGHT_EYE, True), (LEFT_EYE, True), (INNER_LIPS, True), (OUTER_LIPS, True))
"""Rings that carry the expression; True: closed."""

BROWS = ((RIGHT_BROW, False), (LEFT_BROW, False))


def layout() -> np.ndarray:
    """(468, 2) float32: the points of a level face in 0..255 of its box."""
    return (
        np.frombuffer(base64.b64decode("".join(_LAYOUT)), np.uint8).reshape(N_LANDMARKS, 2).astype(np.float32)
    )


@lru_cache(maxsize=1)
def edges() -> np.ndarray:
    """(m, 2) int: the pairs of points that are joined, each once, the smaller index first."""
    points = layout()
    # Points on one spot would be lost: move each by its own tiny amount.
    points += np.column_stack([np.arange(N_LANDMARKS) % 7, np.arange(N_LANDMARKS) % 5]) * 0.02
    net = cv2.Subdiv2D((-1, -1, 258, 258))
    for x, y in points.tolist():
        net.insert((x, y))
    corners = np.asarray(net.getTriangleList()).reshape(-1, 2)
    inside = ((corners > -1) & (corners < 258)).all(1).reshape(-1, 3).all(1)
    corners = corners.reshape(-1, 3, 2)[inside].reshape(-1, 2)
    nearest = ((corners[:, None] - points[None]) ** 2).sum(2).argmin(1).reshape(-1, 3)
    pairs = np.concatenate([nearest[:, [0, 1]], nearest[:, [1, 2]], nearest[:, [2, 0]]])
    pairs = np.unique(np.sort(pairs, axis=1), axis=0)
    return np.array([pair for pair in pairs if not _spans_an_opening(*pair)])


def _spans_an_opening(a: int, b: int) -> bool:
    for ring in OPENINGS:
        if a in ring and b in ring:
            apart = abs(ring.index(a) - ring.index(b))
            return apart not in (1, len(ring) - 1)
    return False
