"""Which detections are faces: those of the turned picture against those of the upright one."""

import pytest

from fer.faces.find import LYING_SCORE, anybody, contest
from fer.records import Faces
from tests.helpers.meshes import Watched, faces_of

MORE, LESS = LYING_SCORE + 0.1, LYING_SCORE - 0.1


def test_of_nobody_nobody_wins():
    wins, loses = contest(Faces.empty(), Faces.empty())
    assert (wins.tolist(), loses.tolist()) == ([], [])
    assert contest(Faces.empty(), faces_of(0.7))[1].tolist() == [False]
    assert not anybody(Faces.empty(), Watched())


@pytest.mark.parametrize(("score", "wins"), [(MORE, True), (LESS, False)])
def test_where_nobody_is_a_lying_face_needs_a_fair_score(score, wins):
    elsewhere = faces_of(0.9, 0.9)[1:]
    assert [part.tolist() for part in contest(faces_of(score), elsewhere)] == [[wins], [False]]


@pytest.mark.parametrize(("lying", "upright"), [(MORE, LESS), (LESS, LESS - 0.1), (LESS, MORE), (MORE, MORE)])
def test_of_two_in_one_place_that_with_the_higher_score_stays(lying, upright):
    wins, loses = contest(faces_of(lying), faces_of(upright))
    assert wins.tolist() == loses.tolist() == [lying > upright]


def test_a_likely_face_is_somebody():
    assert anybody(faces_of(0.2, 0.5), Watched())
    assert not anybody(faces_of(0.49), Watched())
