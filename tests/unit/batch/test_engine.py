import io
import json

import pandas as pd
import pytest
from PIL import Image

from fer.batch.engine import FatalBatchError
from fer.batch.manifest import DONE, FAILED
from fer.errors import OutputError, OutputExistsError, SettingsError
from fer.export.csv import to_csv
from fer.export.json import to_json
from fer.pipeline import analyze_video
from fer.settings import Settings
from tests.helpers.batch import InlineCrew, Study, lost, refused
from tests.helpers.clips import clip, noise, ramp


@pytest.fixture
def study(tmp_path) -> Study:
    return Study(tmp_path)


@pytest.fixture
def talks(study, short_clip) -> Study:
    """With the sample's first two seconds."""
    (study.folder / "a.mp4").write_bytes(short_clip)
    return study


@pytest.fixture
def dull(study) -> Study:
    """With videos of 3 s in which nobody is seen, which are read fast."""
    for name in ("a.mp4", "b.mp4"):
        (study.folder / name).write_bytes(clip(ramp(12), rate=4))
    return study


def test_an_empty_folder_is_done_at_once(study):
    result = study.run()
    assert (result.done, result.failed, result.frames) == (0, (), 0)


def test_pieces_give_what_one_process_gives(talks):
    result = talks.run()
    assert (result.done, result.frames) == (1, 30)
    alone = analyze_video(talks.folder / "a.mp4", Settings(), name="a.mp4")
    assert (talks.out / "a.csv").read_text() == to_csv(alone.timeline)
    wanted, got = json.loads(to_json(alone)), json.loads((talks.out / "a.json").read_text())
    for values in (wanted, got):
        values["provenance"].pop("created_utc")
    assert got == wanted
    assert len(talks.begun) == 2 or len(talks.begun) == 3
    assert not (talks.out / "work" / "000001").exists()


def test_a_crash_in_the_middle_changes_nothing(talks, tmp_path):
    talks.run()
    wanted = talks.results()
    other = Study(tmp_path / "other")
    (other.folder / "a.mp4").write_bytes((talks.folder / "a.mp4").read_bytes())

    def _killed(order):
        if order.number == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        other.run(InlineCrew(_killed))
    crew = InlineCrew()
    other.run(crew, resume=True)
    assert ("a.mp4", 0, False) not in crew.done
    assert other.results() == wanted


def test_a_lost_worker_costs_its_piece(dull):
    killed = []

    def _once(order):
        if (order.label, order.number) == ("b.mp4", 1) and not killed:
            killed.append(order)
            return lost(order)
        return None

    result = dull.run(InlineCrew(_once))
    assert (result.done, result.failed) == (2, ())
    done = [(label, number) for label, number, outcome in dull.begun if outcome == "done"]
    assert len(done) == len(set(done))
    assert ("b.mp4", 1, "worker_lost") in dull.begun


def test_what_fails_is_tried_once_more_and_then_named(dull):
    crew = InlineCrew(lambda order: refused(order) if order.label == "a.mp4" else None)
    result = dull.run(crew)
    assert result.failed == (("a.mp4", "It is damaged.", "input_damaged"),)
    assert crew.done.count(("a.mp4", 0, False)) == 2
    assert crew.done[-1] == ("a.mp4", 0, False)
    assert (dull.rows["a.mp4"].state, dull.rows["b.mp4"].state) == (FAILED, DONE)
    assert dull.rows["a.mp4"].reason == "It is damaged."
    assert dull.run(resume=True).done == 2


def test_a_full_disk_stops_everything_and_keeps_what_is_done(dull):
    crew = InlineCrew(
        lambda order: refused(order, code="output", fatal=True) if order.label == "b.mp4" else None
    )
    with pytest.raises(OutputError):
        dull.run(crew)
    assert dull.run(resume=True).done == 2


def test_a_model_that_cannot_be_used_stops_everything(dull):
    with pytest.raises(FatalBatchError):
        dull.run(InlineCrew(lambda order: refused(order, code="model", fatal=True)))


