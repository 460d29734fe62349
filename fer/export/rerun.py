"""A report made again: what differs between the figures of two JSON reports, and what may be the cause."""

import json
import math
from dataclasses import dataclass
from pathlib import Path

from fer.constants import EMOTIONS
from fer.errors import DamagedInputError
from fer.text import count
from fer.timeline.read_report import REPORT_FORMAT, report_bytes

WHOLE = ("frames", "frames_with_face", "analysed_s", "valid_share")
OF_A_PERSON = ("person", "seen_s", "usable_s", "seen_rows", "usable_rows")
EQUAL_TO = 1e-5
"""Figures that differ by less are the same: files hold six digits."""
NOT_KNOWN = "not known"


@dataclass(frozen=True)
class Rerun:
    """Two reports side by side.

    Args:
        same: Nothing that was counted differs.
        figures: What differs, a sentence each.
        causes: What was not the same when they were made, a sentence each.
    """

    same: bool
    figures: tuple[str, ...]
    causes: tuple[str, ...]


def read_document(path: str | Path) -> dict:
    """The JSON report that `to_json` has written, as plain values.

    Raises:
        InputError: It cannot be read, or is no such report.
    """
    try:
        document = json.loads(report_bytes(path))
    except (ValueError, RecursionError) as exc:
        raise DamagedInputError("This is no report of this program: give the JSON that it wrote.") from exc
    wanted = ("provenance", "source", "settings", "summary", "timeline")
    if (
        not isinstance(document, dict)
        or document.get("format") != REPORT_FORMAT
        or any(not isinstance(document.get(name), dict) for name in wanted)
    ):
        raise DamagedInputError("This is no report of this program: give the JSON that it wrote.")
    return document


def compared(before: dict, after: dict) -> Rerun:
    """What differs.

    Args:
        before: The older report, see `read_document`.
        after: The newer one.
    """
    figures = (*_whole(before, after), *_people(before, after), *_rows(before, after))
    return Rerun(not figures, figures, tuple(_causes(before, after)))


def _whole(before: dict, after: dict) -> list[str]:
    return _figures("", before["summary"], after["summary"], WHOLE)


def _people(before: dict, after: dict) -> list[str]:
    """Person by person: shares, confidence and episodes."""
    old, new = ({_who(face): face for face in one["summary"].get("faces", ())} for one in (before, after))
    found = [f"{who} is in the older report only." for who in old if who not in new]
    found += [f"{who} is in the newer report only." for who in new if who not in old]
    for who in (who for who in old if who in new):
        a, b = old[who], new[who]
        found += _figures(f"{who}, ", a, b, OF_A_PERSON)
        for name in ("shares", "confidence"):
            found += _figures(f"{who}, {name} of ", a.get(name, {}), b.get(name, {}), tuple(a.get(name, {})))
        episodes = [
            [(e["emotion"], round(e["start_s"], 3), round(e["end_s"], 3)) for e in face["episodes"]]
            for face in (a, b)
        ]
        if episodes[0] != episodes[1]:
            differing = len(set(episodes[0]) ^ set(episodes[1]))
            found.append(f"{who}: {count(differing, 'episode')} in one of the two only.")
    return found


def _who(face: dict) -> str:
    return "All faces" if face.get("face_id") is None else f"Face {face['face_id']}"


def _figures(prefix: str, old: dict, new: dict, names: tuple[str, ...]) -> list[str]:
    return [
        f"{prefix}{name.replace('_', ' ')}: {_shown(old.get(name))} before, {_shown(new.get(name))} now."
        for name in names
        if not _equal(old.get(name), new.get(name))
    ]


def _equal(a: object, b: object) -> bool:
    if isinstance(a, int | float) and isinstance(b, int | float):
        return math.isclose(a, b, rel_tol=EQUAL_TO, abs_tol=EQUAL_TO)
    return a == b


def _shown(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(NOT_KNOWN if value is None else value)


def _rows(before: dict, after: dict) -> list[str]:
    """Row by row: how many say something else, and the largest difference of a probability."""
    old, new = before["timeline"], after["timeline"]
    if len(old["rows"]) != len(new["rows"]):
        return [f"The timeline has {len(old['rows']):,} rows before, {len(new['rows']):,} now."]
    found, rows = [], len(old["rows"])
    old, new = _columns(old), _columns(new)
    for name in ("face_id", "emotion", "quality"):
        if differing := sum(a != b for a, b in zip(old[name], new[name], strict=True)):
            found.append(f"{count(differing, 'row')} of {rows:,} with another {name.replace('_', ' ')}.")
    numbers = (
        abs(a - b)
        for name in EMOTIONS
        for a, b in zip(old[name], new[name], strict=True)
        if a is not None and b is not None
    )
    largest = max(numbers, default=0.0)
    if largest > EQUAL_TO:
        found.append(f"A probability differs by {largest:.2g} at most.")
    return found


def _columns(timeline: dict) -> dict[str, list]:
    return {name: [row[k] for row in timeline["rows"]] for k, name in enumerate(timeline["columns"])}


def _causes(before: dict, after: dict) -> list[str]:
    """What was another one."""
    old, new = before["provenance"], after["provenance"]
    values = [
        ("The file", old.get("source_sha256"), new.get("source_sha256")),
        ("The network", old.get("model", {}).get("sha256"), new.get("model", {}).get("sha256")),
        ("fer", old.get("fer_version"), new.get("fer_version")),
        ("Python", old.get("python_version"), new.get("python_version")),
    ]
    packages = (old.get("packages", {}), new.get("packages", {}))
    values += [(name, *(one.get(name) for one in packages)) for name in sorted({*packages[0], *packages[1]})]
    said = [f"{what} is another one: {_brief(a)} before, {_brief(b)} now." for what, a, b in values if a != b]
    if old.get("model", {}).get("footage_calibration"):
        said.append("The percentages were fitted to the footage by a file, which is not in the report.")
    return said


def _brief(value: str | None) -> str:
    return (value or NOT_KNOWN)[:16]
