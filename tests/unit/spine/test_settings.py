"""Settings travel into reports and back, and refuse nonsense in words."""

import pytest

from fer.errors import SettingsError
from fer.settings import Settings


@pytest.mark.parametrize(
    "values",
    [{"detector": "magic"}, {"fps": 0}, {"fps": float("nan")}, {"unsure_below": 1.5}, {"max_faces": 0}],
)
def test_values_out_of_range_are_refused(values):
    with pytest.raises(SettingsError):
        Settings(**values)
