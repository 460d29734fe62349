"""Plotly figures of a data set's statistics and of the network's response to harder faces."""

import numpy as np
import plotly.graph_objects as go

from fer.charts.panels import key_text
from fer.charts.style import SMALL_PX, axis, base_layout, fill, ink, text_on
from fer.constants import DISPLAY_ORDER, EMOTION_COLORS, EMOTIONS
from fer.dataset.faces import FaceDataset
from fer.dataset.feature_map import FeatureMap
from fer.dataset.ferplus import VoteFigures
from fer.dataset.statistics import Measure, Statistics
from fer.evaluation.robustness import Response, Robustness
from fer.text import percent

ROW_PX = 34


def balance_chart(statistics: Statistics, *, dark: bool = False) -> go.Figure:
    """Share of each expression in every split, one stacked row a split."""
    names = list(statistics.splits)
    alt = "Share of each expression in " + ", ".join(names) + "; the table has the counts."
    figure = go.Figure(layout=base_layout(dark, height=70 + ROW_PX * len(names), alt=alt, barmode="stack"))
    for emotion in DISPLAY_ORDER:
        counts = [statistics.splits[name].classes[emotion] for name in names]
        shares = [n / max(statistics.splits[name].n, 1) for n, name in zip(counts, names, strict=True)]
        figure.add_bar(
            x=shares,
            y=names,
            orientation="h",
            marker=fill(emotion, dark),
            text=[f"{emotion} {percent(share)}" for share in shares],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={"color": text_on(emotion, dark)},
            customdata=[f"{n:,} ({percent(share)})" for n, share in zip(counts, shares, strict=True)],
            hovertemplate=f"%{{y}}: {emotion} %{{customdata}}<extra></extra>",
        )
    figure.update_xaxes(axis(dark, range=[0, 1], tickformat=".0%", fixedrange=True))
    figure.update_xaxes(title_text="share of the split's faces")
    figure.update_yaxes(axis(dark, autorange="reversed", fixedrange=True, ticklabelstandoff=6))
    return figure


def measure_chart(measure: Measure, *, dark: bool = False) -> go.Figure:
    """How one measure is spread within each expression: a line each, as shares of its faces."""
    alt = f"Distribution of {measure.what} for each expression."
    figure = go.Figure(layout=base_layout(dark, height=290, alt=alt))
    middles = (np.array(measure.edges[1:]) + np.array(measure.edges[:-1])) / 2
    for emotion in DISPLAY_ORDER:
        counts = np.array(measure.counts[emotion])
        figure.add_scatter(
            x=middles,
            y=counts / max(counts.sum(), 1),
            mode="lines",
            line={"color": EMOTION_COLORS[emotion], "width": 2},
            name=emotion,
            hovertemplate=f"{emotion}: %{{y:.1%}} near %{{x:.3g}}<extra></extra>",
        )
    figure.update_xaxes(axis(dark, fixedrange=True, showgrid=True, title_text=measure.what))
    figure.update_yaxes(axis(dark, fixedrange=True, tickformat=".0%", rangemode="tozero"))
    figure.update_layout(margin={"t": 48})
    _add_key(figure, yshift=6)
    return figure


def agreement_chart(votes: VoteFigures, *, dark: bool = False) -> go.Figure:
    """Share of each expression's labels that FER+'s majority agrees with."""
    shares = votes.agreement_by_class
    alt = "FER+ agrees: " + ", ".join(f"{e} {percent(shares[e])}" for e in DISPLAY_ORDER) + "."
    figure = go.Figure(layout=base_layout(dark, height=250, alt=alt))
    figure.add_bar(
        x=[shares[e] for e in DISPLAY_ORDER],
        y=list(DISPLAY_ORDER),
        orientation="h",
        marker={"color": [EMOTION_COLORS[e] for e in DISPLAY_ORDER]},
        text=[percent(shares[e]) for e in DISPLAY_ORDER],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x:.1%}<extra></extra>",
    )
    figure.update_xaxes(axis(dark, range=[0, 1.12], showticklabels=False, fixedrange=True))
    figure.update_yaxes(axis(dark, autorange="reversed", fixedrange=True, ticklabelstandoff=6))
    return figure


def entropy_chart(votes: VoteFigures, *, dark: bool = False) -> go.Figure:
    """How far the annotators of a face disagree: faces by the entropy of their votes."""
    edges = np.array(votes.entropy_edges)
    alt = f"Faces by the entropy of their votes, median {votes.entropy_median:.2f} bits."
    figure = go.Figure(layout=base_layout(dark, height=250, alt=alt, bargap=0.06))
    figure.add_bar(
        x=(edges[1:] + edges[:-1]) / 2,
        y=list(votes.entropy_counts),
        marker={"color": ink(dark).accent},
        hovertemplate="%{y:,} faces near %{x:.2f} bits<extra></extra>",
    )
    figure.update_xaxes(axis(dark, fixedrange=True, title_text="entropy of the ten votes, bits"))
    figure.update_yaxes(axis(dark, fixedrange=True, showgrid=True, title_text="faces"))
    return figure


