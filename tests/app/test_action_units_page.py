"""The Action Units page says whose face it shows."""

import pytest

from fer.sample.clip import sample_frames
from pages.ui.action_units import face
from tests.helpers.app import give, open_page, texts

BOTH_ARE_IN_SIGHT = 20


@pytest.mark.parametrize(("frame", "said"), [(0, False), (BOTH_ARE_IN_SIGHT, True)])
def test_of_several_faces_it_says_that_the_largest_is_shown(frame, said):
    app = open_page("pages/action_units.py")
    picture = list(sample_frames(fps=2.0))[frame]
    app.segmented_control(key="unit_source").set_value("photo")
    give(app, face.KEPT, face.read(picture))
    assert not app.exception
    assert ("The largest of 2 faces is shown." in texts(app)) == said
    assert "Marked: the points" in texts(app)
