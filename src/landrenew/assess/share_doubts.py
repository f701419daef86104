"""What may be otherwise than drawn: one list of doubts, and what each may do to the share.

A doubt concerns some parcels and has up to two outcomes beside the published one. An outcome
says what it adds to the land inside the line and to all land.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from geopandas import GeoDataFrame

from landrenew.base.codes.land import strange_codes
from landrenew.intake.parcels import require
from landrenew.measure.doubts import AREA_DIFFERENCE
from landrenew.measure.land import BETWEEN_IDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from landrenew.base.codes.land import Scheme
    from landrenew.intake.parcels import Parcels

KINDS = ("set_aside", "unknown_class", "overlap", "line", "sliver", "area_method")
"""Every kind of doubt, in the order they are listed."""

MOVES = ("first_inside_m2", "first_total_m2", "second_inside_m2", "second_total_m2")
"""Columns of a doubt's two outcomes: what each adds to the land inside, and to all land [m2]."""

AREAS = {"planar": "planar_area_m2", "declared": "declared_area_m2"}
"""Ways to take areas beside the ellipsoidal one, and the column of each."""

MOST = 0.5
"""Strange codes say something of a row only where no more than this share of all is strange."""


MOST_NAMED = 20
"""So many parcels are named for the way areas are taken: those that differ most."""


class AreaMethod(NamedTuple):
    """
    The share by another area than the published, ellipsoidal one.

    Parameters
    ----------
    name
        Key of :data:`AREAS`.
    inside_m2
        Land inside by it [m2].
    total_m2
        All land by it [m2].
    ids
        Parcels of which it differs by more than
        :data:`landrenew.measure.doubts.AREA_DIFFERENCE`, those first that differ by most land; no
        more than :data:`MOST_NAMED`.
    """

    name: str
    inside_m2: float
    total_m2: float
    ids: tuple[str, ...]


def share_doubts(
    parcels: Parcels, rejected: pd.DataFrame, *, land_scheme: Scheme | None = None
) -> pd.DataFrame:
    """
    List what the data leave open about each parcel.

    Parameters
    ----------
    parcels
        Parcel table with ``parcel_area_m2``, ``counted_area_m2``, ``inside_area_m2`` and
        ``settled_m2``; ``town``, ``village``, ``land_code``, ``shares_ground_with`` where known;
        and ``inside_within_line_m2`` with ``outside_within_line_m2`` where it is stated how far
        the line may lie off.
    rejected
        Parcels set aside, with ``code`` and maybe ``parcel_id``, ``declared_area_m2``, ``town``
        and ``village``.
    land_scheme
        Scheme of the land codes; None takes one that fits most of them.

    Returns
    -------
    DataFrame
        One row a doubt, sorted by kind and ids: ``kind``, ``ids`` (a tuple), ``town``,
        ``village``, and the columns of :data:`MOVES` [m2]. A doubt that moves nothing is left out,
        and so are rows set aside of which no area is known: see :func:`unknown_areas`.

    Raises
    ------
    ColumnError
        When a column is missing.

    Notes
    -----
    ``set_aside``: such land exists, inside or outside, or is no land of its own. ``unknown_class``:
    the parcel may be no industrial land. ``overlap``: the ground counts once; what the other
    parcel claims may truly lie elsewhere, inside or outside. ``line``: ground near the line may
    lie on its other side. ``sliver``: likewise what the tolerance settled.
    """
    require(parcels, "parcel_area_m2", "counted_area_m2", "inside_area_m2", "settled_m2")
    found = [_set_aside(rejected), *_of_parcels(parcels, land_scheme)]
    table = pd.concat(found, ignore_index=True)
    first = table["ids"].str[0].to_numpy(str)
    order = np.lexsort((first, table["kind"].map(KINDS.index).to_numpy(int)))
    return table.iloc[order].reset_index(drop=True)


