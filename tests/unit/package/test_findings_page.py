"""docs/FINDINGS.md quotes the simulation as it was measured."""

import json
import re

from fer.findings import blocks, reaction, synchrony
from fer.io.json_records import from_values
from tests.bench.findings import Document, table
from tests.helpers.places import ROOT

PAGE = (ROOT / "docs" / "FINDINGS.md").read_text(encoding="utf-8")
DOCUMENT = from_values(Document, json.loads((ROOT / "models" / "findings.json").read_text(encoding="utf-8")))


def test_the_table_is_the_measured_one():
    assert table(DOCUMENT) in PAGE


def test_the_promises_are_kept_as_the_page_says():
    false = [cell.false_positives for cell in DOCUMENT.cells]
    assert f"between {100 * min(false):.1f}% and {100 * max(false):.0f}%" in PAGE
    assert max(false) < 0.07
    known = [cell.coverage for cell in DOCUMENT.cells if cell.coverage is not None and cell.told > 0.1]
    assert min(known) > 0.93
    assert all(cell.runs == 1000 for cell in DOCUMENT.cells)


def test_the_quoted_limits_are_those_of_the_code():
    words = " ".join(PAGE.split())
    assert f"{blocks.ROUNDS:,} times" in words
    assert f"at most {blocks.MAX_BLOCKS} of them" in words
    assert (blocks.LENGTH_FACTOR, blocks.MIN_BLOCKS, blocks.MIN_EFFECTIVE, blocks.MIN_UNITS) == (
        2.0,
        5,
        10,
        5,
    )
    assert f"after an event ({reaction.AFTER_S:g} s) and before it ({reaction.BASELINE_S:g} s)" in words
    assert f"within {synchrony.MAX_LAG_S:g} s of lag" in words
    assert reaction.MIN_WINDOWS == 20
    assert not re.search(r"<!-- table -->\n\n\n", PAGE)
