"""Tables that speak of parcels by their ids: what towns surveyed, and neighbours set by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from landrenew.base.columns import COLUMNS
from landrenew.base.errors import ColumnError
from landrenew.base.words import some
from landrenew.intake.faults import Fault
from landrenew.intake.layers import table_balance
from landrenew.intake.naming import row_ids
from landrenew.intake.parcels import Parcels
from landrenew.intake.sections import OURS_ALONE

if TYPE_CHECKING:
    import pandas as pd

    from landrenew.intake.desk import Desk

ENDS = ("parcel_id", "other_parcel_id")
"""The two ends of a contact."""


def read_survey(desk: Desk, parcels: Parcels) -> pd.DataFrame | None:
    """
    Read what towns surveyed of the parcels.

    Parameters
    ----------
    desk
        The desk of the project; what is found piles up there.
    parcels
        The parcel table.

    Returns
    -------
    DataFrame or None
        Index ``parcel_id``, unique; the columns that the table brings. None without a survey.

    Raises
    ------
    ColumnError
        When the table has no ``parcel_id``.
    """
    table = desk.table("survey", "parcel_id")
    if table is None:
        return None
    unnamed = table["parcel_id"].isna()
    repeated = table.astype(str).duplicated() & ~unnamed
    kept = table[~unnamed & ~repeated]
    conflicting = kept["parcel_id"].duplicated(keep=False)
    unknown = _unknown(kept[["parcel_id"]], parcels) & ~conflicting
    for rows, code in (
        (table[unnamed], "missing_id"),
        (table[repeated], "duplicate_row"),
        (kept[conflicting], "conflicting_id"),
        (kept[unknown], "survey_unknown_parcel"),
    ):
        desk.faults += _row_faults(rows, "survey", code)
    kept = kept[~conflicting & ~unknown]
    desk.balances.append(table_balance("survey", table, kept))
    return kept.set_index("parcel_id")


def read_contacts(desk: Desk, parcels: Parcels) -> pd.DataFrame | None:
    """
    Read the pairs of parcels that people join or part.

    Parameters
    ----------
    desk
        The desk of the project; what is found piles up there.
    parcels
        The parcel table.

    Returns
    -------
    DataFrame or None
        ``parcel_id``, ``other_parcel_id`` and ``contact_class``; None without such a table. Of one
        pair the row that stands last decides.

    Raises
    ------
    ColumnError
        When a column is missing.
    """
    table = desk.table("contacts", *ENDS, "contact_class")
    if table is None:
        return None
    ends = table[list(ENDS)]
    unreadable = (
        table["contact_class"].isna() | ends.isna().any(axis=1) | (ends[ENDS[0]] == ends[ENDS[1]])
    )
    unknown = _unknown(ends, parcels) & ~unreadable
    desk.faults += _row_faults(table[unreadable], "contacts", "contact_unreadable")
    desk.faults += _row_faults(table[unknown], "contacts", "contact_unknown_parcel")
    kept = table[~unreadable & ~unknown]
    desk.balances.append(table_balance("contacts", table, kept))
    return kept


def _unknown(ids: pd.DataFrame, parcels: Parcels) -> pd.Series[bool]:
    """Find the rows that name a parcel which is not there; before any is there, none does."""
    known = ids.isin(set(parcels.index)).all(axis=1)
    return ~known if len(parcels) else known & ~known


def _row_faults(rows: pd.DataFrame, layer: str, code: str) -> list[Fault]:
    named = zip(rows.index.tolist(), row_ids(rows, layer), strict=True)
    return [Fault(layer, row, one, code) for row, one in named]


def surveyed(parcels: Parcels, survey: pd.DataFrame | None) -> Parcels:
    """
    Give the parcels what was surveyed of them.

    Parameters
    ----------
    parcels
        Parcel table.
    survey
        The result of :func:`read_survey`.

    Returns
    -------
    Parcels
        The table with the survey's columns, missing where a parcel was not surveyed.

    Raises
    ------
    ColumnError
        When the survey brings a column that the parcels have already, or one that is none of the
        parcels'.
    """
    if survey is None:
        return parcels
    if both := [one for one in survey.columns if one in parcels.columns]:
        raise ColumnError(
            f"{some(both)} 既在 [survey] 中给出，宗地表中也已有。请从 [survey.columns] 中去掉；"
            "要与宗地表对照的，写作 [departments.排摸]。",
            f"{some(both)} stand under [survey], and the parcel table has them already. Remove"
            " them from [survey.columns]; what is to be compared belongs under"
            " [departments.survey].",
        )
    if unfit := [one for one in survey.columns if not _is_given_of_parcels(one)]:
        raise ColumnError(
            f"[survey] 的 {some(unfit)} 不是宗地的给定列。请从 [survey.columns] 中去掉。",
            f"[survey]: {some(unfit)} can not be given of a parcel. Remove from [survey.columns].",
        )
    return Parcels(parcels.join(survey))


def _is_given_of_parcels(name: str) -> bool:
    one = COLUMNS[name]
    return (one.table, one.role) == ("parcel", "given") and name not in OURS_ALONE
