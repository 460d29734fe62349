"""One person, one id? People counted, id switches, pieces and IDF1 on clips whose truth is known.

    python -m tests.bench.identity --json identity.json
    python -m tests.bench.identity --only cuts --rates 10,2
    python -m tests.bench.identity --photos ../shared/lfw_dev.zip --only tiles,walks,cuts

The clips are put together from single-person clips (`tests.bench.compositions`), so who is where is
known without anybody's labels. Only the boxes of the reference faces come from a detector of its own;
where that sees nobody, nothing is asked and nothing is held against the answer. IDF1 and switches are
motmetrics'. "mixed" counts ids that were given to more than one person, "pieces" the ids beyond one each.
"""

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import motmetrics
import numpy as np

from fer.constants import EMOTIONS
from fer.emotion.network import EmotionNetwork
from fer.faces.detectors.base import intersection_over_union
from fer.live import LiveSession
from fer.pipeline import Analyzer, Components, load_components
from fer.records import Frame, Observations, SourceInfo
from fer.sample.clip import ENTRANCE, sample_frames
from fer.settings import Settings
from fer.sources import VideoSource
from fer.timeline.summary import summarize
from fer.timeline.timeline import TimelineBuilder
from tests.bench.compositions import Reference, compositions, load_people, nobody, photo_people

RATES = (30.0, 10.0, 5.0, 2.0, 0.5, 0.2)
LIVE_RATES = (30.0, 15.0, 5.0, 2.0)
NOBODY_RATES = (10.0, 1.0)
SAME_FACE_IOU = 0.3
SHARES_AN_ID_FROM = 2
"""Frames of somebody else under an id from which it counts as mixed."""

SECOND_FROM = 0.62
"""Where the sample's second person stands, in shares of the picture's width."""

Stream = Iterable[tuple[Frame, dict[str, np.ndarray]]]


@dataclass
class Score:
    """One clip at one rate."""

    case: str
    group: str
    rate: float
    live: bool
    people: int
    counted: int
    idf1: float
    switches: int
    pieces: int
    mixed: int
    track_ms: float
    frames: int

    @property
    def right(self) -> bool:
        """As many people as there are."""
        return self.people == self.counted


class _NoEmotion(EmotionNetwork):
    """Stands in for the emotion network: ids do not depend on it, and it takes half of the time."""

    def __init__(self, real: EmotionNetwork) -> None:
        self.manifest, self.sha256 = real.manifest, real.sha256
        self.head, self.flip = real.head, real.flip

    def __call__(self, crops: np.ndarray) -> np.ndarray:
        return np.full((len(crops), len(EMOTIONS)), 1 / len(EMOTIONS), np.float32)


def make_components(settings: Settings) -> Components:
    """The models, without the emotion network."""
    real = load_components(settings)
    return Components(real.detector, real.mesh, _NoEmotion(real.emotion), real.eyes)


def measure(stream: Stream, case: tuple[str, str], rate: float, live: bool, parts: Components) -> Score:
    """Analyse a stream and hold the ids against the truth.

    Args:
        stream: Frames with the true boxes by person.
        case: Its name and group.
        rate: Frames a second, for the table.
        live: Through a live session.
        parts: The models.
    """
    analyzer = Analyzer(Settings(action_units=False), components=parts)
    read = _live(analyzer, stream) if live else _plain(analyzer, stream)
    builder, truths, answers = TimelineBuilder(), [], []
    for observations, truth in read:
        builder.add(observations)
        truths.append(truth)
        answers.append(observations)
    seen = {name for truth in truths for name, box in truth.items() if np.isfinite(box).all()}
    source = SourceInfo(case[0], "live" if live else "video")
    summary = summarize(builder.build(source, analyzer.settings))
    idf1, switches, pieces, mixed = compare(truths, answers)
    stages = analyzer.stages.seconds
    track = 1000 * stages["track"] / max(1, len(truths))
    return Score(
        *case, rate, live, len(seen), len(summary.faces), idf1, switches, pieces, mixed, track, len(truths)
    )