def moves_of(doubts: pd.DataFrame) -> NDArray[np.float64]:
    """
    Give the outcomes of doubts as :mod:`landrenew.assess.interval` takes them.

    Parameters
    ----------
    doubts
        Table with the columns of :data:`MOVES` [m2].

    Returns
    -------
    ndarray
        Shape (n, 2, 2).
    """
    moves: NDArray[np.float64] = doubts[list(MOVES)].to_numpy(float).reshape(-1, 2, 2)
    return moves


def area_methods(parcels: pd.DataFrame) -> list[AreaMethod]:
    """
    Take the share by every other area that all parcels have.

    Parameters
    ----------
    parcels
        Parcel table with ``parcel_area_m2``, ``counted_area_m2``, ``inside_area_m2``.

    Returns
    -------
    list of AreaMethod
        A parcel's counted ground is divided by them like its ellipsoidal area.
    """
    found = []
    for name, column in AREAS.items():
        if column in parcels and len(parcels) and parcels[column].notna().all():
            ratio = parcels[column] / parcels["parcel_area_m2"]
            inside = math.fsum(parcels["inside_area_m2"] * ratio)
            total = math.fsum(parcels["counted_area_m2"] * ratio)
            found.append(AreaMethod(name, inside, total, _differing(parcels, ratio)))
    return found


def _differing(parcels: pd.DataFrame, ratio: pd.Series[float]) -> tuple[str, ...]:
    """Name the parcels of which two areas differ, by how much land they do."""
    off = ratio[(ratio - 1).abs() > AREA_DIFFERENCE] - 1
    land = (off * parcels.loc[off.index, "parcel_area_m2"]).abs().to_numpy()
    order = np.lexsort((off.index.to_numpy(str), -land))[:MOST_NAMED]
    return tuple(map(str, off.index[order]))


def area_doubt(inside_m2: float, total_m2: float, methods: list[AreaMethod]) -> pd.DataFrame:
    """
    Doubt the way areas are taken, of all parcels at once.

    Parameters
    ----------
    inside_m2
        Land inside, ellipsoidal [m2].
    total_m2
        All land, ellipsoidal [m2].
    methods
        The result of :func:`area_methods` of the same parcels.

    Returns
    -------
    DataFrame
        As :func:`share_doubts` gives them, one row or none; it concerns all parcels, and names
        those of which the areas differ most.
    """
    changes = [(one.inside_m2 - inside_m2, one.total_m2 - total_m2) for one in methods]
    changes += [(0.0, 0.0)] * (len(AREAS) - len(changes))
    moves = [pd.Series([one]) for change in changes for one in change]
    ids = next((one.ids for one in reversed(methods) if one.ids), ())
    return _table("area_method", pd.DataFrame(index=[0]), lambda _: [ids], *moves)


def unknown_areas(rejected: pd.DataFrame) -> int:
    """
    Count the rows set aside of which nobody knows how large they are.

    Parameters
    ----------
    rejected
        Parcels set aside, with ``code``.

    Returns
    -------
    int
        Rows without a declared area and without a shape that has one.
    """
    return int(doubtful_area_m2(rejected).isna().sum())


def doubtful_area_m2(rejected: pd.DataFrame) -> pd.Series[float]:
    """
    Give the ground that parcels set aside may have [m2].

    Parameters
    ----------
    rejected
        Parcels set aside, with ``code``, and their shapes as drawn where there are any.

    Returns
    -------
    Series
        Declared area, else planar area as drawn, else NaN: nobody knows; 0 for repeated rows,
        whose ground is counted already; same index.
    """
    nothing = pd.Series(np.nan, rejected.index)
    declared = rejected.get("declared_area_m2", nothing).astype(float)
    drawn = rejected.geometry.area.abs() if isinstance(rejected, GeoDataFrame) else nothing
    area = declared.fillna(drawn.where(np.isfinite(drawn) & (drawn > 0)))
    return area.where(rejected["code"] != "duplicate_row", 0.0)


