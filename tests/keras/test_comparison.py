"""The comparison: rivals with sources, networks measured in one run, and what is not trained says so."""

import json

import numpy as np
import pytest

from fer.errors import MissingModelError, ModelError
from fer.evaluation.figures import networks as comparison
from fer.evaluation.figures import rivals
from fer.evaluation.figures.metrics_file import Estimate, read_metrics
from fer.evaluation.figures.networks import Comparison, NetworkRow
from fer.io.json_records import json_text


def row(name: str = "se_vgg", accuracy: Estimate | None = None) -> NetworkRow:
    return NetworkRow(name, "ours", 1000, 2_000_000, 4000, {"1": 3.0, "2": 2.0}, accuracy, None, "")


def test_every_rival_has_a_source_and_says_whose_number_it_is():
    assert len({r.name for r in rivals.RIVALS}) == len(rivals.RIVALS) >= 9
    for rival in rivals.RIVALS:
        assert rival.source and rival.note and rival.rows
    assert {r.accuracy for r in rivals.RIVALS if not r.comparable} == {0.896, 0.798}
    with pytest.raises(ValueError, match="Nobody"):
        rivals.Rival("Nobody", 0.5, "PrivateTest", "hearsay", "", "")


def test_saved_and_read_again(tmp_path):
    one = Comparison((row(), row("original", Estimate(0.5, 0.4, 0.6))), 2, 0.1, 5)
    path = tmp_path / comparison.COMPARISON
    with pytest.raises(MissingModelError, match="fer networks"):
        comparison.read_comparison(path)
    path.write_text(json_text(one))
    assert comparison.read_comparison(path) == one
    path.write_text(json.dumps({"format": 99}))
    with pytest.raises(ModelError, match="another version"):
        comparison.read_comparison(path)


def test_the_table_says_what_was_not_trained():
    text = comparison.as_text(Comparison((row(), row("original", Estimate(0.5, 0.4, 0.6))), 2, 0.1, 5))
    lines = text.splitlines()
    assert "not trained" in lines[1]
    assert "50.0% (40.0% to 60.0%)" in lines[2]
    assert "their number" in text and "measured here" in text and "not comparable" in text


def test_only_networks_with_scores_on_the_test_split_count(tmp_path):
    pytest.importorskip("keras", reason="networks need Keras")
    from fer.emotion.network import MODELS_DIR
    from fer.training.networks.comparison import scored_networks

    assert scored_networks(tmp_path) == {}
    shipped = read_metrics()
    assert scored_networks(MODELS_DIR) == {shipped.model.split("-")[0]: shipped}


def test_latency_is_measured_on_a_real_file():
    pytest.importorskip("keras", reason="networks need Keras")
    from fer.emotion.network import MODELS_DIR
    from fer.training.networks.comparison import latency_ms

    assert np.isfinite(latency_ms(MODELS_DIR / "emotion.tflite", 1, rounds=2))


def test_the_shipped_comparison_is_of_the_networks_that_are_built(built):
    from fer.training import networks

    shipped = comparison.read_comparison()
    assert [r.name for r in shipped.networks] == list(networks.ARCHITECTURES)
    for one in shipped.networks:
        model = built(one.name)
        assert (one.parameters, one.macs) == (model.count_params(), networks.multiply_accumulates(model))
