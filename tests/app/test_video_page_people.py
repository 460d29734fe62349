"""The people of a video on its page, as Streamlit runs it without a browser."""

import json

import numpy as np
import pytest

from fer.draw.portraits import Portrait
from fer.export.csv import to_csv
from fer.timeline.edits import with_edits
from fer.timeline.persons import Edit, persons_to_json
from fer.timeline.report import make_report
from pages.ui.app import session, uploads
from pages.ui.app.uploads import Upload
from pages.ui.video import markers, people, report, units
from pages.ui.work.analysis import jpeg
from pages.ui.work.recordings import Recording
from pages.ui.work.video import VideoResult
from tests.helpers.action_units import clip_of
from tests.helpers.app import give, open_page, place_of, press_late, texts
from tests.helpers.factories import make_source, make_timeline

MODEL = {"name": "tiny", "sha256": "0" * 64}
PIECES = {1: [("happy", 2.0)], 2: [("", 3.0), ("sad", 3.0)], 3: [("", 6.0), ("neutral", 3.0)]}
"""Three pieces after each other; the second and third lie elsewhere than the first."""


def recording(timeline) -> Recording:
    return Recording("people.mp4", b"", result=VideoResult(make_report(timeline, model=MODEL), ()))


@pytest.fixture
def clip():
    return recording(make_timeline(PIECES, source=make_source("people.mp4", sha256="a" * 64)))


@pytest.fixture
def app(clip):
    return give(open_page("pages/video.py"), session.CLIP, clip)


def unfolded(clip: Recording):
    """The page of a clip with its Action Units unfolded."""
    app = give(open_page("pages/video.py"), session.CLIP, clip)
    app.session_state[units.SECTION] = True
    return app.run()


def by_key(kind, start: str):
    return next(one for one in kind if one.key and one.key.startswith(start))


def edits(app) -> tuple[Edit, ...]:
    """The steps that the session holds."""
    [steps] = session.registry().kept(app.session_state[session.OWNER], session.PERSONS) or [None]
    return steps.edits if steps else ()


def titles(app) -> list[str]:
    return [one.value.replace("\\", "") for one in app.subheader]


def test_a_video_without_a_face_has_no_cards():
    app = give(open_page("pages/video.py"), session.CLIP, recording(make_timeline({1: [("", 2.0)]})))
    assert not app.exception
    assert "No face was found" in titles(app)[0]
    assert not [one for one in app.button if one.key and one.key.startswith("person")]


def test_everyone_has_a_card_and_the_answer_in_one_line(app):
    assert not app.exception
    written = texts(app)
    assert "**Face 1**" in written and "mostly happy, 100%" in written
    assert "3.0 s in sight, 0:03 to 0:06" in written and "3 people" in written


def test_a_name_is_kept_and_undone(app):
    by_key(app.text_input, "person_name_1").set_value("  Anna\u202e  *B* ").run()
    assert not app.exception
    assert edits(app) == (Edit("rename", 1, name="Anna *B*"),)
    assert "**Anna *B***" in texts(app) and "Anna *B* was read as happy" in texts(app)
    by_key(app.button, "persons_undo").click().run()
    assert edits(app) == () and "Anna" not in texts(app)


def test_a_name_that_cannot_be_one_is_said_and_changes_nothing(app):
    by_key(app.text_input, "person_name_1").set_value("Face 2").run()
    assert not app.exception
    assert "means something else here" in texts(app) and edits(app) == ()
    assert by_key(app.text_input, "person_name_1").value == ""
    app.run()
    assert "means something else here" not in texts(app)


def test_a_suggestion_is_taken_with_one_click_or_ended(app):
    assert "Face 1 and Face 2 look like one: 0:01.9 and 0:03.0" in texts(app)
    by_key(app.button, "persons_same_1_2").click().run()
    assert not app.exception
    assert edits(app) == (Edit("same", 2, other=1),)
    assert "2 people" in texts(app) and "Face 2" not in titles(app)
    assert "Face 1 and Face 3 look like one" in texts(app)
    by_key(app.button, "persons_different_1_3").click().run()
    assert "look like one" not in texts(app)


def test_the_way_back_keeps_its_place_while_all_above_it_comes_and_goes(app):
    """What was drawn before stays until the page is drawn: elsewhere there would be two of it."""
    by_key(app.button, "persons_same_1_2").click().run()
    place = place_of(app, "persons_undo")
    by_key(app.button, "persons_different_1_3").click().run()
    assert "look like one" not in texts(app) and place_of(app, "persons_undo") == place
    by_key(app.text_input, "person_name_1").set_value("Face 3").run()
    assert "means something else here" in texts(app) and place_of(app, "persons_undo") == place
    for face in (1, 3):
        by_key(app.button, f"person_remove_{face}").click().run()
    assert "No face was found" in titles(app)[0] and place_of(app, "persons_undo") == place


