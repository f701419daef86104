"""A shapefile is of one piece: what its index hides is found, what is torn is refused."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from conftest import CRS

from landrenew.base.errors import FileError
from landrenew.intake.sections import Layer
from landrenew.intake.sources.beside import companions
from landrenew.intake.sources.read import read_source

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.intake.sources.source import Source

SIDES = (4, 5, 6, 7)


def write(path: Path, sides: tuple[int, ...]) -> None:
    """Write regular polygons, one a row, each with as many corners as told."""
    shapes = [shapely.Point(500_000 + 1000 * i, 3_300_000).buffer(9) for i in range(len(sides))]
    shapes = [
        shapely.Polygon(shapely.get_coordinates(one)[np.linspace(0, 63, count, dtype=int)])
        for one, count in zip(shapes, sides, strict=True)
    ]
    names = [f"P{i}" for i in range(len(sides))]
    gpd.GeoDataFrame({"id": names}, geometry=shapes, crs=CRS).to_file(path)


def read(path: Path) -> Source:
    return read_source(path.parent, Layer(path=path.name), "parcels")


def corners(source: Source) -> list[int]:
    return [len(one.exterior.coords) - 1 for one in source.frame.geometry]


@pytest.fixture
def city(tmp_path: Path) -> Path:
    write(tmp_path / "city.shp", SIDES)
    return tmp_path / "city.shp"


@pytest.mark.parametrize("sides", [(7, 6, 5, 4), (4, 5, 6), (9, 9, 9, 9, 9), ()])
def test_an_index_of_other_shapes_is_not_believed(sides: tuple[int, ...], city: Path) -> None:
    index = city.with_suffix(".shx")
    write(city.with_name("other.shp"), sides or (4,))
    wrong = city.with_name("other.shx").read_bytes()
    index.write_bytes(wrong if sides else wrong[:100])
    before = {one.name: one.read_bytes() for one in city.parent.iterdir()}
    source = read(city)
    assert corners(source) == list(SIDES)
    assert source.frame["id"].tolist() == ["P0", "P1", "P2", "P3"]
    assert ["索引 city.shx 与图形不符" in note.zh for note in source.notes] == [True]
    assert {one.name: one.read_bytes() for one in city.parent.iterdir()} == before


def test_a_shapefile_without_an_index_is_read_whole(city: Path) -> None:
    city.with_suffix(".shx").unlink()
    source = read(city)
    assert corners(source) == list(SIDES)
    assert source.notes == ()
    assert not city.with_suffix(".shx").exists()


def test_shapes_written_again_at_the_end_are_found_by_the_index(city: Path) -> None:
    raw, index = city.read_bytes(), bytearray(city.with_suffix(".shx").read_bytes())
    at, size = (int.from_bytes(index[i : i + 4], "big") for i in (108, 112))  # in words of 2 bytes
    record = raw[2 * at : 2 * at + 8 + 2 * size]
    index[108:112] = (len(raw) // 2).to_bytes(4, "big")
    whole = (len(raw) + len(record)) // 2
    city.write_bytes(raw[:24] + whole.to_bytes(4, "big") + raw[28:] + record)
    city.with_suffix(".shx").write_bytes(bytes(index))
    assert corners(read(city)) == list(SIDES)
    city.with_suffix(".shx").unlink()
    with pytest.raises(FileError, match="holds 5 shapes, its table 4 rows"):
        read(city)


@pytest.mark.parametrize("sides", [(4, 5, 6), (4, 5, 6, 7, 8)])
def test_a_table_of_another_length_is_refused(sides: tuple[int, ...], city: Path) -> None:
    write(city.with_name("other.shp"), sides)
    shutil.copyfile(city.with_name("other.dbf"), city.with_suffix(".dbf"))
    with pytest.raises(FileError, match=f"holds 4 shapes, its table {len(sides)} rows"):
        read(city)


@pytest.mark.parametrize("has_index", [True, False])
def test_shapes_that_were_cut_off_are_refused(city: Path, *, has_index: bool) -> None:
    raw = city.read_bytes()
    city.write_bytes(raw[: len(raw) * 2 // 3])
    if not has_index:
        city.with_suffix(".shx").unlink()
    with pytest.raises(FileError, match="not whole: only the first 2 can be read"):
        read(city)


def test_a_copy_under_a_longer_name_is_no_part_of_a_shapefile(city: Path) -> None:
    write(city.with_name("city.old.shp"), (9,))
    city.with_name("city.shp.xml").write_text("<x/>")
    assert {one.name for one in companions(city)} == {
        "city.shp", "city.dbf", "city.shx", "city.prj", "city.cpg", "city.shp.xml",
    }  # fmt: skip
    assert corners(read(city)) == list(SIDES)


@pytest.mark.parametrize("words", [50, 54, 9_999])
def test_an_index_whose_head_miscounts_is_not_believed(words: int, city: Path) -> None:
    index = city.with_suffix(".shx")
    raw = bytearray(index.read_bytes())
    raw[24:28] = words.to_bytes(4, "big")
    index.write_bytes(raw)
    source = read(city)
    assert corners(source) == list(SIDES)
    assert any("city.shx" in note.zh for note in source.notes)
    assert index.read_bytes() == raw
