"""The model card: exactly what the command writes from the files of figures, and it refuses a mixture."""

import json
import shutil
from dataclasses import replace

import pytest

from fer.cli import DONE, FAILED, main
from fer.errors import MissingModelError, ModelError
from fer.evaluation.card import CARD, model_card, read_card_sources
from fer.io.places import MODELS_DIR


@pytest.fixture
def models(tmp_path):
    """A copy of the small files of models/."""
    for path in (*MODELS_DIR.glob("*.json"), MODELS_DIR / "history.csv"):
        shutil.copy(path, tmp_path / path.name)
    return tmp_path


def test_the_committed_card_is_what_the_command_writes():
    assert (MODELS_DIR / CARD).read_text(encoding="utf-8") == model_card(read_card_sources())


def test_the_card_says_what_it_has_to():
    card = " ".join(model_card(read_card_sources()).split())  # lines may break anywhere
    for heading in (
        "Intended use",
        "Excluded use",
        "Data",
        "Protocol",
        "Figures",
        "Known bias",
        "Do it again",
    ):
        assert f"## {heading}" in card
    for word in ("Art. 5(1)(f)", "cannot be measured", "FER+", "mini_xception", "SHA-256"):
        assert word in card


def test_every_figure_comes_from_the_files():
    sources = read_card_sources()
    test = sources.metrics.splits["PrivateTest"]
    other = replace(test.plain.accuracy, value=0.1234, low=0.0567, high=0.2345)
    changed = replace(test, plain=replace(test.plain, accuracy=other))
    metrics = replace(sources.metrics, splits=sources.metrics.splits | {"PrivateTest": changed})
    assert "12.3% (5.7 to 23.4)" in model_card(replace(sources, metrics=metrics))


def test_figures_of_another_network_are_refused(models, capsys):
    values = json.loads((models / "metrics.json").read_text())
    (models / "metrics.json").write_text(json.dumps(values | {"sha256": "00"}))
    with pytest.raises(ModelError, match="another network"):
        read_card_sources(models)
    assert main(["card", "--models", str(models)]) == FAILED
    assert "fer evaluate" in capsys.readouterr().err


def test_missing_and_damaged_files_are_one_sentence(models):
    (models / "benchmark.json").write_text("{}")
    with pytest.raises(ModelError, match="fer benchmark"):
        read_card_sources(models)
    (models / "benchmark.json").unlink()
    with pytest.raises(MissingModelError, match="fer benchmark"):
        read_card_sources(models)


def test_the_command_writes_the_card_and_overwrites_nothing_unasked(models):
    command = ["card", "--models", str(models)]
    assert main(command) == DONE
    assert (models / CARD).read_text(encoding="utf-8") == (MODELS_DIR / CARD).read_text(encoding="utf-8")
    assert main(command) == FAILED
    assert main([*command, "--force"]) == DONE
