"""What truth.json says, worked out again from the files, one shape at a time."""

from __future__ import annotations

import json
import math
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from landrenew.intake.faults import KINDS
from landrenew.rules.model import Rulebook
from landrenew.sample.register import EQUAL_AREA
from landrenew.sample.truth import DOUBLE_ABOVE_M, LEAST_FAR, LEAST_TAX, STOREY_M

DEMO = Path(__file__).parents[2] / "data" / "demo"
SLIVER_M = 0.5
EXTRA = ("empty_geometry", "not_polygon", "unrepairable")


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    told: dict[str, Any] = json.loads((DEMO / "truth.json").read_text(encoding="utf-8"))
    return told


@pytest.fixture(scope="module")
def parcels(truth: dict[str, Any]) -> gpd.GeoDataFrame:
    """Read the parcels and take the planted faults out by hand."""
    table = gpd.read_file(DEMO / "parcels.gpkg", where="DLBM = '0601'")
    bad = {i for one in truth["faults"] if one["code"] in EXTRA for i in one["ids"]}
    table = table[table["ZDDM"].notna() & ~table["ZDDM"].isin(bad)].drop_duplicates("ZDDM")
    table = table.set_index("ZDDM")
    table.geometry = shapely.make_valid(table.geometry.to_numpy(), method="structure")
    return table


def laea_m2(shapes: gpd.GeoSeries) -> pd.Series:
    """Take areas on another equal-area plane than the generator does."""
    straight = shapes.to_crs(EQUAL_AREA).segmentize(2.0)
    return straight.to_crs("+proj=laea +lat_0=30.2 +lon_0=121.2 +ellps=GRS80").area


def test_areas_agree_with_geodesics(parcels: gpd.GeoDataFrame) -> None:
    """Geodesics bend long edges and round each vertex, so they agree to a hundred-thousandth."""
    ball = Geod(ellps="GRS80")
    degrees = parcels.geometry.to_crs("EPSG:4490")
    geodesic = [abs(ball.geometry_area_perimeter(one)[0]) for one in degrees]
    assert laea_m2(parcels.geometry).to_numpy() == pytest.approx(geodesic, rel=2e-5)
    assert laea_m2(parcels.geometry).sum() == pytest.approx(sum(geodesic), rel=1e-7)


def ids_of(truth: dict[str, Any], code: str) -> list[str]:
    return [i for one in truth["faults"] if one["code"] == code for i in one["ids"]]


def test_sizes_are_those_of_the_issue(truth: dict[str, Any], parcels: gpd.GeoDataFrame) -> None:
    assert len(parcels) == truth["rows"]["parcels"]["out"] == pytest.approx(3000, rel=0.03)
    assert truth["rows"]["buildings"]["in"] == pytest.approx(9000, rel=0.03)
    assert truth["rows"]["firms"]["in"] == pytest.approx(1200, rel=0.05)
    assert len(truth["share"]["towns"]) == 12
    mu = parcels.area * 0.0015
    assert (mu < 10).mean() == pytest.approx(0.70, abs=0.07)
    assert (mu < 5).mean() == pytest.approx(0.50, abs=0.06)


def test_share_is_below_target_and_adds_up(truth: dict[str, Any]) -> None:
    share = truth["share"]
    assert 0.60 < share["share"] < 0.72
    assert share["share"] == pytest.approx(share["inside_m2"] / share["total_m2"], rel=1e-11)
    for key in ("inside_m2", "total_m2", "parcels"):
        assert math.fsum(t[key] for t in share["towns"]) == pytest.approx(share[key], rel=1e-9)


def test_share_by_the_line_as_drawn(truth: dict[str, Any], parcels: gpd.GeoDataFrame) -> None:
    """Cut every parcel with the noisy line, settle slivers by width: the planted share."""
    line = gpd.read_file(DEMO / "city.gpkg", layer="control_line").union_all()
    shapely.prepare(line)
    inside = {}
    for parcel_id, shape in parcels.geometry.items():
        part, rest = shape.intersection(line), shape.difference(line)
        if part.buffer(-SLIVER_M / 2).is_empty:
            part = shapely.Polygon()
        elif rest.buffer(-SLIVER_M / 2).is_empty:
            part = shape
        inside[parcel_id] = part
    kinds = Counter(
        "outside" if part.is_empty else "inside" if part.equals(shape) else "straddling"
        for part, shape in zip(inside.values(), parcels.geometry, strict=True)
    )
    assert kinds == truth["share"]["counts"]
    once = ~parcels.index.isin(ids_of(truth, "overlap"))
    total = laea_m2(parcels.geometry[once])
    part = gpd.GeoSeries(inside, crs=parcels.crs).area / parcels.geometry.area
    share = (total * part[once]).sum() / total.sum()
    assert share == pytest.approx(truth["share"]["share"], rel=1e-9)


def test_parcels_overlap_only_where_planted(
    truth: dict[str, Any], parcels: gpd.GeoDataFrame
) -> None:
    shapes = parcels.geometry.to_numpy()
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = left < right
    common = shapely.area(shapely.intersection(shapes[left[pairs]], shapes[right[pairs]]))
    [planted] = ids_of(truth, "overlap")
    assert (common > 1e-6).sum() == 1
    later = parcels.index[right[pairs][common > 1e-6]].union(
        parcels.index[left[pairs][common > 1e-6]]
    )
    assert later.max() == planted


