"""The last minute as a chart: which face showed what, and the probabilities of one of them."""

import plotly.graph_objects as go

from fer.charts.lines import lines_panel
from fer.charts.panels import Panel, compose
from fer.charts.series import line_data
from fer.charts.style import SMALL_PX, ink, message_figure
from fer.text import clock
from fer.timeline.markers import Marker
from fer.timeline.timeline import Timeline

WINDOW_S = 60.0
SHORTEST_S = 10.0
"""The axis spans at least this, so that the first seconds do not race across it."""
POINTS = 240
LABEL_LENGTH = 18


def rolling_chart(
    timeline: Timeline, now_s: float, face_id: int | None, markers: tuple[Marker, ...] = (), *, dark: bool
) -> go.Figure:
    """The probabilities of one face over the last minute.

    Args:
        timeline: `LiveSession.recent`.
        now_s: Session time of the newest frame in seconds.
        face_id: Whose lines; None: nobody has been seen.
        markers: Those in the window are drawn.
        dark: The dark variant.
    """
    if face_id is None or not (timeline.usable & (timeline.face_of_row == face_id)).any():
        return message_figure("Nothing to draw yet: no face could be read in the last minute.", dark=dark)
    end_s = max(now_s, SHORTEST_S)
    start_s = max(0.0, end_s - WINDOW_S)
    lines = lines_panel(line_data(timeline, face_id, max_points=POINTS), timeline.unsure_below, dark=dark)
    alt = f"Probability of each expression of face {face_id} from {clock(start_s)} to {clock(end_s)}."
    figure = compose([_plain(lines)], (start_s, end_s), dark=dark, alt=alt)
    for marker in markers:
        if marker.end_s >= start_s:
            _mark(figure, marker, dark)
    # The same picture again and again: nothing to zoom, and no animation between two of them.
    return figure.update_layout(dragmode=False, hovermode=False)


def _plain(panel: Panel) -> Panel:
    """Without the invisible bars that make a chart clickable: nobody clicks what moves."""
    return Panel(
        panel.what,
        panel.height_px,
        [trace for trace in panel.traces if trace.type != "bar"],
        panel.yaxis,
        panel.labels,
        panel.shapes,
        panel.title,
    )


def _mark(figure: go.Figure, marker: Marker, dark: bool) -> None:
    """A line with its label, of a range a band too; Plotly shows some HTML tags: "<" is written as text."""
    text = marker.name[:LABEL_LENGTH].replace("&", "&amp;").replace("<", "&lt;")
    if marker.kind != "event":
        figure.add_vrect(marker.start_s, marker.end_s, fillcolor=ink(dark).muted, opacity=0.12, line_width=0)
    figure.add_vline(
        marker.start_s,
        line={"color": ink(dark).muted, "width": 1},
        annotation={"text": text, "font": {"size": SMALL_PX, "color": ink(dark).text}},
        annotation_position="top right",
    )
