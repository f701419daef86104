"""Shapes that come in are kept, repaired or set aside; rows and areas always add up."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from conftest import CRS, square
from hypothesis import given, settings
from hypothesis import strategies as st
from small_city import SIZE, SOUTH, WEST, four, layer_of

from landrenew.base.errors import CrsError, ParcelError
from landrenew.intake.geometry.shapes import MAX_REPAIR, check_any, check_polygons, with_crs
from landrenew.intake.parcels import check_parcels
from landrenew.intake.sections import Layer

METRES = pyproj.CRS(CRS)

CORNER = st.tuples(st.integers(0, 6), st.integers(0, 6))
RING = st.lists(CORNER, min_size=3, max_size=8)


def ring_of(corners: list[tuple[int, int]]) -> shapely.Polygon:
    """Draw any ring at all: bow-ties, spikes, lines, points."""
    return shapely.Polygon([(WEST + 10 * x, SOUTH + 10 * y) for x, y in corners])


with np.errstate(invalid="ignore"):
    NAN, INF = (
        shapely.Polygon([(WEST, SOUTH), (bad, SOUTH), (WEST, SOUTH + 9), (WEST, SOUTH)])
        for bad in (math.nan, math.inf)
    )
LINE = shapely.LineString([(WEST, SOUTH), (WEST + 10, SOUTH + 10)])
FLAT = ring_of([(0, 0), (1, 1), (2, 2)])

SHAPE = st.one_of(
    RING.map(ring_of),
    st.tuples(RING, RING).map(lambda two: shapely.MultiPolygon([ring_of(one) for one in two])),
    st.sampled_from([None, shapely.Polygon(), LINE, LINE.centroid, NAN, INF, FLAT,
                     shapely.GeometryCollection([square(), LINE]), square(0), square(1)]),
)  # fmt: skip
LAYER = st.lists(st.tuples(st.sampled_from(["a", "b", "c", None]), SHAPE), min_size=1, max_size=8)


def table(rows: list[tuple[str | None, shapely.Geometry | None]]) -> gpd.GeoDataFrame:
    frame = layer_of(*(shape for _, shape in rows), parcel_id=[name for name, _ in rows])
    frame.index = np.arange(1, len(rows) + 1)
    return frame.rename_axis("row")


@settings(deadline=None)
@given(LAYER)
def test_rows_and_areas_in_are_out_plus_set_aside(rows: list) -> None:
    layer = table(rows)
    checked = check_polygons(layer, METRES, "parcels")
    balance = checked.balance
    assert balance.rows_in == len(rows) == balance.rows_out + balance.rows_rejected
    assert sorted([*checked.kept.index, *checked.rejected.index]) == layer.index.tolist()
    assert balance.area_in_m2 == pytest.approx(
        balance.area_out_m2 + balance.area_rejected_m2 - balance.area_repaired_m2, abs=1e-6
    )
    assert {fault.row for fault in checked.faults} >= set(checked.rejected.index)


@settings(deadline=None)
@given(LAYER)
def test_kept_shapes_are_valid_polygons_that_repair_hardly_changed(rows: list) -> None:
    kept = check_polygons(table(rows), METRES, "parcels").kept
    assert kept.geometry.is_valid.all()
    assert not kept.geometry.is_empty.any()
    assert set(kept.geom_type) <= {"Polygon", "MultiPolygon"}
    drawn = np.array([abs(dict(enumerate(rows, 1))[row][1].area) for row in kept.index])
    assert (np.abs(kept.geometry.area - drawn) <= MAX_REPAIR * drawn).all()


@settings(deadline=None)
@given(LAYER)
def test_checked_parcels_balance_and_have_one_shape_an_id(rows: list) -> None:
    try:
        parcels, checked = check_parcels(table(rows), METRES)
    except ParcelError:
        return
    balance = checked.balance
    assert parcels.index.is_unique
    assert balance.rows_in == len(rows) == len(parcels) + len(checked.rejected)
    assert balance.area_out_m2 == pytest.approx(parcels.geometry.area.sum(), abs=1e-6)
    assert balance.area_in_m2 == pytest.approx(
        balance.area_out_m2 + balance.area_rejected_m2 - balance.area_repaired_m2, abs=1e-6
    )


@settings(deadline=None)
@given(LAYER)
def test_any_shapes_are_kept_valid_or_set_aside(rows: list) -> None:
    checked = check_any(table(rows), METRES, "barriers")
    assert checked.kept.geometry.is_valid.all()
    assert len(checked.kept) + len(checked.rejected) == len(rows)
    assert len(checked.faults) == len(checked.rejected)


@pytest.mark.parametrize(
    ("shape", "code"),
    [
        (None, "empty_geometry"), (shapely.Polygon(), "empty_geometry"), (LINE, "not_polygon"),
        (shapely.GeometryCollection([square()]), "collection"),
        (shapely.GeometryCollection([LINE, LINE.centroid]), "not_polygon"),
        (shapely.GeometryCollection([square(), square(0.5)]), "unrepairable"),
        (shapely.GeometryCollection(), "empty_geometry"), (NAN, "unrepairable"),
        (INF, "unrepairable"), (FLAT, "unrepairable"),
        (ring_of([(0, 0), (4, 4), (4, 0), (0, 4)]), "unrepairable"),
        (shapely.box(0, 0, 1e-10, 1e-9), "unrepairable"),
        (ring_of([(0, 0), (4, 0), (4, 4), (4, 6), (4, 4), (0, 4)]), "repaired"),
    ],
)  # fmt: skip
def test_each_fault_has_its_code(shape: shapely.Geometry | None, code: str) -> None:
    checked = check_polygons(table([("a", shape), ("b", square())]), METRES, "parcels")
    assert [(fault.id, fault.code) for fault in checked.faults] == [("a", code)]


def test_polygons_are_taken_out_of_a_collection() -> None:
    nested = shapely.GeometryCollection([LINE, shapely.MultiPolygon([square(), square(3)])])
    shape = shapely.GeometryCollection([nested, square(6), LINE.centroid])
    checked = check_polygons(table([("a", shape)]), METRES, "parcels")
    kept = checked.kept.geometry.iloc[0]
    assert (kept.geom_type, len(kept.geoms), kept.area) == ("MultiPolygon", 3, 300)
    assert checked.balance.area_in_m2 == checked.balance.area_out_m2 == 300
    assert checked.faults[0].detail.en == "GeometryCollection"


def test_a_collection_among_barriers_stays_as_it_is() -> None:
    shape = shapely.GeometryCollection([square(), LINE])
    checked = check_any(table([("a", shape)]), METRES, "barriers")
    assert (len(checked.kept), checked.faults) == (1, ())


def test_a_hole_stays_a_hole() -> None:
    ground = square(size=30).difference(square(1, 1))
    kept = check_polygons(table([("a", ground)]), METRES, "parcels").kept
    assert kept.geometry.area.tolist() == [800]


def test_heights_and_measures_are_laid_down() -> None:
    shape = shapely.from_wkt(
        f"POLYGON ZM (({WEST} {SOUTH} 3 1, {WEST + 10} {SOUTH} 4 1, {WEST} {SOUTH + 10} 5 1,"
        f" {WEST} {SOUTH} 3 1))"
    )
    kept = check_polygons(table([("a", shape)]), METRES, "parcels").kept
    assert not kept.geometry.has_z.any()
    assert kept.geometry.area.tolist() == [50]


def test_a_row_of_nonsense_does_not_spoil_the_others() -> None:
    layer = table([("a", INF), ("b", NAN), ("c", square())])
    located = with_crs(layer, Layer(path="x.gpkg"), "parcels")
    parcels, checked = check_parcels(located, METRES)
    assert parcels.index.tolist() == ["c"]
    assert checked.rejected["code"].tolist() == ["unrepairable", "unrepairable"]


def test_repeated_rows_are_set_aside_and_one_id_on_two_shapes_is_refused() -> None:
    parcels, checked = check_parcels(table([("a", square()), ("a", square())]), METRES)
    assert (parcels.index.tolist(), checked.rejected["code"].tolist()) == (["a"], ["duplicate_row"])
    with pytest.raises(ParcelError, match="different parcels: a"):
        check_parcels(table([("a", square()), ("a", square(1))]), METRES)


def test_the_same_shape_begun_elsewhere_is_a_repeat() -> None:
    turned = shapely.Polygon(np.roll(np.array(square().exterior.coords)[:-1], 2, axis=0))
    _, checked = check_parcels(table([("a", square()), ("a", turned)]), METRES)
    assert checked.rejected["code"].tolist() == ["duplicate_row"]


def test_all_rows_set_aside_says_why() -> None:
    with pytest.raises(ParcelError, match=r"No geometry \(1\), Geometry is not a polygon \(2\)|"
                       r"Geometry is not a polygon \(2\), No geometry \(1\)"):  # fmt: skip
        check_parcels(table([("a", None), ("b", LINE), ("c", LINE)]), METRES)


def test_parcels_without_ids_are_named_after_their_rows() -> None:
    layer = four().drop(columns="parcel_id")
    layer.index = [3, 5, 7, 9]
    assert check_parcels(layer, METRES)[0].index.tolist() == ["row-3", "row-5", "row-7", "row-9"]


def test_a_parcel_far_from_all_others_is_doubted_and_kept() -> None:
    far = shapely.transform(square(size=SIZE), lambda xy: xy - [0, 150_000])
    rows = [*((f"P{i}", square(i)) for i in range(5)), ("far", far)]
    parcels, checked = check_parcels(table(rows), METRES)
    assert [(fault.id, fault.code) for fault in checked.faults] == [("far", "far_away")]
    assert "far" in parcels.index


def test_a_province_is_wide_but_no_parcel_of_it_is_far_from_all_others() -> None:
    step = 20_000 / SIZE
    rows = [(f"P{i}", square(i * step, size=SIZE)) for i in range(20)]
    assert check_parcels(table(rows), METRES)[1].faults == ()
    far = square(24 * step, size=SIZE)
    checked = check_parcels(table([*rows, ("far", far)]), METRES)[1]
    assert [(fault.id, fault.code) for fault in checked.faults] == [("far", "far_away")]


def test_a_stated_crs_holds_only_where_the_file_is_silent() -> None:
    degrees = four().to_crs("EPSG:4326")
    said = with_crs(degrees, Layer(path="a.geojson", crs="EPSG:4490"), "parcels")
    assert said.crs == "EPSG:4490"  # GDAL's default, not the file's word
    with pytest.raises(CrsError, match="the project file says"):
        with_crs(four(), Layer(path="a.geojson", crs="EPSG:4526"), "parcels")
    with pytest.raises(CrsError, match="the project file says"):
        with_crs(degrees, Layer(path="a.gpkg", crs="EPSG:4490"), "parcels")


def test_a_crs_with_heights_serves_without_them() -> None:
    upright = four().set_crs("EPSG:4549+5773", allow_override=True)
    assert with_crs(upright, Layer(path="a.gpkg"), "parcels").crs == CRS


def test_a_crs_spelt_as_esri_does_agrees_with_its_code() -> None:
    esri = pyproj.CRS(pyproj.CRS(CRS).to_wkt("WKT1_ESRI"))
    layer = gpd.GeoDataFrame(geometry=[square()], crs=esri)
    assert layer.crs != CRS
    assert with_crs(layer, Layer(path="a.shp", crs=CRS), "parcels").crs == CRS
    assert with_crs(layer, Layer(path="a.shp"), "parcels").crs == CRS
