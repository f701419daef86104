"""The nearest change lifts the grade, and one unit of its last digit less does not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hand_made import READ
from hypothesis import given, settings
from hypothesis import strategies as st

from landrenew.assess.evaluation import evaluated_firms
from landrenew.assess.lift import Lift, lifts
from landrenew.base.columns import COLUMNS
from landrenew.rules.model import Rulebook

MU = 2_000 / 3
RANKS = {"form": "rank", "rounding": "nearest", "ties": "better", "exempt": "T",
         "classes": [{"grade": "A", "up_to": 0.3}, {"grade": "B", "up_to": 0.7},
                     {"grade": "C", "up_to": 1.0}]}  # fmt: skip
BARS = {"form": "bars", "exempt": "T",
        "classes": [{"grade": "A", "at_least": 100}, {"grade": "B", "above": 50},
                    {"grade": "C"}]}  # fmt: skip


def ratio(column: str, weight: float, baseline: float, **more: object) -> dict[str, object]:
    return {"form": "ratio", "column": column, "weight": weight, "baseline": baseline,
            "missing": "undetermined", **more}  # fmt: skip


def book(criteria: list[dict[str, object]], grades: dict[str, object], **pool: object) -> Rulebook:
    one = {"name": "all", "zh": "全部", "en": "all", "criteria": criteria, **pool}
    parts = {"scoring": {**READ, "pools": [one]}, "grades": {**READ, **grades}}
    return Rulebook.model_validate({"name": "r", "title": "t", "region": "here", **parts})


def evaluated(firms: pd.DataFrame, mu: pd.Series[float], rules: Rulebook) -> pd.DataFrame:
    land = pd.DataFrame({
        "firm_id": firms.index, "registered_land_m2": mu.to_numpy() * MU,
        "leased_in_m2": 0.0, "used_land_m2": mu.to_numpy() * MU,
    })  # fmt: skip
    return evaluated_firms(firms, land, rules)


def firms(**amounts: list[float]) -> pd.DataFrame:
    count = len(next(iter(amounts.values())))
    index = pd.Index([f"F{i}" for i in range(count)], name="firm_id")
    return pd.DataFrame(amounts, index=index)


def of(found: list[Lift], column: str) -> Lift:
    return next(one for one in found if one.column == column)


def test_a_bar_is_reached_to_the_last_digit() -> None:
    rules = book([ratio("tax_cny10k_per_mu", 100, 12.5)], BARS)
    table = evaluated(firms(tax_cny10k=[70.0]), pd.Series([10.0]), rules)
    assert table["efficiency_grade"].tolist() == ["B"]  # 7 / 12.5 = 56 points
    found = lifts(table, "F0", rules)
    assert of(found, "tax_cny10k")[1:] == (70.0, 125.0, "A")
    assert of(found, "land_mu")[2:] == (5.6, "A")


def test_a_bar_that_is_not_included_must_be_passed() -> None:
    rules = book([ratio("tax_cny10k_per_mu", 100, 10)], BARS)
    table = evaluated(firms(tax_cny10k=[40.0]), pd.Series([10.0]), rules)
    assert of(lifts(table, "F0", rules), "tax_cny10k")[2:] == (50.01, "B")  # 50 points are no B


@pytest.mark.parametrize(("ties", "needed"), [("better", 80.0), ("worse", 80.01)])
def test_by_rank_the_last_of_the_better_grade_must_be_equalled_or_passed(
    ties: str, needed: float
) -> None:
    rules = book([ratio("tax_cny10k_per_mu", 100, 10)], {**RANKS, "ties": ties})
    tax = [100.0, 90.0, 80.0, 70.0, 60.0, 50.0, 40.0, 30.0, 20.0, 10.0]  # A is three of ten
    table = evaluated(firms(tax_cny10k=tax), pd.Series(10.0, range(10)), rules)
    assert of(lifts(table, "F3", rules), "tax_cny10k")[2:] == (needed, "A")


def test_a_cap_may_leave_a_figure_without_help() -> None:
    rules = book(
        [ratio("tax_cny10k_per_mu", 50, 10, cap=1.0), ratio("output_cny10k_per_mu", 50, 100)], BARS
    )
    table = evaluated(firms(tax_cny10k=[50.0], output_cny10k=[500.0]), pd.Series([10.0]), rules)
    found = lifts(table, "F0", rules)  # 25 + 25 points are no B: more than 50 is asked for
    assert of(found, "tax_cny10k").grade == "B"
    table = evaluated(firms(tax_cny10k=[100.0], output_cny10k=[10.0]), pd.Series([10.0]), rules)
    assert [one.column for one in lifts(table, "F0", rules)] == ["land_mu", "output_cny10k"]


def test_land_is_not_given_up_beyond_the_bound_of_the_pool() -> None:
    rules = book([ratio("tax_cny10k_per_mu", 100, 10)], BARS, land_from_mu=8)
    table = evaluated(firms(tax_cny10k=[80.0, 60.0]), pd.Series([10.0, 10.0]), rules)
    assert of(lifts(table, "F0", rules), "land_mu")[2:] == (8.0, "A")
    assert "land_mu" not in [one.column for one in lifts(table, "F1", rules)]


def test_a_figure_that_helps_one_criterion_and_harms_another_is_left_out() -> None:
    rules = book([ratio("revenue_cny10k_per_mu", 50, 100), ratio("rd_share", 50, 0.03)], BARS)
    table = evaluated(firms(revenue_cny10k=[500.0], rd_cny10k=[5.0]), pd.Series([10.0]), rules)
    assert sorted(one.column for one in lifts(table, "F0", rules)) == ["land_mu", "rd_cny10k"]


def test_a_loss_is_not_mended_by_less_land() -> None:
    rules = book([ratio("tax_cny10k_per_mu", 100, 10)], BARS)
    table = evaluated(firms(tax_cny10k=[-5.0]), pd.Series([10.0]), rules)
    assert [one.column for one in lifts(table, "F0", rules)] == ["tax_cny10k"]


def test_nothing_lifts_the_best_the_exempt_the_vetoed_and_those_without_a_grade() -> None:
    rules = book([ratio("tax_cny10k_per_mu", 100, 10)],
                 {**BARS, "veto": {"grade": "C", "is_ranked": False}})  # fmt: skip
    rows = firms(tax_cny10k=[200.0, 20.0, 20.0, np.nan])
    rows["exempt_reason"] = pd.Series([None, "新办", None, None], rows.index, dtype=object)
    rows["veto_reason"] = pd.Series([None, None, "事故", None], rows.index, dtype=object)
    table = evaluated(rows, pd.Series(10.0, range(4)), rules)
    assert table["efficiency_grade"].tolist() == ["A", "T", "C", None]
    assert [lifts(table, one, rules) for one in table.index] == [[]] * 4


FORMS = [
    ratio("tax_cny10k_per_mu", 60, 8),
    ratio("tax_cny10k_per_mu", 60, 8, cap=1.5, floor=0.0),
    {"form": "min_max", "column": "tax_cny10k_per_mu", "weight": 60, "low": 20,
     "missing": "undetermined"},
    {"form": "min_max", "column": "tax_cny10k_per_mu", "weight": 60, "low": 0, "tail_share": 0.1,
     "missing": "undetermined"},
    {"form": "rank", "column": "tax_cny10k_per_mu", "weight": 60, "missing": "undetermined"},
]  # fmt: skip
SECOND = [
    ratio("value_added_cny10k_per_tce", 40, 2, missing="mean_points"),
    {"form": "min_max", "column": "value_added_cny10k_per_tce", "weight": 40, "low": 20,
     "missing": "mean_points"},
]  # fmt: skip
amount = st.integers(1, 40).map(lambda tens: tens * 10.0)
row = st.tuples(amount, amount, st.one_of(amount, st.just(np.nan)), st.integers(2, 30))


@settings(max_examples=20)
@given(st.lists(row, min_size=2, max_size=6), st.sampled_from(FORMS), st.sampled_from(SECOND),
       st.sampled_from([RANKS, {**RANKS, "ties": "worse"}, BARS]))  # fmt: skip
def test_the_nearest_value_lifts_and_the_one_before_does_not(
    rows: list[tuple[float, float, float, int]],
    first: dict[str, object], second: dict[str, object], grades: dict[str, object],
) -> None:  # fmt: skip
    tax, added, energy, mu = (list(map(float, each)) for each in zip(*rows, strict=True))
    rules = book([first, second], grades)
    came, land = firms(tax_cny10k=tax, value_added_cny10k=added, energy_tce=energy), pd.Series(mu)
    table = evaluated(came, land, rules)
    best = rules.grades.letters if rules.grades else []
    for ident in came.index[:1]:
        before = table["efficiency_grade"][ident]
        for found in lifts(table, ident, rules):
            step = 10.0 ** -COLUMNS[found.column].decimals
            way = step if found.needed > found.now else -step
            assert round(found.needed / step) == pytest.approx(found.needed / step)
            for value, is_lifted in ((found.needed, True), (found.needed - way, False)):
                if (value - found.now) * way <= 0:
                    continue
                changed, their_land = came.copy(), land.copy()
                if found.column == "land_mu":
                    their_land[came.index.get_loc(ident)] = value
                else:
                    changed.loc[ident, found.column] = value
                after = evaluated(changed, their_land, rules)["efficiency_grade"][ident]
                is_better = after is not None and best.index(after) < best.index(before)
                assert is_better == is_lifted, (found, value, before, after)
