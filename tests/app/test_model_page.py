"""The Model and Labels pages as Streamlit runs them: every part, damaged files, tagging, own labels."""

import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from fer.constants import EMOTIONS
from fer.dataset.tagging import CANNOT_TELL, FaceSample, Tagging
from fer.emotion.network import read_manifest
from fer.errors import ExplanationError, ModelError
from fer.evaluation.figures.speed import read_speed
from fer.explain.maps import Explanation
from fer.sample.clip import sample_video
from pages.ui.app import session
from pages.ui.app.uploads import Upload
from pages.ui.labels import tagging as tag_view
from pages.ui.labels.report import kappa_word
from pages.ui.model import accuracy, card, training
from pages.ui.model import scores as model_scores
from pages.ui.parts import examples
from pages.ui.parts.explanation import agreement, places, sentence
from pages.ui.work import dataset, explain
from pages.ui.work.analysis import jpeg
from pages.ui.work.photos import PhotoUploads
from tests.helpers.app import finished, give, open_page, registry, texts
from tests.helpers.bad_data import noise, zip_bytes
from tests.helpers.jobs import finish
from tests.helpers.places import ROOT

MODEL, LABELS = "pages/model.py", "pages/labels.py"
PARTS = ("Right and wrong", "How sure", "Training", "Compared", "Explain a face", "Model card")


def part(app, name: str):
    app.session_state["part"] = name
    return app.run()


def labels_of(app) -> list[str]:
    return [button.label for button in [*app.button, *app.get("download_button")]]


@pytest.mark.parametrize("name", PARTS)
def test_every_part_of_the_model_page_opens(name):
    app = part(open_page(MODEL), name)
    assert not app.exception
    assert "Code:" not in texts(app)


def test_pages_do_not_import_tensorflow():
    """In a process of its own: other tests of this one may have imported it."""
    pages = "pages.ui.model.explain, pages.ui.model.training, pages.ui.labels.report"
    code = f"import sys, {pages}; print('keras' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_answer_stands_first_and_comes_from_the_file():
    scores = model_scores.read_metrics().test.votes.plain
    app = open_page(MODEL)
    assert f"{scores.accuracy.value:.1%}" in [metric.value for metric in app.metric]
    assert f"**{100 * scores.accuracy.value:.0f}**" in texts(app)
    assert len(app.get("plotly_chart")) == 2
    assert list(app.dataframe[0].value["Expression"]) == [
        "happy", "surprise", "neutral", "sad", "fear", "disgust", "angry",
    ]  # fmt: skip


@pytest.mark.parametrize("content", [None, "", "{", '{"format": 99}'])
def test_missing_or_damaged_figures_cost_one_sentence(monkeypatch, tmp_path, content):
    if content is not None:
        (tmp_path / "metrics.json").write_text(content)
    monkeypatch.setattr(model_scores, "MODELS_DIR", tmp_path)
    app = open_page(MODEL)
    assert not app.exception and not app.metric
    assert "model" in texts(app)
    app = part(app, "Training")
    assert len(app.get("plotly_chart")) == 1


@pytest.mark.parametrize("content", ["", "{", '{"clips": []}', '{"clips": [{"ms": {}}]}'])
def test_a_damaged_benchmark_is_one_sentence(tmp_path, content):
    path = tmp_path / "benchmark.json"
    path.write_text(content)
    with pytest.raises(ModelError, match="benchmark"):
        read_speed(path)


@pytest.mark.parametrize("content", [None, "", "a,b\n1,2\n", "\0\1"])
def test_a_bad_history_costs_one_sentence(monkeypatch, tmp_path, content):
    if content is not None:
        (tmp_path / "history.csv").write_text(content)
    monkeypatch.setattr(training, "MODELS_DIR", tmp_path)
    app = part(open_page(MODEL), "Training")
    assert not app.exception and app.metric
    assert not app.get("plotly_chart")


def test_the_scaling_that_ships_is_marked_in_the_comparison():
    app = part(open_page(MODEL), "How sure")
    assert ["Scaling" in table.value for table in app.dataframe] == [False], "it is the labels head's"
    app.button_group(key=model_scores.HEAD).set_value("labels").run()
    shipped = read_manifest().scaling.kind
    assert f"{shipped.capitalize()} scaling" in texts(app)
    names = list(app.dataframe[0].value["Scaling"])
    assert f"{shipped} (shipped)" in names and len(names) == 4


def test_sets_stand_with_the_head_that_answers():
    app = part(open_page(MODEL), "How sure")
    [table] = app.dataframe
    assert list(table.value["Promised"]) == ["90%"] * len(table.value) and len(table.value) >= 2
    assert "PrivateTest, all" in set(table.value["Faces"])
    assert "Sad or neutral" in texts(app) and "single faces" in texts(app)
    app.button_group(key=model_scores.HEAD).set_value("labels").run()
    assert "Promised" not in app.dataframe[0].value


