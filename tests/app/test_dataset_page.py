"""The Dataset page and the labs as Streamlit runs them."""

import gzip
import threading

import cv2
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from fer.dataset.feature_map import feature_map
from fer.dataset.readers.fer2013 import ALL_VOTE_COLUMNS
from fer.emotion.network import EmotionNetwork
from fer.errors import CancelledError, DatasetError, MissingModelError
from fer.evaluation.robustness import read_robustness
from pages.ui.app import session
from pages.ui.app.uploads import Upload
from pages.ui.parts import face_source
from pages.ui.parts.contact_sheet import GAP_PX, sheet
from pages.ui.parts.face_source import LabFace
from pages.ui.work import dataset
from pages.ui.work.analysis import jpeg
from pages.ui.work.dataset import DatasetSource
from tests.helpers.app import finished, give, open_page, part, place_of, texts
from tests.helpers.datasets import make_dataset, scenes, write


@pytest.fixture
def upload(tmp_path) -> Upload:
    images = scenes(5)
    images[4] = images[0]
    usage = ["Training"] * 3 + ["PublicTest"] * 2
    path = write(tmp_path / "mine.csv", images, [3, 4, 9, 0, 3], usage)
    return Upload("=mine*.csv.gz", gzip.compress(path.read_bytes()))


DATASET = "pages/dataset.py"
PARTS = ("Classes", "Repeats and leaks", "Labels")


@pytest.mark.parametrize("name", PARTS)
def test_every_part_opens_without_data_and_says_what_the_data_would_add(name):
    app = part(open_page(DATASET), name)
    assert not app.exception
    assert [tab.label for tab in app.tabs] == list(PARTS)  # no empty ones
    assert name == "Classes" or "With the data" in texts(app)


def test_a_docstring_of_a_page_is_not_shown():
    page = AppTest.from_string('import streamlit as st\n\nPARTS = 1\n"""What it holds."""\nst.title("A")\n')
    assert texts(page.run()) == "A"


def test_the_page_shows_the_shipped_figures_without_data():
    app = part(open_page(DATASET), "Repeats and leaks")
    assert not app.exception
    said = texts(app)
    assert "**288** pictures of PrivateTest stand pixel for pixel in Training" in said
    assert "**1,230** of Training repeat an earlier one, 1,190 with the same label" in said
    assert "33% of 35,887" not in said
    assert "25% of 35,887 faces are happy" in texts(part(app, "Classes"))


def test_an_uploaded_set_is_shown_with_its_pictures(upload):
    app = finished(give(open_page(DATASET), session.DATA, DatasetSource.uploaded(upload)))
    assert not app.exception
    assert "1 row could not be read" in texts(app)
    said = texts(part(app, "Repeats and leaks"))
    assert "**1** picture of PublicTest stands pixel for pixel in Training" in said
    assert "2 pictures, all happy, in Training and PublicTest" in said
    part(app, "Pictures")
    assert [tab.label for tab in app.tabs][-2:] == ["Pictures", "What the network says"]
    app.selectbox(key="pictures_fault").set_value("seen_earlier").run()
    assert "1 picture of =mine*.csv.gz." in texts(app)
    app.selectbox(key="pictures_emotion").set_value("disgust").run()
    assert "No picture is of that kind" in texts(app)


def test_the_parts_of_data_stand_where_those_without_stood(upload):
    """What was drawn before stays until the page is drawn: elsewhere all parts would be there twice."""
    app = open_page(DATASET)
    before = place_of(app, "part")
    assert place_of(finished(give(app, session.DATA, DatasetSource.uploaded(upload))), "part") == before


def test_the_network_lays_an_uploaded_set_out(upload):
    app = finished(give(open_page(DATASET), session.DATA, DatasetSource.uploaded(upload)))
    part(app, "What the network says").button(key="map_read").click().run()
    app = finished(app)
    assert not app.exception
    assert "4 faces, evenly over the rows" in texts(app)
    assert "Hardest" in texts(app)


def test_a_map_of_nothing_and_of_few():
    network = EmotionNetwork()
    assert feature_map(network, make_dataset(np.zeros((0, 48, 48)), [])).xy.shape == (0, 2)
    data = make_dataset(scenes(5), ["all"] * 5, [0, 1, 2, 3, 4])
    found = feature_map(network, data, most=3)
    assert found.places.tolist() == [0, 2, 4]
    assert 0.5 < found.explained <= 1.0001
    hardest = found.hardest(data.labels)
    own = network(data.images)[hardest, data.labels[hardest]]
    assert (np.diff(own) >= 0).all()
    stop = threading.Event()
    stop.set()
    with pytest.raises(CancelledError):
        feature_map(network, data, cancel=stop)


def test_a_bad_file_can_be_left_again():
    app = finished(give(open_page(DATASET), session.DATA, DatasetSource.uploaded(Upload("empty.csv", b""))))
    assert "Code: input_empty" in texts(app)
    [leave] = [button for button in app.button if button.label == "Other data"]
    leave.click().run()
    assert app.title[0].value == "Dataset"


def votes_csv(*rows: tuple[int, ...]) -> bytes:
    """FER+'s file with these votes."""
    lines = [f"Training,fer{k}.png,{','.join(map(str, row))}" for k, row in enumerate(rows)]
    return "\n".join([f"Usage,Image name,{','.join(ALL_VOTE_COLUMNS)}", *lines]).encode()


AGREED, SPLIT, NOBODY = (0, 10, 0, 0, 0, 0, 0, 0, 0, 0), (3, 3, 4, 0, 0, 0, 0, 0, 0, 0), (0,) * 9 + (10,)
FIVE_ROWS = votes_csv(AGREED, SPLIT, AGREED, NOBODY, AGREED)


