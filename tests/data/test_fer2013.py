"""FER2013 and FER+ themselves: their counts and faults, and the shipped figures, which come out again."""

import json

import numpy as np
import pytest

from fer.dataset.cleaning import find_faults
from fer.dataset.hashes import source_sha256
from fer.dataset.readers.fer2013 import read_vote_counts, seen_before
from fer.dataset.repeats import count_repeats
from fer.dataset.statistics import compute_statistics
from fer.emotion.network import EmotionNetwork
from fer.evaluation.figures.metrics_file import read_metrics
from fer.evaluation.scores import score_split
from fer.evaluation.units import gates
from fer.io.json_records import json_text
from fer.io.places import MODELS_DIR
from fer.pipeline import load_components
from fer.settings import Settings

QUICK = ("blank", "conflict", "exact", "seen_earlier", "seen_later", "near", "near_earlier", "near_later")
UNIT_ROWS = 700


def test_the_official_counts(fer2013_faces):
    data = fer2013_faces
    counts = {name: len(data.split(name)) for name in ("Training", "PublicTest", "PrivateTest")}
    assert counts == {"Training": 28709, "PublicTest": 3589, "PrivateTest": 3589}
    assert np.bincount(data.split("PrivateTest").labels).tolist() == [491, 55, 528, 879, 594, 416, 626]
    assert seen_before(data.split("PrivateTest").images, data.split("Training").images).sum() == 288


def test_case_40_the_repeats_of_fer2013(fer2013_faces):
    repeats = count_repeats(fer2013_faces)
    assert repeats.within["Training"] == 1230
    assert repeats.across == {
        ("PublicTest", "Training"): 280,
        ("PrivateTest", "Training"): 288,
        ("PrivateTest", "PublicTest"): 44,
    }


def test_the_faults_of_fer2013(fer2013_faces):
    found = find_faults(fer2013_faces, QUICK)
    usage = fer2013_faces.usage
    counts = {
        name: [int(mask[usage == split].sum()) for split in ("Training", "PublicTest", "PrivateTest")]
        for name, mask in found.items()
    }
    assert counts["exact"] == [1230, 26, 18]
    assert counts["seen_earlier"][:2] == [0, 280]
    # 288 stand in Training, 44 in PublicTest, 18 of them in both.
    assert counts["seen_earlier"][2] == 288 + 44 - 18
    assert counts["blank"] == [30, 3, 6]
    assert counts["near"] == [900, 15, 19]
    assert counts["near_earlier"] == [0, 187, 225]


def test_the_shipped_figures_come_out_again(fer2013, fer2013_faces):
    path = fer2013 / "fer2013.csv.gz"
    s = compute_statistics(
        fer2013_faces,
        source=path.name,
        source_sha256=source_sha256(path),
        vote_counts=read_vote_counts(fer2013 / "ferplus.csv"),
    )
    assert json.loads(json_text(s)) == json.loads((MODELS_DIR / "dataset_statistics.json").read_text())


def test_the_shipped_network_gives_the_figures_again(fer2013_faces):
    written_scores = read_metrics(MODELS_DIR / "metrics.json").test
    scores = score_split(EmotionNetwork(), fer2013_faces, "PrivateTest")
    for key in ("plain", "flip", "plain_clean", "flip_clean"):
        again, written = getattr(scores, key), getattr(written_scores, key)
        assert again.accuracy.value == pytest.approx(written.accuracy.value, abs=5e-4)
        assert again.calibrated.ece.value == pytest.approx(written.calibrated.ece.value, abs=2e-3)


def test_units_stand_out_in_their_expressions(fer2013_faces):
    dataset = fer2013_faces.split("PublicTest")
    models = load_components(Settings())
    figures = gates.score_split(dataset.where(np.arange(UNIT_ROWS)), models.emotion, models.mesh, models.eyes)
    by_unit = {row["unit"]: row["auc"] for row in figures["separation"]["gates"]}
    assert by_unit["AU12"] > 0.85
    assert by_unit["AU25"] > 0.74
    assert by_unit["AU05"] > 0.7
