"""What may be otherwise than drawn: one list of doubts, and what each may do to the share.

A doubt concerns some parcels and has up to two outcomes beside the published one. An outcome
says what it adds to the land inside the line and to all land.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from geopandas import GeoDataFrame

from landrenew.base.codes.land import strange_codes
from landrenew.base.missing import none_where_missing
from landrenew.intake.attributes.codes import MOST
from landrenew.intake.naming import parcel_names
from landrenew.intake.parcels import require
from landrenew.measure.land import BETWEEN_IDS
from landrenew.measure.line import SIDES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from landrenew.base.codes.land import Scheme
    from landrenew.intake.parcels import Parcels

KINDS = ("set_aside", "unknown_class", "overlap", "line", "sliver", "area_method")
"""Every kind of doubt, in the order they are listed."""

AREAS = {"planar": "planar_area_m2", "declared": "declared_area_m2"}
"""Ways to take areas beside the ellipsoidal one, and the column of each."""

NEAR = tuple(SIDES)
"""Columns of ground that may change sides if the line lies off: inside, outside."""


@dataclass(frozen=True, eq=False)
class Doubts:
    """
    A list of doubts, column by column.

    Parameters
    ----------
    kind
        Shape (n,): position in :data:`KINDS`.
    ids
        Shape (n,): the parcels each concerns, a tuple.
    town
        Shape (n,): town, None where it is not known.
    village
        Shape (n,): likewise the village.
    parcel
        Shape (n,): position of the parcel in its table, -1 for a row set aside or for all.
    moves
        Shape (n, 2, 2): what each of two outcomes adds to the land inside and to all land [m2].
    """

    kind: NDArray[np.intp]
    ids: NDArray[np.object_]
    town: NDArray[np.object_]
    village: NDArray[np.object_]
    parcel: NDArray[np.intp]
    moves: NDArray[np.float64]

    def __len__(self) -> int:
        """Count the doubts."""
        return len(self.kind)

    def take(self, rows: NDArray[np.intp]) -> Doubts:
        """
        Take some of the doubts.

        Parameters
        ----------
        rows
            Their positions.

        Returns
        -------
        Doubts
            Those, in the order of ``rows``.
        """
        return Doubts(*(column[rows] for column in self._columns()))

    def _columns(self) -> tuple[NDArray[Any], ...]:
        return self.kind, self.ids, self.town, self.village, self.parcel, self.moves

    @classmethod
    def joined(cls, lists: Sequence[Doubts]) -> Doubts:
        """
        Put lists under each other.

        Parameters
        ----------
        lists
            One at least.

        Returns
        -------
        Doubts
            One list.
        """
        columns = zip(*(one._columns() for one in lists), strict=True)  # noqa: SLF001  its own
        return cls(*(np.concatenate(one) for one in columns))


def share_doubts(
    parcels: Parcels, rejected: pd.DataFrame, *, land_scheme: Scheme | None = None
) -> Doubts:
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
    Doubts
        Sorted by kind and ids. A doubt that moves nothing is left out, and so are rows set aside
        of which no area is known: their size is nobody's guess.

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
    doubts = Doubts.joined([_set_aside(rejected), *_of_parcels(parcels, land_scheme)])
    first = np.array([ids[0] for ids in doubts.ids.tolist()], dtype=str)
    return doubts.take(np.lexsort((first, doubts.kind)))


def area_doubt(moves: list[tuple[float, float]], ids: tuple[str, ...]) -> Doubts:
    """
    Doubt the way areas are taken, of all parcels at once.

    Parameters
    ----------
    moves
        For each way of :data:`AREAS` that all parcels have what it adds to the land inside and to
        all land [m2].
    ids
        The parcels of which the areas differ most.

    Returns
    -------
    Doubts
        One doubt, or none where all ways give the same.
    """
    every = [*moves, *[(0.0, 0.0)] * (len(AREAS) - len(moves))]
    kind, nowhere = (np.full(1, i, dtype=np.intp) for i in (KINDS.index("area_method"), -1))
    nobody = np.array([None], dtype=object)
    one = Doubts(kind, _tuples([ids]), nobody, nobody, nowhere, np.array([every]))
    return one.take(np.flatnonzero((one.moves != 0).any(axis=(1, 2))))


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
        has a code: then the layer alone says what its rows are. Strange codes count only where no
        more than half are.
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


def _of_parcels(parcels: Parcels, scheme: Scheme | None) -> list[Doubts]:
    inside, counted = _areas(parcels, "inside_area_m2"), _areas(parcels, "counted_area_m2")
    lost: NDArray[np.float64] = np.subtract(_areas(parcels, "parcel_area_m2"), counted)
    is_open = unknown_class(parcels, scheme).to_numpy(np.float64)
    none = np.zeros(len(parcels))
    found = [
        _list("unknown_class", parcels, _alone, -inside * is_open, -counted * is_open, none, none),
        _list("overlap", parcels, _with_others, none, lost, lost, lost),
        _list("sliver", parcels, _alone, -_areas(parcels, "settled_m2"), none, none, none),
    ]
    if set(NEAR) <= set(parcels.columns):
        out, into = (_areas(parcels, one) for one in NEAR)
        found.append(_list("line", parcels, _alone, -out, none, into, none))
    return found


def _areas(table: pd.DataFrame, column: str) -> NDArray[np.float64]:
    areas: NDArray[np.float64] = table[column].to_numpy(np.float64)
    return areas


def _alone(parcels: pd.DataFrame) -> list[tuple[str, ...]]:
    return [(str(one),) for one in parcels.index]


def _with_others(parcels: pd.DataFrame) -> list[tuple[str, ...]]:
    """Name the parcel, then those that its ground went to."""
    if "shares_ground_with" not in parcels:
        return _alone(parcels)
    others = parcels["shares_ground_with"].fillna("").astype(str).str.split(BETWEEN_IDS)
    pairs = zip(_alone(parcels), others, strict=True)
    return [(*mine, *filter(None, of)) for mine, of in pairs]


def _set_aside(rejected: pd.DataFrame) -> Doubts:
    area = np.asarray(doubtful_area_m2(rejected), dtype=np.float64)
    none = np.zeros(len(rejected))
    doubts = _list("set_aside", rejected, _row_names, none, area, area, area)
    return replace(doubts, parcel=np.full(len(doubts), -1, dtype=np.intp))


def _row_names(rejected: pd.DataFrame) -> list[tuple[str, ...]]:
    return [(name,) for name in parcel_names(rejected)]


def _list(
    kind: str,
    rows: pd.DataFrame,
    names: Callable[[pd.DataFrame], list[tuple[str, ...]]],
    *amounts: NDArray[np.float64],
) -> Doubts:
    """Make doubts of the rows in which something may move; where an area is NaN nobody knows."""
    moves = np.column_stack(amounts)
    real = np.flatnonzero((moves != 0).any(axis=1) & ~np.isnan(moves).any(axis=1))
    rows = rows.iloc[real]
    nobody = pd.Series(None, rows.index, dtype=object)
    town, village = (
        none_where_missing(rows.get(one, nobody)).to_numpy(object) for one in ("town", "village")
    )
    number = np.full(len(real), KINDS.index(kind), dtype=np.intp)
    return Doubts(number, _tuples(names(rows)), town, village, real, moves[real].reshape(-1, 2, 2))


def _tuples(ids: list[tuple[str, ...]]) -> NDArray[np.object_]:
    """Hold tuples of ids in an array of one dimension."""
    return np.fromiter(ids, dtype=object, count=len(ids))
