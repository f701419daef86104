"""Gold numbers of areas and coordinate systems, and the coordinates that are refused."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Geod, Transformer

from landrenew.base.area import ellipsoidal_area
from landrenew.base.coordinates import check_coordinates
from landrenew.base.crs import area_error, crs_words, is_metric, parse_crs, to_lonlat
from landrenew.base.errors import CrsError
from landrenew.base.strips import CHINA, check_project_crs, choose_crs
from landrenew.base.units import to_mu

GRS80 = Geod(a=6_378_137.0, rf=298.257222101)
CIXI = CRS("EPSG:4549")
CIXI_DEGREES = (121.0, 30.0, 121.7, 30.4)
ZHONGSHAN_DEGREES = (113.1, 22.2, 113.7, 22.8)
EARTH_M = 6_371_000.0


@pytest.mark.parametrize(
    ("lon", "lat", "code", "x", "y"),
    [
        (113.38, 22.52, 4547, 436_212.6147, 2_491_514.2431),
        (113.38, 22.52, 4526, 38_436_212.6147, 2_491_514.2431),
        (121.25, 30.17, 4549, 620_406.5158, 3_339_618.7106),
        (121.25, 30.17, 4528, 40_620_406.5158, 3_339_618.7106),
    ],
)
def test_gold_points_come_back_as_longitude_and_latitude(
    lon: float, lat: float, code: int, x: float, y: float
) -> None:
    back = to_lonlat(CRS.from_epsg(code)).transform(x, y)
    assert back == pytest.approx((lon, lat), abs=1e-9)
    there = Transformer.from_crs(4490, code, always_xy=True).transform(lon, lat)
    assert there == pytest.approx((x, y), abs=1e-4)


@pytest.mark.parametrize("zone", range(25, 46))
def test_strips_with_and_without_prefix_are_the_codes_of_the_registry(zone: int) -> None:
    meridian = 3 * zone
    prefixed, plain = CRS.from_epsg(4488 + zone), CRS.from_epsg(4534 + (meridian - 75) // 3)
    assert prefixed.name.endswith(f"zone {zone}")
    assert plain.name.endswith(f"CM {meridian}E")
    for crs, easting in ((prefixed, zone * 1e6 + 5e5), (plain, 5e5)):
        x, _ = Transformer.from_crs(4490, crs, always_xy=True).transform(meridian, 30)
        assert x == pytest.approx(easting, abs=1e-6)


@pytest.mark.parametrize(
    ("x", "y", "code", "area"),
    [
        (620_400, 3_339_600, 4549, 999_639.58),
        (601_100, 3_342_800, 4549, 999_745.45),
        (659_000, 3_337_900, 4549, 999_372.81),
        (369_900, 3_337_500, 4550, 999_585.86),
        (436_200, 2_491_500, 4547, 999_901.04),
        (412_600, 2_495_000, 4547, 999_813.51),
    ],
)
def test_square_kilometres_have_their_published_area(
    x: float, y: float, code: int, area: float
) -> None:
    square = shapely.box(x, y, x + 1000, y + 1000)
    measured = ellipsoidal_area([square], CRS.from_epsg(code))[0]
    assert measured == pytest.approx(area, abs=0.01)
    assert to_mu(1e6 - measured) == pytest.approx(to_mu(1e6 - area), abs=1e-4)


def test_prefixed_and_degrees_give_the_area_of_the_strip() -> None:
    square = shapely.box(620_400, 3_339_600, 621_400, 3_340_600)
    plain = ellipsoidal_area([square], CIXI)
    moved = shapely.transform(square, lambda xy: xy + np.array([40e6, 0]))
    to_degrees = to_lonlat(CIXI)
    degrees = shapely.transform(square, lambda xy: np.c_[to_degrees.transform(*xy.T)])
    assert ellipsoidal_area([moved], CRS("EPSG:4528")) == pytest.approx(plain, rel=1e-9)
    assert ellipsoidal_area([degrees], CRS("EPSG:4490")) == pytest.approx(plain, rel=1e-9)


def ring(radii: list[float], x: float = 620_400.0, y: float = 3_339_600.0) -> shapely.Polygon:
    angle = np.linspace(0, 2 * np.pi, len(radii), endpoint=False)
    return shapely.Polygon(np.c_[x + radii * np.cos(angle), y + radii * np.sin(angle)])


def geodesic(shape: shapely.Geometry) -> float:
    lonlat = to_lonlat(CIXI)
    shape = shapely.transform(shape, lambda xy: np.c_[lonlat.transform(*xy.T)])
    return abs(GRS80.geometry_area_perimeter(shapely.orient_polygons(shape))[0])


radii = st.lists(st.floats(50, 2000), min_size=3, max_size=12)


def by_the_book(shape: shapely.Polygon) -> float:
    """Spell the formula of the survey out, edge by edge, with every sine and cosine."""
    lon, lat = to_lonlat(CIXI).transform(*shapely.get_coordinates(shape).T)
    lon, lat = np.radians(lon - lon[0]), np.radians(lat)
    width = (lon[1:] + lon[:-1]) / 2
    rise, middle = lat[1:] - lat[:-1], (lat[1:] + lat[:-1]) / 2
    e2 = 1 - (GRS80.b / GRS80.a) ** 2
    a = 1 + e2 * 3 / 6 + e2**2 * 30 / 80 + e2**3 * 35 / 112 + e2**4 * 630 / 2304
    b = e2 / 6 + e2**2 * 15 / 80 + e2**3 * 21 / 112 + e2**4 * 420 / 2304
    c = e2**2 * 3 / 80 + e2**3 * 7 / 112 + e2**4 * 180 / 2304
    d = e2**3 / 112 + e2**4 * 45 / 2304
    e = e2**4 * 5 / 2304
    series = sum(
        factor * np.sin(odd * rise / 2) * np.cos(odd * middle)
        for odd, factor in zip((1, 3, 5, 7, 9), (a, -b, c, -d, e), strict=True)
    )
    return float(abs((2 * GRS80.b**2 * width * series).sum()))


@given(radii)
def test_the_series_is_that_of_the_survey(lengths: list[float]) -> None:
    shape = ring(lengths)
    assert ellipsoidal_area([shape], CIXI)[0] == pytest.approx(by_the_book(shape), rel=1e-12)


@given(radii)
def test_formula_agrees_with_geodesics_edge_by_edge(lengths: list[float]) -> None:
    shape = ring(lengths)
    measured = ellipsoidal_area([shape], CIXI)[0]
    corners = shapely.get_coordinates(shape)
    edges = np.hypot(*np.diff(corners, axis=0).T)
    allowed = (edges**3).sum() * np.tan(np.radians(30.3)) / (12 * EARTH_M)
    assert abs(measured - geodesic(shape)) <= allowed + 1e-9 * measured
    fine = shapely.segmentize(shape, 5.0)
    assert ellipsoidal_area([fine], CIXI)[0] == pytest.approx(geodesic(fine), rel=2e-7)


@given(radii)
def test_rings_may_run_either_way_and_start_anywhere(lengths: list[float]) -> None:
    shape = ring(lengths)
    corners = shapely.get_coordinates(shape)[:-1]
    variants = [shape, shapely.reverse(shape), shapely.Polygon(np.roll(corners, 1, axis=0))]
    areas = ellipsoidal_area(variants, CIXI)
    assert areas == pytest.approx([areas[0]] * 3, rel=1e-9)


def test_holes_are_subtracted_and_parts_added_whichever_way_they_run() -> None:
    outer = shapely.box(620_000, 3_339_000, 620_100, 3_339_100)
    inner = shapely.box(620_020, 3_339_020, 620_060, 3_339_060)
    far = shapely.box(621_000, 3_339_000, 621_010, 3_339_010)
    whole, hole, other = ellipsoidal_area([outer, inner, far], CIXI)
    frames = [
        shapely.Polygon(outer.exterior, [inner.exterior]),
        shapely.Polygon(outer.exterior.reverse(), [inner.exterior]),
        shapely.Polygon(outer.exterior, [inner.exterior.reverse()]),
    ]
    assert ellipsoidal_area(frames, CIXI) == pytest.approx([whole - hole] * 3, rel=1e-12)
    both = shapely.MultiPolygon([frames[0], far])
    assert ellipsoidal_area([both], CIXI)[0] == pytest.approx(whole - hole + other, rel=1e-12)


def test_threads_and_what_lies_beside_change_no_bit_of_an_area() -> None:
    chance = np.random.default_rng(3)
    middle = chance.uniform([600_000, 3_330_000], [640_000, 3_350_000], (9_000, 2))
    shapes = shapely.buffer(shapely.points(middle), chance.uniform(5, 90, 9_000), quad_segs=3)
    alone = ellipsoidal_area(shapes, CIXI, threads=1)
    assert ellipsoidal_area(shapes, CIXI, threads=3).tolist() == alone.tolist()
    assert ellipsoidal_area(shapes[::7], CIXI).tolist() == alone[::7].tolist()


def test_missing_is_missing_and_empty_is_nothing() -> None:
    square = shapely.box(620_000, 3_339_000, 620_010, 3_339_010)
    line = shapely.LineString([(620_000, 3_339_000), (620_010, 3_339_000)])
    mixed = shapely.GeometryCollection([line, square])
    areas = ellipsoidal_area([None, shapely.Polygon(), line, square, mixed], CIXI)
    assert np.isnan(areas[0])
    assert areas[1:3].tolist() == [0.0, 0.0]
    assert areas[3] == areas[4] > 99.9
    nested = shapely.GeometryCollection([shapely.MultiPolygon([square]), line])
    assert ellipsoidal_area([nested], CIXI)[0] == areas[3]
    assert ellipsoidal_area([], CIXI).tolist() == []


def test_chosen_strip_is_the_one_of_the_city() -> None:
    assert choose_crs(ZHONGSHAN_DEGREES).to_epsg() == 4547
    assert choose_crs(CIXI_DEGREES).to_epsg() == 4549  # though its east lies in the next strip
    assert choose_crs((2.2, 48.8, 2.4, 48.9)).to_epsg() == 32631


@given(st.floats(73.5, CHINA[2]), st.floats(CHINA[1], CHINA[3]))
def test_chosen_strip_lies_around_the_place_and_has_no_prefix(lon: float, lat: float) -> None:
    crs = choose_crs((lon, lat, lon, lat))
    meridian = float(crs.name.rsplit("CM ", 1)[1].removesuffix("E"))
    assert abs(meridian - lon) <= 1.5 + 1e-9


@pytest.mark.parametrize("bounds", [(119.9, 29.0, 123.1, 31.0), (73.0, 3.0, 73.1, 3.1)])
def test_where_no_strip_serves_the_projection_keeps_areas(
    bounds: tuple[float, float, float, float],
) -> None:
    crs = choose_crs(bounds)
    assert is_metric(crs)
    assert area_error(crs, bounds) < 1e-9
    check_project_crs(crs, bounds)


@pytest.mark.parametrize("bounds", [(0, 95, 1, 96), (np.inf,) * 4, (np.nan,) * 4, (400, 0, 401, 1)])
def test_no_crs_is_chosen_off_the_earth(bounds: tuple[float, float, float, float]) -> None:
    with pytest.raises(CrsError, match="nowhere on Earth"):
        choose_crs(bounds)


@pytest.mark.parametrize(
    ("bounds", "code", "guess"),
    [
        ((121.1, 30.1, 121.4, 30.3), 4549, "degrees"),
        ((30.1, 121.1, 30.3, 121.4), 4490, "swapped"),
        ((43.7, 87.5, 43.9, 87.7), 4490, "swapped"),  # Urumqi: its longitude could be a latitude
        ((40_620_000, 3_339_000, 40_630_000, 3_349_000), 4549, r"zone 40 \(EPSG:4528\)\. "),
        ((38_436_000, 2_491_000, 38_437_000, 2_492_000), 4547, r"zone 38 \(EPSG:4526\)\. "),
        ((3_339_000, 40_620_000, 3_349_000, 40_630_000), 4528, "swapped"),
        ((3_339_000, 620_000, 3_349_000, 630_000), 4549, "swapped"),
        ((2_491_000, 436_000, 2_492_000, 437_000), 4547, "swapped"),
        ((620_000, 3_339_000, 630_000, 3_349_000), 4528, r"CM 120E \(EPSG:4549\)\. "),
        ((620_000, 3_339_000, 630_000, 3_349_000), 4490, "meridian must be asked"),
        ((21_332_000, 3_339_000, 21_352_000, 3_349_000), 4549, r"zone 21 \(EPSG:4499\)\. "),
        ((13_490_000, 3_520_000, 13_520_000, 3_540_000), 4549, r"Mercator \(EPSG:3857\)"),
        ((620_400_000, 3_339_600_000, 620_500_000, 3_339_700_000), 4549, "in millimetres, .*4549"),
        ((620.4, 3339.6, 620.5, 3339.7), 4490, "in kilometres, .*meridian must be asked"),
        ((2_035_433, 10_956_692, 2_035_500, 10_956_800), 4549, "in feet, .*4549"),
        ((5_000, 8_000, 6_000, 9_000), 4490, "local system"),
        ((9e9, 9e9, 9.1e9, 9.1e9), 4549, "check the CRS"),
    ],
)
def test_coordinates_that_cannot_be_are_refused_with_a_guess(
    bounds: tuple[float, float, float, float], code: int, guess: str
) -> None:
    with pytest.raises(CrsError, match=guess) as caught:
        check_coordinates(bounds, CRS.from_epsg(code), "parcels")
    assert "parcels" in str(caught.value)


def test_coordinates_at_home_are_let_through() -> None:
    check_coordinates((620_000, 3_339_000, 630_000, 3_349_000), CIXI, "parcels")
    check_coordinates((40_620_000, 3_339_000, 40_630_000, 3_349_000), CRS(4528), "parcels")
    check_coordinates(CIXI_DEGREES, CRS(4490), "parcels")
    check_coordinates(CIXI_DEGREES, CRS(4326), "parcels")


def test_web_mercator_is_refused_with_its_error() -> None:
    assert area_error(CRS(3857), CIXI_DEGREES) == pytest.approx(0.34, abs=0.01)
    assert area_error(CRS(3857), ZHONGSHAN_DEGREES) == pytest.approx(0.18, abs=0.01)
    with pytest.raises(CrsError, match=r'(?s)3[34]\.\d+%.*crs = "EPSG:4549"'):
        check_project_crs(CRS(3857), CIXI_DEGREES)


def test_degrees_are_no_project_crs() -> None:
    with pytest.raises(CrsError, match=r'not projected in metres.*crs = "EPSG:4547"'):
        check_project_crs(CRS(4490), ZHONGSHAN_DEGREES)


def test_right_strip_and_the_next_are_fine_but_a_far_one_is_not() -> None:
    for code in (4549, 4528, 4550):
        check_project_crs(CRS(code), CIXI_DEGREES)
    with pytest.raises(CrsError, match="distorts areas"):
        check_project_crs(CRS(4545), CIXI_DEGREES)


def test_feet_are_not_metres() -> None:
    assert is_metric(CIXI)
    assert not is_metric(CRS(4490))
    assert not is_metric(CRS(2263))


def test_unknown_crs_and_local_systems_are_refused_in_both_languages() -> None:
    with pytest.raises(CrsError, match="EPSG:4549") as caught:
        parse_crs("Zhongshan 2000 local")
    assert "不认识坐标系" in caught.value.say("zh")
    local = CRS('LOCAL_CS["independent",UNIT["metre",1]]')
    with pytest.raises(CrsError, match="local system"):
        to_lonlat(local)


def test_a_crs_is_named_in_chinese_even_without_a_name() -> None:
    assert crs_words(CRS(4490)).zh == "CGCS2000 经纬度（EPSG:4490）"
    spelt = CRS("+proj=tmerc +lon_0=120 +x_0=500000 +ellps=GRS80 +units=m")
    assert crs_words(spelt).zh == "没有名称的投影坐标系（Transverse Mercator，中央经线 120°）"
    assert crs_words(spelt).en == "a CRS without a name (Transverse Mercator, CM 120)"
