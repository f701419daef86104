"""Weights: published examples, each method's promises, and what is left out aloud."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from landrenew.assess.weights.cautions import largest_correlations, most_influential
from landrenew.assess.weights.methods import (
    FROM_DATA,
    critic_weights,
    entropy_weights,
    equal_weights,
    given_weights,
)
from landrenew.assess.weights.weighing import complete_rows
from landrenew.base.columns import SCORABLE
from landrenew.base.errors import ColumnError

NAMES = sorted(SCORABLE)
TAX, OUTPUT, RD = "tax_cny10k_per_mu", "output_cny10k_per_mu", "rd_share"
TAX_T = "tax_cny10k_per_t"

TUS = [
    [5000, 3, 3, 4, 3, 2], [680, 5, 3, 2, 2, 1], [2000, 3, 2, 3, 4, 3], [600, 4, 3, 1, 2, 2],
    [800, 2, 4, 3, 3, 4],
]  # fmt: skip
"""Tus & Aytac Adali, Opsearch 56 (2019) 528-538: software, weighed by CRITIC."""

XU = [[30, 30, 38, 29], [19, 54, 86, 29], [19, 15, 85, 28.9], [68, 70, 60, 29]]
"""Xu, European Journal of Operational Research 156 (2004) 530-532, weighed by entropy."""


def table(rows: Any, names: list[str] | None = None) -> pd.DataFrame:  # noqa: ANN401  numbers
    values = np.array(rows, dtype=float)
    index = pd.Index([f"F{i:03d}" for i in range(len(values))], name="firm_id")
    return pd.DataFrame(values, index, names or NAMES[: values.shape[1]])


def test_the_published_example_of_critic() -> None:
    found = critic_weights(table(TUS)).weights
    assert found.round(3).tolist() == [0.157, 0.249, 0.168, 0.121, 0.154, 0.151]


def test_the_published_example_of_entropy() -> None:
    found = entropy_weights(table(XU)).weights
    assert found.round(4).tolist() == [0.4630, 0.3992, 0.1378, 0.0]


def slow_entropy(rows: list[list[float]]) -> list[float]:
    apart = []
    for column in zip(*rows, strict=True):
        entropy = 0.0
        for value in column:
            share = value / sum(column)
            entropy -= share * math.log(share) if share > 0 else 0.0
        apart.append(1 - entropy / math.log(len(column)))
    return [one / sum(apart) for one in apart]


def slow_critic(rows: list[list[float]]) -> list[float]:
    columns = [list(one) for one in zip(*rows, strict=True)]
    size = len(rows)
    place = [[(x - min(c)) / (max(c) - min(c)) for x in c] for c in columns]
    mean = [sum(c) / size for c in place]
    spread = [
        math.sqrt(sum((x - m) ** 2 for x in c) / size) for c, m in zip(place, mean, strict=True)
    ]
    told = []
    for c, m, s in zip(place, mean, spread, strict=True):
        conflict = 0.0
        for d, n, t in zip(place, mean, spread, strict=True):
            moved = sum((x - m) * (y - n) for x, y in zip(c, d, strict=True))
            conflict += 1 - moved / size / (s * t)
        told.append(s * conflict)
    return [one / sum(told) for one in told]


SLOW = {"entropy": slow_entropy, "critic": slow_critic}

tame = arrays(float, st.tuples(st.integers(4, 8), st.integers(2, 5)),
              elements=st.integers(0, 1000).map(float))  # fmt: skip


def telling(values: np.ndarray) -> pd.DataFrame:
    """Keep tables of which every column tells something, and two columns differ."""
    assume((values.max(axis=0) > values.min(axis=0)).all())
    assume((np.abs(np.corrcoef(values, rowvar=False)) < 0.999).any())
    return table(values)


@pytest.mark.parametrize("method", FROM_DATA)
@given(values=tame)
def test_weights_are_what_the_formula_says_step_by_step(method: str, values: np.ndarray) -> None:
    rows = telling(values)
    found = FROM_DATA[method](rows).weights
    assert found.sum() == pytest.approx(1)
    assert found.tolist() == pytest.approx(SLOW[method](rows.to_numpy().tolist()), abs=1e-9)


@pytest.mark.parametrize("method", FROM_DATA)
@given(values=tame, data=st.data())
def test_the_order_of_rows_changes_no_bit(
    method: str, values: np.ndarray, data: st.DataObject
) -> None:
    rows = telling(values)
    order = data.draw(st.permutations(range(len(rows))))
    names = list(rows.columns)
    one, other = (complete_rows(each, names)[0] for each in (rows, rows.iloc[order]))
    assert FROM_DATA[method](one).weights.tolist() == FROM_DATA[method](other).weights.tolist()


@pytest.mark.parametrize("method", FROM_DATA)
@given(values=tame, factor=st.floats(1e-4, 1e4))
def test_the_unit_of_a_column_changes_nothing(
    method: str, values: np.ndarray, factor: float
) -> None:
    rows = telling(values)
    scaled = rows.assign(**{str(rows.columns[0]): rows.iloc[:, 0] * factor})
    was, now = (FROM_DATA[method](each).weights for each in (rows, scaled))
    assert now.tolist() == pytest.approx(was.tolist(), abs=1e-9)


@pytest.mark.parametrize("method", FROM_DATA)
@given(values=tame)
def test_a_column_twice_shares_alike_and_each_has_less_than_alone(
    method: str, values: np.ndarray
) -> None:
    rows = telling(values)
    was = FROM_DATA[method](rows).weights
    assume(0.01 < was.iloc[0] < 0.99)
    double = pd.concat([rows, rows.iloc[:, 0].rename(NAMES[-1])], axis=1)
    now = FROM_DATA[method](double).weights
    assert now.iloc[0] == pytest.approx(now.iloc[-1])
    assert now.iloc[0] < was.iloc[0]


@pytest.mark.parametrize("method", FROM_DATA)
@pytest.mark.parametrize("constant", [0.0, 5.0])
def test_a_constant_column_weighs_nothing_aloud_and_moves_no_other(
    method: str, constant: float
) -> None:
    rows = table(TUS)
    was = FROM_DATA[method](rows)
    now = FROM_DATA[method](rows.assign(**{TAX_T: constant}))
    assert now.weights[TAX_T] == 0
    assert now.weights.drop(TAX_T).tolist() == pytest.approx(was.weights.tolist())
    assert (was.notes, len(now.notes)) == ((), 1)
    assert "单位排放税收" in now.notes[0].zh


def test_what_differs_only_by_rounding_is_constant() -> None:
    rows = table(TUS).assign(**{TAX_T: [0.3 / 0.1, 3.0, 3.0, 3.0, 3.0]})
    assert rows[TAX_T].max() > rows[TAX_T].min()
    assert critic_weights(rows).weights[TAX_T] == 0


@pytest.mark.parametrize("method", FROM_DATA)
def test_columns_that_all_tell_nothing_are_refused(method: str) -> None:
    with pytest.raises(ColumnError, match="Nothing tells"):
        FROM_DATA[method](table([[1, 2], [1, 2], [1, 2]]))


def test_critic_refuses_columns_that_move_alike() -> None:
    with pytest.raises(ColumnError, match="moves exactly as the others"):
        critic_weights(table([[1, 10], [2, 20], [5, 50]]))


def test_a_zero_is_a_share_of_nothing() -> None:
    found = entropy_weights(table([[0, 1], [1, 2]]))
    assert found.steps["entropy"].iloc[0] == pytest.approx(0)


def test_entropy_refuses_negatives_by_name_where_critic_takes_them() -> None:
    rows = table([[-1, 5], [2, 4], [4, 1], [8, 3]], [TAX, OUTPUT])
    with pytest.raises(ColumnError) as caught:
        entropy_weights(rows)
    assert "亩均税收" in caught.value.say("zh")
    assert "F000" in caught.value.say("en")
    assert critic_weights(rows).weights.sum() == pytest.approx(1)


@pytest.mark.parametrize(("method", "rows"), [("entropy", 1), ("critic", 2)])
def test_too_few_rows_are_refused(method: str, rows: int) -> None:
    with pytest.raises(ColumnError, match=f"Only {rows} rows"):
        FROM_DATA[method](table(TUS[:rows]))


@pytest.mark.parametrize("hole", range(3))
@pytest.mark.parametrize("gap", [np.nan, np.inf])
def test_a_row_that_lacks_a_value_is_left_out_and_never_filled(hole: int, gap: float) -> None:
    rows = table(XU, [TAX, OUTPUT, RD, "floor_area_ratio"])
    rows.iloc[2, hole] = gap
    whole, notes = complete_rows(rows, list(rows.columns))
    pd.testing.assert_frame_equal(whole, rows.drop(index="F002").sort_values(TAX, kind="stable"))
    assert "4 行中有 1 行缺数" in notes[0].zh


def test_a_column_that_is_nowhere_known_is_named() -> None:
    with pytest.raises(ColumnError) as caught:
        complete_rows(table(XU, [TAX, OUTPUT, RD, "floor_area_ratio"]), [TAX, "building_density"])
    assert "建筑密度（building_density） 4 行" in caught.value.say("zh")


def test_exempt_rows_are_not_compared() -> None:
    rows = table(XU).assign(exempt_reason=[None, "公用事业", None, None])
    whole, notes = complete_rows(rows, NAMES[:4])
    assert sorted(whole.index) == ["F000", "F002", "F003"]
    assert notes[0].en == "1 exempt rows are not compared."


def test_the_input_is_not_touched() -> None:
    rows = table(XU)
    before = rows.copy()
    complete_rows(rows, NAMES[:4])
    entropy_weights(rows)
    critic_weights(rows)
    pd.testing.assert_frame_equal(rows, before)


@given(st.integers(1, 9))
def test_equal_weights_add_to_one(size: int) -> None:
    found = equal_weights(NAMES[:size]).weights
    assert found.sum() == pytest.approx(1)
    assert found.max() == found.min()


@pytest.mark.parametrize(("stated", "told"), [((50, 50), 0), ((0.5, 0.5), 0), ((50, 49), 1)])
def test_given_weights_are_normalised_aloud(stated: tuple[float, float], told: int) -> None:
    found = given_weights({TAX: stated[0], RD: stated[1]})
    assert found.weights.sum() == pytest.approx(1)
    assert len(found.notes) == told


@pytest.mark.parametrize("wrong", [(-1.0, 2.0), (0.0, 0.0), (math.nan, 1.0), (math.inf, 1.0)])
def test_weights_that_are_none_are_refused(wrong: tuple[float, float]) -> None:
    with pytest.raises(ColumnError, match="not below 0"):
        given_weights({TAX: wrong[0], RD: wrong[1]})


def test_the_row_typed_in_yuan_is_the_one_that_moves_the_weights() -> None:
    """Pitfall 7: one tax written in yuan instead of 10,000 yuan."""
    generator = np.random.default_rng(7)
    rows = table(generator.lognormal(2, 0.6, (60, 3)), [TAX, OUTPUT, RD])
    rows.loc["F030", TAX] *= 10_000
    found = most_influential(complete_rows(rows, [TAX, OUTPUT, RD])[0], "entropy")
    assert found is not None
    assert (found.row, found.column) == ("F030", TAX)
    assert found.with_row > 0.6 > found.without_row


def test_correlated_indicators_are_named_the_nearest_first() -> None:
    rows = table([[1, 2.1, 9], [2, 3.9, 1], [3, 6.2, 5], [4, 7.8, 2]], [TAX, OUTPUT, RD])
    pairs = largest_correlations(rows.assign(floor_area_ratio=1.0))
    assert pairs[0][:2] == (TAX, OUTPUT)
    assert pairs[0][2] == pytest.approx(0.9978, abs=1e-4)
    assert [abs(one[2]) for one in pairs] == sorted((abs(one[2]) for one in pairs), reverse=True)


def test_rows_that_are_exempt_or_may_be_are_not_compared_and_counted_apart() -> None:
    table = pd.DataFrame({
        "rd_share": [0.1, 0.2, 0.3, 0.4],
        "exempt_class": ["no", "yes", "undetermined", "no"],
        "exempt_reason": [None, "新注册", None, None],
    })  # fmt: skip
    rows, notes = complete_rows(table, ["rd_share"])
    assert rows["rd_share"].tolist() == [0.1, 0.4]
    assert [one.en for one in notes] == [
        "1 exempt rows are not compared.",
        "1 rows of which it is not known whether they are exempt are not compared.",
    ]
