"""Land that firms use: held, plus rented, less let; landlord and tenant never both count it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from conftest import parcels_of, square
from hand_made import firms_of, layers_of, links_of
from hypothesis import given, settings
from hypothesis import strategies as st

from landrenew.intake.sections import Firms
from landrenew.measure.allocation import Allocation, allocate
from landrenew.measure.firms import allocation_shares
from landrenew.measure.leases import (
    firm_land,
    fitted_leases,
    known_landlords,
    land_faults,
    land_together,
    parcel_leases,
)

if TYPE_CHECKING:
    from landrenew.intake.parcels import Parcels

IDS = ("A", "B", "C", "D")


def ready(*areas: float) -> Parcels:
    shapes = [square(i) for i in range(len(areas))]
    return parcels_of(*shapes, parcel_area_m2=[float(area) for area in areas])


def lets(*rows: tuple[str | None, str | None, str, float | None], floor: float = np.nan):  # noqa: ANN201  a table of leases
    """Make leases in force: landlord, tenant, parcel, land."""
    names = ["landlord_id", "tenant_id", "parcel_id", "leased_area_m2"]
    table = pd.DataFrame(rows, columns=names).astype({"leased_area_m2": float})
    return table.assign(leased_floor_area_m2=floor, in_force=True)


def land(
    parcels: Parcels, links: pd.DataFrame, leases: pd.DataFrame
) -> tuple[dict[tuple[str, str], float], list[str]]:
    firms = firms_of(*IDS, row=[1, 2, 3, 4])
    fitted, faults = fitted_leases(leases, parcels, firms)
    table = firm_land(links, parcels, fitted)
    faults += land_faults(table, fitted, firms)
    used = dict(zip(zip(table["firm_id"], table["parcel_id"], strict=True),
                    table["used_land_m2"].tolist(), strict=True))  # fmt: skip
    return used, [fault.code for fault in faults]


def test_landlord_and_tenant_use_together_what_was_registered() -> None:
    used, codes = land(ready(100), links_of(("A", "P0", None)), lets(("A", "B", "P0", 40)))
    assert used == {("A", "P0"): 60, ("B", "P0"): 40}
    assert codes == []


def test_without_a_landlord_the_one_holder_lets() -> None:
    used, _ = land(ready(100), links_of(("A", "P0", None)), lets((None, "B", "P0", 40)))
    assert used == {("A", "P0"): 60, ("B", "P0"): 40}


def test_what_a_stranger_lets_is_not_the_holders() -> None:
    used, _ = land(ready(100), links_of(("A", "P0", None)), lets(("村集体", "B", "P0", 40)))
    assert used == {("A", "P0"): 60, ("B", "P0"): 40}


def test_a_tenant_that_is_linked_too_is_no_holder() -> None:
    links = links_of(("A", "P0", None), ("B", "P0", None))
    used, _ = land(ready(100), links, lets(("A", "B", "P0", 40)))
    assert used == {("A", "P0"): 60, ("B", "P0"): 40}


def test_a_tenant_holds_what_its_link_states_beside_what_it_rents() -> None:
    links = links_of(("A", "P0", None), ("B", "P0", None)).assign(held_area_m2=[70.0, 30.0])
    used, _ = land(ready(100), links, lets(("A", "B", "P0", 40)))
    assert used == {("A", "P0"): 30, ("B", "P0"): 70}
    alone = links_of(("B", "P0", None)).assign(held_area_m2=30.0)
    used, _ = land(ready(100), alone, lets((None, "B", "P0", 40)))
    assert used == {("B", "P0"): 70}  # somebody unnamed lets to it, not itself


def test_the_floor_a_link_states_comes_before_that_of_the_lease() -> None:
    parcels = ready(100)
    fitted, _ = fitted_leases(
        lets(("A", "B", "P0", 40), ("A", "C", "P0", 10), floor=5.0), parcels, firms_of(*IDS)
    )
    links = links_of(("A", "P0", None), ("B", "P0", None))
    links["occupied_floor_area_m2"] = [np.nan, 30.0]
    found = firm_land(links, parcels, fitted)
    assert found["floor_m2"].tolist() == pytest.approx([np.nan, 30, 5], nan_ok=True)


def test_whoever_rents_from_itself_rents_nothing() -> None:
    used, codes = land(ready(100), links_of(("A", "P0", None)), lets(("A", "A", "P0", 40)))
    assert used == {("A", "P0"): 100}
    assert codes == []


def test_land_rented_on_is_moved_not_doubled() -> None:
    leases = lets(("A", "B", "P0", 60), ("B", "C", "P0", 20))
    used, codes = land(ready(100), links_of(("A", "P0", None)), leases)
    assert used == {("A", "P0"): 40, ("B", "P0"): 40, ("C", "P0"): 20}
    assert codes == []


def test_land_of_several_holders_must_be_stated() -> None:
    links = links_of(("A", "P0", None), ("B", "P0", None))
    used, codes = land(ready(100), links, lets(("A", "C", "P0", 10)))
    assert np.isnan([used["A", "P0"], used["B", "P0"]]).all()
    assert used["C", "P0"] == 10
    assert codes == []  # not known is not negative
    used, _ = land(ready(100), links.assign(held_area_m2=[70.0, 30.0]), lets(("A", "C", "P0", 10)))
    assert used == {("A", "P0"): 60, ("B", "P0"): 30, ("C", "P0"): 10}


def test_a_lease_without_an_area_leaves_both_unknown() -> None:
    used, codes = land(ready(100), links_of(("A", "P0", None)), lets(("A", "B", "P0", None)))
    assert np.isnan(list(used.values())).all()
    assert codes == []


def test_more_than_the_parcel_is_scaled_to_it_and_doubted() -> None:
    leases = lets(("A", "B", "P0", 150), ("A", "C", "P0", 50))
    used, codes = land(ready(100), links_of(("A", "P0", None)), leases)
    assert used == pytest.approx({("A", "P0"): 0, ("B", "P0"): 75, ("C", "P0"): 25})
    assert codes == ["lease_too_large", "used_land_negative"]


@pytest.mark.parametrize(("let", "left"), [(99.5, 0), (100.4, 0), (98.0, 2)])
def test_a_whole_parcel_is_let_whatever_the_last_percent_says(let: float, left: float) -> None:
    used, codes = land(ready(100), links_of(("A", "P0", None)), lets(("A", "B", "P0", let)))
    assert used == pytest.approx({("A", "P0"): left, ("B", "P0"): 100 - left})
    assert codes == ([] if left else ["used_land_negative"])


def test_letting_more_than_one_rents_is_doubted() -> None:
    leases = lets(("A", "B", "P0", 10), ("B", "C", "P0", 30))
    used, codes = land(ready(100), links_of(("A", "P0", None)), leases)
    assert used["B", "P0"] == -20
    assert sum(used.values()) == 100
    assert codes == ["used_land_negative"]


def test_parcels_say_what_is_let_and_to_how_many() -> None:
    parcels = ready(100, 100, 100)
    leases = lets(("A", "B", "P0", 60), ("B", "C", "P0", 20), (None, "小店", "P0", 5),
                  ("A", "B", "P1", None))  # fmt: skip
    fitted, _ = fitted_leases(leases, parcels, firms_of(*IDS))
    found = parcel_leases(parcels, fitted)
    assert found["tenant_count"].tolist() == [3, 1, 0]
    assert found["leased_out_share"].tolist() == pytest.approx([0.65, np.nan, 0.0], nan_ok=True)


PLACES = st.sampled_from(["P0", "P1", "P2"])
HOLDERS = {"P0": "A", "P1": "B", "P2": "A"}


@settings(max_examples=25)
@given(st.lists(st.tuples(st.sampled_from([None, "村集体", "own"]), st.sampled_from(["C", "D"]),
                          PLACES, st.floats(0, 80)), max_size=6))  # fmt: skip
def test_used_land_adds_to_the_parcel_and_no_more(rows: list) -> None:
    parcels = ready(100, 150, 80)
    leases = lets(*[(HOLDERS[at] if who == "own" else who, tenant, at, area)
                    for who, tenant, at, area in rows])  # fmt: skip
    fitted, _ = fitted_leases(leases, parcels, firms_of(*IDS))
    table = firm_land(links_of(*[(one, at, None) for at, one in HOLDERS.items()]), parcels, fitted)
    used = table.groupby("parcel_id")["used_land_m2"].sum()
    let = fitted.groupby("parcel_id")["leased_area_m2"].sum().reindex(used.index).fillna(0.0)
    fits = let <= parcels["parcel_area_m2"].reindex(used.index)
    whole = parcels["parcel_area_m2"].reindex(used.index)
    assert used[fits].tolist() == pytest.approx(whole[fits].tolist())
    own = table["used_land_m2"] - (
        table["registered_land_m2"] + table["leased_in_m2"] - table["leased_out_m2"]
    )
    assert own.abs().max() < 1e-9


def allocated(
    links: pd.DataFrame, leases: pd.DataFrame | None = None
) -> dict[tuple[str, str], float]:
    parcels = ready(300, 100)
    firms = firms_of(*IDS)
    fitted = None if leases is None else fitted_leases(leases, parcels, firms)[0]
    found = allocation_shares(firm_land(links, parcels, fitted), parcels)
    rows = found[["firm_id", "parcel_id", "share"]].itertuples(index=False)
    return {(firm, parcel): share for firm, parcel, share in rows}


def test_a_tenants_amounts_go_where_it_rents_and_the_landlord_keeps_the_rest() -> None:
    links = links_of(("A", "P0", None), ("A", "P1", None))
    found = allocated(links, lets(("A", "B", "P0", 200)))
    assert found == pytest.approx({("A", "P0"): 0.5, ("A", "P1"): 0.5, ("B", "P0"): 1})


def test_a_landlord_does_not_stand_where_it_lets_everything() -> None:
    links = links_of(("A", "P0", None), ("A", "P1", None))
    assert allocated(links, lets(("A", "B", "P0", 300))) == {("A", "P1"): 1, ("B", "P0"): 1}


@given(st.lists(st.floats(1, 100), min_size=2, max_size=3), st.floats(50, 5000))
def test_what_rounding_leaves_of_land_let_is_no_place_to_stand(parts: list, area: float) -> None:
    parcels = ready(area, 100)
    rows = [("A", who, "P0", part * area / sum(parts))
            for who, part in zip("BCD", parts, strict=False)]  # fmt: skip
    fitted, _ = fitted_leases(lets(*rows), parcels, firms_of(*IDS))
    links = links_of(("A", "P0", None), ("A", "P1", None))
    found = allocation_shares(firm_land(links, parcels, fitted), parcels).set_index("firm_id")
    assert found.loc[["A"], "parcel_id"].tolist() == ["P1"]


def test_a_landlord_that_uses_no_land_keeps_its_amounts_where_it_lets() -> None:
    found = allocated(links_of(("A", "P0", None)), lets(("A", "B", "P0", 300)))
    assert found == {("A", "P0"): 1, ("B", "P0"): 1}


def test_stated_shares_hold_whatever_is_rented() -> None:
    links = links_of(("B", "P1", 1.0), ("A", "P0", None))
    assert allocated(links, lets(("A", "B", "P0", 50))) == {("A", "P0"): 1, ("B", "P1"): 1}


def test_floor_area_comes_before_land_where_all_of_it_is_known() -> None:
    parcels = ready(300, 100)
    links = links_of(("A", "P0", None), ("A", "P1", None))

    def floors(*areas: float) -> pd.DataFrame:
        there = links.assign(occupied_floor_area_m2=list(areas))
        return allocation_shares(firm_land(there, parcels), parcels)

    both = floors(10.0, 30.0)
    assert both["share"].tolist() == [0.25, 0.75]
    assert set(both["allocation_basis"]) == {"floor"}
    one = floors(10.0, np.nan)
    assert one["share"].tolist() == [0.75, 0.25]
    assert set(one["allocation_basis"]) == {"land"}


def test_what_nothing_divides_is_said() -> None:
    parcels = ready(300, 100)
    leases = lets((None, "B", "P0", None), (None, "B", "P1", None))
    fitted, _ = fitted_leases(leases, parcels, firms_of(*IDS))
    found = allocation_shares(firm_land(links_of(), parcels, fitted), parcels)
    assert found["share"].isna().all()
    assert found["allocation_basis"].tolist() == ["unknown", "unknown"]
    floors = lets((None, "B", "P0", None), (None, "B", "P1", None), floor=5.0)
    fitted, _ = fitted_leases(floors, parcels, firms_of(*IDS))
    found = allocation_shares(firm_land(links_of(), parcels, fitted), parcels)
    assert found["share"].tolist() == [0.5, 0.5]


def accounts(
    parcels: Parcels,
    firms: pd.DataFrame,
    links: pd.DataFrame,
    groups: str = "separate",
    **layers: pd.DataFrame,
) -> Allocation:
    made = layers_of(parcels, firms=firms, links=links, **layers)
    spec = Firms(path="f.csv", groups=groups)
    project = made.project.model_copy(update={"firms": spec})
    found = allocate(made.__class__(**{**made.__dict__, "project": project}), parcels)
    assert found is not None
    return found


AMOUNT = st.one_of(st.none(), st.floats(-1e6, 1e6))


@settings(max_examples=25)
@given(st.lists(AMOUNT, min_size=4, max_size=4), st.data())
def test_what_came_in_is_what_went_out_or_is_named(taxes: list, data: st.DataObject) -> None:
    parcels = ready(300, 100, 50)
    group = data.draw(st.sampled_from([["A", "A", "A", "D"], [*IDS]]))
    firms = firms_of(*IDS, tax_cny10k=pd.array(taxes, float), group_id=group)
    pairs = st.lists(st.tuples(st.sampled_from(IDS), PLACES), unique=True, max_size=6)
    share = st.sampled_from([None, 0.6])
    links = links_of(*[(firm, at, data.draw(share) if firm == "D" else None)
                       for firm, at in data.draw(pairs)])  # fmt: skip
    links.loc[links["firm_id"] == "D", "share"] /= max(links["share"].sum(), 1)
    leases = lets(*data.draw(st.lists(st.tuples(
        st.sampled_from([None, "A", "B"]), st.sampled_from(IDS), PLACES,
        st.one_of(st.none(), st.floats(1, 500))), max_size=4)))  # fmt: skip
    groups = data.draw(st.sampled_from(["separate", "merge"]))
    found = accounts(parcels, firms, links, groups=groups, leases=leases)
    (flow,) = found.balances
    scale = sum(abs(tax) for tax in taxes if tax is not None) + 1
    assert flow.total == pytest.approx(
        sum(tax for tax in taxes if tax is not None), abs=1e-9 * scale
    )
    parts = flow.allocated + flow.undetermined + flow.unallocated
    assert parts == pytest.approx(flow.total, abs=1e-9 * scale)
    assert found.columns["tax_cny10k"].sum() == pytest.approx(flow.allocated, abs=1e-9 * scale)
    assert flow.stated == sum(tax is not None for tax in taxes)


def test_the_accounts_of_a_small_city() -> None:
    parcels = ready(300, 100)
    firms = firms_of(*IDS, tax_cny10k=[100.0, 10.0, np.nan, 7.0])
    links = links_of(("A", "P0", 0.5), ("A", "P1", 0.3), ("B", "P1", None), ("C", "P1", None))
    (flow,) = accounts(parcels, firms, links).balances
    assert (flow.firms, flow.stated, flow.total) == (4, 3, 117)
    assert flow.allocated == 50  # the half of A on P0
    assert flow.undetermined == pytest.approx(40)  # on P1 the firm C is silent
    assert flow.unallocated == pytest.approx(27)  # a fifth of A, and D


def test_a_head_office_that_carries_all_is_spread_only_on_request() -> None:
    parcels = ready(300, 100)
    firms = firms_of("A", "B", tax_cny10k=[100.0, np.nan], group_id=["A", "A"])
    links = links_of(("A", "P0", None), ("B", "P1", None))
    apart = accounts(parcels, firms, links)
    assert apart.columns["tax_cny10k"].tolist() == pytest.approx([100, np.nan], nan_ok=True)
    together = accounts(parcels, firms, links, groups="merge")
    assert together.columns["tax_cny10k"].tolist() == [75, 25]
    assert together.columns["firm_count"].tolist() == [1, 1]
    assert together.balances[0].allocated == 100
    assert "1 groups taken together" in together.notes[-1].en
    assert together.land.loc["B", "group_id"] == "A"


@pytest.mark.parametrize("landlord", ["A", None])
def test_what_a_member_lets_to_another_stays_with_the_group(landlord: str | None) -> None:
    parcels = ready(300, 100)
    firms = firms_of("A", "B", tax_cny10k=[100.0, 20.0], group_id=["A", "A"])
    links = links_of(("A", "P0", None), ("A", "P1", None))
    leases = lets((landlord, "B", "P0", 200))
    found = accounts(parcels, firms, links, groups="merge", leases=leases)
    assert found.columns["tax_cny10k"].tolist() == [90, 30]


def test_a_group_with_a_silent_member_has_no_sum_unless_its_head_speaks_for_all() -> None:
    parcels = ready(300, 100)
    links = links_of(("A", "P0", None), ("B", "P1", None), ("C", "P1", None))
    firms = firms_of("A", "B", "C", tax_cny10k=[100.0, 5.0, np.nan], group_id=["A"] * 3)
    found = accounts(parcels, firms, links, groups="merge")
    assert found.columns["tax_cny10k"].isna().all()
    assert found.balances[0].undetermined == 105


def test_the_table_of_firms_says_where_each_stands_and_by_what() -> None:
    parcels = ready(300, 100)
    firms = firms_of("A", "B", firm_name=["甲", "乙"], tax_cny10k=[1.0, 2.0])
    found = accounts(parcels, firms, links_of(("A", "P0", None)), leases=lets(("A", "B", "P0", 60)))
    assert found.land.index.tolist() == ["A", "B"]
    assert found.land["firm_name"].tolist() == ["甲", "乙"]
    assert found.land["used_land_m2"].tolist() == [240, 60]
    assert found.land["allocation_basis"].tolist() == ["whole", "whole"]
    assert found.stands.to_numpy().tolist() == [["A", "P0"], ["B", "P0"]]
    assert found.columns["leased_out_share"].tolist() == [0.2, 0.0]


@settings(max_examples=10)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([*IDS, None]), st.sampled_from(IDS), st.sampled_from(["P0", "P1"]),
            st.integers(1, 20),
        ),
        max_size=5,
    ),
    st.lists(st.sampled_from(IDS), min_size=4, max_size=4),
)  # fmt: skip
def test_firms_taken_together_use_the_land_they_use_apart(
    let: list[tuple[str | None, str, str, int]], units: list[str]
) -> None:
    parcels = ready(1000, 1000)
    links = links_of(("A", "P0", None), ("B", "P1", None))
    # no firm that holds a parcel rents on it, so that who holds what stays the same
    held = {("A", "P0"), ("B", "P1")}
    leases = lets(*((*one[:3], float(one[3])) for one in let if one[1:3] not in held))
    fitted, _ = fitted_leases(leases, parcels, firms_of(*IDS, row=[1, 2, 3, 4]))
    known = known_landlords(links, fitted)
    apart = firm_land(links, parcels, known)
    unit = pd.Series(units, list(IDS))
    together, between = land_together(links, parcels, known, unit)
    if apart["used_land_m2"].notna().all():
        assert together["used_land_m2"].sum() == pytest.approx(apart["used_land_m2"].sum())
    assert not between["landlord_id"].eq(between["tenant_id"]).any()
    same, _ = land_together(links, parcels, known, pd.Series(list(IDS), list(IDS)))
    pd.testing.assert_frame_equal(same, apart)


@pytest.mark.parametrize(
    ("held", "unit", "used"),
    [
        ([40.0, np.nan, 10.0], "AAC", {("A", "P0"): np.nan, ("C", "P0"): 10}),
        ([40.0, 30.0, 10.0], "AAC", {("A", "P0"): 70, ("C", "P0"): 10}),
        ([40.0, np.nan, np.nan], "AAA", {("A", "P0"): 100}),
    ],
)
def test_what_one_of_several_holders_does_not_state_is_not_nought(
    held: list[float], unit: str, used: dict[tuple[str, str], float]
) -> None:
    parcels, firms = ready(100), firms_of(*IDS, row=[1, 2, 3, 4])
    links = links_of(*((firm, "P0", None) for firm in "ABC")).assign(held_area_m2=held)
    known = known_landlords(links, fitted_leases(lets(), parcels, firms)[0])
    found, _ = land_together(links, parcels, known, pd.Series(list(unit), list("ABC")))
    assert found.set_index(["firm_id", "parcel_id"])["used_land_m2"].to_dict() == pytest.approx(
        used, nan_ok=True
    )


def test_a_unit_may_rent_back_what_another_of_it_holds() -> None:
    parcels, firms = ready(100), firms_of(*IDS, row=[1, 2, 3, 4])
    links = links_of(("A", "P0", None))
    leases = lets(("A", "C", "P0", 20), ("C", "D", "P0", 5))
    known = known_landlords(links, fitted_leases(leases, parcels, firms)[0])
    found, _ = land_together(links, parcels, known, pd.Series({"D": "A"}))
    assert found["used_land_m2"].tolist() == [85, 15]
