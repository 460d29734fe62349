"""People named and put right: every step, undone too, and the file in which the steps travel."""

import json
from dataclasses import replace

import numpy as np
import pytest

from fer.action_units.table import INDEX
from fer.charts.timeline import shares_chart, timeline_chart
from fer.cli import DONE, FAILED, main
from fer.errors import InputError
from fer.export.csv import to_csv
from fer.export.html import to_html
from fer.export.json import to_json
from fer.sample.clip import sample_video
from fer.settings import Settings
from fer.timeline.edits import ids_after, with_edits
from fer.timeline.headline import headlines
from fer.timeline.persons import (
    COLORS,
    MAX_EDITS,
    MAX_NAME,
    Edit,
    colors_of,
    persons_from_json,
    persons_to_json,
    tidy_name,
)
from fer.timeline.read import read_timeline_csv
from fer.timeline.report import PERSONS_FILE, make_report, rerun_command
from fer.timeline.summary import summarize
from fer.timeline.timeline import TimelineBuilder
from tests.helpers.action_units import FPS, clip_of
from tests.helpers.factories import make_observations, make_photos, make_source, make_timeline

MODEL = {"name": "tiny", "sha256": "0" * 64}
PIECES = {1: [("happy", 2.0)], 2: [("", 3.0), ("sad", 3.0)], 3: [("", 1.0), ("neutral", 5.0)]}
"""One person in two pieces (1 and 2), and somebody else all the time but for the first second."""


def people(timeline):
    """Name and usable seconds of everybody."""
    return {face.name: round(face.usable_s, 3) for face in summarize(timeline).faces}


def test_an_empty_timeline_stays_empty_and_has_nobody_to_name():
    empty = TimelineBuilder().build(make_source(), Settings(unsure_below=0.4))
    assert len(with_edits(empty, [])) == 0 and empty.names == {}
    with pytest.raises(InputError, match=r"Step 1 .* no face 1"):
        with_edits(empty, [Edit("rename", 1, name="Anna")])


def test_a_clip_without_a_face_has_nobody_either():
    with pytest.raises(InputError, match="no face 1"):
        with_edits(make_timeline({1: [("", 1.0)]}), [Edit("remove", 1)])


def test_a_name_goes_everywhere():
    named = with_edits(make_timeline(PIECES), [Edit("rename", 3, name="Anna")])
    report = make_report(named, model=MODEL)
    assert named.name(3) == "Anna" and named.name(1) == "Face 1" and named.name(1, start=False) == "face 1"
    assert headlines(report.summary)[0].startswith("Anna was read as neutral")
    assert {row.split(",")[4] for row in to_csv(named).splitlines()[1:]} == {"", "Anna"}
    document = json.loads(to_json(report))["persons"]
    assert document["people"][2] == {"face_id": 3, "person": "Anna", "color": named.persons.color(3)}
    assert document["edits"] == [{"kind": "rename", "face": 3, "name": "Anna"}]
    page = to_html(report)
    assert "Face 3 is called Anna." in page and "Anna was read as neutral" in page
    figure = timeline_chart(report.smoothed, 3)
    assert "Anna" in figure.layout.meta["alt"] and "Anna" in figure.layout.yaxis.ticktext[2]


def test_an_empty_name_takes_the_name_back():
    edits = [Edit("rename", 1, name="Anna"), Edit("rename", 1)]
    assert people(with_edits(make_timeline(PIECES), edits)) == people(make_timeline(PIECES))


def test_two_pieces_become_one_person_with_a_gap_between_them():
    joined = with_edits(make_timeline(PIECES), [Edit("same", 2, other=1)])
    assert joined.face_ids == [1, 3]
    face = summarize(joined).faces[0]
    assert face.usable_s == pytest.approx(5.0)
    assert (face.shares["happy"], face.shares["sad"]) == (pytest.approx(0.4), pytest.approx(0.6))
    assert [(e.emotion, round(e.start_s, 2)) for e in face.episodes] == [("happy", 0.0), ("sad", 3.0)]
    assert face.transitions.sum() == 0


