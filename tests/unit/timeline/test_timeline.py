"""The timeline: building, time weights, and reading a saved one again."""

import numpy as np
import pytest

from fer.errors import DamagedInputError, EmptyInputError, MissingInputError, TooLargeInputError
from fer.export.csv import to_csv
from fer.records import Observations
from fer.settings import Settings
from fer.timeline.read import read_timeline_csv
from fer.timeline.timeline import COLUMNS, Timeline, TimelineBuilder
from tests.helpers.factories import UNSURE_BELOW, make_observations, make_photos, make_source, make_timeline


def build(*observations, source=None):
    builder = TimelineBuilder()
    for one in observations:
        builder.add(one)
    return builder.build(source or make_source(), Settings(unsure_below=UNSURE_BELOW))


def at(times, **more):
    """A face that is happy at these times."""
    return build(*(make_observations(["happy"], time_s=t, index=k, **more) for k, t in enumerate(times)))


def test_empty_timeline_has_the_columns_and_their_dtypes():
    empty = build()
    assert tuple(empty.table.columns) == COLUMNS
    assert len(empty) == 0 and empty.face_ids == [] and empty.end_s == 0.0
    assert empty.table.dtypes.astype(str).to_dict() == at([0.0]).table.dtypes.astype(str).to_dict()


def test_frame_without_a_face_is_one_row():
    table = build(Observations.empty(7, 0.5)).table
    row = table.iloc[0]
    assert len(table) == 1
    assert (row["frame"], row["time_s"], row["quality"], row["emotion"]) == (7, 0.5, "no_face", "")
    assert table["face_id"].isna().all() and np.isnan(row["happy"]) and np.isnan(row["confidence"])


def test_row_holds_what_was_observed():
    row = build(make_observations(["sad"], time_s=1.5, index=3, ids=[4], confidence=0.8)).table.iloc[0]
    assert (row["source"], row["frame"], row["time_s"], row["face_id"]) == ("clip.mp4", 3, 1.5, 4)
    assert (row["x"], row["y"], row["width"], row["height"]) == (100, 80, 120, 150)
    assert (
        row["emotion"] == "sad"
        and row["confidence"] == pytest.approx(0.8)
        and row["sad"] == row["confidence"]
    )
    assert (row["yaw"], row["pitch"], row["roll"]) == (5, -3, 1)


def test_unconfirmed_face_has_no_id_and_low_probability_is_unsure():
    table = build(make_observations([None, "happy"], ids=[-1, 2], quality=["ok", "small+dark"])).table
    assert table["face_id"].isna().tolist() == [True, False]
    assert table["emotion"].tolist() == ["unsure", "happy"]
    assert table["quality"].tolist() == ["ok", "small+dark"]


def test_builder_can_go_on_after_a_build():
    builder = TimelineBuilder()
    builder.add(make_observations(["happy"]))
    first = builder.build(make_source(), Settings(unsure_below=0.4))
    builder.add(make_observations(["sad"], time_s=0.1, index=1))
    assert len(first) == 1
    assert len(builder.build(make_source(), Settings(unsure_below=0.4))) == 2
    assert first.settings.unsure_below == 0.4


def test_a_frame_stands_for_the_time_to_the_next_and_gaps_do_not_count():
    timeline = at([0.0, 0.1, 0.2, 0.5, 5.0, 5.1])
    assert timeline.frame_weights_s == pytest.approx([0.1, 0.1, 0.3, 1.0, 0.1, 0.1])
    assert timeline.end_s == pytest.approx(5.2)


def test_slow_sampling_is_no_gap():
    timeline = at([0.0, 2.0, 4.0])
    assert timeline.frame_weights_s.tolist() == [2.0, 2.0, 2.0]
    assert timeline.gap_s == 3.0


def test_a_single_frame_stands_for_one_step_of_the_source():
    timeline = build(make_observations(["happy"]), source=make_source(fps=25.0))
    assert timeline.frame_weights_s.tolist() == [0.04]


def test_rows_know_their_frame():
    timeline = build(
        make_observations(["happy", "sad"]),
        Observations.empty(1, 0.1),
        make_observations(["sad"], time_s=0.2, index=2),
    )
    assert timeline.frame_of_row.tolist() == [0, 0, 1, 2]
    assert timeline.face_of_row.tolist() == [1, 2, -1, 1]
    assert timeline.usable.tolist() == [True, True, False, True]


def test_photos_weigh_one_each_whatever_their_time():
    photos = make_photos({"a.jpg": ["happy", "sad"], "b.jpg": []})
    assert photos.is_photos and photos.weights_s.tolist() == [1, 1, 1]
    assert photos.table["source"].tolist() == ["a.jpg", "a.jpg", "b.jpg"]


