"""Naming people in photos, as Streamlit runs the page without a browser."""

import pytest

from fer.sample import sample_frames
from fer.timeline.persons import Edit
from pages.ui.app import session
from pages.ui.app.uploads import Upload
from pages.ui.work import photos
from pages.ui.work.analysis import jpeg
from pages.ui.work.photos import PhotoUploads
from tests.helpers.app import finished, give, open_page, texts


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
