"""A timeline is read back from every form that is written, by what the file holds."""

import io

import pandas as pd
import pytest

import fer
from fer.export.csv import to_csv
from fer.export.json import to_json
from fer.export.parquet import to_parquet
from fer.timeline.report import make_report
from tests.helpers.factories import make_timeline

TIMELINE = make_timeline({1: [("happy", 1.0), ("sad", 1.0)]}, fps=7.0)
FORMS = {
    "csv": to_csv(TIMELINE).encode(),
    "csv with a mark": b"\xef\xbb\xbf" + to_csv(TIMELINE).encode(),
    "json": to_json(make_report(TIMELINE, model={})).encode(),
    "parquet": to_parquet(TIMELINE),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("as_given", [bytes, bytearray, "path", str])
def test_every_form_is_opened_by_what_it_holds(form, as_given, tmp_path):
    given = FORMS[form]
    if as_given in ("path", str):
        (tmp_path / "timeline").write_bytes(given)
        given = tmp_path / "timeline"
    back = fer.read_timeline(given if as_given == "path" else as_given(given))
    shown = ["time_s", "emotion", "confidence"]
    pd.testing.assert_frame_equal(back.table[shown], TIMELINE.table[shown], rtol=1e-5, check_dtype=False)
    assert back.source.name == TIMELINE.source.name


def test_an_open_csv_is_read_and_a_number_opens_nothing():
    assert len(fer.read_timeline(io.BytesIO(FORMS["csv"]))) == len(TIMELINE)
    with pytest.raises(TypeError, match="Wanted a path"):
        fer.read_timeline(0)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "timeline|CSV"),
        (b"PAR1 and nothing", "no Parquet timeline"),
        (b'{"format": "another"}', "no report of this program"),
        (b"a,b\n1,2\n", "has no column"),
    ],
)
def test_another_file_is_one_sentence_of_its_form(data, says):
    with pytest.raises(fer.InputError, match=says):
        fer.read_timeline(data)
    with pytest.raises(fer.InputError):
        fer.read_timeline("/nowhere/t.csv")
