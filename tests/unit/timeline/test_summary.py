"""The summary: shares of time, episodes, transitions, what was left out; and its sentences."""

import math
from dataclasses import replace

import numpy as np
import pytest

from fer.timeline.headline import MAX_SENTENCES, headlines
from fer.timeline.summary import STATES, summarize
from tests.helpers.factories import make_photos, make_timeline


def only_face(script, **more):
    summary = summarize(make_timeline({1: script}, **more))
    assert len(summary.faces) == 1
    return summary.faces[0]


def episodes_of(script, **more):
    return [(e.emotion, round(e.start_s, 3), round(e.end_s, 3)) for e in only_face(script, **more).episodes]


def test_empty():
    summary = summarize(make_timeline({}))
    assert (summary.frames, summary.faces, summary.analysed_s, summary.left_out) == (0, (), 0.0, {})
    assert math.isnan(summary.valid_share)
    assert summary.transitions.sum() == 0
    assert summary.left_out_text() == "There was nothing to leave out."
    assert replace(summary, excluded_s=2.0).left_out_text() == "Everything was excluded."
    assert headlines(summary) == ["Nothing was analysed."]


def test_no_face_in_any_frame():
    summary = summarize(make_timeline({1: [("", 2.0)]}))
    assert (summary.frames, summary.frames_with_face, summary.valid_share) == (20, 0, 0.0)
    assert summary.left_out == {"no_face": 20}
    assert headlines(summary) == ["No face was found in 20 frames (0:02)."]


def test_two_seconds_happy_and_one_sad_are_two_thirds_and_one():
    face = only_face([("happy", 2.0), ("sad", 1.0)])
    assert face.shares["happy"] == pytest.approx(2 / 3)
    assert face.shares["sad"] == pytest.approx(1 / 3)
    assert sum(face.shares.values()) == pytest.approx(1)
    assert (face.first_s, face.last_s) == (0.0, pytest.approx(3.0))
    assert face.usable_s == pytest.approx(3.0) and face.valid_share == 1.0
    assert face.confidence["happy"] == pytest.approx(0.9) and math.isnan(face.confidence["fear"])


def test_shares_are_of_time_not_of_rows():
    """The same second at 30 and at 5 frames a second counts the same."""
    dense = only_face([("happy", 2.0), ("sad", 1.0)], fps=30).shares
    sparse = only_face([("happy", 2.0), ("sad", 1.0)], fps=5).shares
    assert dense == pytest.approx(sparse)


def test_a_gap_stands_for_no_time_and_unsure_is_a_share():
    face = only_face([("happy", 1.0), ("", 5.0), ("unsure", 1.0)])
    assert face.seen_s == pytest.approx(2.0)
    assert (face.shares["happy"], face.shares["unsure"]) == (pytest.approx(0.5), pytest.approx(0.5))
    assert face.ranking == ["happy", "unsure"]


def test_left_out_rows_are_counted_by_reason_and_said():
    summary = summarize(
        make_timeline({1: [("happy", 1.0), ("sad/small+dark", 0.5), ("sad/turned", 0.2), ("", 0.3)]})
    )
    face = summary.faces[0]
    assert face.shares["happy"] == 1.0
    assert face.valid_share == pytest.approx(1.0 / 1.7)
    assert summary.valid_share == pytest.approx(0.5)
    assert summary.left_out == {"no_face": 3, "small": 5, "dark": 5, "turned": 2}
    assert (summary.rows, summary.rows_left_out) == (17, 7)
    assert summary.left_out_text() == (
        "Left out of the statistics: 3 frames of 20 in which no face was found and 7 face readings of 17 "
        "(face too small 5, too dark 5, turned away 2; a face may have several reasons)."
    )


def test_nothing_left_out_is_said():
    assert summarize(make_timeline({1: [("happy", 1.0)]})).left_out_text().startswith("Nothing was left out")


def test_a_face_that_could_never_be_read():
    summary = summarize(make_timeline({1: [("happy/small", 1.0)]}))
    (face,) = summary.seen_briefly
    assert summary.faces == () and face.usable_s == 0
    assert face.episodes == () and math.isnan(face.shares["happy"])
    assert face.ranking == []
    assert headlines(summary) == [
        "No person could be read. 1 face was seen for 1.0 s but could not be read: face too small."
    ]


def test_a_glimpse_is_no_person_but_counted():
    summary = summarize(make_timeline({1: [("happy", 5.0)], 2: [("sad", 0.6)]}))
    assert [f.face_id for f in summary.faces] == [1]
    assert [f.face_id for f in summary.seen_briefly] == [2]
    assert headlines(summary)[-1] == "1 face was seen only briefly."


def test_in_a_short_clip_half_of_it_is_enough():
    summary = summarize(make_timeline({1: [("happy", 0.6)]}))
    assert [f.face_id for f in summary.faces] == [1] and summary.seen_briefly == ()


