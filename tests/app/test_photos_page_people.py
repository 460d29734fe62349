"""Naming people in photos, as Streamlit runs the page without a browser."""

import csv
import io

import numpy as np
import pandas as pd
import pytest

from fer.errors import InputError
from fer.sample.clip import sample_frames
from fer.timeline.persons import Edit
from pages.ui.app import session
from pages.ui.app.error_text import error_text_of
from pages.ui.app.uploads import Upload
from pages.ui.parts import persons
from pages.ui.photos import choice, hiding, table
from pages.ui.work import photos
from pages.ui.work.analysis import jpeg
from pages.ui.work.photos import PhotoUploads
from tests.helpers.app import finished, give, offered, open_page, place_of, press_late, texts


@pytest.fixture
def app():
    two = jpeg(list(sample_frames(fps=1.0))[10].image)
    batch = PhotoUploads((Upload("two.jpg", two),))
    return finished(give(open_page("pages/photos.py"), session.BATCH, batch))


def edits(app) -> tuple[Edit, ...]:
    steps = session.registry().kept(app.session_state[session.OWNER], session.PERSONS) or ()
    return steps[0].edits if steps else ()


def test_a_person_in_a_group_photo_is_named_taken_out_and_brought_back(app):
    assert not app.exception and "2 faces in 1 photo" in app.subheader[0].value
    name = next(one for one in app.text_input if one.key.startswith("photo_name_"))
    name.set_value("Anna").run()
    assert not app.exception
    [named] = edits(app)
    assert (named.kind, named.name, named.photo) == ("rename", "Anna", "two.jpg")
    assert "**Anna: " in texts(app) and app.dataframe[0].value["Face"].tolist()[0] == "Anna"
    app.button(key="photo_remove").click().run()
    assert not app.exception
    assert "counts nowhere" in texts(app) and len(app.dataframe[0].value) == 1
    assert "1 face in 1 photo" in app.subheader[0].value
    app.button(key="persons_undo").click().run()
    app.button(key="persons_undo").click().run()
    assert edits(app) == () and "2 faces in 1 photo" in app.subheader[0].value


def test_marks_and_titles_say_the_name_and_not_who_is_no_person(app, monkeypatch):
    marked = []
    draw = photos.draw
    monkeypatch.setattr(photos, "draw", lambda *args, **more: marked.append(more) or draw(*args, **more))
    next(one for one in app.text_input if one.key.startswith("photo_name_")).set_value("Anna").run()
    assert not app.exception and "Anna in 1 photo: " in texts(app)
    assert marked[-1]["names"] == {1: "Anna", 2: ""} and marked[-1]["without"] == []
    app.button(key="photo_remove").click().run()
    assert marked[-1]["names"] == {2: ""} and marked[-1]["without"] == [1]


def test_selected_faces_are_named_and_taken_out_together(app, monkeypatch):
    monkeypatch.setattr(table.st, "dataframe", lambda *_args, **_more: {"selection": {"rows": [0, 1]}})
    app.run()
    assert not app.exception and "**2 faces selected**" in texts(app)
    next(one for one in app.text_input if one.key.startswith("photo_together_")).set_value("Twins").run()
    assert not app.exception
    assert [(step.kind, step.face, step.name) for step in edits(app)] == [
        ("rename", 1, "Twins"),
        ("rename", 2, "Twins"),
    ]
    assert "Twins in " in texts(app)
    rows = csv.DictReader(io.StringIO(offered(app, monkeypatch)["photo_csv_selected"]().decode()))
    assert [row["person"] for row in rows] == ["Twins", "Twins"]
    app.button(key="photo_remove_all").click().run()
    assert not app.exception and [step.kind for step in edits(app)][2:] == ["remove", "remove"]
    assert "0 faces" in app.subheader[0].value or "No face" in app.subheader[0].value


