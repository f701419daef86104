"""Backflow 回潮: new small uses on or next to land that was cleared and not yet put to use again.

Cleared is ground that the ledger reports as demolished and not as supplied, built or in production
since. A use is new where it stands on ground that was no industrial ground in the earlier state,
or on cleared ground. What the ledger leaves open stays open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from landrenew.base.missing import none_where_missing
from landrenew.base.units import MU_PER_M2
from landrenew.base.words import Text
from landrenew.intake.geometry.shapes import DUST_M2
from landrenew.intake.geometry.topology import mean_width
from landrenew.intake.parcels import require
from landrenew.measure.overlay import united_by
from landrenew.measure.pieces import own
from landrenew.track.ledger import CLEARED, STAGES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landrenew.intake.layers import Layers
    from landrenew.intake.parcels import Parcels
    from landrenew.rules.model import Backflow

    Shapes = NDArray[np.object_]

NUMBERS = dict.fromkeys(("backflow_mu", "cleared_distance_m", "on_cleared_mu"), float)

WORDS_COLUMNS = ("town", "backflow_class", "cleared_parcel_id", "cleared_date")

COLUMNS = (
    "town", "backflow_class", "backflow_mu", "cleared_parcel_id", "cleared_date",
    "cleared_distance_m", "on_cleared_mu",
)  # fmt: skip
"""Columns of the list, where they are known."""

NOTHING = shapely.Polygon()


class Cleared(NamedTuple):
    """
    What the ledger says of cleared land, as ids of parcels.

    Parameters
    ----------
    surely
        Demolished, and nothing since.
    perhaps
        Perhaps demolished and perhaps put to use again: a date or a stage cannot be read, or
        stages are out of order.
    renewed
        Demolished, and supplied, built or in production since.
    nowhere
        Surely or perhaps cleared, but in no table of parcels, so that nobody knows where; an empty
        text for events without an id.
    """

    surely: list[str]
    perhaps: list[str]
    renewed: list[str]
    nowhere: list[str]


def cleared_parcels(ledger: pd.DataFrame, events: pd.DataFrame, land: Parcels) -> Cleared:
    """
    Sort the parcels of the ledger by whether they are cleared land.

    Parameters
    ----------
    ledger
        Every event as it came, index ``row``.
    events
        Those of them that :func:`landrenew.track.ledger.check_events` kept.
    land
        The parcels that the ledger may speak of.

    Returns
    -------
    Cleared
        Ids, each list sorted, no id in two of them.
    """
    step = ledger["stage"].map({stage: i for i, stage in enumerate(STAGES)}).astype(float)
    last = events.groupby("parcel_id")["step"].last()
    renewed = set(last.index[last > CLEARED])
    there = ledger["parcel_id"].isin(land.index)
    gone = ledger["parcel_id"][~there & ~(step < CLEARED)].fillna("")
    # a later stage alone cannot be put in order, so that nothing is sure of such a parcel
    left_out = ledger[there & ~ledger.index.isin(events.index)]
    # a demolition that is left out is a repetition, unless its date cannot be read
    says_more = ~(step < CLEARED) & ~((step == CLEARED) & _has_kept(ledger, events))
    perhaps = set(left_out["parcel_id"][says_more[left_out.index]]) - renewed
    surely = set(last.index[last == CLEARED]) - perhaps
    return Cleared(*(sorted(map(str, ids)) for ids in (
        surely, perhaps, renewed, set(gone),
    )))  # fmt: skip


def _has_kept(ledger: pd.DataFrame, events: pd.DataFrame) -> pd.Series[bool]:
    """Tell of each event whether the ledger has cleared its parcel by another one."""
    cleared = events["parcel_id"][events["step"] == CLEARED]
    return ledger["parcel_id"].isin(cleared)


@dataclass(frozen=True)
class Watch:
    """
    What is needed to look for new small uses on or next to cleared land.

    Parameters
    ----------
    parcels
        The measured parcel table, with shapes, ``parcel_area_m2`` and ``new_ground_m2``.
    earlier
        The earlier state, shapes as drawn, with ``parcel_id`` where it has ids.
    land
        Parcels that the ledger may speak of, present and earlier.
    cleared
        Which of these are cleared land.
    rule
        How near, itself included (``within_m``), and below which size, itself not included
        (``below_mu``).
    sliver_width_m
        Ground narrower than this is no use of its own [m].
    """

    parcels: Parcels
    earlier: Parcels
    land: Parcels
    cleared: Cleared
    rule: Backflow
    sliver_width_m: float

    def near(self, ids: list[str]) -> pd.DataFrame:
        """
        Find the small new uses near some cleared parcels, with the nearest of these.

        Parameters
        ----------
        ids
            Ids of cleared parcels, sorted.

        Returns
        -------
        DataFrame
            Index ``parcel_id``, as :func:`backflow` lists them, without class, date and town.
        """
        shapes, reach = self._shapes_of(ids), self.rule.within_m
        tree = shapely.STRtree(own(self.parcels.geometry.to_numpy()))
        rows = np.unique(tree.query(shapes, predicate="dwithin", distance=reach)[1])
        small = self.small(rows, ids)
        ground = small["ground"].to_numpy()
        use, place = shapely.STRtree(shapes).query(ground, predicate="dwithin", distance=reach)
        distance = shapely.distance(ground[use], shapes[place])
        common = shapely.area(shapely.intersection(ground[use], shapes[place]))
        order = np.lexsort((place, -common, distance, use))  # of equals the id that sorts first
        at, first = np.unique(use[order], return_index=True)
        best, small = order[first], small.iloc[at]
        return small.assign(
            cleared_parcel_id=np.array(ids, dtype=object)[place[best]],
            cleared_distance_m=distance[best],
            on_cleared_mu=common[best] * small["scale"].to_numpy() * MU_PER_M2,
        )

    def small(self, rows: NDArray[np.intp], ids: list[str]) -> pd.DataFrame:
        """
        Measure the new uses of some parcels, and keep those below the size of the rule.

        Parameters
        ----------
        rows
            Positions of the parcels.
        ids
            Cleared parcels, of which the ground is new again.

        Returns
        -------
        DataFrame
            Index ``parcel_id``: ``backflow_mu``, ``ground`` of the use, and ``scale``, how many m2
            a planar m2 is.
        """
        listed = {*self.cleared.surely, *self.cleared.perhaps, *self.cleared.renewed}
        rows = rows[~self.parcels.index[rows].isin(listed)]
        names, shapes = self.parcels.index[rows], own(self.parcels.geometry.to_numpy()[rows])
        ground = shapely.union(
            _without(shapes, own(self.earlier.geometry.to_numpy())),
            shapely.intersection(shapes, _met(shapes, self._shapes_of(ids))),
        )
        ground = shapely.difference(ground, _own_before(names, self.earlier))
        ground = _wide(_without(ground, self._shapes_of(self.cleared.renewed)), self.sliver_width_m)
        scale = self.parcels["parcel_area_m2"].to_numpy()[rows] / shapely.area(shapes)
        size = shapely.area(ground) * scale * MU_PER_M2
        table = pd.DataFrame({"backflow_mu": size, "ground": ground, "scale": scale}, names)
        return table[(size > 0) & (size < self.rule.below_mu)]

    def _shapes_of(self, ids: list[str]) -> Shapes:
        return own(self.land.loc[ids].geometry.to_numpy())


def backflow(watch: Watch, events: pd.DataFrame) -> pd.DataFrame:
    """
    List the new small uses on or next to cleared land.

    Parameters
    ----------
    watch
        The parcels, the earlier state, the cleared land and the rule.
    events
        Events kept by :func:`landrenew.track.ledger.check_events`, for the dates.

    Returns
    -------
    DataFrame
        Index ``parcel_id``, in the order of the parcels: ``backflow_class`` (``yes``, or
        ``undetermined`` where the ledger leaves open whether land is cleared, or where the cleared
        land lies), ``backflow_mu`` size of the new use, ``cleared_parcel_id`` the nearest cleared
        parcel, ``cleared_distance_m`` to it, 0 on it or touching, ``cleared_date`` its
        demolition, ``on_cleared_mu`` what of the use lies on it, and ``town``.

    Raises
    ------
    ColumnError
        When a column is missing.

    Notes
    -----
    The new use of a parcel is its ground without that of the earlier state, but with that on
    cleared land; without what it had under its own number before, and without renewed ground. The
    cleared parcels themselves, where they still stand in the table, are no uses.

    Source: 慈经信建〔2022〕25号, “坚决杜绝边治理、边新增……问题”.
    """
    parcels, cleared = watch.parcels, watch.cleared
    require(parcels, "parcel_area_m2", "new_ground_m2")
    both = sorted([*cleared.surely, *cleared.perhaps])
    found = [watch.near(cleared.surely), watch.near(both)]
    if cleared.nowhere:
        found.append(watch.small(np.flatnonzero(parcels["new_ground_m2"] > 0), both))
    answers = ("yes", "undetermined", "undetermined")
    every = pd.concat([
        one.assign(backflow_class=answer).astype(object)
        for one, answer in zip(found, answers, strict=False)
    ])  # fmt: skip
    every = every[~every.index.duplicated()]
    listed = every.reindex(parcels.index[parcels.index.isin(every.index)])
    known = events[(events["step"] == CLEARED) & events["parcel_id"].isin(cleared.surely)]
    dates = known.set_index("parcel_id")["date"].dt.strftime("%Y-%m-%d")
    listed["cleared_date"] = listed["cleared_parcel_id"].map(dates)
    if "town" in parcels:
        listed["town"] = parcels["town"].reindex(listed.index)
    words = [name for name in WORDS_COLUMNS if name in listed]
    listed[words] = none_where_missing(listed[words])
    return listed[[name for name in COLUMNS if name in listed]].astype(NUMBERS)


def _met(shapes: Shapes, others: Shapes) -> Shapes:
    """Unite for each shape those of the others that meet it."""
    one, other = shapely.STRtree(others).query(shapes, predicate="intersects")
    return _each(others[other], one, len(shapes))


def _each(ground: Shapes, owner: NDArray[np.intp], size: int) -> Shapes:
    """Unite the ground of each owner; an owner without any has empty ground."""
    order = np.argsort(owner, kind="stable")
    united = united_by(ground[order], owner[order], size)
    united[shapely.is_missing(united)] = NOTHING
    return united


def _without(shapes: Shapes, others: Shapes) -> Shapes:
    left: Shapes = shapely.difference(shapes, _met(shapes, others))
    return left


def _own_before(ids: pd.Index[str], earlier: Parcels) -> Shapes:
    """Give what each parcel had under its own number in the earlier state."""
    shapes = own(earlier.geometry.to_numpy())
    if "parcel_id" not in earlier:
        return _each(shapes[:0], np.empty(0, dtype=np.intp), len(ids))
    at = ids.get_indexer(pd.Index(earlier["parcel_id"].astype(object)))
    return _each(shapes[at >= 0], at[at >= 0], len(ids))


def _wide(shapes: Shapes, width: float) -> Shapes:
    """Leave slivers out."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    kept = (mean_width(parts) >= width) & (shapely.area(parts) > DUST_M2)
    return _each(parts[kept], owner[kept], len(shapes))


