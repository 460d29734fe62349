"""Every vocabulary of the project, defined once: emotions, colours, quality codes.

The class order is FER2013's own; `fer.emotion.network` checks it against the model's manifest.
"""

EMOTIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
"""Class names in the order of the network's outputs and of FER2013's labels 0 to 6."""

DISPLAY_ORDER = ("happy", "surprise", "neutral", "sad", "fear", "disgust", "angry")
"""The order of every legend, table and stacked chart."""

UNSURE = "unsure"
"""The answer when no calibrated probability reaches the threshold."""

EMOTION_COLORS = {
    "happy": "#E69F00",
    "surprise": "#56B4E9",
    "sad": "#0072B2",
    "angry": "#D55E00",
    "disgust": "#009E73",
    "fear": "#CC79A7",
    "neutral": "#8C8C8C",
    UNSURE: "#C9C9C9",
}
"""Okabe-Ito palette (colour-blind safe); always shown with a word beside the colour."""

QUALITY_OK = "ok"
"""A face that enters the statistics."""

EXCLUDED = "excluded"
"""Of a face in a stretch that somebody has marked to be left out."""

QUALITY_CODES = (
    *("no_face", "small", "blurred", "dark", "turned", "cut_off"),
    *("mouth_covered", "eyes_covered", EXCLUDED),
)
"""Why a frame or a face is left out of the statistics. Several codes are joined by ``+``."""

QUALITY_TEXT = {
    QUALITY_OK: "usable",
    "no_face": "no face found",
    "small": "face too small",
    "blurred": "blurred",
    "dark": "too dark",
    "turned": "turned away",
    "cut_off": "cut off by the frame's edge",
    "mouth_covered": "mouth covered",
    "eyes_covered": "eyes covered",
    EXCLUDED: "in an excluded range",
}
"""What a person reads for each code."""

AU_CODES = (
    *("AU01", "AU02", "AU04", "AU05", "AU06", "AU07", "AU09", "AU10"),
    *("AU12", "AU15", "AU17", "AU20", "AU25", "AU26", "AU45"),
)
"""Action Units in the order of every array of k values, as OpenFace writes them."""

SUPPORTED, CONTRADICTED, NOT_CHECKABLE = "supported", "contradicted", "not_checkable"
UNIT_VERDICTS = (SUPPORTED, CONTRADICTED, NOT_CHECKABLE)
"""What Action Units can say to the network's answer."""

FACE_SIZE_PX = 48
"""Side of the network's gray input, as in FER2013."""

N_LANDMARKS = 468
"""Points of the face mesh (MediaPipe's canonical face model)."""

HIDE_MODES = ("none", "blur", "mesh")
"""What can be done to faces in pictures that are shown to others."""
