"""From the built-in sample to a timeline: ids, times, expressions, gaps, cancelling."""

import itertools
import threading
from dataclasses import replace

import numpy as np
import pytest

from fer.constants import EMOTIONS
from fer.pipeline import AnalysisProgress, Analyzer, analyze_video, load_components
from fer.records import Frame
from fer.sample.clip import SCRIPT
from fer.settings import Settings
from fer.stages import Stages


@pytest.fixture(scope="module")
def report(sample_clip):
    """The whole sample, analysed once."""
    return analyze_video(sample_clip, name="sample.mp4")


def test_an_empty_picture_gives_no_faces():
    for still in (True, False):
        assert len(Analyzer(still=still).analyze(Frame(np.zeros((48, 64, 3), np.uint8)))) == 0


def test_every_analyzed_frame_is_in_the_timeline_with_its_own_time(report):
    timeline = report.timeline
    assert len(timeline.frame_times_s) == timeline.source.frames_decoded == 180
    assert np.diff(timeline.frame_times_s) == pytest.approx(np.full(179, 1 / 15), abs=1e-4)
    assert (timeline.table["quality"] == "no_face").any()


def test_one_person_leaves_and_comes_back_and_another_enters(report):
    first, second = report.summary.faces
    assert (first.face_id, second.face_id) == (1, 2)
    assert first.first_s < 1 < second.first_s < second.last_s < first.last_s
    assert report.summary.seen_briefly == () and report.timeline.suggestions == ()


@pytest.mark.parametrize("shown", [s for s in SCRIPT if s.expression in ("happy", "surprise")], ids=str)
def test_smile_and_surprise_are_read_where_the_sample_shows_them(report, shown):
    table = report.timeline.table
    middle = (shown.start_s + shown.end_s) / 2
    near = table[(table["time_s"] - middle).abs() < 0.25]
    center_x = near["x"] + near["width"] / 2
    side = near[center_x > 330] if shown.person == 2 else near[center_x < 500]
    words = side.groupby("face_id")["emotion"].agg(lambda names: names.mode()[0])
    assert shown.expression in set(words)


def test_nobody_is_read_where_nobody_is_shown(report):
    nobody = next(s for s in SCRIPT if s.expression == "nobody")
    table = report.timeline.table
    inside = table[(table["time_s"] > nobody.start_s) & (table["time_s"] < nobody.end_s)]
    assert set(inside["quality"]) == {"no_face"}
    assert inside["face_id"].isna().all()


def test_probabilities_sum_to_one(report):
    table = report.timeline.table
    sums = table.loc[table["quality"] != "no_face", list(EMOTIONS)].sum(axis=1)
    assert sums.to_numpy() == pytest.approx(np.ones(len(sums)), abs=1e-5)


def test_sampling_keeps_the_times_and_the_ids(sample_clip):
    report = analyze_video(sample_clip, Settings(fps=5.0))
    assert len(report.timeline.frame_times_s) == pytest.approx(60, abs=1)
    assert report.timeline.frame_times_s[-1] > 11.5
    assert [f.face_id for f in report.summary.faces] == [1, 2]


def test_cancelling_keeps_what_was_read_and_says_so(sample_clip):
    stop = threading.Event()
    seen = []

    def on_frame(frame, _observations):
        seen.append(frame.index)
        if len(seen) == 20:
            stop.set()

    report = analyze_video(sample_clip, cancel=stop, on_frame=on_frame)
    assert len(seen) == len(report.timeline.frame_times_s) == 20
    assert report.timeline.source.partial
    assert report.timeline.source.notes[-1] == "Cancelled at 0:01."


def test_progress_knows_the_length_and_the_time_left(sample_clip):
    told: list[AnalysisProgress] = []
    analyze_video(sample_clip, Settings(fps=5.0), on_progress=told.append)
    assert told
    assert told[-1].total_s == pytest.approx(12.0, abs=0.1)
    assert 0 <= told[0].share <= 1
    assert AnalysisProgress(3.0, 12.0, 9, 2.0).eta_s == pytest.approx(6.0)
    assert AnalysisProgress(3.0, None, 9, 2.0).eta_s is None


def test_the_detector_runs_rarely_while_a_face_is_followed(portrait):
    analyzer = Analyzer(Settings(detect_interval_s=1.0))
    for k in range(31):
        analyzer.analyze(Frame(portrait, k, k / 10))
    assert analyzer.stages.calls["detect"] <= 5


def test_two_people_side_by_side_never_swap(portrait):
    analyzer = Analyzer()
    pair = np.concatenate([portrait[:300, 100:400], portrait[:300, 100:400][:, ::-1]], axis=1)
    ids = []
    for k in range(12):
        shifted = np.roll(pair, 4 * k, axis=1)
        observations = analyzer.analyze(Frame(shifted, k, k / 15))
        left_first = np.argsort(observations.faces.detections.xyxy[:, 0])
        ids.append(observations.faces.track_id[left_first].tolist())
    assert ids == [[1, 2]] * 12


