"""OpenFace's and py-feat's files beside our timeline."""

from dataclasses import replace

import numpy as np
import pytest

from fer.action_units.foreign import OPENFACE, PYFEAT, compare, read_foreign
from fer.cli import main
from fer.config import Settings
from fer.errors import DamagedInputError
from fer.export import timeline_csv
from fer.timeline import TimelineBuilder
from tests.factories import make_observations, make_source
from tests.test_action_unit_views import units_of

STRENGTHS = (0.0, 1.0, 2.0, 3.0, 4.0)


def ours():
    builder = TimelineBuilder()
    for k, value in enumerate(STRENGTHS):
        seen = make_observations(["happy"], time_s=k / 10, index=k)
        builder.add(replace(seen, action_units=units_of("supported", AU12=value)))
    return builder.build(make_source(), Settings(), 0.5)


def openface() -> bytes:
    rows = [f"{k + 1}, {k / 10:.3f}, {v / 2 + 1:.2f}, {int(v > 2):.2f}" for k, v in enumerate(STRENGTHS)]
    return "\n".join(["frame, timestamp, AU12_r, AU12_c", *rows]).encode()


def test_a_header_alone_gives_no_rows():
    empty = read_foreign(b"frame, timestamp, AU12_r, AU12_c\n")
    assert len(empty.frame) == 0
    assert compare(ours(), 1, empty) == []


def test_openface_is_matched_by_time():
    other = read_foreign(openface())
    assert other.program == OPENFACE and other.frame.tolist() == [0, 1, 2, 3, 4]
    [found] = compare(ours(), 1, other)
    assert (found.code, found.frames, found.judged) == ("AU12", 5, 5)
    assert found.correlation == pytest.approx(1.0)
    assert found.agreement == pytest.approx(0.8)
    assert compare(ours(), 2, other) == []


def test_pyfeat_is_matched_by_frame():
    other = read_foreign(b"frame,AU12,AU43\n0,0.1,0\n1,0.2,0\n2,0.9,0\n9,0.9,0\n")
    assert other.program == PYFEAT
    [found] = compare(ours(), 1, other)
    assert (found.frames, found.agreement) == (3, 1.0)
    assert np.isfinite(found.correlation)


@pytest.mark.parametrize("text", [b"frame,x\n1,2\n", b"AU12_r\n1\n", b"frame,AU12_r\n1,high\n"])
def test_other_files_are_refused(text):
    with pytest.raises(DamagedInputError):
        read_foreign(text)


def test_the_command_prints_each_unit(tmp_path, capsys):
    (tmp_path / "ours.csv").write_text(timeline_csv(ours()))
    (tmp_path / "theirs.csv").write_bytes(openface())
    files = [str(tmp_path / "ours.csv"), str(tmp_path / "theirs.csv")]
    assert main(["action-units", "--compare", *files]) == 0
    said = capsys.readouterr().out
    assert "OpenFace" in said and "AU12 lip corner puller: correlation 1.00, agreement 80%" in said