def test_player_and_chart_keep_their_place_whoever_there_is_to_choose(app):
    """Elsewhere the browser would load the video anew, and play it from its start."""
    place = place_of(app, markers.NAME)
    by_key(app.button, "persons_same_1_2").click().run()
    by_key(app.button, "persons_same_1_3").click().run()
    assert not [one for one in app.get("button_group") if one.proto.label == "Who the page is about"]
    assert place_of(app, markers.NAME) == place
    by_key(app.button, "persons_undo").click().run()
    assert place_of(app, markers.NAME) == place


def test_same_split_color_and_not_a_person(app):
    by_key(app.selectbox, "person_same_3").set_value(2).run()
    assert edits(app)[-1] == Edit("same", 3, other=2)
    by_key(app.number_input, "person_split_at_2").set_value(4.5).run()
    by_key(app.button, "person_split_2").click().run()
    assert edits(app)[-1] == Edit("split", 2, time_s=4.5)
    by_key(app.selectbox, "person_color_4").set_value("#b0305c").run()
    assert edits(app)[-1] == Edit("color", 4, color="#b0305c")
    by_key(app.button, "person_remove_4").click().run()
    assert not app.exception
    assert edits(app)[-1] == Edit("remove", 4)
    assert "2 people" in texts(app) and "Face 4" not in "".join(titles(app))


def test_when_nobody_is_left_the_last_step_can_be_undone(app):
    for face in (1, 2, 3):
        by_key(app.button, f"person_remove_{face}").click().run()
    assert not app.exception and "No face was found" in titles(app)[0]
    by_key(app.button, "persons_undo").click().run()
    assert "Face 3" in titles(app)[0]


def test_one_picker_drives_headline_moments_and_units():
    app = unfolded(recording(with_edits(clip_of(), [])))
    assert not [one for one in app.button_group if one.key == "face"]
    assert any(one.label == "Units as lines" for one in app.multiselect)
    by_key(app.number_input, "person_split_at_1").set_value(2.0).run()
    by_key(app.button, "person_split_1").click().run()
    assert not app.exception
    picker = by_key(app.button_group, "face")
    assert len(picker.options) == 3
    assert not any(one.label == "Units as lines" for one in app.multiselect)
    picker.set_value(2).run()
    assert not app.exception
    assert titles(app)[0].startswith("Face 2:") and not any(t.startswith("Face 1:") for t in titles(app))
    assert "Face 1 was read" not in texts(app)
    assert any(one.label == "Units as lines" for one in app.multiselect)
    moments = [one.value for one in app.markdown if one.value.startswith("0:0")]
    assert moments and all("Face 1" not in text for text in moments)


def test_a_neutral_face_stays_with_its_person_while_people_change(app):
    app = unfolded(recording(clip_of()))
    by_key(app.button, "neutral_use").click().run()
    assert "Face 1's neutral face was taken at" in texts(app)
    by_key(app.text_input, "person_name_1").set_value("Anna").run()
    assert not app.exception
    assert "Anna's neutral face was taken at" in texts(app)
    assert any("outer brow raiser" in option for one in app.multiselect for option in one.options)
    by_key(app.button, "persons_undo").click().run()
    assert "Face 1's neutral face was taken at" in texts(app)


def given(monkeypatch, data: bytes) -> None:
    files = [[Upload("x.json", data)]]

    def take(*_args, key: str, **_more):
        return files.pop() if files and key == "persons_file" else []

    monkeypatch.setattr(uploads, "take", take)


def test_names_are_loaded_from_their_file(app, clip, monkeypatch):
    source = clip.result.report.timeline.source
    given(monkeypatch, persons_to_json([Edit("rename", 2, name="Bo")], source).encode())
    app.run()
    assert not app.exception
    assert "**Bo**" in texts(app) and edits(app) == (Edit("rename", 2, name="Bo"),)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03", "no file of persons"),
        (persons_to_json([Edit("rename", 9, name="Bo")], make_source()).encode(), "no face 9"),
        (persons_to_json([], make_source(sha256="b" * 64)).encode(), "another source"),
    ],
)
def test_a_bad_file_is_one_sentence_and_changes_nothing(app, monkeypatch, data, said):
    given(monkeypatch, data)
    app.run()
    assert not app.exception
    assert said in texts(app) and "Code: input" in texts(app) and edits(app) == ()


