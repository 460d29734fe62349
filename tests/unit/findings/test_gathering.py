"""All findings at once, and the command that prints and writes them."""

import csv
import io
import json

import numpy as np
import pytest

from fer.cli import main
from fer.errors import InputError
from fer.export.csv import to_csv
from fer.export.findings import findings_sentences, findings_sheet, findings_to_json
from fer.export.json import to_json
from fer.export.parquet import to_parquet
from fer.findings.coding import Coded, Coding
from fer.findings.gathering import Questions, gather
from fer.timeline.edits import with_edits
from fer.timeline.markers import Marker, markers_to_csv, with_markers
from fer.timeline.persons import Edit
from fer.timeline.read_report import read_report_timeline
from fer.timeline.report import make_report
from fer.timeline.timeline import Timeline
from tests.helpers.factories import make_photos, make_timeline
from tests.helpers.series import noisy, timeline_of

EVENTS = tuple(Marker.event("laugh", s) for s in np.arange(10.0, 110.0, 15.0))
MARKERS = (*EVENTS, Marker("ad", 0, 60), Marker("news", 60, 120), Marker("cough", 118, 119, "exclusion"))
HAPPY = ("happy",)


def two_people(name: str = "clip.mp4", level: float = 0.3) -> Timeline:
    first = noisy(level, 120, 1)
    for event in EVENTS:
        first[round(event.start_s * 10) : round(event.start_s * 10) + 30] += 0.3
    timeline = timeline_of({1: np.clip(first, 0, 1), 2: noisy(0.6, 120, 2)}, name)
    return with_edits(timeline, (Edit("rename", 1, name="Anna"),))


def kinds(found) -> list[str]:
    return [row[0] for row in findings_sheet(found).rows]


def test_nothing_asked_of_nobody_is_said():
    with pytest.raises(InputError, match="Nothing was given"):
        gather([], Questions())
    found = gather([make_timeline({1: [("", 1.0)]})], Questions())
    assert findings_sentences(found) == ["There was nothing to find: nobody was read, and nothing is marked."]
    assert findings_sheet(found).rows == []


def test_everything_that_the_markers_allow():
    found = gather([two_people()], Questions(MARKERS, HAPPY))
    assert kinds(found) == ["reaction"] * 2 + ["segments"] * 2 + ["persons", "synchrony"]
    assert {r.who: r.differs for _, r in found.reactions} == {"Anna": True, "face 2": False}
    assert found.tested == 6
    lines = findings_sentences(found)
    assert lines[0] == "clip.mp4: Excluded by hand: 1.0 s of 2 min (1%); no figure counts it."
    assert any(line.startswith("The probability of happy of Anna rises from") for line in lines)
    assert lines[-1].startswith("6 questions could be answered: 2 with a difference.")


def test_a_person_and_a_pair_can_be_named():
    found = gather([two_people()], Questions(MARKERS, HAPPY, person="anna", pair=("news", "ad")))
    assert {r.who for _, r in found.reactions} == {"Anna"}
    assert [(c.first, c.second) for _, c in found.comparisons] == [("news", "ad")]
    people = gather([two_people()], Questions((), HAPPY, pair=("Face 2", "Anna")))
    assert [(c.first, c.second) for _, c in people.comparisons] == [("face 2", "Anna")]
    with pytest.raises(InputError, match="called 'adverts'"):
        gather([two_people()], Questions(MARKERS, HAPPY, pair=("news", "adverts")))


def test_the_first_half_is_compared_with_the_second():
    timeline = timeline_of({1: np.concatenate([noisy(0.3, 30, 1), noisy(0.6, 30, 2)])})
    ((_, found),) = gather([timeline], Questions((), HAPPY, halves=True)).comparisons
    short = gather([timeline_of({1: np.linspace(0, 1, 40)})], Questions((), HAPPY, halves=True))
    assert findings_sentences(short)[-1] == (
        "No question could be answered: there were too few data for 1 question."
    )
    assert found.extent_first == found.extent_second == pytest.approx(30)
    assert "is lower in the first half than in the second half" in found.sentence
    assert gather([make_timeline({1: [("", 1.0)]})], Questions((), HAPPY, halves=True)).comparisons == ()


def test_one_list_is_applied_to_many_recordings_and_their_reactions_taken_together():
    recordings = [two_people(f"{k}.mp4") for k in range(5)]
    found = gather(recordings, Questions(EVENTS, HAPPY, person="Anna"))
    over_all = [r for source, r in found.reactions if not source]
    assert [(r.who, r.used, r.interval.known) for r in over_all] == [("5 recordings", 5, False)]
    assert len(found.reactions) == 6


def test_groups_are_compared_by_their_recordings():
    rng = np.random.default_rng(0)
    recordings = [timeline_of({1: noisy(0.3, 20, k) + rng.normal(0, 0.02)}, f"ad_{k}") for k in range(5)]
    recordings += [timeline_of({1: noisy(0.5, 20, k) + rng.normal(0, 0.02)}, f"no_{k}") for k in range(5)]
    found = gather(recordings, Questions((), HAPPY, groups={"ad": "ad_*", "control": "no_*"}))
    ((_, groups),) = found.comparisons
    assert (groups.first, groups.extent_first, groups.interval.differs) == ("ad", 5, True)
    with pytest.raises(InputError, match=r"No recording belongs to the group 'x'.* called ad_0, ad_1"):
        gather(recordings, Questions((), HAPPY, groups={"x": "y*", "control": "no_*"}))


