"""The pages as Streamlit runs them, without a browser: empty, busy, error and result."""

import io
import zipfile
from itertools import islice

import pytest
from streamlit.elements.lib import policies
from streamlit.testing.v1 import AppTest

from fer.draw.video_writer import Mp4Encoder
from fer.emotion.network import EmotionNetwork
from fer.errors import MissingModelError
from fer.export.forms import FORMS
from fer.sample.clip import sample_frames
from pages.ui.app import session
from pages.ui.app.uploads import Upload
from pages.ui.home import sample_frame
from pages.ui.parts import sample_clip
from pages.ui.video import units
from pages.ui.work import analysis
from pages.ui.work.photos import PhotoUploads
from tests.helpers.app import finished, give, open_page, registry, texts

PAGES = (
    "pages/home.py",
    "pages/video.py",
    "pages/photos.py",
    "pages/inside.py",
    "pages/dataset.py",
    "pages/labs.py",
    "pages/action_units.py",
    "pages/prepare.py",
)


@pytest.fixture(scope="module")
def clip() -> Upload:
    """The first seconds of the sample: a smile."""
    file = io.BytesIO()
    encoder = Mp4Encoder(file, fps=10.0)
    for frame in islice(sample_frames(fps=10.0), 20):
        encoder.write(frame.image, frame.timestamp_s)
    encoder.close()
    return Upload("smile.mp4", file.getvalue())


@pytest.mark.parametrize("page", PAGES)
def test_a_deep_link_opens_every_page(page):
    app = open_page(page)
    assert not app.exception
    assert len(app.title) == 1


def test_the_app_opens_at_home_and_says_what_it_must_not_be_used_for():
    app = open_page()
    assert not app.exception
    said = texts(app)
    for word in ("not feelings", "hiring", "lie detection", "2 February 2025", "Tell everyone"):
        assert word in said
    assert app.button[0].label == "Try the sample"


def test_home_opens_without_a_model_and_says_how_to_mend_it(monkeypatch):
    def missing(*args, **more):
        raise MissingModelError("The model is not there: run the training first.")

    sample_frame.sample_frame.clear()
    monkeypatch.setattr(sample_frame, "Analyzer", missing)
    app = open_page()
    assert not app.exception
    assert "run the training first" in texts(app)
    assert "model_missing" in texts(app)
    sample_frame.sample_frame.clear()


@pytest.mark.parametrize("page", PAGES)
def test_case_50_every_page_opens_without_the_models_folder(monkeypatch, tmp_path, page):
    def from_nowhere(*args, **more):
        return EmotionNetwork(tmp_path)

    sample_frame.sample_frame.clear()
    monkeypatch.setattr("fer.pipeline.EmotionNetwork", from_nowhere)
    app = open_page(page)
    assert not app.exception
    assert len(app.title) == 1
    if page == PAGES[0]:
        assert "python -m fer train" in texts(app)
        assert "model_missing" in texts(app)
    sample_frame.sample_frame.clear()


def test_the_sample_becomes_a_report():
    app = finished(give(open_page("pages/video.py"), session.CLIP, sample_clip.sample_clip()))
    assert not app.exception
    assert "happy" in app.subheader[0].value
    assert len(app.get("video")) == 1
    assert len(app.get("plotly_chart")) == 2  # timeline and shares; the Action Units are folded
    app.session_state[units.SECTION] = True
    app.run()
    assert not app.exception and len(app.get("plotly_chart")) == 4  # with their strip and lines


def test_the_empty_video_page_offers_the_sample_and_hides_settings():
    app = open_page("pages/video.py")
    assert app.button(key="try_sample").label == "Try the sample"
    assert len(app.get("file_uploader")) == 1
    assert not app.get("video")


def test_a_video_becomes_a_report_that_survives_a_page_change(clip):
    app = finished(give(open_page("pages/video.py"), session.CLIP, clip))
    assert not app.exception
    title = app.subheader[0].value
    assert title.startswith("Face 1: mostly happy")
    [player] = app.get("video")
    assert player.proto.subtitles
    labels = [button.label for button in app.get("download_button")]
    assert labels == ["Report", "CSV", "XLSX", "CSV with ;", "JSON", *(form.label for form in FORMS.values())]
    app.switch_page("pages/home.py").run()
    app.switch_page("pages/video.py").run()
    assert app.subheader[0].value == title
    assert len(registry().jobs_of(app.session_state[session.OWNER])) == 1


