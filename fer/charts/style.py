"""How charts look: one palette, one time axis, light and dark, nothing but ink."""

import math
import re
from dataclasses import dataclass
from html import escape, unescape
from unicodedata import east_asian_width

import plotly.graph_objects as go

from fer.constants import EMOTION_COLORS, UNSURE
from fer.text import clock, percent

FONT = '"Source Sans 3", "Source Sans", system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif'
FONT_PX = 13
SMALL_PX = 12
NAME_LENGTH, ROW_NAME_LENGTH = 18, 10
"""Characters of a person's name in a chart, and beside a row: on a telephone every one of them is room that
the time axis does not have."""
TIME_STEPS_S = (0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 36000)
MAX_TIME_TICKS = 7
_TAG, _WIDE = re.compile(r"<[^>]*>"), "MWmw@%●…"


def short_name(name: str, length: int = NAME_LENGTH) -> str:
    """A name as far as a chart has room for it; its end stays, which tells "Participant 1" from 2."""
    tail = length // 3
    return name if len(name) <= length else f"{name[: length - tail - 1]}…{name[-tail:]}"


def words_of(name: str) -> str:
    """A name that somebody typed, for a figure: Plotly would read markup in it."""
    return escape(short_name(name))


def text_px(label: str, size_px: int) -> int:
    """About how wide a label is, rather too wide than too narrow.

    Args:
        label: As Plotly takes it: with tags, and what would be markup escaped.
        size_px: Of its letters.
    """
    return math.ceil(size_px * sum(_em(letter) for letter in unescape(_TAG.sub("", label))))


def _em(letter: str) -> float:
    if east_asian_width(letter) in "WF" or letter in _WIDE:
        return 1.0
    return 0.72 if letter.isupper() else 0.58


def row_label(name: str, color: str) -> str:
    """A person's name beside a row: a dot in the person's color, then the name."""
    words = escape(short_name(name, ROW_NAME_LENGTH))
    return f'<span style="color:{color}">●</span> {words}' if color else words


@dataclass(frozen=True)
class Ink:
    """Colours of everything that is not an emotion.

    Args:
        text: Words.
        muted: Axis ticks and remarks.
        grid: Lines behind the data.
        quiet: Areas that are there but say little.
        hatch: Lines over "unsure".
        paper: Hover boxes.
        accent: The end of the heat map's scale.
        empty: A cell of the heat map without a count.
        doubt: Lines over what can't be told.
    """

    text: str
    muted: str
    grid: str
    quiet: str
    hatch: str
    paper: str
    accent: str
    empty: str
    doubt: str


LIGHT = Ink(
    "#20282B",
    "#5B666A",
    "#E3E7E4",
    "#DDE3E1",
    "#6E777B",
    "#FDFDFB",
    "#1F5F73",
    "#EDF1EF",
    "#B4BEBB",
)
DARK = Ink(
    "#E4E8E7",
    "#A3AEB1",
    "#2C3438",
    "#3A4448",
    "#8A959A",
    "#1E2427",
    "#7DB9CB",
    "#20272A",
    "#4A555A",
)


def ink(dark: bool) -> Ink:
    """The colours of the light or the dark variant."""
    return DARK if dark else LIGHT


def base_layout(dark: bool, *, height: int, alt: str, **more) -> go.Layout:
    """The layout that every chart starts from; see `layout_settings`."""
    return go.Layout(layout_settings(dark, height=height, alt=alt, **more))


def layout_settings(dark: bool, *, height: int, alt: str, **more) -> dict:
    """The same before Plotly has checked it, for a figure that is put together at once.

    Args:
        dark: The dark variant.
        height: In pixels; the width is the page's.
        alt: One sentence for people who cannot see the chart; kept in ``layout.meta["alt"]``.
        **more: Further entries of the layout.
    """
    colors = ink(dark)
    return {
        "height": height,
        "meta": {"alt": alt},
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": FONT_PX, "color": colors.text},
        "hoverlabel": {
            "bgcolor": colors.paper,
            "bordercolor": colors.grid,
            "font": {"family": FONT, "size": FONT_PX, "color": colors.text},
        },
        "hovermode": "closest",
        "hoverdistance": 12,
        "showlegend": False,
        "dragmode": "zoom",
        "template": "none",
        "bargap": 0.25,
        # A word that does not fit into its segment is not written: hover and tables have it.
        "uniformtext": {"minsize": 11, "mode": "hide"},
    } | more


