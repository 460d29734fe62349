"""Numbers of the portrait: control points, contours, and how each action unit moves them; px of the portrait.

The subject's right is left in the picture. Points come from the 468-point face mesh, corrected by eye.
"""

FACE_X, FACE_Y = 225.5, 120.0
"""Middle of the portrait's face, px."""

# Head, helmet ring and shoulders, px of the portrait.
OUTLINE = (
    (276, 31), (248, 18), (227, 16), (201, 23), (185, 38), (163, 51), (156, 58), (153, 68), (155, 98),
    (157, 104), (170, 116), (174, 128), (182, 132), (183, 149), (165, 149), (150, 153), (138, 160),
    (130, 168), (122, 180), (120, 199), (114, 200), (103, 215), (90, 227), (76, 235), (60, 253), (44, 282),
    (39, 306), (33, 330), (357, 330), (357, 323), (356, 302), (352, 287), (347, 282), (340, 262), (318, 242),
    (303, 233), (298, 217), (281, 192), (257, 171), (257, 160), (264, 149), (266, 137), (275, 134),
    (290, 117), (296, 107), (300, 93), (296, 58), (286, 40),
)  # fmt: skip

# Control points on the subject's right half (left in the picture) and on the left half, px.
PAIRS = {
    "brow_outer": ((189.6, 90.6), (261.5, 95.2)),
    "brow_arch": ((198.5, 87.5), (252.8, 91.0)),
    "brow_middle": ((206.5, 89.2), (245.5, 91.6)),
    "brow_inner": ((213.2, 92.3), (238.5, 92.6)),
    "fringe_outer": ((188.0, 80.5), (262.0, 88.0)),
    "fringe_inner": ((207.0, 79.5), (244.5, 81.5)),
    "eye_outer": ((193.0, 101.0), (258.2, 104.4)),
    "eye_inner": ((214.5, 103.0), (236.2, 104.4)),
    "lid_upper": ((203.2, 97.6), (247.4, 100.2)),
    "crease": ((203.0, 92.6), (248.0, 95.2)),
    "lashes": ((203.0, 95.0), (248.0, 97.6)),
    "lid_lower": ((203.7, 104.0), (246.4, 106.2)),
    "temple": ((178.8, 102.3), (273.3, 107.6)),
    "wing": ((207.6, 124.1), (239.7, 125.8)),
    "cheek": ((188.8, 119.5), (259.4, 123.3)),
    "fold": ((200.6, 130.4), (247.2, 133.0)),
    "face_edge": ((179.9, 130.9), (269.1, 135.9)),
    "corner": ((201.8, 139.5), (245.0, 141.0)),
    "beside_corner": ((195.0, 140.0), (251.8, 142.6)),
    "under_corner": ((199.0, 147.6), (247.0, 150.0)),
    "jaw_edge": ((184.4, 146.5), (263.5, 151.5)),
}
UPPER_LIP_PAIRS = {
    "upper_side": ((208.5, 139.3), (238.5, 140.2)),
    "upper_bow": ((217.0, 139.2), (229.0, 139.6)),
    "upper_side_inner": ((208.5, 141.0), (238.5, 141.9)),
    "upper_bow_inner": ((216.0, 142.5), (230.5, 143.2)),
}
LOWER_LIP_PAIRS = {
    "lower_side_inner": ((209.0, 146.0), (236.5, 146.6)),
    "lower_bow_inner": ((215.5, 149.0), (230.5, 149.4)),
    "lower_side": ((209.7, 149.4), (235.5, 150.2)),
    "chin_side": ((206.6, 171.0), (236.4, 172.8)),
    "jaw": ((193.5, 159.5), (251.5, 163.0)),
    "chin_dimple_side": ((211.0, 160.0), (232.5, 161.0)),
}
MIDDLE = {
    "glabella": (225.6, 94.0),
    "nasion": (225.0, 103.0),
    "nose_tip": (223.2, 125.0),
    "nose_base": (223.0, 132.3),
}
UPPER_LIP_MIDDLE = {"upper": (223.4, 140.4), "upper_inner": (223.2, 143.6)}
LOWER_LIP_MIDDLE = {
    "lower_inner": (223.0, 149.7),
    "lower": (223.0, 154.7),
    "chin_dimple": (222.0, 160.0),
    "chin": (221.2, 175.4),
    "neck": (221.0, 192.0),
}

