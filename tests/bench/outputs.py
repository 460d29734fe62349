"""Every output of `fer analyze` for the sample and for a folder of clips, to hold two versions together.

    python -m tests.bench.outputs --out before                       # in the checkout as it was
    python -m tests.bench.outputs --out after --against before       # in the changed one

CSV, JSON, HTML and the printed words are compared byte for byte; only the moment of writing is blanked.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

MEDIA = Path("../shared/media")
VIDEOS, PHOTOS = (".mp4", ".webm", ".mov"), (".jpg", ".jpeg", ".png")
SAMPLE = (
    "import sys, pathlib; from fer.sample.clip import sample_video; "
    "pathlib.Path(sys.argv[1]).write_bytes(sample_video())"
)
_MOMENT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|\d{1,2} [A-Z][a-z]+ \d{4},? \d\d:\d\d")


def inputs(media: Path, folder: Path) -> list[tuple[Path, list[str]]]:
    """The sample, every clip twice (all frames, five a second) and every photo, with the options for each."""
    sample = folder / "sample.mp4"
    if not sample.exists():
        subprocess.run([sys.executable, "-c", SAMPLE, str(sample)], check=True)
    files = sorted(media.iterdir())
    clips = [sample, *(f for f in files if f.suffix in VIDEOS)]
    rates = [(f, options) for f in clips for options in ([], ["--fps", "5"])]
    return [*rates, *((f, []) for f in files if f.suffix in PHOTOS)]


def write(media: Path, folder: Path) -> None:
    """Run the command for every input; its outputs and its words go into the folder.

    Args:
        media: Clips and photos.
        folder: Where the outputs go; it need not exist.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for path, options in inputs(media, folder):
        name = path.stem + "".join(options).replace("--", "_")
        files = [f"--{kind}={folder / name}.{end}" for kind, end in _KINDS.items()]
        command = [sys.executable, "-m", "fer", "analyze", str(path), *options, *files, "--force"]
        done = subprocess.run(command, capture_output=True, check=False)
        words = done.stdout.replace(str(folder).encode(), b"OUT") + b"exit status %d\n" % done.returncode
        (folder / f"{name}.txt").write_bytes(words)
        print(f"{name}: exit status {done.returncode}", flush=True)


_KINDS = {"csv": "csv", "json": "json", "report": "html"}


def differences(before: Path, after: Path) -> list[str]:
    """What is not the same in two such folders, a line each.

    Args:
        before: One folder.
        after: The other.
    """
    names = {p.name for folder in (before, after) for p in folder.iterdir() if p.suffix != ".mp4"}
    lines = []
    for name in sorted(names):
        if not (before / name).exists() or not (after / name).exists():
            lines.append(f"{name}: only in one of the two")
        elif _plain(before / name) != _plain(after / name):
            lines.append(f"{name}: not the same")
    return lines


def _plain(path: Path) -> bytes:
    return _MOMENT.sub(b"MOMENT", path.read_bytes())


def main() -> int:
    """Write, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--media", type=Path, default=MEDIA)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--against", type=Path, metavar="DIR", help="outputs of another version")
    args = parser.parse_args()
    write(args.media, args.out)
    if args.against is None:
        return 0
    lines = differences(args.against, args.out)
    print("\n".join(lines) or f"{len(list(args.out.iterdir()))} files: equal byte for byte")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
