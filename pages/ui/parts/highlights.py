"""The answer at a glance: a title, the moments to look at, captions for the player.

The full sentences are `fer.timeline.headline`'s.
"""

import math
from html import escape

from fer.constants import UNSURE
from fer.text import count, percent
from fer.timeline.summary import Episode, FaceSummary, Summary
from fer.verdict import set_words

HALF = 0.5
NAMED_SHARE = 0.05
"""A smaller share is not named in a title."""
NAMED = 3
PHOTO_NAMED = 4
TITLES = 2
BRIEF_S = 0.5
"""A face that could be read for less is not worth a title, a stretch that is shorter no moment to look at."""
MOMENTS = 8


def titles(summary: Summary) -> list[str]:
    """The answer in one line for each of the (at most `TITLES`) faces that could be read longest.

    Example: ["Face 1: mostly happy, 52% of the time; neutral 31%, unsure 9%"]
    """
    if not summary.frames:
        return ["Everything is excluded by hand" if summary.excluded_s else "Nothing could be read"]
    readable = summary.by_presence
    if not readable:
        brief = summary.seen_briefly
        why = "only briefly" if any(face.usable_rows for face in brief) else "but none could be read"
        return [f"{count(len(brief), 'face')} found, {why}" if brief else "No face was found"]
    lasting = [face for face in readable if face.usable_s >= BRIEF_S] or readable[:1]
    return [f"{face.name}: {shown(face)}" for face in lasting[:TITLES]]


def brief(face: FaceSummary) -> str:
    """The largest share alone.

    Example: "mostly happy, 52%"
    """
    if not face.usable_s:
        return "could not be read"
    first = max(face.ranking, key=lambda state: face.shares[state])
    how = "mostly" if _is_most(face.shares[first]) else "most often"
    return f"{how} {first}, {percent(face.shares[first])}{_between(face, first)}"


def shown(face: FaceSummary) -> str:
    """What one face showed over the whole time, the largest share first.

    Example: "mostly happy, 52% of the time; neutral 31%, unsure 9%"
    """
    ranked = sorted(face.ranking, key=lambda state: -face.shares[state])
    named = [state for state in ranked if face.shares[state] >= NAMED_SHARE][:NAMED]
    first, *others = named
    few = ", ".join(f"{state} {percent(face.shares[state])}{_between(face, state)}" for state in others)
    if _is_most(face.shares[first]):
        lead = f"mostly {first}, {percent(face.shares[first])} of the time{_between(face, first)}"
        return lead + (f"; {few}" if few else "")
    lead = f"{first} {percent(face.shares[first])} of the time{_between(face, first)}"
    return lead + (f", {few}" if few else "")


def _is_most(share: float) -> bool:
    """A share of which everybody reads that it is more than all others together."""
    return round(100 * share) > 100 * HALF


def _between(face: FaceSummary, state: str) -> str:
    """Between which expressions the answer was unsure, where they were the same most of that time."""
    if state != UNSURE or not face.plausible:
        return ""
    text, share = next(iter(face.plausible.items()))
    return f" ({set_words(text)})" if share >= HALF * face.shares[UNSURE] else ""


def photo_title(summary: Summary) -> str:
    """The title of photos.

    Example: "5 faces in 2 photos: happy 60%, neutral 20%, unsure 20%"
    """
    if not summary.frames:
        return "None of the files could be read"
    photos = count(summary.frames, "photo")
    if not summary.faces:
        return f"No face was found in {photos}"
    [faces] = summary.faces
    found = f"{count(faces.seen_rows, 'face')} in {photos}"
    if not faces.usable_rows:
        return f"{found}, but none could be read"
    if faces.usable_rows < faces.seen_rows:
        found = f"{faces.usable_rows} of {found} could be read"
    ranked = sorted(faces.ranking, key=lambda state: -faces.shares[state])
    named = [state for state in ranked if faces.shares[state] >= NAMED_SHARE][:PHOTO_NAMED]
    if faces.usable_rows == 1:
        if faces.plausible:
            return f"{found}: {set_words(next(iter(faces.plausible)))}"
        return f"{found}: {named[0]}, {percent(faces.confidence[named[0]])} sure"
    parts = [f"{state} {percent(faces.shares[state])}{_between(faces, state)}" for state in named]
    return f"{found}: {', '.join(parts)}"


def moments(summary: Summary, face_id: int | None = None) -> list[tuple[FaceSummary, Episode]]:
    """The longest clear stretches, in order of time.

    Args:
        summary: Of a video.
        face_id: Only this face; None: of all.
    """
    found = [
        (face, episode)
        for face in summary.faces
        if face_id in (None, face.face_id)
        for episode in face.episodes
        if episode.emotion != UNSURE and episode.duration_s >= BRIEF_S
    ]
    longest = sorted(found, key=lambda pair: -pair[1].duration_s)[:MOMENTS]
    return sorted(longest, key=lambda pair: (pair[1].start_s, pair[0].face_id or 0))


def captions(summary: Summary, face_id: int | None = None) -> str:
    """The episodes as WebVTT: the player shows each verdict while it lasts.

    Args:
        summary: Of a video.
        face_id: Only this face; None: of all.
    """
    faces = [face for face in summary.faces if face_id in (None, face.face_id)]
    cues = sorted(
        ((episode, face) for face in faces for episode in face.episodes),
        key=lambda pair: (pair[0].start_s, pair[1].face_id or 0),
    )
    several = len(faces) > 1
    lines = ["WEBVTT", ""]
    for episode, face in cues:
        if not math.isfinite(episode.duration_s) or episode.duration_s <= 0:
            continue
        who = f"{escape(face.name, quote=False)}: " if several else ""
        sure = "" if episode.emotion == UNSURE else f" {percent(episode.confidence)}"
        lines += [
            f"{_stamp(episode.start_s)} --> {_stamp(episode.end_s)}",
            f"{who}{episode.words}{sure}",
            "",
        ]
    return "\n".join(lines)


def _stamp(seconds: float) -> str:
    """Seconds as WebVTT writes times: ``00:01:02.500``."""
    milliseconds = max(0, round(seconds * 1000))
    whole, rest = divmod(milliseconds, 1000)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}.{rest:03d}"
