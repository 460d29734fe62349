"""The drawing of a network: every step is in it, bars follow the maps, and it is sound SVG."""

import xml.etree.ElementTree as ET

import pytest

from fer.charts.architecture import Blueprint, Step, architecture_svg, in_theme

STEPS = (
    Step("input", "face, gray", 48, 1),
    Step("convolution", "convolution 3 × 3, 16 <b>", 48, 16, 208),
    Step("pooling", "max-pooling 2 × 2", 24, 16),
    Step("output", "dense, 7", 1, 7, 119),
)
SVG = "{http://www.w3.org/2000/svg}"


def bars(svg: str) -> list[float]:
    return [float(r.get("width")) for r in ET.fromstring(svg).iter(f"{SVG}rect")]


def test_no_step_gives_an_empty_drawing():
    assert bars(architecture_svg(Blueprint("none", (), 0, 0))) == []


def test_bars_are_as_wide_as_the_maps_and_nothing_leaves_the_picture():
    svg = architecture_svg(Blueprint("toy", STEPS, 327, 1_000_000))
    root = ET.fromstring(svg)
    width = float(root.get("width"))
    assert width == 390
    wide = bars(svg)
    assert wide[0] == wide[1] > wide[2]
    for rect in root.iter(f"{SVG}rect"):
        assert float(rect.get("x")) >= 0 and float(rect.get("x")) + float(rect.get("width")) <= width
        assert float(rect.get("y")) + float(rect.get("height")) <= float(root.get("height"))


def test_text_is_escaped_and_read_aloud():
    svg = architecture_svg(Blueprint("a <script>", STEPS, 327, 0))
    assert "<script>" not in svg and "<b>" not in svg
    desc = ET.fromstring(svg).find(f"{SVG}desc").text
    assert "16 maps of 48 x 48" in desc and "7 values" in desc


def test_a_theme_can_be_fixed():
    svg = architecture_svg(Blueprint("toy", STEPS, 327, 0))
    assert 'data-theme="auto" role' in svg
    for dark, theme in ((True, "dark"), (False, "light")):
        assert ET.fromstring(in_theme(svg, dark=dark)).get("data-theme") == theme


def test_the_blueprint_accounts_for_every_weight(built):
    from fer.training import networks
    from fer.training.networks.blueprint import blueprint

    for arch in networks.ARCHITECTURES:
        plan = blueprint(built(arch))
        assert sum(step.parameters for step in plan.steps) == plan.parameters
        assert [plan.steps[0].side, plan.steps[-1].channels] == [48, 7]
    kinds = [step.kind for step in blueprint(built("se_vgg")).steps]
    assert (kinds.count("convolution"), kinds.count("attention"), kinds.count("pooling")) == (9, 4, 4)


def test_the_shipped_drawing_is_of_the_shipped_network():
    pytest.importorskip("keras", reason="networks need Keras")
    from fer.emotion.network import MODELS_DIR
    from fer.training.loading import load_shipped
    from fer.training.networks.blueprint import blueprint

    drawing = (MODELS_DIR / "architecture.svg").read_text(encoding="utf-8")
    assert drawing == architecture_svg(blueprint(load_shipped()))
