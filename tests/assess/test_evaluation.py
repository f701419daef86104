"""Firms are evaluated by the land they use; what is not known of it makes no figure."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hand_made import READ
from hypothesis import given
from hypothesis import strategies as st

from landrenew.assess.evaluation import evaluated_firms, firm_tenure
from landrenew.base.errors import RuleError
from landrenew.rules.library import read_rulebook
from landrenew.rules.model import Rulebook

MU = 2_000 / 3
HUANGYAN = read_rulebook("huangyan-2022")
WORKED = {
    "tax_cny10k": 500.0, "value_added_cny10k": 2_500.0, "energy_tce": 1_000.0, "emission_t": 0.5,
    "staff_person": 150.0, "rd_cny10k": 150.0, "revenue_cny10k": 6_000.0,
}  # fmt: skip
"""The worked firm of Huangyan, on 20 mu."""


def land(*rows: tuple[str, str, float, float, float]) -> pd.DataFrame:
    """Make the land of firms on parcels, in mu: firm, parcel, registered, rented, let."""
    table = pd.DataFrame(rows, columns=["firm_id", "parcel_id", "own", "rented", "let"])
    return pd.DataFrame({
        "firm_id": table["firm_id"], "parcel_id": table["parcel_id"],
        "registered_land_m2": table["own"] * MU,
        "leased_in_m2": table["rented"] * MU,
        "leased_out_m2": table["let"] * MU,
        "used_land_m2": (table["own"] + table["rented"] - table["let"]) * MU,
    })  # fmt: skip


def firms(**rows: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("firm_id")


def test_land_is_what_a_firm_holds_plus_what_it_rents_less_what_it_lets() -> None:
    found = firm_tenure(land(
        ("F", "P1", 12, 0, 4), ("F", "P2", 0, 3, 0), ("T", "P1", 0, 4, 0),
        ("N", "P3", np.nan, 0, 0), ("M", "P4", np.nan, 0, 0), ("M", "P5", 7, 0, 0),
        ("Z", "P6", 0, 0, 0),
    ))  # fmt: skip
    assert found["land_mu"].round(9).fillna(-1).to_dict() == {
        "F": 11, "M": -1, "N": -1, "T": 4, "Z": 0,
    }  # fmt: skip
    assert found["tenure"].to_dict() == {
        "F": "holder", "M": "holder", "N": None, "T": "tenant", "Z": None,
    }  # fmt: skip


def test_the_worked_firm_of_huangyan_from_its_yearly_amounts() -> None:
    table = firms(F={"firm_name": "固创", "size_class": "above_scale", **WORKED})
    found = evaluated_firms(table, land(("F", "P1", 15, 5, 0)), HUANGYAN).loc["F"]
    assert found["efficiency_score"] == pytest.approx(95.6530, abs=5e-5)
    assert found["tax_cny10k_per_mu"] == pytest.approx(25)
    assert found["tax_cny10k_per_mu_score"] == pytest.approx(31.1242, abs=5e-5)
    assert (found["pool"], found["missing_inputs"]) == ("above_scale", "")
    assert "efficiency_grade" not in found  # the book has none


def test_a_firm_at_the_mean_of_huaian_has_fifty_and_the_bounds_are_those_of_the_notice() -> None:
    raw = read_rulebook("huaian-2024").model_dump()
    for one, mean in zip(raw["scoring"]["pools"][0]["criteria"], (12.0, 300.0, 0.4), strict=True):
        one["baseline"] = mean
    book = Rulebook.model_validate(raw)
    at_mean = {"tax_cny10k": 120.0, "revenue_cny10k": 3_000.0, "energy_tce": 300.0}
    table = firms(F=at_mean, S=at_mean)
    found = evaluated_firms(table, land(("F", "P1", 10, 0, 0), ("S", "P2", 2.9, 0, 0)), book)
    assert found["efficiency_score"].iloc[0] == pytest.approx(50)
    assert found["pool"].tolist() == ["evaluated", None]
    several = firms(**{f"F{i:02d}": {**at_mean, "tax_cny10k": 120.0 + i} for i in range(20)})
    held = land(*[(one, f"P{one}", 10, 0, 0) for one in several.index])
    grades = evaluated_firms(several, held, book)["efficiency_grade"].iloc[::-1]
    assert "".join(grades) == "AAAABBBBBBBBCCCCCCCD"


def test_a_book_without_this_year_s_baseline_says_what_to_write() -> None:
    with pytest.raises(RuleError, match="no baseline for tax_cny10k_per_mu"):
        evaluated_firms(firms(F={"tax_cny10k": 1.0}), land(("F", "P1", 9, 0, 0)),
                        read_rulebook("huaian-2024"))  # fmt: skip


def test_a_firm_whose_land_is_not_known_has_no_score() -> None:
    table = firms(F={"size_class": "above_scale", **WORKED},
                  G={"size_class": "above_scale", **WORKED})  # fmt: skip
    found = evaluated_firms(table, land(("F", "P1", np.nan, 0, 0)), HUANGYAN)
    assert found["efficiency_score"].isna().all()  # nor has one that stands nowhere
    assert found["missing_inputs"].tolist() == [
        "tax_cny10k_per_mu,value_added_cny10k_per_mu"
    ] * 2  # fmt: skip


def test_a_book_that_scores_nothing_leaves_the_figures() -> None:
    table = firms(F={"tax_cny10k": 10.0})
    found = evaluated_firms(table, land(("F", "P1", 4, 0, 2)), read_rulebook("none"))
    assert found.loc["F", "tax_cny10k_per_mu"] == pytest.approx(5)
    assert "efficiency_score" not in found


def graded() -> Rulebook:
    criterion = {"form": "ratio", "column": "tax_cny10k_per_mu", "weight": 100, "baseline": 10.0,
                 "missing": "undetermined"}  # fmt: skip
    pools = [
        {"name": "tenants", "zh": "租赁", "en": "tenants", "tenure": "tenant",
         "criteria": [criterion]},
        {"name": "large", "zh": "3亩以上", "en": "large", "land_from_mu": 3,
         "criteria": [criterion]},
    ]  # fmt: skip
    grades = {"form": "rank", "rounding": "nearest", "ties": "better", "exempt": "T",
              "classes": [{"grade": "A", "up_to": 0.5}, {"grade": "D", "up_to": 1.0}],
              "veto": {"grade": "D", "is_ranked": False}}  # fmt: skip
    scoring = {**READ, "pools": pools, "bonus": {"least": -10, "most": 10}}
    parts = {"scoring": scoring, "grades": {**READ, **grades}}
    return Rulebook.model_validate({"name": "r", "title": "t", "region": "here", **parts})


def test_pools_grades_vetoes_and_bonuses_are_those_of_the_firm() -> None:
    table = firms(
        A={"tax_cny10k": 50.0}, B={"tax_cny10k": 49.0, "bonus_points": 4.0, "bonus_evidence": "文"},
        C={"tax_cny10k": 90.0, "veto_reason": "事故"}, D={"tax_cny10k": 1.0},
        E={"tax_cny10k": 5.0, "exempt_reason": "公用事业"}, T={"tax_cny10k": 3.0},
        S={"tax_cny10k": 3.0},
    )  # fmt: skip
    held = [(one, f"P{one}", 5, 0, 0) for one in "ABCDE"]
    found = evaluated_firms(
        table, land(*held, ("T", "PA", 0, 1, 0), ("S", "PS", 1, 0, 0)), graded()
    )
    assert found["pool"].fillna("-").to_dict() == {
        **dict.fromkeys("ABCDE", "large"), "T": "tenants", "S": "-",
    }  # fmt: skip
    assert found["efficiency_grade"].fillna("-").to_dict() == {
        "A": "A", "B": "A", "C": "D", "D": "D", "E": "T", "T": "A", "S": "-",
    }  # fmt: skip
    assert found.loc["B", "efficiency_score"] == pytest.approx(102)


amounts = st.one_of(st.none(), st.floats(-1e4, 1e6))
holdings = st.one_of(st.none(), st.floats(0, 100))


@given(st.lists(st.tuples(amounts, holdings), min_size=1, max_size=9), st.randoms())
def test_no_missing_amount_or_land_becomes_a_score_or_a_grade(
    rows: list[tuple[float | None, float | None]], chance: object
) -> None:
    names = [f"F{i}" for i in range(len(rows))]
    table = firms(**{one: {"tax_cny10k": tax} for one, (tax, _) in zip(names, rows, strict=True)})
    table["tax_cny10k"] = table["tax_cny10k"].astype(float)
    held = land(*[
        (one, f"P{one}", np.nan if mu is None else mu, 0, 0)
        for one, (_, mu) in zip(names, rows, strict=True)
    ])  # fmt: skip
    found = evaluated_firms(table, held, graded())
    for one, (tax, mu) in zip(names, rows, strict=True):
        if tax is None or mu is None:
            assert np.isnan(found.loc[one, "efficiency_score"])
            assert found.loc[one, "efficiency_grade"] is None
    order = list(names)
    chance.shuffle(order)
    mixed = evaluated_firms(table.loc[order], held.sample(frac=1, random_state=1), graded())
    pd.testing.assert_frame_equal(mixed.loc[names], found)
