"""Plotly figures of timelines and summaries. They compute nothing that `fer.timeline.summary` does not state.

Each figure has a light and a dark variant on a transparent background, a height in pixels and the page's
width. ``figure.layout.meta["alt"]`` says in a sentence what it shows. The x of every click on a time axis is
in seconds.
"""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from fer.charts.lines import lines_panel
from fer.charts.marked import markers_panel, over_all_panels
from fer.charts.panels import Panel, compose, key_text
from fer.charts.segments import quality_panel, ribbon_panel, shares_panel
from fer.charts.series import MAX_POINTS, frame_states, left_out_segments, line_data, share_bins
from fer.charts.style import (
    SMALL_PX,
    add_bars,
    axis,
    base_layout,
    fill,
    ink,
    message_figure,
    row_label,
    text_on,
    words_of,
)
from fer.constants import EMOTIONS
from fer.given import check_is
from fer.text import clock, count, percent
from fer.timeline.summary import MIN_EPISODE_S, STATES, FaceSummary, Summary, summarize
from fer.timeline.timeline import Timeline

NO_TIME = "Photos have no time axis."
NO_FACES = "No face was found, so there is nothing to draw."
NOTHING_USABLE = "No face could be read well enough to draw anything."
ROW_PX = 30
MAX_ROWS = 12
"""Faces in one chart; the rest is in the tables."""

MAX_LINES = 3
"""Faces whose lines are drawn under each other."""

EPISODES_IN_VIEW = 700
"""An episode shorter than this part of the timeline is under a pixel wide."""


def shares_chart(summary: Summary, *, dark: bool = False) -> go.Figure:
    """Share of each expression of the usable time (photos: of the usable faces).

    One face: a bar for each expression. More: a stacked row for each face.
    """
    check_is("shares_chart(summary)", summary, Summary)
    faces = [f for f in summary.by_presence if f.usable_rows]
    if not faces:
        return message_figure(NOTHING_USABLE if summary.rows else NO_FACES, dark=dark)
    unit = "share of the usable faces" if summary.is_photos else "share of the usable time"
    if len(faces) == 1:
        return _single_shares(faces[0], unit, dark)
    return _stacked_shares(faces, unit, dark)


def lines_chart(timeline: Timeline, face_id: int, *, dark: bool = False) -> go.Figure:
    """The seven probabilities of one face over time, with its confidence as the area under them."""
    if message := _nothing(timeline, face_id):
        return message_figure(message, dark=dark)
    panel = lines_panel(line_data(timeline, face_id), timeline.unsure_below, dark=dark)
    return _figure([panel], (timeline.start_s, timeline.end_s), dark)


