"""What changed between two finished runs: parcels, values, the share, the faults, and why.

What each column rests on, and what changed of that, is said in :mod:`landrenew.publish.causes`; how
it is told to people and machines in :mod:`landrenew.publish.diff_words`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from landrenew.base.units import to_mu
from landrenew.base.words import Text
from landrenew.publish.causes import GEOMETRY, ROW, Attribution, Cause, changed_causes

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from landrenew.publish.finished import FaultLine, FinishedRun, Share

NUMBER_TOLERANCE = 1e-9
"""Numbers whose difference is below this part of the larger are one number."""

SHAPE_TOLERANCE_M = 0.001
"""Shapes whose corners lie within a millimetre are one shape, wherever its ring begins."""

PARTS = {
    "removed": Text("减少的宗地", "parcels taken away"),
    "added": Text("新增的宗地", "parcels added"),
    "redrawn": Text("改画的宗地", "parcels redrawn"),
    "line": Text("其余：控制线、容差", "the rest: the line, tolerances"),
}
"""The steps from one share to the other, in the order in which they are taken."""


@dataclass(frozen=True)
class ShareStep:
    """
    One step from the earlier share to the later.

    Parameters
    ----------
    part
        Key of :data:`PARTS`.
    points
        What it adds to the share [0-1].
    inside_mu
        What it adds to the land inside [mu].
    total_mu
        What it adds to all land [mu].
    causes
        Its candidate causes.
    """

    part: str
    points: float
    inside_mu: float
    total_mu: float
    causes: tuple[Cause, ...]


@dataclass(frozen=True)
class RunDiff:
    """
    The differences of two runs.

    Parameters
    ----------
    causes
        What the runs rest on that is not the same.
    added
        Ids of parcels only in the later run.
    removed
        Ids of parcels only in the earlier run.
    redrawn
        Ids of parcels whose shape changed.
    cells
        Every changed value: ``parcel_id``, ``column``, ``before``, ``after`` and ``mask``, the bits
        of its causes.
    faults_appeared
        Faults only in the later run.
    faults_gone
        Faults only in the earlier run.
    shares
        The share before and after.
    steps
        What led from one share to the other; empty where either run has none.
    attribution
        Turns bits into causes.
    """

    causes: tuple[Cause, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    redrawn: tuple[str, ...]
    cells: pd.DataFrame
    faults_appeared: tuple[FaultLine, ...]
    faults_gone: tuple[FaultLine, ...]
    shares: tuple[Share | None, Share | None]
    steps: tuple[ShareStep, ...]
    attribution: Attribution

    @property
    def is_same(self) -> bool:
        """Whether the results are the same, whatever they rest on."""
        parts = (self.added, self.removed, self.redrawn, self.faults_appeared, self.faults_gone)
        return not any(parts) and self.cells.empty and self.shares[0] == self.shares[1]


def diff_runs(before: FinishedRun, after: FinishedRun) -> RunDiff:
    """
    Compare two runs.

    Parameters
    ----------
    before
        The earlier run.
    after
        The later run.

    Returns
    -------
    RunDiff
        Everything that is not the same, with its candidate causes.
    """
    causes = changed_causes(before.manifest, after.manifest)
    old, new = _by_name(before.parcels), _by_name(after.parcels)
    common = old.index.intersection(new.index).sort_values()
    a, b = old.loc[common], new.loc[common]
    redrawn = _redrawn(a, b)
    flags = {GEOMETRY: redrawn, **changed_flags(pd.DataFrame(a), pd.DataFrame(b))}
    attribution = Attribution(causes, flags)
    gone, came = _unmatched(before.faults, after.faults)
    added = new.index.difference(old.index).sort_values()
    removed = old.index.difference(new.index).sort_values()
    return RunDiff(
        causes=tuple(causes),
        added=tuple(added),
        removed=tuple(removed),
        redrawn=tuple(common[redrawn]),
        cells=_cells(a, b, attribution),
        faults_appeared=came,
        faults_gone=gone,
        shares=(before.share, after.share),
        steps=_share_steps(old, new, redrawn=common[redrawn], attribution=attribution),
        attribution=attribution,
    )


def _by_name(parcels: GeoDataFrame) -> GeoDataFrame:
    return parcels.set_axis(parcels.index.astype(str), axis="index")


def changed_flags(before: pd.DataFrame, after: pd.DataFrame) -> dict[str, NDArray[np.bool_]]:
    """
    Tell for each column which rows differ.

    Parameters
    ----------
    before
        A table.
    after
        The other table, with the same index in the same order. A column that only one of them has
        is missing throughout in the other.

    Returns
    -------
    dict
        One flag a row, for each column that differs anywhere. Numbers within
        :data:`NUMBER_TOLERANCE` of each other are the same; missing is the same as missing alone.
    """
    nothing = pd.Series(None, before.index, dtype=object)
    names = [one for one in dict.fromkeys([*before, *after]) if one != GEOMETRY]
    found = {str(one): _differs(before.get(one, nothing), after.get(one, nothing)) for one in names}
    return {one: flags for one, flags in found.items() if flags.any()}


def _differs(a: pd.Series, b: pd.Series) -> NDArray[np.bool_]:
    lacks_a, lacks_b = a.isna().to_numpy(), b.isna().to_numpy()
    if pd.api.types.is_numeric_dtype(a) and pd.api.types.is_numeric_dtype(b):
        x, y = (one.to_numpy(dtype=float, na_value=np.nan) for one in (a, b))
        largest = np.maximum(np.abs(x), np.abs(y))
        with np.errstate(invalid="ignore"):  # missing is dealt with below
            unequal = (x != y) & ~(np.abs(x - y) <= NUMBER_TOLERANCE * largest)
    else:
        unequal = (a.astype(object) != b.astype(object)).to_numpy(dtype=bool)
    return np.asarray((lacks_a != lacks_b) | (unequal & ~lacks_a & ~lacks_b))


def _redrawn(a: GeoDataFrame, b: GeoDataFrame) -> NDArray[np.bool_]:
    if a.crs is not None and b.crs is not None and a.crs != b.crs:
        b = b.to_crs(a.crs)
    x, y = np.asarray(a.geometry.array), np.asarray(b.geometry.array)
    changed = ~shapely.equals_exact(x, y)
    at = np.flatnonzero(changed)
    shapes = shapely.normalize(x[at]), shapely.normalize(y[at])
    changed[at] = ~shapely.equals_exact(*shapes, tolerance=SHAPE_TOLERANCE_M)
    return np.asarray(changed)


def _cells(a: GeoDataFrame, b: GeoDataFrame, attribution: Attribution) -> pd.DataFrame:
    nothing = pd.Series(None, a.index, dtype=object)
    pieces = []
    for name, flags in attribution.flags.items():
        if name == GEOMETRY:
            continue
        piece = pd.DataFrame({"parcel_id": a.index[flags]})
        piece["column"] = name
        piece["before"] = a.get(name, nothing)[flags].astype(object).to_numpy()
        piece["after"] = b.get(name, nothing)[flags].astype(object).to_numpy()
        piece["mask"] = attribution.masks(name)[flags]
        pieces.append(piece)
    if not pieces:
        return pd.DataFrame(columns=["parcel_id", "column", "before", "after", "mask"])
    return pd.concat(pieces, ignore_index=True)


def _key(fault: FaultLine) -> tuple[str, ...]:
    """Know a fault again: rows shift when one is added above, so the id says more than the row."""
    return fault.layer, fault.code, fault.id or fault.row


def _unmatched(
    before: tuple[FaultLine, ...], after: tuple[FaultLine, ...]
) -> tuple[tuple[FaultLine, ...], tuple[FaultLine, ...]]:
    def left(these: tuple[FaultLine, ...], those: tuple[FaultLine, ...]) -> tuple[FaultLine, ...]:
        there = Counter(map(_key, those))
        alone = []
        for one in these:
            if there[_key(one)]:
                there[_key(one)] -= 1
            else:
                alone.append(one)
        return tuple(alone)

    return left(before, after), left(after, before)


def _share_steps(
    old: GeoDataFrame, new: GeoDataFrame, *, redrawn: pd.Index, attribution: Attribution
) -> tuple[ShareStep, ...]:
    """Walk from one share to the other: parcels that went, came, were redrawn, then the rest."""
    needed = ["inside_area_m2", "counted_area_m2"]
    if not set(needed) <= set(old.columns) & set(new.columns):
        return ()
    a, b = (np.asarray(one[needed].sum(), dtype=float) for one in (old, new))
    common = old.index.intersection(new.index)

    def land(table: GeoDataFrame, ids: pd.Index) -> NDArray[np.float64]:
        return np.asarray(table.loc[ids, needed].sum(), dtype=float)

    removed = -land(old, old.index.difference(common))
    added = land(new, new.index.difference(common))
    moved = land(new, redrawn) - land(old, redrawn)
    changes = {"removed": removed, "added": added, "redrawn": moved}
    changes["line"] = b - a - removed - added - moved
    grounds = {"removed": (ROW,), "added": (ROW,), "redrawn": (GEOMETRY,), "line": needed}
    steps, at = [], a
    for part, change in changes.items():
        is_idle = np.abs(change).max() <= NUMBER_TOLERANCE * max(a[1], b[1])
        if not is_idle:
            points = _ratio(at + change) - _ratio(at)
            causes = attribution.named(attribution.of(*grounds[part]))
            inside, total = (float(one) for one in to_mu(pd.Series(change)))
            steps.append(ShareStep(part, points, inside, total, tuple(causes)))
        at = at + change
    return tuple(steps)


def _ratio(land: NDArray[np.float64]) -> float:
    return float(land[0] / land[1]) if land[1] else 0.0
