"""The PyPI package fer, timed in an environment of its own: it has the name of this library."""

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from fer.errors import SettingsError

REQUIREMENTS = ("fer==25.10.3", "tensorflow", "moviepy<2", "setuptools<81")

# Reads paths of clips from its input, and answers each with frames, seconds and frames with a face.
_SERVER = """
import json, sys, time
import cv2
try:
    from fer.fer import FER
except ImportError:
    from fer import FER
reader = FER(mtcnn=False)
for line in sys.stdin:
    film, frames, faces = cv2.VideoCapture(line.strip()), 0, 0
    started = time.perf_counter()
    while True:
        there, picture = film.read()
        if not there:
            break
        frames += 1
        faces += bool(reader.detect_emotions(picture))
    seconds = time.perf_counter() - started
    print("\\n" + json.dumps({"frames": frames, "seconds": seconds, "with_face": faces}), flush=True)
"""


class FerPackage:
    """The package's Haar detector and network, frame by frame with OpenCV's decoding, as its users call it.

    Args:
        python: Python of an environment in which it is installed; None makes one, which takes minutes.

    Raises:
        SettingsError: It does not run there.
    """

    def __init__(self, python: str | Path | None = None) -> None:
        self._folder = tempfile.TemporaryDirectory()
        program = str(python or _environment(Path(self._folder.name)))
        self._process = subprocess.Popen(
            [program, "-c", _SERVER],
            cwd=self._folder.name,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def __enter__(self) -> "FerPackage":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()
        self._folder.cleanup()

    def time(self, clip: Path) -> dict:
        """Read a clip: ``frames``, ``seconds`` and ``with_face``."""
        assert self._process.stdin and self._process.stdout
        try:
            self._process.stdin.write(f"{clip.resolve()}\n")
            self._process.stdin.flush()
            while line := self._process.stdout.readline():
                if line.startswith("{"):
                    return json.loads(line)
        except BrokenPipeError:
            pass
        raise SettingsError("The fer package does not run there: name a Python that has it, or none.")


def _environment(folder: Path) -> Path:
    """Python of a new environment with the package."""
    venv.create(folder / "env", with_pip=True)
    python = folder / "env" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    wanted = [str(python), "-m", "pip", "install", "-q", *REQUIREMENTS]
    if subprocess.run(wanted, stdout=subprocess.DEVNULL, check=False).returncode:
        raise SettingsError("The fer package could not be installed: name a Python that has it.")
    return python
