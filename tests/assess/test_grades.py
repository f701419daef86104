"""Grades by rank: rounding and ties as the rulebook says, and never by row order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hand_made import READ
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from landrenew.assess.grades import efficiency_grade, grade_bounds
from landrenew.rules.grading import BarGrades, RankGrades

if TYPE_CHECKING:
    from landrenew.rules.grading import Grades

ABCD = {"A": 0.2, "B": 0.6, "C": 0.95, "D": 1.0}


def grades(
    rounding: str | None = "nearest", ties: str | None = "better", **bounds: float
) -> RankGrades:
    classes = [{"grade": k, "up_to": v} for k, v in (bounds or ABCD).items()]
    keys = {"form": "rank", "rounding": rounding, "ties": ties, "exempt": "T", "classes": classes}
    return RankGrades.model_validate({**READ, **keys})


def bars(**classes: dict[str, float]) -> BarGrades:
    made = [{"grade": letter, **one} for letter, one in classes.items()]
    return BarGrades.model_validate({**READ, "form": "bars", "exempt": "T", "classes": made})


def letters(scores: list[float | None], rule: Grades, **columns: list[object]) -> str:
    table = pd.DataFrame({"efficiency_score": scores, "pool": "all", **columns})
    table["efficiency_score"] = table["efficiency_score"].astype(float)
    return "".join(one or "-" for one in efficiency_grade(table, rule))


@pytest.mark.parametrize(
    ("rounding", "bounds"),
    [("down", [7, 23, 37, 39]), ("nearest", [8, 23, 37, 39]), ("up", [8, 24, 38, 39])],
)
def test_bounds_are_rounded_as_the_book_says(rounding: str, bounds: list[int]) -> None:
    assert grade_bounds(39, grades(), rounding) == bounds


def test_bounds_are_exact_where_binary_fractions_are_not() -> None:
    assert grade_bounds(5, grades(), "down")[0] == 1  # 0.2 x 5
    assert grade_bounds(20, grades(), "up")[2] == 19  # 0.95 x 20
    assert grade_bounds(10, grades(A=0.3, B=1.0), "down")[0] == 3
    assert grade_bounds(2, grades(A=0.25, B=1.0), "nearest")[0] == 1  # a half goes up


def test_grades_follow_the_rank() -> None:
    assert letters([10, 50, 30, 20, 40], grades()) == "CABCB"
    assert letters([5, 4, 3, 2, 1], grades(A=0.4, B=1.0)) == "AABBB"


def test_a_small_pool_may_have_no_best_grade() -> None:
    assert letters([2, 1], grades("down")) == "BD"
    assert letters([1], grades("down")) == "D"


@pytest.mark.parametrize(("ties", "found"), [("better", "AAAB"), ("worse", "BBBB")])
def test_equal_scores_take_one_grade(ties: str, found: str) -> None:
    assert letters([9, 9, 9, 1], grades("down", ties, A=0.5, B=1.0)) == found


def test_scores_equal_but_for_the_last_bit_are_equal() -> None:
    assert letters([0.1 + 0.2, 0.3, 0.1], grades("down", "worse", A=0.4, B=1.0)) == "BBB"
    assert letters([0.1 + 0.2, 0.3, 0.1], grades("down", "better", A=0.4, B=1.0)) == "AAB"


def test_the_exempt_do_not_count_in_the_ranking() -> None:
    reasons = ["公用事业", None, None, None, None, None]
    assert letters([99, 5, 4, 3, 2, 1], grades(), exempt_reason=reasons) == "TABBCC"
    reasons = [None, "在建"]
    assert letters([None, None], grades(), exempt_reason=reasons) == "-T"


def test_a_missing_score_has_no_grade_and_takes_no_place() -> None:
    assert letters([5, None, 4, 3, 2, 1, None], grades()) == "A-BBCC-"


def test_pools_are_ranked_apart() -> None:
    table = pd.DataFrame(
        {"efficiency_score": [9.0, 1, 8, 2, 7], "pool": ["a", "b", "a", "b", None]}
    )
    found = efficiency_grade(table, grades("up", A=0.5, B=1.0))
    assert found.tolist() == ["A", "B", "B", "A", None]


def test_twenty_percent_of_jingning() -> None:
    """Its published 11 of 39 are 28 %: the shares are local, and the book must state them."""
    rule = grades("nearest", A=11 / 39, B=32 / 39, C=1.0)
    found = letters(list(range(39)), rule)
    assert [found.count(one) for one in "ABC"] == [11, 21, 7]


scores = st.lists(st.one_of(st.none(), st.integers(0, 8)), min_size=1, max_size=20)
rules = st.builds(
    grades, st.sampled_from(["down", "nearest", "up"]), st.sampled_from(["better", "worse"])
)


@given(scores, rules, st.randoms())
def test_row_order_changes_no_grade(values: list[int | None], rule: Grades, chance: object) -> None:
    order = list(range(len(values)))
    chance.shuffle(order)
    straight = letters(values, rule)
    assert letters([values[i] for i in order], rule) == "".join(straight[i] for i in order)


@given(scores, rules)
def test_all_rising_alike_changes_no_grade(values: list[int | None], rule: Grades) -> None:
    risen = [None if one is None else one * 1.2 for one in values]
    assert letters(risen, rule) == letters(values, rule)


@given(scores, rules)
def test_equal_scores_have_equal_grades_and_better_ones_no_worse(
    values: list[int | None], rule: Grades
) -> None:
    found = letters(values, rule)
    for one, letter in zip(values, found, strict=True):
        assert (letter == "-") == (one is None)
        for other, theirs in zip(values, found, strict=True):
            if one is not None and other is not None and one >= other:
                assert letter <= theirs


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=30, unique=True), rules)
def test_without_ties_the_grades_have_the_size_of_their_bounds(
    values: list[int], rule: Grades
) -> None:
    found = letters(values, rule)
    assert rule.rounding is not None
    ends = grade_bounds(len(values), rule, rule.rounding)
    assert [found.count(one) for one in "ABCD"] == [
        end - start for start, end in zip([0, *ends], ends, strict=False)
    ]


# ── bounds that a row falls on ─────────────────────────────────────────


def excluding(rule: RankGrades, *without: str) -> RankGrades:
    raw = rule.model_dump()
    for one in raw["classes"]:
        one["is_inclusive"] = one["grade"] not in without
    return RankGrades.model_validate(raw)


@pytest.mark.parametrize("rounding", ["down", "nearest", "up"])
def test_a_bound_that_is_not_included_ends_before_the_row_it_falls_on(rounding: str) -> None:
    rule = grades()
    assert grade_bounds(20, rule, rounding) == [4, 12, 19, 20]
    assert grade_bounds(20, excluding(rule, "A", "C"), rounding) == [3, 12, 18, 20]
    without = excluding(rule, "A", "B", "C")
    assert grade_bounds(39, without, rounding) == grade_bounds(39, rule, rounding)


def test_the_last_row_has_a_grade() -> None:
    with pytest.raises(ValidationError, match="must hold the last row"):
        excluding(grades(), "D")


@given(st.integers(0, 400), st.sampled_from(["down", "nearest", "up"]))
def test_a_bound_that_is_not_included_takes_one_row_where_it_falls_on_one(
    size: int, rounding: str
) -> None:
    whole = grade_bounds(size, grades(), rounding)
    less = grade_bounds(size, excluding(grades(), "A", "B"), rounding)
    falls = [size % 5 == 0, size * 3 % 5 == 0, False, False]
    assert [a - b for a, b in zip(whole, less, strict=True)] == falls


# ── what the document does not say ─────────────────────────────────────


def test_a_grade_that_hangs_on_a_rule_nobody_states_is_open() -> None:
    assert letters([5, 4, 3, 2, 1], grades(None)) == "ABBC-"  # 0.95 x 5 is 4 or 5
    assert letters([5, 4, 3, 2, 1], grades("down")) == "ABBCD"
    assert letters([4, 3, 2, 1], grades(None, A=0.3, D=1.0)) == "A-DD"
    assert letters([9, 9, 9, 1], grades("down", None, A=0.5, B=1.0)) == "---B"
    assert letters([9, 9, 2, 1], grades("down", None, A=0.5, B=1.0)) == "AABB"


@given(st.lists(st.integers(0, 6).map(float), min_size=1, max_size=15))
def test_an_open_rule_leaves_what_all_of_its_answers_give(scores: list[float]) -> None:
    every = [
        letters(scores, grades(rounding, ties))
        for rounding in ("down", "nearest", "up") for ties in ("better", "worse")
    ]  # fmt: skip
    expected = "".join(one[0] if len(set(one)) == 1 else "-" for one in zip(*every, strict=True))
    assert letters(scores, grades(None, None)) == expected


# ── bars ───────────────────────────────────────────────────────────────

ON_BARS = bars(A={"at_least": 80}, B={"above": 60}, C={"at_least": 40}, D={})


def test_a_score_on_a_bar_is_above_it_where_the_bar_is_included() -> None:
    assert letters([80, 79.999, 60, 60.001, 40, 39.999, -5], ON_BARS) == "ABCBCDD"
    assert letters([0.1 + 0.2], bars(A={"above": 0.3}, D={})) == "D"  # the last bit decides nothing
    assert letters([80.0, None, 20.0], ON_BARS, exempt_reason=[None, None, "公用"]) == "A-T"


@given(st.lists(st.floats(-50, 150), min_size=1, max_size=9), st.floats(-50, 150))
def test_by_bars_no_row_matters_to_another(scores: list[float], more: float) -> None:
    assert letters([*scores, more], ON_BARS)[:-1] == letters(list(scores), ON_BARS)


@pytest.mark.parametrize(
    ("classes", "said"),
    [
        ({"A": {"at_least": 60}, "B": {"at_least": 80}, "C": {}}, "bars of the grades must fall"),
        ({"A": {"at_least": 60}, "B": {}, "C": {}}, "has one bar"),
        ({"A": {"at_least": 60, "above": 60}, "B": {}}, "has one bar"),
        ({"A": {"at_least": 60}, "B": {"above": 20}}, "has one bar"),
        ({"A": {"at_least": 60}, "T": {}}, "stands for two grades"),
    ],
)
def test_bars_that_mean_nothing_are_refused(classes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        bars(**classes)


# ── veto ───────────────────────────────────────────────────────────────


def with_veto(rule: RankGrades, *, is_ranked: bool) -> RankGrades:
    veto = {"grade": "D", "is_ranked": is_ranked}
    return RankGrades.model_validate({**rule.model_dump(), "veto": veto})


def test_a_veto_decides_whatever_the_score() -> None:
    accident = ["2025 年安全事故", None, None, None, None, None]
    rule, scores = grades("down", A=0.5, D=1.0), [9, 8, 7, 6, 5, 4]
    assert letters(scores, rule, veto_reason=accident) == "AAADDD"  # the book knows no veto
    assert letters(scores, with_veto(rule, is_ranked=True), veto_reason=accident) == "DAADDD"
    apart = with_veto(rule, is_ranked=False)
    assert letters(scores, apart, veto_reason=accident) == "DAADDD"
    assert letters(scores[:-1], apart, veto_reason=accident[:-1]) == "DAADD"
    assert letters([None, 8], apart, veto_reason=["事故", None]) == "DD"
    assert letters([9, 8], apart, veto_reason=["事故", None], exempt_reason=["公用", None]) == "TD"


def test_a_vetoed_row_takes_a_place_only_where_the_book_says_so() -> None:
    rule, accident = grades("up", A=0.3, D=1.0), ["事故", None, None, None]
    ranked, apart = (with_veto(rule, is_ranked=one) for one in (True, False))
    assert letters([9, 8, 7, 6], ranked, veto_reason=accident) == "DADD"  # 2 of 4, one vetoed
    assert letters([9, 8, 7, 6], apart, veto_reason=accident) == "DADD"  # 1 of 3
    low = [*accident[1:], "事故"]
    assert letters([9, 8, 7, 6], ranked, veto_reason=low) == "AADD"
    assert letters([9, 8, 7, 6], apart, veto_reason=low) == "ADDD"


def test_a_veto_gives_one_of_the_grades() -> None:
    raw = {**grades(A=0.5, B=1.0).model_dump(), "veto": {"grade": "D", "is_ranked": True}}
    with pytest.raises(ValidationError, match="which is none of the grades"):
        RankGrades.model_validate(raw)
