"""An answer of the tab Findings: sentences, the differences as a picture, every number, and files of it.

Sentence, picture and table give a number in the same words; the files hold it as it was computed.
"""

from collections.abc import Callable, Sequence
from functools import partial

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from fer.charts.differences import Difference, differences_chart
from fer.export.findings import findings_sheet, findings_to_json
from fer.findings.comparison import change, number, points
from fer.findings.gathering import Findings
from fer.findings.series import VALENCE
from fer.text import MISSING, signed
from fer.timeline.report import Report
from pages.ui.app import downloads
from pages.ui.app.markdown import plain
from pages.ui.app.theme import chart, is_dark

ICONS = {
    "yes": ":material/check_circle:",
    "no": ":material/remove:",
    "too few data": ":material/hourglass_empty:",
}
HEADS = {
    "who": "Who",
    "measure": "Measure",
    "first": "First",
    "second": "Second",
    "difference": "Difference",
    "low": "95% from",
    "high": "95% to",
    "mean_first": "Mean of first",
    "mean_second": "Mean of second",
    "effect": "Effect size",
    "p": "p",
    "told": "Told",
}
"""The answer first: a telephone shows the first columns only."""
MEANS, CHANGES = ("mean_first", "mean_second"), ("difference", "low", "high")
NUMBERS = (*MEANS, *CHANGES, "effect", "p")
SMALL_P = 0.001
"""What is less is said to be less."""


def show(found: Findings, report: Report) -> None:
    """The whole answer.

    Args:
        found: To one question.
        report: What it was asked of.
    """
    sheet = findings_sheet(found)
    rows = [dict(zip(sheet.header, row, strict=True)) for row in sheet.rows]
    for row in rows:
        st.markdown(f"{ICONS.get(row['told'], '')} {plain(row['sentence'])}")
    if excluded := report.summary.excluded_text():
        st.caption(f":material/content_cut: {excluded}")
    if not rows:
        st.markdown("There is nothing to compare: nobody could be read.")
        return
    _pictures(found, f"{rows[0]['first']} minus {rows[0]['second']}")
    _table(rows)
    with st.container(horizontal=True):
        stem = downloads.safe_stem(report.timeline.source.name, "findings")
        downloads.of_table(lambda: sheet, stem, key="finding")
        downloads.of_json("JSON", lambda: findings_to_json(found), f"{stem}.json", key="finding_json")


def _pictures(found: Findings, sides: str) -> None:
    """Points on one axis, valence on its own: a step of one is none of the other."""
    units: dict[str, list[Difference]] = {}
    for _, one in (*found.reactions, *found.comparisons):
        interval, is_valence = one.interval, one.measure == VALENCE
        if not interval.known:
            continue  # a point alone would look certain
        ends = (interval.value, interval.low, interval.high)
        units.setdefault("valence from −1 to +1" if is_valence else "in points", []).append(
            Difference(
                f"{one.who} {one.measure}".strip(),
                *(ends if is_valence else (100 * end for end in ends)),
                told=interval.differs,
                words=points(interval, one.measure),
            )
        )
    for at, (unit, differences) in enumerate(units.items()):
        figure = differences_chart(differences, unit=f"{sides}, {unit}", dark=is_dark())
        chart(figure, key=f"finding_chart_{at}")


def _table(rows: Sequence[dict[str, str]]) -> None:
    """Every number. Where all rows compare the same two, the heads of the means name them."""
    shown = [name for name in HEADS if any(row[name] for row in rows)]
    heads = dict(HEADS)
    if rows[0]["finding"] == "synchrony":
        heads["effect"] = "Correlation"
    sides = {(row["first"], row["second"]) for row in rows}
    if len(sides) == 1 and set(shown).issuperset(MEANS):
        for name, mean, side in zip(("first", "second"), MEANS, *sides, strict=True):
            shown.remove(name)
            heads[mean] = f"Mean, {side}"
    table = pd.DataFrame(
        {name: [_float(row[name]) if name in NUMBERS else row[name] for row in rows] for name in shown}
    )
    st.dataframe(
        _in_words(table), placeholder=MISSING, hide_index=True, key="finding_table", column_config=heads
    )


def _in_words(table: pd.DataFrame) -> Styler:
    """Numbers stay numbers, so that they can be sorted; they are read as in the sentences."""
    styled = table.style
    for measure, rows in table.groupby("measure"):
        words: dict[str, Callable[[float], str]] = dict.fromkeys(MEANS, partial(number, measure=str(measure)))
        words |= dict.fromkeys(CHANGES, partial(change, measure=str(measure)))
        words |= {"effect": partial(signed, digits=2), "p": _p}
        columns = [name for name in words if name in table]
        styled.format({name: words[name] for name in columns}, subset=(rows.index, columns), na_rep=MISSING)
    return styled


def _p(value: float) -> str:
    return f"<{SMALL_P}" if value < SMALL_P else f"{value:.3f}"


def _float(cell: str) -> float:
    return float(cell) if cell else float("nan")
