"""Whom a paper is about: a firm or a parcel, found by its name or code."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from landrenew.assess.evaluation import parcel_figures
from landrenew.assess.working import row_of
from landrenew.base.errors import ParcelError
from landrenew.base.words import some

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from landrenew.publish.result import Result

Kind = Literal["firms", "parcels"]


@dataclass(frozen=True)
class Subject:
    """
    One firm or one parcel, among all that it is compared with.

    Parameters
    ----------
    kind
        Table it stands in: ``firms`` or ``parcels``, which is also the layer its figures are of.
    ident
        Its ``firm_id`` or ``parcel_id``.
    name
        What it is called: name of the firm, else the code.
    published
        The rows that are published of its kind.
    table
        All rows of its kind that were judged, with ``land_mu``; of firms taken together the units.
    judged
        Label of what was judged there; None of a tenant that has the grade of its landlord.
    """

    kind: Kind
    ident: str
    name: str
    published: pd.DataFrame
    table: pd.DataFrame
    judged: str | None

    @property
    def row(self) -> pd.Series:
        """The row that is published of it."""
        return row_of(self.published, self.ident)


def subject_of(result: Result, asked: str) -> Subject:
    """
    Find a firm or a parcel.

    Parameters
    ----------
    result
        A finished run.
    asked
        Name of the firm, part of it, its ``firm_id``, or a ``parcel_id``. Blanks, letter case and
        full-width signs do not matter.

    Returns
    -------
    Subject
        The one that has this code or name; else the only one whose name holds the text.

    Raises
    ------
    ParcelError
        When there is none, or several; the sentence names some of them.
    """
    wanted = _plain(asked)
    names = [(one, _plain(one.ident), _plain(one.name)) for one in _all(result)]
    for found in (
        [one for one, code, _ in names if code == wanted],
        [one for one, _, name in names if name == wanted],
        [one for one, _, name in names if wanted and wanted in name],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            listed = some(f"{one.name} ({one.ident})" for one in found)
            raise ParcelError(
                f"“{asked}”不止一个：{listed}。请写全名或代码。",
                f"Several match {asked!r}: {listed}. Write the full name or the code.",
            )
    raise ParcelError(
        f"没有名称或代码为“{asked}”的企业或宗地。请核对名称，或用宗地代码、企业代码查找。",
        f"There is no firm or parcel named {asked!r}. Check the name, or ask by its code.",
    )


def evaluated_rows(result: Result, kind: Kind) -> pd.DataFrame:
    """
    Give all firms or parcels of a run that were judged.

    Parameters
    ----------
    result
        A finished run.
    kind
        ``firms`` or ``parcels``.

    Returns
    -------
    DataFrame
        Rows with ``land_mu``; of firms taken together one row a unit, and none for tenants that
        have the grade of their landlord.

    Raises
    ------
    ParcelError
        When firms are asked for and the project has none.
    """
    if kind == "parcels":
        return parcel_figures(result.parcels)
    if result.firms is None:
        raise ParcelError(
            "项目没有企业表 [firms]。请用 --of parcels 核算宗地，或在项目文件中加上企业表。",
            "The project has no [firms]. Use --of parcels, or add the firm table to the project"
            " file.",
        )
    return result.firms if result.together is None else result.together.units


def _all(result: Result) -> Iterator[Subject]:
    if result.firms is not None:
        names = result.firms.get("firm_name", result.firms.index.to_series())
        called = names.fillna(result.firms.index.to_series())
        table = evaluated_rows(result, "firms")
        own = result.firms.index.to_series()
        units = own if result.together is None else result.together.unit
        for ident, name in zip(result.firms.index.astype(str), called.astype(str), strict=True):
            unit = str(units.loc[ident])
            judged = unit if unit in table.index else None
            yield Subject("firms", ident, name, result.firms, table, judged)
    parcels = parcel_figures(result.parcels)
    for ident in parcels.index:
        name = str(ident)
        yield Subject("parcels", name, name, parcels, parcels, name)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()