def test_votes_beside_the_data_rank_disputed_faces_and_show_those_without_a_face(upload):
    given = DatasetSource.of_files([Upload("ferplus.csv", FIVE_ROWS), upload])
    app = part(give(open_page(DATASET), session.DATA, given), "Labels")
    app = finished(finished(app))
    assert not app.exception
    said = texts(app)
    assert "agrees with the label on **67%** of 3 faces" in said
    table = app.dataframe[0].value
    assert list(table["Votes"]) == ["4 surprise, 3 neutral, 3 happy"]
    assert list(table["Label"]) == ["sad"] and list(table["Row"]) == [1]
    assert all("%" in table[head][0] for head in ("Votes head", "Labels head"))
    assert "Most of FER+'s ten saw no face: 1" in said
    app.selectbox(key="disputed_label").set_value("fear").run()
    assert "agree on every one" in texts(app)


@pytest.mark.parametrize(
    ("votes", "said"),
    [
        (votes_csv(AGREED), "fewer rows than the data"),
        (FIVE_ROWS.replace(b",10,", b",x,"), "'x' in the column 'happiness', which holds numbers"),
        (FIVE_ROWS.replace(b",10,", b",,"), "votes that are empty, negative or too many"),
    ],
)
def test_votes_that_do_not_fit_are_one_sentence_and_others_can_be_given(upload, votes, said):
    given = DatasetSource.of_files([upload, Upload("ferplus.csv", votes)])
    app = finished(finished(part(give(open_page(DATASET), session.DATA, given), "Labels")))
    assert not app.exception
    assert said in texts(app) and "Code: dataset" in texts(app)
    assert app.get("file_uploader")


def test_more_than_one_data_set_is_refused(upload):
    for files in ([upload, upload], [Upload("ferplus.csv", FIVE_ROWS)], []):
        with pytest.raises(DatasetError, match="one data set"):
            DatasetSource.of_files(files)


def test_pictures_without_a_face_are_looked_for_on_request(upload):
    app = part(finished(give(open_page(DATASET), session.DATA, DatasetSource.uploaded(upload))), "Labels")
    app.button(key="mesh_look").click().run()
    app = finished(app)
    assert not app.exception
    assert "The mesh finds no face: 4" in texts(app)


def test_data_that_the_operator_names_is_offered(monkeypatch, tmp_path):
    assert dataset.local_data() is None
    path = write(tmp_path / "here.csv", scenes(1), [0], ["Training"])
    monkeypatch.setenv(dataset.LOCAL_DATA, str(path))
    app = open_page(DATASET)
    app.button(key="data_local").click().run()
    app = finished(app)
    assert not app.exception
    assert "The only face is angry" in texts(app)


def test_a_missing_file_of_figures_says_how_to_write_it(monkeypatch):
    def missing(*_):
        raise MissingModelError("There are no figures: run fer dataset.")

    monkeypatch.setattr("pages.ui.dataset.start.read_statistics", missing)
    app = open_page(DATASET)
    assert not app.exception
    assert "run fer dataset" in texts(app)


def test_break_it_says_where_the_answer_changes():
    app = open_page("pages/labs.py")
    assert not app.exception
    assert "The answer **happy** becomes **unsure** from " in texts(app)
    assert f"On {read_robustness().votes.n:,} faces" in texts(app)
    assert "What ten people would say (FER+)" in texts(app)
    app.button_group(key="break_what").set_value("noise").run()
    assert "The answer **happy** becomes **" in texts(app)
    app.button_group(key="break_what").set_value("mouth").run()
    assert not app.exception
    assert "The answer stays **happy**" in texts(app)
    app.slider(key="break_mouth").set_value(1.0).run()
    assert not app.exception


def test_the_augmentation_lab_lists_all_and_repeats_by_seed():
    app = open_page("pages/labs.py")
    app.button_group[0].set_value("Augmentation").run()
    assert not app.exception
    app.button_group(key="augment_which").set_value(["flip", "erase", "mixup"]).run()
    assert not app.exception
    assert len(app.slider) == 4
    assert "variants get the answer" in texts(app)


def test_a_given_face_is_used_and_a_photo_without_one_is_said():
    face = LabFace("my photo", scenes(1)[0])
    app = give(open_page("pages/labs.py"), session.LAB_FACE, face)
    assert "A face of my photo" in texts(app)
    app.button(key="lab_reset").click().run()
    assert "A face of the built-in sample" in texts(app)


def test_photo_after_photo_is_taken_and_the_way_back_is_there_at_once(portrait):
    app = open_page("pages/labs.py")
    for name in ("first.jpg", "second.jpg"):
        [uploader] = app.file_uploader
        uploader.set_value([(name, jpeg(portrait), "image/jpeg")]).run()
        assert f"A face of {name}" in texts(app)
        assert app.button(key="lab_reset")


def test_a_photo_without_a_face(portrait):
    from fer.errors import InputError
    from fer.records import Frame

    def frame(image):
        return Frame(image, 0, 0.0, "photo.jpg")

    with pytest.raises(InputError, match="No face"):
        face_source.face_of(frame(np.full((200, 200, 3), 128, np.uint8)))
    crop = face_source.face_of(frame(portrait)).crop
    assert crop.shape == (48, 48)
    assert cv2.meanStdDev(crop)[1] > 20


def test_a_sheet_of_faces():
    assert sheet([], columns=3).shape == (1, 1)
    picture = sheet(list(scenes(5)), columns=3, zoom=2)
    assert picture.shape == (2 * 96 + GAP_PX, 3 * 96 + 2 * GAP_PX)
    assert (picture[-96:, -96:] == 255).all()
