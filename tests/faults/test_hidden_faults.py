"""Cases 98 and 99: nobody stands clear in a video with hidden faces; sound, ids and words stay."""

import io
import threading

import av
import numpy as np
import pytest

from fer.cli import DONE, main
from fer.draw import video_copy
from fer.draw.video_copy import write_copy
from fer.errors import CancelledError
from fer.faces.detectors.sensitive import SensitiveDetector
from fer.pipeline import analyze_video
from fer.settings import Settings
from fer.sources import VideoSource
from fer.timeline.edits import with_edits
from fer.timeline.persons import Edit
from fer.timeline.report import make_report
from tests.helpers.clips import beeping, clip, flat

FACE = np.array([190, 70, 270, 190])
"""Of the portrait, xyxy px: eyes, nose and mouth."""
STEP, FIRST = 24, 8
"""The portrait comes in from the right from this frame on, so many px a frame."""


def entering(portrait: np.ndarray, count: int = 40) -> tuple[list[np.ndarray], list[tuple[int, int] | None]]:
    """Frames, and in each the left and right edge (px) of the part of the face that is in it."""
    images, edges = [], []
    for k in range(count):
        image = np.full((320, 480, 3), 110, np.uint8)
        left = max(60, 480 - STEP * (k - FIRST)) if k >= FIRST else 480
        there = portrait[40:360, 60:380][:, : 480 - left]
        image[:, left : left + there.shape[1]] = there
        images.append(image)
        face = left + FACE[0] - 60, min(480, left + FACE[2] - 60)
        edges.append(face if face[1] - face[0] > 40 else None)
    return images, edges


def pictures(data: bytes) -> list[np.ndarray]:
    with VideoSource(data) as video:
        return [frame.image for frame in video]


def likeness(a: np.ndarray, b: np.ndarray) -> float:
    """Correlation of the detail (what a wide blur takes away) of two pictures of a face."""
    a, b = (p.astype(float).mean(2) for p in (a, b))
    a, b = (p - _blurred(p) for p in (a, b))
    return float((a * b).sum() / np.sqrt((a**2).sum() * (b**2).sum() + 1e-9))


