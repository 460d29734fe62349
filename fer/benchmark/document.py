"""docs/BENCHMARKS.md from the file of figures: nothing in it is written by hand."""

INTRODUCTION = """# Benchmarks

How fast it is, beside the PyPI package [fer](https://pypi.org/project/fer/) on the same machine in the same
run, in turns. Written from `models/benchmark.json` by

```bash
python -m fer benchmark CLIP --against fer --json models/benchmark.json --force --document docs/BENCHMARKS.md
```

Times include decoding, and for this library finding and following faces, ids, quality, the answer and, where
it says so, Action Units; for the package its Haar detector and its network.
"""


def document(figures: dict) -> str:
    """The page.

    Args:
        figures: Sections as `fer.benchmark.comparison` and tests/bench/first_visit.py write them; those that
            are missing are left out.
    """
    parts = [_SECTIONS[name](figures[name]) for name in _SECTIONS if name in figures]
    return "\n".join([INTRODUCTION, *parts])


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _against(section: dict) -> str:
    where = section["machine"]
    rows = []
    for clip in section["clips"]:
        ms = clip["ms"]
        rows.append(
            (
                f"{clip['width']}x{clip['height']}, {clip['clip']}",
                f"{ms['with']:.1f} ms",
                f"{ms['without']:.1f} ms",
                f"{ms['package']:.1f} ms",
                f"{ms['package'] / ms['with']:.1f}",
                f"{ms['package'] / ms['without']:.1f}",
                f"{clip['times_real_time']:.1f}",
            )
        )
    head = (
        *("clip", "a frame, with Action Units", "without", "the fer package"),
        *("times as fast, with", "without", "times real time, with"),
    )
    note = (
        f"Medians of {section['rounds']} rounds, every frame, one face; {where['cpus']} CPUs "
        f"({where['processor']}), load {where['load_1min']:.1f} at the end.\n"
    )
    return f"## A frame\n\n{_table(head, rows)}\n{note}"


def _whole(section: list[dict]) -> str:
    rows = [
        (row["command"], f"{row['wall_s']:.2f} s", f"{row['cores']:.2f}", f"{row['mib']:.0f} MiB")
        for row in section
    ]
    return "## Whole commands\n\n" + _table(("command", "wall time", "cores busy", "peak memory"), rows)


def _first_visit(section: dict) -> str:
    rows = [
        ("Home's headline", f"{section['headline_s']:.1f} s"),
        ("the sample's report", f"{section['report_s']:.1f} s"),
    ]
    note = f"\nMedians of {section['runs']} fresh servers, Chromium on the same machine.\n"
    return (
        "## The first visitor of a fresh server\n\n"
        + _table(("waits for", "from the start of the visit"), rows)
        + note
    )


def _photos(section: list[dict]) -> str:
    rows = [(row["photo"], f"{row['per_s']:.1f}", f"{row['faces']:.1f}") for row in section]
    return "## Photos\n\n" + _table(("photo", "a second", "faces each"), rows)


def _growth(section: dict) -> str:
    faces = [(f"{row['faces']:.1f}", f"{row['ms']:.1f} ms") for row in section["faces"]]
    lengths = [
        (
            f"{row['length_s']:.0f} s",
            f"{row['wall_s']:.1f} s",
            f"{row['mib']:.0f} MiB",
            f"{row['chart_s']:.2f} s",
        )
        for row in section["length"]
    ]
    bars = _bars([(label, row["ms"]) for (label, _), row in zip(faces, section["faces"], strict=True)])
    return (
        "## How it grows\n\n"
        + _table(("faces in a 1080p frame", "a frame"), faces)
        + f"\n{bars}\n"
        + _table(("length, read at 2 frames a second", "start to end", "peak memory", "its chart"), lengths)
    )


def _bars(rows: list[tuple[str, float]]) -> str:
    """A plot in characters, a bar for each row."""
    most = max(value for _, value in rows)
    lines = [f"{label:>5} {'█' * max(1, round(48 * value / most))} {value:.0f} ms" for label, value in rows]
    return "```\n" + "\n".join(lines) + "\n```\n"


def _live_load(section: dict) -> str:
    rows = [
        (str(run["sessions"]), f"{run['cpu_ms_per_frame']:.1f} ms", f"{run['lag_ms_median']:.0f} ms")
        for run in section["runs"]
    ]
    return "## Live sessions\n\n" + _table(("sessions", "processor time a frame", "lag, median"), rows)


_SECTIONS = {
    "against": _against,
    "whole": _whole,
    "first_visit": _first_visit,
    "photos": _photos,
    "live_load": _live_load,
    "growth": _growth,
}
