"""From clips to a network and its score, as a user does it: prepare, dataset, train, evaluate.

    python -m tests.bench.retrain [--media ../shared/media] [--epochs 1]

A toy: the labels mean nothing. It prints each command, what it printed, and its seconds.
"""

import argparse
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from fer.constants import EMOTIONS
from fer.sources import VideoSource
from pages.ui.work.analysis import jpeg

MEDIA = Path("../shared/media")
PEOPLE = "abc"
FPS = 4.0


def toy_folder(media: Path, folder: Path) -> Path:
    """Frames of three clips as ``person/<emotion>/k.jpg``; everybody has every expression, as is right.

    Args:
        media: Folder with expressive_a.mp4 and its like.
        folder: Where they go; it need not exist.

    Returns:
        The folder.
    """
    for person in PEOPLE:
        with VideoSource(media / f"expressive_{person}.mp4", fps=FPS) as video:
            for k, frame in enumerate(video):
                place = folder / person / EMOTIONS[k % len(EMOTIONS)]
                place.mkdir(parents=True, exist_ok=True)
                (place / f"{k}.jpg").write_bytes(jpeg(frame.image))
    return folder


def commands(folder: Path, out: Path, *, epochs: int = 1) -> list[list[str]]:
    """Arguments of ``fer``, one list a command.

    Args:
        folder: The photos.
        out: Where everything that is made goes.
        epochs: Of the training.
    """
    data, run = str(out / "toy.csv"), str(out / "run")
    return [
        # Frames of one clip are nearly the same: only equal ones are left out of so small a set.
        ["prepare", str(folder), "--out", data, "--drop", "exact"],
        ["dataset", "--data", data],
        ["train", "--data", data, "--epochs", str(epochs), "--out", run],
        ["evaluate", "--data", data, "--models", f"{run}/models", "--split", "PrivateTest"],
    ]


def main() -> int:
    """Run them all."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--media", type=Path, default=MEDIA, help=f"default {MEDIA}")
    parser.add_argument("--epochs", type=int, default=1)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        out = Path(name)
        toy_folder(args.media, out / "photos")
        start_s = time.monotonic()
        for command in commands(out / "photos", out, epochs=args.epochs):
            print(f"$ python -m fer {shlex.join(command)}", flush=True)
            began_s = time.monotonic()
            status = subprocess.run([sys.executable, "-m", "fer", *command], check=False).returncode
            print(f"  {time.monotonic() - began_s:.1f} s, exit status {status}", flush=True)
            # 1: some files gave no face, and were named.
            if status > (command[0] == "prepare"):
                return status
        print(f"all: {time.monotonic() - start_s:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
