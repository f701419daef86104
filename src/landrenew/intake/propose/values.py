"""Look at the values of a column: whether it can be the id or the number that its name says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd

from landrenew.base.columns import COLUMNS
from landrenew.intake.attributes.values import BLANKS, read_numbers
from landrenew.intake.propose.names import Match, find_columns
from landrenew.intake.propose.roles import COLUMNS as WANTED

if TYPE_CHECKING:
    import pandas as pd

    from landrenew.intake.propose.look import Look

OWN_ID = {"parcels": "parcel_id", "firms": "firm_id", "parks": "park_id", "towns": "town",
          "villages": "village", "buildings": "building_id", "ledger": "event_id",
          "leases": "lease_id"}  # fmt: skip
"""The column that names the rows of a section."""

MOSTLY = 0.8
"""Share of different values from which a column may name its rows [0-1]."""

HALF = 0.5


def filled(values: pd.Series) -> pd.Series[str]:
    """
    Give the values that are there, as text.

    Parameters
    ----------
    values
        A column of a file.

    Returns
    -------
    Series
        Without blanks and what tables write for them.
    """
    text = values.dropna().astype(str).str.strip()
    return text[~text.str.casefold().isin(BLANKS)]


def numbers(values: pd.Series) -> pd.Series[float]:
    """
    Give the values that are numbers.

    Parameters
    ----------
    values
        A column of a file.

    Returns
    -------
    Series
        The numbers, with or without a unit beside them; what is no number is left out.
    """
    return read_numbers(values).number.dropna()


def bare_numbers(values: pd.Series) -> tuple[pd.Series[float], int]:
    """
    Give the numbers that state no unit beside them, as ``15亩`` does.

    Parameters
    ----------
    values
        A column of a file.

    Returns
    -------
    bare : Series
        The numbers without a unit.
    with_unit : int
        How many state one.
    """
    read = read_numbers(values)
    has_unit = read.unit.notna()
    return read.number[~has_unit].dropna(), int(has_unit.sum())


def fit_columns(look: Look, section: str, rows: pd.DataFrame) -> list[Match]:
    """
    Find our columns in a layer, leaving out those whose values belie their name.

    Parameters
    ----------
    look
        What was seen of the layer.
    section
        Section of the project file.
    rows
        The rows that will be read, of all those seen.

    Returns
    -------
    list of Match
        One to one, in the order of the data dictionary of the section.
    """
    unfit: set[tuple[str, str]] = set()
    while True:
        found = find_columns(look.columns, WANTED.get(section, ()), section, unfit)
        own = OWN_ID.get(section)
        wrong = {
            (one.column, one.theirs)
            for one in found
            if not (_names_rows(look.frame, one) if one.column == own else _fits(one, rows))
        }
        if not wrong:
            return found
        unfit |= wrong


def _fits(match: Match, rows: pd.DataFrame) -> bool:
    values = rows[match.theirs]
    there = filled(values)
    if there.empty:
        is_table = not isinstance(rows, gpd.GeoDataFrame)  # its formulas may have no values yet
        return match.score >= 1.0 or (is_table and match.is_sure)
    if COLUMNS[match.column].kind in {"number", "integer"}:
        return len(numbers(values)) >= HALF * len(there)
    return True


def _names_rows(frame: pd.DataFrame, match: Match) -> bool:
    """Tell whether a column may name the rows; of parcels, each value must stand on one."""
    ids = filled(frame[match.theirs])
    if len(ids) < HALF * len(frame) or not len(ids):
        return False
    if match.column in {"parcel_id", "town", "village"}:
        again = frame.loc[ids.index[ids.duplicated(keep=False)]].astype(str)
        return match.column != "parcel_id" or again.drop_duplicates()[match.theirs].is_unique
    return ids.nunique() >= MOSTLY * len(ids)