def test_verdicts_follow_from_the_figures(truth: dict[str, Any]) -> None:
    for one in truth["verdicts"]["parcels"].values():
        ratio, tax = one["floor_area_ratio"], one["tax_cny10k_per_mu"]
        low = (ratio is not None and ratio < LEAST_FAR) or (tax is not None and tax < LEAST_TAX)
        known = ratio is not None and tax is not None
        assert one["verdict"] == ("yes" if low else "no" if known else "undetermined")
        assert ratio is None or abs(ratio / LEAST_FAR - 1) > 1e-3
        assert tax is None or abs(tax / LEAST_TAX - 1) > 1e-3
    counts = Counter(one["verdict"] for one in truth["verdicts"]["parcels"].values())
    assert counts == truth["verdicts"]["low_efficiency"]


def test_floor_area_by_hand(truth: dict[str, Any], parcels: gpd.GeoDataFrame) -> None:
    """Every fortieth parcel: footprint times storeys, high ones twice, over the area."""
    buildings = gpd.read_file(DEMO / "buildings.gpkg")
    apart = {*truth["height_from_raster"], *ids_of(truth, "out_of_range")}
    for parcel_id, shape in parcels.geometry.iloc[::40].items():
        on = buildings[buildings.within(shape.buffer(0.01))]
        crossing = buildings[buildings.intersects(shape)]
        if len(on) < len(crossing) or apart & set(on["JZBH"]):
            continue
        counted = 0.0
        for one in on.itertuples():
            floors = one.CS if one.CS == one.CS else max(1, math.floor(one.GD / STOREY_M + 1e-9))
            high = one.GD == one.GD and one.GD / floors > DOUBLE_ABOVE_M
            counted += one.geometry.area * floors * (2 if high else 1)
        known = truth["verdicts"]["parcels"][parcel_id]["floor_area_ratio"]
        assert counted / shape.area == pytest.approx(known, rel=2e-5, abs=1e-9)


def test_tax_is_conserved(truth: dict[str, Any], parcels: gpd.GeoDataFrame) -> None:
    """Firms whose parcels all have known tax hand over all they paid, and nothing twice."""
    firms = pd.read_excel(DEMO / "firms.xlsx").set_index("统一社会信用代码")
    paid = pd.to_numeric(firms["税收（元）"], errors="coerce")
    links = pd.read_csv(DEMO / "links.csv", dtype=str)
    links = links[links["firm_id"].isin(firms.index)]
    alone = links.groupby("parcel_id")["firm_id"].transform("size") == 1
    own = links[alone & links["parcel_id"].isin(parcels.index)]
    whole = own.groupby("firm_id").filter(
        lambda rows: len(rows) == (links["firm_id"] == rows.name).sum()
    )
    area = laea_m2(parcels.geometry)
    per_mu = {i: one["tax_cny10k_per_mu"] for i, one in truth["verdicts"]["parcels"].items()}
    checked = 0
    for firm_id, rows in whole.groupby("firm_id"):
        if pd.isna(paid[firm_id]):
            continue
        got = math.fsum(per_mu[i] * area[i] * 0.0015 for i in rows["parcel_id"])
        assert got == pytest.approx(paid[firm_id] * 1e-4, rel=1e-6)
        checked += 1
    assert checked > 500


def test_twenty_faults_of_known_kinds(truth: dict[str, Any]) -> None:
    codes = [one["code"] for one in truth["faults"]]
    assert len(codes) == 20
    assert len(set(codes)) >= 12
    assert set(codes) <= set(KINDS)


def test_no_fault_by_accident(truth: dict[str, Any], parcels: gpd.GeoDataFrame) -> None:
    declared = parcels["ZDMJ(亩)"] / (laea_m2(parcels.geometry) * 0.0015)
    assert parcels.index[(declared - 1).abs() > 0.01].tolist() == ids_of(truth, "area_differs")
    buildings = gpd.read_file(DEMO / "buildings.gpkg")
    tree = shapely.STRtree(parcels.geometry.to_numpy())
    standing = tree.query(buildings.geometry.to_numpy(), predicate="intersects")[0]
    stray = buildings[~buildings.index.isin(standing)]["JZBH"].tolist()
    assert stray == ids_of(truth, "building_orphan")
    blank = buildings[buildings["CS"].isna() & buildings["GD"].isna()]["JZBH"]
    assert sorted(blank) == sorted([*ids_of(truth, "no_height"), *truth["height_from_raster"]])


def test_shares_add_to_one_or_are_blank(truth: dict[str, Any]) -> None:
    links = pd.read_csv(DEMO / "links.csv", dtype=str)
    for firm_id, group in links.groupby("firm_id"):
        if group["share"].isna().all():
            continue
        total = sum(round(float(one) * 10_000) for one in group["share"])
        assert (total != 10_000) == (firm_id in ids_of(truth, "link_shares"))


def test_rulebook_of_the_demo_says_what_the_truth_uses() -> None:
    book = Rulebook.model_validate(tomllib.loads((DEMO / "rulebook.toml").read_text("utf-8")))
    assert book.share is not None
    assert book.share.target == 0.80
    assert book.low_efficiency is not None
    bars = {test.column: test.threshold for test in book.low_efficiency.tests}
    assert bars == {"floor_area_ratio": LEAST_FAR, "tax_cny10k_per_mu": LEAST_TAX}
    assert book.storeys is not None
    assert (book.storeys.double_above_m, book.storeys.storey_height_m) == (DOUBLE_ABOVE_M, STOREY_M)


def test_farmland_overlaps_are_the_planted_ones(
    truth: dict[str, Any], parcels: gpd.GeoDataFrame
) -> None:
    protected = gpd.read_file(DEMO / "city.gpkg", layer="protected").union_all()
    common = parcels.intersection(protected).area
    assert sorted(parcels.index[common > 1e-6]) == sorted(truth["on_farmland"])
