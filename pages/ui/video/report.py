"""A finished video: the answer first, then the player beside the timeline, then everything to keep."""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fer.charts.timeline import shares_chart, timeline_chart
from fer.draw.portraits import Portrait, best_portraits, covered_portrait
from fer.evaluation.figures.set_promise import report_promise
from fer.text import clock, count, percent, span
from fer.timeline.headline import headlines
from fer.timeline.report import Report
from fer.timeline.summary import Summary
from pages.ui.app import downloads, page_setup
from pages.ui.app.markdown import name, plain
from pages.ui.app.theme import chart, is_dark
from pages.ui.app.uploads import Upload
from pages.ui.parts import highlights, persons, player, settings
from pages.ui.parts.limits import NO_FACE_HINT, REMINDER
from pages.ui.video import copy, keeping, neutral_faces, people, playing, units
from pages.ui.work.recordings import Finished, Recording
from pages.ui.work.reinterpret import reinterpret_once
from pages.ui.work.video import VideoResult

PICTURES = {"page": "On this page", "report": "In the report too", "covered": "Covered"}


def title_row(
    clip: Upload, leave: Callable[[], None], *, busy: bool = False
) -> tuple[DeltaGenerator | None, DeltaGenerator | None]:
    """The clip's name, its settings, and the way to another one.

    Args:
        clip: What is shown.
        leave: Drops the clip.
        busy: No settings while the analysis runs.

    Returns:
        Where further settings go, and where it can be kept.
    """
    more = keep = None
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f":material/movie: {name(clip.name)}", width="content")
        with st.container(horizontal=True, width="content"):
            if not busy:
                keep = st.container(width="content")
                with st.popover("Settings", icon=":material/tune:", type="tertiary"):
                    more = st.container()
                    if not isinstance(clip, Finished):  # there is nothing that could be read again
                        settings.analysis_form(label="Analyse again")
            st.button("Another video", icon=":material/upload:", type="tertiary", on_click=leave)
    return more, keep


def show(result: VideoResult, clip: Upload, leave: Callable[[], None]) -> None:
    """The whole result.

    Args:
        result: What the job returned.
        clip: The video itself, for the player.
        leave: Drops the clip.
    """
    more, keep = title_row(clip, leave)
    with more:
        half_life_s, unsure_below = settings.reading_sliders(result.report.timeline.unsure_below)
        shown = _picture_switch() if result.portraits else "page"
    edited = persons.edited(result.report)
    report = reinterpret_once(
        neutral_faces.applied(edited, result.report), half_life_s=half_life_s, unsure_below=unsure_below
    )
    with keep:
        keeping.offer(report, result, clip)
    summary, chosen = report.summary, people.picked(report.summary)
    with st.container(gap="xxsmall"):
        for title in highlights.titles(_about(summary, chosen)):
            st.subheader(plain(title), anchor=False)
        st.caption(_facts(report))
    for note in report.timeline.source.notes:
        st.caption(f":material/info: {plain(note)}")
    pictures = best_portraits(report.timeline, result.portraits)
    if shown == "covered":
        pictures = {face_id: covered_portrait(jpeg) for face_id, jpeg in pictures.items()}
    if summary.faces or edited is not result.report:
        played = playing.playing(clip, report.timeline.source) is not None
        people.show(report, result.report, pictures, played=played)
        people.picker(summary)
    if summary.faces:
        _explore(report, clip, chosen, result.portraits)
        _said(_about(summary, chosen))
        units.show(report, edited, result.report, chosen)
    else:
        picture, hint = st.columns([5, 7], gap="medium")
        with picture:
            playing.show(clip, report.timeline.source, summary)
        hint.markdown(f"{NO_FACE_HINT} Another detector (in Settings) may find more.")
    st.caption(" ".join(filter(None, (report_promise(report), summary.left_out_text(), REMINDER))))
    st.subheader("Keep it", anchor=False)
    with st.container(horizontal=True):
        in_report = pictures if shown == "report" else {}
        downloads.of_report(report, clip.name, key="video", pictures=in_report)
        if isinstance(clip, Recording):
            downloads.of_video(clip.data, clip.name)
        elif clip.data:
            copy.offer(report, clip)
    copy.show(clip)


def _picture_switch() -> str:
    """Where small pictures of the people stand: one of `PICTURES`."""
    return st.segmented_control(
        "Pictures of people",
        list(PICTURES),
        default="page",
        required=True,
        format_func=PICTURES.get,
        key="video_pictures",
        persist_state="session",
        help="The HTML report holds faces only if you say so here. “Video with marks” asks anew.",
    )


def _facts(report: Report) -> str:
    """What was analysed, in one line."""
    source, summary = report.timeline.source, report.summary
    length = source.duration_s or summary.end_s
    parts = [clock(length), f"{source.width}×{source.height}", count(summary.frames, "analysed frame")]
    if summary.faces:
        n = len(summary.by_presence)
        parts.append("1 person" if n == 1 else f"{n} people")
        parts.append(f"a face could be read {percent(summary.valid_share)} of the time")
    return " · ".join(parts)


@st.fragment
@page_setup.shows_errors
def _explore(report: Report, clip: Upload, chosen: int | None, portraits: tuple[Portrait, ...] = ()) -> None:
    """Player and moments beside the timeline; a click in either moves the player."""
    summary = report.summary
    left, right = st.columns([5, 7], gap="medium")
    with left:
        playing.show(clip, report.timeline.source, summary, portraits, chosen)
        played = playing.playing(clip, report.timeline.source) is not None
        _moments(summary, chosen, played=played)
    with right, st.container(key=player.CHART_BOX):
        chart(
            timeline_chart(report.smoothed, chosen, summary=report.summary, dark=is_dark()),
            key="timeline_chart",
        )
        if played:
            st.caption(":material/touch_app: Click the chart to move the player there.")
    player.link()


def _about(summary: Summary, face_id: int | None) -> Summary:
    """The summary with one face only; None: with all."""
    if face_id is None:
        return summary
    return replace(summary, faces=tuple(face for face in summary.faces if face.face_id == face_id))


def _moments(summary: Summary, face_id: int | None, *, played: bool) -> None:
    """The longest clear stretches as buttons that move the player; as text where there is no player."""
    found = highlights.moments(summary, face_id)
    if not found:
        return
    st.markdown("**Longest moments**")
    several = face_id is None and len(summary.faces) > 1
    with st.container(gap=None):
        for number, (face, episode) in enumerate(found):
            who = f"{plain(face.name)} " if several else ""
            text = (
                f"{clock(episode.start_s)} · {who}{episode.emotion} · {span(episode.duration_s)} · "
                f"{percent(episode.confidence)} sure"
            )
            if not played:
                st.markdown(text)
                continue
            st.button(
                text,
                key=f"moment_{number}",
                icon=":material/play_arrow:",
                type="tertiary",
                on_click=player.seek,
                args=(episode.start_s,),
            )


def _said(summary: Summary) -> None:
    """Who showed what in sentences, and the shares as a chart."""
    left, right = st.columns([5, 7], gap="medium")
    with left:
        st.subheader("Who showed what", anchor=False)
        for sentence in headlines(summary):
            st.markdown(plain(sentence))
    with right:
        st.subheader("How long", anchor=False)
        chart(shares_chart(summary, dark=is_dark()), key="shares_chart")