def test_the_coverage_slider_moves_the_answer():
    app = part(open_page(MODEL), "How sure")
    app.slider(key="coverage_threshold").set_value(0).run()
    assert "100% answered" in texts(app)
    app.slider(key="coverage_threshold").set_value(95).run()
    assert "100% answered" not in texts(app)


def test_faces_of_a_cell_need_the_data_and_come_with_it(monkeypatch, tmp_path):
    row = " ".join(str(v) for v in np.random.default_rng(0).integers(0, 256, 2304))
    path = tmp_path / "fer2013.csv"
    path.write_text("emotion,pixels,Usage\n" + "".join(f"{k},{row},PrivateTest\n" for k in range(7)))
    monkeypatch.setenv(dataset.LOCAL_DATA, str(path))
    app = part(open_page(MODEL), PARTS[0])
    job = finish(examples.answered_job(dataset.local_data()))
    sizes = [len(job.result.cell(label, answer)) for label in EMOTIONS for answer in EMOTIONS]
    assert sum(sizes) == 7 and not app.exception
    monkeypatch.setattr(accuracy, "clicked", lambda *_, **__: ["fear", "sad"])
    app = finished(app.button_group(key=model_scores.HEAD).set_value("labels").run())
    assert "Labelled fear, read as sad" in texts(app) and "sad**: 0 faces" not in texts(app)
    assert "fer2013.csv holds other faces than those of these figures" in texts(app)
    shown = model_scores.read_metrics().test.plain
    counts = replace(shown.confusion, counts=tuple((1, 0, 0, 0, 0, 0, 0) for _ in range(7)))
    monkeypatch.setattr(accuracy, "test_scores", lambda: replace(shown, confusion=counts))
    assert re.search(r"\*\*Labelled fear, read as sad\*\*: [01] face", texts(app.run()))


def explanation(emotion: str = "happy") -> Explanation:
    heat = np.zeros((48, 48), np.float32)
    heat[33:40, 18:30] = 1.0
    return Explanation(emotion, np.full(7, 1 / 7, np.float32), heat, heat, 1.0)


def test_the_sample_is_explained_and_the_picker_asks_why_not(monkeypatch):
    monkeypatch.setattr(explain, "explain_all", lambda crop, network: {e: explanation(e) for e in EMOTIONS})
    app = part(open_page(MODEL), "Explain a face")
    app.button(key="explain_sample").click().run()
    app = finished(finished(app))
    assert not app.exception
    assert "the mouth (Grad-CAM) and the mouth (occlusion). Both maps agree" in texts(app)
    app.button_group(key="explain_emotion").set_value("sad").run()
    assert "For **sad**" in texts(app)
    app.button(key="explain_leave").click().run()
    assert registry().kept(app.session_state[session.OWNER], session.EXPLAINED) is None


def test_without_tensorflow_the_explanation_is_one_sentence(monkeypatch):
    def missing(crop, network):
        raise ExplanationError("Grad-CAM needs TensorFlow: run `pip install -r requirements.txt`.")

    monkeypatch.setattr(explain, "explain_all", missing)
    app = part(open_page(MODEL), "Explain a face")
    app.button(key="explain_sample").click().run()
    app = finished(finished(app))
    assert "Grad-CAM needs TensorFlow" in texts(app) and "Code: explanation" in texts(app)


def test_a_photo_without_a_face_cannot_be_explained():
    app = part(open_page(MODEL), "Explain a face")
    blank = jpeg(np.full((200, 200, 3), 128, np.uint8))
    app = finished(give(app, session.EXPLAINED, Upload("wall.jpg", blank)))
    assert "No face was found" in texts(app) and not app.exception


def test_a_face_of_the_photos_page_is_explained(monkeypatch):
    monkeypatch.setattr(explain, "explain_all", lambda crop, network: {e: explanation(e) for e in EMOTIONS})
    app = finished(give(open_page("pages/photos.py"), session.BATCH, PhotoUploads((explain.sample_photo(),))))
    app.button(key="photo_explain").click().run()
    app = finished(app)
    assert not app.exception
    assert "Why face 1" in texts(app) and "Both maps agree" in texts(app)


def test_maps_in_words():
    assert places(np.zeros((48, 48))) == "none"
    assert places(-np.ones((48, 48))) == "none"
    heat = np.zeros((48, 48))
    heat[0:5, 0:5] = 1
    assert places(heat) == "the forehead, on the left"
    assert agreement(float("nan")).startswith("One of the maps is flat")
    assert "rely on neither" in agreement(-0.3)
    empty = explanation()
    object.__setattr__(empty, "grad_cam", np.zeros((48, 48), np.float32))
    assert sentence(empty).startswith("Nothing in this face")


def test_the_empty_labels_page_offers_both_ways():
    app = open_page(LABELS)
    assert not app.exception
    assert len(app.get("file_uploader")) == 2
    assert not [b for b in app.button if b.key and b.key.startswith("tag_from")]


