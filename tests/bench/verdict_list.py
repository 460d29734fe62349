"""Moments of clips as a person saw them, beside what the product says: writes docs/VERDICTS.md.

    python -m tests.bench.verdict_list [--media ../shared/media] [--out docs/VERDICTS.md]

What was seen was written down from the frames alone, before any answer was looked at: first the word that
fits best, then one that would do as well.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

from fer.constants import UNSURE
from fer.io.files import write_text
from fer.pipeline import analyze_video
from fer.settings import Settings
from fer.text import percent
from fer.verdict import BETWEEN, answer_words


@dataclass(frozen=True)
class Moment:
    """One frame.

    Args:
        frame: Its number.
        look: What the face does.
        seen: The expressions that fit, the best first.
    """

    frame: int
    look: str
    seen: tuple[str, ...]


MOMENTS = {
    "crying_woman_472f.mp4": (
        Moment(10, "brows drawn up, eyes down", ("sad",)),
        Moment(40, "eyes shut, mouth pressed", ("sad",)),
        Moment(80, "crying, hand at the mouth", ("sad",)),
        Moment(120, "crying, hand over the eyes", ("sad",)),
        Moment(145, "looks up, hand before half of the face", ("sad", "fear")),
        Moment(200, "eyes wide, hand at the mouth", ("fear", "surprise")),
        Moment(250, "smile with teeth", ("happy",)),
        Moment(300, "laugh", ("happy",)),
        Moment(360, "laugh", ("happy",)),
        Moment(408, "smile, head tilted", ("happy",)),
        Moment(425, "smile, head tilted", ("happy",)),
        Moment(440, "smile, eyes shut", ("happy",)),
        Moment(460, "smile, looks down", ("happy",)),
    ),
    "expressive_a.mp4": (
        Moment(11, "calm", ("neutral",)),
        Moment(32, "lips pushed together, chin raised", ("neutral", "sad")),
        Moment(54, "calm", ("neutral",)),
        Moment(76, "mouth wide and round", ("surprise",)),
        Moment(97, "eyes shut, speaks", ("neutral",)),
        Moment(119, "open grin", ("happy",)),
        Moment(140, "mouth wide open with teeth", ("surprise", "happy")),
        Moment(162, "calm", ("neutral", "sad")),
        Moment(184, "corners of the mouth down", ("sad",)),
        Moment(205, "nearly calm", ("neutral", "sad")),
    ),
    "expressive_b.mp4": (
        Moment(12, "crooked smile, one eye narrowed", ("happy", "disgust")),
        Moment(38, "calm", ("neutral",)),
        Moment(62, "calm, one corner slightly up", ("neutral", "happy")),
        Moment(88, "broad closed smile", ("happy",)),
        Moment(112, "calm", ("neutral",)),
        Moment(138, "calm, corners slightly down", ("neutral", "sad")),
        Moment(162, "crooked grin with teeth", ("happy", "disgust")),
        Moment(188, "calm", ("neutral",)),
        Moment(212, "crooked grin", ("happy",)),
        Moment(238, "broad smile with teeth", ("happy",)),
    ),
    "expressive_c.mp4": (
        Moment(11, "round mouth, brows up", ("surprise",)),
        Moment(34, "eyes wide, mouth closed", ("neutral", "surprise")),
        Moment(56, "speaks, calm", ("neutral",)),
        Moment(79, "open bright mouth", ("happy", "surprise")),
        Moment(101, "speaks, friendly", ("happy", "neutral")),
        Moment(124, "glances aside, mouth open", ("surprise", "happy")),
        Moment(146, "speaks", ("neutral", "happy")),
        Moment(169, "open mouth", ("happy", "surprise")),
        Moment(191, "lips slightly parted", ("neutral",)),
        Moment(214, "glances aside, round mouth", ("surprise",)),
    ),
}


@dataclass(frozen=True)
class Answer:
    """What the product's report says of a moment, smoothed as it is.

    Args:
        emotion: Its verdict.
        words: What people read.
        confidence: 0..1.
        plausible: The set.
    """

    emotion: str
    words: str
    confidence: float
    plausible: str

    def agrees(self, moment: Moment) -> bool:
        """Whether the verdict is one of the words that fit."""
        return self.emotion in moment.seen

    def holds(self, moment: Moment) -> bool:
        """Whether one of the words that fit is plausible."""
        return bool({*self.plausible.split(BETWEEN)} & {*moment.seen})


def answers(path: Path, moments: tuple[Moment, ...]) -> list[Answer | None]:
    """The report's answers at the moments; None where no face was read."""
    table = analyze_video(path, Settings(action_units=False)).smoothed.table
    found = []
    for moment in moments:
        rows = table[(table["frame"] == moment.frame) & (table["emotion"] != "")].to_dict("records")
        if not rows:
            found.append(None)
            continue
        row = max(rows, key=lambda one: one["width"])
        words = answer_words(row["emotion"], row["plausible"])
        found.append(Answer(row["emotion"], words, row["confidence"], row["plausible"]))
    return found


def page(found: dict[str, list[Answer | None]]) -> str:
    """The page as Markdown."""
    pairs = [pair for name, read in found.items() for pair in zip(MOMENTS[name], read, strict=True)]
    agree = sum(read is not None and read.agrees(moment) for moment, read in pairs)
    plausible = sum(read is not None and read.holds(moment) for moment, read in pairs)
    lines = [
        "# What a person sees, and what is answered",
        "",
        "Written by `python -m tests.bench.verdict_list`. The frames were looked at and described before any "
        "answer was; where two words would do, both stand there. One person's eyes: not a measurement of "
        "accuracy, but where it goes wrong can be seen.",
        "",
        f"**{agree} of {len(pairs)}** answers are one of the words that fit; for {plausible} one of these is "
        "among the plausible expressions.",
        "",
    ]
    for name, read in found.items():
        rows = list(zip(MOMENTS[name], read, strict=True))
        right = sum(one is not None and one.agrees(moment) for moment, one in rows)
        lines += [f"## {name}: {right} of {len(rows)}", ""]
        lines += [
            "| frame | seen | would fit | answer | plausible | agrees |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        lines += [_row(moment, one) for moment, one in rows] + [""]
    return "\n".join(lines)


def _row(moment: Moment, answer: Answer | None) -> str:
    if answer is None:
        return f"| {moment.frame} | {moment.look} | {' or '.join(moment.seen)} | no face | | no |"
    sure = "" if answer.emotion == UNSURE else f" {percent(answer.confidence)}"
    few = answer.plausible.replace(BETWEEN, ", ")
    agrees = "yes" if answer.agrees(moment) else "plausible" if answer.holds(moment) else "no"
    said = f"{answer.emotion}{sure}" if answer.words == answer.emotion else f"unsure: {answer.words}"
    return f"| {moment.frame} | {moment.look} | {' or '.join(moment.seen)} | {said} | {few} | {agrees} |"


def main() -> None:
    """Read the clips and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--media", type=Path, default=Path("../shared/media"))
    parser.add_argument("--out", type=Path, default=Path("docs/VERDICTS.md"))
    args = parser.parse_args()
    found = {name: answers(args.media / name, moments) for name, moments in MOMENTS.items()}
    write_text(page(found), args.out, force=True)
    print(page(found).splitlines()[4])


if __name__ == "__main__":
    main()
