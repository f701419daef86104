"""A GeoPackage writer whose bytes hang on the data alone.

GDAL's own writer stamps the time, its version and a spatial index into the file. This one writes
the four tables the standard asks for (OGC 12-128r18) and nothing more, so that the same city is
the same file on every machine.
"""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

SRS = 4549
STAMP = "2026-07-01T00:00:00.000Z"

_DEGREES = (
    'GEOGCS["{name}",DATUM["{datum}",SPHEROID["{ball}",6378137,{flattening}]],'
    'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],'
    'AUTHORITY["EPSG","{code}"]]'
)
_CGCS2000 = _DEGREES.format(
    name="China Geodetic Coordinate System 2000", datum="China_2000", ball="CGCS2000",
    flattening="298.257222101", code=4490,
)  # fmt: skip
_WGS84 = _DEGREES.format(
    name="WGS 84", datum="WGS_1984", ball="WGS 84", flattening="298.257223563", code=4326
)
_ZONE_40 = (
    f'PROJCS["CGCS2000 / 3-degree Gauss-Kruger CM 120E",{_CGCS2000},'
    'PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],'
    'PARAMETER["central_meridian",120],PARAMETER["scale_factor",1],'
    'PARAMETER["false_easting",500000],PARAMETER["false_northing",0],'
    'UNIT["metre",1,AUTHORITY["EPSG","9001"]],AUTHORITY["EPSG","4549"]]'
)

_TABLES = """
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY,
  organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL,
  description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL,
  identifier TEXT UNIQUE, description TEXT DEFAULT '', last_change DATETIME NOT NULL,
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER);
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL,
  geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL,
  m TINYINT NOT NULL, PRIMARY KEY (table_name, column_name));
"""

_SYSTEMS = [
    ("Undefined Cartesian SRS", -1, "NONE", -1, "undefined"),
    ("Undefined geographic SRS", 0, "NONE", 0, "undefined"),
    ("WGS 84", 4326, "EPSG", 4326, _WGS84),
    ("CGCS2000 / 3-degree Gauss-Kruger CM 120E", SRS, "EPSG", SRS, _ZONE_40),
]


@dataclass(frozen=True)
class Sheet:
    """
    One layer to write.

    Parameters
    ----------
    name
        Name of the layer.
    shapes
        Geometries in EPSG:4549 [m]; None for a row without.
    columns
        Name of each column and its values; None or NaN is empty.
    """

    name: str
    shapes: Sequence[BaseGeometry | None]
    columns: Mapping[str, Sequence[Any]]


def _blob(shape: BaseGeometry | None) -> bytes | None:
    if shape is None:
        return None
    flags = 0x11 if shape.is_empty else 0x01
    body: bytes = shapely.to_wkb(shape, byte_order=1)
    return b"GP" + struct.pack("<BBi", 0, flags, SRS) + body


def _sql_type(values: Sequence[Any]) -> str:
    kinds = {type(one) for one in values if not pd.isna(one)}
    if kinds <= {int, np.int64}:
        return "INTEGER"
    return "DOUBLE" if kinds <= {int, float, np.int64, np.float64} else "TEXT"


def _plain(value: Any) -> object:  # noqa: ANN401 - a cell of any table
    if pd.isna(value):
        return None
    return value.item() if isinstance(value, np.generic) else value


def _write_sheet(base: sqlite3.Connection, sheet: Sheet) -> None:
    quoted = [f'"{name}"' for name in sheet.columns]
    types = [_sql_type(values) for values in sheet.columns.values()]
    fields = "".join(f", {name} {kind}" for name, kind in zip(quoted, types, strict=True))
    base.execute(
        f'CREATE TABLE "{sheet.name}" (fid INTEGER PRIMARY KEY NOT NULL, geom GEOMETRY{fields})'
    )
    present = [one for one in sheet.shapes if one is not None]
    bounds = [float(one) for one in shapely.total_bounds(np.asarray(present, dtype=object))]
    base.execute(
        "INSERT INTO gpkg_contents VALUES (?, 'features', ?, '', ?, ?, ?, ?, ?, ?)",
        (sheet.name, sheet.name, STAMP, *bounds, SRS),
    )
    base.execute(
        "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', 'GEOMETRY', ?, 0, 0)",
        (sheet.name, SRS),
    )
    rows = zip(sheet.shapes, *sheet.columns.values(), strict=True)
    marks = ", ".join("?" * (2 + len(quoted)))
    base.executemany(
        f'INSERT INTO "{sheet.name}" VALUES ({marks})',  # noqa: S608 - our own names, and question marks
        [(n, _blob(s), *map(_plain, rest)) for n, (s, *rest) in enumerate(rows, start=1)],
    )


def _same_header(path: Path) -> None:
    """Overwrite what SQLite notes of itself: its version, and how often the file was written."""
    with path.open("r+b") as file:
        file.seek(24)
        file.write(struct.pack(">I", 1))
        file.seek(92)
        file.write(struct.pack(">II", 1, 3_040_001))


def write_geopackage(path: Path, sheets: list[Sheet]) -> None:
    """
    Write layers to a new GeoPackage in EPSG:4549.

    Parameters
    ----------
    path
        The file; replaced when there is one.
    sheets
        The layers.
    """
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as base:
        base.execute("PRAGMA page_size = 4096")
        base.execute("PRAGMA application_id = 1196444487")
        base.execute("PRAGMA user_version = 10300")
        base.executescript(_TABLES)
        base.executemany("INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, NULL)", _SYSTEMS)
        for sheet in sheets:
            _write_sheet(base, sheet)
        base.commit()
    _same_header(path)
