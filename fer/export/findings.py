"""Findings as a table, as sentences and as JSON."""

import json
import math
from dataclasses import asdict

from fer.export.episodes import PEAK_COLUMNS
from fer.findings.agreement import CodingAgreement
from fer.findings.comparison import Comparison
from fer.findings.gathering import Findings
from fer.findings.reaction import Reaction
from fer.findings.synchrony import Synchrony
from fer.io.spreadsheet import Sheet, number_cell
from fer.text import clock, count, percent

FINDING_COLUMNS = (
    *("finding", "source", "who", "measure", "first", "second", "mean_first", "mean_second"),
    *("difference", "low", "high", "effect", "p", "n_first", "n_second", "told", "sentence"),
)
TEXTS = frozenset({"finding", "source", "who", "measure", "first", "second", "told", "sentence"})

FINDINGS_VERSION = 1
MAX_SENTENCES = 12


def findings_sheet(found: Findings) -> Sheet:
    """A line a finding; ``told`` is yes, no or "too few data"; what does not apply is empty.

    ``n_first`` and ``n_second`` are seconds that were read, events that were used, or videos.
    """
    rows = [
        *(_of_reaction(source, one) for source, one in found.reactions),
        *(_of_comparison(source, one) for source, one in found.comparisons),
        *(_of_synchrony(source, one) for source, one in found.synchronies),
        *(_of_agreement(source, one) for source, one in found.agreements),
    ]
    cells = [[_cell(row.get(name, "")) for name in FINDING_COLUMNS] for row in rows]
    return Sheet(FINDING_COLUMNS, cells, TEXTS, "Findings")


def findings_sentences(found: Findings) -> list[str]:
    """What was found first: notes, peaks, then what can be told; what cannot be is counted."""
    lines = [*found.notes, *_moments(found)]
    records = [*found.reactions, *found.comparisons, *found.synchronies]
    told = [_placed(source, one.sentence, found) for source, one in records if _told(one) == "yes"]
    lines += told[:MAX_SENTENCES]
    if len(told) > MAX_SENTENCES:
        lines.append(f"{count(len(told) - MAX_SENTENCES, 'more finding')}: see the table.")
    lines += [_placed(source, one.sentence, found) for source, one in found.agreements]
    lines += [_counted(len(records), found)] if records else []
    return lines or ["There was nothing to find: nobody was read, and nothing is marked."]


def _counted(asked: int, found: Findings) -> str:
    """How many questions were asked, and how many of the answers are mistakes to be expected."""
    few = asked - found.tested
    if not found.tested:
        return f"No question could be answered: there were too few data for {count(few, 'question')}."
    return (
        f"{count(found.tested, 'question')} could be answered: {found.told} with a difference. Where there "
        "is none at all, about one in twenty is said by mistake."
        + (f" There were too few data for {count(few, 'question')}." if few else "")
    )


def findings_to_json(found: Findings) -> str:
    """Everything as one JSON object; what is no number is null."""
    sheet = findings_sheet(found)
    moments = [{"source": source, **asdict(peak)} for source, peak in found.peaks]
    confusions = [
        {"source": source, "who": one.who, "seconds": one.confusion.tolist(), "kappa_each": one.kappa_each}
        for source, one in found.agreements
    ]
    document = {
        "format": "fer-findings",
        "version": FINDINGS_VERSION,
        "sources": found.sources,
        "sentences": findings_sentences(found),
        "peaks": moments,
        "findings": [
            {
                name: cell if name in TEXTS else float(cell) if cell else None
                for name, cell in zip(sheet.header, row, strict=True)
            }
            for row in sheet.rows
        ],
        "agreements": confusions,
    }
    return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1)


def moments_sheet(found: Findings) -> Sheet:
    """The peaks of all recordings."""
    rows = [
        [
            source,
            str(peak.face_id),
            peak.person,
            peak.emotion,
            peak.kind,
            *(f"{t:.6f}" for t in (peak.time_s, peak.start_s, peak.end_s)),
            f"{peak.value:.6g}",
        ]
        for source, peak in found.peaks
    ]
    return Sheet(PEAK_COLUMNS, rows, frozenset({"source", "person", "emotion", "moment"}), "Peaks")


def _moments(found: Findings) -> list[str]:
    """One line a person: when each expression was strongest."""
    lines: dict[tuple[str, str], list[str]] = {}
    for source, peak in found.peaks:
        if peak.kind == "strongest" and peak.emotion not in ("unsure", "neutral"):
            said = f"{peak.emotion} at {clock(peak.time_s, tenths=True)} ({percent(peak.value)})"
            lines.setdefault((source, peak.person), []).append(said)
    return [
        _placed(source, f"{who}, strongest moments: {', '.join(said)}.", found)
        for (source, who), said in lines.items()
    ]


def _placed(source: str, sentence: str, found: Findings) -> str:
    """With the recording's name in front, where there are several."""
    return f"{source}: {sentence}" if source and len(found.sources) > 1 else sentence


def _told(one: Reaction | Comparison | Synchrony) -> str:
    if isinstance(one, Comparison):
        known, differs = one.interval.known, one.interval.differs
    elif isinstance(one, Reaction):
        known, differs = one.can_tell, one.differs
    else:
        known, differs = math.isfinite(one.chance), one.differs
    return "too few data" if not known else "yes" if differs else "no"


def _of_reaction(source: str, one: Reaction) -> dict:
    return {
        **{"finding": "reaction", "source": source, "who": one.who, "measure": one.measure},
        **{"first": f"after {one.event}", "second": f"before {one.event}"},
        **{"mean_first": one.after, "mean_second": one.before, "difference": one.interval.value},
        **{"low": one.interval.low, "high": one.interval.high, "effect": one.effect, "p": one.chance},
        **{"n_first": one.used, "n_second": one.used, "told": _told(one), "sentence": one.sentence},
    }


def _of_comparison(source: str, one: Comparison) -> dict:
    return {
        **{"finding": one.kind, "source": source, "who": one.who, "measure": one.measure},
        **{"first": one.first, "second": one.second},
        **{"mean_first": one.mean_first, "mean_second": one.mean_second, "difference": one.interval.value},
        **{"low": one.interval.low, "high": one.interval.high, "effect": one.effect},
        **{"n_first": one.extent_first, "n_second": one.extent_second},
        **{"told": _told(one), "sentence": one.sentence},
    }


def _of_synchrony(source: str, one: Synchrony) -> dict:
    return {
        **{"finding": "synchrony", "source": source, "measure": one.measure},
        **{"first": one.first, "second": one.second, "effect": one.correlation, "p": one.chance},
        **{"n_first": one.shared_s, "n_second": one.shared_s, "told": _told(one), "sentence": one.sentence},
    }


def _of_agreement(source: str, one: CodingAgreement) -> dict:
    return {
        **{"finding": "agreement", "source": source, "who": one.who, "first": "ours", "second": one.program},
        **{"mean_first": one.kappa_time, "mean_second": one.kappa_event},
        **{"n_first": one.shared_s, "n_second": one.coded, "sentence": one.sentence},
    }


def _cell(value) -> str:
    return value if isinstance(value, str) else number_cell(value)
