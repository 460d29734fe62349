import csv

import pandas as pd
import pytest

from fer.batch import participants
from fer.batch.manifest import FILE, Manifest, Row, database_of
from fer.batch.participants import Participants, read_participants
from fer.batch.store import Store
from fer.batch.study import StudyQuestions, findings_sheet, sentences, study_of
from fer.batch.work import dataset_name
from fer.cli import main
from fer.errors import InputError
from fer.export.parquet import to_parquet
from fer.library.groups import sheet_over
from fer.timeline.markers import Marker
from tests.helpers.factories import make_photos, make_source, make_timeline


def kept(out, label: str, *parts: tuple[str, float], key: int = 1) -> Row:
    """A recording of a batch that is done."""
    timeline = make_timeline({1: parts}, source=make_source(label))
    Store(str(out)).write(dataset_name(label), to_parquet(timeline, all_columns=True))
    return Row(key, label, label, "video", "done")


def table(text: str, tmp_path) -> Participants:
    path = tmp_path / "participants.csv"
    path.write_text(text)
    return read_participants(path)


def test_a_batch_without_results_says_nothing(tmp_path):
    study = study_of([], Store(str(tmp_path)), None, StudyQuestions())
    assert study.lines == ()
    assert sentences(study) == []
    assert list(findings_sheet(study).rows) == []


@pytest.mark.parametrize(
    ("label", "wanted"),
    [
        ("P1/a.mp4", "1"),
        ("deep/p1/x.mp4", "1"),
        ("P1_task.mp4", "1"),
        ("P10/a.mp4", "10"),
        ("P10.mp4", "10"),
        ("P100/a.mp4", None),
        ("xP1.mp4", None),
    ],
)
def test_participants_are_found_in_paths_and_names(label, wanted, tmp_path):
    said = table("participant_id;n\nP1;1\nP10;10\n", tmp_path).row_of(label)
    assert (said and said["n"]) == wanted


def test_a_row_for_the_recording_itself_goes_first(tmp_path):
    read = table("Recording,participant,cond\nP1/a,P1,x\nP1/b.mp4,P1,y\n", tmp_path)
    found = [read.row_of(label) for label in ("P1/a.mp4", "P1/b.mp4", "P1/c.mp4")]
    assert [row and row["cond"] for row in found] == ["x", "y", None]


def test_rows_that_no_recording_fits_are_named(tmp_path):
    read = table("recording,participant\na.mp4,\nnobody.mp4,\n,P7\nA,\n,P8\n", tmp_path)
    assert read.without_recording([]) == ["a.mp4", "nobody.mp4", "P7", "A", "P8"]
    assert read.without_recording(["x/a.mp4", "P7_1.mp4"]) == ["nobody.mp4", "P8"]
    rows = [kept(tmp_path, "a.mp4", ("happy", 1.0))]
    lonely = table("recording,condition\na.mp4,x\nnobody.mp4,y\n", tmp_path)
    said = sentences(study_of(rows, Store(str(tmp_path)), lonely, StudyQuestions()))
    assert "In the table, and no recording is called so: 1 row (nobody.mp4)." in said


def test_a_participant_is_looked_up_and_not_searched_for(tmp_path, monkeypatch):
    read = table("participant\n" + "".join(f"P{k}\n" for k in range(200)), tmp_path)
    compared = []
    seen = participants.comparable_name
    monkeypatch.setattr(participants, "comparable_name", lambda name: compared.append(name) or seen(name))
    assert all(read.row_of(f"P{k}/a_1.mp4")["participant"] == f"P{k}" for k in range(200))
    assert len(compared) < 10 * 200


def test_a_table_without_names_is_refused(tmp_path):
    with pytest.raises(InputError):
        table("age,height\n3,4\n", tmp_path)


def test_a_column_that_is_not_there_is_named(tmp_path):
    read = table("participant,age\nP1,4\n", tmp_path)
    assert read.check("AGE") == "age"
    with pytest.raises(InputError, match="condition"):
        read.check("condition")