def timeline_chart(
    timeline: Timeline,
    face_id: int | None = None,
    *,
    summary: Summary | None = None,
    emotions: Sequence[str] = EMOTIONS,
    view_s: tuple[float, float] | None = None,
    dark: bool = False,
) -> go.Figure:
    """Markers, ribbon, shares, lines and quality on one time axis.

    Args:
        timeline: Smoothed, for calm lines.
        face_id: Whose shares and lines; None takes all faces for the shares, and lines for each of the
            `MAX_LINES` that could be read longest.
        summary: Of this timeline, where it is at hand already.
        emotions: Which expressions have a line.
        view_s: (start, end) of what is shown, with as many details as fit there; None: everything.
        dark: The dark variant.

    Raises:
        TypeError: It is no `Timeline`; says where one is.
        ValueError: An expression is unknown, or the view ends before it starts.
    """
    check_is("timeline_chart(timeline)", timeline, Timeline)
    if strangers := set(emotions) - set(EMOTIONS):
        raise ValueError(f"Unknown expression {min(strangers)!r}: choose of {', '.join(EMOTIONS)}.")
    if view_s is not None and not view_s[0] < view_s[1]:
        raise ValueError(f"The view {view_s} ends before it starts: give (start, end) in seconds.")
    if message := _nothing(timeline, face_id):
        return message_figure(message, dark=dark)
    summary = summary or summarize(timeline)
    readable = [face.face_id for face in summary.by_presence if face.usable_rows and face.face_id is not None]
    drawn = [face_id] if face_id is not None else sorted(readable[:MAX_LINES])
    chosen = drawn[0]
    rows = timeline.usable & (
        timeline.face_of_row >= 0 if face_id is None else timeline.face_of_row == face_id
    )
    if view_s is not None:
        time_s = timeline.table["time_s"].to_numpy(np.float64)
        rows &= (time_s >= view_s[0]) & (time_s < view_s[1])
    span_s = view_s or (timeline.start_s, timeline.end_s)
    bins = share_bins(timeline, rows, span_s)
    several = face_id is None and len(timeline.face_ids) > 1
    who = "all faces" if several else words_of(timeline.name(chosen, start=False))
    looks = {"emotions": emotions, "view_s": view_s, "max_points": MAX_POINTS // len(drawn), "dark": dark}
    panels = [
        *([markers_panel(timeline.markers, span_s, dark=dark)] if timeline.markers else []),
        _ribbon(timeline, summary, span_s, dark),
        shares_panel(bins, f"Share of time, {who}, in steps of {bins[1]:g} s", dark=dark),
        *(_lines(timeline, face, **looks) for face in drawn if emotions),
        quality_panel(frame_states(timeline), span_s, dark=dark),
    ]
    seen = [s for k, s in enumerate(STATES) if bins[2][:, k].any()]
    over_all = over_all_panels(timeline.markers, dark=dark)
    return _figure(panels, span_s, dark, key=key_text(seen), over_all=over_all)


def _lines(
    timeline: Timeline,
    face_id: int,
    *,
    emotions: Sequence[str],
    view_s: tuple[float, float] | None,
    max_points: int,
    dark: bool,
) -> Panel:
    lines = line_data(timeline, face_id, max_points=max_points, view_s=view_s)
    panel = lines_panel(lines, timeline.unsure_below, emotions=emotions, dark=dark)
    return panel.titled(f"Probability of each expression, {words_of(timeline.name(face_id, start=False))}")


def transitions_chart(summary: Summary, *, dark: bool = False) -> go.Figure:
    """How often one expression followed another, summed over the faces."""
    counts = summary.transitions
    used = [k for k in range(len(STATES)) if counts[k].any() or counts[:, k].any()]
    if not used:
        return message_figure("No change from one expression to another was seen.", dark=dark)
    names, colors = [STATES[k] for k in used], ink(dark)
    values = counts[np.ix_(used, used)].astype(float)
    alt = (
        f"Table of {count(int(values.sum()), 'change')} between expressions; rows are before, columns after."
    )
    most = values.max()
    np.fill_diagonal(values, np.nan)
    heat = go.Heatmap(
        x=names,
        y=names,
        z=values,
        zmin=0,
        zmax=most,
        colorscale=[[0, colors.empty], [1, colors.accent]],
        showscale=False,
        xgap=2,
        ygap=2,
        hovertemplate="from %{y} to %{x}: %{z} times<extra></extra>",
    )
    figure = go.Figure(heat, base_layout(dark, height=96 + 32 * len(used), alt=alt))
    for row, column in np.argwhere(values > 0):
        color = colors.paper if values[row, column] > most / 2 else colors.text
        cell = {"x": names[column], "y": names[row], "text": f"{values[row, column]:.0f}"}
        figure.add_annotation(**cell, showarrow=False, font={"color": color})
    title = {"size": SMALL_PX, "color": colors.muted}
    figure.update_xaxes(
        axis(dark, side="top", tickangle=-40 if len(used) > 4 else 0, fixedrange=True, ticks="")
    )
    figure.update_yaxes(axis(dark, autorange="reversed", fixedrange=True, ticks=""))
    figure.update_xaxes(title={"text": "to", "font": title, "standoff": 4})
    figure.update_yaxes(title={"text": "from", "font": title, "standoff": 4})
    return figure


def _nothing(timeline: Timeline, face_id: int | None = None) -> str:
    """Why a chart over time has nothing to show; empty where it has something."""
    if timeline.is_photos:
        return NO_TIME
    rows = timeline.face_of_row >= 0 if face_id is None else timeline.face_of_row == face_id
    if not rows.any():
        return NO_FACES if face_id is None else f"There is no face {face_id} in this timeline."
    return "" if timeline.usable[rows].any() else NOTHING_USABLE


def _ribbon(timeline: Timeline, summary: Summary, span_s: tuple[float, float], dark: bool) -> Panel:
    """The expressions of the faces; episodes too short to be seen are drawn with their neighbors."""
    visible_s = (span_s[1] - span_s[0]) / EPISODES_IN_VIEW
    if visible_s > MIN_EPISODE_S:
        summary = summarize(timeline, min_episode_s=visible_s)
    faces = summary.by_presence
    shown = sorted(faces[:MAX_ROWS], key=lambda f: f.face_id or 0)
    left_out = [left_out_segments(timeline, f.face_id) for f in shown if f.face_id is not None]
    panel = ribbon_panel(shown, left_out, span_s, dark=dark)
    if len(faces) > len(shown):
        return panel.titled(f"Expression of the {MAX_ROWS} of {len(faces)} faces that could be read longest")
    return panel.titled("Expression of each face")


def _figure(
    panels: list[Panel],
    span_s: tuple[float, float],
    dark: bool,
    *,
    key: str = "",
    over_all: Sequence[dict] = (),
) -> go.Figure:
    titles = "; ".join(p.title or p.what for p in panels)
    alt = f"{titles}; from {clock(span_s[0])} to {clock(span_s[1])}."
    return compose(panels, span_s, dark=dark, alt=alt, key=key, over_all=over_all)


def _single_shares(face: FaceSummary, unit: str, dark: bool) -> go.Figure:
    """One bar per state, its percent beside it."""
    alt = f"{face.name}: " + ", ".join(f"{s} {percent(face.shares[s])}" for s in face.ranking) + f", {unit}."
    figure = go.Figure(layout=base_layout(dark, height=52 + ROW_PX * len(STATES), alt=alt))
    add_bars(figure, {state: face.shares[state] for state in STATES}, dark=dark)
    most = max(face.shares.values())
    figure.update_xaxes(axis(dark, range=[0, most * 1.18], showticklabels=False, fixedrange=True))
    figure.update_xaxes(
        title={"text": unit, "font": {"size": SMALL_PX, "color": ink(dark).muted}, "standoff": 2}
    )
    figure.update_yaxes(
        axis(dark, categoryorder="array", categoryarray=STATES, autorange="reversed", fixedrange=True)
    )
    figure.update_yaxes(tickfont={"size": 13, "color": ink(dark).text}, ticklabelstandoff=6)
    return figure


def _stacked_shares(faces: list[FaceSummary], unit: str, dark: bool) -> go.Figure:
    """One stacked row per face, the words inside where they fit and in the key above."""
    shown = sorted(faces[:MAX_ROWS], key=lambda f: f.face_id or 0)
    names = [words_of(f.name) for f in shown]
    rows = list(range(len(shown)))
    seen = [s for s in STATES if any(f.shares[s] > 0 for f in shown)]
    alt = f"Share of each expression for {count(len(shown), 'face')}; the table has the numbers."
    figure = go.Figure(layout=base_layout(dark, height=110 + 34 * len(shown), alt=alt, barmode="stack"))
    for state in seen:
        shares = [f.shares[state] for f in shown]
        figure.add_bar(
            x=shares,
            y=rows,
            orientation="h",
            marker=fill(state, dark),
            text=[f"{state} {percent(s)}" if s > 0 else "" for s in shares],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={"color": text_on(state, dark)},
            customdata=[f"{name}: {state} {percent(s)}" for name, s in zip(names, shares, strict=True)],
            hovertemplate="%{customdata}<extra></extra>",
        )
    figure.update_xaxes(
        axis(dark, range=[0, 1], tickformat=".0%", fixedrange=True, tickvals=[0, 0.25, 0.5, 0.75, 1])
    )
    figure.update_xaxes(
        title={"text": unit, "font": {"size": SMALL_PX, "color": ink(dark).muted}, "standoff": 6}
    )
    labels = [row_label(f.name, f.color) for f in shown]
    figure.update_yaxes(axis(dark, range=[len(shown) - 0.5, -0.5], tickvals=rows, ticktext=labels))
    figure.update_yaxes(fixedrange=True, ticklabelstandoff=6)
    figure.update_layout(margin={"t": 46, "r": 24})
    key = {
        "text": key_text(seen),
        "x": 0,
        "y": 1,
        "yshift": 6,
        "xref": "paper",
        "yref": "paper",
        "align": "left",
    }
    figure.add_annotation(**key, xanchor="left", yanchor="bottom", showarrow=False)
    return figure
