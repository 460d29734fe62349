"""`import fer` as a developer meets it: visible names, nothing heavy, the same names for a type checker."""

import ast
import subprocess
import sys
import tomllib

import numpy as np
import pytest

import fer
from tests.helpers.places import ROOT

HEAVY = (
    "numpy",
    "cv2",
    "av",
    "pandas",
    "plotly",
    "scipy",
    "streamlit",
    "tensorflow",
    "keras",
    "ai_edge_litert",
    "onnxruntime",
)


def test_every_public_name_loads_and_is_visible():
    assert 30 <= len(dir(fer)) <= 45
    for name in dir(fer):
        assert getattr(fer, name) is not None


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="Analyser"):
        _ = fer.Analyser


def test_the_import_loads_nothing_heavy():
    code = f"import fer, sys; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_type_checkers_see_the_names_that_are_loaded_and_their_places():
    tree = ast.parse((ROOT / "fer/__init__.py").read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {
        alias.asname: f"{node.module}:{alias.name}"
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    loaded = {}
    for name, place in fer._PLACES.items():
        module, _, other = place.partition(":")
        loaded[name] = f"{module}:{other or name}"
    assert seen == loaded
    assert (ROOT / "fer/py.typed").exists()


def test_requirements_are_the_package_s_own_with_its_extras():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = {*project["dependencies"], *extras["app"], *extras["train"]}
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert {line for line in lines if line and not line.startswith("#")} == wanted


PUBLIC_TWICE = """
import importlib, pkgutil, fer
for room in pkgutil.iter_modules(fer.__path__):
    if room.name in fer._PLACES:
        importlib.import_module(f"fer.{room.name}")
once = [getattr(fer, name) for name in dir(fer)]
print([name for name, one in zip(dir(fer), once) if callable(one) != callable(getattr(fer, name))])
print([name for name, place in fer._PLACES.items() if callable(getattr(importlib.import_module(place), name))
       and not callable(getattr(fer, name))])
"""


def test_a_public_name_stays_what_it_is_when_a_room_of_its_name_is_loaded():
    done = subprocess.run([sys.executable, "-c", PUBLIC_TWICE], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.split() == ["[]", "[]"], done.stderr


def test_draw_can_be_called_for_every_frame_of_a_video():
    image = np.zeros((20, 30, 3), np.uint8)
    for _ in range(2):
        assert (fer.draw(image, fer.Observations.empty(), bars=True) == image).all()
