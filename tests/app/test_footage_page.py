"""Tagging on the Labels page up to what it says about the footage."""

import pytest

from fer.dataset.tagging import Tagging
from fer.timeline.report import Report
from pages.ui.app import session
from pages.ui.app.uploads import Upload
from pages.ui.labels import footage
from tests.helpers.app import finished, give, open_page, registry, texts


@pytest.fixture(scope="module")
def page(short_clip):
    """The page with a clip whose faces are picked."""
    return finished(give(open_page("pages/labels.py"), session.TAG_SOURCE, Upload("clip.mp4", short_clip)))


def press(app, key: str):
    app.button(key=key).click()
    return app.run()


def test_picked_faces_are_asked_for_without_their_answer(page):
    assert not page.exception
    tagging = registry().kept(page.session_state[session.OWNER], session.TAGGING)
    assert isinstance(tagging, Tagging) and tagging.samples
    assert all(sample.state for sample in tagging.samples)
    assert f"0 of {len(tagging.samples)} tagged" in page.get("progress")[0].proto.text
    assert "Before: you said" not in texts(page)


def test_the_tags_say_how_far_the_footage_can_be_trusted(page):
    app = press(page, "tag_1")
    if any(button.key == "tag_stop" for button in app.button):
        app = press(app, "tag_stop")
    app = finished(app)
    assert not app.exception
    assert "The network is right" in app.subheader[0].value
    said = texts(app)
    assert "Which answers to believe here" in said and "Share of the time" in said
    assert "Too few tags to recalibrate" in said
    assert not [toggle for toggle in app.toggle if toggle.key == footage.APPLY]
    assert any("of the footage" in caption.value for caption in app.caption)


def test_faces_that_cannot_be_named_end_in_a_sentence(page):
    owner = page.session_state[session.OWNER]
    tagging = registry().kept(owner, session.TAGGING)
    registry().keep(owner, session.TAGGING, Tagging(tagging.samples, ("cannot_tell",) * len(tagging.samples)))
    assert "nothing to compare" in texts(page.run())


def test_recalibrated_percentages_are_used_only_when_asked_for(page):
    owner = page.session_state[session.OWNER]
    report = registry().kept(owner, session.TAG_REPORT)
    assert isinstance(report, Report)
    [sample, *_] = registry().kept(owner, session.TAGGING).samples
    many = Tagging((sample,) * 40, ("disgust",) * 40)
    app = finished(give(page, session.TAGGING, many))
    labels = [button.label for button in app.get("download_button")]
    assert "Calibration" not in labels and "Report" not in labels
    app.toggle(key=footage.APPLY).set_value(True)
    app = app.run()
    labels = [button.label for button in app.get("download_button")]
    assert "Calibration" in labels and "Report" in labels
    assert not app.exception
    check = footage.check_of(report, many)
    assert check.recalibration is not None and check.recalibration.offered
