"""Where a project lies: one CRS for all, no datum shifted in silence, no layer elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from conftest import CRS, square
from small_city import SIZE, four, layer_of, line, save, small_city

from landrenew.base.errors import CrsError
from landrenew.intake.city import read_city

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.intake.layers import Layers


EAST = np.array([40e6, 0])
"""The number of the strip before the eastings."""

SILENT = pytest.mark.filterwarnings("ignore:'crs' was not provided")


def numbers_of(layer: gpd.GeoDataFrame, true: str, said: str | None = CRS) -> gpd.GeoDataFrame:
    """Give a layer whose numbers are in one CRS while its file says another, or nothing."""
    return layer.to_crs(true).set_crs(said, allow_override=True)


def city(
    folder: Path,
    parcels: gpd.GeoDataFrame | None = None,
    zone: gpd.GeoDataFrame | None = None,
    **keys: dict[str, Any],
) -> Path:
    folder.mkdir(exist_ok=True)
    for name, table in (("parcels", parcels), ("line", zone)):
        if table is not None:
            save(table, folder / f"{name}.gpkg")
    return small_city(folder, **keys)


def notes(layers: Layers) -> str:
    return " ".join(note.en for note in layers.notes)


@pytest.mark.parametrize(
    ("true", "named"),
    [
        ("EPSG:4550", r"CGCS2000 / 3-degree Gauss-Kruger CM 123E \(EPSG:4550\)"),
        ("EPSG:4510", r"CGCS2000 / 3-degree Gauss-Kruger CM 123E \(EPSG:4550\)"),  # 6 degrees
        ("EPSG:4548", r"CGCS2000 / 3-degree Gauss-Kruger CM 117E \(EPSG:4548\)"),
        ("EPSG:32651", r"WGS 84 / UTM zone 51N \(EPSG:32651\)"),
    ],
)
def test_a_line_of_another_strip_is_refused_with_the_strip_named(
    true: str, named: str, tmp_path: Path
) -> None:
    path = city(tmp_path, zone=numbers_of(line(), true))
    with pytest.raises(CrsError, match=rf"meet if \[control_line\] were {named}") as caught:
        read_city(path)
    assert "若 [control_line] 是" in caught.value.say("zh")


def test_of_degrees_and_six_digits_the_digits_are_doubted(tmp_path: Path) -> None:
    parcels = numbers_of(four(), CRS, "EPSG:4547")
    path = city(tmp_path, parcels, line().to_crs("EPSG:4490"))
    with pytest.raises(CrsError, match=r"meet if \[parcels\] were .*CM 120E \(EPSG:4549\)"):
        read_city(path)


def test_a_zone_prefix_is_as_certain_as_degrees(tmp_path: Path) -> None:
    parcels = numbers_of(four(), CRS, "EPSG:4550")
    path = city(tmp_path, parcels, line().to_crs("EPSG:4528"))
    with pytest.raises(CrsError, match=r"meet if \[parcels\] were .*CM 120E \(EPSG:4549\)"):
        read_city(path)


def test_layers_far_apart_that_no_strip_brings_together_get_no_guess(tmp_path: Path) -> None:
    away = line().set_geometry(line().translate(50_000, 0))
    with pytest.raises(CrsError, match="does not overlap") as caught:
        read_city(city(tmp_path, zone=away))
    assert "meet if" not in str(caught.value)


def test_a_layer_that_holds_few_of_the_parcels_is_remarked_on(tmp_path: Path) -> None:
    many = [square(i, size=SIZE) for i in range(0, 60, 2)]
    ids = [f"P{i}" for i in range(len(many))]
    path = city(tmp_path, layer_of(*many, parcel_id=ids), layer_of(square(0, size=SIZE)))
    assert "[control_line] holds only 3.3% of the parcels" in notes(read_city(path))
    assert "holds only" not in notes(read_city(city(tmp_path / "near")))


@SILENT
@pytest.mark.parametrize(
    ("true", "said"),
    [
        ("EPSG:4528", "zone 40 .EPSG:4528"),
        ("EPSG:4490", "look like degrees"),
        ("EPSG:4549", "meridian must be asked"),
        ("EPSG:3857", "Mercator .EPSG:3857"),
    ],
)
def test_without_a_crs_the_sentence_says_what_the_numbers_look_like(
    true: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(CrsError, match=rf"has no CRS.*{said}.*State it under \[parcels\]"):
        read_city(city(tmp_path, numbers_of(four(), true, None)))


@SILENT
def test_a_drawing_in_millimetres_is_seen(tmp_path: Path) -> None:
    drawn = gpd.GeoDataFrame(geometry=four().scale(1000, 1000, origin=(0, 0)).to_numpy())
    with pytest.raises(CrsError, match="in millimetres"):
        read_city(city(tmp_path, drawn))


def test_single_rows_with_swapped_axes_are_named(tmp_path: Path) -> None:
    table = four()
    swapped = shapely.transform(table.geometry.iloc[2], lambda xy: xy[:, ::-1])
    table.loc[2, "geometry"] = swapped
    with pytest.raises(CrsError, match=r"of row 3 do not fit .* x and y swapped"):
        read_city(city(tmp_path, table))


def test_rows_with_and_without_prefix_are_told_apart(tmp_path: Path) -> None:
    table = four()
    table.loc[1, "geometry"] = shapely.transform(table.geometry.iloc[1], lambda xy: xy + EAST)
    with pytest.raises(CrsError, match=r"of row 2 do not fit .*zone 40 \(EPSG:4528\)"):
        read_city(city(tmp_path, table))


def test_web_mercator_is_left_and_the_areas_said_to_be_ellipsoidal(tmp_path: Path) -> None:
    layers = read_city(city(tmp_path, four().to_crs("EPSG:3857")))
    assert layers.parcels.crs == CRS
    assert layers.parcels.geometry.area.tolist() == pytest.approx([SIZE**2] * 4, rel=1e-6)
    assert "distorts areas here by 33." in notes(layers)
    assert "ellipsoidal" in notes(layers)


def test_feet_are_left_for_metres(tmp_path: Path) -> None:
    feet = "+proj=tmerc +lat_0=0 +lon_0=120 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=us-ft"
    layers = read_city(city(tmp_path, four().to_crs(feet), line().to_crs(feet)))
    assert layers.parcels.geometry.area.tolist() == pytest.approx([SIZE**2] * 4, rel=1e-6)


OLD = "EPSG:2385"  # Xian 1980 / 3-degree Gauss-Kruger CM 120E


def test_an_old_datum_is_never_left_in_silence(tmp_path: Path) -> None:
    path = city(tmp_path, numbers_of(four(), CRS, OLD))
    with pytest.raises(CrsError, match="Between Xian 1980 and other datums there are no public"):
        read_city(path)
    stated = {"name": "c", "rulebook": "cixi-2022", "crs": "EPSG:4549"}
    both = city(tmp_path / "both", numbers_of(four(), CRS, OLD), numbers_of(line(), CRS, OLD),
                city=stated)  # fmt: skip
    with pytest.raises(CrsError, match="nothing is converted"):
        read_city(both)


@pytest.mark.parametrize("degrees", [False, True])
def test_a_whole_city_on_an_old_datum_stays_there_and_says_so(
    tmp_path: Path, *, degrees: bool
) -> None:
    layers = [numbers_of(one, CRS, OLD) for one in (four(), line())]
    if degrees:
        layers = [one.to_crs("EPSG:4610") for one in layers]
    read = read_city(city(tmp_path, *layers))
    assert read.parcels.crs == OLD
    assert "[parcels] is in Xian 1980" in notes(read)
    assert read.parcels.geometry.area.tolist() == pytest.approx([SIZE**2] * 4, rel=1e-6)


def test_a_projection_of_a_citys_own_is_remarked_on(tmp_path: Path) -> None:
    own = "+proj=tmerc +lat_0=0 +lon_0=121.2333 +k=1 +x_0=50000 +y_0=0 +ellps=GRS80 +units=m"
    read = read_city(city(tmp_path, four().to_crs(own), line().to_crs(own)))
    assert "is no strip of the national surveys" in notes(read)
    assert "national surveys" not in notes(read_city(city(tmp_path / "usual")))


def test_a_city_beyond_the_edge_of_its_strip_keeps_one_meridian(tmp_path: Path) -> None:
    east = four().set_geometry(four().translate(40_000, 0))
    read = read_city(city(tmp_path, east, east[["geometry"]]))
    assert read.parcels.crs == CRS
    assert "beyond the strip (118.5 to 121.5)" in notes(read)
    assert "keeps the one meridian 120 E" in notes(read)
    assert "beyond" not in notes(read_city(city(tmp_path / "west")))


def test_points_of_firms_of_another_strip_are_refused_with_the_strip_named(
    tmp_path: Path,
) -> None:
    points = four().set_geometry(four().centroid)[["geometry"]]
    firms = points.assign(firm_id=["F0", "F1", "F2", "F3"], tax_cny10k=[1.0, 2.0, 3.0, 4.0])
    save(numbers_of(firms, "EPSG:4548"), tmp_path / "firms.gpkg")
    path = city(tmp_path, four().to_crs("EPSG:4528"), firms={"path": "firms.gpkg"})
    with pytest.raises(CrsError, match=r"meet if \[firms\] were .*CM 117E \(EPSG:4548\)"):
        read_city(path)


KRASSOWSKY = (
    'PROJCS["local",GEOGCS["local",DATUM["D_Krasovsky_1940",SPHEROID["Krasovsky_1940",6378245,'
    '298.3]],PRIMEM["Greenwich",0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],'
    'PARAMETER["False_Easting",500000],PARAMETER["False_Northing",0],'
    'PARAMETER["Central_Meridian",120],PARAMETER["Scale_Factor",1],'
    'PARAMETER["Latitude_Of_Origin",0],UNIT["Meter",1]]'
)


def test_a_datum_without_a_name_is_known_by_its_ellipsoid(tmp_path: Path) -> None:
    old = numbers_of(line(), CRS, KRASSOWSKY)
    with pytest.raises(CrsError, match="Between Beijing 1954 and other datums"):
        read_city(city(tmp_path, zone=old))


@pytest.mark.parametrize(
    ("shapes", "crs"),
    [
        ([shapely.box(179.999, 50, 180, 50.001), shapely.box(-180, 50, -179.999, 50.001)], 4326),
        ([shapely.box(-100, -100, 100, 100)], 3031),
    ],
)
def test_the_ends_of_the_earth_are_refused(
    shapes: list[shapely.Polygon], crs: int, tmp_path: Path
) -> None:
    """UTM folds the one and gave 2,870 km2 for a garden; the pole's own projection gave none."""
    ids = [f"P{k}" for k in range(len(shapes))]
    path = city(tmp_path, layer_of(*shapes, crs=crs, parcel_id=ids), control_line=None)
    with pytest.raises(CrsError, match="180th meridian, or beyond 85 degrees") as caught:
        read_city(path)
    assert "180° 经线两侧" in caught.value.say("zh")