def unknown_class(parcels: pd.DataFrame, land_scheme: Scheme | None) -> pd.Series[bool]:
    """
    Tell which parcels may be no industrial land, because their land code does not say.

    Parameters
    ----------
    parcels
        Parcel table, ``land_code`` where stated.
    land_scheme
        Scheme of the land codes; None takes one that fits most of them.

    Returns
    -------
    Series
        True where the code is blank, or not one of the scheme; same index. Nowhere when no row
        has a code: then the layer alone says what its rows are. A code that is no code of the
        scheme counts only where most are.
    """
    nowhere = pd.Series(False, parcels.index)  # noqa: FBT003  a value
    if "land_code" not in parcels or parcels["land_code"].isna().all():
        return nowhere
    code = parcels["land_code"].astype(object)
    counts = Counter(code.dropna().astype(str))
    strange = strange_codes(counts, land_scheme)
    if sum(counts[one] for one in strange) > MOST * counts.total():
        strange = []
    return code.isna() | code.astype(str).isin(strange)


def _of_parcels(parcels: Parcels, scheme: Scheme | None) -> list[pd.DataFrame]:
    inside, counted = parcels["inside_area_m2"], parcels["counted_area_m2"]
    lost = parcels["parcel_area_m2"] - counted
    is_open = unknown_class(parcels, scheme)
    none = pd.Series(0.0, parcels.index)
    found = [
        _table("unknown_class", parcels, _alone,
               -inside.where(is_open, 0.0), -counted.where(is_open, 0.0), none, none),
        _table("overlap", parcels, _with_others, none, lost, lost, lost),
        _table("sliver", parcels, _alone, -parcels["settled_m2"], none, none, none),
    ]  # fmt: skip
    if {"inside_within_line_m2", "outside_within_line_m2"} <= set(parcels.columns):
        out, into = -parcels["inside_within_line_m2"], parcels["outside_within_line_m2"]
        found.append(_table("line", parcels, _alone, out, none, into, none))
    return found


def _alone(parcels: pd.DataFrame) -> list[tuple[str, ...]]:
    return [(str(one),) for one in parcels.index]


def _with_others(parcels: pd.DataFrame) -> list[tuple[str, ...]]:
    """Name the parcel, then those that its ground went to."""
    if "shares_ground_with" not in parcels:
        return _alone(parcels)
    others = parcels["shares_ground_with"].fillna("").astype(str).str.split(BETWEEN_IDS)
    return [(*mine, *of) for mine, of in zip(_alone(parcels), others, strict=True)]


def _set_aside(rejected: pd.DataFrame) -> pd.DataFrame:
    area = doubtful_area_m2(rejected)
    none = pd.Series(0.0, rejected.index)
    return _table("set_aside", rejected, _row_names, none, area, area, area)


def _row_names(rejected: pd.DataFrame) -> list[tuple[str, ...]]:
    """Name rows by their id, else as parcels without ids are named."""
    named = rejected.get("parcel_id", pd.Series(None, rejected.index, dtype=object))
    return [
        (f"row-{row}" if pd.isna(name) else str(name),)
        for row, name in zip(rejected.index.tolist(), named.tolist(), strict=True)
    ]


def _table(
    kind: str,
    rows: pd.DataFrame,
    names: Callable[[pd.DataFrame], list[tuple[str, ...]]],
    *moves: pd.Series[float],
) -> pd.DataFrame:
    """Make doubts of the rows in which something may move; nobody knows where an area is NaN."""
    amounts = np.column_stack([move.to_numpy(float) for move in moves])
    real = np.flatnonzero((amounts != 0).any(axis=1) & ~np.isnan(amounts).any(axis=1))
    rows = rows.iloc[real]
    nobody = pd.Series(None, rows.index, dtype=object)
    return pd.DataFrame({
        "kind": kind,
        "ids": pd.Series(names(rows) if len(rows) else [], dtype=object),
        "town": rows.get("town", nobody).to_numpy(object),
        "village": rows.get("village", nobody).to_numpy(object),
        **dict(zip(MOVES, amounts[real].T, strict=True)),
    })  # fmt: skip
