"""The built-in sample: what it shows, that it is always the same, and that it plays."""

import io
from collections import defaultdict
from itertools import pairwise

import av
import numpy as np
import pytest

from fer.constants import EMOTIONS
from fer.emotion.network import MANIFEST, EmotionNetwork
from fer.errors import MissingInputError
from fer.faces.crop import crop_faces
from fer.faces.detectors.blazeface import BlazeFaceDetector
from fer.faces.mesh import FaceMesh
from fer.io.places import MODELS_DIR
from fer.sample import clip, portrait
from fer.sample.clip import (
    LENGTH_S,
    NOBODY,
    SCRIPT,
    action_units_at,
    expressions_at,
    sample_frames,
    sample_video,
)
from fer.sample.points import ACTION_UNITS
from fer.sample.portrait import PATCH, Portrait

pytest.importorskip("skimage", reason="the sample's portrait lies inside scikit-image")


@pytest.fixture(scope="module")
def person():
    return Portrait()


@pytest.fixture(scope="module")
def look():
    """Faces of a picture: (Faces, crops) from left to right."""
    detector, mesh = BlazeFaceDetector(), FaceMesh()

    def find(image):
        faces = mesh.faces(image, detector.detect(image))
        faces = faces[np.argsort(faces.detections.xyxy[:, 0])]
        return faces[faces.presence > 0.5]

    return find


@pytest.fixture(scope="module")
def stage():
    return clip._Stage(640, 480)


def test_no_time_is_no_frame():
    assert list(sample_frames(duration_s=0)) == []


def test_frames_have_the_asked_size_and_times():
    frames = list(sample_frames(width=320, height=180, fps=2.5, duration_s=2.0))
    assert [frame.timestamp_s for frame in frames] == [0.0, 0.4, 0.8, 1.2, 1.6]
    assert [frame.index for frame in frames] == [0, 1, 2, 3, 4]
    assert {frame.image.shape for frame in frames} == {(180, 320, 3)}


def test_the_sample_is_always_the_same():
    first, second = (list(sample_frames(width=160, height=120, fps=1)) for _ in range(2))
    assert len(first) == 12
    assert all(np.array_equal(a.image, b.image) for a, b in zip(first, second, strict=True))
    assert all(not np.array_equal(a.image, b.image) for a, b in pairwise(first))


@pytest.mark.parametrize("size", [(480, 640), (1280, 720), (64, 48)])
def test_the_view_never_leaves_the_portrait(size):
    width, height = size
    stage = clip._Stage(width, height)
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]]).T
    for time_s in np.linspace(0, LENGTH_S, 25):
        on_portrait = (np.linalg.inv(stage._view(time_s)) @ corners)[:2]
        assert on_portrait.min() > -1e-6
        assert on_portrait.max() < 511 + 1e-6


def test_the_script_is_in_order_and_speaks_the_project_s_words():
    for number in (1, 2):
        parts = [shown for shown in SCRIPT if shown.person == number]
        assert all(a.start_s < a.end_s < b.start_s for a, b in pairwise(parts))
        assert parts[0].start_s >= 0
        assert parts[-1].end_s <= LENGTH_S
    assert {shown.expression for shown in SCRIPT} <= {*EMOTIONS, NOBODY}
    assert {"happy", "neutral", "surprise", "angry", "sad", NOBODY} <= {shown.expression for shown in SCRIPT}
    for shown in SCRIPT:
        assert shown.action_units.keys() <= set(ACTION_UNITS)
        assert all(0 < value <= 1 for value in shown.action_units.values())


def test_shown_at_names_everybody_in_view():
    assert [shown.expression for shown in expressions_at(1.0)] == ["happy"]
    assert {(s.person, s.expression) for s in expressions_at(9.0)} == {(1, "sad"), (2, "happy")}
    assert expressions_at(1.8) == ()


def test_expressions_hold_and_change_smoothly():
    for shown in SCRIPT:
        if shown.expression != NOBODY:
            held = action_units_at(shown.start_s, shown.person)
            assert {k: v for k, v in held.items() if v} == pytest.approx(dict(shown.action_units))
    halfway = action_units_at((SCRIPT[0].end_s + SCRIPT[1].start_s) / 2)
    assert halfway["AU12"] == pytest.approx(0.5)
    strengths = [action_units_at(time_s)["AU12"] for time_s in np.arange(1.6, 2.0, 0.02)]
    assert (np.diff(strengths) <= 0).all()


def test_a_blink_closes_the_eyes_for_a_moment():
    middle = clip.BLINKS_S[0][0]
    assert action_units_at(middle)["AU45"] == 1
    assert action_units_at(middle - 0.2).get("AU45", 0) == 0