def test_the_threshold_applies_without_a_new_analysis_and_goes_with_the_clip(clip):
    app = finished(give(open_page("pages/video.py"), session.CLIP, clip))
    own = app.slider(key="unsure_percent").value
    app.slider(key="unsure_percent").set_value(99).run()
    app.slider(key="half_life_s").set_value(0.0).run()
    assert "unsure" in app.subheader[0].value
    assert len(registry().jobs_of(app.session_state[session.OWNER])) == 1
    [leave] = [button for button in app.button if button.label == "Another video"]
    leave.click().run()
    assert len(app.get("file_uploader")) == 1
    assert registry().jobs_of(app.session_state[session.OWNER]) == []
    assert registry().kept(app.session_state[session.OWNER], session.CLIP) is None
    app = finished(give(app, session.CLIP, clip))
    assert app.slider(key="unsure_percent").value == own


def test_a_reloaded_tab_finds_what_was_chosen_and_no_widget_has_a_default_beside_it(clip, monkeypatch):
    both = []

    def check(default_value, key, writes_allowed=True):
        if default_value is not None and policies.get_session_state().is_new_state_value(key):
            both.append(key)

    monkeypatch.setattr(policies, "check_session_state_rules", check)
    app = open_page("pages/video.py")
    recalled = {"half_life_s": 0.5, "unsure_percent": 40, "timeline_emotions": ["happy"]}
    recalled |= {"video_pictures": "covered", "marker_name": "film", "face": 1}
    assert set(recalled) <= set(session.REMEMBERED)
    for name in set(recalled) - set(session.DEFAULTS):
        app.session_state[name] = recalled[name]
    registry().keep(app.session_state[session.OWNER], session.RECALLED, recalled)
    app = finished(give(app, session.CLIP, clip))
    assert not app.exception and not both
    assert {name: app.session_state[name] for name in recalled} == recalled


def test_a_moment_moves_the_player(clip):
    app = finished(give(open_page("pages/video.py"), session.CLIP, clip))
    app.button(key="moment_0").click().run()
    first = dict(app.session_state["seek"])
    app.button(key="moment_0").click().run()
    again = app.session_state["seek"]
    assert again["seek_s"] == first["seek_s"] and again["turn"] != first["turn"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "input_empty"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "input_unsupported"),
        (b"\0" * 4000, "input_unsupported"),
    ],
)
def test_a_bad_video_is_one_sentence_and_the_next_one_works(data, code, clip):
    app = finished(give(open_page("pages/video.py"), session.CLIP, Upload("<b>bad</b>.mp4", data)))
    assert not app.exception
    assert f"Code: {code}" in texts(app)
    assert "Traceback" not in texts(app)
    assert r"\<b\>bad\</b\>" in app.markdown[0].value
    app = finished(give(app, session.CLIP, clip))
    assert app.subheader[0].value.startswith("Face 1: mostly happy")


def test_an_unexpected_error_is_a_reference_and_names_nothing(monkeypatch, clip, caplog):
    def broken(*args, **more):
        raise RuntimeError("secret-name.mp4")

    monkeypatch.setattr(analysis, "load_components", broken)
    monkeypatch.setattr(analysis, "_left", {})
    app = open_page("pages/video.py")
    registry_tools_gone()
    app = finished(give(app, session.CLIP, clip))
    assert not app.exception
    assert "Code: ref-" in texts(app)
    assert "secret" not in texts(app) + caplog.text
    assert "Try again" in [button.label for button in app.button]


def registry_tools_gone() -> None:
    """Another registry, whose worker has loaded nothing yet."""
    session.registry.clear()
    session._caretaker.clear()


