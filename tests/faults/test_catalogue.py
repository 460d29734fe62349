"""Every case of the catalogue of bad input, by its number: it has a test, and the page names it."""

import pytest

from tests.bench.inputs_page import COMMAND, PAGE, page
from tests.helpers.catalogue import ALSO, CASES, PENDING, found_tests, names_in, numbers_of
from tests.helpers.places import ROOT


def test_the_catalogue_has_no_gap():
    assert list(CASES) == list(range(1, 117))
    assert set(found_tests()) <= set(CASES)


@pytest.mark.parametrize("number", [number for number in CASES if number not in PENDING])
def test_every_case_has_a_test_that_exists(number):
    tests = found_tests().get(number, [])
    assert tests, f"no test is named test_case_{number}_..."
    for test in tests:
        path, _, name = test.partition("::")
        assert name in names_in(ROOT / path)


def test_what_is_named_otherwise_is_a_case():
    assert set(ALSO) <= set(CASES) and set(PENDING) <= set(CASES)


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("test_nothing", set()),
        ("test_case_07_gray", {7}),
        ("test_case_4_and_113_bombs", {4, 113}),
        ("test_cases_31_to_33_of_a_table", {31, 32, 33}),
        ("test_cases_66_71_two", {66, 71}),
        ("test_case_113_a_bomb_of_8000_pixels", {113}),
        ("test_case_102_to", {102}),
    ],
)
def test_numbers_are_read_from_names(name, numbers):
    assert numbers_of(name) == numbers


def test_the_page_is_what_the_code_says():
    assert PAGE.read_text(encoding="utf-8") == page(), f"docs/INPUTS.md is old: run `{COMMAND}`"
