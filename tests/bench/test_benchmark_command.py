"""`fer benchmark` measures every step of the way."""

import json

import pytest

from fer.cli import DONE, main


@pytest.mark.slow
def test_benchmark_prints_every_step(short_clip, tmp_path, capsys):
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(short_clip)
    assert main(["benchmark", str(clip), "--json", str(tmp_path / "b.json")]) == DONE
    printed = capsys.readouterr().out
    for word in ("decode", "detect", "mesh", "crop", "emotion", "frames/s", "import fer"):
        assert word in printed
    figures = json.loads((tmp_path / "b.json").read_text())
    assert figures["clips"][0]["frames"] == 20
    assert figures["import"]["tensorflow"] is False
