"""A clip judged again over its faces' own neutral values, and the file they travel in."""

from dataclasses import replace

import numpy as np
import pytest

from fer.action_units.baseline import Baseline, baselines_from_json, baselines_to_json
from fer.action_units.population import population
from fer.action_units.table import INDEX
from fer.cli import DONE, FAILED, main
from fer.errors import InputError
from fer.export.csv import to_csv
from fer.pipeline import analyze_video
from fer.sample.clip import sample_video
from fer.settings import Settings
from fer.timeline.neutral_faces import most_neutral, neutral_at, of_this_clip, with_baselines
from fer.timeline.read import read_timeline_csv
from fer.timeline.report import NEUTRAL_FILE, make_report, rerun_command
from fer.timeline.timeline import TimelineBuilder
from tests.helpers.action_units import FPS, clip_of
from tests.helpers.factories import make_source

RAISED, RELAXED = INDEX["AU02"], (0.0, 2.0)
"""The clip's face is relaxed for two seconds, then raises its brows for two."""


def test_an_empty_clip_has_no_neutral_face():
    empty = TimelineBuilder().build(make_source(), Settings(unsure_below=0.4))
    assert most_neutral(empty, 1) is None
    with pytest.raises(InputError, match="cannot be chosen here"):
        with_baselines(empty, {})


def test_judged_again_without_a_neutral_face_nothing_changes():
    clip = clip_of()
    again = with_baselines(clip, {})
    assert again.intensities == pytest.approx(clip.intensities, abs=1e-4, nan_ok=True)
    assert to_csv(again) == to_csv(clip)


def test_the_moment_that_looks_neutral_is_proposed():
    time_s, share = most_neutral(clip_of(), 1)
    assert RELAXED[0] <= time_s <= RELAXED[1]
    assert share == pytest.approx(0.9)


def test_over_its_own_neutral_face_the_brows_can_be_judged():
    clip = clip_of()
    assert np.isnan(clip.intensities[:, RAISED]).all()
    again = with_baselines(clip, {1: neutral_at(clip, 1, 1.0)})
    relaxed, raised = again.intensities[FPS, RAISED], again.intensities[-2, RAISED]
    assert relaxed == pytest.approx(0.0, abs=0.1)
    assert raised > 3.5
    assert again.presences[-2, RAISED] == 1
    assert np.isnan(again.intensities[-1]).all() and again.table["au_verdict"].iloc[-1] == ""
    assert np.isnan(clip.intensities[:, RAISED]).all()


def test_too_few_frames_around_the_moment_are_one_sentence():
    with pytest.raises(InputError, match=r"only 8 of the 20 frames.*face 1 from the front"):
        neutral_at(clip_of(fps=2), 1, 2.0)
    with pytest.raises(InputError, match="only 0 of the 20"):
        neutral_at(clip_of(), 7, 1.0)


def test_frames_that_look_away_do_not_count():
    clip = clip_of()
    away = clip.measures.copy()
    away[: FPS * 2, -3] = 20.0
    clip = replace(clip, measures=away)
    with pytest.raises(InputError, match="from the front"):
        neutral_at(clip, 1, 0.0)
    assert most_neutral(clip, 1)[0] >= RELAXED[1]


def test_no_moment_is_proposed_that_is_then_refused():
    clip = clip_of()
    away = clip.measures.copy()
    away[5 : FPS * 2, -3] = 20.0  # it looks neutral for half a second, then it looks away
    clip = replace(clip, measures=away)
    with pytest.raises(InputError, match="from the front"):
        neutral_at(clip, 1, 0.0)
    assert neutral_at(clip, 1, most_neutral(clip, 1)[0]).captured
    slow = clip_of(fps=2)
    assert RELAXED[0] <= most_neutral(slow, 1)[0] <= RELAXED[1]


def test_a_timeline_from_a_csv_cannot_be_judged_again():
    again = read_timeline_csv(to_csv(clip_of()).encode())
    assert again.measures is None and most_neutral(again, 1) is None
    with pytest.raises(InputError, match="analyse the clip again"):
        with_baselines(again, {})


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"[" * 100_000, b"{}", b"\x89PNG\r\n", b"null"])
def test_a_file_that_is_none_is_one_sentence(data):
    with pytest.raises(InputError, match="no file of neutral faces"):
        baselines_from_json(data)


def test_neutral_faces_come_back_from_their_file():
    known = population()
    kept = {2: Baseline(known.neutral, known.spread, 1.5, 20.0, captured=True)}
    again = baselines_from_json(baselines_to_json(kept).encode())
    assert again[2].neutral == pytest.approx(known.neutral) and again[2].captured


def test_a_report_over_a_neutral_face_is_made_again_by_its_command(tmp_path, capsys):
    clip, kept = tmp_path / "clip.mp4", tmp_path / NEUTRAL_FILE
    clip.write_bytes(sample_video(fps=25.0, duration_s=2.0))
    plain = analyze_video(clip)
    assert "--neutral" not in rerun_command(plain)
    kept.write_text(baselines_to_json({1: neutral_at(plain.timeline, 1, 1.0)}))
    loaded = of_this_clip(plain.timeline, baselines_from_json(kept.read_text()))
    judged = with_baselines(plain.timeline, loaded)
    assert f"--neutral {NEUTRAL_FILE}" in rerun_command(make_report(judged, model={}))
    assert main(["analyze", str(clip), "--neutral", str(kept), "--csv", str(tmp_path / "t.csv")]) == DONE
    assert "Face 1's neutral face comes from a file." in capsys.readouterr().out
    assert (tmp_path / "t.csv").read_text() == to_csv(judged) != to_csv(plain.timeline)


def test_a_neutral_file_that_does_not_belong_here_is_one_sentence(tmp_path, capsys):
    clip, photo, kept = tmp_path / "clip.mp4", tmp_path / "p.png", tmp_path / NEUTRAL_FILE
    clip.write_bytes(sample_video(fps=5.0, duration_s=1.0))
    kept.write_text(baselines_to_json({77: neutral_at(clip_of(), 1, 1.0)}))
    assert main(["analyze", str(clip), "--neutral", str(kept)]) == FAILED
    assert "no neutral face of a face of this clip" in capsys.readouterr().err
    kept.write_text("[1]")
    assert main(["analyze", str(clip), "--neutral", str(kept)]) == FAILED
    assert "no file of neutral faces" in capsys.readouterr().err
    photo.write_bytes(b"")
    with pytest.raises(SystemExit):
        main(["analyze", str(clip), str(photo), "--neutral", str(kept)])
    assert "one video" in capsys.readouterr().err
