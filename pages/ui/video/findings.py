"""What markers, people and other recordings answer: one question at a time, with its interval."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from fer.constants import DISPLAY_ORDER, UNSURE
from fer.findings.comparison import (
    compare_groups,
    compare_persons,
    compare_segments,
    compare_videos,
    leading_face,
    mean_of_video,
)
from fer.findings.gathering import Findings, halves
from fer.findings.reaction import AFTER_S, BASELINE_S, MAX_WINDOW_S, reaction
from fer.findings.series import VALENCE
from fer.findings.synchrony import synchrony
from fer.text import count, span
from fer.timeline.markers import Marker
from fer.timeline.report import Report
from fer.timeline.timeline import Timeline
from pages.ui.app import session
from pages.ui.app.markdown import plain
from pages.ui.video import answers, coding
from pages.ui.work import sitting

PEOPLE = 4
"""People that are asked about at once."""
DEFAULT_MEASURES = ("happy", VALENCE)
ORDER = (*DISPLAY_ORDER, VALENCE, UNSURE)
"""Of the measures."""
ABOUT = (
    "Findings rest on the unsmoothed readings. An interval holds the truth in 95 of 100 cases; of twenty "
    "questions without any difference one is told by mistake. Choose what you ask before you look."
)
VALENCE_TEXT = (
    "Valence is happy minus the strongest negative expression, the rule that FaceReader publishes: an index "
    "that nobody has validated for this network."
)


@dataclass(frozen=True)
class Asked:
    """A question that can be answered.

    Args:
        key: Tells it from others.
        answer: Answers it for some measures.
    """

    key: tuple
    answer: Callable[[Sequence[str]], Findings]


def show(report: Report, face_id: int | None) -> None:
    """Choose a question, read the answer.

    Args:
        report: As it is shown.
        face_id: Whom the page is about; None: everyone.
    """
    st.caption(ABOUT)
    question = st.pills(
        "What is asked", list(QUESTIONS), required=True, default=next(iter(QUESTIONS)), key="finding_question"
    )
    if question == CODED:
        coding.show(report, face_id)
        return
    measures = st.pills(
        "Measured by",
        ORDER,
        selection_mode="multi",
        default=DEFAULT_MEASURES,
        key="finding_measures",
        format_func=lambda one: "valence (unvalidated index)" if one == VALENCE else one,
    )
    measures = [one for one in ORDER if one in measures]  # not as they were pressed
    if VALENCE in measures:
        st.caption(VALENCE_TEXT)
    asked = QUESTIONS[question](report, face_id)
    if asked is None:
        return
    if not measures:
        st.caption("Choose what is measured.")
        return
    answers.show(_answered(report, (question, asked.key, tuple(measures)), asked, measures), report)


def _answered(report: Report, key: tuple, asked: Asked, measures: Sequence[str]) -> Findings:
    """The answer; computed once for a question."""

    def answer() -> Findings:
        with st.spinner("Drawing blocks of time"):
            return asked.answer(measures)

    return session.kept_or_made(session.FINDINGS, report, key, answer)


def _people(report: Report, face_id: int | None) -> list[int]:
    ids = [face.face_id for face in report.summary.by_presence if face.face_id is not None]
    return [face_id] if face_id is not None else ids[:PEOPLE]


def _by_name(markers: Sequence[Marker], kind: str) -> dict[str, list[Marker]]:
    found: dict[str, list[Marker]] = {}
    for marker in markers:
        if marker.kind == kind:
            found.setdefault(marker.name, []).append(marker)
    return found


def _after_an_event(report: Report, face_id: int | None) -> Asked | None:
    timeline = report.timeline
    events = _by_name(timeline.markers, "event")
    if not events:
        st.markdown("Mark an event first: **M** at the player, or a list in the tab Markers.")
        return None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            "Event", list(events), key="finding_event", width=260,
            format_func=lambda one: f"{one} ({count(len(events[one]), 'time')})",
        )  # fmt: skip
        window = {"min_value": 0.1, "max_value": MAX_WINDOW_S, "step": 0.5, "format": "%.1f", "width": 150}
        before_s = st.number_input("Seconds before", value=BASELINE_S, key="finding_before", **window)
        after_s = st.number_input("Seconds after", value=AFTER_S, key="finding_after", **window)
    people = _people(report, face_id)

    def answer(measures: Sequence[str]) -> Findings:
        seconds = {"baseline_s": before_s, "after_s": after_s}
        found = [reaction(timeline, k, m, events[name], **seconds) for k in people for m in measures]
        return Findings((timeline.source.name,), reactions=_named(timeline, found))

    return Asked((name, before_s, after_s, tuple(people)), answer)


def _ranges(report: Report, face_id: int | None) -> Asked | None:
    timeline = report.timeline
    ranges = _by_name(timeline.markers, "range")
    first_half, second_half = halves(timeline)
    ranges |= {first_half[0].name: first_half, second_half[0].name: second_half}
    names = list(ranges)
    if len(ranges) == 2:
        st.caption("No range is marked yet: the two halves can be compared.")
    with st.container(horizontal=True):
        first = st.selectbox("Range", names, key="finding_range_a", width=260)
        others = [name for name in names if name != first]
        second = st.selectbox("Against", others, key="finding_range_b", width=260)
    if shared_s := _shared_s(ranges[first], ranges[second]):
        st.caption(f":material/info: {span(shared_s)} lie in both and count on both sides.")
    people = _people(report, face_id)

    def answer(measures: Sequence[str]) -> Findings:
        pair = (ranges[first], ranges[second])
        found = [compare_segments(timeline, k, m, *pair) for k in people for m in measures]
        return Findings((timeline.source.name,), comparisons=_named(timeline, found))

    return Asked((first, second, tuple(people)), answer)


def _shared_s(first: Sequence[Marker], second: Sequence[Marker]) -> float:
    """How long a range of the one lies in a range of the other, in seconds."""
    pairs = ((min(a.end_s, b.end_s), max(a.start_s, b.start_s)) for a in first for b in second)
    return sum(max(0.0, end_s - start_s) for end_s, start_s in pairs)


def _pair_of_people(report: Report, face_id: int | None) -> tuple[int, int] | None:
    faces = {face.face_id: face.name for face in report.summary.by_presence if face.face_id is not None}
    if len(faces) < 2:
        st.markdown("There is one person only.")
        return None
    ids = list(faces)
    with st.container(horizontal=True):
        at = ids.index(face_id) if face_id in ids else 0
        one = st.selectbox("Person", ids, at, format_func=faces.get, key=f"finding_one_{face_id}", width=260)
        others = [k for k in ids if k != one]
        other = st.selectbox("And", others, format_func=faces.get, key="finding_other", width=260)
    return one, other


def _two_people(report: Report, face_id: int | None) -> Asked | None:
    timeline, pair = report.timeline, _pair_of_people(report, face_id)
    if pair is None:
        return None

    def answer(measures: Sequence[str]) -> Findings:
        found = [compare_persons(timeline, *pair, m) for m in measures]
        return Findings((timeline.source.name,), comparisons=_named(timeline, found))

    return Asked(pair, answer)


def _together(report: Report, face_id: int | None) -> Asked | None:
    timeline, pair = report.timeline, _pair_of_people(report, face_id)
    if pair is None:
        return None
    st.caption(
        "Two faces that react to the same event go together: that is what is found, not who answers whom."
    )

    def answer(measures: Sequence[str]) -> Findings:
        found = [synchrony(timeline, *pair, m) for m in measures]
        return Findings((timeline.source.name,), synchronies=_named(timeline, found))

    return Asked(pair, answer)


def _another_video(report: Report, face_id: int | None) -> Asked | None:
    others = {one.key: one for one in sitting.others(report)}
    if not others:
        st.markdown("Analyse another video in this sitting, or keep sessions: they are offered here.")
        return None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        labels = {key: one.label for key, one in others.items()}
        key = st.selectbox("Against", list(others), format_func=labels.get, key="finding_video", width=360)
        _forget()
    timeline, people = report.timeline, _people(report, face_id)

    def answer(measures: Sequence[str]) -> Findings:
        other = others[key].open()
        faces = (people[0], leading_face(other)) if people else None
        found = [compare_videos(timeline, other, m, faces) for m in measures]
        return Findings(
            (timeline.source.name, other.source.name), comparisons=tuple(("", one) for one in found)
        )

    return Asked((key, tuple(people)), answer)


def _forget() -> None:
    """The way to let go of earlier videos: only their numbers are remembered, and only in this sitting."""
    look = {"icon": ":material/delete:", "type": "tertiary", "key": "finding_forget"}
    st.button("Forget earlier videos", on_click=sitting.forget, **look)


def _groups(report: Report, face_id: int | None) -> Asked | None:
    here = "this video"
    others = {one.key: one for one in sitting.others(report)}
    labels = {here: f"{report.timeline.source.name} (open)"} | {k: one.label for k, one in others.items()}
    if not others:
        st.markdown("Analyse more videos in this sitting, or keep sessions: they are offered here.")
        return None
    chosen = []
    for number, column in enumerate(st.columns(2, gap="medium")):
        with column:
            name = st.text_input(
                "Name of the group", f"Group {'AB'[number]}", key=f"finding_group_name_{number}"
            )
            members = st.multiselect(
                "Videos", list(labels), format_func=labels.get, key=f"finding_group_{number}"
            )
            chosen.append((name.strip() or f"Group {'AB'[number]}", tuple(members)))
    (first, firsts), (second, seconds) = chosen
    if not (firsts and seconds):
        st.caption("Choose at least one video for each; an interval needs five, ten tell more.")
        return None
    if both := set(firsts) & set(seconds):
        st.caption(f":material/info: In both groups: {plain(', '.join(labels[k] for k in both))}.")

    def answer(measures: Sequence[str]) -> Findings:
        opened = {k: report.timeline if k == here else others[k].open() for k in {*firsts, *seconds}}
        found = [
            compare_groups(
                m,
                *([mean_of_video(opened[k], m) for k in side] for side in (firsts, seconds)),
                (first, second),
            )
            for m in measures
        ]
        return Findings(tuple(labels[k] for k in opened), comparisons=tuple(("", one) for one in found))

    return Asked((first, firsts, second, seconds), answer)


def _named(timeline: Timeline, found: list) -> tuple:
    return tuple((timeline.source.name, one) for one in found)


CODED = "Coded by people"
QUESTIONS: dict[str, Callable[[Report, int | None], Asked | None]] = {
    "After an event": _after_an_event,
    "Range against range": _ranges,
    "Two people": _two_people,
    "Together": _together,
    "Against another video": _another_video,
    "Groups of videos": _groups,
    CODED: lambda *_: None,
}
