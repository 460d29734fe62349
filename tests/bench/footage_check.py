"""Is the check of footage honest: error of the shares and coverage of the intervals, raw against corrected.

    python -m tests.bench.footage_check [--lfw ../shared/lfw_dev.zip] [--rounds 200] [--json FILE]

Four estimates of the shares of time from the same tags: those of the tags alone, weighted; the network's
mean probabilities plus the weighted mean of what was seen to be wrong with them (difference estimator); the
network's shares through the inverted confusion matrix; and what the product does (post-stratified). Beside
them the network's own shares, with an interval as if its readings were independent. Truth: photos by their
labels, series made of these photos, and simulated series. Tags are the truth here: a person's own errors
come on top.
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.optimize import nnls

from fer.constants import EMOTIONS
from fer.emotion.footage_scaling import log_probs
from fer.evaluation.footage.check import exact_interval
from fer.evaluation.footage.picking import inclusion_weights, pick, state_indices
from fer.evaluation.footage.recalibration import recalibrate
from fer.evaluation.footage.shares import corrected_shares, stratified_rate
from fer.evaluation.intervals import LEVELS
from fer.io.files import write_text
from fer.timeline.summary import STATES
from tests.bench.simulated_footage import Footage, of_faces, read_photos, simulated, some_photos

TAGS = (50, 100, 200)
ROUNDS_OF_BOOTSTRAP = 100
SEED = 10_000
"""The product's constants were chosen on the seeds from 0 on."""

COMMON_FROM = 0.01
"""Coverage is also told for expressions with at least this share."""

_N = len(EMOTIONS)
Ends = tuple[np.ndarray, np.ndarray]


class Tags:
    """The tagged part of footage, with what all estimators need."""

    def __init__(self, footage: Footage, n: int, seed: int) -> None:
        self.footage, self.census = footage, footage.census
        taken = pick(footage.samples(), self.census, n, seed=seed)
        rows = np.array([int(sample.time_s) for sample in taken])
        self.states, self.labels, self.probs = (
            state_indices(s.state for s in taken),
            footage.truth[rows],
            footage.probs[rows],
        )
        self.weights = inclusion_weights(self.states, self.census)
        self.truth = np.eye(_N)[self.labels]
        self.rng = np.random.default_rng(seed)

    def resampled(self, figure: Callable[[np.ndarray], np.ndarray]) -> Ends:
        """Interval of a figure of rows by resampling within each answer."""
        groups = [np.flatnonzero(self.states == s) for s in np.unique(self.states)]
        drawn = [
            figure(np.concatenate([g[self.rng.integers(0, len(g), len(g))] for g in groups]))
            for _ in range(ROUNDS_OF_BOOTSTRAP)
        ]
        low, high = np.quantile(drawn, LEVELS, axis=0)
        return low, high


def raw(tags: Tags) -> tuple[np.ndarray, Ends]:
    """The network's own shares; interval as if every reading were independent."""
    shares = np.array(tags.census.best)
    half = 1.96 * np.sqrt(shares * (1 - shares) / len(tags.footage.truth))
    return shares, (shares - half, shares + half)


def tags_alone(tags: Tags) -> tuple[np.ndarray, Ends]:
    """Weighted shares of the tags (Hajek)."""

    def figure(rows: np.ndarray) -> np.ndarray:
        return tags.weights[rows] @ tags.truth[rows] / tags.weights[rows].sum()

    return figure(np.arange(len(tags.labels))), tags.resampled(figure)


def difference(tags: Tags) -> tuple[np.ndarray, Ends]:
    """Mean probabilities plus the weighted mean of what was wrong with them."""
    mean = tags.footage.probs.mean(0)

    def figure(rows: np.ndarray) -> np.ndarray:
        wrong = tags.truth[rows] - tags.probs[rows]
        return np.clip(mean + tags.weights[rows] @ wrong / tags.weights[rows].sum(), 0, 1)

    return figure(np.arange(len(tags.labels))), tags.resampled(figure)


def matrix(tags: Tags) -> tuple[np.ndarray, Ends]:
    """The network's shares through the inverted confusion matrix of the tags (non-negative)."""
    shares, answers = np.array(tags.census.best), tags.probs.argmax(1)

    def figure(rows: np.ndarray) -> np.ndarray:
        table = 0.15 * np.eye(_N) + 0.15 / _N
        np.add.at(table, (tags.labels[rows], answers[rows]), tags.weights[rows] * len(rows))
        table /= table.sum(1, keepdims=True)
        # The heavy last row holds the sum at 1.
        found, _ = nnls(np.vstack([table.T, np.full(_N, 10.0)]), np.append(shares, 10.0))
        return found / found.sum()

    return figure(np.arange(len(tags.labels))), tags.resampled(figure)


def corrected(tags: Tags) -> tuple[np.ndarray, Ends]:
    """What the product does."""
    found = corrected_shares(tags.census, tags.states, tags.labels)
    value, low, high = np.array([(e.value, e.low, e.high) for e in found]).T
    return value, (low, high)


METHODS = {
    "raw": raw,
    "tags alone": tags_alone,
    "difference": difference,
    "matrix": matrix,
    "corrected": corrected,
}


