"""What the intervals of findings are worth: false positives, coverage and power on simulated series.

    python -m tests.bench.findings [--series 1000] [--out models/findings.json]

Series are made at ten readings a second: AR(1) of several strengths, AR(1) under noise, and bouts (on and off
like an expression), each with three stretches missing. Prints the table of docs/FINDINGS.md.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from fer.findings.blocks import Channel, Interval, interval_of
from fer.findings.reaction import RARE, change_after
from fer.findings.series import Series
from fer.findings.synchrony import against_shifts
from fer.io.files import write_text
from fer.io.json_records import json_text

ROUNDS = 499
STEP_S = 0.1
MISSING = 0.2
EFFECT = 0.5
"""Difference at which power is told, in standard deviations of the readings."""

Maker = Callable[[int, np.random.Generator], np.ndarray]


@dataclass(frozen=True)
class Cell:
    """One row of the table.

    Args:
        what: The finding.
        process: How the series were made.
        extent: How much of it there was.
        told: Share of the runs with an interval (or a p-value).
        coverage: Share of these whose interval holds the truth; None where there is no interval.
        false_positives: Share of all runs that tell a difference where there is none.
        power: Share of all runs that tell a difference of `EFFECT`.
        runs: Simulated runs.
    """

    what: str
    process: str
    extent: str
    told: float
    coverage: float | None
    false_positives: float
    power: float
    runs: int


@dataclass(frozen=True)
class Document:
    """The file of figures."""

    format: int
    rounds: int
    effect: float
    missing: float
    cells: tuple[Cell, ...]


def autoregressive(phi: float, noise: float = 0.0) -> Maker:
    """AR(1) of variance 1, of which `noise` is white."""

    def make(n: int, rng: np.random.Generator) -> np.ndarray:
        from scipy.signal import lfilter

        lead = 500
        steps = rng.standard_normal(n + lead) * np.sqrt(1 - phi**2)
        smooth = lfilter([1.0], [1.0, -phi], steps)[lead:]
        return np.sqrt(1 - noise) * smooth + np.sqrt(noise) * rng.standard_normal(n)

    return make


def bouts(n: int, rng: np.random.Generator, on_s: float = 1.5, off_s: float = 3.0) -> np.ndarray:
    """An expression that comes and goes: geometric bouts, noise on top; mean 0, variance 1."""
    share = on_s / (on_s + off_s)
    leave = (STEP_S / off_s, STEP_S / on_s)
    chance, state, states = rng.random(n), int(rng.random() < share), np.zeros(n)
    for k in range(n):
        states[k] = state
        state = 1 - state if chance[k] < leave[state] else state
    values = states - share + 0.1 * rng.standard_normal(n)
    return values / np.sqrt(share * (1 - share) + 0.01)


def with_gaps(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Three stretches of it missing, together about `MISSING` of it."""
    values, length = values.copy(), int(len(values) * MISSING / 3)
    for start in rng.integers(0, len(values), 3):
        values[start : start + length] = np.nan
    return values


PROCESSES: dict[str, Maker] = {
    **{f"AR(1) {phi}": autoregressive(phi) for phi in (0.0, 0.5, 0.8, 0.9, 0.95, 0.98)},
    "AR(1) 0.95, half noise": autoregressive(0.95, 0.5),
    "bouts of 1.5 s": bouts,
}


def segments(make: Maker, seconds: float, rng: np.random.Generator) -> Interval:
    """Two stretches of no difference."""
    n = round(seconds / STEP_S)
    sides = [with_gaps(make(n, rng), rng) for _ in range(2)]
    return interval_of([[Channel(sides[0])], [Channel(sides[1], -1.0)]], rounds=ROUNDS)


def persons(make: Maker, seconds: float, rng: np.random.Generator) -> Interval:
    """Two people, half of whose variance is shared."""
    n = round(seconds / STEP_S)
    common = make(n, rng)
    sides = [with_gaps(np.sqrt(0.5) * (common + make(n, rng)), rng) for _ in range(2)]
    return interval_of([[Channel(sides[0]), Channel(sides[1], -1.0)]], rounds=ROUNDS)


def groups(n: int, rng: np.random.Generator, *, skewed: bool) -> Interval:
    """Two groups of n videos; their means are normal, or skewed (exponential)."""
    sides = [rng.exponential(size=n) if skewed else rng.standard_normal(n) for _ in range(2)]
    channels = [[Channel(side, sign)] for side, sign in zip(sides, (1.0, -1.0), strict=True)]
    return interval_of(channels, independent=True, rounds=ROUNDS)


def of_intervals(what: str, process: str, extent: str, found: list[Interval], effect: float) -> Cell:
    """The figures of intervals around a truth of 0."""
    known = [i for i in found if i.known]
    right = sum(i.low <= 0 <= i.high for i in known)
    powerful = sum(i.low + effect > 0 or i.high + effect < 0 for i in known)
    return Cell(
        what,
        process,
        extent,
        told=len(known) / len(found),
        coverage=right / len(known) if known else None,
        false_positives=(len(known) - right) / len(found),
        power=powerful / len(found),
        runs=len(found),
    )


