"""Participant and condition from names, and many sessions in one table."""

import math

import numpy as np
import pytest

from fer.constants import EMOTIONS
from fer.errors import InputError
from fer.io.spreadsheet import as_csv
from fer.library.groups import TABLE_COLUMNS, Line, compared, group_means, sheet_over, table_over
from fer.library.naming import EXAMPLE, Naming
from fer.library.records import MAX_WORD, PersonFigures


@pytest.mark.parametrize(
    ("pattern", "name", "wanted"),
    [
        ("", "P01_calm_1.mp4", ("", "")),
        (EXAMPLE, "P01_calm_1.mp4", ("P01", "calm")),
        (EXAMPLE, "folder/P01_calm_1.mp4", ("P01", "calm")),
        (EXAMPLE, "P01_calm_1_b.mp4", ("P01", "calm")),
        (EXAMPLE, "P01.mp4", ("", "")),
        ("{participant}-{condition}", "P 1-very calm.webm", ("P 1", "very calm")),
        ("{condition}/{participant}_*", "study/calm/P01_b.mp4", ("P01", "calm")),
        ("{condition}/{participant}_*", "study\\calm\\P01_b.mp4", ("P01", "calm")),
        ("{condition}/*", "calm/x.mp4", ("", "calm")),
        ("{condition}/*", "x.mp4", ("", "")),
        ("P{participant}", "P7.mp4", ("7", "")),
        ("?{participant}", "P7.mp4", ("7", "")),
        ("({participant}+)", "(a+).mp4", ("a", "")),
    ],
)
def test_a_pattern_reads_names(pattern: str, name: str, wanted: tuple[str, str]):
    assert Naming(pattern).of(name) == wanted


def test_no_pattern_takes_long():
    assert Naming("{participant}" + "*a" * 80 + "{condition}").of("a" * 250) == ("a", "a" * MAX_WORD)
    assert Naming("{participant}" + "*a" * 80 + "b{condition}").of("a" * 250) == ("", "")


@pytest.mark.parametrize("pattern", ["{who}_*", "{participant}_{participant}", "*_b", "x" * 201, "{}"])
def test_a_pattern_that_names_nothing_is_refused(pattern: str):
    with pytest.raises(InputError):
        Naming(pattern)


def line(name: str, participant: str, condition: str, happy: float, usable_s: float = 10.0) -> Line:
    shares = {"happy": happy, "neutral": 1 - happy}
    stranger = PersonFigures("Face 2", 99.0, 1.0, {"sad": 1.0})
    return Line(name, participant, condition, (stranger, PersonFigures("Face 1", 10.0, usable_s, shares)))


def test_nothing_gives_an_empty_table_and_no_group():
    assert list(table_over([]).columns) == list(TABLE_COLUMNS)
    assert len(table_over([])) == 0
    assert group_means([]) == compared([]) == []


def test_everybody_has_a_row_and_a_session_without_anybody_one_too():
    table = table_over([line("a", "P1", "calm", 0.5), Line("b", "", "", ())])
    assert table["person"].tolist() == ["Face 2", "Face 1", ""]
    assert table["happy"].tolist()[1] == 0.5 and math.isnan(table["happy"].iloc[2])
    text = as_csv(sheet_over([line("=a", "P1", "calm", 0.5), Line("b", "", "", ())]))
    assert text.splitlines()[2].startswith("'=a,P1,calm,Face 1,10.0000,10.0000,")


def test_a_participant_counts_once_in_a_condition():
    means = group_means(
        [
            line("a", "P1", "stress", 0.2),
            line("b", "P1", "stress", 0.4, usable_s=1000.0),
            line("c", "", "stress", 0.9),
            line("d", "P1", "calm", 1.0),
            line("e", "P1", "", 1.0),
            Line("f", "P2", "calm", ()),
        ]
    )
    assert [(m.condition, m.unit, m.sessions) for m in means] == [
        ("calm", "P1", 1),
        ("stress", "P1", 2),
        ("stress", "c", 1),
    ]
    assert means[1].shares["happy"] == pytest.approx(0.3)
    assert means[1].shares["sad"] == 0.0


def test_sessions_of_one_name_and_nobody_named_are_several():
    means = group_means(
        line("webcam.mp4", "", name, share) for name in ("calm", "loud") for share in (0.2, 0.6)
    )
    assert [mean.sessions for mean in means] == [1] * 4
    assert len({mean.unit for mean in means}) == 4 and means[0].unit == "webcam.mp4"


def test_conditions_are_compared_pair_by_pair():
    lines = [line(f"{c}{k}", "", c, base + k / 100) for c, base in (("a", 0.1), ("b", 0.7)) for k in range(8)]
    found = compared(group_means(lines))
    assert len(found) == len(EMOTIONS)
    happy = next(c for c in found if c.state == "happy")
    assert (happy.first, happy.second) == ("a", "b") and happy.interval.differs
    assert (
        "less of the time under a (13.5%) than under b (73.5%): a difference of −60.0 points"
        in happy.sentence
    )
    many = [line(str(k), f"P{k}", f"c{k}", 0.5) for k in range(5)]
    assert compared(group_means(many)) == []


def test_participants_under_both_conditions_are_compared_with_themselves():
    """People differ more from each other than from one condition to the next: only the pairs can tell."""
    rng = np.random.default_rng(0)
    lines = []
    for k in range(8):
        own = 0.1 + 0.1 * k
        lines += [
            line(f"a{k}", f"P{k}", "a", own),
            line(f"b{k}", f"P{k}", "b", own + 0.05 + rng.uniform(0, 0.02)),
        ]
    happy = next(c for c in compared(group_means(lines)) if c.state == "happy")
    assert happy.paired and happy.units == 8 and happy.interval.differs
    assert "8 participants under both" in happy.sentence
    apart = [Line(one.name, "", one.condition, one.people) for one in lines]
    happy = next(c for c in compared(group_means(apart)) if c.state == "happy")
    assert not happy.paired and happy.units == 16 and not happy.interval.differs


def test_too_few_give_no_interval():
    lines = [line(f"{c}{k}", f"P{k}", c, 0.5) for c in "ab" for k in range(3)]
    assert not any(one.interval.known for one in compared(group_means(lines)))