def test_a_file_that_changes_while_it_is_read_is_read_anew_and_said(dull):
    changed = []

    def _change(order):
        if (order.label, order.number) == ("a.mp4", 1) and not changed:
            changed.append(order)
            (dull.folder / "a.mp4").write_bytes(clip(noise(20), rate=4))

    result = dull.run(InlineCrew(_change))
    assert result.done == 2
    assert any("a.mp4 changed while it was read" in note for note in result.notes)
    assert len(pd.read_csv(dull.out / "a.csv")) == 20


def test_a_file_that_never_rests_has_failed(dull):
    def _change(order):
        if order.label == "a.mp4" and order.number == 1:
            (dull.folder / "a.mp4").write_bytes(clip(noise(20 + len(dull.said)), rate=4))
            dull.said.append(("", ""))

    result = dull.run(InlineCrew(_change))
    assert [(label, code) for label, _, code in result.failed] == [("a.mp4", "input_changed")]


def test_a_file_that_changed_between_two_runs_is_read_anew(dull):
    dull.run()
    (dull.folder / "a.mp4").write_bytes(clip(noise(20), rate=4))
    result = dull.run(resume=True)
    assert any("a.mp4 changed since the last run" in note for note in result.notes)
    assert len(pd.read_csv(dull.out / "a.csv")) == 20


def test_a_damaged_piece_is_read_again(dull):
    def _stop(order):
        if order.number == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        dull.run(InlineCrew(_stop))
    for piece in (dull.out / "work").rglob("piece-00001.parquet"):
        piece.write_bytes(b"rubbish")
    assert dull.run(resume=True).done == 2
    assert len(pd.read_csv(dull.out / "a.csv")) == 12


def test_a_batch_is_not_begun_twice_and_not_mixed(dull):
    dull.run()
    with pytest.raises(OutputExistsError):
        dull.run()
    with pytest.raises(SettingsError):
        dull.run(resume=True, settings=Settings(fps=2.0))


def test_new_files_are_taken_in_and_lost_ones_said(dull):
    dull.run()
    (dull.folder / "b.mp4").unlink()
    (dull.folder / "c.mp4").write_bytes(clip(ramp(4), rate=4))
    result = dull.run(resume=True)
    assert result.frames == 4
    assert "b.mp4 is not in the folder any more." in result.notes


def test_photos_are_read_in_pieces(study, monkeypatch):
    monkeypatch.setattr("fer.batch.engine.PHOTOS_A_PIECE", 2)
    picture = clip(ramp(1), container="image2pipe", codec="png", pix_fmt="rgb24")
    for k in range(5):
        (study.folder / f"{k}.png").write_bytes(picture if k != 3 else picture[:40])
    crew = InlineCrew(size=3)
    result = study.run(crew)
    assert (result.done, result.frames) == (1, 4)
    assert crew.done[-1] == ("photos", 3, True)
    table = pd.read_csv(study.out / "photos.csv")
    assert table["frame"].tolist() == [0, 1, 2, 4]
    given = json.loads((study.out / "photos.json").read_text())["source"]["given"]
    assert [one["fate"] for one in given] == ["read", "read", "read", "refused", "read"]


def test_case_78_photos_and_videos_that_are_damaged_inside_are_told(study):
    """Their first bytes are good: only whoever reads them finds out."""
    photo = io.BytesIO()
    Image.new("RGB", (64, 64), "gray").save(photo, "JPEG")
    (study.folder / "a.jpg").write_bytes(photo.getvalue())
    (study.folder / "b.jpg").write_bytes(photo.getvalue()[:400])
    film = clip(noise(12), rate=4, container="matroska")
    (study.folder / "c.mkv").write_bytes(film[: len(film) // 2])
    result = study.run()
    assert (result.done, result.failed) == (2, ())
    (left,) = result.lost
    assert (left.name, left.fate, left.code) == ("b.jpg", "refused", "input_damaged")
    (part,) = result.in_part
    assert (part.name, part.fate) == ("c.mkv", "read_in_part")


def test_a_file_that_nobody_can_read_is_written_down(dull):
    (dull.folder / "broken.mp4").write_text("rubbish")
    result = dull.run()
    assert [one.name for one in result.lost if one.fate == "refused"] == ["broken.mp4"]
    assert dull.rows["broken.mp4"].state == FAILED
    (dull.folder / "broken.mp4").write_bytes(clip(ramp(4), rate=4))
    assert dull.run(resume=True).done == 3
