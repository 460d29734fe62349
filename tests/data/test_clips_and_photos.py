"""Real clips and photos: who is in them, and what their faces do."""

import av
import numpy as np
import pytest

from fer.evaluation.units import checks, gates
from fer.faces.detectors import make_detector
from fer.faces.detectors.base import intersection_over_union
from fer.faces.find import find_faces
from fer.faces.mesh import FaceMesh
from fer.photos import analyze_photos
from fer.pipeline import Analyzer, analyze_video, load_components
from fer.records import Frame
from fer.settings import Settings
from fer.sources import read_image
from fer.stages import Stages


def test_the_crying_woman_is_one_face_in_every_frame_and_smiles_later(media):
    report = analyze_video(media / "crying_woman_472f.mp4")
    table = report.timeline.table
    found = table[table["quality"] != "no_face"]
    assert len(report.timeline.frame_times_s) == 472
    assert found["frame"].nunique() >= 0.95 * 472
    assert set(found["face_id"]) == {1}
    assert table["time_s"].to_numpy()[:472] == pytest.approx(np.arange(472) * 1001 / 24000, abs=1e-3)
    emotion = dict(zip(found["frame"], found["emotion"], strict=True))
    assert emotion[300] == "happy"
    assert {emotion[k] for k in range(408, 441)} == {"happy"}
    before = found[found["frame"] < 200]
    assert (before["sad"] + before["fear"]).mean() > 0.5
    assert (before["emotion"] == "sad").any()


@pytest.mark.parametrize(("name", "frames"), [("expressive_a.mp4", 216), ("talking_woman_short.mp4", 115)])
def test_one_person_has_one_id(media, name, frames):
    report = analyze_video(media / name)
    assert [f.face_id for f in report.summary.faces] == [1]
    assert report.summary.faces[0].seen_rows >= 0.95 * frames


def test_a_cut_between_two_real_people_gives_a_new_id(media):
    analyzer, ids, index = Analyzer(), [], 0
    for name in ("expressive_a.mp4", "expressive_b.mp4"):
        with av.open(str(media / name)) as clip:
            for k, picture in enumerate(clip.decode(video=0)):
                if k == 20:
                    break
                frame = Frame(picture.to_ndarray(format="rgb24"), index, index / 30)
                ids.append(analyzer.analyze(frame).faces.track_id.tolist())
                index += 1
    assert ids[:20] == [[1]] * 20
    assert ids[20:] == [[2]] * 20


def test_the_group_of_five(media, still_components):
    result = analyze_photos([("group", media / "group.jpg")], components=still_components).results[0]
    assert len(result.observations) == 5


def test_the_crowd_holds_nine_tenths_of_what_yunet_finds(media, detector_files):
    image = read_image(media / "crowd.jpg").frame.image
    settings = Settings(
        detector="yunet", detector_path=str(detector_files / "face_detection_yunet_2023mar.onnx")
    )
    yunet = make_detector(settings).detect(image)
    yunet = yunet[yunet.score >= 0.7]
    ours = find_faces(image, make_detector(Settings(), tiled=True), FaceMesh(), Stages()).detections
    found = intersection_over_union(yunet.xyxy, ours.xyxy).max(1) >= 0.3
    assert len(yunet) >= 40
    assert found.mean() >= 0.9


def test_the_crying_woman_blinks_and_smiles_where_people_see_it(media):
    wanted = (*gates.EYES_SHUT, *gates.EYES_OPEN, *gates.SMILING)
    values = checks.clip_values(media / "crying_woman_472f.mp4", wanted, load_components(Settings()))
    assert gates.clip_gate(values.get)["passed"]
