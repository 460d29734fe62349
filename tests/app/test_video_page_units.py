"""Action Units on the Video page, as Streamlit runs it without a browser."""

import re
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from fer.action_units.baseline import Baseline, baselines_to_json
from fer.action_units.judging import UnitJudge
from fer.action_units.population import population
from fer.timeline.neutral_faces import neutral_at
from fer.timeline.report import make_report
from pages.ui.app import session, uploads
from pages.ui.app.uploads import Upload
from pages.ui.video import units
from pages.ui.work.recordings import Recording
from pages.ui.work.video import VideoResult
from tests.helpers.action_units import clip_of
from tests.helpers.app import give, open_page, texts

MODEL = {"name": "tiny", "sha256": "0" * 64}


@pytest.fixture
def analyzed():
    """A clip of a face that is relaxed and then raises its brows; its pictures are gone."""
    return Recording("brows.mp4", b"", result=VideoResult(make_report(clip_of(), model=MODEL), ()))


@pytest.fixture
def app(analyzed):
    found = open_page("pages/video.py")
    found.session_state[units.SECTION] = True
    return give(found, session.CLIP, analyzed)


def button(app, label: str):
    return next(one for one in app.button if one.label == label)


def shown(app):
    """The report that the page shows."""
    return session.registry().kept(app.session_state[session.OWNER], session.NEUTRAL)


def test_a_moment_becomes_the_neutral_face_and_can_be_dropped(app):
    assert not app.exception
    assert "measured against the average neutral face" in texts(app)
    assert re.search(r"Most neutral: 0:0\d\.\d \(around it neutral \d+% on average\)", texts(app))
    button(app, "Use as neutral").click().run()
    assert not app.exception
    assert "Face 1's neutral face was taken at 0:0" in texts(app)
    assert "AU2 outer brow raiser" in app.multiselect(key="unit_lines_1").options and shown(
        app
    ).baselines.keys() == {1}
    assert [one.label for one in app.get("download_button")].count("Save neutral faces") == 1
    button(app, "Drop").click().run()
    assert "neutral face was taken" not in texts(app)
    assert shown(app).shown is shown(app).report


def given(monkeypatch, data: bytes, to: str = "neutral_file") -> None:
    """What the uploader whose key ends so hands over on the next run."""
    files = [[Upload("x.json", data)]]

    def take(*_args, key: str, **_more):
        return files.pop() if files and key.endswith(to) else []

    monkeypatch.setattr(uploads, "take", take)


def test_neutral_faces_are_loaded_from_a_file(app, analyzed, monkeypatch):
    found = neutral_at(analyzed.result.report.timeline, 1, 1.0)
    given(monkeypatch, baselines_to_json({1: found, 9: found}).encode())
    app.run()
    assert not app.exception
    assert "Face 1's neutral face comes from a file." in texts(app)
    assert "Face 9" not in texts(app)


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"PK\x03", "no file of neutral faces"), (b"", "no file of neutral faces")],
)
def test_a_bad_file_is_one_sentence_and_changes_nothing(app, monkeypatch, data, said):
    given(monkeypatch, data)
    app.run()
    assert not app.exception
    assert said in texts(app) and "Code: input" in texts(app)
    assert shown(app) is None


def test_neutral_faces_of_other_faces_are_refused(app, analyzed, monkeypatch):
    found = neutral_at(analyzed.result.report.timeline, 1, 1.0)
    given(monkeypatch, baselines_to_json({9: found}).encode())
    app.run()
    assert "holds no neutral face of a face of this clip" in texts(app)


def test_live_saves_captured_neutral_faces_and_takes_them_back(monkeypatch):
    known, units = population(), UnitJudge(unsure_below=0.4)
    units.use_baselines({1: Baseline.of_population(known)})

    def script(room):
        from pages.ui.live import neutral

        neutral.files(room)

    app = AppTest.from_function(script, args=(SimpleNamespace(units=units),)).run()
    assert not app.exception and not app.get("download_button")
    captured = Baseline(known.neutral + 0.1, known.spread, captured=True)
    given(monkeypatch, baselines_to_json({3: captured}).encode())
    app.run()
    assert "In use for face 3." in texts(app)
    assert units.baselines[3].neutral == pytest.approx(captured.neutral)
    app.run()
    assert len(app.get("download_button")) == 1


OPENFACE = "\n".join(
    ["frame,timestamp,AU12_r,AU12_c", *(f"{k + 1},{k / 15:.3f},{k % 3},{k % 2}" for k in range(60))]
)


def test_a_csv_of_openface_stands_beside_ours_and_can_be_left(app, monkeypatch):
    given(monkeypatch, OPENFACE.encode(), to="units_csv")
    app.run()
    assert not app.exception
    assert "**OpenFace** · x.json · 60 rows" in texts(app)
    table = app.dataframe[-1]
    assert table.value["Unit"].tolist() == ["AU12 lip corner puller"]
    assert table.value["Frames"].tolist() == [60]
    button(app, "Another file").click().run()
    assert len(app.dataframe) == 1  # of the moments


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The CSV file is empty"),
        (b"a,b\n1,2\n", "no Action Units of OpenFace 2 or py-feat"),
        (b"frame,AU12\n0,0.5\n900,0.5\n", "counts 901 frames, the clip 61"),
        (b"frame,timestamp,AU12_r\n1,99.0,1\n", "No row of the CSV belongs to a frame"),
    ],
)
def test_a_csv_that_does_not_fit_is_one_sentence(app, monkeypatch, data, said):
    given(monkeypatch, data, to="units_csv")
    app.run()
    assert not app.exception
    assert said in texts(app) and "Code: input" in texts(app)
    assert len(app.dataframe) == 1  # of the moments
