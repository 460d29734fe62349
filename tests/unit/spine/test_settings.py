"""Settings travel into reports and back, and refuse nonsense in words."""

import pytest

from fer.errors import SettingsError
from fer.settings import Settings


def test_settings_survive_a_dictionary():
    settings = Settings(detector="haar", fps=5.0, half_life_s=0.0)
    assert Settings.from_dict(settings.to_dict()) == settings


@pytest.mark.parametrize(
    "values",
    [{"detector": "magic"}, {"fps": 0}, {"fps": float("nan")}, {"unsure_below": 1.5}, {"max_faces": 0}],
)
def test_values_out_of_range_are_refused(values):
    with pytest.raises(SettingsError):
        Settings(**values)


def test_unknown_keys_are_named():
    with pytest.raises(SettingsError, match="speed"):
        Settings.from_dict({"speed": 3})