def share_figures(tags: Tags, method: str) -> dict[str, float]:
    """Error and coverage of one estimate; means over the expressions."""
    truth = tags.footage.shares
    value, (low, high) = METHODS[method](tags)
    # A billionth: shares of nothing are told with rounding.
    covered = (low <= truth + 1e-9) & (truth <= high + 1e-9)
    common = truth >= COMMON_FROM
    return {
        "mean_error": float(np.abs(value - truth).mean()),
        "largest_error": float(np.abs(value - truth).max()),
        "coverage": float(covered.mean()),
        "coverage_common": float(covered[common].mean()),
        "width": float((high - low).mean()),
    }


def rest_figures(tags: Tags) -> dict[str, float]:
    """Accuracy, precision and recalibration against the truth of the whole footage."""
    footage = tags.footage
    right = footage.probs.argmax(1) == footage.truth
    found = stratified_rate(tags.census, tags.states, tags.probs.argmax(1) == tags.labels)
    figures = {
        "accuracy_error": abs(found.value - right.mean()),
        "accuracy_covered": float(found.low <= right.mean() <= found.high),
    }
    covered = []
    for name in EMOTIONS:
        state = STATES.index(name)
        there, mine = footage.states == state, tags.states == state
        if there.any() and mine.any():
            hits = int((tags.labels[mine] == EMOTIONS.index(name)).sum())
            interval = exact_interval(hits, int(mine.sum()))
            true = (footage.truth[there] == EMOTIONS.index(name)).mean()
            covered.append(interval is not None and interval.low <= true <= interval.high)
    figures["precision_covered"] = float(np.mean(covered))
    return figures | _recalibration_figures(tags)


def _recalibration_figures(tags: Tags) -> dict[str, float]:
    """What the recalibration does to the whole footage if it is always used, and only where offered."""
    footage, rows = tags.footage, np.arange(len(tags.footage.truth))
    found = recalibrate(tags.probs, tags.labels, tags.weights)
    if found is None:
        return {}
    new = found.scaling(footage.probs)
    before, after = (-log_probs(probs)[rows, footage.truth].mean() for probs in (footage.probs, new))
    gained = (new.argmax(1) == footage.truth).mean() - (footage.probs.argmax(1) == footage.truth).mean()
    return {
        "nll_shipped": before,
        "nll_always": after,
        "nll_as_offered": after if found.offered else before,
        "offered": float(found.offered),
        "offered_and_worse": float(found.offered and after > before),
        "accuracy_gain_as_offered": float(gained * found.offered),
    }


def measure(make: Callable[[np.random.Generator], Footage], rounds: int) -> dict:
    """All figures of one kind of footage: number of tags -> method or "rest" -> figure -> mean."""
    found: dict = {n: {} for n in TAGS}
    for k in range(rounds):
        footage = make(np.random.default_rng(SEED + k))
        for n in TAGS:
            tags = Tags(footage, n, SEED + k)
            for name in METHODS:
                found[n].setdefault(name, []).append(share_figures(tags, name))
            found[n].setdefault("rest", []).append(rest_figures(tags))
    return {
        n: {
            name: {key: float(np.mean([row[key] for row in rows])) for key in rows[0]}
            for name, rows in by.items()
        }
        for n, by in found.items()
    }


def show(title: str, found: dict) -> None:
    """The tables of one kind of footage."""
    print(f"\n{title}\n{'tags':>5} {'shares':<11} {'mean error':>11} {'largest':>8} {'covered':>8} "
          f"{'from 1%':>8} {'width':>6}")  # fmt: skip
    for n, by in found.items():
        for name in METHODS:
            row = by[name]
            print(
                f"{n:>5} {name:<11} {100 * row['mean_error']:>9.2f} p {100 * row['largest_error']:>6.1f} p "
                f"{row['coverage']:>8.1%} {row['coverage_common']:>8.1%} {100 * row['width']:>4.1f} p"
            )
    for n, by in found.items():
        row = by["rest"]
        print(
            f"{n:>5} tags: accuracy off by {100 * row['accuracy_error']:.1f} p, its interval covers "
            f"{row['accuracy_covered']:.1%}; precision intervals cover {row['precision_covered']:.1%}; NLL "
            f"{row['nll_shipped']:.3f} shipped, {row['nll_always']:.3f} recalibrated always, "
            f"{row['nll_as_offered']:.3f} where offered ({row['offered']:.0%}; worse then "
            f"{row['offered_and_worse']:.0%}; accuracy {100 * row['accuracy_gain_as_offered']:+.1f} p)"
        )


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--lfw", type=Path, default=Path("../shared/lfw_dev.zip"))
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    kinds: dict[str, Callable] = {"simulated series, known confusion": simulated}
    if args.lfw.is_file():
        probs, labels, missed = read_photos(args.lfw)
        right = (probs.argmax(1) == labels).mean()
        print(f"{args.lfw.name}: {len(labels)} usable faces, {missed} photos without, {right:.1%} right")
        kinds["500 of these photos"] = some_photos((probs, labels))
        kinds["series made of these photos"] = of_faces((probs, labels))
    else:
        print(f"{args.lfw} is not there: simulated footage only", file=sys.stderr)
    found = {}
    for title, make in kinds.items():
        sys.stdout.flush()
        found[title] = measure(make, args.rounds)
        show(title, found[title])
    if args.json:
        write_text(
            json.dumps({"rounds": args.rounds, "footage": found}, indent=1) + "\n", args.json, force=True
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