# Where each action unit moves the points at full strength: px to the subject's side (away from the
# middle) and px down. "smile_off" takes the portrait's own smile away.
MOVES: dict[str, dict[str, tuple[float, float]]] = {
    "smile_off": {
        "corner": (-5.0, 6.4),
        "beside_corner": (-3.4, 4.2),
        "under_corner": (-2.2, 1.2),
        "fold": (-1.2, 1.6),
        "cheek": (-0.6, 1.2),
        "lid_lower": (0.0, 0.5),
        "upper_side": (-3.6, 4.0),
        "upper_bow": (-1.0, 1.6),
        "upper": (0.0, 1.4),
        "upper_side_inner": (-3.6, 5.0),
        "upper_bow_inner": (-1.4, 2.9),
        "upper_inner": (0.0, 2.4),
        "lower_side_inner": (-3.8, 0.1),
        "lower_bow_inner": (-1.4, -3.4),
        "lower_inner": (0.0, -3.7),
        "lower_side": (-3.4, 0.6),
        "lower": (0.0, -2.0),
        "chin_dimple": (0.0, -1.6),
        "chin_dimple_side": (-0.4, -1.6),
        "chin": (0.0, -1.2),
        "chin_side": (0.0, -1.2),
        "jaw": (-0.8, 0.0),
        "jaw_edge": (-1.0, 0.0),
    },
    "AU01": {
        "crease": (0.0, -0.8),
        "brow_inner": (0.0, -4.2),
        "brow_middle": (0.0, -2.0),
        "glabella": (0.0, -1.2),
    },
    "AU02": {
        "brow_outer": (0.5, -3.6),
        "brow_arch": (0.3, -4.6),
        "brow_middle": (0.0, -2.4),
        "crease": (0.0, -1.6),
        "fringe_outer": (0.0, -0.8),
        "fringe_inner": (0.0, -0.8),
    },
    "AU04": {
        "brow_inner": (-2.5, 4.8),
        "brow_middle": (-1.8, 4.7),
        "brow_arch": (-0.9, 3.5),
        "brow_outer": (-0.3, 2.3),
        "glabella": (0.0, 2.2),
        "crease": (0.0, 1.8),
        "lashes": (0.0, 0.8),
        "lid_upper": (0.0, 0.6),
    },
    "AU05": {"crease": (0.0, -0.9), "lashes": (0.0, -1.2), "lid_upper": (0.0, -1.2), "lid_lower": (0.0, 0.7)},
    "AU15": {
        "corner": (0.4, 3.4),
        "beside_corner": (0.6, 2.4),
        "under_corner": (0.6, 2.2),
        "upper_side_inner": (0.2, 1.0),
        "upper_side": (0.2, 1.0),
        "lower_side_inner": (0.2, 1.2),
        "lower_side": (0.2, 1.2),
    },
    "AU17": {
        "chin": (0.0, -0.8),
        "chin_dimple": (0.0, -2.0),
        "chin_dimple_side": (0.0, -1.6),
        "lower": (0.0, -1.8),
        "lower_inner": (0.0, -1.0),
        "lower_bow_inner": (0.0, -1.0),
        "upper_inner": (0.0, -1.0),
        "upper_bow_inner": (0.0, -1.0),
        "upper": (0.0, -0.8),
        "upper_bow": (0.0, -0.8),
    },
    "AU24": {
        "corner": (-1.0, 0.0),
        "upper": (0.0, 1.2),
        "upper_bow": (0.0, 1.4),
        "upper_side": (-0.6, 1.0),
        "lower": (0.0, -2.0),
        "lower_side": (-0.6, -1.6),
    },
    "AU26": {
        "corner": (-2.6, 4.6),
        "beside_corner": (-1.2, 3.6),
        "under_corner": (-0.8, 7.0),
        "upper_inner": (0.0, -1.6),
        "upper_bow_inner": (0.0, -1.4),
        "upper": (0.0, -1.2),
        "upper_bow": (0.0, -1.0),
        "upper_side_inner": (-0.8, -0.2),
        "upper_side": (-0.8, -0.2),
        "lower_side_inner": (-0.6, 10.5),
        "lower_bow_inner": (-0.6, 12.0),
        "lower_inner": (0.0, 12.5),
        "lower_side": (-0.6, 10.5),
        "lower": (0.0, 12.5),
        "chin_dimple": (0.0, 12.0),
        "chin_dimple_side": (0.0, 12.0),
        "chin": (0.0, 11.0),
        "chin_side": (0.0, 9.5),
        "jaw": (-0.8, 5.5),
        "jaw_edge": (-0.6, 1.2),
        "neck": (0.0, 3.0),
    },
}
ACTION_UNITS = ("AU01", "AU02", "AU04", "AU05", "AU12", "AU15", "AU17", "AU24", "AU26", "AU45")
"""What can be asked for, each 0..1; AU12 = 1 is the portrait's own smile."""