def test_a_coding_finds_its_person():
    coding = Coding("ELAN", (Coded("happy", 10, 13, "Anna"), Coded("happy", 25, 28, "Ben")))
    found = gather([two_people()], Questions((), HAPPY, coding=coding))
    assert [a.who for _, a in found.agreements] == ["Anna"]
    stranger = gather([two_people()], Questions((), HAPPY, coding=coding.of("Ben")))
    assert len(stranger.agreements) == 1
    with pytest.raises(InputError, match="one recording"):
        gather([two_people(), two_people()], Questions((), HAPPY, coding=coding))
    with pytest.raises(InputError, match="nobody called 'Cleo'"):
        gather([two_people()], Questions((), HAPPY, coding=coding, coded_person="Cleo"))


def test_photos_are_refused():
    with pytest.raises(InputError, match="is made of photos"):
        gather([make_photos({"a": ["happy"]})], Questions())


def test_json_holds_what_the_table_holds():
    found = gather([two_people()], Questions(MARKERS, HAPPY))
    document = json.loads(findings_to_json(found))
    assert [f["finding"] for f in document["findings"]] == kinds(found)
    assert document["findings"][2]["p"] is None
    assert document["peaks"][0]["source"] == "clip.mp4"


def test_a_report_s_timeline_comes_back():
    timeline = two_people()
    back = read_report_timeline(to_json(make_report(timeline, model={})).encode())
    assert to_csv(back) == to_csv(timeline)
    assert (back.source, back.settings, back.sets) == (timeline.source, timeline.settings, timeline.sets)
    for data in (b"", b"{}", b'{"format": "fer-report"}', b"[" * 100_000):
        with pytest.raises(InputError, match="no report"):
            read_report_timeline(data)


def test_markers_travel_with_a_report_into_its_findings():
    marked = with_markers(two_people(), MARKERS)
    back = read_report_timeline(to_json(make_report(marked, model={})).encode())
    assert (back.markers, back.excluded_s, back.left_out_s) == (marked.markers, marked.excluded_s, 1.0)
    own, given = gather([back], Questions(measures=HAPPY)), gather([two_people()], Questions(MARKERS, HAPPY))
    assert findings_sentences(own) == findings_sentences(given)
    document = json.loads(to_json(make_report(marked, model={})))
    document["markers"] = [{"name": "", "start_s": 0, "end_s": 1}]
    with pytest.raises(InputError, match="no report"):
        read_report_timeline(json.dumps(document).encode())


def test_only_what_is_asked_is_computed():
    asked = Questions(MARKERS, HAPPY, kinds=frozenset({"reactions"}))
    assert set(kinds(gather([two_people()], asked))) == {"reaction"}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.json").write_text(to_json(make_report(two_people(), model={})))
    (tmp_path / "b.csv").write_text(to_csv(two_people("b.mp4")))
    (tmp_path / "c.parquet").write_bytes(to_parquet(two_people("c.mp4")))
    (tmp_path / "events.csv").write_text(markers_to_csv(MARKERS))
    (tmp_path / "human.csv").write_text("name,start_s,end_s\nhappy,10,13\n")
    return tmp_path


def test_the_command_prints_and_writes(folder, capsys):
    words = ["findings", "a.json", "--events", "events.csv", "--human", "human.csv", "--measure", "happy"]
    assert main([*words, "--json", "o.json", "--csv", "o.csv", "--peaks", "p.csv"]) == 0
    out = capsys.readouterr().out
    assert "of Anna rises from" in out
    assert "kappa by time" in out
    rows = list(csv.DictReader(io.StringIO((folder / "o.csv").read_text())))
    assert [r["told"] for r in rows if r["finding"] == "persons"] == ["yes"]
    assert json.loads((folder / "o.json").read_text())["format"] == "fer-findings"
    assert (folder / "p.csv").read_text().startswith("source,face_id,person,emotion,moment")
    assert main([*words, "--json", "o.json"]) == 1
    assert "exists" in capsys.readouterr().err


def test_the_command_opens_every_kind_of_timeline(folder, capsys):
    assert main(["findings", "a.json", "b.csv", "c.parquet", "--measure", "happy"]) == 0
    out = capsys.readouterr().out
    assert "videos" in out
    of_persons = [line.split() for line in out.splitlines() if "persons" in line.split()[:2]]
    assert [line[0] for line in of_persons] == ["clip.mp4", "b.mp4", "c.mp4"]


def test_the_command_names_a_bad_line(folder, capsys):
    (folder / "bad.csv").write_text("name,start_s,end_s\nad,5,2\n")
    assert main(["findings", "a.json", "--events", "bad.csv"]) == 1
    assert "Line 2 of the stimulus list" in capsys.readouterr().err
    assert main(["findings", "a.json", "--group", "x"]) == 1
    assert "give --group NAME=PATTERN twice" in capsys.readouterr().err


def test_a_person_whom_nobody_knows_is_an_error_that_says_who_is_there():
    with pytest.raises(InputError, match="no person called 'Ana': choose one of Anna"):
        gather([two_people()], Questions((), HAPPY, person="Ana"))
    assert gather([two_people()], Questions((), HAPPY, person="anna")).peaks
