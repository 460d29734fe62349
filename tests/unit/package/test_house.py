"""The house: imports run one way, no room is in a circle, no folder overflows, no page reads another."""

import ast
from collections import defaultdict
from pathlib import Path

import pytest

from tests.helpers.house import LEVEL
from tests.helpers.places import ROOT

SHARED_UI = ("app", "parts", "work")
MAX_MODULES = 16
"""Modules in a folder that a stranger still looks through."""


def modules(top: str) -> dict[str, Path]:
    """Dotted name -> file of every module below a folder of the project."""
    files = sorted((ROOT / top).rglob("*.py"))
    return {
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file
        for file in files
    }


def imported(tree: ast.AST, known: dict[str, Path]) -> set[str]:
    """Modules of `known` that a module imports, at its top or later."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found & set(known)


def arrows(sources: dict[str, str], known: dict[str, Path]) -> set[tuple[str, str]]:
    """(room, room) of fer/: the first imports something of the second."""
    found = set()
    for name, text in sources.items():
        if name in ("fer", "fer.__main__"):
            continue
        for other in imported(ast.parse(text), known) - {"fer"}:
            a, b = name.split(".")[1], other.split(".")[1]
            if a != b:
                found.add((a, b))
    return found


def backward(found: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """The arrows that run from a lower room to a higher one."""
    return sorted((a, b) for a, b in found if LEVEL[b] > LEVEL[a])


def circles(found: set[tuple[str, str]]) -> set[str]:
    """Rooms from which a way leads back to them."""
    reach = defaultdict(set)
    for a, b in found:
        reach[a].add(b)
    for middle in list(reach):
        for a in list(reach):
            if middle in reach[a]:
                reach[a] |= reach[middle]
    return {a for a in reach if a in reach[a]}


@pytest.fixture(scope="module")
def library() -> dict[str, Path]:
    return modules("fer")


@pytest.fixture(scope="module")
def found(library) -> set[tuple[str, str]]:
    return arrows({name: file.read_text(encoding="utf-8") for name, file in library.items()}, library)


def test_no_module_gives_no_arrow():
    assert arrows({}, {}) == set()
    assert circles(set()) == set()


def test_every_room_has_its_place_in_the_order(library):
    assert {name.split(".")[1] for name in library if "." in name} - {"__main__"} <= set(LEVEL)


def test_imports_run_one_way(found):
    assert backward(found) == []


def test_no_room_is_in_a_circle(found):
    assert circles(found) == set()


def test_an_arrow_back_is_seen(library, found):
    added = arrows({"fer.records": "from fer.timeline.report import Report"}, library)
    assert backward(found | added) == [("records", "timeline")]
    assert {"records", "timeline"} <= circles(found | added)


def test_folders_are_small_enough_to_look_through():
    counted = defaultdict(int)
    for file in (*(ROOT / "fer").rglob("*.py"), *(ROOT / "pages").rglob("*.py")):
        counted[file.parent.relative_to(ROOT).as_posix()] += file.name != "__init__.py"
    assert {f: n for f, n in counted.items() if n > MAX_MODULES} == {}


def test_the_library_knows_no_streamlit(library):
    for name, file in library.items():
        tops = {
            part.split(".")[0]
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            for part in (
                [node.module or ""] if isinstance(node, ast.ImportFrom)
                else [alias.name for alias in node.names] if isinstance(node, ast.Import)
                else []
            )
        }  # fmt: skip
        assert not tops & {"streamlit", "streamlit_webrtc", "pages"}, name


def test_every_table_has_a_word_for_an_empty_cell():
    tables = [
        (name, node)
        for name, file in modules("pages").items()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("st.dataframe", "st.data_editor")
    ]
    assert len(tables) > 10
    bare = [name for name, node in tables if "placeholder" not in {word.arg for word in node.keywords}]
    assert bare == [], "there the reader would see None"


def test_no_page_imports_another_page_s_room():
    pages = modules("pages")
    for name, file in pages.items():
        mine = name.split(".")[2] if name.startswith("pages.ui.") else name.split(".")[-1]
        for other in imported(ast.parse(file.read_text(encoding="utf-8")), pages):
            if other.startswith("pages.ui."):
                assert other.split(".")[2] in (mine, *SHARED_UI), f"{name} imports {other}"
            else:
                pytest.fail(f"{name} imports the page {other}")
