"""GCJ-02 and BD-09: the published points, the way there and back, nothing outside China."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from landrenew.base.shifted import SYSTEMS, shifted, unshifted

ZHONGSHAN, CIXI = (113.38, 22.52), (121.25, 30.17)
GRS80 = Geod(ellps="GRS80")
places = st.lists(st.tuples(st.floats(73.5, 135.0), st.floats(18.0, 53.5)), min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("place", "system", "there", "metres"),
    [
        (ZHONGSHAN, "gcj02", (113.385475, 22.517302), 637.6),
        (ZHONGSHAN, "bd09", (113.391910, 22.523546), 1286.7),
        (CIXI, "gcj02", (121.254338, 30.167554), 498.1),
        (CIXI, "bd09", (121.260936, 30.173209), 1111.8),
    ],
)
def test_published_points_are_met(
    place: tuple[float, float], system: str, there: tuple[float, float], metres: float
) -> None:
    found = shifted([place], system)[0]
    assert found == pytest.approx(there, abs=1e-6)
    assert GRS80.inv(*place, *found)[2] == pytest.approx(metres, abs=0.1)


@given(places, st.sampled_from(list(SYSTEMS)))
def test_there_and_back_is_where_it_was(lonlat: list[tuple[float, float]], system: str) -> None:
    true = np.array(lonlat)
    assert np.abs(unshifted(shifted(true, system), system) - true).max() < 1e-7
    assert np.abs(shifted(unshifted(true, system), system) - true).max() < 1e-7


@given(places, st.sampled_from(list(SYSTEMS)))
def test_a_table_is_shifted_row_by_row(lonlat: list[tuple[float, float]], system: str) -> None:
    whole = shifted(lonlat, system)
    one_by_one = np.concatenate([shifted([row], system) for row in lonlat])
    assert np.array_equal(whole, one_by_one)


def test_abroad_nothing_is_shifted_and_missing_stays_missing() -> None:
    assert shifted([(2.35, 48.85)], "gcj02").tolist() == [[2.35, 48.85]]
    found = unshifted([(np.nan, np.nan), CIXI], "gcj02")
    assert np.isnan(found[0]).all()
    assert np.isfinite(found[1]).all()
    assert shifted(np.empty((0, 2)), "bd09").shape == unshifted([], "bd09").shape == (0, 2)
