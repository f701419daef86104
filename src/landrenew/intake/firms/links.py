"""Which firm stands on which parcel: many firms on one, one firm on many.

Links come from a link table, from ``parcel_id`` in the firm table, or from the firms' points; a
point outside all parcels is never given to the nearest one. Here links are only checked; how much
of a firm goes to a parcel is decided in :mod:`landrenew.measure.firms`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from landrenew.base.errors import ColumnError
from landrenew.base.words import Text, some
from landrenew.intake.faults import NO_DETAIL, Fault

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd
    from shapely.geometry.base import BaseGeometry

    from landrenew.intake.parcels import Parcels

SHARES_SUM_TOLERANCE = 1e-6

STATED = ("share", "held_area_m2", "occupied_floor_area_m2")
"""What a link may say of how much of a firm is on the parcel."""


def unique_firms(firms: pd.DataFrame) -> tuple[pd.DataFrame, list[Fault]]:
    """
    Index firms by their id and set aside repeated rows.

    Parameters
    ----------
    firms
        Index ``row``, with ``firm_id``.

    Returns
    -------
    DataFrame
        Index ``firm_id``, unique, with the column ``row``.
    list of Fault
        ``missing_id`` and ``duplicate_row``.

    Raises
    ------
    ColumnError
        When one id stands on rows that differ.
    """
    firms, faults = firms_once(firms)
    twice = firms["firm_id"].duplicated(keep=False)
    if twice.any():
        ids = some(firms.loc[twice, "firm_id"].unique())
        raise ColumnError(
            f"[firms] 中有企业编号对应多行不同的数据：{ids}。请合并这些行，"
            "多宗地的企业请用 [links] 关联。",
            f"[firms]: ids stand on rows that differ: {ids}. Merge these rows; a firm on several"
            " parcels belongs in [links].",
        )
    return firms.reset_index().set_index("firm_id"), faults


def firms_once(firms: pd.DataFrame) -> tuple[pd.DataFrame, list[Fault]]:
    """
    Set aside firms without an id and rows that repeat another.

    Parameters
    ----------
    firms
        Index ``row``, with ``firm_id``.

    Returns
    -------
    DataFrame
        The other rows; one id may still stand on rows that differ.
    list of Fault
        ``missing_id`` and ``duplicate_row``.
    """
    unnamed = firms["firm_id"].isna()
    repeated = firms.astype(str).duplicated() & ~unnamed
    faults = [
        *firm_row_faults(firms[unnamed], "missing_id"),
        *firm_row_faults(firms[repeated], "duplicate_row"),
    ]
    return firms[~unnamed & ~repeated], faults


def firm_row_faults(firms: pd.DataFrame, code: str) -> list[Fault]:
    """
    Name rows of the firm table.

    Parameters
    ----------
    firms
        The rows, index ``row``, with ``firm_id``.
    code
        What is wrong with them.

    Returns
    -------
    list of Fault
        One a row.
    """
    ids = firms["firm_id"].fillna("").astype(str).tolist()
    named = zip(firms.index.tolist(), ids, strict=True)
    return [Fault("firms", row, one, code) for row, one in named]


def find_links(
    firms: pd.DataFrame,
    table: pd.DataFrame | None,
    parcels: Parcels,
    *,
    leases: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """
    Take the links from where the project has them.

    Parameters
    ----------
    firms
        Index ``firm_id``; may have ``parcel_id`` or a geometry in the project CRS.
    table
        The link table with ``firm_id``, ``parcel_id`` and any of :data:`STATED`, or None.
    parcels
        The parcel table.
    leases
        The leases, which alone may say where firms are; None when the project has none.

    Returns
    -------
    DataFrame
        ``firm_id``, ``parcel_id`` and :data:`STATED` (NaN where not stated), index ``row``.

    Raises
    ------
    ColumnError
        When the firms can be linked in none of these ways.
    """
    if table is not None:
        links = table
    elif "parcel_id" in firms.columns:
        links = firms.reset_index()[["firm_id", "parcel_id", "row"]].set_index("row")
    elif isinstance(firms, gpd.GeoDataFrame):
        points = firms[["row", "geometry"]].reset_index()
        met = points.sjoin(parcels[["geometry"]], predicate="intersects").set_index("row")
        links = met.rename(columns={"index_right": "parcel_id"})
    elif leases is not None:
        links = leases.iloc[:0].assign(firm_id=None)
    else:
        raise ColumnError(
            "[firms] 没有办法关联到宗地：请在 [firms.columns] 中写 parcel_id，"
            "或给出关联表 [links]，或给出企业点图层。",
            "[firms] cannot be linked to parcels: map parcel_id under [firms.columns], give a"
            " table [links], or give firms as points.",
        )
    stated = {name: links[name] if name in links.columns else np.nan for name in STATED}
    return links[["firm_id", "parcel_id"]].assign(**stated).astype(dict.fromkeys(STATED, float))


def point_faults(firms: pd.DataFrame, links: pd.DataFrame, parcels: Parcels) -> list[Fault]:
    """
    Name the firms whose points lie on several parcels, as on a shared edge.

    Parameters
    ----------
    firms
        Index ``firm_id``, with a geometry in the project CRS; ``row``.
    links
        The links found by these points.
    parcels
        The parcel table.

    Returns
    -------
    list of Fault
        ``firm_point_ambiguous``, one a firm; none for firms without points.
    """
    if not isinstance(firms, gpd.GeoDataFrame) or parcels.empty:
        return []
    several = links[links["firm_id"].duplicated(keep=False)].groupby("firm_id")["parcel_id"]
    return [
        Fault("firms", int(firms["row"][str(firm)]), str(firm), "firm_point_ambiguous",
              Text(some(sorted(ids)), some(sorted(ids))), *_place(firms.geometry[str(firm)]))
        for firm, ids in several
    ]  # fmt: skip


def check_links(
    links: pd.DataFrame,
    firms: pd.DataFrame,
    parcels: Parcels,
    *,
    elsewhere: Collection[str] = (),
) -> tuple[pd.DataFrame, list[Fault]]:
    """
    Keep the links whose firm and parcel exist, with shares that add to one.

    Parameters
    ----------
    links
        ``firm_id``, ``parcel_id`` and :data:`STATED`; index ``row``.
    firms
        Index ``firm_id``; with a geometry in the project CRS when the firms are points.
    parcels
        Index ``parcel_id``.
    elsewhere
        Firms that leases place on a parcel, whether or not a link does.

    Returns
    -------
    DataFrame
        The links kept; the shares of a firm add to 1 or are all missing.
    list of Fault
        Links to unknown firms and parcels, repeated links, shares that do not add, firms without
        a link; of a firm that is a point, the nearest parcel is named.
    """
    blank = links[["firm_id", "parcel_id"]].isna().any(axis=1)
    repeated = links.duplicated(["firm_id", "parcel_id", *STATED]) & ~blank
    repeats = _link_faults(links[repeated], "duplicate_row")
    links, blank = links[~repeated], blank[~repeated]
    no_firm = ~links["firm_id"].isin(firms.index) & ~blank
    no_parcel = ~links["parcel_id"].isin(parcels.index) & ~no_firm & ~blank
    faults = [
        *repeats,
        *(Fault("links", row, "", "missing_id") for row in links.index[blank].tolist()),
        *_link_faults(links[no_firm], "link_unknown_firm"),
        *_link_faults(links[no_parcel], "link_unknown_parcel"),
    ]
    links = links[~no_firm & ~blank].copy()
    links["share"], bad = _whole_shares(links)
    faults += [
        Fault("links", None, firm, "link_shares", Text(f"份额之和 {said}", f"shares add to {said}"))
        for firm, said in bad.items()
    ]
    kept = links[links["parcel_id"].isin(parcels.index)]
    placed = firms.index.isin(kept["firm_id"]) | firms.index.isin(list(elsewhere))
    return kept, faults + _unlinked(firms[~placed], parcels)


def _unlinked(firms: pd.DataFrame, parcels: Parcels) -> list[Fault]:
    said = [NO_DETAIL] * len(firms)
    places: list[tuple[float | None, float | None]] = [(None, None)] * len(firms)
    if isinstance(firms, gpd.GeoDataFrame) and len(firms) and len(parcels):
        points = firms.geometry.to_numpy()
        at = np.flatnonzero(~(shapely.is_missing(points) | shapely.is_empty(points)))
        tree = shapely.STRtree(parcels.geometry.to_numpy())
        (_, near), far = tree.query_nearest(points[at], return_distance=True, all_matches=False)
        for i, parcel, metres in zip(at, parcels.index[near], far, strict=True):
            said[i] = Text(
                f"最近的宗地 {parcel}，相距 {metres:.1f} 米",
                f"nearest parcel {parcel}, {metres:.1f} m away",
            )
            places[i] = _place(points[i])
    named = zip(firms["row"], firms.index, said, places, strict=True)
    return [Fault("firms", int(row), str(one), "firm_unlinked", text, *place)
            for row, one, text, place in named]  # fmt: skip


def _place(shape: BaseGeometry) -> tuple[float | None, float | None]:
    """Give the middle of a shape's box, as faults name places."""
    left, bottom, right, top = shapely.bounds(shape).tolist()
    return (left + right) / 2, (bottom + top) / 2


def _link_faults(links: pd.DataFrame, code: str) -> list[Fault]:
    pairs = zip(links.index, links["firm_id"], links["parcel_id"], strict=True)
    return [
        Fault("links", int(row), str(firm), code, Text(f"宗地 {parcel}", f"parcel {parcel}"))
        for row, firm, parcel in pairs
    ]


def _whole_shares(links: pd.DataFrame) -> tuple[pd.Series[float], dict[str, str]]:
    """Rescale shares that do not add to one; drop those of a firm that states only some."""
    by_firm = links.groupby("firm_id")["share"]
    stated, rows, total = (
        by_firm.transform("count"),
        by_firm.transform("size"),
        by_firm.transform("sum"),
    )
    partly = (stated > 0) & (stated < rows)
    whole = (stated == rows) & (total > 0)
    off = (stated == rows) & ((total - 1).abs() > SHARES_SUM_TOLERANCE)
    said = total.map("{:.4g}".format).where(~partly, "?")
    bad = dict(zip(links["firm_id"][off | partly], said[off | partly], strict=True))
    return (links["share"] / total).where(whole), bad
