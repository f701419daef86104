"""Scores: the published worked examples, each form's promise, and what a missing value earns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hand_made import READ
from hypothesis import given
from hypothesis import strategies as st

from landrenew.assess.pools import pool_of
from landrenew.assess.scores import min_max_points, rank_points, ratio_points, scores
from landrenew.base.columns import score_column
from landrenew.base.errors import RuleError
from landrenew.rules.library import read_rulebook
from landrenew.rules.scoring import Bonus, MinMax, Rank, Ratio, Scoring

TAX = "tax_cny10k_per_mu"
FIRM = {
    TAX: 500 / 20,
    "value_added_cny10k_per_mu": 2500 / 20,
    "value_added_cny10k_per_tce": 2500 / 1000,
    "value_added_cny10k_per_t": 2500 / 0.5,
    "value_added_cny10k_per_person": 2500 / 150,
    "rd_share": 150 / 6000,
}
"""20 mu, tax 500, value added 2,500, 1,000 tce, 0.5 t, 150 staff, R&D 150 of 6,000."""


def huangyan(year: int) -> Scoring:
    scoring = read_rulebook(f"huangyan-{year}").scoring
    assert scoring is not None
    return scoring


def firm(size: str = "above_scale", **values: float | None) -> pd.DataFrame:
    return pd.DataFrame([{"size_class": size, **values}], index=["P0"])


def score(scoring: Scoring, table: pd.DataFrame) -> float:
    return float(scores(table, scoring)["efficiency_score"].iloc[0])


def with_cap(scoring: Scoring, cap: float) -> Scoring:
    raw = scoring.model_dump()
    for pool in raw["pools"]:
        for criterion in pool["criteria"]:
            criterion["cap"] = cap
    return Scoring.model_validate(raw)


def one_pool(*criteria: dict[str, Any]) -> Scoring:
    pool = {"name": "all", "zh": "全部", "en": "all", "criteria": criteria}
    return Scoring.model_validate({**READ, "pools": [pool]})


def ratio(column: str = TAX, **keys: Any) -> dict[str, Any]:  # noqa: ANN401  # keys of a rulebook
    base = {"form": "ratio", "column": column, "weight": 30, "baseline": 10.0}
    return {**base, "missing": "undetermined", **keys}


def min_max(column: str = TAX, **keys: Any) -> dict[str, Any]:  # noqa: ANN401
    base = {"form": "min_max", "column": column, "weight": 30, "low": 20}
    return {**base, "missing": "undetermined", **keys}


def rank(column: str = TAX, **keys: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"form": "rank", "column": column, "weight": 30, "missing": "undetermined", **keys}


# ── published numbers ──────────────────────────────────────────────────


@pytest.mark.parametrize(("year", "total"), [(2022, 95.6530), (2021, 95.4544)])
def test_worked_firm_of_huangyan(year: int, total: float) -> None:
    assert score(huangyan(year), firm(**FIRM)) == pytest.approx(total, abs=5e-5)


def test_each_point_of_the_worked_firm_is_kept() -> None:
    found = scores(firm(**FIRM), huangyan(2022)).iloc[0]
    points = [31.1242, 18.3608, 18.5598, 10.1424, 9.1878, 8.2781]
    assert found[[score_column(name) for name in FIRM]].tolist() == pytest.approx(points, abs=5e-5)


def test_cap_of_one_and_a_half_tames_the_rich_firm() -> None:
    rich = firm(**{**FIRM, TAX: 2000 / 20})
    assert score(huangyan(2022), rich) == pytest.approx(189.0257, abs=5e-5)
    assert score(with_cap(huangyan(2022), 1.5), rich) == pytest.approx(109.5288, abs=5e-5)


@pytest.mark.parametrize("year", [2021, 2022])
@pytest.mark.parametrize("position", [0, 1])
def test_a_firm_at_the_baselines_has_a_hundred(year: int, position: int) -> None:
    pool = huangyan(year).pools[position]
    values = {one.column: one.baseline for one in pool.criteria}
    assert score(huangyan(year), firm(pool.name, **values)) == pytest.approx(100, abs=1e-12)


@pytest.mark.parametrize(("year", "total"), [(2022, 77.0200), (2021, 66.3665)])
def test_below_scale_firm_of_huangyan(year: int, total: float) -> None:
    small = firm("below_scale", **{TAX: 8.0, "tax_cny10k_per_mwh10": 0.2})
    assert score(huangyan(year), small) == pytest.approx(total, abs=5e-5)


def test_min_max_of_jingde() -> None:
    rule = MinMax.model_validate(min_max())
    assert min_max_points(pd.Series([2.0, 10, 50]), rule).tolist() == pytest.approx([6, 10, 30])


def test_a_firm_at_the_mean_of_huaian_has_half() -> None:
    mean = 7.3
    rule = ratio(weight=100, baseline=mean, baseline_factor=2)
    assert score(one_pool(rule), firm(**{TAX: mean})) == pytest.approx(50)


# ── forms ──────────────────────────────────────────────────────────────


def test_cap_and_floor_bound_the_ratio() -> None:
    rule = Ratio.model_validate(ratio(cap=1.5, floor=0))
    values = pd.Series([-5.0, 0, 10, 15, 40, np.nan])
    assert ratio_points(values, rule).fillna(-1).tolist() == [0, 0, 30, 45, 45, -1]
    free = Ratio.model_validate(ratio())
    assert ratio_points(values, free).fillna(-1).tolist() == [-15, 0, 30, 45, 120, -1]


def test_a_book_without_a_baseline_is_refused_by_name() -> None:
    with pytest.raises(RuleError, match=f"no baseline for {TAX}"):
        score(one_pool(ratio(baseline=None)), firm(**{TAX: 1.0}))


def test_a_constant_pool_has_no_extremes() -> None:
    table = pd.DataFrame({TAX: [4.0, 4.0]})
    for missing in ("undetermined", "mean_points"):
        found = scores(table, one_pool(min_max(missing=missing)))
        assert found["efficiency_score"].isna().all()
        assert found["missing"].tolist() == ["", ""]


def test_missing_leaves_the_score_open_or_earns_the_mean() -> None:
    table = pd.DataFrame({TAX: [5.0, np.nan, 15.0]})
    open_ = scores(table, one_pool(ratio()))
    assert open_["efficiency_score"].isna().tolist() == [False, True, False]
    assert open_["missing"].tolist() == ["", TAX, ""]
    mean = scores(table, one_pool(ratio(missing="mean_points")))
    assert mean["efficiency_score"].tolist() == [15, 30, 45]
    assert mean["missing"].tolist() == ["", TAX, ""]


def test_mean_points_are_of_points_within_the_pool() -> None:
    table = pd.DataFrame({
        TAX: [10.0, np.nan, 40.0, 1000.0],
        "size_class": ["above_scale", "above_scale", "above_scale", "below_scale"],
    })  # fmt: skip
    raw = one_pool(ratio(missing="mean_points", cap=1.5)).model_dump()
    raw["pools"] = [
        {**raw["pools"][0], "name": size, "size_class": size}
        for size in ("above_scale", "below_scale")
    ]
    found = scores(table, Scoring.model_validate(raw))
    assert found["efficiency_score"].tolist() == [30, 37.5, 45, 45]


def test_nothing_known_in_a_pool_stays_unknown() -> None:
    found = scores(pd.DataFrame({TAX: [np.nan] * 2}), one_pool(ratio(missing="mean_points")))
    assert found["efficiency_score"].isna().all()


def test_an_indicator_that_is_not_there_is_missing_everywhere() -> None:
    found = scores(firm(**{TAX: 25.0}), huangyan(2022)).iloc[0]
    assert np.isnan(found["efficiency_score"])
    assert "rd_share" in found["missing"].split(",")
    assert TAX not in found["missing"].split(",")


def test_the_exempt_set_neither_extremes_nor_means() -> None:
    table = pd.DataFrame({
        TAX: [2.0, 10.0, 50.0, 9000.0, np.nan],
        "exempt_reason": [None, None, None, "公用事业", None],
    })  # fmt: skip
    placed = scores(table, one_pool(min_max()))["efficiency_score"]
    assert placed.iloc[:3].tolist() == pytest.approx([6, 10, 30])
    assert placed.iloc[3:].isna().all()
    mean = scores(table, one_pool(ratio(missing="mean_points")))["efficiency_score"]
    assert mean.iloc[4] == pytest.approx((6 + 30 + 150) / 3)


def test_pools_keep_to_themselves_and_the_first_that_fits_holds() -> None:
    table = pd.DataFrame({"size_class": ["above_scale", "below_scale", None]})
    assert pool_of(table, huangyan(2022))["pool"].tolist() == ["above_scale", "below_scale", None]
    assert pool_of(table, one_pool(ratio()))["pool"].tolist() == ["all"] * 3
    found = scores(table, huangyan(2022))
    assert found["pool"].tolist()[2] is None
    assert found["missing"].tolist()[2] == "size_class"
    raw = {**huangyan(2022).model_dump()}
    raw["pools"] = [raw["pools"][0], {**raw["pools"][1], "name": "rest", "size_class": None}]
    rest = pool_of(table, Scoring.model_validate(raw))
    assert rest["pool"].tolist() == ["above_scale", "rest", None]  # it may be above scale
    assert rest["missing"].tolist() == ["", "", "size_class"]


CIXI = [
    {"name": "tenants", "tenure": "tenant"},
    {"name": "above", "size_class": "above_scale"},
    {"name": "large", "size_class": "below_scale", "land_from_mu": 3},
    {"name": "small", "size_class": "below_scale", "land_below_mu": 3},
]
"""The four lists of Cixi: 规上, 规下 of 3 mu and more, 规下 below 3 mu, 租赁."""


def four_lists() -> Scoring:
    common = {"zh": "组", "en": "pool", "criteria": [ratio()]}
    return Scoring.model_validate({**READ, "pools": [{**common, **one} for one in CIXI]})


@pytest.mark.parametrize(
    ("size", "land", "tenure", "pool", "missing"),
    [
        ("above_scale", 1.0, "holder", "above", ""),
        ("above_scale", None, "holder", "above", ""),
        ("below_scale", 3.0, "holder", "large", ""),
        ("below_scale", 3.0 - 1e-9, "holder", "large", ""),
        ("below_scale", 2.999, "holder", "small", ""),
        ("below_scale", None, "holder", None, "land_mu"),
        (None, 5.0, "holder", None, "size_class"),
        (None, None, "holder", None, "size_class"),
        ("below_scale", 5.0, "tenant", "tenants", ""),
        (None, None, "tenant", "tenants", ""),
        ("above_scale", 5.0, None, None, "tenure"),
    ],
)
def test_land_and_tenure_tell_pools_apart_and_what_is_missing_tells_nothing(
    size: str | None, land: float | None, tenure: str | None, pool: str | None, missing: str
) -> None:
    table = pd.DataFrame({"size_class": [size], "land_mu": [land], "tenure": [tenure]})
    found = pool_of(table.astype({"land_mu": float}), four_lists()).iloc[0]
    assert (found["pool"], found["missing"]) == (pool, missing)


def test_a_row_that_no_pool_takes_is_not_scored_and_lacks_nothing() -> None:
    raw = four_lists().model_dump()
    raw["pools"] = [raw["pools"][2]]
    table = pd.DataFrame({"size_class": ["above_scale"], "land_mu": [9.0], TAX: [1.0]})
    found = scores(table, Scoring.model_validate(raw)).iloc[0]
    assert found["pool"] is None
    assert np.isnan(found["efficiency_score"])
    assert found["missing"] == ""


def test_points_by_rank_run_from_the_whole_weight_to_none() -> None:
    rule = Rank.model_validate(rank())
    assert rank_points(pd.Series([9.0, 5, np.nan, 5, 1]), rule).fillna(-1).tolist() == [
        30, 15, -1, 15, 0,
    ]  # fmt: skip
    assert rank_points(pd.Series([9.0]), rule).isna().all()  # no place among others
    assert rank_points(pd.Series([], dtype=float), rule).empty


def test_the_tails_of_a_pool_do_not_set_its_scale() -> None:
    values = pd.Series([*range(1, 100), 1e6], dtype=float)
    rule = MinMax.model_validate(min_max(low=0, tail_share=0.02))
    points = min_max_points(values, rule)
    assert points.iloc[[0, -1]].tolist() == [0, 30]
    assert points.iloc[49] == pytest.approx(15, abs=0.2)
    free = min_max_points(values, MinMax.model_validate(min_max(low=0)))
    assert free.iloc[49] < 0.01


def test_a_bonus_counts_where_it_is_proved_and_no_more_than_the_book_allows() -> None:
    raw = one_pool(ratio()).model_dump()
    scoring = Scoring.model_validate({**raw, "bonus": {"least": -5, "most": 10}})
    table = pd.DataFrame({
        TAX: [10.0] * 5 + [np.nan],
        "bonus_points": [4.0, 40.0, -40.0, 4.0, np.nan, 4.0],
        "bonus_evidence": ["文件一", "文件二", "文件三", None, None, "文件四"],
    })  # fmt: skip
    found = scores(table, scoring)
    assert found["efficiency_score"].fillna(-1).tolist() == [34, 40, 25, 30, 30, -1]
    assert found["bonus_score"].fillna(-1).tolist() == [4, 10, -5, -1, -1, 4]
    assert found["missing"].tolist() == ["", "", "", "bonus_evidence", "", TAX]
    assert "bonus_score" not in scores(table, one_pool(ratio()))


def test_no_rows_still_have_the_columns() -> None:
    found = scores(pd.DataFrame({TAX: []}), huangyan(2022))
    assert found.empty
    assert {"pool", "efficiency_score", "missing"} <= set(found)


# ── properties ─────────────────────────────────────────────────────────

values = st.one_of(st.none(), st.floats(-1e4, 1e4))
columns = st.lists(values, min_size=1, max_size=12)


@given(columns, st.data())
def test_ratio_scores_a_subset_as_it_scores_the_whole(
    tax: list[float | None], data: st.DataObject
) -> None:
    table = pd.DataFrame({TAX: tax}, dtype=float)
    rows = data.draw(st.lists(st.sampled_from(range(len(tax))), unique=True))
    rule = one_pool(ratio(cap=1.5, floor=0))
    part = scores(table.iloc[rows], rule)["efficiency_score"]
    pd.testing.assert_series_equal(part, scores(table, rule)["efficiency_score"].iloc[rows])


@given(columns)
def test_places_stay_within_the_range_of_the_pool(tax: list[float | None]) -> None:
    found = scores(pd.DataFrame({TAX: tax}, dtype=float), one_pool(min_max()))
    points = found["efficiency_score"].dropna()
    assert points.between(6 - 1e-9, 30 + 1e-9).all()
    known = [one for one in tax if one is not None]
    if len(set(known)) > 1 and max(known) - min(known) > 1e-6:
        assert points.min() == pytest.approx(6)
        assert points.max() == pytest.approx(30)


@given(columns, st.integers(0, 11), st.floats(0, 1e4))
def test_a_better_value_never_lowers_its_score(
    tax: list[float | None], row: int, more: float
) -> None:
    row %= len(tax)
    better = [value if i != row or value is None else value + more for i, value in enumerate(tax)]
    for rule in (ratio(cap=1.5, floor=0), ratio(), min_max(), rank()):
        before, after = (
            scores(pd.DataFrame({TAX: one}, dtype=float), one_pool(rule))["efficiency_score"]
            for one in (tax, better)
        )
        assert np.isnan(before[row]) or np.isnan(after[row]) or after[row] >= before[row] - 1e-9


@given(columns, st.randoms())
def test_row_order_changes_no_score(tax: list[float | None], chance: object) -> None:
    table = pd.DataFrame({TAX: tax}, dtype=float)
    order = list(table.index)
    chance.shuffle(order)
    rule = one_pool(ratio(missing="mean_points"), min_max("rd_share"))
    table["rd_share"] = table[TAX].abs()
    mixed = scores(table.loc[order], rule).loc[table.index]
    pd.testing.assert_frame_equal(mixed, scores(table, rule), rtol=1e-9)


@given(columns)
def test_a_missing_value_never_scores_as_zero(tax: list[float | None]) -> None:
    found = scores(pd.DataFrame({TAX: tax}, dtype=float), one_pool(ratio()))
    missing = [one is None for one in tax]
    assert found["efficiency_score"].isna().tolist() == missing
    assert (found["missing"] == TAX).tolist() == missing


def test_a_pool_whose_criteria_are_not_published_is_ranked_by_nothing() -> None:
    scoring = read_rulebook("jingde-2022").scoring
    assert scoring is not None
    rows = pd.DataFrame({"size_class": ["above_scale", "below_scale", "below_scale"],
                         "land_mu": [9.0, 5.0, 4.99], "tax_cny10k_per_mu": 20.0})  # fmt: skip
    bonus = scoring.model_copy(update={"bonus": Bonus(least=-5, most=5)})
    for one in (scoring, bonus):
        found = scores(rows.assign(bonus_points=1.0, bonus_evidence="文"), one)
        assert found["pool"].tolist() == ["above_scale", "below_scale", None]
        assert found["efficiency_score"].isna().all()