def test_a_recordings_steps_are_there_when_it_is_opened_again(app, clip):
    by_key(app.text_input, "person_name_1").set_value("Anna").run()
    app = give(app, session.CLIP, recording(make_timeline({1: [("sad", 2.0)]})))
    assert "Anna" not in texts(app)
    app = give(app, session.CLIP, clip)
    assert "**Anna**" in texts(app)


def test_names_given_while_live_are_there_and_can_be_undone():
    named = with_edits(make_timeline(PIECES), [Edit("rename", 1, name="Anna")])
    app = give(open_page("pages/video.py"), session.CLIP, recording(named))
    assert "**Anna**" in texts(app)
    by_key(app.button, "persons_undo").click().run()
    assert not app.exception and "Anna" not in texts(app)


def test_the_files_follow(app, clip):
    by_key(app.text_input, "person_name_1").set_value("Anna").run()
    report = clip.result.report
    steps = json.loads(persons_to_json(edits(app), report.timeline.source))["edits"]
    assert steps == [{"kind": "rename", "face": 1, "name": "Anna"}]
    assert ",1,Anna," in to_csv(with_edits(report.timeline, edits(app)))


def test_another_analysis_of_the_clip_keeps_names_and_steps_and_can_do_without(app):
    by_key(app.text_input, "person_name_2").set_value("Anna").run()
    source = make_source("people.mp4", sha256="a" * 64)
    other = {5: [("happy", 2.0)], 8: [("", 3.0), ("sad", 3.0)], 9: [("", 6.0), ("neutral", 3.0)]}
    give(app, session.CLIP, recording(make_timeline(other, fps=5.0, source=source)))
    assert not app.exception
    assert "**Anna**" in texts(app) and "taken over from the analysis before" in texts(app)
    steps = session.registry().kept(app.session_state[session.OWNER], session.PERSONS)
    assert steps[0].edits == (Edit("rename", 8, name="Anna"),)
    app.button(key="persons_without").click().run()
    assert not app.exception and "Anna" not in texts(app)


def test_pictures_of_people_are_covered_or_stand_in_the_report_only_if_asked_for(app, clip, monkeypatch):
    photo = jpeg(np.random.default_rng(0).integers(0, 256, (160, 160, 3), np.uint8))
    result = VideoResult(clip.result.report, (Portrait(1, 0.5, 1.0, photo),))
    given = []
    monkeypatch.setattr(report.downloads, "of_report", lambda *args, pictures, **more: given.append(pictures))
    shown = []
    monkeypatch.setattr(people.st, "image", lambda picture, **more: shown.append(picture))
    give(app, session.CLIP, Recording("people.mp4", b"", result=result))
    assert not app.exception
    assert shown == [photo] and given == [{}]
    switch = app.button_group(key="video_pictures")
    switch.set_value("report").run()
    assert given[-1] == {1: photo}
    switch.set_value("covered").run()
    assert given[-1] == {} and shown[-1] not in (photo, b"")
    give(app, session.CLIP, clip)  # no pictures, no switch
    give(app, session.CLIP, Recording("people.mp4", b"", result=result))
    assert shown[-1] != photo, "covered stays covered"


def test_who_is_not_found_again_is_said(app):
    by_key(app.text_input, "person_name_2").set_value("Anna").run()
    source = make_source("people.mp4", sha256="a" * 64)
    give(app, session.CLIP, recording(make_timeline({1: [("happy", 2.0)]}, source=source)))
    assert not app.exception and "does not find Anna again" in texts(app)


def test_a_name_that_a_browser_sends_again_is_no_second_step(app):
    by_key(app.text_input, "person_name_1").set_value("Anna")
    press_late(app)
    assert [edit.name for edit in edits(app)] == ["Anna"]


def test_a_step_that_is_taken_back_at_once_stays_so(app):
    by_key(app.text_input, "person_name_1").set_value("Anna")
    press_late(app, lambda: by_key(app.button, "persons_undo").click())
    assert edits(app) == ()


def test_two_who_are_joined_by_a_browser_twice_are_one_step(app):
    said = texts(app).count("Code:")
    by_key(app.selectbox, "person_same_1").set_value(2)
    press_late(app)
    assert not app.exception and [edit.kind for edit in edits(app)] == ["same"]
    assert texts(app).count("Code:") == said
