"""Settings travel into reports and back, and refuse nonsense in words."""

from pathlib import Path

import numpy as np
import pytest

from fer.errors import SettingsError
from fer.settings import Settings


@pytest.mark.parametrize(
    "values",
    [
        {"detector": "magic"},
        {"fps": 0},
        {"fps": float("nan")},
        {"unsure_below": 1.5},
        {"max_faces": 0},
        {"max_faces": 2.5},
        {"max_faces": True},
        {"fps": "5"},
        {"flip": "no"},
        {"action_units": 1},
    ],
)
def test_values_out_of_range_are_refused(values):
    with pytest.raises(SettingsError):
        Settings(**values)


def test_a_setting_of_another_kind_says_what_may_stand_there():
    with pytest.raises(SettingsError, match="is out of range: give a whole number from 1 to 1000"):
        Settings(max_faces=2.5)  # pyright: ignore[reportArgumentType]
    with pytest.raises(SettingsError, match="flip='no' is out of range: give True or False"):
        Settings(flip="no")  # pyright: ignore[reportArgumentType]


def test_a_path_travels_as_text_and_numbers_of_numpy_are_numbers():
    settings = Settings(detector_path=Path("x.onnx"), fps=np.float32(5), max_faces=np.int64(3))  # pyright: ignore[reportArgumentType]
    assert settings.to_dict()["detector_path"] == "x.onnx"
