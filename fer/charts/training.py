"""How a network was trained, as a chart: loss and accuracy over epochs, its stages marked."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from fer.charts.style import SMALL_PX, axis, base_layout, ink, message_figure
from fer.evaluation.figures.history import Epoch
from fer.text import count

NO_HISTORY = "The training history is not here, so there is no curve to draw."
HEIGHT_PX = 430
GAP = 0.1
"""Between the two panels, as a share of the height."""

LABEL_PX = 112
MIN_LABEL_DISTANCE = 0.07
"""Two words at the right end keep this distance, as a share of their panel's range."""

LOSS_WINDOW = 95.0
"""The first epochs' loss would flatten the rest: the axis begins at this percentile."""


def history_chart(history: Sequence[Epoch], *, dark: bool = False) -> go.Figure:
    """Accuracy on PublicTest above, losses below, over the epochs of all stages one after another.

    Args:
        history: In the order of training.
        dark: The dark variant.
    """
    if not history:
        return message_figure(NO_HISTORY, dark=dark)
    colors = ink(dark)
    epochs = np.arange(1, len(history) + 1)
    accuracy, loss, val_loss = np.array([(e.val_accuracy, e.loss, e.val_loss) for e in history]).T
    best = int(accuracy.argmax())
    alt = (
        f"Accuracy on PublicTest over {count(len(history), 'epoch')}, highest "
        f"{accuracy[best]:.1%} at epoch {epochs[best]}; losses below."
    )
    margin = {"l": 52, "r": LABEL_PX, "t": 24, "b": 44}
    figure = go.Figure(layout=base_layout(dark, height=HEIGHT_PX, alt=alt, margin=margin))
    top, bottom = [0.5 + GAP / 2, 1.0], [0.0, 0.5 - GAP / 2]
    figure.update_layout(
        xaxis=axis(dark, range=[0.5, len(history) + 0.5], anchor="y2", fixedrange=True, ticks="outside"),
        yaxis=axis(dark, domain=top, tickformat=".0%", showgrid=True, fixedrange=True),
        yaxis2=axis(dark, domain=bottom, showgrid=True, fixedrange=True, range=_loss_range(loss, val_loss)),
    )
    title = {"text": "epoch", "font": {"size": SMALL_PX, "color": colors.muted}, "standoff": 4}
    figure.update_layout(xaxis_title=title)
    _lines(figure, epochs, {"PublicTest": accuracy}, yaxis="y", form=".1%", dark=dark)
    losses = {"training": loss, "PublicTest": val_loss}
    _lines(figure, epochs, losses, yaxis="y2", form=".2f", dark=dark)
    _panel_title(figure, "Accuracy", top[1], dark)
    _panel_title(figure, "Loss", bottom[1], dark)
    _mark_stages(figure, epochs, np.array([e.stage for e in history]), dark)
    return figure


def _loss_range(*losses: np.ndarray) -> list[float]:
    high, low = np.nanpercentile(losses, LOSS_WINDOW), np.nanmin(losses)
    room = 0.08 * max(high - low, 0.1)
    return [low - room, high + room]


def _lines(
    figure: go.Figure, epochs: np.ndarray, series: dict[str, np.ndarray], *, yaxis: str, form: str, dark: bool
) -> None:
    """Lines with their names and last values at their right ends."""
    inks = {"PublicTest": ink(dark).accent, "training": ink(dark).muted}
    ends = {name: float(values[-1]) for name, values in series.items()}
    span = np.ptp(np.concatenate(list(series.values()))) or 1.0
    places = _apart(ends, MIN_LABEL_DISTANCE * span)
    for name, values in series.items():
        figure.add_scatter(
            x=epochs,
            y=values,
            yaxis=yaxis,
            mode="lines+markers" if len(epochs) == 1 else "lines",
            name=name,
            line={"color": inks[name], "width": 2},
            hovertemplate=f"epoch %{{x}}: {name} %{{y:{form}}}<extra></extra>",
        )
        figure.add_annotation(
            text=f"{name} {ends[name]:{form}}",
            x=1,
            xref="paper",
            xanchor="left",
            xshift=6,
            y=places[name],
            yref=yaxis,
            showarrow=False,
            font={"size": SMALL_PX, "color": inks[name]},
        )


def _apart(ends: dict[str, float], distance: float) -> dict[str, float]:
    """Move words apart so that they do not lie on each other."""
    places, last = {}, -np.inf
    for name in sorted(ends, key=lambda name: ends[name]):
        last = places[name] = max(ends[name], last + distance)
    return places


def _panel_title(figure: go.Figure, text: str, y: float, dark: bool) -> None:
    font = {"size": SMALL_PX, "color": ink(dark).muted}
    place = {"x": 0, "y": y, "xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
    figure.add_annotation(text=text, showarrow=False, font=font, **place)


def _mark_stages(figure: go.Figure, epochs: np.ndarray, stages: np.ndarray, dark: bool) -> None:
    """A dotted line where a stage begins, its name beside it."""
    starts = np.flatnonzero(np.r_[True, stages[1:] != stages[:-1]])
    if len(starts) < 2:
        return
    for start in starts:
        if start:
            line = {"color": ink(dark).muted, "width": 1, "dash": "dot"}
            x = epochs[start] - 0.5
            figure.add_shape(type="line", x0=x, x1=x, y0=0, y1=1, yref="paper", line=line)
        figure.add_annotation(
            text=stages[start],
            x=epochs[start] - 0.5,
            y=0.5 + GAP / 2,
            yref="paper",
            xanchor="left",
            yanchor="bottom",
            xshift=4,
            showarrow=False,
            font={"size": SMALL_PX, "color": ink(dark).muted},
        )
