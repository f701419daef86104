"""A city of six plots in a row, of which a plan may clear some: for the tests of plans."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely
from conftest import CRS, ORIGIN
from small_city import save, small_city

if TYPE_CHECKING:
    from pathlib import Path

SIDE = 100.0
COST = {"clear_cny10k_per_mu": {"value": 10, "source": "made up"}}


def box(column: float, width: float = 1.0) -> shapely.Polygon:
    """Draw a plot of 100 m by 100 m times the width."""
    x, y = ORIGIN[0] + column * SIDE, ORIGIN[1]
    return shapely.box(x, y, x + width * SIDE, y + SIDE)


def city(folder: Path, plan: dict[str, Any], *, survey: str = "", **sections: Any) -> Path:  # noqa: ANN401  any TOML section
    """Write six plots in a row: P0, P1 inside the line, P2 across it, P3 to P5 outside."""
    folder.mkdir(parents=True, exist_ok=True)
    table = gpd.GeoDataFrame(
        {
            "parcel_id": [f"P{i}" for i in range(6)],
            "town": ["东", "东", "东", "东", "西", "西"],
            "owner": [f"户{i}" for i in range(6)],
        },
        geometry=[box(i) for i in range(6)], crs=CRS,
    )  # fmt: skip
    save(table, folder / "parcels.gpkg")
    line = gpd.GeoDataFrame({"name": ["线"]}, geometry=[box(0, 2.5)], crs=CRS)
    save(line, folder / "line.gpkg")
    if survey:
        (folder / "survey.csv").write_text(survey, encoding="utf-8")
        sections["survey"] = {"path": "survey.csv"}
    return small_city(folder, plan={"costs": COST, **plan}, **sections)
