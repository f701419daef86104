"""Firms on parcels: nothing gets lost, and what is not stated is not zero."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import parcels_of, square
from hand_made import firms_of, links_of
from hypothesis import given
from hypothesis import strategies as st

from landrenew.base.columns import FLOWS
from landrenew.base.errors import ColumnError
from landrenew.base.units import to_mu
from landrenew.intake.parcels import Parcels
from landrenew.measure.firms import allocation_shares, firm_amounts, intensities
from landrenew.measure.leases import firm_land


def ready(*areas: float) -> Parcels:
    """Make parcels with the areas given."""
    shapes = [square(i) for i in range(len(areas))]
    return parcels_of(*shapes, parcel_area_m2=[float(area) for area in areas])


def amounts(parcels: Parcels, firms: pd.DataFrame, *links: tuple[object, ...]) -> pd.DataFrame:
    shares = allocation_shares(firm_land(links_of(*links), parcels), parcels)
    return firm_amounts(parcels, firms, shares)


def test_one_firm_on_several_parcels_is_split_by_land() -> None:
    firms = firms_of("F", tax_cny10k=[100.0])
    found = amounts(ready(300, 100), firms, ("F", "P0", None), ("F", "P1", None))
    assert found["tax_cny10k"].tolist() == [75, 25]


def test_stated_shares_hold_whatever_the_land() -> None:
    firms = firms_of("F", tax_cny10k=[100.0])
    found = amounts(ready(300, 100), firms, ("F", "P0", 0.1), ("F", "P1", 0.9))
    assert found["tax_cny10k"].tolist() == [10, 90]


def test_several_tenants_of_a_parcel_are_added() -> None:
    firms = firms_of("F", "G", tax_cny10k=[100.0, -30.0])
    found = amounts(ready(300, 100), firms, ("F", "P0", None), ("G", "P0", None))
    assert found["tax_cny10k"].tolist()[0] == 70
    assert found["firm_count"].tolist() == [2, 0]


def test_a_firm_linked_twice_to_a_parcel_is_one_firm() -> None:
    firms = firms_of("F", tax_cny10k=[100.0])
    found = amounts(ready(300), firms, ("F", "P0", None), ("F", "P0", None))
    assert found["firm_count"].tolist() == [1]
    assert found["tax_cny10k"].tolist() == [100]


def test_one_silent_tenant_makes_the_parcel_unknown() -> None:
    firms = firms_of("F", "G", tax_cny10k=[100.0, np.nan], staff_person=[5.0, 6.0])
    found = amounts(ready(300), firms, ("F", "P0", None), ("G", "P0", None))
    assert found["tax_cny10k"].isna().all()
    assert found["staff_person"].tolist() == [11]


def test_a_parcel_without_a_firm_has_missing_amounts_and_no_firm() -> None:
    found = amounts(ready(300, 100), firms_of("F", tax_cny10k=[1.0]), ("F", "P0", None))
    assert found["tax_cny10k"].isna().tolist() == [False, True]
    assert found["firm_count"].tolist() == [1, 0]


def test_amounts_that_firms_do_not_have_are_not_made_up() -> None:
    found = amounts(ready(300), firms_of("F", tax_cny10k=[1.0]), ("F", "P0", None))
    assert list(found) == ["firm_count", "tax_cny10k"]


@pytest.mark.parametrize(
    ("first", "second", "size"),
    [
        ("above_scale", "below_scale", "above_scale"),
        ("below_scale", "below_scale", "below_scale"),
        ("below_scale", None, None),
        ("above_scale", None, "above_scale"),
        (None, None, None),
    ],
)
def test_size_of_a_parcel_is_that_of_its_firms(
    first: str | None, second: str | None, size: str | None
) -> None:
    firms = firms_of("F", "G", size_class=[first, second])
    found = amounts(ready(300, 100), firms, ("F", "P0", None), ("G", "P0", None))
    assert found["size_class"].tolist()[0] == size
    assert pd.isna(found["size_class"].iloc[1])


firm_tax = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=6)


@given(firm_tax, st.lists(st.floats(1, 1e5), min_size=1, max_size=5), st.data())
def test_what_is_allocated_is_what_the_firms_have(
    taxes: list[float], areas: list[float], data: st.DataObject
) -> None:
    names = [f"F{i}" for i in range(len(taxes))]
    parcels = ready(*areas)
    some = st.lists(st.sampled_from(list(parcels.index)), min_size=1, unique=True)
    links = [(firm, one, None) for firm in names for one in data.draw(some)]
    found = amounts(parcels, firms_of(*names, tax_cny10k=taxes), *links)
    scale = sum(map(abs, taxes)) + 1
    assert found["tax_cny10k"].sum() == pytest.approx(sum(taxes), abs=1e-9 * scale)


def test_every_flow_is_allocated() -> None:
    firms = firms_of("F", **{flow: [8.0] for flow in FLOWS})
    found = amounts(ready(300, 100), firms, ("F", "P0", None), ("F", "P1", None))
    assert found[list(FLOWS)].sum().eq(8.0).all()


def test_intensities_divide_by_land_and_by_other_amounts() -> None:
    table = ready(20 * 2000 / 3)
    table = Parcels(table.assign(parcel_area_mu=to_mu(table["parcel_area_m2"])))
    table = Parcels(table.assign(tax_cny10k=125.0, rd_cny10k=150.0, revenue_cny10k=6000.0))
    found = intensities(table)
    assert found["tax_cny10k_per_mu"].tolist() == pytest.approx([6.25])
    assert found["rd_share"].tolist() == pytest.approx([0.025])
    assert found["revenue_cny10k_per_mu"].tolist() == pytest.approx([300])
    assert set(found) == {"tax_cny10k_per_mu", "rd_share", "revenue_cny10k_per_mu"}


@pytest.mark.parametrize(
    ("tax", "output", "tax_per_mu", "output_per_mu"),
    [(125.0, 2000.0, 6.001, 96.02), (312.45, 8332.0, 15.0, 400.0)],
)
def test_published_intensities_of_guchuang(
    tax: float, output: float, tax_per_mu: float, output_per_mu: float
) -> None:
    table = ready(1).assign(parcel_area_mu=20.83, tax_cny10k=tax, output_cny10k=output)
    found = intensities(Parcels(table)).iloc[0]
    assert found["tax_cny10k_per_mu"] == pytest.approx(tax_per_mu, abs=5e-4)
    assert found["output_cny10k_per_mu"] == pytest.approx(output_per_mu, abs=5e-3)


@pytest.mark.parametrize("energy", [0.0, -1.0, None])
def test_nothing_is_divided_by_what_is_not_above_zero(energy: float | None) -> None:
    table = ready(1).assign(parcel_area_mu=1.0, value_added_cny10k=5.0, energy_tce=energy)
    found = intensities(Parcels(table.astype({"energy_tce": float})))
    assert found["value_added_cny10k_per_tce"].isna().all()


def test_losses_stay_losses() -> None:
    table = Parcels(ready(1).assign(parcel_area_mu=2.0, tax_cny10k=-5.0))
    assert intensities(table)["tax_cny10k_per_mu"].tolist() == [-2.5]


def test_allocation_needs_the_land() -> None:
    with pytest.raises(ColumnError, match="lacks parcel_area_m2"):
        firm_land(links_of(("F", "P0", None)), parcels_of(square()))
