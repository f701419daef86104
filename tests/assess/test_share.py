"""The control-line share against its target: verdict, interval and the gap, as identities."""

from __future__ import annotations

import math

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from conftest import CRS, parcels_of, square
from hypothesis import assume, given
from hypothesis import strategies as st

from landrenew.assess.share.doubts import doubtful_area_m2
from landrenew.assess.share.land import UNKNOWN_TOWN
from landrenew.assess.share.summary import (
    ControlShare,
    gap_m2,
    summarize_share,
)
from landrenew.base.errors import ColumnError
from landrenew.base.units import to_mu
from landrenew.intake.parcels import Parcels

NONE_REJECTED = pd.DataFrame({"code": []})


def measured(rows: list[tuple[float, float]], **columns: list[object]) -> Parcels:
    """Make parcels of ``area, inside`` as the measures leave them."""
    area, inside = [one for one, _ in rows], [one for _, one in rows]
    share = [part / whole for whole, part in rows]
    words = {0.0: "outside", 1.0: "inside"}
    base = {
        "parcel_area_m2": area,
        "planar_area_m2": area,
        "counted_area_m2": area,
        "inside_area_m2": inside,
        "settled_m2": [0.0] * len(rows),
        "control_share": share,
        "control_class": [words.get(one, "straddling") for one in share],
    }
    return parcels_of(*[square(i) for i in range(len(rows))], **{**base, **columns})


def summary(
    parcels: Parcels, target: float | None = 0.8, rejected: pd.DataFrame = NONE_REJECTED
) -> ControlShare:
    return summarize_share(parcels, rejected, name="here", target=target)


def test_share_is_a_ratio_of_areas_and_the_majority_one_of_numbers() -> None:
    found = summary(measured([(100, 100), (300, 150), (600, 0)]))
    assert found.share == 0.25
    assert found.majority_share == pytest.approx(2 / 3)
    assert found.counts == {"inside": 1, "straddling": 1, "outside": 1}
    assert (found.inside_m2, found.total_m2, found.parcels) == (250, 1000, 3)
    assert (found.verdict, found.interval) == ("not_met", (0.25, 0.25))


def test_exactly_the_target_is_met() -> None:
    found = summary(measured([(100, 80)]))
    assert (found.verdict, found.retire_mu, found.build_mu) == ("met", 0, 0)
    assert summary(measured([(100, 79.99)])).verdict == "not_met"


def test_without_a_target_nothing_is_judged() -> None:
    found = summary(measured([(100, 80)]), target=None)
    assert (found.share, found.verdict) == (0.8, "undetermined")
    assert (found.target, found.retire_mu, found.build_mu) == (None, None, None)


def test_no_land_has_no_share() -> None:
    found = summary(Parcels(measured([(100, 80)]).iloc[:0]))
    assert math.isnan(found.share)
    assert all(map(math.isnan, found.interval))
    assert found.verdict == "undetermined"


def test_slivers_that_the_tolerance_settled_stay_a_doubt() -> None:
    found = summary(measured([(100, 100), (25, 0)], settled_m2=[0.5, -0.25]))
    assert found.share == 0.8
    assert found.interval == pytest.approx((99.5 / 125, 100.25 / 125))
    assert found.verdict == "undetermined"


@pytest.mark.parametrize(
    ("area", "inside", "verdict"),
    [(100, 100, "met"), (100, 0, "not_met"), (100, 80, "undetermined")],
)
def test_land_set_aside_widens_the_interval(area: float, inside: float, verdict: str) -> None:
    rejected = pd.DataFrame({"code": ["unrepairable"], "declared_area_m2": [10.0]})
    found = summary(measured([(area, inside)]), 0.8, rejected)
    assert found.interval == pytest.approx((inside / 110, (inside + 10) / 110))
    assert found.verdict == verdict


def test_repeated_rows_are_no_doubt_and_land_of_no_known_size_is_not_zero() -> None:
    rejected = gpd.GeoDataFrame(
        {
            "code": ["duplicate_row", "missing_id", "unrepairable", "empty_geometry"],
            "declared_area_m2": [7.0, None, 5.0, None],
        },
        geometry=[square(), square(), square(), None],
        crs=CRS,
    )
    unknown = pytest.approx(math.nan, nan_ok=True)
    assert doubtful_area_m2(rejected).tolist() == [0, 100, 5, unknown]
    assert doubtful_area_m2(pd.DataFrame(rejected.drop(columns="geometry"))).tolist() == [
        0, unknown, 5, unknown,
    ]  # fmt: skip
    endless = gpd.GeoDataFrame(
        {"code": ["unrepairable"]},
        geometry=[shapely.Polygon([(0, 0), (1, math.inf), (1, 0)])],
        crs=CRS,
    )
    assert doubtful_area_m2(endless).tolist() == [unknown]


