import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from fer.batch.pieces import MEASURE_COLUMNS, Piece, piece_from_bytes, piece_to_bytes
from fer.errors import BatchPieceError
from fer.export.parquet import from_parquet, to_parquet
from fer.photos import PhotoResult
from fer.records import MEASURES, Observations, Suggestion
from fer.settings import Settings
from fer.timeline.timeline import UNIT_COLUMNS, TimelineBuilder, joined
from tests.helpers.factories import make_source, make_timeline

MODEL = {"name": "tiny", "sha256": "0" * 64}


def empty():
    return TimelineBuilder().build(make_source(), Settings(unsure_below=0.5))


def test_an_empty_piece_comes_back():
    back = piece_from_bytes(piece_to_bytes(Piece(empty(), MODEL)))
    assert len(back.timeline) == 0
    assert back.last
    assert back.model == MODEL


def test_rows_measures_state_and_photos_come_back():
    timeline = make_timeline({1: [("happy", 0.3), ("", 0.1)]})
    measures = np.random.default_rng(0).normal(size=(len(timeline), MEASURES)).astype(np.float32)
    measures[0] = np.nan
    timeline = replace(timeline, measures=measures, suggestions=(Suggestion(1, 2, 0.5, 1.5),))
    photos = (
        PhotoResult("a.jpg", Observations.empty(), 3, 4, ("a note",), sha256="ab"),
        PhotoResult("b.jpg", None, error="It is damaged.", error_code="input_damaged"),
    )
    piece = Piece(timeline, MODEL, last=False, state=b"\0state", photos=photos)
    back = piece_from_bytes(piece_to_bytes(piece))
    pd.testing.assert_frame_equal(back.timeline.table, timeline.table, check_exact=True)
    np.testing.assert_array_equal(back.timeline.measures, measures)
    assert back.timeline.suggestions == timeline.suggestions
    assert (back.last, back.state) == (False, b"\0state")
    assert [photo.fate for photo in back.photos] == [photo.fate for photo in photos]
    assert back.photos[0].sha256 == "ab"


def test_what_is_no_piece_is_refused():
    for data in (b"", b"rubbish", to_parquet(make_timeline({1: [("happy", 0.2)]}))):
        with pytest.raises(BatchPieceError):
            piece_from_bytes(data)


def test_stretches_join_to_what_one_reading_gives():
    whole = make_timeline({1: [("happy", 0.5)]})
    rows = [slice(0, 2), slice(2, 2), slice(2, 5)]
    parts = [
        replace(
            whole,
            table=whole.table.iloc[part].reset_index(drop=True),
            frame_times_s=whole.frame_times_s[part],
        )
        for part in rows
    ]
    pd.testing.assert_frame_equal(joined(parts).table, whole.table, check_exact=True)
    np.testing.assert_array_equal(joined(parts).frame_times_s, whole.frame_times_s)


def test_a_stretch_without_units_joins_one_that_has_them():
    with_units = make_timeline({1: [("happy", 0.2)]})
    words = {name: "x" for name in UNIT_COLUMNS[-2:]}
    numbers = dict.fromkeys(UNIT_COLUMNS[:-2], 1.0)
    with_units = replace(with_units, table=with_units.table.assign(**numbers, **words))
    later = with_units.table.assign(
        frame=with_units.table["frame"] + 1, time_s=with_units.table["time_s"] + 0.1
    )
    with_units = replace(with_units, table=later, frame_times_s=with_units.frame_times_s + 0.1)
    both = joined([make_timeline({1: [("", 0.1)]}), with_units])
    assert both.has_units
    assert both.table["au_fits"].tolist()[-1] == "x"


def test_files_of_a_data_set_have_one_schema_and_read_back_as_they_were():
    plain = make_timeline({1: [("happy", 0.2)]})
    data = to_parquet(plain, all_columns=True)
    columns = pd.read_parquet(io.BytesIO(data)).columns
    assert set(UNIT_COLUMNS) <= set(columns)
    assert not set(MEASURE_COLUMNS) & set(columns)
    assert not from_parquet(data).has_units