def _plain(analyzer: Analyzer, stream: Stream) -> Iterator[tuple[Observations, dict]]:
    for frame, truth in stream:
        yield analyzer.analyze(frame), truth


def _live(analyzer: Analyzer, stream: Stream) -> Iterator[tuple[Observations, dict]]:
    now = [0.0]
    with LiveSession(analyzer, clock=lambda: now[0]) as session:
        for frame, truth in stream:
            now[0] = frame.timestamp_s + 0.05
            yield session.process(frame).observations, truth


def compare(truths: list[dict], answers: list[Observations]) -> tuple[float, int, int, int]:
    """IDF1, switches, pieces and mixed ids of a clip."""
    names = sorted({name for truth in truths for name in truth})
    accumulator = motmetrics.MOTAccumulator(auto_id=True)
    owners: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    ids_of: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for truth, answer in zip(truths, answers, strict=True):
        asked = {n: box for n, box in truth.items() if np.isfinite(box).all()}
        boxes, ids = answer.faces.detections.xyxy, answer.faces.track_id
        if len(asked) < len(truth):  # somebody may or may not be seen: only what lies on others counts
            near = np.array(list(asked.values())).reshape(-1, 4)
            keep = (
                intersection_over_union(boxes, near).max(1) >= SAME_FACE_IOU
                if len(near)
                else np.zeros(len(ids), bool)
            )
            boxes, ids = boxes[keep], ids[keep]
        overlap = intersection_over_union(np.array(list(asked.values())).reshape(-1, 4), boxes)
        distance = np.where(overlap >= SAME_FACE_IOU, 1 - overlap, np.nan)
        keys = [names.index(n) for n in asked]
        accumulator.update(keys, ids.tolist(), distance)
        for row, name in enumerate(asked):
            if len(ids) and overlap[row].max() >= SAME_FACE_IOU:
                k = int(ids[overlap[row].argmax()])
                owners[k][name] += 1
                ids_of[name][k] += 1
    metrics = motmetrics.metrics.create().compute(accumulator, metrics=["idf1", "num_switches"])
    idf1 = float(metrics["idf1"].iloc[0])
    mixed = sum(sum(n >= SHARES_AN_ID_FROM for n in held.values()) > 1 for held in owners.values())
    pieces = sum(len(ids) - 1 for ids in ids_of.values())
    return (1.0 if np.isnan(idf1) else idf1), int(metrics["num_switches"].iloc[0]), pieces, mixed


def single_clip(path: Path, rate: float | None, boxes: dict[int, np.ndarray], reference: Reference) -> Stream:
    """A single-person clip with the reference's faces; those are kept in ``boxes`` for the next rate."""
    with VideoSource(path, fps=rate) as video:
        for frame in video:
            if frame.index not in boxes:
                boxes[frame.index] = reference.box(frame.image)
            yield frame, {path.stem: boxes[frame.index]}


def drawn_clip(rate: float, reference: Reference) -> Stream:
    """The built-in sample: somebody, and from `ENTRANCE` on somebody else at the right."""
    for frame in sample_frames(fps=rate):
        truth = {"first": np.full(4, np.nan)}
        if ENTRANCE[0][0] <= frame.timestamp_s <= ENTRANCE[-1][0]:
            truth["second"] = np.full(4, np.nan)
        for box in reference.boxes(frame.image):
            right = (box[0] + box[2]) / 2 > SECOND_FROM * frame.width and "second" in truth
            truth["second" if right else "first"] = box
        yield frame, truth


