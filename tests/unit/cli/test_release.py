"""One command from data to models/: each step is a real command, the card comes last, a failure stops it."""

import json
import subprocess

import pytest

from fer.cli import DONE, FAILED, build_parser, main
from fer.cli.network.release import commands
from fer.io.places import MODELS_DIR

EVERYTHING = ["--recipe", "recipe.json", "--clip", "clip.mp4", "--lesson"]


def parsed(*more: str):
    return build_parser().parse_args(["release", "--data", "fer2013.csv", "--ferplus", "votes.csv", *more])


@pytest.fixture
def inputs(tmp_path):
    """Files that are there; what is in them is for the commands."""
    for name in ("fer2013.csv", "votes.csv"):
        (tmp_path / name).touch()
    return ["--data", str(tmp_path / "fer2013.csv"), "--ferplus", str(tmp_path / "votes.csv")]


@pytest.mark.parametrize("more", [[], EVERYTHING])
def test_every_step_is_a_command_with_these_options(more):
    steps = commands(parsed(*more))
    for step in steps:
        assert build_parser().parse_args(step).command == step[0]
    names = [step[0] for step in steps]
    assert names[-1] == "card" and names.count("benchmark") == 2
    assert ("train" in names, "lesson" in names, "action-units" in names) == (bool(more),) * 3
    assert not more or names[0] == "train"


def test_it_writes_every_file_of_figures_of_the_network():
    written = {step[step.index("--json") + 1] for step in commands(parsed(*EVERYTHING)) if "--json" in step}
    # Those of the data set do not change with the network; the conversion belongs to the training.
    others = {"manifest.json", "recipe.json", "conversion.json", "dataset_statistics.json"}
    # Benches write these, from photos and clips that a release need not have.
    others |= {"findings.json", "footage_check.json", "identity.json", "real_faces.json"}
    assert written == {str(path) for path in MODELS_DIR.glob("*.json") if path.name not in others}
    assert json.loads((MODELS_DIR / "networks.json").read_text())


def test_a_step_that_fails_ends_it(inputs, monkeypatch, capsys):
    ran = []

    def fake(command, check):
        ran.append(command[3])
        return subprocess.CompletedProcess(command, FAILED if command[3] == "robustness" else DONE)

    monkeypatch.setattr(subprocess, "run", fake)
    assert main(["release", *inputs]) == FAILED
    assert ran == ["evaluate", "robustness"]
    assert "`fer robustness` ended with status 1" in capsys.readouterr().err


def test_missing_data_is_said_before_anything_runs(inputs, monkeypatch, capsys):
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: pytest.fail("ran"))
    assert main(["release", *inputs, "--clip", "nowhere.mp4"]) == FAILED
    assert "nowhere.mp4 is not there" in capsys.readouterr().err
