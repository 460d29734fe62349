"""Numbers as people read them."""

import pytest

from fer.text import clock, count, join, percent, signed, span


@pytest.mark.parametrize(
    ("seconds", "tenths", "text"),
    [
        (0, False, "0:00"),
        (7.42, True, "0:07.4"),
        (59.96, True, "1:00.0"),
        (59.6, False, "1:00"),
        (3725, False, "1:02:05"),
        (-3.0, False, "-0:03"),
        (-0.01, True, "0:00.0"),
        (float("nan"), False, "–"),
    ],
)
def test_clock_carries_into_minutes_and_hours(seconds, tenths, text):
    assert clock(seconds, tenths=tenths) == text


def test_a_difference_has_its_sign():
    assert [signed(value, 2) for value in (0.426, -0.15, 0.0)] == ["+0.43", "−0.15", "+0.00"]


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0%"),
        (0.004, "<1%"),
        (0.41, "41%"),
        (1 / 8, "13%"),
        (0.998, ">99%"),
        (1, "100%"),
        (sum([0.1] * 10), "100%"),
        (sum([0.1] * 3) - 0.3, "0%"),
        (float("nan"), "–"),
    ],
)
def test_percent_never_rounds_something_to_nothing(share, text):
    assert percent(share) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0.4 s"), (9.97, "10 s"), (59.7, "1 min"), (125, "2 min 5 s"), (3780, "1 h 3 min")],
)
def test_span(seconds, text):
    assert span(seconds) == text


def test_count_and_join():
    assert (count(0, "face"), count(1, "face"), count(1204, "face")) == ("0 faces", "1 face", "1,204 faces")
    assert join(["a", "b", "c"], "or") == "a, b or c"
    assert (join([]), join(["a"]), join(["a", "b"]), join(["a", "b", "c"])) == (
        "",
        "a",
        "a and b",
        "a, b and c",
    )
