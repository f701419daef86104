"""Three-valued tests: the whole truth table, the bounds, and what a doubt leaves open."""

from __future__ import annotations

import operator
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hand_made import READ
from hypothesis import given
from hypothesis import strategies as st

from landrenew.assess.verdicts import judge
from landrenew.rules.comparison import Test, TestSet

LOW_FAR = Test(column="floor_area_ratio", comparison="below", threshold=0.6)
LOW_TAX = Test(column="tax_cny10k_per_mu", comparison="below", threshold=5.0)
VALUES = {"yes": 0.0, "no": 9.0, "undetermined": None}
TABLES = {
    "any": {
        ("yes", "yes"): "yes",
        ("yes", "no"): "yes",
        ("yes", "undetermined"): "yes",
        ("no", "no"): "no",
        ("no", "undetermined"): "undetermined",
        ("undetermined", "undetermined"): "undetermined",
    },
    "all": {
        ("yes", "yes"): "yes",
        ("yes", "no"): "no",
        ("yes", "undetermined"): "undetermined",
        ("no", "no"): "no",
        ("no", "undetermined"): "no",
        ("undetermined", "undetermined"): "undetermined",
    },
}


def rule(logic: str, *tests: Test) -> TestSet:
    return TestSet.model_validate({**READ, "logic": logic, "tests": tests})


@pytest.mark.parametrize(("logic", "first", "second"), list(product(TABLES, VALUES, VALUES)))
def test_truth_table(logic: str, first: str, second: str) -> None:
    rows = pd.DataFrame(
        {"floor_area_ratio": [VALUES[first]], "tax_cny10k_per_mu": [VALUES[second]]}
    )
    judged = judge(rows, rule(logic, LOW_FAR, LOW_TAX)).iloc[0]
    table = TABLES[logic]
    assert judged["verdict"] == table.get((first, second), table.get((second, first)))
    assert judged["tests"] == f"{first},{second}"
    names = {"floor_area_ratio": first, "tax_cny10k_per_mu": second}
    assert judged["missing"] == ",".join(k for k, v in names.items() if v == "undetermined")


@pytest.mark.parametrize(
    ("comparison", "below", "at", "above"),
    [
        ("below", "yes", "no", "no"),
        ("at_most", "yes", "yes", "no"),
        ("above", "no", "no", "yes"),
        ("at_least", "no", "yes", "yes"),
        ("equals", "no", "yes", "no"),
    ],
)
def test_bounds_of_each_comparison(comparison: str, below: str, at: str, above: str) -> None:
    test = Test.model_validate(
        {"column": "floor_area_ratio", "comparison": comparison, "threshold": 0.6}
    )
    values = [0.599999999, np.nextafter(0.6, 0), 0.6, np.nextafter(0.6, 1), 0.600000001]
    judged = judge(pd.DataFrame({"floor_area_ratio": values}), rule("all", test))
    assert judged["verdict"].tolist() == [below, at, at, at, above]  # a last bit decides nothing


def test_words_are_compared_as_words() -> None:
    test = Test(column="control_class", comparison="equals", threshold="outside")
    rows = pd.DataFrame({"control_class": ["outside", "inside", None]})
    assert judge(rows, rule("any", test))["verdict"].tolist() == ["yes", "no", "undetermined"]


def test_a_column_that_is_not_there_is_missing_everywhere() -> None:
    rows = pd.DataFrame({"floor_area_ratio": [0.1, 2.0]})
    judged = judge(rows, rule("any", LOW_FAR, LOW_TAX))
    assert judged["verdict"].tolist() == ["yes", "undetermined"]
    assert judged["missing"].tolist() == ["tax_cny10k_per_mu"] * 2


@pytest.mark.parametrize(
    ("low", "more", "verdict"),
    [
        (0.6, 0.0, "yes"),
        (0.5, 0.0, "no"),
        (0.5, 0.05, "no"),
        (0.5, 0.1, "undetermined"),
        (0.5, None, "undetermined"),
        (0.7, 0.3, "yes"),
    ],
)
def test_a_doubt_leaves_open_what_it_could_turn(
    low: float, more: float | None, verdict: str
) -> None:
    test = Test(column="low_efficiency_area_share", comparison="at_least", threshold=0.6)
    rows = pd.DataFrame({"low_efficiency_area_share": [low], "undetermined_area_share": [more]})
    doubt = {"low_efficiency_area_share": "undetermined_area_share"}
    assert judge(rows, rule("all", test), doubt=doubt)["verdict"].tolist() == [verdict]
    assert judge(rows, rule("all", test))["verdict"].tolist() == ["yes" if low >= 0.6 else "no"]


def test_contiguity_of_wenzhou_lets_all_seven_blocks_of_yongjia_pass() -> None:
    areas = [2575, 871.7, 150, 300, 822.4, 270, 509.55]
    test = Test(column="area_mu", comparison="at_least", threshold=100)
    judged = judge(pd.DataFrame({"area_mu": areas}), rule("all", test))
    assert sum(areas) == pytest.approx(5498.65)
    assert judged["verdict"].tolist() == ["yes"] * 7


def test_no_rows_are_no_verdicts() -> None:
    assert judge(pd.DataFrame({"floor_area_ratio": []}), rule("any", LOW_FAR)).empty


def test_each_test_and_each_lack_is_named_in_the_rules_order() -> None:
    rows = pd.DataFrame({"floor_area_ratio": [0.1, None, 0.9, 0.1],
                         "tax_cny10k_per_mu": [9.0, None, None, 9.0]})  # fmt: skip
    judged = judge(rows, rule("any", LOW_FAR, LOW_TAX))
    assert judged["tests"].tolist() == [
        "yes,no", "undetermined,undetermined", "no,undetermined", "yes,no",
    ]  # fmt: skip
    both = "floor_area_ratio,tax_cny10k_per_mu"
    assert judged["missing"].tolist() == ["", both, "tax_cny10k_per_mu", ""]


cells = st.one_of(st.none(), st.floats(-10, 10))
comparisons = st.sampled_from(["below", "at_most", "above", "at_least", "equals"])
HOLDS = {
    "below": operator.lt,
    "at_most": operator.le,
    "above": operator.gt,
    "at_least": operator.ge,
    "equals": operator.eq,
}


@given(
    st.lists(st.tuples(cells, cells), min_size=1, max_size=6),
    comparisons,
    comparisons,
    st.sampled_from(["any", "all"]),
)
def test_a_verdict_is_undetermined_only_when_the_missing_could_turn_it(
    rows: list[tuple[float | None, float | None]], first: str, second: str, logic: str
) -> None:
    tests = [
        Test.model_validate({"column": column, "comparison": how, "threshold": 1.0})
        for column, how in (("floor_area_ratio", first), ("tax_cny10k_per_mu", second))
    ]
    table = pd.DataFrame(rows, columns=["floor_area_ratio", "tax_cny10k_per_mu"], dtype=float)
    found = judge(table, rule(logic, *tests))["verdict"].tolist()
    join = any if logic == "any" else all
    for row, verdict in zip(rows, found, strict=True):
        fillings = product(*[[True, False] if one is None else [one] for one in row])
        answers = {
            join(
                one if isinstance(one, bool) else HOLDS[how](one, 1.0)
                for one, how in zip(filled, (first, second), strict=True)
            )
            for filled in fillings
        }
        assert verdict == {(True,): "yes", (False,): "no"}.get(tuple(answers), "undetermined")