def axis(dark: bool, **more) -> dict:
    """A quiet axis: no line, thin grid, small ticks."""
    colors = ink(dark)
    return {
        "showline": False,
        "zeroline": False,
        "showgrid": False,
        "gridcolor": colors.grid,
        "tickfont": {"size": SMALL_PX, "color": colors.muted},
        "title": {"font": {"size": SMALL_PX, "color": colors.muted}},
        "automargin": True,
    } | more


def time_axis(dark: bool, start_s: float, end_s: float, **more) -> dict:
    """An axis in seconds whose ticks are written as m:ss."""
    ticks = time_ticks(start_s, end_s)
    tenths = any(t % 1 for t in ticks)
    return axis(
        dark,
        range=[start_s, max(end_s, start_s + 0.1)],
        tickvals=ticks,
        ticktext=[clock(t, tenths=tenths) for t in ticks],
        ticks="outside",
        ticklen=4,
        tickcolor=ink(dark).muted,
        showgrid=True,
        title={"text": "time (m:ss)", "font": {"size": SMALL_PX, "color": ink(dark).muted}, "standoff": 6},
        hoverformat=".1f",
        **more,
    )


def time_ticks(start_s: float, end_s: float) -> list[float]:
    """Round times in the range, at most `MAX_TIME_TICKS` + 1."""
    length = max(end_s - start_s, 0.1)
    step = next((s for s in TIME_STEPS_S if length / s <= MAX_TIME_TICKS), TIME_STEPS_S[-1])
    first = -(-start_s // step)
    return [(first + k) * step for k in range(int((end_s - first * step) // step) + 1)]


def hatched(shape: str, color: str, *, size: int = 6, solidity: float = 0.2) -> dict:
    """A marker's pattern over its own colour.

    Args:
        shape: Of Plotly's, as in "/", "x" or ".".
        color: Of its lines.
        size: Pixels from line to line.
        solidity: Share of the ground that they cover.
    """
    return {"shape": shape, "size": size, "solidity": solidity, "fgcolor": color, "fillmode": "overlay"}


def fill(state: str, dark: bool) -> dict:
    """Marker of a bar or segment: the emotion's colour; "unsure" hatched."""
    marker: dict = {"color": EMOTION_COLORS[state], "line": {"width": 0}}
    if state == UNSURE:
        colors = ink(dark)
        marker["color"] = colors.quiet
        marker["pattern"] = hatched("/", colors.hatch, solidity=0.25)
    return marker


def doubt_fill(dark: bool) -> dict:
    """Marker of what can't be told: pale and hatched."""
    pattern = hatched("/", ink(dark).doubt, size=5)
    return {"color": "rgba(0,0,0,0)", "line": {"width": 0}, "pattern": pattern}


def text_on(state: str, dark: bool) -> str:
    """A text colour with enough contrast on the state's colour."""
    if state == UNSURE:
        return ink(dark).text
    return ink_on(EMOTION_COLORS[state])


def ink_on(color: str) -> str:
    """Black or white, whichever stands out more.

    Args:
        color: ``#rrggbb``.
    """
    red, green, blue = (int(color[k : k + 2], 16) / 255 for k in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue)]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    black, white = (luminance + 0.05) / 0.05, 1.05 / (luminance + 0.05)
    return "#101416" if black >= white else "#FFFFFF"


def write_at_right(figure: go.Figure, text: str, place: float, *, dark: bool, size: int = FONT_PX) -> None:
    """Words at the right of a row, in the figure's margin.

    Args:
        figure: Gets an annotation.
        text: The words.
        place: The row's y.
        dark: The dark variant.
        size: Of the words, in pixels.
    """
    figure.add_annotation(
        text=text,
        x=1,
        xref="paper",
        xanchor="left",
        xshift=8,
        y=place,
        showarrow=False,
        font={"color": ink(dark).text, "size": size},
    )


def add_bars(figure: go.Figure, values: dict[str, float], *, dark: bool) -> None:
    """Horizontal bars of shares or probabilities, each with its percent beside it.

    Args:
        figure: Gets one trace a bar.
        values: State -> 0..1, from top to bottom.
        dark: The dark variant.
    """
    for state, value in values.items():
        figure.add_bar(
            x=[value],
            y=[state],
            orientation="h",
            marker=fill(state, dark),
            text=[percent(value)],
            textposition="outside",
            cliponaxis=False,
            hovertemplate=f"{state} {percent(value)}<extra></extra>",
        )


def message_figure(text: str, *, dark: bool = False) -> go.Figure:
    """A chart that has nothing to show and says why."""
    figure = go.Figure(layout=base_layout(dark, height=120, alt=text))
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    figure.add_annotation(
        text=text, x=0.5, y=0.5, xref="paper", yref="paper", showarrow=False, font={"color": ink(dark).muted}
    )
    return figure