@pytest.mark.parametrize(
    ("steps", "name"),
    [
        ([Edit("same", 2, other=1)], "Face 1"),
        ([Edit("rename", 2, name="Anna"), Edit("same", 2, other=1)], "Anna"),
        ([Edit("rename", 2, name="Anna"), Edit("rename", 1, name="Bo"), Edit("same", 2, other=1)], "Bo"),
        ([Edit("rename", 2, name="Anna"), Edit("rename", 1, name="Bo"), Edit("same", 1, other=2)], "Anna"),
    ],
)
def test_of_two_that_are_one_the_smaller_id_stays_and_the_name_of_the_other_goes_first(steps, name):
    joined = with_edits(make_timeline(PIECES), steps)
    assert joined.face_ids == [1, 3] and joined.name(1) == name


def test_two_who_are_in_the_picture_side_by_side_are_not_one():
    with pytest.raises(InputError, match=r"Face 3 and Face 1 .* side by side at 0:01\.0"):
        with_edits(make_timeline(PIECES), [Edit("same", 3, other=1)])


def test_a_face_that_was_found_twice_in_a_frame_counts_once():
    builder = TimelineBuilder()
    for k in range(10):
        seen = make_observations(["happy", "sad"], time_s=k / 10, index=k)
        boxes = seen.faces.detections
        xyxy = boxes.xyxy.copy()
        xyxy[1] = xyxy[0] + 10
        score = np.array([0.9, 0.5], np.float32)
        faces = replace(seen.faces, detections=replace(boxes, xyxy=xyxy, score=score))
        builder.add(replace(seen, faces=faces))
    twice = builder.build(make_source(), Settings(unsure_below=0.4))
    once = with_edits(twice, [Edit("same", 2, other=1)])
    assert len(once) == 10 and set(once.table["emotion"]) == {"happy"}


def test_a_split_gives_the_next_free_id_and_keeps_the_name_before_it():
    steps = [Edit("rename", 3, name="Anna"), Edit("split", 3, time_s=4.0)]
    parts = with_edits(make_timeline(PIECES), steps)
    assert people(parts) == {"Face 1": 2.0, "Face 2": 3.0, "Anna": 3.0, "Face 4": 2.0}
    with pytest.raises(InputError, match="both before and after 0:01"):
        with_edits(make_timeline(PIECES), [Edit("split", 3, time_s=1.0)])
    with pytest.raises(InputError, match="both before and after 0:09"):
        with_edits(make_timeline(PIECES), [Edit("split", 3, time_s=9.0)])


def test_a_split_in_a_gap_and_its_undoing_by_a_join():
    joined = [Edit("same", 2, other=1)]
    back = with_edits(make_timeline(PIECES), [*joined, Edit("split", 1, time_s=2.5)])
    assert people(back) == {"Face 1": 2.0, "Face 3": 5.0, "Face 4": 3.0}
    again = with_edits(back, [*back.persons.edits, Edit("same", 4, other=1)])
    assert people(again) == people(with_edits(make_timeline(PIECES), joined))


def test_two_who_were_swapped_are_put_right_by_splits_and_joins():
    swapped = make_timeline({1: [("happy", 2.0), ("sad", 2.0)], 2: [("sad", 2.0), ("happy", 2.0)]})
    steps = [
        Edit("split", 1, time_s=2.0),
        Edit("split", 2, time_s=2.0),
        Edit("same", 4, other=1),
        Edit("same", 3, other=2),
    ]
    right = summarize(with_edits(swapped, steps))
    assert [(f.face_id, f.shares["happy"]) for f in right.faces] == [(1, 1.0), (2, 0.0)]


def test_the_order_of_steps_counts():
    split, joined = Edit("split", 1, time_s=1.0), Edit("same", 1, other=2)
    first = with_edits(make_timeline(PIECES), [split, joined])
    assert people(first) == {"Face 1": 4.0, "Face 3": 5.0, "Face 4": 1.0}
    other = with_edits(make_timeline(PIECES), [joined, split])
    assert people(other) == {"Face 1": 1.0, "Face 3": 5.0, "Face 4": 4.0}


