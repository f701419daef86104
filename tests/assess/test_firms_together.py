"""Firms that are evaluated together share one result; a tenant follows its landlord."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import parcels_of, square
from hand_made import READ, firms_of, layers_of, links_of
from hypothesis import given, settings
from hypothesis import strategies as st

from landrenew.assess.evaluation import evaluated_firms
from landrenew.assess.units import Ground, firms_together
from landrenew.base.errors import RuleError
from landrenew.measure.allocation import allocate
from landrenew.rules.model import Rulebook

MU = 2_000 / 3
AREAS = (10, 10, 10, 10)
"""Land of the parcels P0 to P3 [mu]."""


def book(ties: str = "better", **tenants: Any) -> Rulebook:  # noqa: ANN401  raw TOML
    pool = {"name": "p", "zh": "p", "en": "p", "criteria": [
        {"form": "ratio", "column": "tax_cny10k_per_mu", "weight": 100, "baseline": 10,
         "missing": "undetermined"}]}  # fmt: skip
    raw: dict[str, Any] = {
        "name": "b", "title": "b", "region": "r",
        "scoring": {**READ, "pools": [pool], "bonus": {"least": -5, "most": 5}},
        "grades": {**READ, "form": "rank", "exempt": "T", "rounding": "nearest", "ties": ties,
                   "veto": {"grade": "D", "is_ranked": True},
                   "classes": [{"grade": "A", "up_to": 0.34}, {"grade": "B", "up_to": 0.67},
                               {"grade": "D", "up_to": 1.0}]},
    }  # fmt: skip
    return Rulebook.model_validate(raw | ({"tenants": {**READ, **tenants}} if tenants else {}))


FOLLOW = {"rule": "follow_landlord", "size_class": "below_scale"}
MERGE = {"rule": "merge_on_parcel"}
NAMES = ["landlord_id", "tenant_id", "parcel_id", "leased_area_m2"]


def judged(
    by: Rulebook,
    firms: dict[str, dict[str, Any]],
    links: list[tuple[str, str]],
    leases: list[tuple[str | None, str, str, float | None]] | None = None,
    **how: Any,  # noqa: ANN401  merges_groups, parks
) -> pd.DataFrame:
    """Evaluate firms; leases as landlord, tenant, parcel, land in mu."""
    areas = [one * MU for one in AREAS]
    parcels = parcels_of(*map(square, range(len(areas))), parcel_area_m2=areas)
    if "parks" in how:
        parcels["park_id"] = how.pop("parks")
    rows = [{"size_class": "below_scale", **one} for one in firms.values()]
    table = pd.DataFrame(rows, index=pd.Index(list(firms), name="firm_id"))
    linked = links_of(*((firm, parcel, np.nan) for firm, parcel in links))
    let = pd.DataFrame(leases or [], columns=NAMES).astype({"leased_area_m2": float})
    let["leased_area_m2"] *= MU
    let = let.assign(leased_floor_area_m2=np.nan, in_force=True)
    found = allocate(layers_of(parcels, firms=table, links=linked, leases=let), parcels)
    assert found is not None
    return firms_together(table, Ground(parcels, linked, found), by, **how).firms


THREE = {"A": {"tax_cny10k": 300.0}, "B": {"tax_cny10k": 200.0}, "C": {"tax_cny10k": 100.0}}
ON_OWN = [("A", "P0"), ("B", "P1"), ("C", "P2")]


def test_a_tenant_takes_the_grade_of_its_landlord_and_no_place() -> None:
    firms = THREE | {"T": {"tax_cny10k": 900.0}}
    found = judged(book(**FOLLOW), firms, ON_OWN, [("C", "T", "P2", 2.0)])
    assert found["efficiency_grade"].tolist() == ["A", "B", "D", "D"]
    assert found["grade_basis"].tolist() == ["own", "own", "own", "landlord"]
    assert found["grade_from"].tolist() == ["A", "B", "C", "C"]
    assert found.loc["T", ["pool", "efficiency_score"]].isna().all()
    alone = judged(book(), firms, ON_OWN, [("C", "T", "P2", 2.0)])
    assert alone["efficiency_grade"].tolist() == ["B", "B", "D", "A"]
    assert set(alone["grade_basis"]) == {"own"}


def test_a_tenant_of_another_size_stands_alone_and_one_of_no_size_is_open() -> None:
    firms = THREE | {"T": {"tax_cny10k": 900.0, "size_class": "above_scale"}}
    found = judged(book(**FOLLOW), firms, ON_OWN, [("C", "T", "P2", 2.0)])
    assert (found["grade_basis"]["T"], found["efficiency_grade"]["T"]) == ("own", "A")
    firms["T"]["size_class"] = None
    found = judged(book(**FOLLOW), firms, ON_OWN, [("C", "T", "P2", 2.0)])
    assert found.loc["T", ["grade_basis", "grade_from", "efficiency_grade"]].isna().all()
    assert found["missing_inputs"]["T"] == "size_class"
    # A is second of four or first of three; B and C have their grades either way
    assert found["efficiency_grade"].tolist() == [None, "B", "D", None]


def test_subleases_are_followed_to_the_owner_of_the_parcel() -> None:
    firms = THREE | {"S": {"tax_cny10k": 1.0, "size_class": "above_scale"}, "T": {}}
    found = judged(book(**FOLLOW), firms, ON_OWN, [("B", "S", "P1", 5.0), ("S", "T", "P1", 1.0)])
    assert found.loc["T", ["grade_basis", "grade_from"]].tolist() == ["landlord", "B"]
    assert found["grade_basis"]["S"] == "own"


@pytest.mark.parametrize(
    ("leases", "owner", "lacks"),
    [
        ([("A", "T", "P0", 2.0), ("C", "T", "P2", 3.0)], "C", ""),
        ([("A", "T", "P0", 2.0), ("C", "T", "P2", 2.0)], None, "leased_area_m2"),
        ([("A", "T", "P0", 2.0), ("C", "T", "P2", None)], None, "leased_area_m2"),
        ([("A", "T", "P0", None)], "A", "tax_cny10k_per_mu"),
        ([(None, "T", "P0", 2.0)], "A", ""),
        ([("村集体", "T", "P3", 2.0)], None, "landlord_id"),
        ([("A", "T", "P0", 2.0), ("村集体", "T", "P3", 1.0)], "A", ""),
        ([("U", "T", "P3", 2.0), ("T", "U", "P3", 2.0)], None, "landlord_id"),
    ],
)
def test_of_two_landlords_the_larger_counts_and_an_unknown_one_gives_no_grade(
    leases: list[tuple[str | None, str, str, float | None]], owner: str | None, lacks: str
) -> None:
    firms = THREE | {"T": {"tax_cny10k": 900.0}, "U": {"tax_cny10k": 1.0}}
    found = judged(book(**FOLLOW), firms, ON_OWN, leases).loc["T"]
    assert (found["grade_basis"], found["grade_from"]) == ("landlord", owner)
    assert lacks in found["missing_inputs"].split(",")
    assert (found["efficiency_grade"] is None) == (lacks != "")


def test_a_circle_of_leases_is_named() -> None:
    parcels = parcels_of(square(0), parcel_area_m2=[100.0])
    let = pd.DataFrame(
        [("U", "T", "P0", 10.0), ("T", "U", "P0", 10.0), ("U", "V", "P0", 1.0)], columns=NAMES
    ).assign(leased_floor_area_m2=np.nan, in_force=True)
    firms, links = firms_of("T", "U", "V", tax_cny10k=[1.0, 1, 1], row=[1, 2, 3]), links_of()
    found = allocate(layers_of(parcels, firms=firms, links=links, leases=let), parcels)
    assert found is not None
    told = [one for one in found.faults if one.code == "lease_circle"]
    assert [(one.id, one.detail.zh) for one in told] == [("P0", "T → U → T")]


def test_a_tenants_own_exemption_and_veto_come_first() -> None:
    firms = THREE | {"T": {"exempt_reason": "新办"}, "U": {"veto_reason": "安全事故"}}
    found = judged(book(**FOLLOW), firms, ON_OWN, [("A", "T", "P0", 1.0), ("A", "U", "P0", 1.0)])
    assert found["efficiency_grade"].tolist() == ["A", "B", "D", "T", "D"]


def test_a_tenant_in_a_park_of_small_firms_stands_alone() -> None:
    firms = THREE | {"T": {"tax_cny10k": 900.0}}
    rule = book(**FOLLOW, except_parks=["小微园"])
    leases: list[tuple[str | None, str, str, float | None]] = [("C", "T", "P2", 2.0)]
    found = judged(rule, firms, ON_OWN, leases, parks=[None, None, "小微园", None])
    assert (found["grade_basis"]["T"], found["efficiency_grade"]["T"]) == ("own", "A")
    other = judged(rule, firms, ON_OWN, leases, parks=[None, None, "P", None])
    assert other["grade_basis"]["T"] == "landlord"
    with pytest.raises(RuleError, match="parks"):
        judged(rule, firms, ON_OWN, leases)


def test_firms_on_one_parcel_share_one_result_of_their_sums() -> None:
    firms = THREE | {"D": {"tax_cny10k": 500.0}}
    found = judged(book(**MERGE), firms, [*ON_OWN, ("D", "P2")])
    # C and D hold P2 together: 600 on 10 mu, though nobody says how they divide it
    assert found.loc[["C", "D"], "efficiency_score"].tolist() == pytest.approx([600, 600])
    assert found["efficiency_grade"].tolist() == ["B", "D", "A", "A"]
    assert found["grade_basis"].tolist() == ["own", "own", "merged", "merged"]
    assert found["grade_from"].tolist() == ["A", "B", "C", "C"]
    assert found["tax_cny10k"].tolist() == [300, 200, 100, 500]


def test_what_one_of_them_does_not_state_is_missing_for_all() -> None:
    found = judged(book(**MERGE), THREE | {"D": {"tax_cny10k": None}}, [*ON_OWN, ("D", "P2")])
    assert found.loc[["C", "D"], "efficiency_grade"].tolist() == [None, None]
    assert set(found.loc[["C", "D"], "missing_inputs"]) == {"tax_cny10k_per_mu"}
    assert found["efficiency_grade"].tolist()[:2] == ["A", "D"]


def test_land_let_between_firms_of_a_parcel_counts_once() -> None:
    firms = THREE | {"T": {"tax_cny10k": 100.0}}
    for landlord in ("C", None):
        found = judged(book(**MERGE), firms, ON_OWN, [(landlord, "T", "P2", 4.0)])
        assert found.loc[["C", "T"], "efficiency_score"].tolist() == pytest.approx([200, 200])


def test_exempt_firms_are_merged_with_nobody() -> None:
    firms = THREE | {"D": {"tax_cny10k": 500.0, "exempt_reason": "公用事业"}}
    found = judged(book(**MERGE), firms, [*ON_OWN, ("D", "P1")])
    assert found["efficiency_grade"].tolist()[1:] == [None, "D", "T"]  # nobody says how B, D divide
    assert found["grade_basis"].tolist() == ["own"] * 4


def test_a_group_is_evaluated_once_and_its_head_may_speak_for_all() -> None:
    firms = {
        "A": {"tax_cny10k": 300.0, "group_id": "A"}, "B": {"tax_cny10k": None, "group_id": "A"},
        "C": {"tax_cny10k": 100.0, "group_id": "C"},
    }  # fmt: skip
    found = judged(book(), firms, ON_OWN, merges_groups=True)
    assert found["efficiency_score"].tolist() == pytest.approx([150, 150, 100])
    assert found["grade_basis"].tolist() == ["merged", "merged", "own"]
    assert found["grade_from"].tolist() == ["A", "A", "C"]
    firms["A"]["tax_cny10k"], firms["B"]["tax_cny10k"] = None, 300.0
    found = judged(book(), firms, ON_OWN, merges_groups=True)
    assert found["efficiency_score"].isna().tolist() == [True, True, False]


def test_a_bonus_of_members_is_added_as_far_as_it_is_proved() -> None:
    firms = THREE | {"D": {"tax_cny10k": 500.0, "bonus_points": 1.0, "bonus_evidence": "专利"}}
    firms["C"] = firms["C"] | {"bonus_points": 2.0}
    found = judged(book(**MERGE), firms, [*ON_OWN, ("D", "P2")])
    assert found["bonus_score"].fillna(0).tolist() == [0, 0, 1, 1]
    assert found["missing_inputs"].tolist() == ["", "", "bonus_evidence", ""]


def test_a_size_that_nobody_has_merges_nobody() -> None:
    found = judged(book(**MERGE, size_class="above_scale"), THREE, ON_OWN)
    assert set(found["grade_basis"]) == {"own"}


def test_firms_of_unknown_size_on_one_parcel_have_no_grade() -> None:
    firms = THREE | {"D": {"tax_cny10k": 500.0, "size_class": None}}
    found = judged(book(**MERGE, size_class="below_scale"), firms, [*ON_OWN, ("D", "P2")])
    assert found.loc[["C", "D"], "efficiency_grade"].tolist() == [None, None]
    assert found["missing_inputs"].str.contains("size_class").tolist() == [False, False, True, True]


@settings(max_examples=8)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=3), st.permutations("ABCDEF"))
def test_splitting_a_firm_on_its_parcel_changes_nobody(parts: list[int], order: list[str]) -> None:
    whole = {"A": {"tax_cny10k": 100.0 + sum(parts)}, "B": {"tax_cny10k": 120.0}}
    before = judged(book(**MERGE), whole, ON_OWN[:2])
    split: dict[str, dict[str, Any]] = {"A": {"tax_cny10k": 100.0}, "B": whole["B"]}
    split |= {one: {"tax_cny10k": float(part)} for one, part in zip("CDE", parts, strict=False)}
    links = [*ON_OWN[:2], *((one, "P0") for one in split if one > "B")]
    found = judged(book(**MERGE), {one: split[one] for one in order if one in split}, links)
    for one in split:
        like = "B" if one == "B" else "A"
        assert found["efficiency_score"][one] == pytest.approx(before["efficiency_score"][like])
        assert found["efficiency_grade"][one] == before["efficiency_grade"][like]
        assert found["grade_from"][one] == like


TAXES = st.lists(st.integers(1, 6), min_size=3, max_size=3)
RENTS = st.lists(st.tuples(st.sampled_from("ABC"), st.integers(1, 3)), max_size=3)


@settings(max_examples=8)
@given(TAXES, RENTS, st.permutations(range(6)))
def test_tenants_change_nobody_and_rows_may_stand_in_any_order(
    taxes: list[int], rents: list[tuple[str, int]], order: list[int]
) -> None:
    firms: dict[str, dict[str, Any]] = {
        one: {"tax_cny10k": 100.0 * tax} for one, tax in zip("ABC", taxes, strict=True)
    }
    alone = judged(book(**FOLLOW), firms, ON_OWN)
    parcel = dict(ON_OWN)
    leases: list[tuple[str | None, str, str, float | None]] = []
    for place, (landlord, area) in enumerate(rents):
        firms[f"T{place}"] = {"tax_cny10k": 50.0}
        leases.append((landlord, f"T{place}", parcel[landlord], float(area)))
    found = judged(book(**FOLLOW), firms, ON_OWN, leases)
    # landlords let land and so have other figures; whoever lets none keeps score and grade basis
    lets = {landlord for landlord, _ in rents}
    for one in sorted({*"ABC"} - lets):
        assert found["efficiency_score"][one] == alone["efficiency_score"][one]
    for place, (landlord, _) in enumerate(rents):
        assert found["efficiency_grade"][f"T{place}"] == found["efficiency_grade"][landlord]
    ranked = judged(book(), {one: firms[one] for one in "ABC"}, ON_OWN, leases)
    assert found["efficiency_grade"].tolist()[:3] == ranked["efficiency_grade"].tolist()
    names = [name for at in order if at < len(firms) for name in [list(firms)[at]]]
    mixed = judged(book(**FOLLOW), {one: firms[one] for one in names}, ON_OWN[::-1], leases[::-1])
    pd.testing.assert_frame_equal(mixed.reindex(found.index), found, check_like=True)


def test_a_book_that_merges_nobody_judges_as_before() -> None:
    areas = [one * MU for one in AREAS]
    parcels = parcels_of(*map(square, range(len(areas))), parcel_area_m2=areas)
    firms = firms_of("A", "B", tax_cny10k=[100.0, 50.0], exempt_reason=["x", None])
    links = links_of(("A", "P0", np.nan), ("B", "P1", np.nan))
    found = allocate(layers_of(parcels, firms=firms, links=links), parcels)
    assert found is not None
    together = firms_together(firms, Ground(parcels, links, found), book(rule="own")).firms
    before = evaluated_firms(firms, found.land, book())
    names = ["grade_basis", "grade_from"]
    pd.testing.assert_frame_equal(together.drop(columns=names), before, check_dtype=False)
