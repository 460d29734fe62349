"""The shipped sample is the drawn one, and the command hands it out."""

import numpy as np
import pytest

from fer.cli import main
from fer.errors import MissingModelError
from fer.sample.clip import sample_frames
from fer.sample.shipped import shipped_video
from fer.sources.video import VideoSource

LOSSY = 3.0
"""Gray levels by which the pixels of a frame may differ after encoding, in the mean."""


def test_the_shipped_file_is_what_the_code_draws():
    pytest.importorskip("skimage", reason="the sample's portrait lies inside scikit-image")
    with VideoSource(shipped_video()) as video:
        shipped = list(video)
    drawn = list(sample_frames())
    assert [frame.timestamp_s for frame in shipped] == pytest.approx([f.timestamp_s for f in drawn], abs=1e-3)
    for one, other in zip(shipped, drawn, strict=True):
        assert one.image.shape == other.image.shape
        assert np.abs(one.image.astype(int) - other.image).mean() < LOSSY


def test_a_missing_file_is_one_sentence_with_its_cure(tmp_path):
    with pytest.raises(MissingModelError, match=r"no sample at .*fer sample models/sample\.mp4 --draw"):
        shipped_video(tmp_path / "sample.mp4")


def test_the_command_writes_it_and_replaces_nothing(tmp_path, capsys):
    out = tmp_path / "clip.mp4"
    assert main(["sample", str(out)]) == 0
    assert out.read_bytes() == shipped_video()
    assert main(["sample", str(out)]) == 1
    assert "exists already" in capsys.readouterr().err


def test_the_command_draws_it_anew(tmp_path, monkeypatch):
    monkeypatch.setattr("fer.sample.clip.sample_video", lambda: b"drawn")
    out = tmp_path / "clip.mp4"
    assert main(["sample", str(out), "--draw"]) == 0
    assert out.read_bytes() == b"drawn"
