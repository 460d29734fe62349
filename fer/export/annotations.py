"""Episodes for programs in which people annotate and watch: ELAN, Praat, BORIS, and players (WebVTT)."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from fer.constants import EMOTION_COLORS
from fer.text import percent
from fer.timeline.markers import Marker
from fer.timeline.summary import STATES, FaceSummary, Summary
from fer.timeline.timeline import Timeline

MARKER_TIER = "markers"
BORIS_FORMAT = "7.0"


def to_elan(timeline: Timeline, summary: Summary) -> bytes:
    """Episodes as an ELAN document: a tier a person, and one for markers. Times are whole milliseconds.

    An event lasts a millisecond in the tier of markers, or ELAN would not show it.

    Args:
        timeline: Names the source, which is linked by its name, and has the markers.
        summary: Its summary.
    """
    from pympi.Elan import Eaf, to_string

    document = Eaf(author="fer")
    document.remove_tier("default")
    name = Path(timeline.source.name).name
    document.add_linked_file(name, relpath=f"./{name}", mimetype="video/*")
    for tier, face in _tiers(summary):
        document.add_tier(tier, part=tier)
        for start, end, label in _milliseconds(face):
            document.add_annotation(tier, start, end, label)
    if timeline.markers:
        tier = _marker_tier(summary)
        document.add_tier(tier)
        for marker in timeline.markers:
            start = max(round(1000 * marker.start_s), 0)
            document.add_annotation(tier, start, max(round(1000 * marker.end_s), start + 1), marker.name)
    return to_string(document, encoding="UTF-8")


def to_textgrid(timeline: Timeline, summary: Summary) -> bytes:
    """Episodes as a Praat TextGrid (text, UTF-8): a tier of intervals a person, points and ranges of markers.

    Events go into a tier of points; ranges that overlap are given tiers of their own.

    Args:
        timeline: Says how long the recording is, and has the markers.
        summary: Its summary.
    """
    from pympi.Praat import TextGrid

    ends = [
        timeline.end_s,
        *(m.end_s for m in timeline.markers),
        *(e.end_s for f in summary.faces for e in f.episodes),
    ]
    grid = TextGrid(xmax=max([*ends, 0.001]))
    for tier, face in _tiers(summary):
        intervals = grid.add_tier(tier)
        for start, end, label in _milliseconds(face):
            intervals.add_interval(start / 1000, end / 1000, label, check=False)
    name, inside = _marker_tier(summary), [m for m in timeline.markers if m.start_s >= 0]
    if events := [m for m in inside if m.kind == "event"]:
        points = grid.add_tier(f"{name} (events)", "TextTier")
        for marker in events:
            points.add_point(marker.start_s, marker.name, check=False)
    for number, ranges in enumerate(_apart([m for m in inside if m.kind != "event"]), 1):
        intervals = grid.add_tier(name if number == 1 else f"{name} {number}")
        for marker in ranges:
            intervals.add_interval(marker.start_s, marker.end_s, marker.name, check=False)
    for tier in grid.get_tiers():
        tier.name = tier.name.replace('"', '""')  # pympi reads names so, but writes them as they are
    with TemporaryDirectory() as folder:  # it writes to paths only
        path = Path(folder) / "grid"
        grid.to_file(path)
        return path.read_bytes()


def to_boris(timeline: Timeline, summary: Summary) -> str:
    """Episodes as a BORIS project: one observation, state events, a subject a person.

    BORIS opens it, or takes its observation into another project (File, Import observations).

    Args:
        timeline: Names the source and its length.
        summary: Its summary.
    """
    subjects = [tier for tier, _ in _tiers(summary)]
    name = timeline.source.name
    events = [
        [time_s, tier, episode.emotion, "", ""]
        for tier, face in _tiers(summary)
        for episode in face.episodes
        for time_s in (round(episode.start_s, 3), round(episode.end_s, 3))
    ]
    observation = {
        "file": {str(player): [name] if player == 1 else [] for player in range(1, 9)},
        "type": "MEDIA",
        "date": "1970-01-01T00:00:00",
        "description": "Read by fer: an estimate of expressions, not a coding by people.",
        "time offset": 0.0,
        "events": sorted(events, key=lambda event: (event[0], event[1])),
        "observation time interval": [0, 0],
        "independent_variables": {},
        "media_info": {
            "length": {name: timeline.source.duration_s or timeline.end_s},
            "fps": {name: timeline.source.fps or 1 / timeline.step_s},
            "hasVideo": {name: True},
            "hasAudio": {name: False},
            "offset": {"1": 0.0},
        },
    }
    project = {
        "time_format": "hh:mm:ss",
        "project_date": "1970-01-01T00:00:00",
        "project_name": name,
        "project_description": "",
        "project_format_version": BORIS_FORMAT,
        "subjects_conf": {
            str(k): {"key": "", "name": subject, "description": ""} for k, subject in enumerate(subjects)
        },
        "behaviors_conf": {str(k): _behavior(k, state) for k, state in enumerate(STATES)},
        "observations": {Path(name).stem or "observation": observation},
        "behavioral_categories": [],
        "behavioral_categories_config": {},
        "independent_variables": {},
        "coding_map": {},
        "behaviors_coding_map": [],
        "converters": {},
    }
    return json.dumps(project, ensure_ascii=False, indent=1, allow_nan=False)


def _behavior(number: int, state: str) -> dict:
    return {
        "type": "State event",
        "key": str(number + 1),
        "code": state,
        "description": "",
        "color": EMOTION_COLORS[state],
        "category": "",
        "modifiers": "",
        "excluded": "",
        "coding map": "",
    }


def to_vtt(summary: Summary) -> str:
    """Episodes as WebVTT: players show them as subtitles, one voice a person.

    Args:
        summary: Of a video or a live session.
    """
    cues = sorted(
        (start, end, tier, label, episode.confidence)
        for tier, face in _tiers(summary)
        for (start, end, label), episode in zip(_milliseconds(face), face.episodes, strict=True)
    )
    blocks = [
        f"{_stamp(start)} --> {_stamp(end)}\n<v {_cue(tier)}>{_cue(label)} {_cue(percent(sure))}</v>"
        for start, end, tier, label, sure in cues
        if end > start
    ]
    return "\n\n".join(["WEBVTT", *blocks]) + "\n"


def _stamp(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:03d}"


def _cue(text: str) -> str:
    """Text that no player takes for markup or for the end of a cue."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"\s+", " ", escaped)


def _tiers(summary: Summary) -> list[tuple[str, FaceSummary]]:
    """Persons by the names that people read; no two have the same."""
    return [(face.name, face) for face in summary.faces]


def _marker_tier(summary: Summary) -> str:
    """A name for the tier of markers that no person has."""
    taken = {tier for tier, _ in _tiers(summary)}
    return next(name for k in range(len(taken) + 1) if (name := MARKER_TIER + "_" * k) not in taken)


def _milliseconds(face: FaceSummary) -> list[tuple[int, int, str]]:
    """Episodes in whole milliseconds; none begins before the one before has ended."""
    found, last = [], 0
    for episode in face.episodes:
        start = max(round(1000 * episode.start_s), last)
        last = max(round(1000 * episode.end_s), start + 1)
        found.append((start, last, episode.emotion))
    return found


def _apart(ranges: Sequence[Marker]) -> list[list[Marker]]:
    """The ranges in rows of which none overlap."""
    rows: list[list[Marker]] = []
    for marker in sorted(ranges, key=lambda m: (m.start_s, m.end_s)):
        row = next((row for row in rows if row[-1].end_s <= marker.start_s), None)
        if row is None:
            rows.append([marker])
        else:
            row.append(marker)
    return rows
