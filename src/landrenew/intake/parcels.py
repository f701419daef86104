"""The parcel table: what a checked table is, and the one-line guard of every measure."""

from __future__ import annotations

from typing import NewType

from geopandas import GeoDataFrame

from landrenew.base.errors import ColumnError, CrsError
from landrenew.base.words import some

Parcels = NewType("Parcels", GeoDataFrame)
"""A checked parcel table: a GeoDataFrame for users, another type for mypy.

Index ``parcel_id`` (unique), valid polygons or multipolygons, one projected CRS in metres.
"""


def require(parcels: GeoDataFrame, *columns: str) -> None:
    """
    Refuse a table that lacks a metric CRS or a column (cheap: looks at no row).

    Parameters
    ----------
    parcels
        Parcel table in a projected CRS [m].
    *columns
        Columns the caller reads.

    Raises
    ------
    CrsError
        When the CRS is missing or not in metres.
    ColumnError
        When a column is missing.
    """
    crs = parcels.crs
    if crs is None or not crs.is_projected or crs.axis_info[0].unit_conversion_factor != 1:
        raise CrsError(
            f"宗地表的坐标系是 {crs}，须为以米为单位的投影坐标系。请先用 read_city 或"
            " check_parcels 处理。",
            f"The parcel table is in {crs}; a projected CRS in metres is needed. Pass it through"
            " read_city or check_parcels first.",
        )
    if absent := [name for name in columns if name not in parcels.columns]:
        raise ColumnError(
            f"宗地表缺少列 {some(absent)}。请先完成产生这些列的步骤，"
            "或在 [parcels.columns] 中给出。",
            f"The parcel table lacks {some(absent)}. Run the step that makes them first, or map"
            " them under [parcels.columns].",
        )