def backflow_class(parcels: Parcels, listed: pd.DataFrame) -> pd.Series[str]:
    """
    Tell of each parcel whether it is a new small use on or next to cleared land.

    Parameters
    ----------
    parcels
        The parcel table.
    listed
        The result of :func:`backflow`.

    Returns
    -------
    Series
        ``backflow_class``, same index: ``yes``, ``no`` or ``undetermined``.
    """
    found = listed["backflow_class"].reindex(parcels.index).astype(object)
    return found.where(found.notna(), "no").rename("backflow_class")


def backflow_notes(layers: Layers, listed: pd.DataFrame | None) -> tuple[Text, ...]:
    """
    Say what was found of backflow, or what is lacking to look for it.

    Parameters
    ----------
    layers
        The layers of a project.
    listed
        The result of :func:`backflow`; None where it could not be looked for.

    Returns
    -------
    tuple of Text
        One sentence, or none where the rulebook has no such rule.
    """
    if layers.rulebook.backflow is None:
        return ()
    if listed is None:
        lacking = [f"[{name}]" for name in ("earlier_parcels", "ledger")
                   if getattr(layers, name) is None]  # fmt: skip
        return (
            Text(
                f"未查回潮：项目文件没有 {'、'.join(lacking)}。",
                f"Backflow was not looked for: the project has no {', '.join(lacking)}.",
            ),
        )
    counts = listed["backflow_class"].value_counts()
    sure, left_open = int(counts.get("yes", 0)), int(counts.get("undetermined", 0))
    mu = listed["backflow_mu"][listed["backflow_class"] == "yes"].sum()
    return (
        Text(
            f"回潮：已拆除地面上或其旁新增零星用地 {sure} 宗、{mu:,.2f} 亩，待定 {left_open} 宗。",
            f"Backflow, new small uses on or next to cleared land: {sure} with {mu:,.2f} mu,"
            f" undetermined: {left_open}.",
        ),
    )