def test_episodes_tile_the_time_and_name_the_longest():
    face = only_face([("happy", 1.0), ("sad", 0.5), ("happy", 2.0), ("unsure", 1.0)])
    assert [(e.emotion, pytest.approx(e.duration_s)) for e in face.episodes] == [
        ("happy", 1.0),
        ("sad", 0.5),
        ("happy", 2.0),
        ("unsure", 1.0),
    ]
    assert face.longest["happy"].start_s == pytest.approx(1.5)
    assert list(face.longest) == ["happy", "sad", "unsure"]


def test_equal_episodes_name_the_earlier():
    assert only_face([("happy", 0.7), ("sad", 0.4), ("happy", 0.7)]).longest["happy"].start_s == 0.0


def test_flicker_joins_the_episode_before_it():
    assert episodes_of([("happy", 1.0), ("sad", 0.2), ("happy", 1.0)]) == [("happy", 0.0, 2.2)]
    assert episodes_of([("happy", 1.0), ("sad", 0.2), ("fear", 1.0)]) == [
        ("happy", 0.0, 1.2),
        ("fear", 1.2, 2.2),
    ]


def test_flicker_at_the_start_joins_what_follows_and_alone_it_stays():
    assert episodes_of([("sad", 0.2), ("happy", 1.0)]) == [("happy", 0.0, 1.2)]
    assert episodes_of([("sad", 0.2)]) == [("sad", 0.0, 0.2)]


def test_a_third_of_a_second_is_an_episode():
    assert episodes_of([("happy", 1.0), ("sad", 0.3), ("happy", 1.0)]) == [
        ("happy", 0.0, 1.0),
        ("sad", 1.0, 1.3),
        ("happy", 1.3, 2.3),
    ]


def test_lasting_flicker_is_named_after_its_most_frequent_verdict():
    flicker = [("sad", 0.2), ("fear", 0.1), ("sad", 0.2), ("fear", 0.1)]
    found = episodes_of([("happy", 1.0), *flicker, ("happy", 1.0)])
    assert found == [("happy", 0.0, 1.0), ("sad", 1.0, 1.6), ("happy", 1.6, 2.6)]


def test_episodes_end_at_gaps_and_there_is_no_transition_across():
    face = only_face([("happy", 1.0), ("", 1.5), ("sad", 1.0)])
    assert [e.emotion for e in face.episodes] == ["happy", "sad"]
    assert face.transitions.sum() == 0


def test_transitions_are_counted_from_row_to_column():
    face = only_face([("happy", 1.0), ("sad", 1.0), ("happy", 1.0), ("sad", 1.0)])
    happy, sad = STATES.index("happy"), STATES.index("sad")
    expected = np.zeros((8, 8), int)
    expected[happy, sad], expected[sad, happy] = 2, 1
    assert face.transitions.tolist() == expected.tolist()


def test_faces_are_apart_and_the_longest_comes_first():
    summary = summarize(make_timeline({1: [("happy", 1.0)], 2: [("sad", 3.0)]}))
    assert [f.face_id for f in summary.faces] == [1, 2]
    assert [f.face_id for f in summary.by_presence] == [2, 1]
    assert summary.faces[1].shares["sad"] == 1.0


def test_photos_are_shares_of_faces():
    summary = summarize(make_photos({"a.jpg": ["happy", "happy"], "b.jpg": ["sad", None], "c.jpg": []}))
    (faces,) = summary.faces
    assert faces.face_id is None and faces.name == "All faces"
    assert (faces.shares["happy"], faces.shares["sad"], faces.shares["unsure"]) == (0.5, 0.25, 0.25)
    assert faces.usable_s == 4 and faces.episodes == ()
    assert (summary.frames, summary.rows) == (3, 4)
    assert summary.valid_share == pytest.approx(2 / 3)
    assert summary.left_out_text() == "Left out of the statistics: 1 photo of 3 in which no face was found."
    assert headlines(summary) == [
        "Of 4 usable faces in 3 photos, 50% were read as happy, with a mean confidence of 90%. "
        "Next: sad 25%. Unsure: 25%."
    ]


def test_headline_says_who_what_when_how_long_and_how_sure():
    summary = summarize(make_timeline({1: [("happy", 12.0), ("sad", 6.0), ("unsure", 2.0)]}))
    assert headlines(summary) == [
        "Face 1 was read as happy for 12 s of the 20 s in which the face could be read (60%), longest from "
        "0:00.0 to 0:12.0, with a mean confidence of 90%. Next: sad 30%. Unsure: 10%."
    ]


def test_headline_of_a_face_that_was_always_unsure():
    text = headlines(summarize(make_timeline({1: [("unsure", 3.0)]})))
    assert text == ["Face 1 could be read for 3.0 s, but the answer was always unsure."]


def test_a_crowd_gets_a_few_sentences():
    crowd = {k: [("happy", 1.0 + k / 10)] for k in range(1, 10)}
    lines = headlines(summarize(make_timeline(crowd)))
    assert len(lines) == MAX_SENTENCES + 1
    assert lines[-1] == "3 more faces could be read for a shorter time; see the table."