def test_photos_give_a_row_for_every_face_and_every_bad_file(photo):
    batch = PhotoUploads((Upload("a.jpg", photo), Upload("bad.jpg", b"hello"), Upload("b.jpg", photo + b" ")))
    app = finished(give(open_page("pages/photos.py"), session.BATCH, batch))
    assert not app.exception
    [table] = app.dataframe
    assert set(table.value["Photo"]) == {"a.jpg", "b.jpg", "bad.jpg"}
    [bad] = table.value.loc[table.value["Photo"] == "bad.jpg", "Remark"]
    assert bad.endswith("[input_unsupported]")
    assert "in 2 photos" in app.subheader[0].value
    labels = [button.label for button in app.get("download_button")]
    charts = [form.label for form in FORMS.values() if not form.timed]
    assert labels == ["Photo with marks", "Report", "CSV", "XLSX", "CSV with ;", "JSON", *charts]


def test_only_bad_photos_are_said_plainly():
    batch = PhotoUploads((Upload("a.jpg", b""), Upload("b.png", b"text")))
    app = finished(give(open_page("pages/photos.py"), session.BATCH, batch))
    assert not app.exception
    assert app.subheader[0].value == "None of the files could be read"
    assert "input_empty" in texts(app)
    assert not app.dataframe


def test_an_upload_is_handed_over_and_the_uploader_is_empty_again(photo):
    app = open_page("pages/photos.py")
    app.file_uploader(key="photos_upload_0").set_value([("a.jpg", photo, "image/jpeg")]).run()
    assert not app.exception
    batch = registry().kept(app.session_state[session.OWNER], session.BATCH)
    assert [(one.name, one.data) for one in batch.uploads] == [("a.jpg", photo)]
    assert "photos_upload_0" not in app.session_state


def test_who_is_next_hears_of_nobody_before_them():
    def waiting():
        from pages.ui.app import job_progress
        from pages.ui.app.jobs import Job

        job_progress.wait_for(
            Job("me", "video", None), what="Reading the video", describe=job_progress.of_video
        )

    app = AppTest.from_function(waiting).run()
    assert not app.exception
    assert "Reading the video" in texts(app) and "before you" not in texts(app)


def test_two_sessions_see_only_their_own(clip):
    anna = finished(give(open_page("pages/video.py"), session.CLIP, clip))
    ben = open_page("pages/video.py")
    assert ben.session_state[session.OWNER] != anna.session_state[session.OWNER]
    assert len(ben.get("file_uploader")) == 1
    assert not ben.get("video")


def test_many_bad_photos_are_listed_in_the_table():
    batch = PhotoUploads(tuple(Upload(f"{k}.jpg", b"text %d" % k) for k in range(7)))
    app = finished(give(open_page("pages/photos.py"), session.BATCH, batch))
    assert not app.exception
    assert "2 more could not be read" in texts(app)
    assert len(app.dataframe[0].value) == 7


def _zipped(name: str, data: bytes) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(name, data)
    return archive.getvalue()


def test_what_is_no_picture_is_named_without_a_code():
    batch = PhotoUploads((Upload("a.zip", _zipped("readme.txt", b"no picture")),))
    app = finished(give(open_page("pages/photos.py"), session.BATCH, batch))
    assert "no picture and no video" in texts(app) and "``" not in texts(app) and "` `" not in texts(app)


def test_photos_can_be_shown_and_saved_without_faces(photo):
    batch = PhotoUploads((Upload("a.jpg", photo),))
    app = finished(give(open_page("pages/photos.py"), session.BATCH, batch))
    app.session_state["photo_faces"] = "blur"
    app = finished(app.run())  # the search for faces is a job of its own
    assert not app.exception
    assert "Covered faces are no anonymity" in texts(app)
    assert "photo_explain" not in [button.key for button in app.button], "an explanation is drawn on the face"


def test_the_labs_say_a_strength_alike_on_the_slider_below_the_pictures_and_in_the_sentence():
    app = open_page("pages/labs.py")
    slider = app.slider(key="break_light")
    said = slider.proto.format % slider.value
    captions = [image.caption for found in app.get("image") for image in found.proto.imgs]
    assert f"as it is, and at {said}" in captions
    assert any(f"from {said}" in text.value for text in app.markdown)