def cases(
    args: argparse.Namespace, reference: Reference
) -> Iterator[tuple[tuple[str, str], float, bool, Stream]]:
    """Every (name and group), rate, live or not, and stream."""
    kinds = [(r, False) for r in args.rates] + [(r, True) for r in args.live]
    wanted = args.only
    if args.media.is_dir() and (not wanted or "single" in wanted):
        for path in sorted(args.media.glob("*.mp4")):
            boxes: dict[int, np.ndarray] = {}
            for rate, live in kinds:
                yield (path.stem, "single"), rate, live, single_clip(path, rate, boxes, reference)
    if not wanted or "sample" in wanted:
        for rate, live in kinds:
            yield ("sample", "sample"), rate, live, drawn_clip(rate, reference)
    if not wanted or "nobody" in wanted:
        for name, draw in nobody().items():
            for rate in NOBODY_RATES:
                frames = (Frame(draw(k / rate), k, k / rate, name) for k in range(round(8 * rate)))
                yield (name, "nobody"), rate, False, ((frame, {}) for frame in frames)
    people = (
        photo_people(args.photos, reference, seed=args.seed)
        if args.photos
        else load_people(args.media, reference)
    )
    for composition in compositions(people):
        if not wanted or composition.group in wanted:
            for rate, live in kinds:
                if composition.length_s * rate >= 2:
                    yield (composition.name, composition.group), rate, live, composition.frames(rate)


def table(scores: list[Score]) -> str:
    """The scores by group and rate."""
    groups: dict[tuple[str, bool, float], list[Score]] = defaultdict(list)
    for score in scores:
        groups[score.group, score.live, score.rate].append(score)
    lines = [f"{'group':<16}{'rate':>9} cases  right   IDF1 lowest switch pieces mixed"]
    for (group, live, rate), rows in groups.items():
        lines.append(f"{group:<16}{'live ' * live + format(rate, 'g'):>9}{_numbers(rows)}")
    composed = [s for s in scores if s.group not in ("single", "sample", "nobody")]
    lines.append(f"{'compositions':<25}{_numbers(composed)}")
    lines.append(f"{'all':<25}{_numbers(scores)}")
    frames = sum(s.frames for s in scores)
    lines.append(f"tracking {sum(s.track_ms * s.frames for s in scores) / max(1, frames):.3f} ms a frame")
    return "\n".join(lines)


def _numbers(rows: list[Score]) -> str:
    if not rows:
        return "     0"
    idf1 = [s.idf1 for s in rows]
    right = 100 * np.mean([s.right for s in rows])
    switches, pieces, mixed = (sum(getattr(s, k) for s in rows) for k in ("switches", "pieces", "mixed"))
    return (
        f"{len(rows):>6}{right:>6.1f}%{np.mean(idf1):>7.3f}{min(idf1):>7.3f}"
        f"{switches:>7}{pieces:>7}{mixed:>6}"
    )


def _rates(text: str) -> tuple[float, ...]:
    return tuple(float(part) for part in text.split(",") if part)


def main() -> None:
    """Measure, print, and write what was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--media", type=Path, default=Path("../shared/media"), help="single-person clips")
    parser.add_argument(
        "--photos", type=Path, help="zip file of photos: their people, animated, are composed"
    )
    parser.add_argument("--seed", type=int, default=0, help="which of the people of --photos")
    parser.add_argument("--only", type=lambda t: t.split(","), default=[], help="groups of cases")
    parser.add_argument("--rates", type=_rates, default=RATES, help="frames a second, with commas")
    parser.add_argument("--live", type=_rates, default=LIVE_RATES, help="the same for live sessions")
    parser.add_argument("--detector", default=None, help="instead of the default one")
    parser.add_argument("--json", type=Path, help="write every score to this file")
    parser.add_argument("--verbose", action="store_true", help="print every case that is not right")
    args = parser.parse_args()
    settings = Settings() if args.detector is None else Settings(detector=args.detector)
    parts, reference, scores, started = make_components(settings), Reference(), [], time.monotonic()
    for case, rate, live, stream in cases(args, reference):
        score = measure(stream, case, rate, live, parts)
        scores.append(score)
        if args.verbose and (not score.right or score.idf1 < 0.95 or score.mixed):
            print(score, flush=True)
    print(table(scores))
    print(f"{len(scores)} cases in {time.monotonic() - started:.0f} s")
    if args.json:
        args.json.write_text(json.dumps([asdict(s) for s in scores], indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
