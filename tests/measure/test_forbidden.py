"""New land outside the growth boundary, and land that is protected: found, measured, named."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import shapely
from conftest import ORIGIN, parcels_of, zones_of
from hand_made import layers_of, rulebook_of

from landrenew.intake.sections import EarlierParcels
from landrenew.workflow import run_layers

if TYPE_CHECKING:
    from landrenew.publish.result import Result

X, Y = ORIGIN
MU = 2000 / 3


def at(x: float, y: float, right: float, top: float) -> shapely.Polygon:
    return shapely.box(X + x, Y + y, X + right, Y + top)


def run(*parcels: shapely.Geometry, **layers: object) -> Result:
    city = layers_of(parcels_of(*parcels), rulebook_of(), **layers)
    if "earlier_parcels" in layers:
        spec = EarlierParcels(path="old.gpkg", as_of="2024-12-31")
        project = city.project.model_copy(update={"earlier_parcels": spec})
        city = replace(city, project=project)
    return run_layers(city)


def named(result: Result, code: str) -> list[str]:
    return [one.id for one in result.findings if one.code == code]


def growth(*parcels: shapely.Geometry, earlier: list[shapely.Geometry]) -> Result:
    """Run a city that may grow west of x = 40."""
    boundary = zones_of(at(-100, -100, 40, 200))
    return run(*parcels, growth_boundary=boundary, earlier_parcels=zones_of(*earlier))


def test_a_new_plot_outside_is_named_and_an_old_one_never() -> None:
    result = growth(at(0, 0, 20, 20), at(60, 0, 80, 20), at(100, 0, 120, 20),
                    earlier=[at(60, 0, 80, 20)])  # fmt: skip
    assert named(result, "new_outside_growth") == ["P2"]
    assert result.parcels["new_outside_growth_m2"].gt(0).tolist() == [False, False, True]
    assert result.parcels["new_ground_m2"].gt(0).tolist() == [True, False, True]
    assert result.faults == ()


def test_an_old_plot_outside_that_was_divided_or_renamed_is_not_named() -> None:
    result = growth(at(60, 0, 80, 20), at(80, 0, 100, 20), earlier=[at(60, 0, 100, 20)])
    assert result.findings == ()


def test_of_an_old_plot_that_grew_only_what_it_grew_outside_is_named() -> None:
    result = growth(at(20, 0, 60, 20), earlier=[at(0, 0, 30, 20)])
    row = result.parcels.iloc[0]
    assert row["new_ground_m2"] == pytest.approx(600, rel=1e-3)
    assert row["new_outside_growth_m2"] == pytest.approx(400, rel=1e-3)
    said = result.findings[0].detail
    assert said.zh == "新增 0.90 亩，其中界外 0.60 亩"
    assert said.en == "0.90 mu new, 0.60 mu of it outside"


@pytest.mark.parametrize(("right", "is_named"), [(40.4, False), (40.7, True)])
def test_a_new_plot_that_crosses_fails_beyond_the_tolerance(
    right: float, *, is_named: bool
) -> None:
    result = growth(at(20, 0, right, 200), earlier=[at(-100, 0, -80, 20)])
    assert (named(result, "new_outside_growth") == ["P0"]) is is_named


def test_the_rule_is_said_to_hold_to_be_broken_or_not_to_be_checkable() -> None:
    def notes(result: Result) -> str:
        return "".join(note.en + note.zh for note in result.notes)

    assert "No industrial land is new" in notes(growth(at(0, 0, 9, 9), earlier=[at(0, 0, 9, 9)]))
    broken = notes(growth(at(60, 0, 80, 20), earlier=[at(0, 0, 9, 9)]))
    assert "since 2024-12-31: 0.60 mu, parcels: 1" in broken
    open_ = run(at(60, 0, 80, 20), growth_boundary=zones_of(at(0, 0, 9, 9)))
    assert "could not be checked" in notes(open_)
    assert "[earlier_parcels]" in notes(open_)
    assert "new_outside_growth_m2" not in open_.parcels
    assert "growth" not in notes(run(at(0, 0, 9, 9)))


# protected land


def on_protected(*parcels: shapely.Geometry, **columns: list[object]) -> Result:
    land = zones_of(at(0, 0, 10, 100), at(90, 0, 100, 100), **columns)
    return run(*parcels, protected=land)


def test_overlap_is_listed_with_kind_name_and_mu() -> None:
    result = on_protected(at(0, 0, 20, 40), kind=["farmland", "湿地"], name=[None, "东滩"])
    (found,) = result.findings
    assert (found.code, found.id) == ("on_protected_land", "P0")
    assert found.detail.zh == "永久基本农田（第 0 行）：399.9 m²，合 0.60 亩"
    assert found.detail.en == "Permanent farmland (row 0): 399.9 m2, 0.60 mu"
    assert result.parcels["protected_settled_m2"].iloc[0] == pytest.approx(0.6 * MU, rel=1e-3)
    assert any("0.60 mu (zero is expected)" in note.en for note in result.notes)


def test_a_parcel_on_two_protected_areas_is_listed_for_each() -> None:
    result = on_protected(at(0, 0, 100, 20), kind=["farmland", "湿地"], name=[None, "东滩"])
    said = sorted(one.detail.zh.split("：", 1)[0] for one in result.findings)
    assert said == ["永久基本农田（第 0 行）", "湿地“东滩”（第 1 行）"]


def test_a_sliver_is_measured_exactly_but_not_listed() -> None:
    result = on_protected(at(9.8, 0, 30, 40))
    assert result.parcels["protected_area_m2"].iloc[0] == pytest.approx(8, rel=1e-3)
    assert result.parcels["protected_settled_m2"].iloc[0] == 0
    assert result.findings == ()
    assert any(note.zh == "没有宗地占用保护地。" for note in result.notes)


def test_ground_that_two_parcels_claim_is_on_protected_land_once() -> None:
    result = on_protected(at(0, 0, 20, 40), at(0, 0, 20, 40))
    assert result.parcels["protected_area_m2"].gt(0).tolist() == [True, True]
    assert result.parcels["protected_settled_m2"].gt(0).tolist() == [True, False]
    assert named(result, "on_protected_land") == ["P0"]
