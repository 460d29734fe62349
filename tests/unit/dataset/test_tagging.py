"""Tagging by hand: which faces are taken, what the tags become."""

import io
import zipfile

import numpy as np
import pytest

from fer.constants import EMOTIONS
from fer.dataset.readers.fer2013 import read_dataset
from fer.dataset.readers.labeled import TAG_COLUMNS, read_labeled_files, zip_holds_label_table
from fer.dataset.tagging import (
    CANNOT_TELL,
    TAG_KEYS,
    FaceSample,
    FaceSampler,
    Tagging,
    tags_csv,
    tags_zip,
)
from fer.errors import DatasetError
from fer.records import Frame, Observations
from tests.helpers.factories import make_observations, probs_of

IMAGE = np.arange(480 * 640 * 3, dtype=np.uint32).reshape(480, 640, 3).astype(np.uint8)


def sample(file: str = "a.mp4", time_s: float = 0.0, face_id: int = 1, gray: int = 0) -> FaceSample:
    crop = np.full((48, 48), gray, np.uint8)
    return FaceSample(file, time_s, face_id, (1.0, 2.0, 30.0, 40.0), crop, probs_of("happy"))


def sampled(seconds: float, *, ids=(1,), fps: float = 10.0, **more) -> FaceSampler:
    sampler = FaceSampler(**more)
    for k in range(round(seconds * fps)):
        seen = make_observations(["happy"] * len(ids), time_s=k / fps, index=k, ids=ids)
        sampler.see(Frame(IMAGE, k, k / fps, "a.mp4"), seen, still=False)
    return sampler


def test_nothing_seen_is_nothing_to_tag():
    sampler = FaceSampler()
    sampler.see(Frame(IMAGE), Observations.empty(), still=False)
    assert sampler.samples == ()
    nothing = Tagging(())
    assert nothing.done and nothing.current is None and nothing.undo().tag("happy").tags == ()
    assert tags_csv(nothing) == ",".join(TAG_COLUMNS) + "\n"


def test_a_sample_holds_what_person_and_network_see():
    [one] = sampled(0.1).samples
    assert one.crop.shape == (48, 48)
    assert one.picture[:2] == b"\xff\xd8"
    assert one.probs.argmax() == EMOTIONS.index("happy")
    assert one.box == (100.0, 80.0, 120.0, 150.0)
    with pytest.raises(ValueError, match=r"FaceSample\.crop"):
        FaceSample("a", 0.0, 1, one.box, np.zeros((48, 40), np.uint8), one.probs)


def test_neighboring_frames_give_one_sample():
    samples = sampled(3.0, ids=(1, 2)).samples
    assert [s.time_s for s in samples if s.face_id == 1] == pytest.approx([0, 0.5, 1, 1.5, 2, 2.5])
    assert len(samples) == 12


def test_a_long_recording_fits_and_stays_evenly_spread():
    times = np.array([s.time_s for s in sampled(60.0, most=20).samples])
    assert 10 <= len(times) <= 20
    assert times[-1] > 50 and len(set(np.diff(times).round(2))) == 1


def test_a_crowd_fits_too():
    assert len(sampled(0.1, ids=tuple(range(1, 40)), most=10).samples) <= 10


def test_faces_that_are_left_out_of_statistics_are_not_tagged():
    sampler = FaceSampler()
    seen = make_observations(["happy", "sad"], quality=["ok", "small"])
    sampler.see(Frame(IMAGE, source="a.jpg"), seen, still=True)
    assert [s.face_id for s in sampler.samples] == [1]
    assert sampler.n_left_out == 1 and np.isnan(sampler.samples[0].time_s)


def test_of_photos_beyond_the_cap_every_second_is_taken():
    sampler = FaceSampler(most=2)
    for k in range(4):
        sampler.see(Frame(IMAGE, source=f"{k}.jpg"), make_observations(["happy"]), still=True)
    assert [s.file for s in sampler.samples] == ["0.jpg", "2.jpg"]


def test_tags_go_forward_and_back():
    faces = [sample(time_s=float(k)) for k in range(3)]
    tagging = Tagging(tuple(faces)).tag("happy").tag(CANNOT_TELL)
    assert tagging.current is faces[2] and not tagging.done
    assert tagging.named() == [(faces[0], "happy")] and tagging.n_named == 1
    assert tagging.undo().current is faces[1]
    full = tagging.tag("sad")
    assert full.done and full.tag("fear") is full
    with pytest.raises(ValueError, match="unknown"):
        tagging.tag("bored")


def test_the_keys_are_one_to_seven_and_zero():
    assert list(TAG_KEYS) == ["1", "2", "3", "4", "5", "6", "7", "0"]
    assert TAG_KEYS["1"] == "happy" and TAG_KEYS["0"] == CANNOT_TELL


def test_golden_csv_guards_names_and_leaves_a_photo_without_time():
    tagging = Tagging((sample("=evil.mp4", 1.25), sample("b.jpg", float("nan"), 2))).tag("happy").tag("sad")
    assert tags_csv(tagging) == (
        "file,time_s,face_id,x,y,width,height,label\n"
        "'=evil.mp4,1.250000,1,1.00,2.00,30.00,40.00,happy\n"
        "b.jpg,,2,1.00,2.00,30.00,40.00,sad\n"
    )


def test_the_zip_file_is_a_data_set_with_the_same_pixels(tmp_path):
    tagging = Tagging(tuple(sample(time_s=k, gray=40 * k) for k in range(3)))
    tagging = tagging.tag("sad").tag(CANNOT_TELL).tag("happy")
    path = tmp_path / "tags.zip"
    path.write_bytes(tags_zip(tagging))
    assert not zip_holds_label_table(path)
    for found in (read_dataset(path), read_labeled_files([("tags.zip", path.read_bytes())])):
        assert sorted(zip(found.images[:, 0, 0].tolist(), found.labels.tolist(), strict=True)) == [
            (0, EMOTIONS.index("sad")),
            (80, EMOTIONS.index("happy")),
        ]
    assert zipfile.ZipFile(io.BytesIO(tags_zip(tagging))).read("tags.csv").decode() == tags_csv(tagging)


def test_a_list_of_tags_alone_says_what_holds_the_faces():
    tagging = Tagging((sample("a.mp4", 1.0), sample("a.mp4", 2.0))).tag("sad").tag(CANNOT_TELL)
    with pytest.raises(DatasetError, match="give the zip file of faces"):
        read_labeled_files([("a-tags.csv", tags_csv(tagging).encode())])
