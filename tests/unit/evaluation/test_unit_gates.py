"""The gates of the Action Units: on labelled faces and on a clip where the research data is at hand."""

import json

import numpy as np
import pytest

from fer.action_units.table import CODES
from fer.cli import main
from fer.constants import CONTRADICTED, EMOTIONS, SUPPORTED
from fer.evaluation.units import checks, gates
from fer.pipeline import load_components
from fer.records import UnitVerdict
from fer.settings import Settings
from tests.helpers.places import MODELS

ROWS = 700
FIGURES = MODELS / "action_units.json"


def test_auc_of_known_values():
    assert gates.auc(np.array([2.0, 3.0]), np.array([0.0, 1.0])) == 1.0
    assert gates.auc(np.array([1.0]), np.array([1.0])) == 0.5
    assert np.isnan(gates.auc(np.zeros(0), np.ones(3)))


def test_the_table_of_verdicts_counts():
    happy, sad = EMOTIONS.index("happy"), EMOTIONS.index("sad")
    found = [
        UnitVerdict("happy", SUPPORTED),
        UnitVerdict("happy", CONTRADICTED),
        UnitVerdict("sad", CONTRADICTED),
    ]
    table = gates.verdict_table(found, np.array([happy, sad, sad]), np.array([happy, happy, sad]))
    assert table["all"]["contradicted"] == {"n": 2, "share": pytest.approx(2 / 3), "right": 0.5}
    assert table["by_answer"]["happy"]["supported"]["right"] == 1.0
    assert table["by_label"]["sad"]["n"] == 2
    assert table["by_answer"]["fear"]["supported"]["right"] is None


def test_the_clip_gate_needs_a_value():
    missing = gates.clip_gate(lambda frame: None)
    assert not missing["passed"]
    assert gates.clip_gate(lambda frame: np.full(len(CODES), np.nan))["passed"] is False


def test_fit_without_data_says_what_is_missing(capsys):
    assert main(["action-units", "--fit"]) == 1
    assert "--fit needs --data" in capsys.readouterr().err


@pytest.mark.slow
def test_the_samples_own_track_is_found_again():
    found = checks.sample_track(load_components(Settings()))["correlation"]
    for code in ("AU12", "AU25", "AU26", "AU45", "AU02"):
        assert found[code] > 0.7, code


def test_the_written_figures_pass_the_gates():
    figures = json.loads(FIGURES.read_text(encoding="utf-8"))
    assert figures["split"] == "PrivateTest"
    assert all(row["passed"] for row in figures["separation"]["gates"])
    assert figures["clip"]["passed"]
    happy = figures["verdicts"]["by_answer"]["happy"]
    assert happy["contradicted"]["right"] < happy["supported"]["right"] - 0.15
