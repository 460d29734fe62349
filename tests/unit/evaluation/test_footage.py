"""The check of footage: nothing first, then fair picks, corrected shares, a held-back recalibration."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from fer.constants import DISPLAY_ORDER, EMOTIONS, UNSURE
from fer.dataset.tagging import CANNOT_TELL, FaceSample
from fer.emotion.footage_scaling import FootageScaling, scaling_from_json, scaling_to_json
from fer.errors import DamagedInputError, InputError
from fer.evaluation.figures.metrics_file import Estimate
from fer.evaluation.footage.census import Census, census_from, census_of, with_states
from fer.evaluation.footage.check import (
    BELIEVE,
    DOUBT,
    TOO_FEW,
    check_footage,
    check_json,
    exact_interval,
)
from fer.evaluation.footage.picking import inclusion_weights, pick, quotas, state_indices
from fer.evaluation.footage.recalibration import fit_footage_scaling, recalibrate
from fer.evaluation.footage.shares import corrected_shares
from fer.timeline.recalibrated import recalibrated
from fer.timeline.report import make_report, rerun_command
from fer.timeline.summary import STATES
from tests.helpers.factories import make_photos, make_timeline, probs_of

MODEL = {"name": "tiny", "sha256": "0" * 64}
HAPPY, SAD, NEUTRAL = (EMOTIONS.index(name) for name in ("happy", "sad", "neutral"))


def face(state: str, *, time_s: float = 0.0, face_id: int = 1, file: str = "a.mp4") -> FaceSample:
    crop = np.zeros((48, 48), np.uint8)
    probs = probs_of(state if state in EMOTIONS else None)
    return FaceSample(file, time_s, face_id, (0, 0, 9, 9), crop, probs, b"", state)


def answered(counts: dict[str, int]) -> Census:
    """A census of so many readings of each answer."""
    words = [state for state, n in counts.items() for _ in range(n)]
    probs = np.stack([probs_of(None if word == UNSURE else word) for word in words])
    return census_from(state_indices(words), probs, np.ones(len(words)), is_photos=False, model=MODEL)


def report_of(timeline):
    return make_report(timeline, model=MODEL)


def test_nothing_to_check_is_said():
    with pytest.raises(InputError, match="No face can be read"):
        census_of([report_of(make_timeline({}))])
    with pytest.raises(InputError, match="No face can be read"):
        census_of([report_of(make_timeline({1: [("happy/small", 1.0)]}))])
    census = answered({"happy": 4})
    assert pick([], census, 10) == ()
    for tags in ([], [CANNOT_TELL]):
        with pytest.raises(InputError, match="No face has an expression as its tag"):
            check_footage(census, ["happy"] * len(tags), np.zeros((len(tags), 7)), tags)
    assert exact_interval(0, 0) is None
    assert recalibrate(np.zeros((0, 7)), np.zeros(0, int), np.zeros(0)) is None


def test_a_census_counts_time_and_refuses_what_has_none():
    video = report_of(make_timeline({1: [("happy", 3.0), ("unsure", 1.0)], 2: [("sad", 4.0)]}))
    census = census_of([video])
    shares = dict(zip(STATES, census.shares, strict=True))
    # Smoothing moves the change by a few frames.
    assert shares["happy"] == pytest.approx(3 / 8, abs=0.05) and shares["sad"] == pytest.approx(0.5)
    assert sum(census.shares) == pytest.approx(1) and sum(census.best) == pytest.approx(1)
    assert census.model == MODEL and not census.is_photos
    with pytest.raises(InputError, match="not both at once"):
        census_of([video, report_of(make_photos({"a.jpg": ["happy"]}))])


def test_samples_get_what_the_report_says_at_their_moment():
    video = report_of(make_timeline({1: [("happy", 2.0), ("sad", 2.0)]}, source=None))
    samples = [face("", time_s=t, file="clip.mp4") for t in (0.5, 3.5, 99.0)]
    assert [s.state for s in with_states(samples, [video])] == ["happy", "sad"]
    photo = face("happy", time_s=math.nan, file="a.jpg")
    photos = report_of(make_photos({"a.jpg": ["happy"]}))
    assert [s.state for s in with_states([photo], [photos])] == ["happy"]


def test_quotas_give_the_time_its_share_and_everybody_some():
    there = np.array([100, 100, 100, 2])
    given = quotas(np.array([0.9, 0.1, 0.0, 0.0]), there, 40)
    assert given.sum() == 40 and given[0] > given[1] > given[2] >= 2 and given[3] == 2
    assert quotas(np.zeros(3), np.zeros(3, int), 5).tolist() == [0, 0, 0]
    assert quotas(np.array([0.5, 0.5]), np.array([1, 2]), 50).tolist() == [1, 2]


def test_picks_are_spread_over_persons_and_time_and_weigh_what_they_stand_for():
    samples = [face("happy", time_s=k, face_id=1 + k // 50) for k in range(100)]
    samples += [face("sad", time_s=k) for k in range(10)]
    census = answered({"happy": 100, "sad": 10})
    taken = pick(samples, census, 20)
    assert len(taken) == 20 and len({(s.state, s.face_id, s.time_s) for s in taken}) == 20
    happy = [s for s in taken if s.state == "happy"]
    assert {s.face_id for s in happy} == {1, 2}
    assert max(np.diff(sorted(s.time_s for s in happy))) <= math.ceil(100 / len(happy))
    weights = inclusion_weights(state_indices(s.state for s in taken), census)
    assert weights.sum() == pytest.approx(1)
    assert weights[[s.state == "sad" for s in taken]].sum() == pytest.approx(10 / 110)
    assert [s.time_s for s in pick(samples, census, 20)] == [s.time_s for s in taken]
    assert [s.time_s for s in pick(samples, census, 20, seed=1)] != [s.time_s for s in taken]


def test_every_sample_has_the_same_chance_within_its_answer():
    samples, census = [face("happy", time_s=k) for k in range(7)], answered({"happy": 7})
    hit = np.zeros(7)
    for seed in range(700):
        for sample in pick(samples, census, 3, seed=seed):
            hit[int(sample.time_s)] += 1
    assert hit / 700 == pytest.approx(np.full(7, 3 / 7), abs=0.07)


def test_shares_are_corrected_by_what_the_tags_show():
    census = answered({"sad": 6000, "happy": 4000})
    states = state_indices(["sad"] * 20 + ["happy"] * 20)
    labels = np.array([NEUTRAL] * 15 + [SAD] * 5 + [HAPPY] * 20)
    shares = corrected_shares(census, states, labels)
    assert sum(share.value for share in shares) == pytest.approx(1)
    assert shares[NEUTRAL].value == pytest.approx(0.45, abs=0.02)
    assert shares[SAD].value == pytest.approx(0.15, abs=0.02)
    assert shares[HAPPY].value == pytest.approx(0.40, abs=0.02)
    assert all(share.low <= share.value <= share.high for share in shares)
    never = shares[EMOTIONS.index("fear")]
    assert never.low < 1e-6 and never.high > 0.01
    more = corrected_shares(census, np.tile(states, 10), np.tile(labels, 10))
    assert more[SAD].high - more[SAD].low < (shares[SAD].high - shares[SAD].low) / 2


def test_where_every_reading_is_tagged_nothing_is_uncertain():
    census = answered({"sad": 10, "happy": 10})
    states = state_indices(["sad"] * 10 + ["happy"] * 10)
    shares = corrected_shares(census, states, np.array([NEUTRAL] * 4 + [SAD] * 6 + [HAPPY] * 10))
    assert shares[NEUTRAL].value == pytest.approx(0.2)
    assert shares[NEUTRAL].high - shares[NEUTRAL].low < 1e-9
    wrong = check_footage(
        answered({"happy": 5}), ["happy"] * 5, np.tile(probs_of("happy"), (5, 1)), ["sad"] * 5
    )
    assert wrong.accuracy == Estimate(0, 0, 0) and wrong.shares["sad"].value == pytest.approx(1)


def test_intervals_hold_what_they_promise():
    rng = np.random.default_rng(5)
    truth = np.where(rng.random(4000) < 0.3, NEUTRAL, SAD)
    census = answered({"sad": 4000})
    held = 0
    for _ in range(200):
        labels = truth[rng.choice(4000, 50, replace=False)]
        share = corrected_shares(census, np.full(50, STATES.index("sad")), labels)[NEUTRAL]
        held += share.low <= (truth == NEUTRAL).mean() <= share.high
    assert held / 200 >= 0.93


def test_a_check_says_what_to_believe():
    census = answered({"sad": 500, "happy": 400, UNSURE: 100})
    states = ["happy"] * 20 + ["sad"] * 20 + [UNSURE] * 2 + ["sad"]
    tags = ["happy"] * 19 + ["neutral"] + ["sad"] * 4 + ["neutral"] * 16 + ["neutral", "sad", CANNOT_TELL]
    probs = np.stack([probs_of(None if s == UNSURE else s) for s in states])
    check = check_footage(census, states, probs, tags, n_picked=50)
    assert (check.n_picked, check.n_named, check.n_unnamed) == (50, 42, 1)
    said = {belief.answer: belief for belief in check.beliefs}
    assert list(said) == list(DISPLAY_ORDER)
    assert (
        said["happy"].verdict == BELIEVE and said["sad"].verdict == DOUBT and said["fear"].verdict == TOO_FEW
    )
    assert (
        said["sad"].sentence()
        == "sad: right 4 of 20 times (6% to 44%), else mostly neutral: do not believe it"
    )
    assert said["fear"].sentence() == "fear: no tagged face was read so"
    # Weighted by the time: 0.5 x 0.2 of sad, 0.4 x 0.95 of happy, nothing of the unsure ones.
    assert check.accuracy.value == pytest.approx(0.48, abs=0.02)
    assert check.answered == pytest.approx(0.9)
    words = " ".join(check.sentences())
    assert words.startswith("The network is right 49% of the time on this footage")
    assert "unsure" not in " ".join(replace(check, answered=1.0 - 1e-16).sentences())
    assert "It says “unsure” 10% of the time and" in words
    photos = replace(check, census=replace(census, is_photos=True)).sentences()
    assert photos[0].startswith("The network is right on 49% of the faces on this footage")
    assert "It says “unsure” on 10% of the faces and" in photos[1]
    assert "Believe here: happy." in words and "Do not believe here: sad." in words and "42 tags" in words
    assert "1 face could not be named and is left out" in words
    document = json.loads(check_json(check))
    assert document["shares"]["neutral"]["value"] == pytest.approx(check.shares["neutral"].value, rel=1e-4)


def test_without_tags_a_calibration_changes_nothing():
    scaling = fit_footage_scaling(np.zeros((0, 7)), np.zeros(0, int), np.zeros(0))
    assert scaling.temperature == 1 and set(scaling.prior) == {1}
    probs = probs_of("sad", 0.6)[None]
    assert scaling(probs) == pytest.approx(probs, abs=1e-6)


def test_few_tags_move_a_calibration_little_and_many_move_it_far():
    probs = np.tile(probs_of("sad", 0.7), (400, 1))
    labels = np.where(np.arange(400) % 4 == 0, SAD, NEUTRAL)

    def prior_of(n: int) -> float:
        found = fit_footage_scaling(probs[:n], labels[:n], np.ones(n))
        return found.prior[NEUTRAL] / found.prior[SAD]

    assert 1 < prior_of(8) < prior_of(60) < prior_of(400)
    new = fit_footage_scaling(probs, labels, np.ones(400))(probs[:1])[0]
    assert new[NEUTRAL] > new[SAD] and new.sum() == pytest.approx(1)


def test_a_calibration_is_offered_only_where_held_out_tags_gain():
    rng = np.random.default_rng(0)
    probs = rng.dirichlet(np.full(7, 0.4), 100)
    honest = np.array([rng.choice(7, p=row) for row in probs])
    assert not recalibrate(probs, honest, np.ones(100)).offered
    wrong = np.where(rng.random(100) < 0.7, NEUTRAL, honest)
    found = recalibrate(probs, wrong, np.ones(100), model=MODEL)
    assert found.offered and found.gain.low > 0 and found.scaling.model == MODEL
    assert recalibrate(probs[:29], wrong[:29], np.ones(29)) is None


def test_a_calibration_survives_its_file_and_others_are_refused():
    scaling = FootageScaling(1.3, (1, 1, 1, 1, 0.5, 1, 2.5), 80, MODEL)
    assert scaling_from_json(scaling_to_json(scaling).encode()) == scaling
    with pytest.raises(InputError, match="empty"):
        scaling_from_json(b" ")
    good = json.loads(scaling_to_json(scaling))
    for bad in (
        b"[]",
        b"\xff\xfe",
        b'{"format": "other"}',
        json.dumps(good | {"temperature": -1}).encode(),
        json.dumps(good | {"prior": [1, 2]}).encode(),
        json.dumps(good | {"model": 3}).encode(),
    ):
        with pytest.raises(DamagedInputError, match="no calibration of footage"):
            scaling_from_json(bad)


def test_a_recalibrated_report_changes_its_answers_and_says_so():
    report = report_of(make_timeline({1: [("sad", 2.0)]}, confidence=0.6))
    scaling = FootageScaling(1.0, tuple(20.0 if name == "neutral" else 1.0 for name in EMOTIONS), 50, MODEL)
    new = recalibrated(report, scaling)
    assert report.summary.faces[0].shares["sad"] == 1 and new.summary.faces[0].shares["neutral"] == 1
    assert new.recalibrated and not report.recalibrated
    assert any("Recalibrated with 50 tags" in note for note in new.timeline.source.notes)
    assert "--calibration" in rerun_command(new) and "--calibration" not in rerun_command(report)
    with pytest.raises(InputError, match="already"):
        recalibrated(new, scaling)
    with pytest.raises(InputError, match="another network"):
        recalibrated(report, FootageScaling(1.0, (1.0,) * 7, 50, MODEL | {"answer": "labels"}))


def test_a_recalibrated_empty_timeline_stays_empty():
    new = recalibrated(report_of(make_timeline({})), FootageScaling(1.0, (2.0,) * 7, 50, MODEL))
    assert len(new.timeline) == 0
