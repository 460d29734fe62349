"""A finished video: the answer first, then the player beside the timeline, then everything to keep."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fer.charts.timeline import shares_chart, timeline_chart
from fer.constants import DISPLAY_ORDER
from fer.draw.portraits import Portrait, best_portraits, covered_portrait
from fer.evaluation.figures.set_promise import report_promise
from fer.text import clock, count, percent
from fer.timeline.headline import headlines
from fer.timeline.report import Report
from fer.timeline.summary import Summary
from pages.ui.app import downloads, page_setup, polling, session
from pages.ui.app.markdown import name, plain
from pages.ui.app.theme import chart, is_dark
from pages.ui.app.uploads import Upload
from pages.ui.parts import highlights, persons, settings
from pages.ui.parts.limits import NO_FACE_HINT, REMINDER
from pages.ui.video import (
    copy,
    findings,
    keeping,
    markers,
    moments,
    neutral_faces,
    people,
    player,
    playing,
    queue_view,
    units,
)
from pages.ui.work import sitting
from pages.ui.work.recordings import Finished, Opened, Recording
from pages.ui.work.reinterpret import reinterpret_once
from pages.ui.work.video import VideoResult

NEXT = ("Another video", ":material/upload:")
CALM_S = 0.25
"""What is drawn last waits until nothing has changed for so long."""
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
                again = not isinstance(clip, Finished)  # else there is nothing that could be read again
                if again or clip.result.portraits:
                    with st.popover("Settings", icon=":material/tune:", type="tertiary"):
                        more = st.container()
                        if again:
                            settings.analysis_form(label="Analyse again")
                else:
                    more = st.empty()
            back = ("All videos", ":material/arrow_back:") if queue_view.queue() else NEXT
            st.button(back[0], icon=back[1], type="tertiary", key="leave_video", on_click=leave)
    return more, keep


@dataclass(frozen=True, eq=False)
class _Reading:
    """What is read anew whenever a slider is moved or something is marked.

    Args:
        named: With people named and neutral faces chosen.
        analyzed: As it was analysed.
    """

    named: Report
    analyzed: Report

    def now(self) -> Report:
        """As the sliders and the marks stand: the very same report until one of them changes."""
        half_life_s, unsure_below = settings.reading(self.analyzed.timeline.unsure_below)
        marked = markers.of(self.analyzed)
        return reinterpret_once(
            self.named, half_life_s=half_life_s, unsure_below=unsure_below, markers=marked
        )


def show(result: VideoResult, clip: Upload, leave: Callable[[], None]) -> None:
    """The whole result.

    Args:
        result: What the job returned.
        clip: The video itself, for the player.
        leave: Drops the clip.
    """
    more, keep = title_row(clip, leave)
    with more:
        shown = _picture_switch() if result.portraits else "page"
    edited = persons.edited(result.report)
    reading = _Reading(neutral_faces.applied(edited, result.report), result.report)
    report = reading.now()
    sitting.remember(report)
    with keep:
        keeping.offer(report, result, clip)
    summary, chosen = report.summary, people.picked(report.summary)
    _answer(report, _about(summary, chosen))
    pictures = _pictures(report, result, covered=shown == "covered")
    if summary.faces or edited is not result.report:
        played = playing.playing(clip, report.timeline.source) is not None
        people.show(report, result.report, pictures, played=played)
    if summary.faces or report.timeline.markers:
        _explore(report, chosen, reading, clip, result.portraits)
        _parts(report, chosen, reading, clip)
        _said(_about(summary, chosen))
        units.show(report, edited, result.report, chosen)
    else:
        _nobody(report, clip)
    st.caption(" ".join(filter(None, (report_promise(report), summary.left_out_text(), REMINDER))))
    _files(report, clip, pictures if shown == "report" else {})


def _nobody(report: Report, clip: Upload) -> None:
    """The player, and what may help."""
    picture, hint = st.columns([5, 7], gap="medium")
    with picture:
        playing.show(clip, report.timeline.source, report.summary)
    hint.markdown(f"{NO_FACE_HINT} Another detector (in Settings) may find more.")


def _pictures(report: Report, result: VideoResult, *, covered: bool) -> dict[int, bytes]:
    """Face id -> JPEG of the best view."""
    pictures = best_portraits(report.timeline, result.portraits)
    return {k: covered_portrait(jpeg) for k, jpeg in pictures.items()} if covered else pictures


def _files(report: Report, clip: Upload, pictures: dict[int, bytes]) -> None:
    """Everything to keep; `pictures` go into the report."""
    st.subheader("Keep it", anchor=False)
    with st.container(horizontal=True):
        more = {"pictures": pictures, "titled": isinstance(clip, Opened)}
        downloads.of_report(report, clip.name, key="video", **more)
        if isinstance(clip, Recording):
            downloads.of_video(clip.data, clip.name)
        elif clip.data:
            copy.offer(report, clip)
    copy.show(clip)


def _answer(report: Report, summary: Summary) -> None:
    """Who showed what in a line each, what was analysed, and what was taken out."""
    with st.container(gap="xxsmall"):
        for title in highlights.titles(summary):
            st.subheader(plain(title), anchor=False)
        st.caption(_facts(report))
        if excluded := report.summary.excluded_text():
            st.caption(f":material/content_cut: {excluded}")
    for note in report.timeline.source.notes:
        st.caption(f":material/info: {plain(note)}")


def _picture_switch() -> str:
    """Where small pictures of the people stand: one of `PICTURES`."""
    return st.segmented_control(
        "Pictures of people",
        list(PICTURES),
        required=True,
        format_func=PICTURES.get,
        default=session.recalled("video_pictures", "page"),
        key="video_pictures",
        persist_state="session",
        help="The HTML report holds faces only if you say so here. “Video with marks” asks anew.",
    )


def _facts(report: Report) -> str:
    """What was analysed, in one line."""
    source, summary = report.timeline.source, report.summary
    length = source.duration_s or summary.end_s
    frames = count(len(report.timeline.frame_times_s), "analysed frame")
    if summary.frames < len(report.timeline.frame_times_s):
        frames = f"{summary.frames:,} of {frames} counted"  # the rest is excluded
    parts = [clock(length), f"{source.width}×{source.height}", frames]
    if summary.faces:
        n = len(summary.by_presence)
        parts.append("1 person" if n == 1 else f"{n} people")
        parts.append(f"a face could be read {percent(summary.valid_share)} of the time")
    return " · ".join(parts)


@st.fragment
@page_setup.shows_errors
def _explore(
    shown: Report,
    chosen: int | None,
    reading: _Reading,
    clip: Upload,
    portraits: tuple[Portrait, ...] = (),
) -> None:
    """Player and timeline as one. They follow a slider, a mark or another person at once, and the rest of the
    page after them."""
    report = reading.now()
    face_id = people.picked(report.summary)
    with st.container():  # always there: the player keeps its place, and is not loaded anew where it stood
        people.picker(report.summary)
    left, right = st.columns([5, 7], gap="medium")
    with left:
        playing.show(clip, report.timeline.source, report.summary, portraits, face_id)
        player.controls(report.smoothed, face_id, partial(markers.take, reading.analyzed))
        markers.trouble()
    with right:
        figure = _figure(report, face_id, _chart_tools(reading.analyzed.timeline.unsure_below))
        with st.container(key=player.CHART_BOX):
            chart(figure, key="timeline_chart")
    player.track(report.smoothed)
    player.pass_on("explore")
    if report is not shown or face_id != chosen:
        _rest_follows(time.monotonic())


@polling.every(CALM_S)
def _rest_follows(changed_s: float) -> None:
    """Draw the whole page anew once nothing has changed for a moment: at once it would hold up the chart.

    Args:
        changed_s: When `_explore` was drawn last, by the monotonic clock.
    """
    if time.monotonic() - changed_s >= CALM_S:
        st.rerun()


def _figure(report: Report, chosen: int | None, emotions: list[str]) -> go.Figure:
    """The timeline; drawn once for what it shows."""
    asked = {"emotions": emotions, "view_s": player.view_s(), "dark": is_dark()}

    def draw() -> go.Figure:
        figure = timeline_chart(report.smoothed, chosen, summary=report.summary, **asked)
        figure.layout.dragmode = False  # a drag moves the player here; zooming has buttons
        return figure

    return session.kept_or_made(session.CHART, report, (chosen, asked), draw)


def _chart_tools(default_unsure: float) -> list[str]:
    """Which lines there are, how they are read, the way back from a zoom, the next marker's name.

    Args:
        default_unsure: The threshold of the analysis, 0..1.

    Returns:
        The expressions that have a line.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.popover("Lines", icon=":material/show_chart:", type="tertiary", key="timeline_lines"):
            chosen = st.pills(
                "Expressions drawn as lines",
                DISPLAY_ORDER,
                selection_mode="multi",
                default=session.recalled("timeline_emotions", DISPLAY_ORDER),
                key="timeline_emotions",
            )
        with st.popover("Smoothing and unsure", icon=":material/tune:", type="tertiary"):
            settings.reading_sliders(default_unsure)
        if (view := player.view_s()) is not None:
            st.button(
                f"{clock(view[0], tenths=True)}–{clock(view[1], tenths=True)}: show everything",
                icon=":material/zoom_out_map:",
                key="timeline_show_all",
                on_click=player.show_all,
            )
        markers.name_field()
        with st.popover("Keys", icon=":material/keyboard:", type="tertiary", key="timeline_keys"):
            st.markdown(player.KEYS)
    return list(chosen)


TABS = ("Moments", "Markers", "Findings")


@st.fragment
@page_setup.shows_errors
def _parts(report: Report, chosen: int | None, reading: _Reading, clip: Upload) -> None:
    """Everything below player and timeline, a tab each; only the open one is computed."""
    if reading.now() is not report:
        st.rerun()  # something was marked here: the whole page shows other figures now
    played = playing.playing(clip, report.timeline.source) is not None
    tabs = st.tabs(TABS, key="video_tab", on_change="rerun")
    moment_tab, marker_tab, finding_tab = tabs
    if moment_tab.open:
        with moment_tab:
            moments.show(report, chosen, played=played)
    if marker_tab.open:
        with marker_tab:
            markers.panel(report, reading.analyzed)
    if finding_tab.open:
        with finding_tab:
            findings.show(report, chosen)
    player.pass_on("parts")


def _about(summary: Summary, face_id: int | None) -> Summary:
    """The summary with one face only; None: with all."""
    if face_id is None:
        return summary
    return replace(summary, faces=tuple(face for face in summary.faces if face.face_id == face_id))


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
