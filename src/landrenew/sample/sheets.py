"""The tables of the city, as its files tell them and as a careful reader should take them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass
class Sheets:
    """
    Parcels, buildings, firms, links and ledger of the city; one version of them.

    Parameters
    ----------
    parcels
        The register.
    buildings
        The buildings.
    firms
        The firms.
    links
        Which firm stands on which parcel.
    ledger
        Events of renewal.
    """

    parcels: pd.DataFrame
    buildings: pd.DataFrame
    firms: pd.DataFrame
    links: pd.DataFrame
    ledger: pd.DataFrame

    def copy(self) -> Sheets:
        """
        Copy every table.

        Returns
        -------
        Sheets
            Tables of its own.
        """
        tables = (self.parcels, self.buildings, self.firms, self.links, self.ledger)
        return Sheets(*[table.copy() for table in tables])


@dataclass(frozen=True)
class Planted:
    """
    One fault put in on purpose.

    Parameters
    ----------
    layer
        Layer of the project file.
    code
        Kind of fault, as ``landrenew check`` names it.
    ids
        Ids of the rows concerned; empty when the row has no id.
    what
        What was done, in Chinese.
    """

    layer: str
    code: str
    ids: tuple[str, ...]
    what: str


@dataclass
class Telling:
    """
    The city twice over: what the files say, and what is meant.

    Parameters
    ----------
    told
        As the files say, faults and all.
    meant
        As a reader should take it once the faults are dealt with.
    planted
        The faults.
    """

    told: Sheets
    meant: Sheets
    planted: list[Planted] = field(default_factory=list)

    def note(self, layer: str, code: str, ids: tuple[str, ...], what: str) -> None:
        """
        Put a fault on the list.

        Parameters
        ----------
        layer
            Layer of the project file.
        code
            Kind of fault.
        ids
            Rows concerned.
        what
            What was done.
        """
        self.planted.append(Planted(layer, code, ids, what))
