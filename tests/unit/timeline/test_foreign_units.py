"""OpenFace's and py-feat's files beside our timeline."""

from dataclasses import replace

import numpy as np
import pytest

from fer.charts.units import comparison_lines
from fer.cli import main
from fer.errors import DamagedInputError, EmptyInputError, InputError, TooLargeInputError
from fer.export.csv import to_csv
from fer.settings import Settings
from fer.timeline.foreign_units import OPENFACE, PYFEAT, compare, read_foreign, remarks, times_of
from fer.timeline.timeline import TimelineBuilder
from tests.helpers.action_units import units_of
from tests.helpers.factories import make_observations, make_source, make_timeline

STRENGTHS = (0.0, 1.0, 2.0, 3.0, 4.0)


def ours():
    builder = TimelineBuilder()
    for k, value in enumerate(STRENGTHS):
        seen = make_observations(["happy"], time_s=k / 10, index=k)
        builder.add(replace(seen, action_units=units_of("supported", AU12=value)))
    return builder.build(make_source(), Settings(unsure_below=0.5))


def openface() -> bytes:
    rows = [f"{k + 1}, {k / 10:.3f}, {v / 2 + 1:.2f}, {int(v > 2):.2f}" for k, v in enumerate(STRENGTHS)]
    return "\n".join(["frame, timestamp, AU12_r, AU12_c", *rows]).encode()


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"", "empty"), (b"frame, timestamp, AU12_r, AU12_c\n", "a header and no rows")],
)
def test_a_file_without_rows_is_one_sentence(data, said):
    with pytest.raises(EmptyInputError, match=said):
        read_foreign(data)


def test_openface_is_matched_by_time():
    other = read_foreign(openface())
    assert other.program == OPENFACE and other.frame.tolist() == [0, 1, 2, 3, 4]
    [found] = compare(ours(), 1, other)
    assert (found.code, found.frames, found.judged) == ("AU12", 5, 5)
    assert found.correlation == pytest.approx(1.0)
    assert found.agreement == pytest.approx(0.8)
    with pytest.raises(InputError, match="in which face 2 could be read"):
        compare(ours(), 2, other)
    assert remarks(ours(), other) == []


def test_pyfeat_is_matched_by_frame():
    other = read_foreign(b"frame,AU12,AU43\n0,0.1,0\n1,0.2,0\n2,0.9,0\n6,0.9,0\n")
    assert other.program == PYFEAT
    [found] = compare(ours(), 1, other)
    assert (found.frames, found.agreement) == (3, 1.0)
    assert np.isfinite(found.correlation)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"frame,x\n1,2\n", "no Action Units"),
        (b"AU12_r\n1\n", "needs `frame`"),
        (b"frame,AU12_r\n1,high\n", "'high' in the column 'AU12_r', which holds numbers"),
        (b"frame,AU12_r\n,1\n", "empty cells"),
        (b"frame,AU12_r\n1,2,3\n", "Line 2"),
        (b"\x89PNG\r\n\0", "binary"),
        (b"frame,AU12\n0,0.1\n0,0.9\n", "several rows for frame 0"),
    ],
)
def test_other_files_are_refused(data, said):
    with pytest.raises(DamagedInputError, match=said):
        read_foreign(data)


def test_a_line_without_end_is_refused():
    with pytest.raises(TooLargeInputError):
        read_foreign(b"frame,AU12_r\n" + b"1," * 100_000)


def test_only_the_columns_that_are_needed_are_kept():
    wide = ", ".join(["frame", "face_id", "timestamp", *(f"x_{k}" for k in range(700)), "AU12_r"])
    row = ", ".join(["1", "0", "0.0", *("9",) * 700, "2.5"])
    other = read_foreign(f"{wide}\n{row}\n".encode())
    assert other.faces == ["0"] and np.nanmax(other.intensity) == 2.5


def test_rows_without_a_face_hold_nothing():
    other = read_foreign(b"frame, timestamp, success, AU12_r, AU12_c\n1,0,1,2,1\n2,0.1,0,5,1\n")
    assert np.isfinite(other.intensity).sum() == np.isfinite(other.present).sum() == 1


def test_of_several_faces_one_is_chosen():
    rows = [f"{k + 1},{face},{k / 10},{v}" for k, v in enumerate(STRENGTHS) for face in (0, 1)]
    other = read_foreign("\n".join(["frame,face_id,timestamp,AU12_r", *rows]).encode())
    assert other.faces == ["0", "1"]
    with pytest.raises(InputError, match=r"2 faces \(0 and 1\): choose one"):
        compare(ours(), 1, other)
    assert compare(ours(), 1, other.of_face("1"))[0].correlation == pytest.approx(1.0)


def test_other_lengths_and_rates_are_said():
    rows = [f"{k + 1},{k / 30:.4f},{k % 5}" for k in range(300)]
    longer = read_foreign("\n".join(["frame,timestamp,AU12_r", *rows]).encode())
    said = " ".join(remarks(ours(), longer))
    assert "The CSV ends at 0:10, the clip at 0:00" in said
    assert "30 rows a second, the clip was read at 10" in said
    assert compare(ours(), 1, longer)[0].frames == len(STRENGTHS)


def test_frames_of_another_clip_are_refused():
    other = read_foreign(b"frame,AU12\n" + b"".join(b"%d,0.5\n" % k for k in range(60)))
    with pytest.raises(InputError, match="counts 60 frames, the clip 5, and it has no times"):
        compare(ours(), 1, other)


def test_frames_without_times_take_ours():
    other = read_foreign(b"frame,AU12\n0,0.1\n2,0.2\n4,0.9\n")
    assert times_of(ours(), other) == pytest.approx([0.0, 0.2, 0.4])


def test_both_lines_are_drawn_on_one_scale():
    other = read_foreign(b"frame,AU12\n0,0.1\n2,0.2\n4,0.9\n")
    mine, theirs = comparison_lines(ours(), 1, other, "AU12").data
    assert mine.name == "AU12 lip corner puller, here" and theirs.name == PYFEAT
    assert list(theirs.y) == pytest.approx([0.5, 1.0, 4.5])


def test_a_timeline_without_units_is_said():
    with pytest.raises(InputError, match="without Action Units"):
        compare(make_timeline({1: [("happy", 1.0)]}), 1, read_foreign(openface()))


def test_the_command_prints_each_unit(tmp_path, capsys):
    (tmp_path / "ours.csv").write_text(to_csv(ours()))
    (tmp_path / "theirs.csv").write_bytes(openface())
    files = [str(tmp_path / "ours.csv"), str(tmp_path / "theirs.csv")]
    assert main(["action-units", "--compare", *files]) == 0
    said = capsys.readouterr().out
    assert "OpenFace" in said and "AU12 lip corner puller: correlation 1.00, agreement 80%" in said


def test_the_command_chooses_their_face(tmp_path, capsys):
    (tmp_path / "ours.csv").write_text(to_csv(ours()))
    rows = [f"{k + 1},{face},{k / 10},{v}" for k, v in enumerate(STRENGTHS) for face in (0, 1)]
    (tmp_path / "theirs.csv").write_text("\n".join(["frame,face_id,timestamp,AU12_r", *rows]))
    command = ["action-units", "--compare", str(tmp_path / "ours.csv"), str(tmp_path / "theirs.csv")]
    assert main(command) == 1
    assert "holds 2 faces" in capsys.readouterr().err
    assert main([*command, "--their-face", "7"]) == 1
    assert main([*command, "--their-face", "1"]) == 0