def test_towns_are_sorted_and_add_to_the_city() -> None:
    towns = ["b", "a", None, "b"]
    found = summary(measured([(100, 100), (50, 0), (25, 5), (100, 40)], town=towns))
    assert [one.name for one in found.towns] == ["a", "b", UNKNOWN_TOWN]
    assert sum(one.inside_m2 for one in found.towns) == found.inside_m2
    assert sum(one.total_m2 for one in found.towns) == found.total_m2
    assert sum(one.parcels for one in found.towns) == found.parcels
    assert [one.share for one in found.towns] == [0, 0.7, 0.2]


def test_land_set_aside_is_a_doubt_of_its_town() -> None:
    rejected = pd.DataFrame({
        "code": ["missing_id"] * 2, "declared_area_m2": [10.0, 30.0], "town": ["a", None],
    })  # fmt: skip
    found = summary(measured([(100, 100), (100, 100)], town=["a", "b"]), 0.8, rejected)
    assert [one.interval for one in found.towns] == [pytest.approx((100 / 110, 1)), (1, 1)]
    assert found.interval == pytest.approx((200 / 240, 1))


def test_lacking_columns_are_named() -> None:
    parcels = Parcels(measured([(1, 1)]).drop(columns=["control_class", "settled_m2"]))
    with pytest.raises(ColumnError, match="lacks settled_m2, control_class"):
        summary(parcels)


# ── properties ─────────────────────────────────────────────────────────

areas = st.floats(100.0, 1e8)
shares = st.floats(0, 1)
targets = st.floats(0.01, 0.99)


def test_sixty_of_a_hundred() -> None:
    assert gap_m2(60, 100, 0.8) == (25, 100)
    assert gap_m2(60, 100, 1.0) == (40, None)
    assert gap_m2(80, 100, 0.8) == (0, 0)
    assert gap_m2(100, 100, 1.0) == (0, 0)
    assert gap_m2(60, 100, None) == (None, None)


@given(areas, shares, targets)
def test_clearing_or_building_the_gap_reaches_the_target(
    total: float, share: float, target: float
) -> None:
    inside = total * share
    retire, build = gap_m2(inside, total, target)
    assert retire is not None
    assert build is not None
    assert 0 <= retire <= total - inside + 1e-6
    if share >= target:
        assert (retire, build) == (pytest.approx(0, abs=1e-5), pytest.approx(0, abs=1e-5))
        return
    assume(inside > 1.0)
    assert inside / (total - retire) == pytest.approx(target, rel=1e-5)
    assert (inside + build) / (total + build) == pytest.approx(target, rel=1e-5)


@given(areas, shares, shares)
def test_a_target_of_one_asks_to_clear_all_outside(
    total: float, share: float, other: float
) -> None:
    retire, build = gap_m2(total * share, total, 1.0)
    assert retire == pytest.approx(total - total * share, abs=1e-5)
    assert build is None or retire == 0
    assert other <= 1


@given(areas, shares, shares, targets, targets)
def test_the_gap_shrinks_with_the_share_and_grows_with_the_target(
    total: float, share: float, more: float, target: float, higher: float
) -> None:
    low, high = sorted([share, more])
    easy, hard = sorted([target, higher])
    for lever in (0, 1):
        far, near = (gap_m2(total * one, total, easy)[lever] for one in (low, high))
        assert far >= near - 1e-5
        assert gap_m2(total * low, total, hard)[lever] >= far - 1e-5


rows = st.lists(
    st.tuples(st.floats(1, 1e6), shares, st.floats(-0.01, 0.01)), min_size=1, max_size=8
)


@given(rows, st.floats(0, 1e5), targets)
def test_interval_holds_the_share_and_the_verdict_follows_it(
    made: list[tuple[float, float, float]], lost: float, target: float
) -> None:
    parcels = measured(
        [(area, area * share) for area, share, _ in made],
        settled_m2=[area * part for area, _, part in made],
    )
    rejected = pd.DataFrame({"code": ["unrepairable"], "declared_area_m2": [lost]})
    found = summary(parcels, target, rejected)
    low, high = found.interval
    assert 0 <= low <= found.share + 1e-9
    assert found.share - 1e-9 <= high <= 1
    if found.verdict == "met":
        assert low >= target - 1e-9
    elif found.verdict == "not_met":
        assert high < target
    else:
        assert low < target <= high
    assert found.retire_mu == pytest.approx(
        to_mu(gap_m2(found.inside_m2, found.total_m2, target)[0] or 0.0)
    )