def test_a_full_smile_is_the_portrait_itself(person):
    difference = np.abs(person.render({"AU12": 1.0}).astype(int) - person.canvas[PATCH])
    assert difference.max() <= 2


@pytest.mark.parametrize("shown", SCRIPT[:3] + SCRIPT[4:6], ids=lambda shown: shown.expression)
def test_the_face_fits_its_surroundings(person, shown):
    face, still = person.render(shown.action_units), person.canvas[PATCH]
    edge = np.ones(face.shape[:2], bool)
    edge[2:-2, 2:-2] = False
    assert np.abs(face[edge].astype(int) - still[edge]).max() <= 8
    moved = np.abs(face[100:300, 80:280].astype(int) - still[100:300, 80:280]).mean()
    assert moved > 3 or shown.expression == "happy"


def test_the_mesh_sees_the_action_units_move(person, look):
    def measure(units):
        picture = person.canvas.copy()
        picture[PATCH] = person.render(units)
        points = look(picture[::2, ::2].copy()).landmarks[0][:, :2]
        eyes = np.linalg.norm(points[33] - points[263])
        brows = (points[[33, 133, 362, 263], 1].mean() - points[[105, 107, 334, 336], 1].mean()) / eyes
        corners = (points[[61, 291], 1].mean() - points[[0, 17], 1].mean()) / eyes
        width = np.linalg.norm(points[61] - points[291]) / eyes
        return {
            "brows": brows,
            "corners": corners,
            "width": width,
            "open": np.linalg.norm(points[13] - points[14]) / eyes,
        }

    neutral, smile = measure({}), measure({"AU12": 1.0})
    assert smile["width"] > neutral["width"] + 0.05
    assert smile["corners"] < neutral["corners"] - 0.03
    assert measure({"AU26": 1.0})["open"] > neutral["open"] + 0.08
    assert measure({"AU01": 1.0, "AU02": 1.0})["brows"] > neutral["brows"] + 0.02
    assert measure({"AU04": 1.0})["brows"] < neutral["brows"] - 0.006
    assert measure({"AU15": 1.0})["corners"] > neutral["corners"] + 0.01


@pytest.mark.parametrize(
    ("time_s", "faces"), [(1.0, 1), (2.5, 1), (4.0, 1), (6.0, 0), (7.8, 1), (9.0, 2), (10.3, 2)]
)
def test_as_many_faces_are_found_as_the_script_says(stage, look, time_s, faces):
    assert len(look(stage.draw(time_s))) == faces


def test_the_second_person_is_the_first_one_mirrored(stage, look):
    first, second = look(stage.draw(8.9)).landmarks[:, [33, 263], :2]
    assert second[0, 0] - first[0, 0] > 200
    tilt = [np.arctan2(*(eyes[1] - eyes[0])[::-1]) for eyes in (first, second)]
    assert tilt[0] > 0 > tilt[1]


def test_the_network_follows_the_script(stage, look):
    if not (MODELS_DIR / MANIFEST).is_file():
        pytest.skip("models/ holds no network yet")
    network, mean = EmotionNetwork(), defaultdict(list)
    for shown in SCRIPT:
        if shown.expression == NOBODY:
            continue
        for time_s in np.linspace(
            max(shown.start_s, 7.3) if shown.expression == "angry" else shown.start_s, shown.end_s, 4
        ):
            picture = stage.draw(time_s)
            row = 0 if shown.person == 1 else -1
            mean[shown.expression].append(network(crop_faces(picture, look(picture)))[row])
    ranks = {name: list(np.argsort(-np.mean(probs, axis=0))) for name, probs in mean.items()}
    for name in ("happy", "surprise", "neutral"):
        assert EMOTIONS[ranks[name][0]] == name
    for name in ("angry", "sad"):  # harder for any network, and for people
        assert EMOTIONS.index(name) in ranks[name][:2]


def test_the_video_plays_in_browsers():
    data = sample_video(width=160, height=120, duration_s=4.0)
    assert data[4:8] == b"ftyp"
    assert 0 < data.index(b"moov") < data.index(b"mdat")
    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        times = [frame.time for frame in container.decode(stream)]
    assert times == pytest.approx([k / 15 for k in range(60)], abs=1e-3)


def test_the_decoded_video_shows_the_frames():
    data = sample_video(width=160, height=120, fps=2, duration_s=2.0)
    with av.open(io.BytesIO(data)) as container:
        decoded = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    for frame, seen in zip(sample_frames(width=160, height=120, fps=2, duration_s=2.0), decoded, strict=True):
        assert np.abs(frame.image.astype(int) - seen).mean() < 5


def test_a_missing_portrait_says_what_to_install(monkeypatch):
    monkeypatch.setattr(portrait.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingInputError, match="pip install scikit-image"):
        next(sample_frames())