def test_who_is_no_person_leaves_frames_without_a_face():
    timeline = with_edits(make_timeline(PIECES), [Edit("remove", 3)])
    summary = summarize(timeline)
    assert [face.face_id for face in summary.faces] == [1, 2]
    assert (summary.frames, summary.left_out) == (60, {"no_face": 10})
    gone = timeline.table[timeline.table["quality"] == "no_face"]
    assert gone["face_id"].isna().all() and gone["happy"].isna().all() and set(gone["emotion"]) == {""}
    nobody = with_edits(timeline, [Edit("remove", k) for k in (1, 2, 3)])
    assert headlines(summarize(nobody)) == ["No face was found in 60 frames (0:06)."]
    with pytest.raises(InputError, match=r"Step 2 .* no face 3"):
        with_edits(timeline, [Edit("remove", 3), Edit("rename", 3, name="Anna")])


def test_colors_are_chosen_or_by_number_and_move_with_their_person():
    timeline = make_timeline(PIECES)
    assert timeline.persons.color(1) != timeline.persons.color(2)
    steps = [Edit("color", 2, color="#123456"), Edit("same", 2, other=1)]
    joined = with_edits(timeline, steps)
    assert joined.persons.color(1) == "#123456" == summarize(joined).faces[0].color
    assert "#123456" in shares_chart(summarize(joined)).layout.yaxis.ticktext[0]
    assert len(set(COLORS.values())) == len(COLORS)


def test_two_people_end_a_suggestion_and_change_no_row():
    timeline = make_timeline(PIECES)
    assert to_csv(with_edits(timeline, [Edit("different", 1, other=2)])) == to_csv(timeline)


STEPS = [
    Edit("rename", 1, name="Anna"),
    Edit("same", 2, other=1),
    Edit("split", 3, time_s=3.0),
    Edit("remove", 4),
    Edit("color", 1, color="#5a5ad6"),
    Edit("different", 1, other=3),
]


def test_every_step_can_be_undone():
    timeline = make_timeline(PIECES)
    before = [to_csv(with_edits(timeline, STEPS[:k])) for k in range(len(STEPS) + 1)]
    now = with_edits(timeline, STEPS)
    for k in range(len(STEPS), -1, -1):
        assert to_csv(now) == before[k] and len(now.persons.edits) == k
        now = with_edits(now, now.persons.edits[:-1])
    assert to_csv(now) == to_csv(timeline)


def test_who_each_analyzed_row_belongs_to_now():
    timeline = make_timeline(PIECES)
    now = ids_after(with_edits(timeline, STEPS[:4]))
    assert len(now) == len(timeline)
    assert set(now[timeline.face_of_row == 2]) == {1} and set(now[timeline.face_of_row == 3]) == {3, -1}


def test_action_units_follow_without_another_analysis():
    """Joined again after a split, the units are those of the analysis; split, the later part starts anew."""
    clip = clip_of()
    apart = with_edits(clip, [Edit("split", 1, time_s=1.0)])
    assert np.isfinite(apart.intensities[FPS + 1, INDEX["AU12"]])
    together = with_edits(apart, [*apart.persons.edits, Edit("same", 2, other=1)])
    assert together.intensities == pytest.approx(clip.intensities, abs=1e-4, nan_ok=True)
    removed = with_edits(apart, [*apart.persons.edits, Edit("remove", 2)])
    later = removed.table["time_s"] >= 1.0
    assert np.isnan(removed.intensities[later]).all() and np.isnan(removed.measures[later]).all()
    assert set(removed.table.loc[later, "au_verdict"]) == {""}
    assert clip.face_ids == [1]


def test_units_of_others_stay_as_they_were_told():
    clip = clip_of()
    told = clip.table.assign(AU12_r=3.25)
    kept = with_edits(replace(clip, table=told), [Edit("rename", 1, name="Anna")])
    assert set(kept.table["AU12_r"]) == {3.25}


def test_a_timeline_from_a_csv_takes_steps_and_keeps_names():
    named = with_edits(make_timeline(PIECES), [Edit("rename", 1, name="=Anna")])
    again = read_timeline_csv(to_csv(named).encode())
    assert again.names == {1: "=Anna"}
    assert people(with_edits(again, [Edit("same", 2, other=1)]))["=Anna"] == 5.0


