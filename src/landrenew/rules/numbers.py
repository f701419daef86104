"""Every number of a rulebook, with its unit and where it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from landrenew.base.columns import COLUMNS
from landrenew.rules.difference import entries, own_names, path_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from landrenew.base.words import Text
    from landrenew.rules.model import Rulebook

    Table = Mapping[str, Any]

OF_COLUMN = frozenset({"threshold", "baseline", "encouraged"})
"""Keys of numbers in the unit that stands beside them, else in that of the column."""

UNITS = {
    "target": "1", "up_to": "1", "tail_share": "1", "baseline_factor": "1", "cap": "1",
    "floor": "1", "deviations": "1", "nearest": "1",
    "weight": "point", "low": "point", "least": "point", "most": "point", "at_least": "point",
    "above": "point",
    "share_at_least": "1", "share_above": "1",
    "land_from_mu": "mu", "land_below_mu": "mu", "min_area_mu": "mu", "small_plot_mu": "mu",
    "below_mu": "mu",
    "double_above_m": "m", "storey_height_m": "m", "max_gap_m": "m", "within_m": "m",
    "years": "year", "edition": "year",
}  # fmt: skip
"""Units of the numbers that belong to no column; 1 is a share, a multiple or a count."""

FROM = ("document", "source", "confidence")


class Number(NamedTuple):
    """
    One number of a rulebook.

    Parameters
    ----------
    path
        Where it stands, such as ``scoring.pools.above_scale.criteria.rd_share.baseline``.
    label
        The same in words.
    value
        The number.
    unit
        Its unit, as the data dictionary writes it; ``1`` for shares, multiples and counts.
    document
        Its official document; of a plausibility check without one, what it rests on.
    source
        Where it was read.
    confidence
        H, M, L or ``user``.
    region
        Where the book holds.
    effective
        First day it holds; empty where no source says.
    expires
        Last day it holds; empty likewise.
    """

    path: str
    label: Text
    value: float
    unit: str
    document: str
    source: str
    confidence: str
    region: str
    effective: str
    expires: str


def numbers(book: Rulebook) -> list[Number]:
    """
    List every number of a rulebook.

    Parameters
    ----------
    book
        The rulebook, with all it extends.

    Returns
    -------
    list of Number
        In the order of the book; the source of a number is the one stated for it, else for its
        entry, else for its part.

    Examples
    --------
    >>> from landrenew.rules.library import read_rulebook
    >>> found = {one.path: one for one in numbers(read_rulebook("huangyan-2022"))}
    >>> one = found["scoring.pools.above_scale.criteria.tax_cny10k_per_mu.baseline"]
    >>> one.value, one.unit, one.confidence
    (24.097, 'cny10k/mu', 'H')
    """
    raw = book.model_dump(mode="json", exclude_none=True)
    names = own_names(book)
    dates = raw["region"], raw.get("effective", ""), raw.get("expires", "")
    return [
        Number(".".join(path), path_words(path, names), table[path[-1]], unit_of(path[-1], table),
               *_origin(path[-1], table, stated), *dates)
        for path, table, stated in _numbers(raw, (), {})
    ]  # fmt: skip


def unit_of(key: str, table: Table) -> str:
    """
    Give the unit of a number.

    Parameters
    ----------
    key
        Its key.
    table
        The entry it stands in.

    Returns
    -------
    str
        The unit, as the data dictionary writes it.

    Examples
    --------
    >>> unit_of("threshold", {"column": "tax_cny10k_per_mu", "threshold": 5.0})
    'cny10k/mu'
    """
    if key in OF_COLUMN:
        return str(table["unit"]) if "unit" in table else COLUMNS[table["column"]].unit
    if key.isdigit():  # a table by industry code holds floor area ratios
        return COLUMNS["floor_area_ratio"].unit
    if key != "factor":
        return UNITS[key]
    over, under = table["column"], [table[one] for one in ("over", "times") if one in table]
    units = [COLUMNS[one].unit for one in (over, *under) if COLUMNS[one].unit != "1"]
    is_plain = "over" not in table or len(set(units)) <= 1
    return "1" if is_plain else "/".join(units)


def _numbers(
    table: Table, path: tuple[str, ...], stated: Table
) -> Iterator[tuple[tuple[str, ...], Table, Table]]:
    """Give the way to every number, the entry it stands in, and what is stated of its source."""
    stated = {**stated, **{key: table[key] for key in FROM if key in table}}
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _numbers(value, (*path, key), stated)
        elif isinstance(value, list) and key != "sources":
            tables = [one for one in value if isinstance(one, dict)]
            for name, one in entries(tables):
                yield from _numbers(one, (*path, key, name), stated)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield (*path, key), table, stated


def _origin(key: str, table: Table, stated: Table) -> tuple[str, str, str]:
    own: Table = next((one for one in table.get("sources", ()) if one["of"] == key), {})
    found = {**stated, **own}
    return found.get("document", found["source"]), found["source"], found["confidence"]
