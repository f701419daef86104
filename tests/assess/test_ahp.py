"""The analytic hierarchy process: Saaty's examples, and judgements that contradict each other."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landrenew.assess.weights.ahp import RANDOM_INDEX, ahp_weights, contradiction, judged_matrix
from landrenew.base.columns import SCORABLE
from landrenew.base.errors import RuleError

NAMES = sorted(SCORABLE)
_ = np.nan

HOUSE = [
    [1, 5, 3, 7, 6, 6, 1 / 3, 1 / 4],
    [_, 1, 1 / 3, 5, 3, 3, 1 / 5, 1 / 7],
    [_, _, 1, 6, 3, 4, 6, 1 / 5],
    [_, _, _, 1, 1 / 3, 1 / 4, 1 / 7, 1 / 8],
    [_, _, _, _, 1, 1 / 2, 1 / 5, 1 / 6],
    [_, _, _, _, _, 1, 1 / 5, 1 / 6],
    [_, _, _, _, _, _, 1, 1 / 2],
    [_, _, _, _, _, _, _, 1],
]
"""Saaty, European Journal of Operational Research 48 (1990) 9-26: choosing a house."""

DISTANCES = [
    [1, 1 / 3, 8, 3, 3, 7],
    [_, 1, 9, 3, 3, 9],
    [_, _, 1, 1 / 6, 1 / 5, 2],
    [_, _, _, 1, 1 / 3, 6],
    [_, _, _, _, 1, 6],
    [_, _, _, _, _, 1],
]
"""Saaty, Journal of Mathematical Psychology 15 (1977) 234-281: distances from Philadelphia."""


def matrix(rows: list[list[float]]) -> pd.DataFrame:
    names = NAMES[: len(rows)]
    return pd.DataFrame(rows, names, names, dtype=float)


def ratio_of(notes: tuple[object, ...]) -> float:
    return float(str(notes[0]).split("consistency ratio ")[1].split(" ")[0])


def test_saatys_house() -> None:
    found = ahp_weights(matrix(HOUSE), insist=True)
    published = [0.173, 0.054, 0.188, 0.018, 0.031, 0.036, 0.167, 0.333]
    assert found.weights.tolist() == pytest.approx(published, abs=6e-4)
    assert "eigenvalue 9.6689, consistency index 0.2384" in found.notes[0].en
    assert ratio_of(found.notes) == pytest.approx(0.169, abs=5e-4)


def test_saatys_distances() -> None:
    found = ahp_weights(matrix(DISTANCES))
    published = [0.263, 0.397, 0.033, 0.116, 0.164, 0.027]
    assert found.weights.tolist() == pytest.approx(published, abs=2e-3)
    assert ratio_of(found.notes) == pytest.approx(0.0732, abs=1e-3)


def test_the_house_is_refused_by_the_judgement_that_saaty_had_changed() -> None:
    """He asked again for the third over the seventh, 6, and it became 1/2."""
    with pytest.raises(RuleError) as caught:
        ahp_weights(matrix(HOUSE))
    assert "CR 0.1691" in caught.value.say("zh")
    triad = contradiction(judged_matrix(matrix(HOUSE)))
    assert triad.columns == (NAMES[0], NAMES[2], NAMES[6])
    assert (triad.first, triad.second, triad.direct) == pytest.approx((3, 6, 1 / 3))
    assert all(name in str(caught.value) for name in triad.columns)
    mended = matrix(HOUSE)
    mended.iloc[2, 6] = 1 / 2
    found = ahp_weights(mended)
    assert "eigenvalue 8.811" in found.notes[0].en
    assert ratio_of(found.notes) == pytest.approx(0.083, abs=1e-3)


@given(st.lists(st.floats(1, 9), min_size=1, max_size=10))
def test_judgements_that_agree_give_their_weights_back(weights: list[float]) -> None:
    share = np.array(weights)
    found = ahp_weights(matrix((share[:, None] / share[None, :]).tolist()))
    assert found.weights.tolist() == pytest.approx((share / share.sum()).tolist(), abs=1e-9)
    assert ratio_of(found.notes) == pytest.approx(0, abs=1e-4)


@given(st.permutations(range(6)))
def test_the_order_of_criteria_changes_nothing(order: list[int]) -> None:
    whole = judged_matrix(matrix(DISTANCES))
    was, now = (ahp_weights(one).weights for one in (whole, whole.iloc[order, order]))
    assert now[was.index].tolist() == pytest.approx(was.tolist(), abs=1e-9)


@pytest.mark.parametrize(("upper", "lower"), [(3, _), (_, 1 / 3), (3, 0.33), (3, 1 / 3)])
def test_a_judgement_may_stand_on_either_side(upper: float, lower: float) -> None:
    assert ahp_weights(matrix([[1, upper], [lower, _]])).weights.tolist() == [0.75, 0.25]


@pytest.mark.parametrize(
    ("upper", "lower", "said"),
    [
        (_, _, "is not judged"), (3, 3, "no reciprocals"), (3, 0.3, "no reciprocals"),
        (0, _, "no number above 0"), (-3, -1 / 3, "no number above 0"),
        (10, _, "not between 1/9 and 9"), (_, 10, "not between 1/9 and 9"),
    ],
)  # fmt: skip
def test_a_pair_that_is_not_judged_once_is_refused_by_name(
    upper: float, lower: float, said: str
) -> None:
    with pytest.raises(RuleError, match=said) as caught:
        ahp_weights(matrix([[1, upper], [lower, 1]]))
    assert all(name in caught.value.say("zh") for name in NAMES[:2])


def test_nothing_is_more_important_than_itself() -> None:
    with pytest.raises(RuleError, match="diagonal"):
        ahp_weights(matrix([[2, 3], [1 / 3, 1]]))


def test_more_criteria_than_random_indices_are_refused() -> None:
    size = len(RANDOM_INDEX) + 1
    with pytest.raises(RuleError, match="11 criteria"):
        ahp_weights(matrix(np.ones((size, size)).tolist()))


def test_the_worst_triad_is_the_worst_of_all_however_the_criteria_stand() -> None:
    whole = judged_matrix(matrix(HOUSE))
    seen = set()
    for order in list(permutations(range(8)))[::5000]:
        triad = contradiction(whole.iloc[list(order), list(order)])
        seen.add(frozenset(triad.columns))
    assert seen == {frozenset({NAMES[0], NAMES[2], NAMES[6]})}
