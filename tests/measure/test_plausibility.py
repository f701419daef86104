"""Plausibility checks: planted typos are found, plain differences are left alone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from conftest import DEMO, parcels_of, square
from hypothesis import given, settings
from hypothesis import strategies as st
from small_city import four, save, small_city

from landrenew.base.columns import COLUMNS
from landrenew.base.errors import RuleError
from landrenew.base.units import factor_to
from landrenew.intake.city import read_city
from landrenew.measure.plausibility import (
    MOST_TIED,
    SAME_DISTANCE,
    median_around,
    plausibility_faults,
)
from landrenew.rules.library import CHECKS, read_rulebook, rulebook_names, rulebook_paths
from landrenew.rules.plausibility import Above, Exceeds, Magnitude, Neighbours, Off, RatioAbove
from landrenew.workflow import project_faults

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.intake.faults import Fault
    from landrenew.intake.parcels import Parcels

SHIPPED = read_rulebook("cixi-2022").plausibility
SAID = {"name": "mine", "zh": "不对", "en": "wrong", "source": "s"}
FLOOR = next(one for one in SHIPPED if one.name == "floor_over_storeys")
TAX = next(one for one in SHIPPED if one.name == "tax_magnitude")
AROUND = next(one for one in SHIPPED if one.name == "tax_neighbours")


def row_of(**columns: list[object]) -> Parcels:
    """Lay squares in a row, one a value."""
    count = len(next(iter(columns.values())))
    return parcels_of(*(square(i) for i in range(count)), **columns)


def ids(faults: list[Fault]) -> list[str]:
    assert {one.code for one in faults} <= {"implausible"}
    return [one.id for one in faults]


# ── each kind ─────────────────────────────────────────────────────────


def test_above_finds_what_exceeds_the_number_and_not_what_equals_it() -> None:
    cap = Above(kind="above", column="floor_area_ratio", threshold=4.0, **SAID)
    parcels = row_of(floor_area_ratio=[0.5, 4.0, 4.01, None])
    found = plausibility_faults(parcels, None, [cap])
    assert ids(found) == ["P2"]
    assert found[0].detail.en == "[mine] wrong: Floor area ratio 4.01 > 4"
    assert (found[0].x, found[0].y) == (parcels.geometry.iloc[2].centroid.x,
                                        parcels.geometry.iloc[2].centroid.y)  # fmt: skip


def test_what_is_above_by_rounding_alone_is_not_found() -> None:
    cap = Above(kind="above", column="floor_area_ratio", threshold=1.0, **SAID)
    parcels = row_of(floor_area_ratio=[1 + 1e-9, 1.004, 1.006])
    assert ids(plausibility_faults(parcels, None, [cap])) == ["P2"]


def test_a_floor_area_typed_twice_is_found() -> None:
    foot = factor_to("m2", "ft2")
    typed, true = 20_734_188 * foot, 360_570 * foot
    parcels = row_of(
        floor_area_m2=[typed, true, true], parcel_area_m2=[90_000 * foot] * 3,
        floor_count=[4.0, 4.0, None],
    )  # fmt: skip
    found = plausibility_faults(parcels, None, [FLOOR])
    assert ids(found) == ["P0"]
    assert "230.38 > 2 x Storeys 4" in found[0].detail.en


@pytest.mark.parametrize(("floor", "fails"), [(800.0, False), (800.01, True), (math.nan, False)])
def test_twice_the_storeys_is_still_plausible(floor: float, *, fails: bool) -> None:
    parcels = row_of(floor_area_m2=[floor], parcel_area_m2=[100.0], floor_count=[4.0])
    assert bool(plausibility_faults(parcels, None, [FLOOR])) == fails


def test_tax_above_output_is_found_on_the_firm_with_its_row() -> None:
    tax = next(one for one in SHIPPED if one.name == "tax_over_output")
    firms = pd.DataFrame(
        {"row": [2, 3, 4], "tax_cny10k": [5.0, 50.0, None], "output_cny10k": [50.0, 5.0, 1.0]},
        index=["F0", "F1", "F2"],
    )
    parcels = row_of(tax_cny10k=[9.0], output_cny10k=[1.0])
    found = plausibility_faults(parcels, firms, [tax])
    assert [(one.layer, one.row, one.id) for one in found] == [("firms", 3, "F1")]
    assert found[0].detail.zh == "[tax_over_output] 税收大于产值：税收 50 > 产值 5"
    assert [(one.layer, one.id) for one in plausibility_faults(parcels, None, [tax])] == [
        ("parcels", "P0")
    ]


def test_a_factor_widens_what_may_exceed() -> None:
    twice = Exceeds(kind="exceeds", column="tax_cny10k", other="rd_cny10k", factor=2.0, **SAID)
    parcels = row_of(tax_cny10k=[2.0, 2.01], rd_cny10k=[1.0, 1.0])
    assert ids(plausibility_faults(parcels, None, [twice])) == ["P1"]


def test_yuan_typed_for_ten_thousand_yuan_is_found() -> None:
    rng = np.random.default_rng(7)
    tax = np.exp(rng.normal(3.0, 1.0, 300))
    typed = [5, 77, 200]
    tax[typed] *= 10_000
    firms = pd.DataFrame(
        {"row": range(300), "tax_cny10k": tax}, index=[f"F{i}" for i in range(300)]
    )
    found = plausibility_faults(row_of(town=["x"]), firms, [TAX])
    assert ids(found) == [f"F{i}" for i in typed]
    assert "median of the column" in found[0].detail.en


@given(st.integers(0, 2**32 - 1), st.floats(0.1, 1.1), st.integers(0, 199))
def test_a_planted_row_is_found_whatever_the_money_is(seed: int, spread: float, at: int) -> None:
    money = np.exp(np.random.default_rng(seed).normal(2.0, spread, 200))
    usual = np.sort(money)[100]
    money[at] = usual * 10_000
    firms = pd.DataFrame({"tax_cny10k": money}, index=[str(i) for i in range(200)])
    assert str(at) in ids(plausibility_faults(row_of(town=["x"]), firms, [TAX]))


def test_figures_in_proportion_tell_a_small_firm_from_a_typo() -> None:
    size = np.exp(np.random.default_rng(5).normal(3.0, 1.5, 200))
    output, revenue = size * 10, size * 9
    small = int(np.argmin(size))
    output[small] *= 10_000
    firms = pd.DataFrame({"output_cny10k": output, "revenue_cny10k": revenue},
                         index=[f"F{i}" for i in range(200)])  # fmt: skip
    found = plausibility_faults(row_of(town=["x"]), firms, SHIPPED)
    assert set(ids(found)) == {f"F{small}"}
    per = Magnitude(kind="magnitude", column="output_cny10k", per="revenue_cny10k",
                    factor=1e4, deviations=4.0, **SAID)  # fmt: skip
    assert (
        "as its peers stand to revenue, about"
        in plausibility_faults(row_of(town=["x"]), firms, [per])[0].detail.en
    )


def test_wide_spread_money_is_not_called_a_typo() -> None:
    money = np.exp(np.random.default_rng(3).normal(2.0, 2.0, 5_000))
    firms = pd.DataFrame({"tax_cny10k": money}, index=[str(i) for i in range(5_000)])
    assert plausibility_faults(row_of(town=["x"]), firms, [TAX]) == []


@pytest.mark.parametrize("money", [[1.0] * 4 + [1e4], [None] * 9, [0.0] * 9, [-5.0] * 9])
def test_too_few_values_tell_nothing(money: list[float]) -> None:
    assert plausibility_faults(row_of(tax_cny10k=money), None, [TAX]) == []


def test_a_value_a_hundred_times_its_neighbours_is_found() -> None:
    tax = [5.0, 6.0, 4.0, 700.0, 5.0, 0.04, 6.0, 5.0, 4.0, 5.0, 0.0, None]
    found = plausibility_faults(row_of(tax_cny10k_per_mu=tax), None, [AROUND])
    assert ids(found) == ["P3", "P5"]
    assert "140 times" in found[0].detail.en


def test_neighbours_are_the_near_ones_not_the_whole_town() -> None:
    small = [square(i) for i in range(12)]
    large = [square(i + 10_000) for i in range(12)]
    values = [1.0] * 12 + [500.0] * 12
    parcels = parcels_of(*small, *large, tax_cny10k_per_mu=values)
    assert plausibility_faults(parcels, None, [AROUND]) == []


def test_parcels_drawn_on_one_spot_are_compared_too() -> None:
    parcels = parcels_of(*([square(0)] * 20), tax_cny10k_per_mu=[1.0] * 19 + [100.0])
    assert ids(plausibility_faults(parcels, None, [AROUND])) == ["P19"]


def test_a_slow_count_finds_the_same_neighbours() -> None:
    rng = np.random.default_rng(11)
    places, money = rng.uniform(0, 400, (60, 2)), np.exp(rng.normal(0, 2.2, 60))
    parcels = parcels_of(*(square(x, y) for x, y in places), tax_cny10k_per_mu=money.tolist())
    slow = []
    for i, shape in enumerate(parcels.geometry):
        away = parcels.geometry.centroid.distance(shape.centroid).to_numpy()
        near = [j for j in np.argsort(away, kind="stable") if j != i][:8]
        times = money[i] / np.median(money[near])
        slow += [f"P{i}"] if times >= 100 or times <= 0.01 else []
    assert slow
    assert ids(plausibility_faults(parcels, None, [AROUND])) == slow


@settings(max_examples=10)
@given(st.permutations(range(36)))
def test_of_neighbours_equally_far_none_is_left_out_for_its_row(order: list[int]) -> None:
    places = np.array([(10.0 * i, 10.0 * j) for i in range(6) for j in range(6)])
    values = np.exp(np.random.default_rng(3).normal(0, 2, 36))
    around = median_around(places, values, 5)
    assert median_around(places[order], values[order], 5).tolist() == around[order].tolist()


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=30),
    st.integers(1, 29),
    st.integers(0, 9),
)
def test_medians_around_are_those_of_a_slow_count(
    places: list[tuple[int, int]], count: int, seed: int
) -> None:
    """Places may coincide; up to the sixteenth that is equally far, all are looked at."""
    count = min(count, len(places) - 1)
    xy = np.array(places, dtype=float)
    values = np.random.default_rng(seed).uniform(1, 9, len(places))
    found = median_around(xy, values, count)
    for i, place in enumerate(xy):
        away = np.delete(np.hypot(*(xy - place).T), i)
        near = away <= np.sort(away)[count - 1] * (1 + SAME_DISTANCE)
        if near.sum() <= count + MOST_TIED:
            assert found[i] == np.median(np.delete(values, i)[near])


def test_what_nobody_states_is_passed_over() -> None:
    assert plausibility_faults(row_of(town=["x"]), None, SHIPPED) == []


@given(st.lists(st.floats(0, 50) | st.none(), min_size=1, max_size=12))
def test_checks_change_nothing_and_name_only_rows(values: list[float | None]) -> None:
    parcels = row_of(tax_cny10k=values, output_cny10k=values, building_density=values)
    before = parcels.copy()
    found = plausibility_faults(parcels, None, SHIPPED)
    pd.testing.assert_frame_equal(pd.DataFrame(parcels), pd.DataFrame(before))
    assert set(ids(found)) <= set(parcels.index)


# ── the rulebook ──────────────────────────────────────────────────────


@pytest.mark.parametrize("name", rulebook_names())
def test_the_shipped_checks_lie_beneath_every_book(name: str) -> None:
    assert read_rulebook(name).plausibility == SHIPPED
    assert rulebook_paths(name)[-1] == CHECKS


def test_shipped_checks_name_source_and_no_cap() -> None:
    names = [one.name for one in SHIPPED]
    assert len(set(names)) == len(names)
    assert all("landrenew" in one.source for one in SHIPPED)
    assert [one.name for one in SHIPPED if isinstance(one, Above)] == ["density_over_one"]
    for one in SHIPPED:
        assert COLUMNS[one.column]


def book(folder: Path, text: str, name: str = "mine.toml") -> tuple[Any, ...]:
    (folder / name).write_text(text, encoding="utf-8")
    return read_rulebook(name, folder).plausibility


CAP = """
[[plausibility]]
name = "far_cap"
zh = "容积率超过上限"
en = "Ratio above the cap"
kind = "above"
column = "floor_area_ratio"
threshold = 4.0
document = "某县规划技术规定"
source = "县政府网站"
confidence = "user"
"""
HEAD = 'region = "r"\n'


def test_a_books_own_check_is_added(tmp_path: Path) -> None:
    found = book(tmp_path, HEAD + CAP)
    assert found[:-1] == SHIPPED
    assert (found[-1].name, found[-1].threshold) == ("far_cap", 4.0)


def test_a_check_is_replaced_or_switched_off_by_its_name(tmp_path: Path) -> None:
    text = HEAD + '[[plausibility]]\nname = "tax_magnitude"\nkind = "off"\n'
    found = {one.name: one for one in book(tmp_path, text)}
    assert found["tax_magnitude"] == Off(kind="off", name="tax_magnitude")
    firms = pd.DataFrame({"tax_cny10k": [1.0] * 9 + [1e4]}, index=[str(i) for i in range(10)])
    assert plausibility_faults(row_of(town=["x"]), firms, list(found.values())) == []
    again = HEAD + CAP.replace("far_cap", "density_over_one")
    assert {one.name: one for one in book(tmp_path, again)}["density_over_one"].threshold == 4.0


def test_checks_pass_through_the_books_that_extend_each_other(tmp_path: Path) -> None:
    book(tmp_path, HEAD + CAP, "beneath.toml")
    above = HEAD + 'extends = "beneath.toml"\n[[plausibility]]\nname = "far_cap"\nkind = "off"\n'
    assert [one.kind for one in book(tmp_path, above) if one.name == "far_cap"] == ["off"]
    plain = book(tmp_path, HEAD + 'extends = "beneath.toml"\n', "plain.toml")
    assert plain[-1].name == "far_cap"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"floor_area_ratio"', '"FAR"', "no column 'FAR' of numbers"),
        ('"floor_area_ratio"', '"town"', "no column 'town' of numbers"),
        ('kind = "above"', 'kind = "over"', "plausibility"),
        ("threshold = 4.0\n", "", "threshold"),
        ("threshold = 4.0", "threshold = nan", "threshold"),
        ('source = "县政府网站"\n', "", "source"),
        ('name = "far_cap"\n', "", "name"),
    ],
)
def test_a_broken_check_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(RuleError, match="plausibility") as caught:
        book(tmp_path, HEAD + CAP.replace(old, new))
    assert said in str(caught.value)


def test_checks_that_are_no_list_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="plausibility"):
        book(tmp_path, HEAD + 'plausibility = "none"\n')


# ── a whole project ───────────────────────────────────────────────────


def test_a_project_brings_its_doubts_whatever_its_book(tmp_path: Path) -> None:
    save(four(CS=[2.0, 2.0, 2.0, None], JZMJ=[900.0, 90_000.0, 1_500.0, 90_000.0]),
         tmp_path / "parcels.gpkg")  # fmt: skip
    spec = {"path": "parcels.gpkg", "columns": {"floor_count": "CS", "floor_area_m2": "JZMJ"}}
    found = project_faults(small_city(tmp_path, parcels=spec)).faults
    assert [(one.code, one.row, one.id) for one in found] == [("implausible", 2, "P1")]


def test_every_planted_row_of_the_demo_city_is_found() -> None:
    layers = read_city(DEMO / "city.toml", only=["firms", "links"])
    firms = layers.firms
    assert plausibility_faults(layers.parcels, firms, SHIPPED) == []
    money = ["tax_cny10k", "output_cny10k", "value_added_cny10k", "revenue_cny10k"]
    for column in money:
        planted = firms[firms[column] > firms[column].quantile(0.05)].index[3::25]
        spoilt = firms.copy()
        spoilt.loc[planted, column] *= 10_000
        found = plausibility_faults(layers.parcels, spoilt, SHIPPED)
        assert set(ids(found)) == set(planted)


def test_real_lots_fail_the_rule_of_their_own_city_rarely(shared: Path) -> None:
    import pyogrio  # noqa: PLC0415  only with the real layers

    folder = shared / "nyc_ibz_mappluto"
    path = next(one for one in sorted(folder.rglob("*")) if "pluto" in one.name.lower()
                and one.suffix in {".gpkg", ".shp", ".geojson", ".fgb", ".parquet"})  # fmt: skip
    lots = pyogrio.read_dataframe(
        path, columns=["BldgArea", "LotArea", "NumFloors"], max_features=20_000
    )
    parcels = parcels_of(
        *([square(0)] * len(lots)),
        floor_area_m2=lots["BldgArea"].astype(float).tolist(),
        parcel_area_m2=lots["LotArea"].astype(float).tolist(),
        floor_count=lots["NumFloors"].where(lots["NumFloors"] > 0).astype(float).tolist(),
    )
    found = ids(plausibility_faults(parcels, None, [FLOOR]))
    assert len(found) < 0.01 * len(lots)
    typed = parcels.assign(floor_area_m2=parcels["floor_area_m2"] * 60)
    stated = (parcels["floor_area_m2"] > 0.1 * parcels["parcel_area_m2"]) & (
        parcels["floor_count"] <= 2
    )
    caught = set(ids(plausibility_faults(typed, None, [FLOOR])))
    assert set(parcels.index[stated]) <= caught
    assert isinstance(FLOOR, RatioAbove)
    assert isinstance(AROUND, Neighbours)
