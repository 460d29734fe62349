"""The fast path stays fast: it brings no Keras, no browser, no started app. And how tests share workers."""

import importlib
import json
import re
import subprocess
import sys

import pytest

from tests.conftest import shared_with
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


def test_no_test_imports_from_another():
    files = [*(ROOT / "tests").rglob("*.py")]
    pattern = re.compile(r"^\s*from tests\.\S*test_\S* import|^\s*import tests\.\S*test_", re.MULTILINE)
    assert pattern.search("from tests.unit.io.test_locks import x")
    assert [file.name for file in files if pattern.search(file.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    ("test", "shared"),
    [
        ("tests/unit/io/test_locks.py::test_a[b::c]", "tests/unit/io/test_locks.py"),
        ("tests/browser/test_model_browser.py::test_a", "tests/browser/"),
        ("tests/browser/test_live_browser.py::test_a", "tests/browser/test_live_browser.py"),
        ("tests/keras/test_networks.py::test_a[se_vgg]", "tests/keras/"),
    ],
)
def test_a_worker_runs_a_file_or_all_that_shares_a_browser_or_tensorflow(test, shared):
    assert shared_with(test) == shared
