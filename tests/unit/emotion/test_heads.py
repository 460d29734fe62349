"""Two heads in one network: their outputs are told apart by size, and each is read as the manifest says."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from fer.constants import EMOTIONS
from fer.dataset.class_names import class_index
from fer.dataset.readers.fer2013 import VOTE_COLUMNS
from fer.emotion.heads import ANSWER_TEXT, LABELS, VOTE_CLASSES, VOTES, VotesHead, seven_of, split_outputs
from fer.emotion.network import MANIFEST, EmotionNetwork, Manifest, read_manifest, self_test_faces
from fer.emotion.scaling import UNSCALED, scaling_of
from fer.errors import ModelError, ModelOutputError, SettingsError
from fer.io.json_records import json_text
from fer.io.places import MODELS_DIR
from fer.settings import ANSWERS, Settings
from fer.verdict import NO_SETS, SetRule

HEAD = VotesHead(VOTE_CLASSES, scaling_of("temperature", np.eye(7) / 2, np.zeros(7)), 0.5, 0.4, ((0.9, 0.2),))
ONE = Manifest("one", "emotion.tflite", {}, EMOTIONS, 48, UNSCALED, 0.5)
TWO = replace(ONE, name="two", votes=HEAD, answer=VOTES)
FACES = np.random.default_rng(0).integers(0, 255, (5, 48, 48)).astype(np.uint8)


@pytest.fixture
def models(tmp_path):
    """A copy of models/ that a test may change."""
    for name in (MANIFEST, "emotion.tflite"):
        shutil.copy(MODELS_DIR / name, tmp_path / name)
    return tmp_path


def change(folder, **values) -> None:
    path = folder / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def test_the_classes_are_ferpluss_columns_in_our_words():
    assert len(VOTE_CLASSES) == len(VOTE_COLUMNS)
    for ours, theirs in zip(VOTE_CLASSES[:-1], VOTE_COLUMNS, strict=False):
        assert EMOTIONS[class_index(theirs)] == ours
    assert (VOTE_CLASSES[-1], VOTE_COLUMNS[-1]) == ("contempt", "contempt")
    assert tuple(ANSWER_TEXT) == ANSWERS == (LABELS, VOTES)


def test_no_vote_gives_no_row_and_contempt_is_left_out():
    assert seven_of(np.zeros((0, 8))).shape == (0, 7)
    votes = np.arange(8.0)[None]
    named = dict(zip(VOTE_CLASSES, votes[0], strict=True))
    assert seven_of(votes)[0].tolist() == [named[name] for name in EMOTIONS]


def test_outputs_are_told_apart_by_their_size_in_any_order():
    labels, votes = np.zeros((2, 7)), np.ones((2, 8))
    for outputs in ([labels, votes], [votes, labels]):
        heads = split_outputs(outputs)
        assert list(heads) == [LABELS, VOTES]
        assert heads[LABELS] is labels and heads[VOTES] is votes
    assert list(split_outputs([labels])) == [LABELS]
    for wrong in ([], [votes], [labels, labels], [labels, np.zeros((2, 9))]):
        with pytest.raises(ValueError, match="Wanted outputs"):
            split_outputs(wrong)


def test_a_head_of_other_classes_is_refused():
    with pytest.raises(ValueError, match="votes head needs the classes"):
        replace(HEAD, classes=VOTE_CLASSES[::-1])


def test_the_manifest_says_which_head_answers_and_how_it_is_read():
    assert TWO.heads == (LABELS, VOTES) and TWO.head().answer == VOTES
    assert (TWO.head().scaling, TWO.head().unsure_below, TWO.head().sets) == (HEAD.scaling, 0.4, HEAD.sets)
    assert TWO.head().set_rule == NO_SETS == ONE.head().set_rule
    both = replace(TWO, votes=replace(HEAD, unsure_sets=((0.9, 0.1),)))
    assert both.head().set_rule == SetRule(0.9, named_from=0.2, unsure_from=0.1)
    assert both.head(LABELS).set_rule == NO_SETS
    assert (TWO.head(LABELS).scaling, TWO.head(LABELS).unsure_below) == (UNSCALED, 0.5)
    assert ONE.heads == (LABELS,) and ONE.head().answer == LABELS
    with pytest.raises(SettingsError, match="no head 'votes': choose labels"):
        ONE.head(VOTES)
    with pytest.raises(ValueError, match="no head"):
        replace(ONE, answer=VOTES)


def test_a_manifest_is_read_back_and_an_old_one_has_the_labels_head(tmp_path):
    (tmp_path / MANIFEST).write_text(json_text(TWO))
    assert read_manifest(tmp_path) == TWO
    old = json.loads(json_text(ONE))
    del old["answer"], old["votes"]
    (tmp_path / MANIFEST).write_text(json.dumps(old))
    assert read_manifest(tmp_path) == ONE
    (tmp_path / MANIFEST).write_text(json.dumps(json.loads(json_text(TWO)) | {"answer": "both"}))
    with pytest.raises(ModelError, match="damaged"):
        read_manifest(tmp_path)


def test_the_setting_chooses_the_head_and_both_come_from_one_run():
    by_answer = {answer: EmotionNetwork(answer=answer) for answer in ANSWERS}
    assert EmotionNetwork().head.answer == read_manifest().answer == VOTES
    heads = EmotionNetwork().head_logits(FACES)
    for answer, network in by_answer.items():
        assert network.head.answer == answer
        assert network.logits(FACES) == pytest.approx(heads[answer], abs=1e-5)
        assert network(FACES).sum(1) == pytest.approx(np.ones(len(FACES)), abs=1e-5)
        assert network(FACES[:0]).shape == (0, 7)
    assert np.abs(heads[LABELS] - heads[VOTES]).max() > 0.1
    flipped = EmotionNetwork(flip=True).head_logits(FACES)
    mirrored = EmotionNetwork(flip=True).head_logits(FACES[:, :, ::-1])
    assert flipped[VOTES] == pytest.approx(mirrored[VOTES], abs=1e-4)


def test_votes_in_another_order_fail_the_self_test(models):
    EmotionNetwork(models)
    values = json.loads((models / MANIFEST).read_text())["votes"]
    known = np.array(values["self_test"])
    assert known.shape == (len(self_test_faces()), len(VOTE_CLASSES))
    for first, second in ((0, 1), (3, 4), (6, 7)):
        exchanged = known.copy()
        exchanged[:, [first, second]] = known[:, [second, first]]
        change(models, votes=values | {"self_test": exchanged.tolist()})
        with pytest.raises(ModelOutputError, match="another order"):
            EmotionNetwork(models)


def test_a_file_without_the_head_that_the_manifest_names_is_refused(models):
    change(models, votes=None, answer=LABELS)
    with pytest.raises(ModelError, match="7 classes"):
        EmotionNetwork(models)


def test_the_setting_is_one_of_the_heads():
    assert Settings().answer is None
    assert [Settings(answer=answer).answer for answer in ANSWERS] == list(ANSWERS)
    with pytest.raises(SettingsError, match="labels, votes"):
        Settings(answer="both")
