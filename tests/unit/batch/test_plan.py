import zipfile

import pytest

from fer.batch.files import SourceFile
from fer.batch.plan import plan_batch
from fer.errors import MissingInputError
from fer.io.names import unique_stems
from fer.settings import Settings
from tests.helpers.clips import clip, noise, ramp

PICTURE = clip(ramp(1), container="image2pipe", codec="png", pix_fmt="rgb24")


@pytest.fixture
def place(tmp_path):
    """A study: two videos, two folders of photos, a zip file, a text and rubbish called a video."""
    for name in ("P01/a.mp4", "P02/a.mp4"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(clip(noise(12), rate=6))
    for name in ("P01/faces/1.png", "P01/faces/2.png", "3.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(PICTURE)
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / "broken.mp4").write_text("rubbish")
    return tmp_path


def found(plan) -> dict[str, int]:
    return {one.label: len(one.files) for one in plan.recordings}


def test_an_empty_folder_has_nothing_to_do(tmp_path):
    plan = plan_batch(str(tmp_path), out=str(tmp_path / "out"))
    assert plan.recordings == ()


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(MissingInputError):
        plan_batch(str(tmp_path / "nowhere"), out="out")


def test_every_video_and_every_folder_of_photos_is_a_recording(place):
    plan = plan_batch(str(place), out=str(place / "out"))
    assert found(plan) == {"P01/a.mp4": 1, "P01/faces/photos": 2, "P02/a.mp4": 1, "photos": 1}
    assert {one.name: one.fate for one in plan.lost} == {"notes.txt": "passed_over", "broken.mp4": "refused"}
    video = next(one for one in plan.recordings if one.kind == "video")
    assert video.expected(Settings()) == 12
    assert video.expected(Settings(fps=3.0)) == 6


def test_the_table_of_participants_is_no_file_too_many(place):
    (place / "participants.csv").write_text("participant,condition\nP01,calm\n")
    (place / "P01" / "participants.csv").write_text("not where it is looked for\n")
    lost = {one.name for one in plan_batch(str(place), out=str(place / "out")).lost}
    assert lost == {"notes.txt", "broken.mp4", "P01/participants.csv"}


def test_what_lies_in_the_results_is_no_input(place):
    (place / "out").mkdir()
    (place / "out" / "4.png").write_bytes(PICTURE)
    assert "out/photos" not in found(plan_batch(str(place), out=str(place / "out")))


def test_photos_in_a_zip_file_belong_together(tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as packed:
        for name in ("in/1.png", "in/2.png"):
            packed.writestr(name, PICTURE)
    plan = plan_batch(str(tmp_path), out=str(tmp_path / "out"))
    assert list(found(plan).values()) == [2]
    assert plan.recordings[0].files[0].content() == PICTURE


def test_results_that_would_have_one_name_keep_the_ending():
    wanted = {"a.mp4": "a.mp4", "A.mov": "A.mov", "b.mp4": "b", "c/photos": "c/photos"}
    assert unique_stems([]) == []
    assert unique_stems(list(wanted)) == list(wanted.values())


def test_a_file_that_changed_has_another_fingerprint(tmp_path):
    path = tmp_path / "a.mp4"
    path.write_bytes(b"x" * 200_000)
    file = SourceFile("a.mp4", str(path))
    before = file.fingerprint()
    assert file.fingerprint() == before
    with path.open("r+b") as opened:
        opened.seek(-1, 2)
        opened.write(b"y")
    assert file.fingerprint() != before


def test_a_file_that_went_away_is_missed(tmp_path):
    with pytest.raises(MissingInputError):
        SourceFile("a.mp4", str(tmp_path / "a.mp4")).fingerprint()
