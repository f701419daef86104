"""Twenty planted faults, of eighteen kinds, none of which changes what is true of the city.

Rows that a reader must set aside are extra rows. What a reader repairs or takes as missing is
changed in the files only; the city as meant, from which the truth is computed, says how it should
be taken. Two extra lots stay in the city: one far away, one on ground of another.
"""

# ruff: noqa: PLR2004 - the bare numbers here are the drawing itself, not rules
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from shapely.affinity import scale, translate
from shapely.geometry import LineString, MultiPolygon, Point, Polygon

from landrenew.base.units import to_mu
from landrenew.sample.names import uscc
from landrenew.sample.register import COUNTY, ellipsoidal_m2
from landrenew.sample.shapes import millimetres

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapely.geometry.base import BaseGeometry

    from landrenew.sample.sheets import Telling

MISTYPED_M = -200_000.0
"""A northing typed as 3 1xx xxx for 3 3xx xxx [m]."""


def _cells(row: pd.Series) -> dict[str, object]:
    return {str(name): value for name, value in row.items()}


def _extra(row: pd.Series, order: int, **changes: object) -> dict[str, object]:
    """Copy a lot under a number of its own, which sorts behind all its neighbours."""
    number = f"{row['parcel_id'][:14]}{90_000 + order}"
    return _cells(row) | {"parcel_id": number, "exempt_reason": None} | changes


def _append(table: pd.DataFrame, row: dict[str, object]) -> pd.DataFrame:
    added = {name: [row.get(name)] for name in table.columns}
    frame = pd.DataFrame({k: pd.Series(v, dtype=table[k].dtype) for k, v in added.items()})
    return pd.concat([table, frame], ignore_index=True)


def _quiet_lots(telling: Telling) -> Iterator[pd.Series]:
    """List whole lots of villages without a building, each to be used once."""
    parcels, buildings = telling.meant.parcels, telling.meant.buildings
    standing = shapely.STRtree(buildings["shape"].tolist())
    for _, row in parcels[
        (parcels["kind"] == "village") & (parcels["land_code"] == "0601")
    ].iterrows():
        whole = row["inside"] is None or row["outside"] is None
        if whole and row["area_m2"] > 1_200 and not len(standing.query(row["shape"], "intersects")):
            yield row


def _open_copy(shape: Polygon, telling: Telling) -> Polygon:
    """Move a shape to open ground nearby."""
    lots = shapely.STRtree(telling.meant.parcels["shape"].tolist())
    for far in range(60, 2_000, 20):
        for turn in np.arange(0, 2 * np.pi, np.pi / 4):
            moved = translate(shape, far * np.cos(turn), far * np.sin(turn))
            if not len(lots.query(moved.buffer(15), "intersects")):
                return millimetres(moved)
    return shape


def _same_ground(telling: Telling, lots: Iterator[pd.Series]) -> None:
    row = next(one for one in lots if one["shape"].contains(scale(one["shape"], 0.6, 0.6)))
    shape = millimetres(scale(row["shape"], 0.6, 0.6))
    area = ellipsoidal_m2([shape])[0]
    inside = row["inside"] is not None
    extra = _extra(
        row, 1, shape=shape, area_m2=area, inside_m2=area if inside else 0.0,
        declared_mu=round(to_mu(area), 4), inside=shape if inside else None,
        outside=None if inside else shape,
    )  # fmt: skip
    for sheets in (telling.meant, telling.told):
        sheets.parcels = _append(sheets.parcels, extra)
    telling.note(
        "parcels", "overlap", (str(extra["parcel_id"]),), f"整宗压在宗地 {row['parcel_id']} 上"
    )


def _mistyped_northing(telling: Telling, row: pd.Series) -> None:
    shape = millimetres(translate(_open_copy(row["shape"], telling), 0, MISTYPED_M))
    area = ellipsoidal_m2([shape])[0]
    extra = _extra(
        row, 2, shape=shape, area_m2=area, inside_m2=0.0, inside=None, outside=shape,
        declared_mu=round(to_mu(area), 4),
    )  # fmt: skip
    for sheets in (telling.meant, telling.told):
        sheets.parcels = _append(sheets.parcels, extra)
    telling.note(
        "parcels", "far_away", (str(extra["parcel_id"]),), "北坐标 33 误录为 31，偏出 200 km"
    )