def test_an_older_csv_without_persons_is_read():
    text = to_csv(make_timeline(PIECES))
    old = "\n".join(
        ",".join(c for k, c in enumerate(line.split(",")) if k != 4) for line in text.splitlines()
    )
    assert "person" not in old
    again = read_timeline_csv(old.encode())
    assert again.names == {} and to_csv(again) == text


def test_people_in_photos_are_named_photo_by_photo():
    photos = make_photos({"a.jpg": ["happy", "sad"], "b.jpg": ["happy"]})
    steps = [
        Edit("rename", 2, name="Anna", photo="a.jpg"),
        Edit("rename", 1, name="Anna", photo="b.jpg"),
        Edit("remove", 1, photo="a.jpg"),
    ]
    named = with_edits(photos, steps)
    assert named.table["person"].tolist() == ["Anna", "Anna"] and named.names == {}
    assert summarize(named).faces[0].seen_rows == 2
    report = make_report(named, model=MODEL)
    [anna] = report.summary.named
    assert (anna.name, anna.seen_rows, anna.shares["sad"]) == ("Anna", 2, 0.5)
    assert headlines(report.summary)[-1] == "Anna in 2 photos: happy 50%, sad 50%."
    assert "Anna in 2 photos" in to_html(report)
    assert json.loads(to_json(report))["summary"]["named"][0]["person"] == "Anna"
    for step in (Edit("same", 1, other=2, photo="a.jpg"), Edit("rename", 1, name="Anna")):
        with pytest.raises(InputError):
            with_edits(photos, [step])
    with pytest.raises(InputError, match="no face 2"):
        with_edits(photos, [Edit("rename", 2, name="Anna", photo="b.jpg")])


def test_photos_of_one_name_are_told_apart_by_their_number():
    builder = TimelineBuilder()
    for index in range(2):
        builder.add(make_observations(["happy"], index=index), label="a.jpg")
    photos = builder.build(make_source("2 photos", "photos"), Settings(unsure_below=0.5))
    named = with_edits(photos, [Edit("rename", 1, name="Anna", photo="a.jpg", photo_index=1)])
    assert named.table["person"].tolist() == ["", "Anna"]


def test_a_name_belongs_to_one_person():
    with pytest.raises(InputError, match="called Anna already"):
        with_edits(make_timeline(PIECES), [Edit("rename", 1, name="Anna"), Edit("rename", 2, name="Anna")])


@pytest.mark.parametrize(
    "name",
    ["x" * (MAX_NAME + 1), "Face 3", "face 12", "Everyone", "two\nlines", " edge ", "a\u202eb", "\ud800"],
)
def test_what_cannot_be_a_name_is_refused(name):
    with pytest.raises(InputError):
        Edit("rename", 1, name=name)


def test_names_are_tidied():
    assert tidy_name("  Anna\tMaria\n\u202eB.  ") == "Anna Maria B."
    assert tidy_name("👩\u200d🔬 Zoë") == "👩\u200d🔬 Zoë"
    assert tidy_name("\u0000") == tidy_name(" \u200d ") == ""


@pytest.mark.parametrize("name", ["<a href='x'>b</a>", "**b** & <i>", "=1+1", '"', "</script>"])
def test_a_hostile_name_is_text_everywhere(name):
    named = with_edits(make_timeline(PIECES), [Edit("rename", 3, name=name)])
    report = make_report(named, model=MODEL)
    assert read_timeline_csv(to_csv(named).encode()).names == {3: name}
    page = to_html(report)
    assert "<a href='x'" not in page.split("<script")[0] and "<i>" not in page.split("<script")[0]
    for text in timeline_chart(report.smoothed).layout.yaxis.ticktext:
        assert "<a" not in text and "<i>" not in text


def test_steps_come_back_from_their_file():
    source = make_source(sha256="a" * 64)
    text = persons_to_json(STEPS, source)
    assert persons_from_json(text, source) == tuple(STEPS)
    assert persons_from_json(text.encode(), make_source()) == tuple(STEPS)
    assert persons_from_json(persons_to_json([], source), source) == ()
    with pytest.raises(InputError, match="another source"):
        persons_from_json(text, make_source(sha256="b" * 64))


