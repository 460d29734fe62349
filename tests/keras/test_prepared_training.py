"""From a folder of clips to a trained network and its figures, by the commands."""

import json

import pytest

from fer.cli import main
from fer.dataset.readers.fer2013 import SPLITS, read_dataset
from tests.bench.retrain import commands, toy_folder


@pytest.mark.data
@pytest.mark.slow
def test_a_network_is_trained_and_scored_on_prepared_clips(media, tmp_path, capsys):
    prepare_it, count_it, train_it, score_it = commands(
        toy_folder(media, tmp_path / "photos"), tmp_path, epochs=1
    )
    assert main(prepare_it) in (0, 1)
    data = read_dataset(tmp_path / "toy.csv")
    assert set(data.usage.tolist()) == set(SPLITS)
    assert [main(arguments) for arguments in (count_it, train_it)] == [0, 0]
    assert (tmp_path / "run" / "models" / "emotion.tflite").is_file()
    figures = tmp_path / "figures.json"
    assert main([*score_it, "--json", str(figures)]) == 0
    scored = json.loads(figures.read_text())["splits"]["PrivateTest"]
    assert scored["plain"]["n"] == len(data.split("PrivateTest"))
    assert "PrivateTest" in capsys.readouterr().out
