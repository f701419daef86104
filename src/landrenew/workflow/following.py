"""What follows from the judgements: blocks, and what became of cleared land."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from landrenew.base.questions import DIAGNOSIS
from landrenew.intake.layers import table_balance, with_lines_aside
from landrenew.intake.parcels import Parcels
from landrenew.plan.blocks import block_id, block_table, consolidation, nearest_parks
from landrenew.plan.diagnosis import diagnosis
from landrenew.track.backflow import (
    Watch,
    backflow,
    backflow_class,
    cleared_parcels,
)
from landrenew.track.ledger import (
    check_events,
    cleared_land,
    cleared_twice,
    counted_once,
    ledger_land,
    renewal_stage,
)

if TYPE_CHECKING:
    import pandas as pd
    from geopandas import GeoDataFrame

    from landrenew.intake.faults import Fault
    from landrenew.intake.layers import Balance, Layers
    from landrenew.measure.allocation import Allocation


def blocks_of(
    layers: Layers, parcels: Parcels, allocation: Allocation | None
) -> tuple[Parcels, GeoDataFrame | None, pd.DataFrame | None]:
    """
    Find contiguous blocks, candidates among them, and diagnose them.

    Parameters
    ----------
    layers
        The layers of a project.
    parcels
        The parcel table as far as it is made.
    allocation
        What the firms bring; None without firms.

    Returns
    -------
    Parcels
        The table with ``block_id``.
    GeoDataFrame or None
        The blocks; None where the rulebook has no contiguity.
    DataFrame or None
        Problems and outcomes; None where it has no diagnosis.
    """
    book = layers.rulebook
    if book.contiguity is None:
        return parcels, None, None
    named = block_id(parcels, book.contiguity, layers.barriers, layers.contacts)
    parcels = Parcels(parcels.assign(block_id=named))
    firms = None if allocation is None else allocation.stands
    blocks = block_table(parcels, book.contiguity, firms)
    if book.consolidation is not None:
        blocks = blocks.join(consolidation(blocks, book.consolidation))
    if layers.parks is not None and len(blocks):
        blocks = blocks.join(nearest_parks(blocks, layers.parks))
    if book.diagnosis is None:
        return parcels, blocks, None
    found = diagnosis(parcels, blocks, book.diagnosis)
    answers = [name for name in DIAGNOSIS if name in found]
    return parcels, blocks.join(found[answers]), found


class Tracked(NamedTuple):
    """
    What the ledger says.

    Parameters
    ----------
    parcels
        The table with what it says of each parcel.
    progress
        Cleared land by town and year; None without a ledger.
    backflow
        New small uses on or next to cleared land; None where it was not looked for.
    faults
        What the events brought to light.
    balances
        Events in, out and set aside.
    """

    parcels: Parcels
    progress: pd.DataFrame | None = None
    backflow: pd.DataFrame | None = None
    faults: tuple[Fault, ...] = ()
    balances: tuple[Balance, ...] = ()


def tracked(layers: Layers, parcels: Parcels, earlier: Parcels | None) -> Tracked:
    """
    Follow the ledger: stages, cleared land, and what flows back to it.

    Parameters
    ----------
    layers
        The layers of a project.
    parcels
        The parcel table as far as it is made.
    earlier
        The earlier parcels; None without an earlier state.

    Returns
    -------
    Tracked
        What the ledger says.
    """
    if layers.ledger is None:
        return Tracked(parcels)
    land = ledger_land(parcels, earlier)
    events, faults = check_events(layers.ledger, land)
    parcels = Parcels(parcels.assign(renewal_stage=renewal_stage(parcels, events)))
    tolerances, rule = layers.project.tolerances, layers.rulebook.backflow
    faults += cleared_twice(land, events, width_m=tolerances.overlap_width_m)
    balance = table_balance("ledger", layers.ledger, events)
    found = None
    if earlier is not None and rule is not None:
        cleared = cleared_parcels(layers.ledger, events, land)
        watch = Watch(parcels, earlier, land, cleared, rule, tolerances.sliver_width_m)
        found = backflow(watch, events)
        parcels = Parcels(parcels.assign(backflow_class=backflow_class(parcels, found)))
    return Tracked(
        parcels, cleared_land(counted_once(land, parcels, events), events), found, tuple(faults),
        with_lines_aside([balance], layers.aside),
    )  # fmt: skip
