"""Faces and expressions by the PyPI package fer, one photo a line of JSON. Runs in an environment of its own.

OTHER_PYTHON tests/bench/rivals/fer_package.py haar|mtcnn FOLDER > FILE
"""

import json
import os
import sys
from importlib import metadata
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# The folder of this script must not be searched: `fer` is the package here, not this project.
sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != Path(__file__).parent]

import cv2  # noqa: E402


def main(detector: str, folder: Path) -> None:
    """Read every photo of a folder and print what was found."""
    try:
        from fer.fer import FER
    except ImportError:
        from fer import FER
    reader = FER(mtcnn=detector == "mtcnn")
    print(json.dumps({"version": metadata.version("fer")}))
    for path in sorted(folder.iterdir()):
        faces = reader.detect_emotions(cv2.imread(str(path)))
        found = [
            {
                "box": [float(v) for v in face["box"]],
                "scores": {name: float(score) for name, score in face["emotions"].items()},
            }
            for face in faces
        ]
        print(json.dumps({"photo": path.name, "faces": found}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
