"""Every format a bureau hands over gives the same rows, ids, names and areas."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyogrio
import pytest
from conftest import CRS
from small_city import four, save, small_city

from landrenew.intake.city import read_city
from landrenew.intake.sections import Layer
from landrenew.intake.sources.read import read_source

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OWNERS = ["慈溪市中兴轴承有限公司", "㐂〇兴", "Müller & Söhne", None]
GBK_OWNERS = ["慈溪市中兴轴承有限公司", "兴", "a'b\"c", None]
TOWN = "浒山街道" * 12  # long enough to make a DBF field of over 127 bytes


def gpkg(folder: Path) -> str:
    return save(four(owner=OWNERS, town=[TOWN] * 4), folder / "宗地.gpkg", layer="GYYD").name


def geojson(folder: Path) -> str:
    table = four(owner=OWNERS, town=[TOWN] * 4).to_crs("EPSG:4326")
    return save(table, folder / "宗地.geojson", COORDINATE_PRECISION=10).name


def projected_geojson(folder: Path) -> str:
    return save(four(owner=OWNERS, town=[TOWN] * 4), folder / "宗地.json", driver="GeoJSON").name


def shapefile(folder: Path) -> str:
    table = four(owner=OWNERS, town=[TOWN] * 4)
    return save(table, folder / "宗地.shp", encoding="UTF-8").name


def shapefile_without_cpg(folder: Path) -> str:
    (folder / shapefile(folder)).with_suffix(".cpg").unlink()
    return "宗地.shp"


def shapefile_gbk(folder: Path) -> str:
    save(four(owner=GBK_OWNERS, town=[TOWN] * 4), folder / "宗地.shp", encoding="GBK")
    (folder / "宗地.cpg").unlink()
    dbf = bytearray((folder / "宗地.dbf").read_bytes())
    dbf[29] = 0
    (folder / "宗地.dbf").write_bytes(dbf)
    return "宗地.shp"


def shapefile_in_capitals(folder: Path) -> str:
    shapefile_gbk(folder)
    for one in list(folder.glob("宗地.*")):
        one.rename(one.with_suffix(one.suffix.upper()))
    return "宗地.SHP"


def zipped(folder: Path) -> str:
    shapefile(folder)
    with zipfile.ZipFile(folder / "宗地.zip", "w") as pack:
        for one in sorted(folder.glob("宗地.*")):
            if one.suffix != ".zip":
                pack.write(one, one.name)
    return "宗地.zip"


def flatgeobuf(folder: Path) -> str:
    table = four(owner=OWNERS, town=[TOWN] * 4)
    return save(table, folder / "宗地.fgb", driver="FlatGeobuf", SPATIAL_INDEX="NO").name


def kml(folder: Path) -> str:
    table = four(owner=OWNERS, town=[TOWN] * 4).to_crs("EPSG:4326")
    return save(table, folder / "宗地.kml", driver="LIBKML").name


def geodatabase(folder: Path) -> str:
    table = four(owner=OWNERS, town=[TOWN] * 4)
    return save(table, folder / "宗地.gdb", driver="OpenFileGDB", layer="GYYD").name


def parquet(folder: Path) -> str:
    four(owner=OWNERS, town=[TOWN] * 4).to_parquet(folder / "宗地.parquet")
    return "宗地.parquet"


FORMATS = [
    gpkg, geojson, projected_geojson, shapefile, shapefile_without_cpg, shapefile_gbk,
    shapefile_in_capitals, zipped, flatgeobuf, kml, geodatabase, parquet,
]  # fmt: skip


@pytest.mark.parametrize("write", FORMATS, ids=lambda one: one.__name__)
def test_every_format_gives_the_same_parcels(write: Callable[[Path], str], tmp_path: Path) -> None:
    folder = tmp_path / "示例 市"
    folder.mkdir()
    name = write(folder)
    columns = {"parcel_id": "PARCEL_ID"} if name.endswith(("kml", "SHP")) else {}
    city = {"name": "小城", "rulebook": "cixi-2022", "crs": CRS}
    layers = read_city(small_city(folder, city=city, parcels={"path": name, "columns": columns}))
    parcels = layers.parcels
    assert parcels.index.tolist() == ["P0", "P1", "P2", "P3"]
    is_gbk = write in {shapefile_gbk, shapefile_in_capitals}
    assert parcels["owner"].tolist()[:3] == (GBK_OWNERS if is_gbk else OWNERS)[:3]
    assert parcels["owner"].isna().tolist() == [False, False, False, True]
    assert parcels["town"].tolist() == [TOWN] * 4
    assert np.allclose(parcels.geometry.area, 400.0, rtol=1e-5)
    assert layers.faults == ()
    assert parcels.crs == CRS


def test_a_shapefile_whose_encoding_is_stated_is_read_in_it(tmp_path: Path) -> None:
    shapefile_gbk(tmp_path)
    path = small_city(tmp_path, parcels={"path": "宗地.shp", "encoding": "gbk"})
    assert read_city(path).parcels["owner"].iloc[0] == OWNERS[0]


def test_the_real_gbk_shapefile_reads_right(shared: Path) -> None:
    spec = Layer(path="china_gbk_shapefile/chinese_encoding.shp")
    assert set(read_source(shared, spec, "towns").frame["PRO_NAME"]) == {"安徽"}


def test_a_geopackage_that_qgis_styled_still_has_one_layer(tmp_path: Path) -> None:
    save(four(), tmp_path / "styled.gpkg", layer="GYYD")
    styles = pd.DataFrame({"styleName": ["a"]})
    pyogrio.write_dataframe(styles, tmp_path / "styled.gpkg", layer="layer_styles", append=True)
    assert len(read_city(small_city(tmp_path, parcels={"path": "styled.gpkg"})).parcels) == 4
