"""A city of six towns as a folder of files, with words planted that no public page may hold.

Towns 甲, 乙 and 丙 have many firms, 丁 two, 戊 three of which two are one group, 己 no parcel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely
from conftest import CRS, DEMO
from small_city import save, toml

if TYPE_CHECKING:
    from pathlib import Path

PLANTED = "CANARY"
"""Part of every planted word."""

X, Y = 614_003.37, 3_334_001.71
SIDE = 1_234.56
TOWNS = {"甲镇": 6, "乙镇": 5, "丙<b>镇": 4, "丁镇": 2, "戊镇": 3, "己镇": 0}
"""Firms of each town, one a parcel."""

COLUMNS = (
    "area_mu", "parcel_count", "firm_count", "owner_count", "control_share",
    "floor_area_ratio", "floor_known_area_share", "tax_cny10k_per_mu", "tax_known_area_share",
)  # fmt: skip

PUBLIC = {"by": "towns", "min_firms": 3, "columns": list(COLUMNS)}


def _towns() -> gpd.GeoDataFrame:
    cells = [
        shapely.box(X + SIDE * (i % 3), Y + SIDE * (i // 3), X + SIDE * (i % 3 + 1),
                    Y + SIDE * (i // 3 + 1))
        for i in range(len(TOWNS))
    ]  # fmt: skip
    return gpd.GeoDataFrame({"town": list(TOWNS)}, geometry=cells, crs=CRS)


def _parcels() -> gpd.GeoDataFrame:
    """Lay the parcels of each town in a row, all of them of other sizes."""
    rows = []
    for at, count in enumerate(TOWNS.values()):
        left, low = X + SIDE * (at % 3) + 53.3, Y + SIDE * (at // 3) + 61.7
        for _ in range(count):
            number = len(rows)
            width, height = 97.13 + 3.1 * number, 83.29 + 1.7 * number
            shape = shapely.box(left, low, left + width, low + height)
            left += width + 5.3
            floor = shape.area * (0.5 + 0.037 * number)
            rows.append({
                "parcel_id": f"{PLANTED}P{number:02d}", "owner": f"{PLANTED}权利人{number:02d}",
                "counted_floor_area_m2": floor, "floor_area_ratio": floor / shape.area,
                "geometry": shape,
            })  # fmt: skip
    return gpd.GeoDataFrame(rows, crs=CRS)


def _firms() -> pd.DataFrame:
    parcels = _parcels()["parcel_id"]
    ids = [f"{PLANTED}F{i:02d}" for i in range(len(parcels))]
    last = len(ids) - 1  # the last two of town 戊 are one group
    return pd.DataFrame({
        "firm_id": ids,
        "firm_name": [f"{PLANTED}企业{i:02d}" for i in range(len(ids))],
        "tax_cny10k": [11.13 + 17.19 * i for i in range(len(ids))],
        "parcel_id": parcels,
        "head_office_id": [ids[last] if i == last - 1 else None for i in range(len(ids))],
    })  # fmt: skip


def _line() -> gpd.GeoDataFrame:
    """Draw a line that leaves the last parcels of every town in the south outside, cut across."""
    shape = shapely.box(X - 9.9, Y - 9.9, X + 3 * SIDE + 9.9, Y + SIDE + 101.3)
    return gpd.GeoDataFrame({"name": [f"{PLANTED}LINE"]}, geometry=[shape], crs=CRS)


def _parks() -> gpd.GeoDataFrame:
    shape = shapely.box(X + 211.1, Y + 33.3, X + 411.1, Y + 433.3)
    columns = {"park_id": [f"{PLANTED}PARK"], "park_name": ["东园"], "capacity_mu": [4321.98]}
    return gpd.GeoDataFrame(columns, geometry=[shape], crs=CRS)


def public_city(
    folder: Path, public: dict[str, Any] | None = None, **sections: dict[str, Any] | None
) -> Path:
    """Write the city; ``public`` changes its section, a section given replaces ours."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {"towns": _towns(), "parcels": _parcels(), "line": _line(), "parks": _parks()}
    for name, table in files.items():
        if not (folder / f"{PLANTED}{name}.gpkg").exists():
            save(table, folder / f"{PLANTED}{name}.gpkg")
    _firms().to_csv(folder / f"{PLANTED}firms.csv", index=False)
    given = {"source": f"{PLANTED}SOURCE", "as_of": "2026-06-30"}
    ours: dict[str, dict[str, Any] | None] = {
        "city": {"name": "小城", "rulebook": str(DEMO / "rulebook.toml"), "as_of": "2026-06-30",
                 "drawing_unit": "小城规划院"},
        "parcels": {"path": f"{PLANTED}parcels.gpkg", **given,
                    "columns": {"counted_floor_area_m2": "counted_floor_area_m2",
                                "floor_area_ratio": "floor_area_ratio"}},
        "towns": {"path": f"{PLANTED}towns.gpkg", **given},
        "control_line": {"path": f"{PLANTED}line.gpkg", **given},
        "parks": {"path": f"{PLANTED}parks.gpkg", **given},
        "firms": {"path": f"{PLANTED}firms.csv", **given},
        "public": PUBLIC | (public or {}),
    }  # fmt: skip
    path = folder / "city.toml"
    path.write_text(toml(ours | sections), encoding="utf-8")
    return path
