"""Parts of the measurements: pictures through the camera's codec, sections of a file of figures."""

import json

import numpy as np
import pytest

from fer.benchmark.sections import write_sections
from fer.benchmark.vp8 import CLOCK_HZ, Vp8Codec, camera_packets
from fer.errors import DamagedInputError, OutputExistsError
from tests.bench.cameras import number_of, numbered


def test_no_packets_from_no_pictures():
    assert camera_packets([], fps=15.0) == []


def test_a_picture_survives_the_codec_and_its_number_too():
    images = [numbered(np.full((480, 640, 3), 90, np.uint8), number) for number in (0, 5, 255)]
    codec = Vp8Codec()
    frames = [
        codec.decode(packet, k * CLOCK_HZ // 15) for k, packet in enumerate(camera_packets(images, fps=15))
    ]
    assert [number_of(frame.to_ndarray(format="gray")) for frame in frames] == [0, 5, 255]
    assert [number_of(frame.to_ndarray(format="gray")[:, ::-1]) for frame in frames] == [0, 5, 255]
    assert codec.encode(frames[0]) > 100


def test_a_new_section_leaves_the_others(tmp_path):
    path = tmp_path / "benchmark.json"
    write_sections({"clips": [1], "live": {"ms": 9}}, path)
    with pytest.raises(OutputExistsError):
        write_sections({"live": {"ms": 5}}, path)
    write_sections({"live": {"ms": 5}}, path, force=True)
    assert json.loads(path.read_text()) == {"clips": [1], "live": {"ms": 5}}
    path.write_text("[]")
    with pytest.raises(DamagedInputError):
        write_sections({}, path, force=True)