def response_chart(response: Response, unsure_below: float, *, dark: bool = False) -> go.Figure:
    """The seven probabilities of one face over the strength of a perturbation; where the answer changes."""
    p, changes = response.perturbation, response.changes(unsure_below)
    where = ", ".join(f"{value:.3g} to {word}" for value, word in changes) or "nowhere"
    alt = f"The seven probabilities over {p.label.lower()} ({p.unit}); the answer changes at {where}."
    figure = go.Figure(layout=base_layout(dark, height=340, alt=alt, hovermode="x unified"))
    for emotion in DISPLAY_ORDER:
        figure.add_scatter(
            x=response.levels,
            y=response.probs[:, EMOTIONS.index(emotion)],
            mode="lines",
            line={"color": EMOTION_COLORS[emotion], "width": 2.5},
            name=emotion,
            hovertemplate=f"{emotion} %{{y:.0%}}<extra></extra>",
        )
    quiet = {"color": ink(dark).muted, "width": 1}
    note = {"font": {"size": SMALL_PX, "color": ink(dark).muted}}
    figure.add_vline(p.neutral, line=quiet, annotation=note | {"text": "as it is"}, annotation_position="top")
    for value, word in changes:
        figure.add_vline(
            value,
            line=quiet | {"dash": "dash"},
            annotation=note | {"text": word},
            annotation_position="top",
        )
    figure.add_hline(unsure_below, line=quiet | {"dash": "dot"})
    figure.update_xaxes(axis(dark, fixedrange=True, title_text=p.unit))
    figure.update_yaxes(axis(dark, fixedrange=True, range=[0, 1.02], tickformat=".0%", showgrid=True))
    figure.update_layout(margin={"t": 70})
    _add_key(figure, yshift=22)
    return figure


def robustness_chart(robustness: Robustness, name: str, *, dark: bool = False) -> go.Figure:
    """Accuracy on a labelled set over the strength of a perturbation, with the share that is unsure."""
    found = robustness.perturbations[name]
    x = [one.level for one in found.levels]
    lines = {
        "right": ([one.accuracy for one in found.levels], ink(dark).accent, "solid"),
        "unsure": ([one.unsure for one in found.levels], ink(dark).muted, "dot"),
    }
    alt = f"{found.label}: " + ", ".join(f"{v.level:g}: {percent(v.accuracy)} right" for v in found.levels)
    figure = go.Figure(layout=base_layout(dark, height=240, alt=f"{alt}."))
    for words, (y, color, dash) in lines.items():
        figure.add_scatter(
            x=x,
            y=y,
            mode="lines+markers+text",
            text=[words if level == found.neutral else "" for level in x],
            textposition="top center",
            textfont={"color": color, "size": SMALL_PX},
            line={"color": color, "width": 2, "dash": dash},
            hovertemplate=f"%{{x:g}}: %{{y:.1%}} {words}<extra></extra>",
        )
    figure.update_xaxes(axis(dark, fixedrange=True, title_text=found.unit))
    figure.update_yaxes(axis(dark, fixedrange=True, range=[0, 1], tickformat=".0%", showgrid=True))
    return figure


def map_chart(found: FeatureMap, dataset: FaceDataset, *, dark: bool = False) -> go.Figure:
    """Faces where the network's answers put them, coloured by their label.

    The ``customdata`` of a point is its number in the map and the words that a pointer shows.
    """
    alt = f"{len(found.places):,} faces by the network's answers, coloured by label."
    figure = go.Figure(layout=base_layout(dark, height=460, alt=alt))
    labels, answers = dataset.labels[found.places], found.probs.argmax(1)
    for emotion in DISPLAY_ORDER:
        own = np.flatnonzero(labels == EMOTIONS.index(emotion))
        figure.add_scatter(
            x=found.xy[own, 0],
            y=found.xy[own, 1],
            mode="markers",
            marker={"color": EMOTION_COLORS[emotion], "size": 6, "opacity": 0.7},
            selected={"marker": {"size": 12, "opacity": 1}},
            unselected={"marker": {"opacity": 0.55}},
            customdata=[
                [int(k), f"row {dataset.rows[found.places[k]]}: {emotion}, read as {EMOTIONS[answers[k]]}"]
                for k in own
            ],
            hovertemplate="%{customdata[1]}<extra></extra>",
        )
    figure.update_xaxes(axis(dark, showticklabels=False, title_text="first component"))
    figure.update_yaxes(axis(dark, showticklabels=False, title_text="second component"))
    figure.update_layout(margin={"t": 48})
    _add_key(figure, yshift=6)
    return figure


def _add_key(figure: go.Figure, *, yshift: int) -> None:
    """The words beside the colours, above the lines."""
    place = {"x": 0, "y": 1, "yshift": yshift, "xref": "paper", "yref": "paper", "align": "left"}
    key = {"text": key_text(list(DISPLAY_ORDER)), "xanchor": "left", "yanchor": "bottom", "showarrow": False}
    figure.add_annotation(**place, **key)
