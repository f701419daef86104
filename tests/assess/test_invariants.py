"""What no judgement may hang on: order, units, how land is divided, and firms of no concern."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hand_made import READ
from hypothesis import given
from hypothesis import strategies as st

from landrenew.assess.evaluation import evaluated_firms
from landrenew.assess.verdicts import HOLDS, judge
from landrenew.rules.comparison import TestSet
from landrenew.rules.model import Rulebook
from landrenew.rules.remarks import what_can_turn

MU = 2_000 / 3
Row = tuple[float, float, float, int]
RATIO = [
    {"form": "ratio", "column": "tax_cny10k_per_mu", "weight": 60, "baseline": 8.0, "cap": 1.5,
     "floor": 0.0, "missing": "undetermined"},
    {"form": "ratio", "column": "value_added_cny10k_per_tce", "weight": 40, "baseline": 2.0,
     "missing": "undetermined"},
]  # fmt: skip
MIN_MAX = [{"form": "min_max", "column": one["column"], "weight": one["weight"], "low": 20,
            "missing": "mean_points"} for one in RATIO]  # fmt: skip
RANK = [{"form": "rank", "column": one["column"], "weight": one["weight"],
         "missing": "undetermined"} for one in RATIO]  # fmt: skip
FORMS = {"ratio": RATIO, "min_max": MIN_MAX, "rank": RANK,
         "mean": [{**one, "missing": "mean_points"} for one in RATIO]}  # fmt: skip
BY_RANK = {
    "form": "rank", "exempt": "T", "rounding": "nearest", "ties": "better",
    "classes": [{"grade": "A", "up_to": 0.3}, {"grade": "B", "up_to": 0.7},
                {"grade": "C", "up_to": 1.0}],
}  # fmt: skip
BY_BARS = {"form": "bars", "exempt": "T", "classes": [
    {"grade": "A", "at_least": 90}, {"grade": "B", "above": 50}, {"grade": "C"}]}  # fmt: skip

amount = st.one_of(st.integers(-5, 60).map(lambda tens: tens * 10.0), st.just(np.nan))
above = st.one_of(st.integers(1, 60).map(lambda tens: tens * 10.0), st.just(np.nan))
row = st.tuples(amount, amount, above, st.integers(1, 30))
rows = st.lists(row, min_size=1, max_size=9)
forms = st.sampled_from(list(FORMS))
grades = st.sampled_from([BY_RANK, BY_BARS])


def book(form: str, grading: dict[str, Any]) -> Rulebook:
    pool = {"name": "all", "zh": "全部", "en": "all", "criteria": FORMS[form]}
    parts = {"scoring": {**READ, "pools": [pool]}, "grades": {**READ, **grading}}
    return Rulebook.model_validate({"name": "r", "title": "t", "region": "here", **parts})


def firms(came: list[Row]) -> pd.DataFrame:
    columns = ["tax_cny10k", "value_added_cny10k", "energy_tce", "mu"]
    index = pd.Index([f"F{i}" for i in range(len(came))], name="firm_id")
    return pd.DataFrame(came, columns=columns, index=index, dtype=float)


def evaluated(came: pd.DataFrame, rules: Rulebook) -> pd.DataFrame:
    area = came["mu"].to_numpy() * MU
    land = pd.DataFrame({"firm_id": came.index, "registered_land_m2": area, "leased_in_m2": 0.0,
                         "used_land_m2": area})  # fmt: skip
    return evaluated_firms(came.drop(columns="mu"), land, rules)


def judged(came: pd.DataFrame, rules: Rulebook) -> pd.DataFrame:
    return evaluated(came, rules)[["efficiency_score", "efficiency_grade", "missing_inputs"]]


@given(rows, forms, grades, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_decides_nothing(
    came: list[Row],
    form: str,
    grading: dict[str, Any],
    chance: Any,  # noqa: ANN401  hypothesis's own
) -> None:
    table, rules = firms(came), book(form, grading)
    order = list(table.index)
    chance.shuffle(order)
    once, again = judged(table, rules), judged(table.loc[order], rules)
    pd.testing.assert_frame_equal(again.loc[table.index], once, check_exact=True)


@given(rows, forms, grades, st.sampled_from([0.25, 2.0, 1024.0]))
def test_a_town_that_grows_alike_keeps_its_order_and_passes_bars_that_stand_still(
    came: list[Row], form: str, grading: dict[str, Any], by: float
) -> None:
    table, rules = firms(came), book(form, grading)
    grown = table.assign(tax_cny10k=table["tax_cny10k"] * by,
                         value_added_cny10k=table["value_added_cny10k"] * by)  # fmt: skip
    once, again = judged(table, rules), judged(grown, rules)
    if form in {"min_max", "rank"}:  # a place in the pool has no unit
        pd.testing.assert_frame_equal(again, once)
    elif form == "ratio" and by > 1:
        gains = table["tax_cny10k"].ge(0) & table["value_added_cny10k"].ge(0)
        known = gains & once["efficiency_score"].notna()
        assert (again["efficiency_score"] >= once["efficiency_score"])[known].all()


@given(rows, forms, row)
def test_a_firm_that_joins_changes_others_only_where_the_rulebook_says_it_can(
    came: list[Row],
    form: str,
    newcomer: tuple[float, float, float, int],
) -> None:
    table = firms(came)
    with_one_more = firms([*came, newcomer])
    rules = book(form, BY_BARS)
    once = judged(table, rules)
    again = judged(with_one_more, rules).loc[table.index]
    if not what_can_turn(rules):
        pd.testing.assert_frame_equal(again, once, check_exact=True)
    assert bool(what_can_turn(rules)) == (form != "ratio")
    assert what_can_turn(book(form, BY_RANK))  # someone is always last


@pytest.mark.parametrize("form", ["min_max", "rank", "mean"])
def test_where_it_is_said_a_firm_that_joins_does_change_others(form: str) -> None:
    came = [(100.0, 200.0, 100.0, 10), (50.0, 300.0, 100.0, 10), (80.0, 260.0, 100.0, 10),
            (70.0, np.nan, 100.0, 10)]  # fmt: skip
    rules = book(form, BY_BARS)
    once = judged(firms(came), rules)
    again = judged(firms([*came, (10.0, 900.0, 100.0, 10)]), rules).loc[once.index]
    assert not again["efficiency_score"].equals(once["efficiency_score"])


@given(st.integers(1, 400), st.integers(1, 400), st.integers(2, 60), st.floats(0.05, 0.95))
def test_a_firm_s_land_in_two_parcels_is_the_land_of_one(
    tax: int, added: int, mu: int, part: float
) -> None:
    rules = book("ratio", BY_BARS)
    firm = firms([(float(tax), float(added), 100.0, mu)]).drop(columns="mu")
    whole = pd.DataFrame({"firm_id": ["F0"], "registered_land_m2": [mu * MU],
                          "leased_in_m2": [0.0], "used_land_m2": [mu * MU]})  # fmt: skip
    areas = np.array([mu * MU * part, mu * MU * (1 - part)])
    halves = pd.DataFrame({"firm_id": ["F0", "F0"], "registered_land_m2": areas,
                           "leased_in_m2": 0.0, "used_land_m2": areas})  # fmt: skip
    one, two = (evaluated_firms(firm, land, rules).iloc[0] for land in (whole, halves))
    assert two["efficiency_score"] == pytest.approx(one["efficiency_score"], rel=1e-12)
    assert two["efficiency_grade"] == one["efficiency_grade"]


@pytest.mark.parametrize(("comparison", "threshold"), list(product(HOLDS, [0.6, 5.0, 12.5, 100.0])))
def test_a_value_that_arithmetic_leaves_a_bit_off_its_bound_is_at_the_bound(
    comparison: str, threshold: float
) -> None:
    test = {"column": "tax_cny10k_per_mu", "comparison": comparison, "threshold": threshold}
    rule = TestSet.model_validate({**READ, "logic": "all", "tests": [test]})
    land = 7.3 * MU / MU
    value = threshold * land / land
    off = [np.nextafter(threshold, 0), threshold, np.nextafter(threshold, 1e9), value]
    verdicts = judge(pd.DataFrame({"tax_cny10k_per_mu": off}), rule)["verdict"]
    at_bound = "yes" if comparison in {"at_most", "at_least", "equals"} else "no"
    assert verdicts.tolist() == [at_bound] * 4


GAPS = ["tax_cny10k", "value_added_cny10k", "energy_tce", "mu"]


@pytest.mark.parametrize(("form", "gap"), list(product(FORMS, GAPS)))
def test_a_planted_gap_makes_no_zero_no_score_and_no_grade(form: str, gap: str) -> None:
    came = firms([(100.0, 200.0, 100.0, 10), (50.0, 300.0, 150.0, 10), (80.0, 250.0, 90.0, 10)])
    came.loc["F1", gap] = np.nan
    rules = book(form, BY_BARS)
    found = judged(came, rules).loc["F1"]
    fills = all(one["missing"] == "mean_points" for one in FORMS[form])
    assert np.isnan(found["efficiency_score"]) != fills
    assert (found["efficiency_grade"] is None) != fills
    assert found["missing_inputs"]
    points = evaluated(came, rules)
    for name in found["missing_inputs"].split(","):
        earned = points[f"{name}_score"]
        assert np.isnan(earned["F1"]) or earned["F1"] == pytest.approx(
            earned.drop(index="F1").mean()
        )
