"""Action Units over time: a heat strip of all, lines of a few.

What can't be told is hatched in the strip, and a gap in a line.
"""

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from fer.action_units.intensity import FULL, merged
from fer.action_units.table import BY_CODE, CODES, INDEX, SHOWN_CODES
from fer.charts.style import SMALL_PX, axis, base_layout, doubt_fill, ink, message_figure, time_axis
from fer.text import clock, join
from fer.timeline.foreign_units import ForeignUnits, times_of
from fer.timeline.timeline import Timeline

NO_UNITS = "No Action Unit could be told for this face."
ROW_PX, MAX_BINS = 22, 600
LINE_COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
LINES_PX = 190
KEY_COLUMNS, KEY_ROW_PX = 2, 18
"""Names over the lines: two beside each other fit a telephone."""
DOUBT_WIDTH, NARROW_SHARE = 0.9, 0.004
"""Height of a hatched stretch in rows; gaps of a smaller share of the time are too narrow to be drawn."""
HELD_S = 0.5
"""A frame speaks for this long, if no other comes."""
MAX_POINTS = 2000
"""Points of another program's line; more nobody sees."""


def _shown(timeline: Timeline, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(rows, k) intensities and presences as people see them, see `merged`."""
    return merged(timeline.intensities[rows], timeline.presences[rows])


def measured_units(timeline: Timeline, face_id: int) -> list[str]:
    """Codes of `SHOWN_CODES` that can be told in at least one usable row of the face; blinks last."""
    if not timeline.has_units:
        return []
    rows = timeline.usable & (timeline.face_of_row == face_id)
    there = np.any(np.isfinite(_shown(timeline, rows)[0]), axis=0)
    return [code for code in SHOWN_CODES if there[INDEX[code]]]


def untold_words(timeline: Timeline, face_id: int) -> str:
    """ "Can't tell at any time: AU1, AU2 and AU4."; empty where there is no such unit, or no unit at all."""
    told = measured_units(timeline, face_id)
    missing = [BY_CODE[code].shown_number for code in SHOWN_CODES if code not in told]
    return f"Can't tell at any time: {join(missing)}." if told and missing else ""


def strongest_units(timeline: Timeline, face_id: int, most: int = len(LINE_COLORS)) -> list[str]:
    """Codes of the units that are seen longest, without blinks."""
    rows = timeline.usable & (timeline.face_of_row == face_id)
    seen = (_shown(timeline, rows)[1] == 1).mean(axis=0) if rows.any() else np.zeros(len(CODES))
    order = sorted(SHOWN_CODES, key=lambda code: -seen[INDEX[code]])
    return [code for code in order if seen[INDEX[code]] > 0 and code != "AU45"][:most]


@dataclass(frozen=True, eq=False)
class _Binned:
    """A face's units in b steps of time.

    Args:
        time_s: (b,) their centres.
        width_s: Of a step.
        values: (b, k) mean intensities of what can be told; NaN: can't tell, or the face is not there.
        there: (b,) bool, the face could be read.
    """

    time_s: np.ndarray
    width_s: float
    values: np.ndarray
    there: np.ndarray


def _binned(timeline: Timeline, face_id: int, values: np.ndarray | None = None) -> _Binned:
    """The face's units over time.

    Frames do not come evenly: a bin that no frame falls into says what the frame before it said.

    Args:
        timeline: With Action Units.
        face_id: Whose.
        values: (rows of the face that can be read, k) intensities; None: as people see them.
    """
    rows = np.flatnonzero(timeline.usable & (timeline.face_of_row == face_id))
    values = _shown(timeline, rows)[0] if values is None else values
    start, end = timeline.start_s, timeline.end_s
    count = int(min(MAX_BINS, max(1, round((end - start) / timeline.step_s))))
    width = (end - start) / count
    time_s = timeline.table["time_s"].to_numpy(np.float64)[rows]
    place = _bin_of(time_s, start, width, count)
    told = np.isfinite(values)
    total, number = np.zeros((count, len(CODES))), np.zeros((count, len(CODES)))
    np.add.at(total, place, np.where(told, values, 0.0))
    np.add.at(number, place, told)
    means = np.where(number > 0, total / np.maximum(number, 1), np.nan)
    bins = np.arange(count)
    has_frame = np.isin(bins, _bin_of(timeline.frame_times_s, start, width, count))
    held = np.maximum.accumulate(np.where(has_frame, bins, 0))
    held = np.where((bins - held) * width <= HELD_S, held, bins)
    return _Binned(start + (bins + 0.5) * width, width, means[held], np.isin(bins, place)[held])


def _bin_of(time_s: np.ndarray, start: float, width: float, count: int) -> np.ndarray:
    return np.clip(((time_s - start) / width + 1e-6).astype(int), 0, count - 1)


def heat_strip(timeline: Timeline, face_id: int, *, dark: bool = False) -> go.Figure:
    """One row a unit, darker where it is stronger; hatched where it can't be told, empty without the face."""
    measured = measured_units(timeline, face_id)
    if not measured:
        return message_figure(NO_UNITS, dark=dark)
    binned = _binned(timeline, face_id)
    colors = ink(dark)
    names = [BY_CODE[code].shown for code in measured]
    alt = (
        f"Intensity of {len(measured)} Action Units of {timeline.name(face_id, start=False)} over time; "
        "hatched where a unit can't be told."
    )
    columns = [binned.values[:, INDEX[code]] for code in measured]
    heat = go.Heatmap(
        x=binned.time_s,
        y=names,
        z=[[round(float(v), 2) if np.isfinite(v) else None for v in column] for column in columns],
        zmin=0,
        zmax=FULL,
        colorscale=[[0, colors.empty], [1, colors.accent]],
        showscale=False,
        ygap=2,
        hoverongaps=False,
        hovertemplate="%{y}: %{z:.1f} of 5<extra></extra>",
    )
    figure = go.Figure(
        heat, base_layout(dark, height=56 + ROW_PX * len(measured), alt=alt, barmode="overlay")
    )
    _add_doubt(figure, binned, dict(zip(names, columns, strict=True)), dark=dark)
    figure.update_xaxes(time_axis(dark, timeline.start_s, timeline.end_s))
    figure.update_yaxes(
        axis(
            dark, categoryorder="array", categoryarray=names, autorange="reversed", fixedrange=True, ticks=""
        )
    )
    return figure


def _add_doubt(figure: go.Figure, binned: _Binned, columns: dict[str, np.ndarray], *, dark: bool) -> None:
    """Pale, hatched stretches where the face can be read and a unit can't be told."""
    stretches = [
        (name, first, last)
        for name, column in columns.items()
        for first, last in _stretches(binned.there & np.isnan(column))
    ]
    if not stretches:
        return
    start = binned.time_s[0] - binned.width_s / 2
    figure.add_bar(
        base=[float(start + first * binned.width_s) for _, first, _ in stretches],
        x=[float((last - first) * binned.width_s) for _, first, last in stretches],
        y=[name for name, _, _ in stretches],
        orientation="h",
        width=DOUBT_WIDTH,
        marker=doubt_fill(dark),
        hovertemplate="%{y}: can't tell<extra></extra>",
    )


def _stretches(chosen: np.ndarray) -> list[tuple[int, int]]:
    """(first, one past the last) of each run of True; gaps too narrow to be seen do not part two."""
    edges = np.flatnonzero(np.diff(np.r_[False, chosen, False].astype(int)))
    found: list[tuple[int, int]] = []
    for first, last in edges.reshape(-1, 2).tolist():
        if found and first - found[-1][1] < len(chosen) * NARROW_SHARE:
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found


@dataclass(frozen=True, eq=False)
class _Line:
    """One line of a chart: its name, and (n,) seconds and intensities 0 to 5, NaN in gaps."""

    name: str
    time_s: np.ndarray
    values: np.ndarray


def unit_lines(timeline: Timeline, face_id: int, codes: list[str], *, dark: bool = False) -> go.Figure:
    """Intensities of up to four units as lines, their names above."""
    codes = codes[: len(LINE_COLORS)]
    if not codes:
        return message_figure(NO_UNITS, dark=dark)
    binned = _binned(timeline, face_id)
    alt = (
        f"Intensity of {', '.join(BY_CODE[code].shown_number for code in codes)} "
        f"of {timeline.name(face_id, start=False)} over time."
    )
    lines = [_Line(BY_CODE[code].shown, binned.time_s, binned.values[:, INDEX[code]]) for code in codes]
    return _lines(timeline, lines, alt, dark=dark)


def comparison_lines(
    timeline: Timeline, face_id: int, other: ForeignUnits, code: str, *, dark: bool = False
) -> go.Figure:
    """One unit as this program and another one measured it; probabilities are stretched to 0 to 5.

    Args:
        timeline: Ours.
        face_id: Whose.
        other: The other program's rows of the same face.
        code: The unit.
        dark: The dark variant.
    """
    mine = timeline.usable & (timeline.face_of_row == face_id)
    binned = _binned(timeline, face_id, timeline.intensities[mine])
    theirs_s, theirs = times_of(timeline, other), other.intensity[:, INDEX[code]] * FULL / other.full
    order = np.argsort(theirs_s, kind="stable")
    order = order[:: -(-len(order) // MAX_POINTS)]
    unit = BY_CODE[code]
    lines = [
        _Line(f"{unit.number} {unit.name}, here", binned.time_s, binned.values[:, INDEX[code]]),
        _Line(other.program, theirs_s[order], theirs[order]),
    ]
    alt = f"{unit.number} of face {face_id} over time, here and in {other.program}."
    return _lines(timeline, lines, alt, dark=dark)


def _lines(timeline: Timeline, lines: list[_Line], alt: str, *, dark: bool) -> go.Figure:
    """Lines over the clip's time, their names above."""
    figure = go.Figure(layout=base_layout(dark, height=LINES_PX + 80, alt=alt))
    for line, color in zip(lines, LINE_COLORS, strict=False):
        figure.add_scatter(
            x=line.time_s,
            y=[None if np.isnan(v) else float(v) for v in line.values],
            mode="lines",
            name=line.name,
            line={"color": color, "width": 2},
            customdata=[clock(t, tenths=True) for t in line.time_s],
            hovertemplate=f"%{{customdata}} {line.name} %{{y:.1f}}<extra></extra>",
        )
    names = [
        f'<span style="color:{color}">■</span> {line.name}'
        for line, color in zip(lines, LINE_COLORS, strict=False)
    ]
    rows = ["   ".join(names[k : k + KEY_COLUMNS]) for k in range(0, len(names), KEY_COLUMNS)]
    place = {"x": 0, "y": 1, "yshift": 4, "xref": "paper", "yref": "paper", "align": "left"}
    font = {"size": SMALL_PX, "color": ink(dark).text}
    figure.add_annotation(
        text="<br>".join(rows), font=font, showarrow=False, xanchor="left", yanchor="bottom", **place
    )
    figure.update_xaxes(time_axis(dark, timeline.start_s, timeline.end_s))
    title = {"text": "relative intensity", "font": {"size": SMALL_PX, "color": ink(dark).muted}}
    figure.update_yaxes(axis(dark, range=[0, FULL], showgrid=True, fixedrange=True, title=title))
    figure.update_layout(margin={"t": 10 + KEY_ROW_PX * len(rows)})
    return figure
