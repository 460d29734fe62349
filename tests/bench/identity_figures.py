"""The file of figures on ids, made from what `tests.bench.identity --json` has written, and its table.

    python -m tests.bench.identity_figures models/identity.json --before old.json --after new.json more.json

It prints the table of docs/FIGURES.md: every kind of clip before and after, over the cases and rates that
both have. "Before" is the code of 25 November 2026, before YuNet and the present tracker.
"""

import argparse
import json
from pathlib import Path

COLUMNS = ("case", "group", "rate", "live", "people", "counted", "idf1", "switches", "pieces", "mixed")
LABELS = ("before", "after")
KINDS = {
    "one person, no cut": ("single",),
    "the built-in sample, two people": ("sample",),
    "nobody in it": ("nobody",),
    "side by side": ("tiles", "side by side"),
    "hard cuts and back": ("cuts",),
    "crossing": ("crossing", "walks"),
    "away and back": ("gap", "comes and goes"),
    "the picture's size changes": ("sizes",),
}


def written(before: list[Path], after: list[Path]) -> dict:
    """The document: label -> rows in the order of `COLUMNS`, one for each case and rate."""
    return {
        label: sorted((_row(score) for path in paths for score in json.loads(path.read_text())), key=str)
        for label, paths in zip(LABELS, (before, after), strict=True)
    }


def _row(score: dict) -> list:
    return [round(v, 3) if isinstance(v, float) else v for v in (score[name] for name in COLUMNS)]


def as_text(document: dict) -> str:
    """JSON with a line for each row."""
    parts = [
        f'"{label}": [\n' + ",\n".join(json.dumps(row) for row in rows) + "\n]"
        for label, rows in document.items()
    ]
    return "{\n" + f'"columns": {json.dumps(COLUMNS)},\n' + ",\n".join(parts) + "\n}\n"


def table(document: dict) -> list[str]:
    """Lines of a Markdown table: a kind of clip, how many runs, and for before and after each the share with
    the right number of people, the mean IDF1, and the ids that were given to more than one person.
    """
    sides = {label: {tuple(row[:4]): row for row in document[label]} for label in LABELS}
    both = [key for key in sides["after"] if key in sides["before"]]
    return [line for name, groups in KINDS.items() if (line := _line(name, groups, both, sides))]


def _line(name: str, groups: tuple[str, ...], both: list[tuple], sides: dict) -> str:
    keys = [key for key in both if key[1] in groups]
    if not keys:
        return ""
    cells = [str(len(keys))]
    for label in LABELS:
        rows = [dict(zip(COLUMNS, sides[label][key], strict=True)) for key in keys]
        right = sum(row["people"] == row["counted"] for row in rows) / len(rows)
        idf1 = sum(row["idf1"] for row in rows) / len(rows)
        cells += [f"{100 * right:.0f}%", f"{idf1:.2f}", str(sum(row["mixed"] for row in rows))]
    return f"| {name} | {' | '.join(cells)} |"


def main() -> None:
    """Write the file and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("target", type=Path)
    parser.add_argument("--before", type=Path, nargs="+", required=True)
    parser.add_argument("--after", type=Path, nargs="+", required=True)
    args = parser.parse_args()
    document = written(args.before, args.after)
    args.target.write_text(as_text(document), encoding="utf-8")
    print("\n".join(table(document)))


if __name__ == "__main__":
    main()
