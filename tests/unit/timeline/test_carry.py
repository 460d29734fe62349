"""Who is who, taken over into another analysis of the same source."""

from dataclasses import replace

import pytest

from fer.settings import Settings
from fer.timeline.carry import Carried, carried
from fer.timeline.edits import with_edits
from fer.timeline.persons import Edit
from fer.timeline.timeline import TimelineBuilder
from tests.helpers.factories import UNSURE_BELOW, make_faces, make_observations, make_source

LEFT, RIGHT, FAR = (10, 10, 90, 110), (200, 10, 280, 110), (400, 10, 480, 110)


def shown(frames, *, fps: float = 10.0, kind: str = "video"):
    """A timeline from {id: box} for every frame."""
    builder = TimelineBuilder()
    for index, there in enumerate(frames):
        seen = make_observations(["happy"] * len(there), time_s=index / fps, index=index, ids=list(there))
        faces = make_faces(list(there), boxes=list(there.values()))
        label = {"label": f"{index}.jpg"} if kind == "photos" else {}
        builder.add(replace(seen, faces=faces), **label)
    return builder.build(make_source(kind=kind), Settings(unsure_below=UNSURE_BELOW))


def names(timeline) -> dict:
    """Name -> its boxes' left edges."""
    table = timeline.table[timeline.table["person"] != ""]
    return {who: sorted(set(rows["x"])) for who, rows in table.groupby("person")}


def test_nothing_said_is_nothing_to_carry():
    empty = TimelineBuilder().build(make_source(), Settings())
    assert carried(empty, empty) == Carried()
    assert carried(shown([{1: LEFT}] * 5), shown([{1: LEFT}] * 5)) == Carried()


def test_nobody_found_again_loses_the_name():
    named = with_edits(shown([{1: LEFT}] * 5), [Edit("rename", 1, name="Anna")])
    empty = TimelineBuilder().build(make_source(), Settings())
    assert carried(named, empty) == Carried((), ("Anna",))
    assert carried(named, shown([{1: FAR}] * 5)) == Carried((), ("Anna",))


def test_a_name_and_a_color_follow_the_face_to_its_new_id_and_rate():
    steps = [Edit("rename", 2, name="Ben"), Edit("color", 2, color="#127f8c")]
    named = with_edits(shown([{1: LEFT, 2: RIGHT}] * 20), steps)
    fresh = shown([{7: LEFT, 3: RIGHT}] * 4, fps=2.0)
    again = with_edits(fresh, carried(named, fresh).edits)
    assert again.names == {3: "Ben"} and again.persons.color(3) == "#127f8c"


def test_joined_pieces_are_joined_again_in_whatever_pieces_they_come():
    old = shown([{1: LEFT}] * 10 + [{}] * 5 + [{2: RIGHT}] * 10)
    named = with_edits(old, [Edit("same", 1, other=2), Edit("rename", 1, name="Anna")])
    fresh = shown([{1: LEFT}] * 5 + [{2: LEFT}] * 5 + [{}] * 5 + [{3: RIGHT}] * 10)
    again = with_edits(fresh, carried(named, fresh).edits)
    assert again.face_ids == [1] and names(again) == {"Anna": [LEFT[0], RIGHT[0]]}


def test_a_split_is_made_where_it_is_still_needed_and_only_there():
    old = shown([{1: LEFT}] * 10 + [{1: RIGHT}] * 10)
    named = with_edits(old, [Edit("split", 1, time_s=1.0), Edit("rename", 2, name="Ben")])
    again = with_edits(old, carried(named, old).edits)
    assert names(again) == {"Ben": [RIGHT[0]]}
    apart = shown([{1: LEFT}] * 10 + [{2: RIGHT}] * 10)
    assert [edit.kind for edit in carried(named, apart).edits] == ["rename"]


def test_who_is_no_person_stays_none_and_two_stay_two():
    steps = [Edit("remove", 1), Edit("different", 2, other=3)]
    named = with_edits(shown([{1: LEFT, 2: RIGHT, 3: FAR}] * 5), steps)
    fresh = shown([{4: LEFT, 5: RIGHT, 6: FAR}] * 5)
    made = carried(named, fresh)
    assert made == Carried((Edit("remove", 4), Edit("different", 5, other=6)))


@pytest.mark.parametrize(("numbers", "anna"), [((1, 2), 1), ((2, 1), 2)])
def test_faces_of_photos_keep_their_names_under_other_numbers(numbers, anna):
    photo = {"photo": "0.jpg", "photo_index": 0}
    steps = [Edit("rename", 1, name="Anna", **photo), Edit("remove", 2, **photo)]
    named = with_edits(shown([{1: LEFT, 2: RIGHT}], kind="photos"), steps)
    fresh = shown([dict(zip(numbers, (LEFT, RIGHT), strict=True))], kind="photos")
    made = carried(named, fresh)
    other = numbers[1]
    assert made == Carried((Edit("rename", anna, name="Anna", **photo), Edit("remove", other, **photo)))
    assert carried(named, shown([{1: FAR}], kind="photos")) == Carried((), ("Anna",))
