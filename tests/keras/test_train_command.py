"""`fer train` from a CSV to a network that the app loads."""

import shlex

import numpy as np
import pytest

pytest.importorskip("keras", reason="training needs TensorFlow, which a small container may leave out")

from fer.cli import DONE, FAILED, build_parser, main
from fer.emotion.network import EmotionNetwork


@pytest.mark.slow
def test_train_goes_from_a_csv_to_a_network_that_loads(tmp_path, capsys):
    rng = np.random.default_rng(0)
    rows = ["emotion,pixels,Usage"]
    for k in range(140 + 70):
        pixels = " ".join(map(str, rng.integers(0, 255, 2304)))
        rows.append(f"{k % 7},{pixels},{'Training' if k < 140 else 'PublicTest'}")
    (tmp_path / "toy.csv").write_text("\n".join(rows))
    common = ["train", "--data", str(tmp_path / "toy.csv"), "--out", str(tmp_path / "run"), "--epochs", "1"]
    assert main([*common, "--models", str(tmp_path / "models")]) == DONE
    printed = capsys.readouterr().out
    assert "se_vgg: 1.12 M parameters, 71 MMACs a face" in printed
    assert "epoch 1/1" in printed
    command = shlex.split(printed.splitlines()[-1])
    assert build_parser().parse_args(command[3:]).models == tmp_path / "models"
    assert EmotionNetwork(tmp_path / "models").manifest.name == "se_vgg-1"
    assert main(common) == FAILED
    assert "add --resume" in capsys.readouterr().err


def test_train_refuses_what_it_cannot_do(tmp_path, capsys):
    pixels = " ".join(["9"] * 2304)
    rows = [f"3,{pixels},Training", f"3,{pixels},PublicTest"]
    (tmp_path / "one.csv").write_text("emotion,pixels,Usage\n" + "\n".join(rows))
    common = ["train", "--data", str(tmp_path / "one.csv"), "--out", str(tmp_path / "run")]
    assert main(common) == FAILED
    assert "one class only" in capsys.readouterr().err
    assert main([*common, "--arch", "giant"]) == FAILED
    assert "giant" in capsys.readouterr().err
