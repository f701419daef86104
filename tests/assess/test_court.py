"""Another rulebook: exactly those rows are listed whose outcome changes."""

from __future__ import annotations

import pandas as pd
from hand_made import READ
from hypothesis import given
from hypothesis import strategies as st

from landrenew.assess.court import judged_otherwise
from landrenew.assess.verdicts import judge
from landrenew.rules.comparison import TestSet


def low(threshold: float) -> TestSet:
    test = {"column": "floor_area_ratio", "comparison": "below", "threshold": threshold}
    return TestSet.model_validate({**READ, "logic": "any", "tests": [test]})


ratios = st.lists(st.one_of(st.none(), st.floats(0, 3)), min_size=1, max_size=20)
bars = st.floats(0.1, 2.5)


@given(ratios, bars, bars)
def test_one_bar_moved_lists_exactly_the_rows_between_the_bars(
    values: list[float | None], one: float, other: float
) -> None:
    table = pd.DataFrame({"floor_area_ratio": values}, dtype=float)
    before, after = (
        pd.DataFrame({"low_efficiency_class": judge(table, low(bar))["verdict"]})
        for bar in (one, other)
    )
    found = judged_otherwise(before, after)
    between = [
        row for row, value in enumerate(values)
        if value is not None and min(one, other) <= value < max(one, other)
    ]  # fmt: skip
    assert found.index.tolist() == between
    assert (found["outcome"] == "low_efficiency_class").all()


def test_a_judgement_that_opens_or_is_not_made_is_another_outcome() -> None:
    one = pd.DataFrame({"efficiency_grade": ["A", None, "D"]}, index=["F1", "F2", "F3"])
    other = pd.DataFrame({"low_efficiency_class": ["no", "no", "yes"]}, index=one.index)
    found = judged_otherwise(one, other)
    assert found.reset_index().to_numpy().tolist() == [
        ["F1", "efficiency_grade", "A", None], ["F1", "low_efficiency_class", None, "no"],
        ["F2", "low_efficiency_class", None, "no"],
        ["F3", "efficiency_grade", "D", None], ["F3", "low_efficiency_class", None, "yes"],
    ]  # fmt: skip
    assert judged_otherwise(one, one).empty
