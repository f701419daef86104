"""Diagnosis of blocks: shares of land, bars, and evidence that is not there."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from conftest import parcels_of, square
from hand_made import READ
from hypothesis import given
from hypothesis import strategies as st

from landrenew.base.questions import DIAGNOSIS, OUTCOMES, PROBLEMS, PROOF, answer_share
from landrenew.intake.parcels import Parcels
from landrenew.plan.blocks import block_table
from landrenew.plan.diagnosis import answer, diagnosis, land_shares, proved
from landrenew.rules.diagnosis import Diagnosis, LandBar
from landrenew.rules.model import Contiguity

RULE = Contiguity.model_validate(
    {**READ, "max_gap_m": 10.0, "min_area_mu": 0.0, "small_plot_mu": 5.0}
)
ORDER = {"no": 0, "undetermined": 1, "yes": 2}
DAY = "2026-06-30"
MU = 2000 / 3


def problem(column: str, threshold: object = "yes", comparison: str = "equals", **keys: Any) -> Any:  # noqa: ANN401  a part of a rulebook
    test = {"column": column, "comparison": comparison, "threshold": threshold}
    bar = {} if keys.get("of") == "block" else {"bar": {"share_at_least": 0.5}}
    return {**READ, "of": "parcel", "logic": "any", "tests": [test], **bar, **keys}


def outcome(column: str) -> dict[str, Any]:
    return {**READ, "column": column, "bar": {"share_at_least": 0.5}}


WHOLE = Diagnosis.model_validate({
    "problem_industry": problem("backward_capacity"),
    "problem_contribution": problem("tax_cny10k_per_mu", 5.0, "below"),
    "problem_pollution": problem("pollution_case"),
    "problem_hazard": problem("fire_hazard", tests=[
        {"column": name, "comparison": "equals", "threshold": "yes"}
        for name in ("fire_hazard", "safety_accident", "illegal_building")
    ]),
    "problem_governance": problem("labour_dispute"),
    **{name: outcome(column) for name, column in zip(OUTCOMES, list(PROOF)[6:], strict=True)},
})  # fmt: skip
"""Every question, by made-up bars."""


def city(blocks: list[str | None], land: list[float], **columns: list[object]) -> Parcels:
    """Make parcels of the land given [mu], each with its block."""
    shapes = [square(i) for i in range(len(blocks))]
    area = [one * MU for one in land]
    return parcels_of(
        *shapes, block_id=blocks, counted_area_m2=area, parcel_area_mu=land, **columns
    )


def diagnosed(parcels: Parcels, rule: Diagnosis = WHOLE) -> pd.DataFrame:
    """Diagnose by questions that are asked of parcels, of which blocks give only their names."""
    names = pd.Index(sorted(parcels["block_id"].dropna().unique()), name="block_id")
    return diagnosis(parcels, gpd.GeoDataFrame(index=names), rule)


def hazard(words: list[object], bar: dict[str, float], dates: list[object] | None = None) -> str:
    """Answer for one block of equal plots, whose fire hazards are given."""
    size = len(words)
    parcels = city(["B001"] * size, [1.0] * size, fire_hazard=words,
                   evidence_date=dates or [DAY] * size)  # fmt: skip
    rule = Diagnosis.model_validate({"problem_hazard": problem("fire_hazard", bar=bar)})
    return str(diagnosed(parcels, rule)["problem_hazard"].iloc[0])


def test_land_decides_and_three_shares_say_what_it_rests_on() -> None:
    parcels = city(["B001"] * 4 + ["B002", None], [10, 20, 30, 40, 7, 99],
                   fire_hazard=["yes", "no", None, "no", None, "yes"],
                   evidence_date=[DAY] * 6)  # fmt: skip
    rule = Diagnosis.model_validate({"problem_hazard": problem("fire_hazard")})
    found = diagnosed(parcels, rule)
    assert found["problem_hazard"].tolist() == ["no", "undetermined"]
    shares = found[[answer_share("problem_hazard", one) for one in ("yes", "no", "unknown")]]
    np.testing.assert_allclose(shares, [[0.1, 0.6, 0.3], [0, 0, 1]])
    assert found["missing_inputs"].tolist() == ["fire_hazard", "fire_hazard"]
    assert list(found) == ["problem_hazard", *shares.columns, "missing_inputs"]


@pytest.mark.parametrize(
    ("words", "bar", "said"),
    [
        (["yes", "no"], {"share_at_least": 0.5}, "yes"),
        (["yes", "no"], {"share_above": 0.5}, "no"),
        (["yes", "yes", "yes", *["no"] * 7], {"share_at_least": 0.3}, "yes"),
        (["yes", "yes", "yes", *["no"] * 7], {"share_above": 0.3}, "no"),
        (["yes", "no", "no"], {"share_at_least": 1 / 3}, "yes"),
        (["yes", "no", "no"], {"share_above": 1 / 3}, "no"),
        (["yes", None], {"share_at_least": 0.5}, "yes"),
        (["yes", None], {"share_above": 0.5}, "undetermined"),
        (["no", None], {"share_at_least": 0.5}, "undetermined"),
        (["no", None], {"share_above": 0.5}, "no"),
        ([None, None], {"share_at_least": 1.0}, "undetermined"),
        ([None, None], {"share_above": 0.0}, "undetermined"),
        (["no", "no"], {"share_above": 0.0}, "no"),
    ],
)  # fmt: skip
def test_a_bar_is_met_to_the_last_bit(
    words: list[object], bar: dict[str, float], said: str
) -> None:
    assert hazard(words, bar) == said


@pytest.mark.parametrize("word", ["yes", "no"])
@pytest.mark.parametrize("date", [None, "去年", "2026-13-01"])
def test_a_word_without_a_date_counts_neither_way(word: str, date: str | None) -> None:
    assert hazard([word], {"share_at_least": 0.5}, [date]) == "undetermined"
    assert hazard([word], {"share_at_least": 0.5}, ["2026年6月"]) == word


def test_what_lacks_is_the_evidence_or_its_proof() -> None:
    parcels = city(["B001", "B001", "B002", "B003"], [1.0] * 4,
                   fire_hazard=["yes", "no", None, "yes"],
                   evidence_date=[DAY, None, DAY, DAY])  # fmt: skip
    rule = Diagnosis.model_validate({"problem_hazard": problem("fire_hazard")})
    assert diagnosed(parcels, rule)["missing_inputs"].tolist() == [
        "evidence_date", "fire_hazard", "",
    ]  # fmt: skip


def test_an_outcome_is_accepted_by_its_document_or_not_at_all() -> None:
    parcels = city(["B001", "B002", "B003"], [1.0] * 3, smart_fire_safety=["yes", "yes", "no"],
                   outcome_evidence=["消验〔2026〕3号", None, "消验〔2026〕4号"])  # fmt: skip
    rule = Diagnosis.model_validate({"outcome_fire": outcome("smart_fire_safety")})
    assert diagnosed(parcels, rule)["outcome_fire"].tolist() == ["yes", "undetermined", "no"]


def test_a_city_without_any_evidence_is_undetermined_in_everything_asked() -> None:
    found = diagnosed(city(["B001", "B002"], [1.0, 2.0]))
    assert (found[list(DIAGNOSIS)] == "undetermined").all(axis=None)
    assert (found[[answer_share(name, "unknown") for name in DIAGNOSIS]] == 1).all(axis=None)


def test_only_what_has_a_rule_is_answered() -> None:
    rule = Diagnosis.model_validate({"problem_hazard": problem("fire_hazard")})
    assert [name for name in DIAGNOSIS if name in diagnosed(city(["B001"], [1.0]), rule)] == [
        "problem_hazard"
    ]


def test_a_block_ratio_over_part_of_its_land_answers_nothing() -> None:
    parcels = city(["B001", "B001", "B002"], [1.0] * 3, tax_cny10k=[1.0, None, 1.0])
    asked = problem("tax_cny10k_per_mu", 5.0, "below", of="block")
    rule = Diagnosis.model_validate({"problem_contribution": asked})
    found = diagnosis(parcels, block_table(parcels, RULE), rule)
    assert found["problem_contribution"].tolist() == ["undetermined", "yes"]
    assert answer_share("problem_contribution", "yes") not in found


def test_no_block_is_an_empty_table_and_nothing_fails() -> None:
    assert diagnosed(city([None], [1.0], fire_hazard=["yes"], evidence_date=[DAY])).empty


# properties --------------------------------------------------------------------------------------

words = st.sampled_from(["yes", "no", None])
verdicts = st.sampled_from(["yes", "no", "undetermined"])
plots = st.lists(st.tuples(st.floats(0, 1000), verdicts), min_size=1, max_size=8)
bars = st.one_of(
    st.floats(0.001, 1).map(lambda one: LandBar(share_at_least=one)),
    st.floats(0, 0.999).map(lambda one: LandBar(share_above=one)),
)


def one_block(said: list[str], land: list[float]) -> pd.DataFrame:
    return land_shares(pd.Series(said), pd.Series(land), pd.Series(["B001"] * len(said)))


@given(plots)
def test_the_three_shares_add_to_one(made: list[tuple[float, str]]) -> None:
    land, said = zip(*made, strict=True)
    shares = one_block(list(said), list(land)).iloc[0]
    if sum(land) > 0:
        assert shares.sum() == pytest.approx(1)
        assert shares.between(0, 1 + 1e-9).all()
    else:
        assert shares.isna().all()


@given(plots, bars, st.data())
def test_more_evidence_of_a_problem_never_turns_the_answer_down(
    made: list[tuple[float, str]], bar: LandBar, data: st.DataObject
) -> None:
    land, said = (list(one) for one in zip(*made, strict=True))
    at = data.draw(st.integers(0, len(said) - 1))
    more = [*said[:at], "yes", *said[at + 1:]]  # fmt: skip
    was, now = (answer(one_block(each, land), bar).iloc[0] for each in (said, more))
    assert ORDER[now] >= ORDER[was]


@given(plots, bars, st.data())
def test_what_becomes_unknown_turns_no_answer_into_another(
    made: list[tuple[float, str]], bar: LandBar, data: st.DataObject
) -> None:
    land, said = (list(one) for one in zip(*made, strict=True))
    at = data.draw(st.integers(0, len(said) - 1))
    gap = [*said[:at], "undetermined", *said[at + 1:]]  # fmt: skip
    was, now = (answer(one_block(each, land), bar).iloc[0] for each in (said, gap))
    assert now in {was, "undetermined"}


@given(plots, bars)
def test_an_answer_is_what_every_way_the_unknown_may_turn_out_agrees_on(
    made: list[tuple[float, str]], bar: LandBar
) -> None:
    land, said = (list(one) for one in zip(*made, strict=True))
    ends = {
        answer(one_block([turn if one == "undetermined" else one for one in said], land), bar).iloc[
            0
        ]
        for turn in ("yes", "no")
    }
    met = answer(one_block(said, land), bar).iloc[0]
    assert met == (ends.pop() if len(ends) == 1 else "undetermined")


EVIDENCE = ("tax_cny10k_per_mu", *PROOF, *dict.fromkeys(PROOF.values()))


def evident(seed: int, size: int = 12) -> Parcels:
    """Make a city of three blocks in which everything is known."""
    generator = np.random.default_rng(seed)
    given_words = {name: generator.choice(["yes", "no"], size).tolist() for name in PROOF}
    return city(
        [f"B00{i % 3 + 1}" for i in range(size)], generator.uniform(1, 9, size).tolist(),
        tax_cny10k_per_mu=generator.uniform(0, 10, size).tolist(), **given_words,
        evidence_date=[DAY] * size, outcome_evidence=["验〔2026〕1号"] * size,
    )  # fmt: skip


def asking(column: str) -> Diagnosis:
    """Take two of the questions that read a column, or that read words it proves."""
    read = {column, *(name for name, proof in PROOF.items() if proof == column)}
    whole = WHOLE.axes()
    asked = {
        name: whole[name] for name in PROBLEMS
        if read & {test.column for test in whole[name].tests}
    } | {name: whole[name] for name in OUTCOMES if whole[name].column in read}  # fmt: skip
    return Diagnosis.model_validate(dict(list(asked.items())[:2]))


@pytest.mark.parametrize("column", EVIDENCE)
def test_a_gap_in_any_column_is_never_good_and_never_bad(column: str) -> None:
    whole, rule = evident(1), asking(column)
    names = list(rule.axes())
    was = diagnosed(whole, rule)[names]
    assert set(was.to_numpy().ravel()) <= {"yes", "no"}
    for at in range(len(whole)):
        gap = Parcels(whole.assign(**{column: whole[column].where(np.arange(len(whole)) != at)}))
        now = diagnosed(gap, rule)[names]
        assert ((now == was) | (now == "undetermined")).all(axis=None)
    nothing = diagnosed(Parcels(whole.assign(**{column: None})), rule)
    assert (nothing[[answer_share(name, "unknown") for name in names]] > 0).any(axis=None)
    now = nothing[names]
    assert ((now == was) | (now == "undetermined")).all(axis=None)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_parcels_changes_nothing(seed: int) -> None:
    whole, order = evident(2), np.random.default_rng(seed).permutation(12)
    was, now = diagnosed(whole), diagnosed(Parcels(whole.iloc[order]))
    pd.testing.assert_frame_equal(was, now, rtol=1e-12)


def test_a_parcel_elsewhere_changes_no_block() -> None:
    whole = evident(3)
    less = Parcels(whole[whole["block_id"] != "B003"])
    pd.testing.assert_frame_equal(diagnosed(whole).loc[["B001", "B002"]], diagnosed(less))


def test_the_input_is_not_touched_and_other_columns_pass_as_they_are() -> None:
    whole = evident(4).assign(owner="甲", evidence_date=None)
    before = whole.copy()
    shown = proved(whole)
    diagnosed(Parcels(whole))
    pd.testing.assert_frame_equal(pd.DataFrame(whole), pd.DataFrame(before))
    assert shown["owner"].eq("甲").all()
    assert shown["fire_hazard"].isna().all()
    assert len(PROBLEMS) == 5