def test_wrong_columns_or_times_are_refused():
    good = at([0.0, 0.1])
    with pytest.raises(ValueError, match="columns"):
        Timeline(good.table.drop(columns="yaw"), good.frame_times_s, good.source, good.settings)
    with pytest.raises(ValueError, match="wanted 2 times, got 1"):
        Timeline(good.table, good.frame_times_s[:1], good.source, good.settings)


# --- saved and read again


def test_round_trip_is_equal_and_the_text_is_the_same():
    script = {1: [("happy", 0.5), ("unsure", 0.3), ("sad/small+blurred", 0.2)], 3: [("", 0.4), ("fear", 0.3)]}
    timeline = make_timeline(script, fps=30)
    text = to_csv(timeline)
    again = read_timeline_csv(text.encode())
    assert to_csv(again) == text
    assert again.frame_times_s == pytest.approx(timeline.frame_times_s, abs=1e-6)
    assert again.table["face_id"].equals(timeline.table["face_id"])
    assert again.table["emotion"].equals(timeline.table["emotion"])
    assert again.probs == pytest.approx(timeline.probs, rel=1e-5, nan_ok=True)


def test_read_from_a_path_with_a_mark_and_windows_line_ends(tmp_path):
    path = tmp_path / "t.csv"
    text = to_csv(at([0.0, 0.1]))
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert to_csv(read_timeline_csv(path)) == text


def test_header_only_is_an_empty_timeline():
    assert len(read_timeline_csv((",".join(COLUMNS) + "\n").encode())) == 0


def test_names_that_look_like_formulas_survive():
    photos = make_photos(
        {"=cmd.jpg": ["happy"], "'=x.jpg": ["sad"], 'a,"b"\n.jpg': [], "снимок.png": ["fear"]}
    )
    again = read_timeline_csv(to_csv(photos).encode())
    assert again.is_photos
    assert again.table["source"].tolist() == ["=cmd.jpg", "'=x.jpg", 'a,"b"\n.jpg', "снимок.png"]


def test_threshold_is_taken_from_the_rows_unless_given():
    text = to_csv(make_timeline({1: [("happy", 0.2), ("unsure", 0.2)]})).encode()
    assert read_timeline_csv(text).unsure_below == pytest.approx(0.9)
    assert read_timeline_csv(text, Settings(unsure_below=0.3)).unsure_below == 0.3
    assert read_timeline_csv(to_csv(at([0.0])).encode()).unsure_below == 0.0


def test_more_columns_are_kept():
    timeline = at([0.0, 0.1])
    table = timeline.table.assign(AU12_r=[0.5, np.nan])
    text = to_csv(Timeline(table, timeline.frame_times_s, timeline.source, timeline.settings))
    assert text.splitlines()[0].endswith("quality,AU12_r")
    assert to_csv(read_timeline_csv(text.encode())) == text


GOOD = to_csv(make_timeline({1: [("happy", 0.3)]}))


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        (b"", EmptyInputError, "empty"),
        (b"  \n", EmptyInputError, "empty"),
        (GOOD.encode() + b"\0", DamagedInputError, "binary"),
        (b"\xff\x81\xfb,", DamagedInputError, "UTF-8"),
        (GOOD.replace("0.100000", "0.1,7").encode(), DamagedInputError, "Line 3 .* 25 cells .* 24"),
        (GOOD.replace("yaw", "pitch").encode(), DamagedInputError, "twice: pitch"),
        (GOOD.replace("yaw", "jaw").encode(), DamagedInputError, "no column 'yaw'"),
        (GOOD.replace("0.100000", "soon").encode(), DamagedInputError, "Line 3 .* 'soon' .* 'time_s'"),
        (GOOD.replace("0.100000", "").encode(), DamagedInputError, "no time"),
        (GOOD.replace("clip.mp4,1,", "clip.mp4,1.5,").encode(), DamagedInputError, "'frame'"),
        (GOOD.replace(",happy,0.9", ",joyful,0.9").encode(), DamagedInputError, "'emotion' .* 'joyful'"),
        (GOOD.replace(",ok", ",fine").encode(), DamagedInputError, "'quality' .* 'fine'"),
        (b"a" * 70_000, TooLargeInputError, "line"),
        (GOOD.encode() + b'"open', DamagedInputError, "not CSV"),
    ],
)
def test_bad_files_are_refused_in_words(data, error, words):
    with pytest.raises(error, match=words):
        read_timeline_csv(data)


def test_missing_file(tmp_path):
    with pytest.raises(MissingInputError, match="cannot be read"):
        read_timeline_csv(tmp_path / "none.csv")
