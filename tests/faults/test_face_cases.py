"""All faces, only faces: cases 90 to 93 and 116 through the whole pipeline."""

import cv2
import numpy as np
import pytest

from fer.draw.late import LateHider
from fer.faces.detectors.sensitive import sensitive_detector
from fer.faces.mesh import eye_roll
from fer.pipeline import Analyzer, Components, load_components
from fer.records import Frame, Observations, SourceInfo
from fer.settings import Settings
from fer.timeline.summary import summarize
from fer.timeline.timeline import TimelineBuilder
from tests.bench.compositions import nobody
from tests.bench.small_faces import patterns

FAST = Settings(action_units=False)
FACE_PX = 92
"""Width of the portrait's face as the detector sees it."""


@pytest.fixture(scope="module")
def models() -> Components:
    return load_components(FAST)


def placed(portrait: np.ndarray, face_px: float, size: tuple[int, int], time_s: float) -> np.ndarray:
    """The portrait somewhere in a gray picture, moving slowly."""
    scale = face_px / FACE_PX
    small = cv2.resize(portrait, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    image = np.full((size[1], size[0], 3), 110, np.uint8)
    left, top = size[0] // 3 + int(0.2 * face_px * np.sin(2 * time_s)), size[1] // 4
    image[top : top + small.shape[0], left : left + small.shape[1]] = small
    return image


def read(models: Components, pictures: list[np.ndarray], *, fps: float = 5.0) -> list[Observations]:
    analyzer = Analyzer(FAST, components=models)
    return [analyzer.analyze(Frame(image, k, k / fps)) for k, image in enumerate(pictures)]


@pytest.mark.parametrize(("size", "face_px"), [((1920, 1080), 26), ((1920, 1080), 73), ((3840, 2160), 40)])
def test_case_90_small_faces_are_found_within_a_second_and_followed(models, portrait, size, face_px):
    pictures = [placed(portrait, face_px, size, k / 5) for k in range(9)]
    seen = read(models, pictures)
    assert all(len(one) == 1 for one in seen[5:])
    assert {int(one.faces.track_id[0]) for one in seen[5:]} == {1}


@pytest.mark.parametrize("cut", [0.15, 0.22])
@pytest.mark.parametrize("side", [48, 900])
def test_case_91_a_face_that_reaches_beyond_the_picture_is_found(models, portrait, cut, side):
    # The detector's box of the portrait's face, cut on every side.
    left, top, right, bottom = models.detector.detect(portrait).xyxy[0]
    x, y = cut * (right - left), cut * (bottom - top)
    tight = portrait[int(top + y) : int(bottom - y), int(left + x) : int(right - x)]
    picture = cv2.resize(
        tight, (side, round(side * tight.shape[0] / tight.shape[1])), interpolation=cv2.INTER_CUBIC
    )
    still = Analyzer(FAST, components=models, still=True)
    seen = still.analyze(Frame(picture))
    assert len(seen) == 1
    box = seen.faces.detections.xyxy[0]
    assert box[2] - box[0] > 0.7 * side


@pytest.mark.parametrize("name", [*nobody(), *patterns()])
def test_case_92_a_clip_without_people_counts_nobody(models, name):
    picture = {**nobody(), **patterns()}[name]
    analyzer, builder = Analyzer(FAST, components=models), TimelineBuilder()
    for index in range(15):
        builder.add(analyzer.analyze(Frame(picture(index / 5), index, index / 5)))
    assert summarize(builder.build(SourceInfo(name, "video"), analyzer.settings)).faces == ()


def test_case_93_a_face_upside_down_is_read_like_the_upright_one(models, portrait):
    still = Analyzer(FAST, components=models, still=True)
    upright = still.analyze(Frame(portrait))
    turned = still.analyze(Frame(np.ascontiguousarray(portrait[::-1, ::-1])))
    assert len(upright) == len(turned) == 1
    assert abs(eye_roll(turned.faces.landmarks)[0]) > 160
    assert list(turned.verdicts[0]) == list(upright.verdicts[0])
    assert turned.probs[0] == pytest.approx(upright.probs[0], abs=0.15)


def test_case_93_a_face_upside_down_stays_so_in_a_video(models, portrait):
    seen = read(models, [np.ascontiguousarray(portrait[::-1, ::-1])] * 8)
    assert all(len(one) == 1 for one in seen[-2:])
    assert abs(eye_roll(seen[-1].faces.landmarks)[0]) > 160
    assert list(seen[-1].verdicts[0]) == ["happy"]


TO_THE_LEFT, TO_THE_RIGHT = 1, 3
"""Quarters by which a picture is turned against the clock."""


@pytest.mark.parametrize("quarters", [TO_THE_LEFT, TO_THE_RIGHT])
def test_case_116_a_face_on_its_side_is_read_like_the_upright_one(models, portrait, quarters):
    still = Analyzer(FAST, components=models, still=True)
    upright = still.analyze(Frame(portrait))
    turned = still.analyze(Frame(np.ascontiguousarray(np.rot90(portrait, quarters))))
    assert len(upright) == len(turned) == 1
    assert eye_roll(turned.faces.landmarks)[0] == pytest.approx(90 * (quarters - 2), abs=15)
    assert list(turned.verdicts[0]) == list(upright.verdicts[0])
    assert turned.probs[0] == pytest.approx(upright.probs[0], abs=0.1)


def test_case_116_nobody_is_found_in_an_empty_picture_on_its_side(models):
    still = Analyzer(FAST, components=models, still=True)
    for at in {**nobody(), **patterns()}.values():
        picture = at(0.0)
        before = len(models.detector.detect(picture))
        assert len(still.analyze(Frame(picture))) <= before


def test_case_116_who_lies_down_and_rises_is_one_person(models, portrait):
    angles = np.concatenate([np.linspace(0, 90, 16), np.full(40, 90), np.linspace(90, 0, 16)])
    small = portrait[::2, ::2]
    pictures = []
    for angle in angles:
        matrix = cv2.getRotationMatrix2D((128, 128), -float(angle), 1.0)
        pictures.append(cv2.warpAffine(small, matrix, (256, 256), borderValue=[127] * 3))
    seen = read(models, pictures, fps=4.0)
    assert all(len(one) == 1 for one in seen)
    assert {int(one.faces.track_id[0]) for one in seen} == {1}


def test_case_116_a_video_on_its_side_is_covered_from_its_first_frame(models, portrait):
    small = cv2.resize(portrait, (200, 200), interpolation=cv2.INTER_AREA)
    turned = np.ascontiguousarray(np.rot90(small, TO_THE_RIGHT))
    assert not len(sensitive_detector("yunet").find(turned)[0])  # it would be covered anyway
    hider, pictures = LateHider(FAST, "blur"), []
    for k, seen in enumerate(read(models, [turned] * 3)):
        pictures += [hidden for *_, hidden in hider.push(Frame(turned, k, k / 5), seen)]
    pictures += [hidden for *_, hidden in hider.flush()]
    left, top, right, bottom = models.detector.detect(small).xyxy[0].round().astype(int)
    height = turned.shape[0]
    face = np.s_[left:right, height - bottom : height - top]  # where it lies in the turned picture
    assert len(pictures) == 3
    assert all((picture[face] != turned[face]).any(2).mean() > 0.75 for picture in pictures)
