"""The Prepare page as Streamlit runs it: a zip becomes a data set, or a sentence says what is wrong."""

import pytest

from pages.ui.app import session
from pages.ui.app.uploads import Upload
from tests.helpers.app import finished, give, open_page, texts
from tests.helpers.bad_data import png, zip_bytes


@pytest.fixture(scope="module")
def page():
    """The Prepare page, opened once: it lives through every bad file."""
    return open_page("pages/prepare.py")


def test_the_page_makes_a_data_set_of_a_zip(photo):
    files = {"anna/happy/1.jpg": photo, "__MACOSX/anna/happy/1.jpg": b"x", "a/happy/<b>.jpg": b"text"}
    app = finished(give(open_page("pages/prepare.py"), session.RAW, Upload("=faces*.zip", zip_bytes(files))))
    assert not app.exception
    assert "from 2 files" in app.subheader[0].value
    assert "<b>.jpg" in texts(app)
    assert [button.label for button in app.get("download_button")] == ["Data set"]
    [leave] = [button for button in app.button if button.label == "Another zip"]
    leave.click().run()
    assert app.title[0].value == "Prepare"


def test_the_page_says_what_is_wrong_with_a_zip(page):
    app = finished(give(page, session.RAW, Upload("x.zip", b"text")))
    assert not app.exception
    assert "Code: input_unsupported" in texts(app)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "input_empty"),
        (zip_bytes({}), "dataset"),
        (zip_bytes({"anna/happy/1.jpg": b"", "../../evil.csv": b"x"}), "input_unsupported"),
        (zip_bytes({"anna/happy/1.jpg": bytes(70_000_000)}), "input_too_large"),
        (zip_bytes({"anna/happy/1.jpg": png()})[:-30], "input_damaged"),
        (zip_bytes({"anna/happy/1.jpg": bytes(range(256))}), "dataset"),
    ],
    ids=["31 empty", "31 no file", "42 leads out", "42 bomb", "43 cut", "43 binary"],
)
def test_case_31_42_43_a_zip_that_cannot_be_used_is_one_sentence_on_the_page(page, content, code):
    app = finished(give(page, session.RAW, Upload("x.zip", content)))
    assert not app.exception
    assert f"Code: {code}" in texts(app)