def test_labeled_files_become_figures_and_disagreements():
    rows = "".join(f"{k}.png,{EMOTIONS[k % 7]}\n" for k in range(14))
    table = ("file,label\n" + rows + "lost.png,happy\n").encode()
    pictures = zip_bytes({f"{k}.png": noise(k) for k in range(14)})
    batch = PhotoUploads((Upload("labels.csv", table), Upload("p.zip", pictures)))
    app = finished(give(open_page(LABELS), session.LABELED, batch))
    assert not app.exception
    assert "of 14 labels" in app.subheader[0].value
    assert "Cohen’s kappa" in texts(app) and "there is no such picture" in texts(app)
    assert {"Every face as CSV", "Figures as JSON"} <= set(labels_of(app))
    assert app.dataframe[1].value["Face"].str.startswith("data:image/png;base64,").all()
    app.button(key="labelled_leave").click().run()
    assert len(app.get("file_uploader")) == 2
    assert registry().jobs_of(app.session_state[session.OWNER]) == []


def test_what_nobody_labelled_is_named_as_people_do():
    pictures = {f"{name}/{k}.png": noise(k) for k in range(2) for name in ("happy", "sad")}
    batch = PhotoUploads((Upload("p.zip", zip_bytes(pictures)),))
    app = finished(give(open_page(LABELS), session.LABELED, batch))
    assert "No face is labelled surprise, neutral, fear, disgust or angry." in texts(app)


def test_files_without_labels_are_one_sentence():
    batch = PhotoUploads((Upload("labels.csv", b"picture,value\na.png,happy\n"),))
    app = finished(give(open_page(LABELS), session.LABELED, batch))
    assert "Code: dataset" in texts(app) and not app.exception


def test_faces_of_a_video_are_tagged_taken_back_and_evaluated():
    clip = Upload("talk.mp4", sample_video(fps=5.0, duration_s=6.0))
    app = finished(give(open_page(LABELS), session.TAG_SOURCE, clip))
    app.run()
    assert not app.exception
    owner = app.session_state[session.OWNER]
    assert registry().jobs_of(owner) == []
    tagging = registry().kept(owner, session.TAGGING)
    assert tagging.tags == () and len(tagging.samples) > 3
    app.button(key="tag_1").click().run()
    app.button(key="tag_0").click().run()
    assert registry().kept(owner, session.TAGGING).tags == ("happy", CANNOT_TELL)
    assert "you said **cannot tell**" in texts(app)
    assert ", the network says" not in texts(app)
    app.button(key="tag_undo").click().run()
    assert registry().kept(owner, session.TAGGING).tags == ("happy",)
    app.toggle(key=tag_view.SHOW_ANSWER).set_value(True).run()
    assert ", the network says" in texts(app)
    app.switch_page("pages/home.py").run()
    app.switch_page(LABELS).run()
    assert registry().kept(owner, session.TAGGING).tags == ("happy",)
    app.button(key="tag_stop").click().run()
    app = finished(app)
    assert "on this footage" in app.subheader[0].value
    assert any("of 1 label" in heading.value for heading in app.subheader)
    assert {"Tags as CSV", "Save the faces", "Every face as CSV"} <= set(labels_of(app))
    app.button(key="tag_leave").click().run()
    assert "1 tag would be gone" in texts(app)
    app.button(key="tag_leave_not").click().run()
    assert registry().kept(owner, session.TAGGING).tags == ("happy",)
    app.button(key="tag_leave").click().run()
    app.button(key="tag_leave_now").click().run()
    assert registry().kept(owner, session.TAGGING) is None and len(app.get("file_uploader")) == 2


def test_only_faces_that_nobody_could_name_have_no_figures():
    face = FaceSample("a.jpg", float("nan"), 1, (0, 0, 9, 9), np.zeros((48, 48), np.uint8), np.full(7, 1 / 7))
    app = open_page(LABELS)
    registry().keep(app.session_state[session.OWNER], session.TAGGING, Tagging((face,), (CANNOT_TELL,)))
    app = give(app, session.TAG_SOURCE, Upload("a.mp4", b"x"))
    assert not app.exception
    assert "nothing to compare" in texts(app) and "could not tell 1 face" in texts(app)


def test_a_video_without_faces_is_one_sentence():
    app = finished(give(open_page(LABELS), session.TAG_SOURCE, PhotoUploads((Upload("a.jpg", b"text"),))))
    assert "No face was found that can be tagged" in texts(app) and not app.exception


@pytest.mark.parametrize(
    ("kappa", "word"), [(-0.1, "no"), (0.1, "slight"), (0.7, "substantial"), (1, "almost perfect")]
)
def test_kappa_has_a_word(kappa, word):
    assert kappa_word(kappa) == word


def test_a_table_of_the_card_is_words_only_and_reached_by_keyboard():
    text = '| at | a "b" |\n| --- | --- |\n| one `--flip` | **3** <i> |\n'
    assert card.table_html(text) == (
        '<div tabindex="0" role="region" aria-label="Table of at, a &quot;b&quot;" style="overflow-x: auto">'
        '<table><thead><tr><th scope="col">at</th><th scope="col">a "b"</th></tr></thead>'
        "<tbody><tr><td>one <code>--flip</code></td><td><b>3</b> &lt;i&gt;</td></tr></tbody></table></div>"
    )
