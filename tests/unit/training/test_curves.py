"""Curves beside the history: the PNG holds ink where the numbers are, the page needs no network."""

import io

import numpy as np
import pytest
from PIL import Image

from fer.evaluation.figures.history import Epoch
from fer.training.curves import (
    CURVES_HTML,
    CURVES_PNG,
    HEIGHT_PX,
    LEFT_PX,
    RIGHT_PX,
    TOP_PX,
    WIDTH_PX,
    curves_html,
    curves_png,
    write_curves,
)


def epochs(n, stage="1", accuracy=0.5):
    return [Epoch(stage, k, 0.1, 3 / k, accuracy, 2 / k, 30.0) for k in range(1, n + 1)]


def pixels(history):
    image = Image.open(io.BytesIO(curves_png(history)))
    assert image.size == (WIDTH_PX, HEIGHT_PX)
    return np.asarray(image.convert("RGB"), np.int16)


def test_no_epoch_is_said_in_both_forms():
    dark = (pixels([]) < 200).any(2)
    rows, columns = np.nonzero(dark)
    assert rows.mean() == pytest.approx(HEIGHT_PX / 2, abs=5)
    assert columns.mean() == pytest.approx(WIDTH_PX / 2, abs=10)
    assert "no curve to draw" in curves_html([])


@pytest.mark.parametrize("history", [epochs(1), epochs(2), epochs(3) + epochs(200, "two")])
def test_any_length_is_drawn(history):
    assert (pixels(history) < 200).any(2).sum() > 500


def test_a_constant_accuracy_is_a_level_line():
    image = pixels(epochs(9))[TOP_PX : HEIGHT_PX // 2, LEFT_PX : WIDTH_PX - RIGHT_PX]
    accent = (abs(image - [0x1F, 0x5F, 0x73]) < 40).all(2)
    rows, columns = np.nonzero(accent)
    assert np.ptp(rows) <= 8 and np.ptp(columns) > 0.8 * image.shape[1]


def test_a_loss_that_is_no_number_leaves_a_gap():
    broken = [Epoch("1", 1, 0.1, float("nan"), 0.2, float("nan"), 1.0), *epochs(3)[1:]]
    assert np.array_equal(pixels(broken), pixels(broken))
    assert (pixels([broken[0]]) < 200).any()


def test_both_files_stand_beside_the_history_and_load_nothing(tmp_path):
    written = write_curves(epochs(3) + epochs(2, "b"), tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([CURVES_PNG, CURVES_HTML])
    assert {p.name for p in written} == {CURVES_PNG, CURVES_HTML}
    page = (tmp_path / CURVES_HTML).read_text()
    assert 'src="http' not in page and "<link" not in page
    assert "epoch" in page and "PublicTest" in page