def test_conditions_are_compared_and_the_unknown_named(tmp_path):
    rows, lines = [], ["recording,condition"]
    for k in range(12):
        condition = "ad" if k < 6 else "plain"
        happy_s = 6.0 + 0.1 * (k % 3) if k < 6 else 2.0 + 0.1 * (k % 3)
        rows.append(kept(tmp_path, f"{k}.mp4", ("happy", happy_s), ("sad", 10 - happy_s), key=k))
        lines.append(f"{k}.mp4,{condition}")
    rows.append(kept(tmp_path, "extra.mp4", ("happy", 1.0), key=99))
    rows.append(Row(100, "broken.mp4", "broken", "video", "failed"))
    study = study_of(
        rows, Store(str(tmp_path)), table("\n".join(lines), tmp_path), StudyQuestions(by="condition")
    )
    happy = next(one for one in study.contrasts if one.state == "happy")
    assert (happy.first, happy.second, happy.units, happy.paired) == ("ad", "plain", 12, False)
    assert happy.mean_first == pytest.approx(0.61, abs=0.02)
    assert happy.interval.differs
    said = sentences(study)
    assert any("extra.mp4" in line for line in said)
    assert any("failed" in line for line in said)
    assert any(happy.sentence == line for line in said)
    assert len(study.lines) == 13


def test_reactions_are_taken_over_the_recordings_of_a_condition(tmp_path):
    rows = [
        kept(tmp_path, f"{k}.mp4", ("sad", 4.0 + 0.1 * k), ("happy", 6.0 - 0.1 * k), key=k) for k in range(6)
    ]
    lines = ["recording,condition", *(f"{k}.mp4,ad" for k in range(6))]
    asked = StudyQuestions(by="condition", markers=(Marker.event("beep", 4.0),), measures=("happy",))
    study = study_of(rows, Store(str(tmp_path)), table("\n".join(lines), tmp_path), asked)
    ((condition, one),) = study.reactions
    assert (condition, one.event, one.used) == ("ad", "beep", 6)
    assert one.after > one.before
    (row,) = findings_sheet(study).rows
    assert row[:3] == ["reaction", "ad", "happy"]


def test_the_command_joins_the_table_that_lies_where_the_recordings_do(tmp_path, capsys):
    place, out = tmp_path / "in", tmp_path / "out"
    place.mkdir()
    kept(out, "P1/a.mp4", ("happy", 2.0))
    (place / "participants.tsv").write_text("participant_id\tcondition\nP1\tad\n")
    manifest = Manifest(database_of(str(out)), str(out))
    manifest.begin(str(place), "")
    row = manifest.add("P1/a.mp4", "P1/a", "video")
    manifest.set(row.key, state="done")
    manifest.close()
    assert (out / FILE).is_file()
    target = tmp_path / "t.csv"
    assert main(["summarize", str(out), "--by", "condition", "--csv", str(target)]) == 0
    read = pd.read_csv(target)
    assert read[["session", "participant", "condition", "person"]].values.tolist() == [
        ["P1/a.mp4", "P1", "ad", "Face 1"]
    ]
    assert read["happy"].tolist() == [1.0]
    with target.open() as file:
        assert len(list(csv.reader(file))) == 2
    assert "1 recording" in capsys.readouterr().out


def test_a_folder_without_a_batch_is_refused(tmp_path, capsys):
    assert main(["summarize", str(tmp_path)]) == 1
    assert not (tmp_path / FILE).exists()
    assert "fer batch" in capsys.readouterr().err


def test_photos_have_no_seconds(tmp_path):
    timeline = make_photos({"a.jpg": ["happy"], "b.jpg": ["happy", "sad"]})
    Store(str(tmp_path)).write(dataset_name("P1/photos"), to_parquet(timeline, all_columns=True))
    rows = [Row(1, "P1/photos", "P1/photos", "photos", "done")]
    study = study_of(rows, Store(str(tmp_path)), None, StudyQuestions())
    (cells,) = sheet_over(study.lines).rows
    assert cells[:6] == ["P1/photos", "", "", "All faces", "", ""]
    assert cells[9] == "0.6667"