def file_of(**changes) -> str:
    document = json.loads(persons_to_json(STEPS, make_source()))
    return json.dumps(document | changes)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b"null",
        b"[]",
        file_of(version=2),
        file_of(format="fer-baselines"),
        file_of(source=[]),
        file_of(edits={}),
        file_of(edits=[1]),
        file_of(edits=[{"kind": "rename", "face": 1, "name": "x" * 1000}]),
        file_of(edits=[{"kind": "rename", "face": 1.5, "name": "Anna"}]),
        file_of(edits=[{"kind": "rename", "face": True, "name": "Anna"}]),
        file_of(edits=[{"kind": "rename", "face": -1, "name": "Anna"}]),
        file_of(edits=[{"kind": "rename", "face": 10**30, "name": "Anna"}]),
        file_of(edits=[{"kind": "rename", "face": 1, "name": ["Anna"]}]),
        file_of(edits=[{"kind": "dance", "face": 1}]),
        file_of(edits=[{"kind": ["rename"], "face": 1}]),
        file_of(edits=[{"kind": "remove", "face": 1, "more": 1}]),
        file_of(edits=[{"kind": "split", "face": 1, "time_s": 1e300}]),
        file_of(edits=[{"kind": "color", "face": 1, "color": "red;}"}]),
        file_of(edits=[{"kind": "color", "face": 1}]),
        file_of(edits=[{"kind": "same", "face": 1, "other": 1}]),
        file_of(edits=[{"kind": "remove", "face": 1}] * (MAX_EDITS + 1)),
        file_of(edits=[{"kind": "split", "face": 1, "time_s": float("nan")}]),
        " " * 1_000_001,
    ],
)
def test_a_file_that_is_none_is_one_sentence(data):
    with pytest.raises(InputError) as error:
        persons_from_json(data, make_source())
    assert error.value.message == "This is no file of persons: choose one that this program has written."


def test_a_report_with_persons_is_made_again_by_its_command(tmp_path, capsys):
    clip, kept, table = tmp_path / "clip.mp4", tmp_path / PERSONS_FILE, tmp_path / "t.csv"
    clip.write_bytes(sample_video(fps=5.0, duration_s=2.0))
    assert main(["analyze", str(clip), "--csv", str(table)]) == DONE
    plain = read_timeline_csv(table)
    face = summarize(plain).faces[0]
    edits = [Edit("rename", 1, name="Anna"), Edit("split", 1, time_s=(face.first_s + face.last_s) / 2)]
    kept.write_text(persons_to_json(edits, plain.source))
    report = make_report(with_edits(plain, edits), model=MODEL)
    assert f"--persons {PERSONS_FILE}" in rerun_command(report)
    assert "--persons" not in rerun_command(make_report(plain, model=MODEL))
    assert main(["analyze", str(clip), "--persons", str(kept), "--csv", str(table), "--force"]) == DONE
    assert "Anna was read as" in capsys.readouterr().out
    again = read_timeline_csv(table)
    assert len(again.face_ids) == len(plain.face_ids) + 1 and again.names == {1: "Anna"}
    kept.write_text("[1]")
    assert main(["analyze", str(clip), "--persons", str(kept)]) == FAILED
    assert "no file of persons" in capsys.readouterr().err
    kept.write_text(persons_to_json([Edit("rename", 77, name="Bo")], plain.source))
    assert main(["analyze", str(clip), "--persons", str(kept)]) == FAILED
    assert "no face 77" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["analyze", str(clip), str(table), "--persons", str(kept)])


def test_people_in_photos_have_colors_by_their_names():
    assert colors_of([]) == {} and colors_of(["", ""]) == {}
    found = colors_of(["", "Ben", "Anna", "Ben"])
    assert list(found) == ["Ben", "Anna"] and found["Ben"] != found["Anna"]
    assert set(colors_of(str(k) for k in range(20)).values()) == set(COLORS.values())
