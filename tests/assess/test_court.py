"""Another rulebook: exactly those rows are listed whose outcome changes."""

from __future__ import annotations

import pandas as pd
import pytest
from hand_made import READ
from hypothesis import given
from hypothesis import strategies as st

from landrenew.assess.court import agreement, judged_otherwise, widest_gap
from landrenew.assess.grades import efficiency_grade
from landrenew.assess.scores import scores
from landrenew.assess.verdicts import judge
from landrenew.publish.court_file import agreement_words
from landrenew.publish.result import Judged
from landrenew.rules.comparison import TestSet
from landrenew.rules.library import read_rulebook
from landrenew.rules.model import Rulebook


def low(threshold: float) -> TestSet:
    test = {"column": "floor_area_ratio", "comparison": "below", "threshold": threshold}
    return TestSet.model_validate({**READ, "logic": "any", "tests": [test]})


ratios = st.lists(
    st.one_of(st.none(), st.floats(0, 3).map(lambda value: round(value, 9))),
    min_size=1, max_size=20,
)  # fmt: skip
bars = st.floats(0.1, 2.5).map(lambda value: round(value, 9))


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


def book(**weights: float) -> Rulebook:
    """Make a rulebook that scores by ratios to 1 and grades the upper half A, the others D."""
    criteria = [{"form": "ratio", "column": name, "weight": weight, "baseline": 1.0,
                 "missing": "undetermined"} for name, weight in weights.items()]  # fmt: skip
    pool = {"name": "all", "zh": "全部", "en": "all", "criteria": criteria}
    classes = [{"grade": "A", "up_to": 0.5}, {"grade": "D", "up_to": 1.0}]
    grades = {"form": "rank", "rounding": "down", "ties": "better", "exempt": "T",
              "classes": classes}  # fmt: skip
    return Rulebook.model_validate({
        "name": "r", "title": "t", "region": "here", "scoring": {**READ, "pools": [pool]},
        "grades": {**READ, **grades},
    })  # fmt: skip


def judged(table: pd.DataFrame, by: Rulebook) -> pd.DataFrame:
    assert by.scoring is not None
    assert by.grades is not None
    scored = table.join(scores(table, by.scoring).drop(columns="missing"))
    return scored.assign(efficiency_grade=efficiency_grade(scored, by.grades))


ROWS = pd.DataFrame(
    {"tax_cny10k_per_mu": [4.0, 3.0, 2.0, 1.0, None], "rd_share": [1.0, 2.0, 3.0, 4.0, 2.0],
     "exempt_reason": [None] * 5},
    index=list("abcde"),
)  # fmt: skip
TAX, RD = book(tax_cny10k_per_mu=100), book(rd_share=100)


def test_agreement_counts_what_both_judge_and_both_call_worst() -> None:
    one, other = (
        pd.DataFrame({"efficiency_grade": list(words)}).replace("-", None)
        for words in ("AADDTD-", "ADDADTD")
    )
    found = agreement(one, other, (TAX, RD), "efficiency_grade")
    assert found == (4, 2, 2, 2, 1)
    assert found is not None
    assert (found.share_same, found.worst_overlap) == (0.5, pytest.approx(1 / 3))
    assert agreement(one, other, (TAX, RD), "low_efficiency_class") is None


def test_a_book_agrees_with_itself() -> None:
    table = judged(ROWS, TAX)
    found = agreement(table, table, (TAX, TAX), "efficiency_grade")
    assert found == (4, 4, 2, 2, 2)
    assert judged_otherwise(table, table).empty
    assert widest_gap(table, table, (TAX, TAX))["gap"].fillna(0).eq(0).all()


def test_the_criterion_that_sets_two_scores_most_apart_is_named() -> None:
    both = book(tax_cny10k_per_mu=75, rd_share=25)
    found = widest_gap(judged(ROWS, both), judged(ROWS, RD), (both, RD))
    assert found.loc["d"].tolist() == ["rd_share", pytest.approx(4 - 4 * 0.25)]
    assert found.loc["a"].tolist() == ["tax_cny10k_per_mu", pytest.approx(-4 * 0.75)]
    assert found.loc["e"].isna().all()  # no tax, no points by the first
    none = read_rulebook("none")
    assert widest_gap(ROWS.assign(pool=None), judged(ROWS, RD), (none, RD))["gap"].isna().all()


def test_books_that_judge_nothing_alike_are_said_to() -> None:
    one = pd.DataFrame({"efficiency_grade": ["A"]}, index=["P1"])
    other = pd.DataFrame({"low_efficiency_class": ["no"]}, index=["P1"])
    judged = [Judged("a", book(floor_area_ratio=1.0), one, None),
              Judged("b", read_rulebook("none"), other, None)]  # fmt: skip
    assert "No two of these rulebooks" in agreement_words(judged, "en")
