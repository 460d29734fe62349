"""What the sets of plausible expressions promise, in words, with what they held on real photos."""

from fer.emotion.network import PROMISED
from fer.errors import ModelError
from fer.evaluation.figures.real_faces import read_real_faces
from fer.timeline.report import Report
from fer.verdict import SetRule

_SMOOTHED = " In a video they come from the smoothed percentages; the promise is one about single faces."


def set_promise(rule: SetRule, sha256: str) -> str:
    """The promise for faces whose answer would be "unsure".

    Args:
        rule: Of the head that answered.
        sha256: Of the network; what was held on real photos is told only for the one that was measured.

    Returns:
        Empty where nothing is promised.

    Example:
        >>> from fer.verdict import NO_SETS
        >>> set_promise(NO_SETS, "")
        ''
    """
    if not rule.promised:
        return ""
    return (
        "Where no expression is likely enough alone, the two or three plausible ones are named. What most of "
        f"ten people say is among the plausible ones for {_in_ten(rule.promised)} such faces of FER2013's "
        f"PublicTest, where this was chosen{_on_photos(sha256)}."
    )


def report_promise(report: Report) -> str:
    """The promise for a report that names such sets; empty for others."""
    timeline = report.timeline
    if not any(face.plausible for face in report.summary.faces):
        return ""
    promise = set_promise(timeline.sets, report.provenance.model_sha256)
    return promise + ("" if timeline.is_photos or not promise else _SMOOTHED)


def _in_ten(share: float) -> str:
    return "9 in 10" if share == PROMISED else f"{share:.0%} of"


def _on_photos(sha256: str) -> str:
    """What was held on hard real photos; empty if this network was not measured."""
    try:
        found = read_real_faces()
    except ModelError:
        return ""
    hard = found.sets.hard
    if found.sha256 != sha256 or hard is None:
        return ""
    return f"; on {hard.n} hard real photos ({found.data}) it was for {hard.coverage:.0%}"
