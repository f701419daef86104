"""What a run hands to the publishers: the layers, and everything computed from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    import pandas as pd
    import pyarrow as pa
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from landrenew.assess.certainty.chances import CityChances
    from landrenew.assess.share.change import ShareChange
    from landrenew.assess.share.summary import ControlShare
    from landrenew.assess.units import Together
    from landrenew.base.words import Text
    from landrenew.intake.faults import Fault
    from landrenew.intake.layers import Balance, Layers
    from landrenew.intake.parcels import Parcels
    from landrenew.measure.allocation import Allocation
    from landrenew.plan.path.proposal import Proposal
    from landrenew.rules.model import Rulebook


@dataclass(frozen=True, repr=False)
class Result:
    """
    One finished run.

    Parameters
    ----------
    layers
        What came in.
    parcels
        The parcel table with every measured and judged column.
    share
        Control-line share of the city with its towns; None without a control line.
    share_change
        Why that share changed; None without a line, or without an earlier state or line.
    retired
        The earlier state, with what of each of its parcels was retired; None without one.
    allocation
        What the firms bring to the parcels, with its accounts; None without firms.
    firms
        The firms, evaluated, indexed by ``firm_id``; None without firms.
    together
        What was judged where the rulebook or the project takes firms together; None elsewhere.
    blocks
        Contiguous blocks, indexed by ``block_id``; None when the rulebook has no contiguity.
    diagnosis
        Problems and outcomes of the blocks, with the shares of land the answers rest on; None when
        the rulebook has no diagnosis or no contiguity.
    progress
        Cleared land by town and year; None without a ledger.
    plans
        The plan of the project and of its scenarios; empty where none is asked for.
    backflow
        New small uses on or next to cleared land; None where it was not looked for.
    certainty
        How sure the judgements are; None where the project does not say what may be off.
    faults
        Faults of the layers and of the steps after them.
    findings
        Land that is where it must not be.
    balances
        Balances of what was checked after the layers were read, such as the ledger.
    notes
        What could not be done, and why.
    shapes
        Gives the shapes of the parcels that stayed on disk, some at a time: positions in the
        table, and WKB. None where they are in the table.
    """

    layers: Layers
    parcels: Parcels
    share: ControlShare | None = None
    share_change: ShareChange | None = None
    retired: Parcels | None = None
    allocation: Allocation | None = None
    firms: pd.DataFrame | None = None
    together: Together | None = None
    blocks: GeoDataFrame | None = None
    diagnosis: pd.DataFrame | None = None
    progress: pd.DataFrame | None = None
    plans: tuple[Proposal, ...] = ()
    backflow: pd.DataFrame | None = None
    certainty: CityChances | None = None
    faults: tuple[Fault, ...] = field(default=())
    findings: tuple[Fault, ...] = field(default=())
    balances: tuple[Balance, ...] = field(default=())
    notes: tuple[Text, ...] = field(default=())
    shapes: Callable[[], Iterator[tuple[NDArray[np.intp], pa.ChunkedArray]]] | None = None

    @property
    def near(self) -> Parcels:
        """The parcels without those reported as far away, which no view opens on."""
        far = {one.id for one in (*self.layers.faults, *self.faults) if one.code == "far_away"}
        if not far:  # no copy of a large table
            return self.parcels
        near = self.parcels[~self.parcels.index.isin(far)]
        return near if len(near) else self.parcels

    def __repr__(self) -> str:
        """Sum the run up in a line, for a notebook; tables show themselves when asked for."""
        share = "none" if self.share is None else f"{self.share.share:.2%} ({self.share.verdict})"
        blocks = "none" if self.blocks is None else str(len(self.blocks))
        return (
            f"<Result {self.layers.project.city.name}: {len(self.parcels)} parcels,"
            f" share {share}, blocks {blocks}, faults {len(self.faults)}>"
        )


class Judged(NamedTuple):
    """
    What one rulebook makes of a project.

    Parameters
    ----------
    name
        What the rulebook is called: its name, or its path where another has the same name.
    book
        The rulebook.
    parcels
        The parcel table with every measured and judged column.
    firms
        The firms, evaluated; None without firms.
    """

    name: str
    book: Rulebook
    parcels: Parcels
    firms: pd.DataFrame | None
