"""The fast path stays fast: nothing that it imports brings Keras, a browser or a started app."""

import importlib
import json
import subprocess
import sys

import pytest

from tests.helpers.places import ROOT
from tests.unit.conftest import SLOW_TO_START

MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in sorted((ROOT / "tests" / "unit").rglob("test_*.py"))
]
PAGES = "tests.unit.pages."
IMPORTS = """
import importlib, json, sys
for names in json.loads(sys.argv[1]):
    for name in names:
        importlib.import_module(name)
    print(json.dumps(sorted(sys.modules)))
"""


@pytest.fixture(scope="module")
def imported() -> list[set[str]]:
    """What a process holds that has imported all tests but those of pages, and then those too."""
    steps = [[name for name in MODULES if name.startswith(PAGES) is pages] for pages in (False, True)]
    command = [sys.executable, "-c", IMPORTS, json.dumps(steps)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [set(json.loads(line)) for line in run.stdout.splitlines()]


def test_nothing_slow_is_imported(imported):
    assert len(MODULES) > 50
    assert not imported[1] & set(SLOW_TO_START)


def test_only_tests_of_pages_import_streamlit(imported):
    assert "streamlit" in imported[1] and "streamlit" not in imported[0]


@pytest.mark.parametrize("name", SLOW_TO_START)
def test_what_is_slow_cannot_be_imported_within_a_test(name):
    with pytest.raises(ImportError):
        importlib.import_module(name)