def test_what_is_said_and_what_is_selected_moves_nothing(app, monkeypatch):
    """What was drawn before stays until the page is drawn: elsewhere there would be two of it."""
    name = next(one for one in app.text_input if one.key.startswith("photo_name_"))
    name.set_value("Anna").run()
    places = [place_of(app, key) for key in ("photo_faces", "persons_undo")]
    app.session_state[persons.TROUBLE] = error_text_of(InputError("This is no name."))
    app.run()
    assert "This is no name" in texts(app)
    monkeypatch.setattr(table.st, "dataframe", lambda *_args, **_more: {"selection": {"rows": [0]}})
    assert [place_of(app, key) for key in ("photo_faces", "persons_undo")] == places
    app.run()
    assert "**1 face selected**" in texts(app)
    assert [place_of(app, key) for key in ("photo_faces", "persons_undo")] == places


def test_while_faces_are_hidden_what_stands_below_keeps_its_place(app, monkeypatch):
    place = place_of(app, choice.ORDER)
    monkeypatch.setattr(hiding, "applied", lambda result, batch: None)  # not yet known
    app.run()
    assert not app.exception and place_of(app, choice.ORDER) == place


def test_the_page_opens_on_a_photo_with_a_face(photo):
    wall = jpeg(np.full((120, 160, 3), 128, np.uint8))
    batch = PhotoUploads((Upload("wall.jpg", wall), Upload("smile.jpg", photo)))
    app = finished(give(open_page("pages/photos.py"), session.BATCH, batch))
    assert not app.exception
    assert "**Face 1: happy**" in texts(app) and "No face was found" not in texts(app)
    app.pills(key=choice.SHOWN).set_value([table.NO_FACE]).run()
    assert not app.exception and app.dataframe[0].value["Photo"].tolist() == ["wall.jpg"]
    app.pills(key=choice.SHOWN).set_value([]).run()
    app.selectbox(key=choice.ORDER).set_value(choice.SUREST).run()
    assert app.dataframe[0].value["Photo"].tolist() == ["smile.jpg", "wall.jpg"]


ROWS = pd.DataFrame(
    [
        (0, 1, "a.jpg", "Anna", "happy", 80.0, "usable", True),
        (0, 2, "a.jpg", "2", "sad", 60.0, "usable", True),
        (1, 1, "b.jpg", "1", "unsure between sad and neutral", 30.0, "usable", True),
        (1, 2, "b.jpg", "Anna", "happy", 90.0, "blurred", False),
        (2, None, "c.jpg", None, table.NO_FACE, None, "", False),
        (3, None, "d.txt", None, table.NOT_READ, None, "no picture", False),
    ],
    columns=list(table.COLUMNS),
)


def test_rows_are_counted_by_what_they_show_and_why_they_show_nothing():
    assert choice.kinds(ROWS[:0]) == {}
    assert list(choice.kinds(ROWS)) == ["happy", "sad", "unsure", "left out", "no face", "not read"]
    assert set(choice.kinds(ROWS).values()) == {1}


@pytest.mark.parametrize(
    ("shown", "person", "order", "left"),
    [
        ([], None, choice.AS_GIVEN, [0, 1, 2, 3, 4, 5]),
        (["happy", "left out"], None, choice.SUREST, [3, 0]),
        ([], "Anna", choice.LEAST_SURE, [0, 3]),
        ([], None, choice.LEAST_SURE, [2, 1, 0, 3, 4, 5]),
        ([], None, choice.BY_EXPRESSION, [0, 1, 2, 3, 4, 5]),
        (["fear"], None, choice.BY_PERSON, []),
    ],
)
def test_faces_are_filtered_and_ordered(shown, person, order, left):
    assert choice.filtered(ROWS, shown, person, order).index.tolist() == left


def test_a_name_that_a_browser_sends_again_is_no_second_step(app):
    next(one for one in app.text_input if one.key.startswith("photo_name_")).set_value("Anna")
    press_late(app)
    assert [edit.name for edit in edits(app)] == ["Anna"]
