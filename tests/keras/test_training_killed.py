"""A training in a process of its own: killed at any step, stopped by a signal, started twice, out of disk."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

pytest.importorskip("keras", reason="training needs TensorFlow, which a small container may leave out")

from fer.cli import DONE, FAILED, INTERRUPTED, main
from fer.cli.network import train
from fer.evaluation.figures.history import read_history
from fer.training.checkpoint import CHECKPOINT, read_checkpoint
from tests.helpers.places import ROOT
from tests.helpers.toys import write_csv

RECIPE = {
    "name": "toy",
    "stages": [{"epochs": 3, "batch_size": 16, "peak_rate": 0.02, "precision": "float32", "mixup": 0.2}],
}
PATIENCE_S = 250.0


@pytest.fixture(scope="module")
def toy_files(tmp_path_factory):
    """Options for data and recipe: three epochs of six steps."""
    folder = tmp_path_factory.mktemp("toy")
    (folder / "r.json").write_text(json.dumps(RECIPE))
    data = write_csv(folder / "toy.csv", training=96, public=14)
    return ["train", "--data", str(data), "--recipe", str(folder / "r.json"), "--save-every", "0"]


def start(options, out):
    """The command in a process of its own."""
    command = [sys.executable, "-m", "fer", *options, "--out", str(out)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.Popen(command, cwd=ROOT, **pipes)


def wait_for(process, out, *, epochs, step):
    """Until the checkpoint says so."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and process.poll() is None:
        saved = read_checkpoint(out / "stage-1", with_weights=False)
        if saved is not None and (len(saved.history), saved.step) >= (epochs, step):
            return
        time.sleep(0.01)
    pytest.fail(process.communicate()[0] if process.poll() is not None else "no checkpoint came in time")


@pytest.mark.slow
def test_cases_66_71_a_second_training_is_told_and_kill_9_within_an_epoch_loses_nothing(
    toy_files, tmp_path, capsys, monkeypatch
):
    """The resumed training ends in the weights of an uninterrupted one, bit for bit."""
    process = start(toy_files, tmp_path / "cut")
    try:
        wait_for(process, tmp_path / "cut", epochs=0, step=1)
        assert main([*toy_files, "--out", str(tmp_path / "cut"), "--resume"]) == FAILED
        error = capsys.readouterr().err
        assert f"is in use by another training (process {process.pid})" in error and "output_in_use" in error
        wait_for(process, tmp_path / "cut", epochs=1, step=2)
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    saved = read_checkpoint(tmp_path / "cut" / "stage-1", with_weights=False)
    assert process.returncode == -signal.SIGKILL
    assert len(saved.history) in (1, 2) and 0 < saved.step < 6

    assert main([*toy_files, "--out", str(tmp_path / "cut"), "--resume"]) == DONE
    monkeypatch.setattr(train, "_release", lambda *whole: DONE)  # converted once is enough
    assert main([*toy_files, "--out", str(tmp_path / "whole")]) == DONE
    ends = [read_checkpoint(tmp_path / name / "stage-1") for name in ("cut", "whole")]
    for a, b in zip(*(end.history for end in ends), strict=True):
        assert (a.epoch, a.learning_rate, a.loss, a.val_loss) == (
            b.epoch,
            b.learning_rate,
            b.loss,
            b.val_loss,
        )
    for a, b in zip(*([*end.variables, *end.average] for end in ends), strict=True):
        assert np.array_equal(a, b)
    assert len(read_history(tmp_path / "cut" / "history.csv")) == 3


@pytest.mark.slow
def test_sigterm_saves_and_says_how_to_go_on(toy_files, tmp_path):
    process = start([*toy_files[:-1], "1000"], tmp_path / "run")
    until = time.monotonic() + PATIENCE_S
    while not (tmp_path / "run" / "history.csv").exists() and time.monotonic() < until:
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    printed = process.communicate(timeout=PATIENCE_S)[0]
    assert process.returncode == INTERRUPTED, printed
    assert "everything is saved. Go on with the same command and --resume." in printed
    assert "once more to stop at once" in printed
    assert "Traceback" not in printed
    assert 1 <= len(read_checkpoint(tmp_path / "run" / "stage-1", with_weights=False).history) < 3


def test_the_command_refuses_to_mix_a_recipe_with_a_single_stage(toy_files, tmp_path, capsys):
    assert main([*toy_files, "--epochs", "3", "--out", str(tmp_path / "run")]) == FAILED
    assert "--epochs is for a single stage" in capsys.readouterr().err
    assert not (tmp_path / "run" / CHECKPOINT).exists() and os.listdir(tmp_path) == []
