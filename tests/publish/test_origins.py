"""Where a figure comes from: the layers behind it, with their sources and dates."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from map_city import made_layers, parcels

from landrenew.intake.parcels import Parcels
from landrenew.publish.origins import Origin, origins

if TYPE_CHECKING:
    from landrenew.intake.layers import Layers

PARCELS = Origin("parcels", "地籍库", "2026-06-30")
FIRMS = Origin("firms", "税务局", "2025-12")
BUILDINGS = Origin("buildings", None, "2024-06-30")
"""No source, and no date of its own: the city's."""


@pytest.fixture
def layers() -> Layers:
    """Give a city whose firms bring amounts and whose buildings are measured."""
    made = made_layers(parcels(30))
    given = {
        "parcels": {"path": "p.gpkg", "source": "地籍库", "as_of": "2026-06-30"},
        "firms": {"path": "f.xlsx", "source": "税务局", "as_of": "2025-12"},
        "buildings": {"path": "b.gpkg"},
    }
    project = type(made.project).model_validate(
        {"folder": made.project.folder, "city": made.project.city.model_dump()} | given
    )
    amounts = pd.DataFrame({"tax_cny10k": [1.0], "rd_cny10k": [1.0], "revenue_cny10k": [1.0]})
    return dataclasses.replace(
        made, project=project, parcels=Parcels(made.parcels[["owner", "geometry"]]), firms=amounts,
        buildings=made.parks,
    )  # fmt: skip


def test_what_is_divided_comes_from_both_layers(layers: Layers) -> None:
    assert origins(layers, "tax_cny10k_per_mu") == (FIRMS, PARCELS)
    assert origins(layers, "rd_share") == (FIRMS,)
    assert origins(layers, "tax_cny10k") == (FIRMS,)
    assert origins(layers, "floor_area_ratio") == (BUILDINGS, PARCELS)


def test_what_the_parcels_bring_themselves_comes_from_them_alone(layers: Layers) -> None:
    brought = layers.parcels.assign(tax_cny10k_per_mu=1.0)
    there = dataclasses.replace(layers, parcels=Parcels(brought), firms=None)
    assert origins(there, "tax_cny10k_per_mu") == (PARCELS,)
    assert origins(there, "parcel_area_mu") == (PARCELS,)


def test_what_nobody_brings_and_what_is_judged_has_no_origin(layers: Layers) -> None:
    assert origins(layers, "tax_cny10k_per_tce") == ()
    assert origins(layers, "efficiency_grade") == ()


def test_the_land_of_a_firm_rests_on_its_leases_where_there_are_any(layers: Layers) -> None:
    assert origins(layers, "land_mu") == (PARCELS,)