def _blurred(gray: np.ndarray) -> np.ndarray:
    width = 9
    padded = np.pad(gray, width // 2, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (width, width))
    return windows.mean((2, 3))


@pytest.fixture(scope="module")
def walk(portrait):
    images, edges = entering(portrait)
    return beeping(images=images), images, edges


@pytest.fixture(scope="module")
def report(walk):
    return analyze_video(walk[0], Settings(action_units=False), name="walk.mp4")


@pytest.mark.parametrize("mode", ["blur", "mesh"])
def test_case_98_somebody_who_enters_is_covered_from_the_first_frame(walk, report, mode):
    data, images, edges = walk
    file = io.BytesIO()
    facts = write_copy(data, file, report, mode=mode)
    copies = pictures(file.getvalue())
    assert len(copies) == len(images) == facts.frames
    rows = slice(FACE[1] - 40, FACE[3] - 40)
    seen = [k for k, edge in enumerate(edges) if edge is not None]
    assert len(seen) > 10
    for k in seen:
        columns = slice(*edges[k])
        assert likeness(images[k][rows, columns], copies[k][rows, columns]) < 0.5, f"clear in frame {k}"
    shown = pictures(data)
    assert all(
        likeness(images[k][rows, slice(*edges[k])], shown[k][rows, slice(*edges[k])]) > 0.8 for k in seen
    )


def test_case_98_a_gap_in_what_is_found_is_no_gap_in_the_cover(walk, report, monkeypatch):
    """The detector sees nothing in 8 frames in the middle, and the report is of one frame only."""
    data, images, edges = walk
    make = video_copy.sensitive_detector

    class Blind:
        name, calls = "blind", 0

        def __init__(self, *args):
            self._detector = make(*args).detector

        def detect(self, image):
            self.calls += 1
            found = self._detector.detect(image)
            return found[:0] if 16 < self.calls <= 24 else found

    monkeypatch.setattr(video_copy, "sensitive_detector", lambda *args: SensitiveDetector(Blind(*args)))
    monkeypatch.setattr(video_copy.ReportMarks, "boxes_at", lambda self, index: np.zeros((0, 4)))
    file = io.BytesIO()
    write_copy(data, file, report, mode="blur")
    copies, rows = pictures(file.getvalue()), slice(FACE[1] - 40, FACE[3] - 40)
    for k in range(16, 24):
        columns = slice(*edges[k])
        assert likeness(images[k][rows, columns], copies[k][rows, columns]) < 0.5, f"clear in frame {k}"


def test_case_98_what_the_second_look_finds_clear_is_covered_and_counted(walk, report, monkeypatch):
    """The first look sees nobody at all."""
    data, images, edges = walk

    class Nobody:
        name = "nobody"

        def detect(self, image):
            return make(Settings().detector).detector.detect(image)[:0]

    make = video_copy.sensitive_detector
    monkeypatch.setattr(video_copy, "sensitive_detector", lambda *_: SensitiveDetector(Nobody()))
    monkeypatch.setattr(video_copy.ReportMarks, "boxes_at", lambda self, index: np.zeros((0, 4)))
    file = io.BytesIO()
    facts = write_copy(data, file, report, mode="blur")
    assert facts.found_clear >= 10
    assert f"{facts.found_clear} clear views" in " ".join(facts.sentences())
    copies, rows = pictures(file.getvalue()), slice(FACE[1] - 40, FACE[3] - 40)
    for k in [k for k, edge in enumerate(edges) if edge is not None]:
        columns = slice(*edges[k])
        assert likeness(images[k][rows, columns], copies[k][rows, columns]) < 0.5, f"clear in frame {k}"


def test_a_video_without_a_face_stays_as_it_is_and_says_so():
    data = clip([flat((90, 120, 60), width=160, height=120)] * 6)
    file = io.BytesIO()
    facts = write_copy(data, file, analyze_video(data, Settings(action_units=False)), mode="blur")
    assert (facts.frames, facts.hidden_share, facts.whole_s, facts.found_clear) == (6, 0.0, 0.0, 0)
    assert "no clear face was found" in " ".join(facts.sentences())


@pytest.mark.parametrize(("sound", "word"), [(True, "kept"), (False, "left out")])
def test_case_99_the_sound_is_kept_or_left_out_and_the_copy_says_which(walk, report, sound, word):
    file = io.BytesIO()
    facts = write_copy(walk[0], file, report, mode="none", sound=sound)
    assert facts.sound == word
    with av.open(io.BytesIO(file.getvalue())) as made:
        assert bool(made.streams.audio) == sound
    assert any("sound" in line.lower() for line in facts.sentences())


def test_case_99_ids_names_and_words_in_the_copy_are_the_reports(walk, report, monkeypatch):
    drawn, written = [], []
    draw = video_copy.draw
    named = with_edits(report.timeline, [Edit("rename", report.timeline.face_ids[0], name="Anna")])
    report = make_report(named, model=report.provenance.model)

    def spy(image, seen, *, names):
        written.append(names)
        drawn.append(
            (seen.frame_index, dict(zip(seen.faces.track_id.tolist(), seen.verdicts[0], strict=True)))
        )
        return draw(image, seen, names=names)

    monkeypatch.setattr(video_copy, "draw", spy)
    write_copy(walk[0], io.BytesIO(), report, mode="none")
    table = report.smoothed.table.dropna(subset=["face_id"])
    said = {
        int(f): dict(zip(rows["face_id"], rows["emotion"], strict=True)) for f, rows in table.groupby("frame")
    }
    assert len(said) > 10
    assert {index: words for index, words in drawn if words} == said
    assert all(names == {named.face_ids[0]: "Anna"} for names in written)


def test_case_99_a_report_of_few_frames_a_second_gives_a_copy_of_all_frames(walk):
    report = analyze_video(walk[0], Settings(fps=2.0, action_units=False))
    file = io.BytesIO()
    assert write_copy(walk[0], file, report, mode="none").frames == len(walk[1])


def test_a_copy_that_is_cancelled_leaves_nothing(walk, report, tmp_path):
    cancel = threading.Event()
    with pytest.raises(CancelledError):
        write_copy(
            walk[0],
            tmp_path / "copy.mp4",
            report,
            mode="blur",
            cancel=cancel,
            on_progress=lambda share, what: cancel.set() if "Writing" in what else None,
        )
    assert list(tmp_path.iterdir()) == []


def test_progress_rises_to_the_end(walk, report):
    shares = []
    write_copy(
        walk[0], io.BytesIO(), report, mode="blur", on_progress=lambda share, what: shares.append(share)
    )
    assert (np.diff(shares) >= 0).all()
    assert shares[0] < 0.1 and shares[-1] > 0.9


def test_the_command_says_what_was_done(walk, tmp_path, capsys):
    path, copy = tmp_path / "walk.mp4", tmp_path / "walk-blur.mp4"
    path.write_bytes(walk[0])
    options = ["--no-action-units", "--video", str(copy), "--anonymise", "blur", "--no-sound"]
    assert main(["analyze", str(path), *options]) == DONE
    said = capsys.readouterr().out
    for words in ("Faces are covered in every frame", "read again by", "no anonymity", "sound was left out"):
        assert words in said
    with av.open(str(copy)) as made:
        assert not made.streams.audio