def test_a_cut_to_another_face_gives_a_new_id(portrait):
    analyzer = Analyzer()
    other = portrait[:, ::-1] // 2 + 60
    other = np.roll(other, 90, axis=1)
    first = [analyzer.analyze(Frame(portrait, k, k / 25)).faces.track_id.tolist() for k in range(5)]
    second = [analyzer.analyze(Frame(other, k, k / 25)).faces.track_id.tolist() for k in range(5, 10)]
    assert first == [[1]] * 5
    assert second == [[2]] * 5


def test_the_cap_on_faces_keeps_the_largest_and_counts_the_rest(portrait):
    small = np.zeros_like(portrait)
    small[:256, :256] = portrait[::2, ::2]
    both = np.concatenate([portrait, small], axis=1)
    observations = Analyzer(Settings(max_faces=1), still=True).analyze(Frame(both))
    width = observations.faces.detections.xyxy[0, 2] - observations.faces.detections.xyxy[0, 0]
    assert (len(observations), observations.left_out) == (1, 1)
    assert width > 70


def test_a_stream_gives_the_answers_of_frame_by_frame(portrait):
    frames = [Frame(np.roll(portrait, 3 * k, axis=1), k, k / 15) for k in range(8)]
    one_by_one = Analyzer()
    wanted = [one_by_one.analyze(frame) for frame in frames]
    streamed = list(Analyzer().stream(frames))
    assert [frame for frame, _ in streamed] == frames
    for (_, got), want in zip(streamed, wanted, strict=True):
        assert np.array_equal(got.probs, want.probs) and got.quality == want.quality
        assert np.array_equal(got.faces.landmarks, want.faces.landmarks)
        assert np.array_equal(got.faces.track_id, want.faces.track_id)
        assert np.array_equal(got.action_units.measures, want.action_units.measures, equal_nan=True)
        assert got.action_units.verdicts == want.action_units.verdicts


def test_stages_add_up_with_an_injected_clock():
    ticks = iter([0.0, 2.0, 10.0, 13.0])
    stages = Stages(clock=lambda: next(ticks))
    for _ in range(2):
        with stages.time("mesh"):
            pass
    assert (stages.seconds["mesh"], stages.calls["mesh"]) == (5.0, 2)


class _Failing:
    """A model that fails after some answers."""

    def __init__(self, model, error: BaseException, answers: int) -> None:
        self._model, self._error, self._left = model, error, answers

    def __getattr__(self, name: str):
        return getattr(self._model, name)

    def __call__(self, *given):
        return self._answer(self._model, *given)

    def fit(self, *given):
        return self._answer(self._model.fit, *given)

    def _answer(self, model, *given):
        self._left -= 1
        if self._left < 0:
            raise self._error
        return model(*given)


@pytest.mark.parametrize("error", [ValueError("a fault"), KeyboardInterrupt()], ids=repr)
@pytest.mark.parametrize("failing", ["emotion", "mesh"])
def test_nothing_decodes_any_more_when_a_model_fails(portrait, failing, error):
    """Who handles the error closes the video: a thread that still decoded took the process with it."""
    made = threading.Event()

    def _endless():
        for k in itertools.count():
            made.set()
            yield Frame(np.roll(portrait, 3 * k, axis=1), k, k / 15)

    models = load_components(Settings())
    models = replace(models, **{failing: _Failing(getattr(models, failing), error, 2)})
    try:
        for _ in Analyzer(components=models).stream(_endless()):
            pass
    except (ValueError, KeyboardInterrupt) as raised:
        assert raised is error and made.is_set()
        assert [thread for thread in threading.enumerate() if thread.name == "fer-ahead"] == []
    else:
        pytest.fail("it ended")


class Slow:
    """A detector that waits until it may go on, and counts who is in it at once."""

    def __init__(self, detector) -> None:
        self._detector, self.name = detector, detector.name
        self.sure_score, self.likely_score = detector.sure_score, detector.likely_score
        self.entered, self.go_on = threading.Event(), threading.Event()
        self.inside = self.most_inside = 0

    def detect(self, image, **options):
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        self.entered.set()
        self.go_on.wait(5)
        self.inside -= 1
        return self._detector.detect(image, **options)


@pytest.mark.parametrize("still", [False, True])
def test_two_threads_in_one_analyzer_are_told_or_wait_for_each_other(portrait, still):
    models = load_components(Settings(), still=still)
    slow = Slow(models.detector)
    analyzer = Analyzer(still=still, components=replace(models, detector=slow))
    frame, found = Frame(portrait), []
    first = threading.Thread(target=lambda: found.append(len(analyzer.analyze(frame))))
    first.start()
    assert slow.entered.wait(5)
    if still:
        threading.Timer(0.2, slow.go_on.set).start()
        assert len(analyzer.analyze(frame)) == 1
    else:
        with pytest.raises(RuntimeError, match="another thread's stream: make one for each stream"):
            analyzer.analyze(frame)
        slow.go_on.set()
    first.join()
    assert found == [1]
    assert slow.most_inside == 1