def _bow_tie(middle: Point) -> Polygon:
    corners = [(0, 0), (50, 30), (50, 0), (0, 22)]
    return Polygon([(round(middle.x + x, 3), round(middle.y + y, 3)) for x, y in corners])


def _rows_to_set_aside(telling: Telling, row: pd.Series) -> None:
    free = _open_copy(row["shape"], telling)
    ring = LineString(free.exterior.coords)
    extras = [
        ("empty_geometry", _extra(row, 3, shape=None), "只有属性，没有图形"),
        ("not_polygon", _extra(row, 4, shape=ring), "画成了线"),
        ("unrepairable", _extra(row, 5, shape=_bow_tie(free.centroid)), "界址点次序颠倒，成蝴蝶结"),
        ("missing_id", _extra(row, 6, shape=free) | {"parcel_id": None}, "没有宗地代码"),
    ]
    for code, extra, what in extras:
        telling.told.parcels = _append(telling.told.parcels, extra)
        ids = () if extra["parcel_id"] is None else (str(extra["parcel_id"]),)
        telling.note("parcels", code, ids, what)


def _twice(telling: Telling, row: pd.Series) -> None:
    telling.told.parcels = _append(telling.told.parcels, _cells(row))
    telling.note("parcels", "duplicate_row", (row["parcel_id"],), "同一行出现两次")


def _set_shape(telling: Telling, parcel_id: str, shape: BaseGeometry) -> None:
    table = telling.told.parcels
    changed = [
        shape if i == parcel_id else s
        for i, s in zip(table["parcel_id"], table["shape"], strict=True)
    ]
    telling.told.parcels = table.assign(shape=pd.Series(changed, dtype=object))


def _spike(telling: Telling, row: pd.Series) -> None:
    """Let the boundary run out to a point and back on itself."""
    ring = np.asarray(row["shape"].exterior.coords)
    out = ring[0] + (ring[0] - np.asarray(row["shape"].centroid.coords)[0]) * 0.1
    shape = Polygon([ring[0], np.round(out, 3), *ring])
    _set_shape(telling, row["parcel_id"], shape)
    telling.note("parcels", "repaired", (row["parcel_id"],), "边界上有一根宽度为零的尖刺")


def _diagonal(shape: Polygon) -> MultiPolygon | None:
    """Part a lot along a line between two of its corners, without merging the parts."""
    ring = [tuple(p) for p in shape.exterior.coords[:-1]]
    far = len(ring) // 2
    parts = Polygon(ring[: far + 1]), Polygon([*ring[far:], ring[0]])
    line = LineString([ring[0], ring[far]])
    fair = shape.contains(line) and min(one.area for one in parts) > 100
    return MultiPolygon(parts) if fair else None


def _unmerged(telling: Telling, lots: Iterator[pd.Series]) -> None:
    row, shape = next((r, s) for r in lots if (s := _diagonal(r["shape"])) is not None)
    _set_shape(telling, row["parcel_id"], shape)
    telling.note("parcels", "repaired", (row["parcel_id"],), "一宗地的两部分公用一条边，没有合并")


def _square_metres_as_mu(telling: Telling, row: pd.Series) -> None:
    table = telling.told.parcels
    at = table.index[table["parcel_id"] == row["parcel_id"]][0]
    table.loc[at, "declared_mu"] = round(row["area_m2"], 1)
    telling.note("parcels", "area_differs", (row["parcel_id"],), "面积以平方米填入了“亩”一栏")


def _parcel_faults(telling: Telling) -> None:
    lots = _quiet_lots(telling)
    _same_ground(telling, lots)
    _mistyped_northing(telling, next(lots))
    _rows_to_set_aside(telling, next(lots))
    _twice(telling, next(lots))
    _spike(telling, next(lots))
    _unmerged(telling, lots)
    _square_metres_as_mu(telling, next(lots))


