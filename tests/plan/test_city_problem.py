"""From a city to its problem: who may be cleared, at what cost, under which named wishes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
from conftest import CRS
from six_plots import box, city
from small_city import save

from landrenew.base.area import ellipsoidal_area
from landrenew.base.errors import PlanError
from landrenew.base.units import to_mu
from landrenew.intake.scenarios import read_scenarios
from landrenew.plan.path.city import CityProblem, city_problem
from landrenew.plan.program.model import Effort
from landrenew.plan.program.solve import NoPlan, Plan, cheapest
from landrenew.workflow import run_project

if TYPE_CHECKING:
    from pathlib import Path


def problem(path: Path) -> CityProblem:
    """Run a city and write its problem."""
    result = run_project(path)
    (base,) = read_scenarios(path)
    return city_problem(result.layers, result.parcels, base.planning)


def plot_mu() -> float:
    """Give the land of a plot by the ellipsoidal formula [mu]."""
    return float(to_mu(ellipsoidal_area([box(3)], pyproj.CRS(CRS))[0]))


def names_of(found: CityProblem) -> list[str]:
    """List the parcels that can be cleared."""
    return found.candidates.table.index.tolist()


@pytest.mark.parametrize(
    ("straddling", "names", "land"),
    [("keep", ["P3", "P4", "P5"], 1.0), ("outside_part", ["P2", "P3", "P4", "P5"], 0.5),
     ("whole", ["P2", "P3", "P4", "P5"], 1.0)],
)  # fmt: skip
def test_what_may_be_done_across_the_line(
    tmp_path: Path, straddling: str, names: list[str], land: float
) -> None:
    found = problem(city(tmp_path, {"straddling": straddling}))
    assert names_of(found) == names
    table, mu = found.candidates.table, plot_mu()
    first = table.iloc[0]
    assert first["land_mu"] == pytest.approx(mu * land, rel=1e-6)
    assert first["cost_cny10k"] == pytest.approx(10 * mu * land, rel=1e-6)
    lost = {"keep": 0.0, "outside_part": 0.0, "whole": 0.5}[straddling]
    assert first["inside_mu"] == pytest.approx(mu * lost, rel=1e-6, abs=1e-9)


def test_a_column_tells_the_cost_before_a_price_by_area(tmp_path: Path) -> None:
    path = city(tmp_path, {}, survey="parcel_id,clear_cost_cny10k\nP3,77\nP4,\n")
    cost = problem(path).candidates.table["cost_cny10k"]
    assert cost["P3"] == 77
    assert cost["P4"] == pytest.approx(10 * plot_mu(), rel=1e-6)


def test_a_parcel_of_unknown_cost_is_not_cleared_and_said(tmp_path: Path) -> None:
    path = city(tmp_path, {"costs": {}}, survey="parcel_id,clear_cost_cny10k\nP3,77\n")
    found = problem(path)
    assert found.problem.names == ("target", "unpriced")
    assert found.locked.out["unpriced"][0] == ("P4", "P5")
    assert any("P4, P5" in one.en for one in found.notes)
    plan = cheapest(found.problem.without({"target"}), Effort())
    assert isinstance(plan, Plan)
    assert not plan.chosen.any()


def test_no_cost_at_all_is_an_error_that_says_what_is_needed(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="clear_cny10k_per_mu"):
        problem(city(tmp_path, {"costs": {}}))


def test_no_plan_forces_an_unwilling_owner_unless_a_reason_overrules(tmp_path: Path) -> None:
    survey = "parcel_id,willingness\nP3,不愿意\nP4,观望\nP5,愿意\n"
    found = problem(city(tmp_path / "a", {}, survey=survey))
    assert found.locked.out["unwilling"][0] == ("P3",)
    assert "undecided" not in found.locked.out
    strict = problem(city(tmp_path / "b", {"undecided": "never"}, survey=survey))
    assert strict.locked.out["undecided"][0] == ("P4",)
    locks = {"against_will": {"P3": "市政府专题会议纪要〔2026〕3 号"}}
    forced = problem(city(tmp_path / "c", {"locks": locks}, survey=survey))
    assert "unwilling" not in forced.locked.out


def test_locks_from_lists_and_columns(tmp_path: Path) -> None:
    survey = "parcel_id,lock_class\nP3,必须腾退\nP4,不得腾退\n"
    found = problem(city(tmp_path, {"locks": {"never": ["P5"]}}, survey=survey))
    assert found.locked.must == ("P3",)
    assert found.locked.out["never"][0] == ("P4", "P5")
    plan = cheapest(found.problem.without({"target"}), Effort())
    assert isinstance(plan, Plan)
    assert plan.problem.actions["name"][plan.chosen].tolist() == ["P3"]


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ({"locks": {"must": ["P9"]}}, "P9"),
        ({"locks": {"must": ["P0"]}}, "none that can be"),
        ({"locks": {"against_will": {"P9": "x"}}}, "P9"),
        ({"locks": {"protected_firms": ["F1"]}}, "stand on no parcel"),
        ({"towns": {"南": {"target": 0.5}}}, "东、西"),
        ({"blocks": {"least_mu": 10}}, "contiguity"),
        ({"yields": {"budget": 2}}, "The wishes are: target"),
    ],
)
def test_wishes_that_fit_nothing_are_refused_by_name(
    tmp_path: Path, plan: dict[str, Any], said: str
) -> None:
    with pytest.raises(PlanError, match=said):
        problem(city(tmp_path, plan))


def test_each_wish_is_a_condition_by_its_name(tmp_path: Path) -> None:
    plan = {
        "target": 0.9, "budget_cny10k": 500, "least_mu": 1, "most_mu": 40,
        "towns": {"西": {"target": 0.1, "most_mu": 20, "least_mu": 1, "budget_cny10k": 300}},
    }  # fmt: skip
    found = problem(city(tmp_path, plan))
    assert found.problem.names == (
        "target", "budget", "least_mu", "most_mu", "town_target:西", "town_budget:西",
        "town_least_mu:西", "town_most_mu:西",
    )  # fmt: skip
    label = found.problem.label("town_most_mu:西")
    assert label == ("西腾退不超过 20 亩", "at most 20 mu cleared in 西")


SURVEY = "parcel_id,village,village_income_cny10k\nP3,甲村,4\nP4,甲村,6\nP5,乙村,\n"


def test_a_village_goes_on_earning_what_is_asked(tmp_path: Path) -> None:
    """甲村 earns 10 a year and may lose 5: P3 can go, P4 cannot; what 乙村 earns nobody knows."""
    found = problem(city(tmp_path, {"villages": {"least_income_share": 0.5}}, survey=SURVEY))
    assert found.locked.out["income_unknown"][0] == ("P5",)
    allowed = []
    for name in ("P3", "P4"):
        weights = found.problem.actions["name"].eq(name).to_numpy(float)
        weights[found.problem.actions["kind"].eq("keep")] = 0.5
        assert found.problem.ties is not None
        kept = found.problem.ties.rows @ weights <= found.problem.ties.upper + 1e-9
        allowed.append(bool(kept.all()))
    assert allowed == [True, False]


def test_a_payment_makes_good_what_a_village_loses(tmp_path: Path) -> None:
    pay = {"years": 2, "discount_share": {"value": 0.0, "source": "made up"}}
    villages = {"least_income_share": 1.0, "pay": pay}
    plan = {"villages": villages, "target": 0.5, "locks": {"never": ["P5"]}}
    found = problem(city(tmp_path, plan, survey=SURVEY))
    best = cheapest(found.problem, Effort())
    assert isinstance(best, Plan)
    done = best.problem.actions.assign(amount=best.amounts)[best.chosen]
    done = done[done["kind"] != "keep"]
    assert done["name"].tolist() == ["P3", "甲村"]
    assert done["amount"].tolist() == pytest.approx([1.0, 4.0])
    assert best.cost == pytest.approx(10 * plot_mu() + 2 * 4, rel=1e-6)


def test_leasing_leaves_the_village_its_rent(tmp_path: Path) -> None:
    """A lease of one year at 1 a mu is cheaper than buying at 10, and leaves 15 a year."""
    lease = {"years": 1, "discount_share": {"value": 0.0, "source": "made up"},
             "rent_cny10k_per_mu": {"value": 1, "source": "made up"}}  # fmt: skip
    plan = {"lease": lease, "target": 0.5, "villages": {"least_income_share": 1.0}}
    path = city(tmp_path, plan, survey=SURVEY)
    result = run_project(path)
    parcels = result.parcels.assign(ownership_class="collective")
    (base,) = read_scenarios(path)
    found = city_problem(result.layers, parcels, base.planning)
    best = cheapest(found.problem, Effort())
    assert isinstance(best, Plan)
    done = best.problem.actions[best.chosen]
    assert done["way"].tolist() == ["lease", "keep"]
    assert best.cost == pytest.approx(plot_mu(), rel=1e-6)


def parks(folder: Path, **columns: Any) -> None:  # noqa: ANN401  any column
    """Draw a park over P0 and P1, wholly inside the line, and one across it."""
    table = gpd.GeoDataFrame(
        {"park_id": ["Y1", "Y2"], "capacity_mu": [100.0, 100.0], **columns},
        geometry=[box(0, 2), box(2)], crs=CRS,
    )  # fmt: skip
    save(table, folder / "parks.gpkg")


def test_building_counts_by_the_share_of_its_park_inside(tmp_path: Path) -> None:
    tmp_path.mkdir(exist_ok=True)
    parks(tmp_path, build_cost_cny10k_per_mu=[1.0, 1.0])
    path = city(tmp_path, {"target": 0.6}, parks={"path": "parks.gpkg"})
    found = problem(path)
    built = found.problem.actions[found.problem.actions["kind"] == "build"].set_index("name")
    assert built["inside_mu"].tolist() == pytest.approx([1.0, 0.5], rel=1e-6)
    best = cheapest(found.problem, Effort())
    assert isinstance(best, Plan)
    assert best.share == pytest.approx(0.6, rel=1e-9)
    assert set(best.problem.actions["name"][best.chosen]) == {"Y1"}


def test_new_land_outside_the_growth_boundary_is_no_way_out(tmp_path: Path) -> None:
    parks(tmp_path, build_cost_cny10k_per_mu=[1.0, 1.0])
    growth = gpd.GeoDataFrame({"name": ["界"]}, geometry=[box(1, 5)], crs=CRS)
    save(growth, tmp_path / "growth.gpkg")
    layers = {"parks": {"path": "parks.gpkg"}, "growth_boundary": {"path": "growth.gpkg"}}
    found = problem(city(tmp_path, {"target": 0.8}, **layers))
    assert "outside_growth" in found.problem.names
    best = cheapest(found.problem, Effort())
    assert isinstance(best, Plan)
    assert "Y1" not in set(best.problem.actions["name"][best.chosen])


def test_new_land_comes_from_land_that_was_cleared(tmp_path: Path) -> None:
    parks(tmp_path, build_cost_cny10k_per_mu=[0.1, 9.0])
    plan = {"target": 0.7, "most_new_per_cleared": {"value": 0.5, "source": "made up"}}
    found = problem(city(tmp_path, plan, parks={"path": "parks.gpkg"}))
    best = cheapest(found.problem, Effort())
    assert isinstance(best, Plan)
    done = best.problem.actions.assign(amount=best.amounts)
    cleared = -(done["amount"] * done["total_mu"])[done["kind"] == "clear"].sum()
    assert 0 < done["amount"][done["kind"] == "build"].sum() <= 0.5 * cleared + 1e-9


def test_parks_without_a_price_or_room_are_named(tmp_path: Path) -> None:
    parks(tmp_path, build_cost_cny10k_per_mu=[1.0, np.nan])
    found = problem(city(tmp_path, {}, parks={"path": "parks.gpkg"}))
    assert found.sites.without == ("Y2",)
    assert any("Y2" in one.en for one in found.notes)


def test_land_adds_up_to_that_of_the_share(tmp_path: Path) -> None:
    path = city(tmp_path, {})
    result = run_project(path)
    found = problem(path)
    assert result.share is not None
    now = found.problem.places[""]
    assert now.inside_mu == pytest.approx(to_mu(result.share.inside_m2), rel=1e-12)
    assert now.total_mu == pytest.approx(to_mu(result.share.total_m2), rel=1e-12)
    towns = [one for name, one in found.problem.places.items() if name]
    assert sum(one.total_mu for one in towns) == pytest.approx(now.total_mu, rel=1e-12)


def test_overlapping_parcels_wait_until_they_are_mended(tmp_path: Path) -> None:
    path = city(tmp_path, {})
    table = gpd.read_file(tmp_path / "parcels.gpkg")
    again = table[table["parcel_id"] == "P5"].assign(parcel_id="P6")
    again.geometry = again.geometry.translate(10)
    save(pd.concat([table, again]), tmp_path / "parcels.gpkg")
    found = problem(path)
    assert found.locked.out["overlapping"][0] == ("P5", "P6")


def test_a_run_goes_on_when_its_plan_cannot_be_made(tmp_path: Path) -> None:
    result = run_project(city(tmp_path, {"locks": {"must": ["P9"]}}))
    assert result.plans == ()
    assert any("No plan was made" in one.en for one in result.notes)


def test_an_infeasible_wish_gives_no_plan(tmp_path: Path) -> None:
    found = problem(city(tmp_path, {"budget_cny10k": 1}))
    best = cheapest(found.problem, Effort())
    assert isinstance(best, NoPlan)
    assert best.status == "infeasible"
