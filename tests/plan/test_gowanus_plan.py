"""A plan for real lots: Gowanus is half inside its line; lots that reach 80 %, in blocks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from conftest import ROOT
from scipy.sparse.csgraph import connected_components
from unpacked import unpacked

from landrenew.base.units import to_mu
from landrenew.plan.program.solve import Plan
from landrenew.publish.plan.items import plan_items
from landrenew.publish.run_folder import save_run
from landrenew.workflow import plan_project

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.publish.result import Result


@pytest.fixture(scope="module")
def planned(shared: Path) -> Result:  # noqa: ARG001  skips without the data
    return plan_project(ROOT / "examples" / "nyc_gowanus_plan.toml")


def test_the_lots_left_are_inside_to_four_fifths(planned: Result) -> None:
    """Summed up anew from the shapes: what is kept, and of straddling lots what lies inside."""
    base, parcels = planned.plans[0], planned.parcels
    assert isinstance(base.plan, Plan)
    assert base.plan.status == "optimal"
    assert base.plan.gap <= 0.005
    cleared = parcels["plan_class"] == "clear"
    inside = parcels["inside_area_m2"].where(~cleared | (parcels["control_class"] != "outside"), 0)
    kept = parcels["counted_area_m2"].where(~cleared, parcels["inside_area_m2"])
    assert inside.sum() / kept.sum() == pytest.approx(base.plan.share, rel=1e-12)
    assert 0.8 <= base.plan.share < 0.801


def test_every_block_is_large_enough_by_the_slow_way(planned: Result) -> None:
    parcels = planned.parcels
    cleared = parcels[parcels["plan_class"] == "clear"]
    shapes = cleared.geometry.to_numpy()
    near = shapely.distance(shapes[:, None], shapes[None]) <= 20
    count, label = connected_components(near, directed=False)
    land = np.bincount(label, weights=cleared["plan_land_mu"])
    assert land.min() >= 5 - 1e-9
    assert count == cleared["plan_block_id"].nunique() == len(planned.plans[0].blocks)


def test_blocks_cost_something_and_that_is_said(planned: Result) -> None:
    base = planned.plans[0]
    assert isinstance(base.scattered, Plan)
    assert base.price_of_blocks == pytest.approx(base.plan.cost - base.scattered.cost)
    assert base.price_of_blocks >= -0.005 * base.plan.cost
    by_hand = base.simple[0].plan
    assert by_hand.missed == ("block_size",)


def test_totals_of_tables_layers_and_map_are_those_of_the_plan(
    planned: Result, tmp_path: Path
) -> None:
    base = planned.plans[0]
    out = save_run(planned, tmp_path / "out")
    record = json.loads((out / "plan.json").read_text(encoding="utf-8"))["plans"][0]["plan"]
    items = plan_items(base, planned.parcels)
    assert record["cleared_mu"] == pytest.approx(items["land_mu"].sum(), abs=1e-9)
    layer = gpd.read_file(out / "plan.gpkg", layer="plan_parcels")
    cleared = layer[layer["plan_class"] == "clear"]
    assert len(cleared) == record["cleared_parcels"]
    assert cleared["plan_land_mu"].sum() == pytest.approx(record["cleared_mu"], abs=0.005)
    lost = planned.share.total_m2 - record["total_m2"]
    assert to_mu(lost) == pytest.approx(record["cleared_mu"], abs=0.005)
    themes = unpacked((out / "map.html").read_text(encoding="utf-8")).header["themes"]
    (shown,) = [one["tally"][""][0] for one in themes if one["name"] == "plan_0"]
    assert shown == [record["cleared_parcels"], pytest.approx(record["cleared_mu"], abs=0.01)]