def _building_faults(telling: Telling, district: Polygon, crossing: list[str]) -> None:
    told, meant = telling.told, telling.meant
    usual = meant.buildings[~meant.buildings["building_id"].isin(crossing)]
    usual = usual[~shapely.intersects(district, np.asarray(usual["shape"], dtype=object))]
    both = usual[usual["floor_count"].notna() & usual["height_m"].notna()].index
    one = usual[usual["floor_count"].notna() & usual["height_m"].isna()].index
    many, none = both[len(both) // 2], one[len(one) // 3]
    told.buildings.loc[many, "floor_count"] = 999
    meant.buildings.loc[many, "floor_count"] = None
    telling.note(
        "buildings", "out_of_range", (told.buildings["building_id"][many],), "层数填作 999"
    )
    for sheets in (told, meant):
        sheets.buildings.loc[none, ["floor_count", "height_m"]] = None
    telling.note(
        "buildings", "no_height", (told.buildings["building_id"][none],), "层数、高度都没有"
    )
    stray = _cells(meant.buildings.loc[one[0]]) | {"building_id": "JZ90001"}
    stray["shape"] = _open_copy(meant.buildings["shape"][one[0]], telling)
    told.buildings = _append(told.buildings, stray)
    telling.note("buildings", "building_orphan", ("JZ90001",), "不在任何宗地上")


def _firm_faults(telling: Telling) -> None:
    told, meant = telling.told, telling.meant
    known = meant.firms.index[meant.firms["tax_cny"].notna() & meant.firms["output_cny10k"].notna()]
    word, minus = known[len(known) // 4], known[len(known) // 2]
    told.firms.loc[word, "tax_cny"] = "待核"
    meant.firms.loc[word, "tax_cny"] = None
    telling.note("firms", "not_a_number", (told.firms["firm_id"][word],), "税收栏填了“待核”二字")
    told.firms.loc[minus, "output_cny10k"] = -float(meant.firms["output_cny10k"][minus])
    meant.firms.loc[minus, "output_cny10k"] = None
    telling.note("firms", "out_of_range", (told.firms["firm_id"][minus],), "产值为负")
    lone = _cells(meant.firms.loc[known[7]]) | {"firm_id": uscc(900_001)}
    lone["firm_name"] = "示例市未联禾川五金有限公司"
    told.firms, meant.firms = _append(told.firms, lone), _append(meant.firms, lone)
    telling.note("firms", "firm_unlinked", (str(lone["firm_id"]),), "关联表里没有这家企业")


def _link_faults(telling: Telling) -> None:
    told, meant = telling.told, telling.meant
    stated = meant.links[meant.links["share"] != ""]
    sizes = stated.groupby("firm_id", sort=False)["parcel_id"].size()
    alone, pair = sizes.index[sizes == 1][30], sizes.index[sizes == 2][30]
    elsewhere = f"{COUNTY}099999JB00001"
    for sheets in (told, meant):
        sheets.links.loc[sheets.links["firm_id"] == alone, "share"] = "0.6000"
        added = {"firm_id": alone, "parcel_id": elsewhere, "share": "0.4000"}
        sheets.links = _append(sheets.links, added)
        sheets.links.loc[sheets.links["firm_id"] == pair, "share"] = ["0.5000", "0.4000"]
    telling.note("links", "link_unknown_parcel", (alone, elsewhere), "四成份额记在表外的宗地上")
    telling.note("links", "link_shares", (pair,), "份额 0.5 与 0.4，合计 0.9")
    stranger, parcel_id = uscc(900_002), str(stated["parcel_id"].iloc[50])
    added = {"firm_id": stranger, "parcel_id": parcel_id, "share": "1.0000"}
    told.links = _append(told.links, added)
    telling.note("links", "link_unknown_firm", (stranger, parcel_id), "企业表里没有这家企业")


def _ledger_fault(telling: Telling) -> None:
    told = telling.told
    agreed = told.ledger[told.ledger["stage"] == "agreed"]["parcel_id"].iloc[5]
    event = {
        "event_id": "SJ9001",
        "parcel_id": agreed,
        "stage": "surveyed",
        "event_date": "2026-06-15",
    }
    told.ledger = _append(told.ledger, event)
    telling.note("ledger", "stage_jump", ("SJ9001",), f"宗地 {agreed} 签约之后又回到“摸排”")


def plant(telling: Telling, district: Polygon, crossing: list[str]) -> None:
    """
    Plant the faults.

    Parameters
    ----------
    telling
        The city, told and meant, alike so far; both are changed.
    district
        Where the height raster has data.
    crossing
        Buildings to leave alone.
    """
    _parcel_faults(telling)
    _building_faults(telling, district, crossing)
    _firm_faults(telling)
    _link_faults(telling)
    _ledger_fault(telling)
