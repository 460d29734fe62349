"""A batch at scale, and when things go wrong.

    python -m tests.bench.scale [equality persons crashes trouble throughput namespaces long photos]

Without names all of them, the long ones too: about two hours on two processors, which have to be idle for
throughput, namespaces, long and photos. Needs root for namespaces and for the full disk. Clips are those of
../shared/media where they lie, else the built-in sample.
"""

import argparse
import contextlib
import io
import re
import sys
import tempfile
from pathlib import Path

from tests.bench.scale.crashes import crashes, equality
from tests.bench.scale.persons import persons
from tests.bench.scale.speed import long_night, namespaces, photos, throughput
from tests.bench.scale.trouble import trouble

PARTS = ("equality", "persons", "crashes", "trouble", "throughput", "namespaces", "long", "photos")


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--folder", type=Path, help="where clips and results go; default: removed")
    parser.add_argument("--seconds", type=float, default=120.0, help="length of each clip in throughput")
    parser.add_argument("--hours", type=float, default=10.0, help="length of the long clip")
    parser.add_argument("--fps", type=float, default=1.0, help="its frames a second")
    parser.add_argument("--photos", type=int, default=20_000)
    parser.add_argument("--document", type=Path, help="page whose tables are replaced by these")
    args = parser.parse_args()
    if unknown := set(args.parts) - set(PARTS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    run = {
        "equality": equality,
        "persons": persons,
        "crashes": crashes,
        "trouble": trouble,
        "throughput": lambda folder: throughput(folder, seconds=args.seconds),
        "namespaces": lambda folder: namespaces(folder, seconds=args.seconds / 4),
        "long": lambda folder: long_night(folder, hours=args.hours, fps=args.fps),
        "photos": lambda folder: photos(folder, count=args.photos),
    }
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.folder or Path(temporary)
        for part in args.parts or PARTS:
            print(f"\n## {part}\n", flush=True)
            said = _Both()
            with contextlib.redirect_stdout(said):
                run[part](folder / part)
            if args.document:
                _write(args.document, part, said.getvalue())


class _Both(io.StringIO):
    """Keeps what is printed, and prints it."""

    def write(self, text: str) -> int:
        sys.__stdout__.write(text)
        sys.__stdout__.flush()
        return super().write(text)


def _write(page: Path, part: str, said: str) -> None:
    """Put what a part said between its marks."""
    text = page.read_text(encoding="utf-8")
    between = re.compile(rf"(<!-- {part} -->\n).*?(<!-- /{part} -->)", re.DOTALL)
    text = between.sub(lambda found: found[1] + said.strip() + "\n" + found[2], text)
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
