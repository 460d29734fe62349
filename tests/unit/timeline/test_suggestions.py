"""Pieces that may be one person, from the rows alone."""

from dataclasses import replace

import pytest

from fer.timeline.edits import with_edits
from fer.timeline.persons import Edit
from fer.timeline.suggestions import WITHIN_S, Suggestion, suggestions
from tests.helpers.factories import make_photos, make_timeline

AFTER = {1: [("happy", 2.0)], 2: [("", 3.0), ("sad", 3.0)]}


def test_nobody_and_photos_give_none():
    assert suggestions(make_timeline({})) == ()
    assert suggestions(make_photos({"a.jpg": ["happy"], "b.jpg": ["sad"]})) == ()


def test_who_comes_where_somebody_left_may_be_the_same():
    assert suggestions(make_timeline(AFTER)) == (Suggestion(1, 2, pytest.approx(1.9), pytest.approx(3.0)),)


@pytest.mark.parametrize(
    "script",
    [
        {1: [("happy", 2.0)], 2: [("sad", 3.0)]},
        {1: [("happy", 2.0)], 2: [("", 2.5 + WITHIN_S), ("sad", 1.0)]},
    ],
)
def test_who_is_there_at_once_or_much_later_is_not_suggested(script):
    assert suggestions(make_timeline(script)) == ()


@pytest.mark.parametrize(("column", "factor"), [("x", 10.0), ("width", 3.0)])
def test_neither_is_who_comes_elsewhere_or_in_another_size(column, factor):
    timeline = make_timeline(AFTER)
    table = timeline.table.copy()
    table.loc[table["face_id"] == 2, column] *= factor
    assert suggestions(replace(timeline, table=table)) == ()


@pytest.mark.parametrize(
    "steps",
    [
        [Edit("same", 2, other=1)],
        [Edit("different", 2, other=1)],
        [Edit("rename", 1, name="Anna"), Edit("rename", 2, name="Bo")],
        [Edit("remove", 1)],
    ],
)
def test_a_step_ends_the_suggestion(steps):
    assert suggestions(with_edits(make_timeline(AFTER), steps)) == ()


@pytest.mark.parametrize(
    ("steps", "left"),
    [
        ([Edit("split", 1, time_s=1.0)], [(3, 2)]),
        ([Edit("split", 1, time_s=1.0), Edit("same", 2, other=3)], []),
        ([Edit("split", 1, time_s=1.0), Edit("same", 1, other=3)], [(1, 2)]),
        ([Edit("different", 1, other=2), Edit("split", 1, time_s=1.0)], [(3, 2)]),
    ],
)
def test_those_who_were_split_are_not_suggested_as_one(steps, left):
    found = suggestions(with_edits(make_timeline(AFTER), steps))
    assert [(s.first, s.second) for s in found] == left


def test_nobody_comes_back_twice():
    script = {1: [("happy", 2.0)], 2: [("", 3.0), ("sad", 1.0)], 3: [("", 5.0), ("sad", 1.0)]}
    assert [(s.first, s.second) for s in suggestions(make_timeline(script))] == [(1, 2), (2, 3)]
