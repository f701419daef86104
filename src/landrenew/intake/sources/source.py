"""What reading one file gives: its rows as they stand, and what the reader had to decide."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from landrenew.base.words import Text
    from landrenew.intake.faults import Fault


@dataclass(frozen=True)
class Source:
    """
    The rows of one file or table, and what the reader had to decide.

    Parameters
    ----------
    frame
        The file's own columns; a GeoDataFrame when it holds shapes. Index ``row``: the number by
        which its user finds a row, the line of a sheet or the number of a record, from 1.
    units
        Unit of a column where its heading states one, by the file's own column name.
    notes
        What was decided and why: the encoding, the heading, how arcs became chords.
    faults
        What is wrong with the file itself, such as a totals line that does not add up.
    set_aside
        Rows that are no records, such as totals lines; each is named in ``notes`` or ``faults``.
    sheet_units
        Units that a title states for all columns whose heading states none.
    digest
        The sha256 of the rows of a database; empty for a file, whose bytes have their own.
    """

    frame: pd.DataFrame
    units: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[Text, ...] = ()
    faults: tuple[Fault, ...] = ()
    set_aside: int = 0
    sheet_units: tuple[str, ...] = ()
    digest: str = ""