def reactions(make: Maker, events: int, n_runs: int, rng: np.random.Generator) -> Iterator[tuple]:
    """(without, with an effect) for events every 15 s or so, in at least five minutes."""
    seconds = max(300.0, 15.0 * (events + 1))
    names = ("any number", "event", "face 1")
    for _ in range(n_runs):
        values = with_gaps(make(round(seconds / STEP_S), rng), rng)
        starts = np.linspace(10, seconds - 10, events) + rng.uniform(-3, 3, events) if events > 1 else [150.0]
        pair = []
        for effect in (0.0, 1.0):
            more = values.copy()
            for start in starts:
                more[round(start / STEP_S) : round((start + 3.0) / STEP_S)] += effect
            pair.append(change_after(Series(more, 0.0, STEP_S), starts, names))
        yield tuple(pair)


def reaction_cells(name: str, make: Maker, events: int, n_runs: int, rng: np.random.Generator) -> list[Cell]:
    """By the interval (from five events on), and by shifts."""
    pairs = list(reactions(make, events, n_runs, rng))
    extent = f"{events} event{'s' if events > 1 else ''}"
    cells = []
    if any(plain.interval.known for plain, _ in pairs):
        found = of_intervals("reaction, interval", name, extent, [plain.interval for plain, _ in pairs], 1.0)
        cells.append(found)
    told = [np.isfinite(plain.chance) for plain, _ in pairs]
    false, power = (sum(pair[k].chance <= RARE for pair in pairs) / len(pairs) for k in (0, 1))
    cells.append(Cell("reaction, shifts", name, extent, float(np.mean(told)), None, false, power, len(pairs)))
    return cells


def synchrony_cell(name: str, make: Maker, seconds: float, n_runs: int, rng: np.random.Generator) -> Cell:
    """Two faces apart, and two of which a third of the variance is shared."""
    n, lag = round(seconds / STEP_S), 10
    told, false, power = 0, 0, 0
    for _ in range(n_runs):
        sides = [make(n, rng) for _ in range(3)]
        apart = [with_gaps(sides[k], rng) for k in (0, 1)]
        share = np.sqrt(1 / 3)
        near = [with_gaps(share * sides[2] + np.sqrt(2 / 3) * sides[k], rng) for k in (0, 1)]
        chances = [against_shifts(*pair, lag)[2] for pair in (apart, near)]
        told += bool(np.isfinite(chances[0]))
        false, power = false + (chances[0] <= RARE), power + (chances[1] <= RARE)
    return Cell(
        "synchrony",
        name,
        f"{seconds / 60:g} min",
        told / n_runs,
        None,
        false / n_runs,
        power / n_runs,
        n_runs,
    )


def cells(n_runs: int) -> Iterator[Cell]:
    """The whole table."""
    rng = np.random.default_rng(20261126)
    for name, make in PROCESSES.items():
        for seconds in (60.0, 300.0):
            found = [segments(make, seconds, rng) for _ in range(n_runs)]
            yield of_intervals("segments, videos", name, f"{seconds / 60:g} min each", found, EFFECT)
    for name in ("AR(1) 0.9", "bouts of 1.5 s"):
        found = [persons(PROCESSES[name], 120.0, rng) for _ in range(n_runs)]
        yield of_intervals("persons", name, "2 min", found, EFFECT)
    for n in (5, 10, 20):
        for skewed in (False, True):
            found = [groups(n, rng, skewed=skewed) for _ in range(n_runs)]
            yield of_intervals("groups", "skewed" if skewed else "normal", f"{n} videos each", found, 1.0)
    for name in ("AR(1) 0.8", "AR(1) 0.95", "bouts of 1.5 s"):
        for events in (1, 5, 10, 20):
            yield from reaction_cells(name, PROCESSES[name], events, n_runs, rng)
    for name in ("AR(1) 0.0", "AR(1) 0.8", "AR(1) 0.95", "AR(1) 0.98", "bouts of 1.5 s"):
        yield synchrony_cell(name, PROCESSES[name], 300.0, n_runs, rng)


def table(document: Document) -> str:
    """The figures as docs/FINDINGS.md shows them."""
    lines = [
        "| finding | series | extent | told | coverage | false positives | power |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for cell in document.cells:
        coverage = "–" if cell.coverage is None else f"{100 * cell.coverage:.1f}%"
        shares = (
            f"{100 * cell.told:.0f}%",
            coverage,
            f"{100 * cell.false_positives:.1f}%",
            f"{100 * cell.power:.0f}%",
        )
        lines.append(f"| {' | '.join((cell.what, cell.process, cell.extent, *shares))} |")
    return "\n".join(lines)


def main() -> None:
    """Simulate, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--series", type=int, default=1000, help="simulated runs of each row")
    parser.add_argument("--out", type=Path, help="where the figures go (JSON)")
    args = parser.parse_args()
    found = []
    for cell in cells(args.series):
        found.append(cell)
        print(asdict(cell), flush=True)
    document = Document(1, ROUNDS, EFFECT, MISSING, tuple(found))
    print(table(document))
    if args.out:
        print(f"written: {write_text(json_text(document), args.out, force=True)}")


if __name__ == "__main__":
    main()