# Contours, px: the lids (left eye corner to right in the picture) and the lips' inner edges.
LIDS = (
    (
        (
            (193.2, 100.6),
            (196.0, 99.2),
            (199.0, 97.9),
            (202.5, 97.4),
            (206.0, 97.9),
            (209.5, 99.4),
            (214.0, 102.8),
        ),
        (
            (193.2, 100.6),
            (197.0, 102.6),
            (200.0, 103.6),
            (203.7, 104.3),
            (207.5, 104.2),
            (210.5, 103.7),
            (214.0, 102.8),
        ),
    ),
    (
        (
            (236.5, 104.2),
            (239.5, 102.3),
            (243.0, 100.8),
            (246.5, 100.2),
            (250.0, 100.5),
            (253.5, 101.7),
            (258.0, 104.3),
        ),
        (
            (236.5, 104.2),
            (240.0, 105.2),
            (243.5, 106.0),
            (246.8, 106.4),
            (250.5, 106.1),
            (254.0, 105.3),
            (258.0, 104.3),
        ),
    ),
)
TEETH = (
    (203.5, 140.6),
    (207.0, 141.2),
    (212.0, 142.0),
    (217.0, 143.0),
    (223.5, 143.8),
    (230.0, 143.4),
    (236.0, 142.3),
    (243.0, 141.6),
    (238.0, 144.4),
    (234.5, 147.0),
    (230.5, 148.6),
    (226.0, 149.1),
    (222.5, 149.2),
    (217.0, 148.7),
    (213.0, 147.4),
    (208.5, 144.8),
)
FOLDS = (
    ((204.8, 125.5), (200.8, 130.5), (197.2, 136.0), (197.3, 139.5)),
    ((243.0, 127.5), (247.2, 133.0), (250.2, 138.5), (249.6, 142.5)),
)
FURROWS = (((220.8, 88.0), (221.8, 95.5)), ((230.6, 88.5), (229.6, 95.8)))
LIPS = (
    (
        (202.5, 139.3),
        (210.0, 139.4),
        (215.7, 139.1),
        (220.0, 139.7),
        (223.4, 140.4),
        (227.9, 139.6),
        (232.1, 139.6),
        (237.9, 140.0),
        (244.6, 140.4),
        (238.6, 142.2),
        (235.0, 142.7),
        (230.7, 143.6),
        (223.6, 144.1),
        (215.7, 142.9),
        (206.4, 141.1),
    ),
    (
        (206.4, 143.5),
        (210.0, 146.2),
        (213.6, 148.0),
        (217.1, 149.0),
        (222.9, 149.5),
        (227.9, 149.3),
        (231.4, 148.8),
        (235.0, 147.0),
        (238.6, 144.6),
        (238.6, 146.8),
        (233.6, 151.0),
        (229.3, 153.9),
        (224.3, 154.8),
        (219.3, 154.5),
        (215.0, 153.1),
        (210.7, 150.2),
        (206.4, 145.0),
    ),
)
# From a corner to the middle.
UPPER_LIP_INNER = ("corner", "upper_side_inner", "upper_bow_inner", "upper_inner")
LOWER_LIP_INNER = ("corner", "lower_side_inner", "lower_bow_inner", "lower_inner")
