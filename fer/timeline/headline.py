"""The answer first: who showed what, when, for how long and how sure, as sentences made from the numbers."""

from fer.constants import QUALITY_TEXT, UNSURE
from fer.text import clock, count, join, percent, span
from fer.timeline.summary import FaceSummary, Summary
from fer.verdict import set_words

MAX_SENTENCES = 6
MAX_NEXT = 3
"""Further expressions that a sentence names."""

MAX_BETWEEN = 2
"""Sets of plausible expressions that a sentence names."""

MENTIONED_FROM = 0.005


def headlines(summary: Summary) -> list[str]:
    """One sentence or two per face, the longest readable face first; never empty.

    Example:
        >>> headlines(summarise(timeline))[0]                                  # doctest: +SKIP
        'Face 1 was read as happy for 18 s of the 43 s in which the face could be read (41%), ...'
    """
    if excluded := summary.excluded_text():
        return [*_headlines(summary), excluded]
    return _headlines(summary)


def _headlines(summary: Summary) -> list[str]:
    if not summary.frames:
        return ["Nothing is left to read." if summary.excluded_s else "Nothing was analysed."]
    if not summary.faces and not summary.seen_briefly:
        where = count(summary.frames, "photo") if summary.is_photos else count(summary.frames, "frame")
        length = "" if summary.is_photos else f" ({clock(summary.end_s - summary.start_s)})"
        return [f"No face was found in {where}{length}."]
    faces, brief = summary.by_presence, brief_text(summary)
    if not faces:
        return [f"No person could be read. {brief}"]
    lines = [_photos_line(f, summary) if summary.is_photos else _face_line(f) for f in faces[:MAX_SENTENCES]]
    if more := len(faces) - MAX_SENTENCES:
        lines += (
            [f"{count(more, 'more face')} could be read for a shorter time; see the table."]
            if more > 0
            else []
        )
    lines += [named_line(face) for face in summary.named[:MAX_SENTENCES]]
    return [*lines, brief] if brief else lines


def named_line(face: FaceSummary) -> str:
    """Somebody in photos as a sentence.

    Example: "Anna in 3 photos: happy 67%, unsure 33%."
    """
    where = f"{face.name} in {count(face.seen_rows, 'photo')}"
    if not face.usable_rows:
        return f"{where}: could not be read."
    states = sorted(face.ranking, key=lambda s: -face.shares[s])
    if len(states) == 1:
        sure = f", {percent(face.confidence[states[0]])} sure" if states[0] != UNSURE else ""
        return f"{where}: {states[0]}{sure}."
    return f"{where}: " + ", ".join(f"{s} {percent(face.shares[s])}" for s in states[: MAX_NEXT + 1]) + "."


def brief_text(summary: Summary) -> str:
    """How many faces were no person, and why; empty where there are none."""
    briefly = [f for f in summary.seen_briefly if f.usable_rows]
    unread = [f for f in summary.seen_briefly if not f.usable_rows]
    parts = []
    if briefly:
        were = "was" if len(briefly) == 1 else "were"
        parts.append(f"{count(len(briefly), 'face')} {were} seen only briefly")
    if unread:
        codes = [code for code in QUALITY_TEXT if any(code in f.left_out for f in unread)]
        seen = span(max(f.seen_s for f in unread))
        were, longest = ("was", "") if len(unread) == 1 else ("were", "up to ")
        parts.append(
            f"{count(len(unread), 'face')} {were} seen for {longest}{seen} but could not be read: "
            f"{join([QUALITY_TEXT[code] for code in codes])}"
        )
    return f"{join(parts)}." if parts else ""


def _face_line(face: FaceSummary) -> str:
    lead = face.ranking[0]
    if lead == UNSURE:
        could = f"{face.name} could be read for {span(face.usable_s)}"
        return f"{could}, but the answer was always unsure{_between(face)}."
    share, episode = face.shares[lead], face.longest.get(lead)
    when = (
        f", longest from {clock(episode.start_s, tenths=True)} to {clock(episode.end_s, tenths=True)}"
        if episode
        else ""
    )
    return (
        f"{face.name} was read as {lead} for {span(share * face.usable_s)} of the {span(face.usable_s)} in "
        f"which the face could be read ({percent(share)}){when}, with a mean confidence of "
        f"{percent(face.confidence[lead])}."
        f"{_rest(face)}"
    )


def _photos_line(faces: FaceSummary, summary: Summary) -> str:
    photos = count(summary.frames, "photo")
    if not faces.usable_rows:
        reasons = join([QUALITY_TEXT[code] for code in faces.left_out])
        return f"{count(faces.seen_rows, 'face')} in {photos} could not be read: {reasons}."
    lead = faces.ranking[0]
    if lead == UNSURE:
        return (
            f"{count(faces.usable_rows, 'usable face')} in {photos}: the answer was unsure for all of "
            f"them{_between(faces)}."
        )
    usable = count(faces.usable_rows, "usable face")
    return (
        f"Of {usable} in {photos}, {percent(faces.shares[lead])} were read as {lead}, with a mean confidence "
        f"of {percent(faces.confidence[lead])}.{_rest(faces)}"
    )


def _rest(face: FaceSummary) -> str:
    """The next expressions and how much was unsure."""
    named = [s for s in face.ranking[1:] if s != UNSURE and face.shares[s] >= MENTIONED_FROM]
    parts = []
    if named:
        parts.append("Next: " + ", ".join(f"{s} {percent(face.shares[s])}" for s in named[:MAX_NEXT]) + ".")
    if face.shares[UNSURE] > 0:
        parts.append(f"Unsure: {percent(face.shares[UNSURE])}{_between(face)}.")
    return "".join(" " + p for p in parts)


def _between(face: FaceSummary) -> str:
    """Between which few expressions an unsure answer was; empty where there were too many."""
    named = [s for s, share in face.plausible.items() if share >= MENTIONED_FROM][:MAX_BETWEEN]
    parts = [f"{set_words(s)} {percent(face.plausible[s])}" for s in named]
    rest = face.shares[UNSURE] - sum(face.plausible[s] for s in named)
    if parts and rest >= MENTIONED_FROM:
        parts.append(f"others {percent(rest)}")
    return f" ({'; '.join(parts)})" if parts else ""
