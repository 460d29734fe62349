"""Formulas, baselines, intensities and verdicts, on a canonical face deformed by hand."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from fer.action_units.alignment import align
from fer.action_units.baseline import (
    CAPTURE_FRAMES,
    Baseline,
    NeutralCapture,
    baselines_from_json,
    baselines_to_json,
)
from fer.action_units.blinks import BlinkCounter
from fer.action_units.eyes import EyeModel, eye_patches, lid_heights
from fer.action_units.formulas import metrics
from fer.action_units.intensity import (
    CANNOT_TELL,
    NOT_SEEN,
    SEEN,
    held_states,
    merged,
    states,
    strengths,
    told,
)
from fer.action_units.population import Population
from fer.action_units.prototypes import PROTOTYPES, is_warning, judge, log_ratios, verdict_sentence
from fer.action_units.table import BY_CODE, CODES, INDEX, TABLE
from fer.constants import CONTRADICTED, EMOTIONS, NOT_CHECKABLE, SUPPORTED
from fer.errors import InputError, ModelError
from fer.evaluation.units.fitting import canonical_face
from fer.pipeline import Analyzer
from fer.records import ActionUnits, Faces, Frame, UnitVerdict
from fer.settings import Settings
from tests.helpers.action_units import (
    FRAME,
    KNOWN,
    OPEN_LIDS,
    deformed,
    faces_of,
    picture_of,
    read,
    read_faces,
    reader_of,
)
from tests.helpers.factories import probs_of

FRONT = np.zeros(3)


def turned(points: np.ndarray, *, yaw: float = 0.0, pitch: float = 0.0) -> np.ndarray:
    y, p = np.deg2rad([yaw, pitch])
    about_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    return points @ (about_y @ about_x).T


def measured(points: np.ndarray, lids: np.ndarray = OPEN_LIDS) -> np.ndarray:
    """(k,) metrics of one face."""
    return metrics(align(picture_of(points)[None], KNOWN.canonical).points, lids)[0]


def test_no_face_gives_empty_values():
    none = read_faces(reader_of(), FRAME, Faces.empty(), np.zeros((0, 7), np.float32), np.zeros(0, bool))
    assert len(none) == 0
    assert none.intensity.shape == (0, len(CODES))
    assert metrics(np.zeros((0, 468, 3)), np.zeros((0, 2, 2))).shape == (0, len(CODES))
    assert align(np.zeros((0, 468, 3)), KNOWN.canonical).pose.shape == (0, 3)


def test_the_table_names_only_what_exists():
    assert len(set(CODES)) == len(TABLE) == 15
    for unit in TABLE:
        assert unit.scale > 0
        assert unit.needs is None or unit.needs in CODES
        assert {code for _, code in unit.minus} | {code for code, _ in unit.crosstalk} <= set(CODES)
        assert unit.of_the_eyes == (not unit.heights and not unit.distances)
    assert set(PROTOTYPES) == set(EMOTIONS)


def test_a_face_comes_back_however_it_is_turned_shifted_and_scaled():
    face = turned(KNOWN.canonical, yaw=18, pitch=-9)
    aligned = align((picture_of(face) * 0.37 + 11)[None], KNOWN.canonical)
    assert aligned.points[0] == pytest.approx(KNOWN.canonical, abs=1e-9)
    assert abs(aligned.pose[0, 0]) == pytest.approx(18, abs=0.5)


def test_pose_counts_as_the_head_pose_does():
    from fer.faces.mesh import head_pose

    for yaw, pitch in ((15, 0), (-15, 0), (0, 12), (0, -12)):
        landmarks = picture_of(turned(KNOWN.canonical, yaw=yaw, pitch=pitch))[None]
        assert align(landmarks, KNOWN.canonical).pose == pytest.approx(head_pose(landmarks), abs=1.5)


@pytest.mark.parametrize("code", CODES)
def test_each_formula_rises_with_its_unit(code):
    values = [measured(*deformed(code, by))[INDEX[code]] for by in (-0.02, 0.0, 0.01, 0.02, 0.04)]
    assert (np.diff(values) > 0).all()


def test_crosstalk_of_a_pulled_mouth_corner():
    """A smile leaks into the lip stretcher and hides the lip corner depressor, as is known."""
    points = KNOWN.canonical.copy()
    points[[61, 291], 1] += 0.06
    points[291, 0] += 0.05
    points[61, 0] -= 0.05
    change = (measured(points) - measured(KNOWN.canonical)) / [unit.scale for unit in TABLE]
    assert change[INDEX["AU12"]] > 0.5
    assert change[INDEX["AU15"]] < -0.5
    assert abs(change[INDEX["AU02"]]) < 1e-6


def test_a_mirrored_face_has_the_same_values():
    points = deformed("AU12", 0.05)[0]
    points[61, 1] += 0.02  # one-sided
    flipped = KNOWN.canonical * [-1, 1, 1]
    twin = linear_sum_assignment(((KNOWN.canonical[:, None] - flipped[None]) ** 2).sum(2))[1]
    assert twin[33] == 263 and twin[61] == 291
    assert measured((points * [-1, 1, 1])[twin]) == pytest.approx(measured(points), abs=2e-3)


def test_pitch_is_taken_out_by_the_population_slope():
    baseline = Baseline.of_population(KNOWN)
    at = {p: KNOWN.neutral + KNOWN.pitch_slope * p for p in (-15.0, 0.0, 15.0)}
    for pitch, values in at.items():
        found = strengths(values, np.array([0.0, pitch, 0.0]), baseline, KNOWN)
        assert found.raw == pytest.approx(np.zeros(len(CODES)), abs=1e-9)
    tilted = strengths(at[15.0], np.array([0.0, 15.0, 0.0]), baseline, KNOWN)
    assert tilted.sigma[INDEX["AU09"]] > strengths(at[0.0], FRONT, baseline, KNOWN).sigma[INDEX["AU09"]]


def test_beyond_the_pose_limit_nothing_is_told():
    found = strengths(KNOWN.neutral, np.array([26.0, 0, 0]), Baseline.of_population(KNOWN), KNOWN)
    assert np.isnan(found.intensity).all() and np.isnan(found.present).all()
    assert (states(found.present) == CANNOT_TELL).all()


def test_brows_are_judged_only_after_a_capture():
    brows = INDEX["AU02"]
    raised = KNOWN.neutral.copy()
    raised[brows] += BY_CODE["AU02"].scale
    unknown = strengths(raised, FRONT, Baseline.of_population(KNOWN), KNOWN)
    captured = Baseline(KNOWN.neutral, 0.2 * KNOWN.spread, captured=True)
    known = strengths(raised, FRONT, captured, KNOWN)
    assert np.isnan(unknown.intensity[brows])
    assert known.intensity[brows] == pytest.approx(5.0)
    assert states(known.present)[brows] == SEEN


def test_jaw_drop_needs_parted_lips():
    values = KNOWN.neutral.copy()
    values[INDEX["AU26"]] += BY_CODE["AU26"].scale
    found = strengths(values, FRONT, Baseline.of_population(KNOWN), KNOWN)
    assert found.present[INDEX["AU26"]] <= found.present[INDEX["AU25"]] < 0.2


def test_what_lies_beyond_the_scale_makes_nothing_surer():
    values = KNOWN.neutral.copy()
    values[INDEX["AU12"]] += BY_CODE["AU12"].scale
    values[INDEX["AU10"]] += 3 * BY_CODE["AU10"].scale
    found = strengths(values, FRONT, Baseline.of_population(KNOWN), KNOWN)
    assert found.present[INDEX["AU12"]] > 0.95
    assert states(found.present)[INDEX["AU10"]] == CANNOT_TELL


def test_states_hold_on_between_the_thresholds():
    before = np.array([SEEN, SEEN, NOT_SEEN, NOT_SEEN, CANNOT_TELL], np.int8)
    present = np.array([0.6, 0.3, 0.4, 0.9, 0.5])
    assert held_states(present, before).tolist() == [SEEN, CANNOT_TELL, NOT_SEEN, SEEN, CANNOT_TELL]
    assert held_states(np.full(5, np.nan), before).tolist() == [CANNOT_TELL] * 5


def test_the_baseline_shrinks_towards_the_population():
    baseline = Baseline.of_population(KNOWN)
    for _ in range(30):
        baseline = baseline.updated(KNOWN.neutral + 1.0, 1.0, KNOWN)
    assert baseline.neutral == pytest.approx(KNOWN.neutral + 0.5)
    assert baseline.spread == pytest.approx(KNOWN.spread * np.sqrt(0.5))
    assert baseline.updated(KNOWN.neutral, 0.0, KNOWN) is baseline


def test_a_capture_wants_the_front_and_open_eyes():
    capture = NeutralCapture()
    assert capture.baseline(KNOWN) is None
    assert "camera" in capture.add(KNOWN.neutral, np.array([15.0, 0, 0]))
    shut = KNOWN.neutral.copy()
    shut[INDEX["AU45"]] = -0.05
    assert "eyes" in capture.add(shut, FRONT)
    assert capture.share == 0
    for _ in range(CAPTURE_FRAMES):
        assert capture.add(KNOWN.neutral, np.array([0, 4.0, 0])) == ""
    found = capture.baseline(KNOWN)
    assert found.captured and found.pitch == 4.0
    assert found.updated(KNOWN.neutral + 9, 1.0, KNOWN) is found


def test_baselines_are_saved_and_loaded():
    kept = {3: Baseline(KNOWN.neutral + 0.1, KNOWN.spread, 2.5, 20.0, captured=True)}
    again = baselines_from_json(baselines_to_json(kept))
    assert again[3].neutral == pytest.approx(kept[3].neutral)
    assert (again[3].pitch, again[3].weight, again[3].captured) == (2.5, 20.0, True)
    assert baselines_from_json(baselines_to_json({})) == {}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "fer-baselines", "codes": [], "faces": {}}'])
def test_other_files_are_no_baselines(text):
    with pytest.raises(InputError, match="no file of neutral faces"):
        baselines_from_json(text)


def test_a_baseline_with_nan_or_too_few_values_is_refused():
    text = baselines_to_json({1: Baseline(KNOWN.neutral, KNOWN.spread)})
    with pytest.raises(InputError):
        baselines_from_json(text.replace('"pitch": 0.0', '"pitch": NaN'))
    with pytest.raises(InputError):
        baselines_from_json(baselines_to_json({1: Baseline(KNOWN.neutral[:3], KNOWN.spread)}))


def test_the_population_is_saved_and_loaded():
    again = Population.from_json(KNOWN.to_json())
    assert again.canonical == pytest.approx(KNOWN.canonical)
    assert again.faces == KNOWN.faces > 4000
    with pytest.raises(ModelError, match="damaged"):
        Population.from_json("{}")


def test_the_canonical_face_is_found_again_in_turned_copies():
    faces = np.array(
        [picture_of(turned(KNOWN.canonical, yaw=y, pitch=p)) for y, p in ((0, 0), (12, 3), (-12, -3))]
    )
    assert canonical_face(faces) == pytest.approx(KNOWN.canonical, abs=5e-3)


def test_lid_heights_are_over_the_line_of_the_corners():
    contour = np.zeros((1, 71, 2))
    contour[0, 8] = [10, 0]
    contour[0, 11:14] = [5, -3]
    contour[0, 3:6] = [5, 1]
    assert lid_heights(contour) == pytest.approx(np.array([[0.3, -0.1]]))


def test_blinks_are_short_closures():
    blinks = BlinkCounter()
    assert np.isnan(blinks.per_minute)
    for k in range(300):
        time_s = k / 15
        shut = any(start <= time_s < start + 0.15 for start in (2.0, 8.0)) or 12 <= time_s < 14
        blinks.add(time_s, shut)
    assert blinks.count == 2
    assert blinks.per_minute == pytest.approx(6.0, abs=0.1)


def presence_of(**units: float) -> np.ndarray:
    """(k,) probabilities: those named, the others not present, and what needs a neutral face untold."""
    present = np.full(len(CODES), 0.02)
    for k, unit in enumerate(TABLE):
        if unit.needs_neutral:
            present[k] = np.nan
    for code, value in units.items():
        present[INDEX[code]] = value
    return present


def verdict_of(emotion: str, present: np.ndarray) -> UnitVerdict:
    intensity = np.where(np.isnan(present), np.nan, 4 * present)
    return judge(emotion, present, intensity, states(present), KNOWN.base_rate)


def test_a_smile_supports_happy_and_the_sentence_names_it():
    verdict = verdict_of("happy", presence_of(AU12=0.99, AU25=0.99))
    assert verdict.kind == SUPPORTED
    assert (
        verdict_sentence(verdict, 0.86)
        == "Happy 86%, supported by AU12 lip corner puller 4.0 and AU25 lips part 4.0"
    )


def test_a_smile_contradicts_another_answer():
    verdict = verdict_of("angry", presence_of(AU12=0.99, AU25=0.99))
    assert (verdict.kind, verdict.fits) == (CONTRADICTED, "happy")
    assert "fits happy better" in verdict_sentence(verdict)
    assert not is_warning(verdict)  # only happy is warned about


def test_a_smile_without_its_unit_is_doubted():
    verdict = verdict_of("happy", presence_of())
    assert (verdict.kind, verdict.missing, is_warning(verdict)) == (CONTRADICTED, ("AU12",), True)
    assert verdict_sentence(verdict) == "Happy, contradicted: AU12 lip corner puller is not seen"
    assert verdict_of("surprise", presence_of()).kind == NOT_CHECKABLE


def test_nothing_told_or_unsure_is_not_checkable():
    untold = np.full(len(CODES), np.nan)
    for verdict in (verdict_of("happy", untold), verdict_of("unsure", presence_of(AU12=0.99))):
        assert verdict.kind == NOT_CHECKABLE
    assert log_ratios(untold, KNOWN.base_rate) == pytest.approx(np.zeros(7))


def test_a_unit_in_doubt_has_no_number():
    assert told(np.zeros((0, len(CODES))), np.zeros((0, len(CODES)))).shape == (0, len(CODES))
    found = told(np.array([3.0, 0.2, 2.0, 1.5]), np.array([SEEN, NOT_SEEN, CANNOT_TELL, np.nan]))
    assert found == pytest.approx([3.0, 0.2, np.nan, np.nan], nan_ok=True)


@pytest.mark.parametrize(
    ("nine", "ten", "shown"),
    [
        ((3.0, 1.0), (np.nan, np.nan), (3.0, 1.0)),
        ((0.1, 0.0), (2.0, 1.0), (2.0, 1.0)),
        ((0.1, 0.0), (0.3, 0.0), (0.3, 0.0)),
        ((0.1, 0.0), (np.nan, np.nan), (np.nan, np.nan)),  # the other one may be there
    ],
)
def test_two_units_that_look_alike_are_seen_where_one_is_and_unseen_where_neither_is(nine, ten, shown):
    intensity, state = np.full((2, len(CODES)), np.nan)
    for code, (value, seen) in (("AU09", nine), ("AU10", ten)):
        intensity[INDEX[code]], state[INDEX[code]] = value, seen
    values, states_ = merged(intensity, state)
    assert (values[INDEX["AU09"]], states_[INDEX["AU09"]]) == pytest.approx(shown, nan_ok=True)


def test_what_decides_nothing_is_said_as_that_and_never_contradicts_itself():
    seen = UnitVerdict("surprise", NOT_CHECKABLE, seen=(("AU12", 4.7),))
    assert verdict_sentence(seen, 0.86) == (
        "Surprise 86%, neither supported nor contradicted by AU12 lip corner puller 4.7"
    )
    assert verdict_sentence(UnitVerdict("sad", NOT_CHECKABLE)) == "Sad; the geometry cannot check it"
    unsure = verdict_sentence(UnitVerdict("unsure", NOT_CHECKABLE, seen=(("AU12", 4.7),)))
    assert unsure == "Unsure, so there is no answer to check; seen: AU12 lip corner puller 4.7"


def test_the_reader_sees_a_smile_only_in_usable_faces():
    smile = deformed("AU12", 0.12)[0]
    seen = read(reader_of(still=True), smile)
    assert seen.state[0, INDEX["AU12"]] == SEEN
    left_out = read(reader_of(still=True), smile, usable=np.zeros(1, bool))
    assert np.isnan(left_out.intensity).all()
    assert left_out.verdicts[0].kind == NOT_CHECKABLE


def test_intensities_are_smoothed_but_blinks_are_not():
    reader = reader_of()
    smile, _ = deformed("AU12", 0.12)
    read(reader, KNOWN.canonical, 0.0)
    soon = read(reader, smile, 0.05).intensity[0, INDEX["AU12"]]
    late = read(reader, smile, 0.95).intensity[0, INDEX["AU12"]]
    assert soon < 0.5 * late
    reader._eyes.value = np.array([[[0.02, -0.02], [0.02, -0.02]]])
    assert read(reader, smile, 1.06).intensity[0, INDEX["AU45"]] > 4


def test_a_face_that_was_away_starts_again_and_ids_are_kept_apart():
    reader = reader_of()
    read(reader, KNOWN.canonical, 0.0)
    smile, _ = deformed("AU12", 0.12)
    back = read(reader, smile, 5.0).intensity[0, INDEX["AU12"]]
    assert back == pytest.approx(read(reader_of(), smile).intensity[0, INDEX["AU12"]])


def test_capture_neutral_through_the_reader():
    reader = reader_of()
    own = deformed("AU02", 0.03)[0]
    read(reader, own, 0.0)
    reader.capture_neutral(1)
    assert reader.capture_progress(1) == (0.0, "")
    for k in range(CAPTURE_FRAMES):
        read(reader, own, 0.1 + k / 15)
    assert reader.capture_progress(1) is None
    after = read(reader, own, 3.0)
    assert after.captured[0]
    assert after.intensity[0, INDEX["AU02"]] == pytest.approx(0, abs=0.05)
    again = reader_of()
    again.use_baselines(baselines_from_json(baselines_to_json(reader.baselines)))
    assert read(again, own, 0.0).captured[0]


def test_faces_that_left_are_forgotten():
    reader = reader_of()
    read(reader, KNOWN.canonical, 0.0)
    assert set(reader.baselines) == {1}
    later, other = replace(FRAME, timestamp_s=100.0), faces_of(KNOWN.canonical, (2,))
    read_faces(reader, later, other, np.array([probs_of("sad")]), np.ones(1, bool))
    assert set(reader.baselines) == {2}


def test_the_record_checks_its_shapes():
    with pytest.raises(ValueError, match="intensity"):
        replace(ActionUnits.empty(), intensity=np.zeros((1, 3), np.float32))


def test_a_portrait_smiles_and_so_does_its_mirror_image(portrait):
    analyzer = Analyzer(Settings(), still=True)
    seen = [analyzer.analyze(Frame(np.ascontiguousarray(p))) for p in (portrait, portrait[:, ::-1])]
    plain, mirrored = (s.action_units for s in seen)
    assert plain.state[0, INDEX["AU12"]] == SEEN
    assert plain.verdicts[0].kind == SUPPORTED
    assert mirrored.intensity == pytest.approx(plain.intensity, abs=0.9, nan_ok=True)


def test_a_still_photo_gives_steady_values(portrait):
    analyzer, random = Analyzer(Settings()), np.random.default_rng(0)
    values = []
    for k in range(15):
        noisy = np.clip(portrait + random.normal(0, 2, portrait.shape), 0, 255).astype(np.uint8)
        values.append(analyzer.analyze(Frame(noisy, k, k / 15)).action_units.intensity[0])
    told = ~np.isnan(values).any(axis=0)
    assert told[INDEX["AU12"]] and told[INDEX["AU25"]]
    assert np.std(values, axis=0)[told].max() < 0.5


def test_the_stage_can_be_switched_off(portrait):
    seen = Analyzer(Settings(action_units=False), still=True).analyze(Frame(portrait))
    assert len(seen) == 1 and len(seen.action_units) == 0


def test_the_iris_model_opens_the_portraits_eyes(portrait):
    seen = Analyzer(Settings(action_units=False), still=True).analyze(Frame(portrait))
    lids = EyeModel().lids(eye_patches(portrait, seen.faces.landmarks))[0]
    assert ((lids[:, 0] - lids[:, 1]) > 0.2).all()
    assert (lids[:, 1] < 0).all()
