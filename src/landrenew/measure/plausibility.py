"""Plausibility: values that cannot well be, found by the checks of the rulebook.

A check looks where its figures came from: on the firms when they state all its columns, else on the
parcels. What it finds is a doubt; no value is changed.
"""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.spatial import cKDTree

from landrenew.base.columns import COLUMNS
from landrenew.base.threads import on_threads
from landrenew.base.words import Text
from landrenew.intake.faults import Fault
from landrenew.rules.plausibility import Above, Exceeds, Magnitude, Neighbours, Off, RatioAbove

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from landrenew.base.words import Lang
    from landrenew.intake.parcels import Parcels
    from landrenew.rules.plausibility import AnyCheck, Check

    Found = list[tuple[int, Text]]
    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]

FEWEST_PEERS = 5
"""With fewer other values there is no saying what is usual."""

MOST_TIED, SAME_DISTANCE = 16, 1e-9
"""So many more places, as far as the last one but for rounding, are neighbours too."""

TINY = 1e-100
"""Less than this is nothing, and no ratio is taken to it."""

TO_DEVIATION = 1.4826
"""The median absolute deviation of a normal law times this is its standard deviation."""


def plausibility_faults(
    parcels: Parcels,
    firms: pd.DataFrame | None,
    checks: Sequence[AnyCheck],
    rows: Mapping[str, int] | None = None,
) -> list[Fault]:
    """
    Find the values that fail the checks of a rulebook.

    Parameters
    ----------
    parcels
        The measured parcel table (projected, metres).
    firms
        The firms, index ``firm_id``, with their ``row``; None when the project has none.
    checks
        The checks, in the order they are reported. One whose columns nobody states is passed over.
    rows
        Row of each parcel in its file; None when it is not known.

    Returns
    -------
    list of Fault
        ``implausible``, one a check and row, with the values and what they were compared with.
    """
    faults: list[Fault] = []

    @functools.cache
    def middles() -> Numbers:
        return _middles(parcels.geometry.to_numpy())

    for check in checks:
        if isinstance(check, Off):
            continue
        table = _table_of(check, parcels, firms)
        if table is None:
            continue
        found = [(place, _said(check, text)) for place, text in _failing(check, table, middles)]
        is_firm = table is not parcels
        faults += _firm_faults(table, found) if is_firm else _parcel_faults(parcels, found, rows)
    return faults


def _said(check: Check, text: Text) -> Text:
    return Text(f"[{check.name}] {check.zh}：{text.zh}", f"[{check.name}] {check.en}: {text.en}")


def _columns_of(check: AnyCheck) -> list[str]:
    names = (getattr(check, key, None) for key in ("column", "over", "other", "times", "per"))
    return [name for name in names if name is not None]


def _table_of(check: AnyCheck, parcels: Parcels, firms: pd.DataFrame | None) -> pd.DataFrame | None:
    """Choose the table that states the columns of a check; the firms before the parcels."""
    needed = set(_columns_of(check))
    looks_at_firms = not isinstance(check, Neighbours)
    if looks_at_firms and firms is not None and needed <= set(firms.columns):
        return firms
    return parcels if needed <= set(parcels.columns) else None


def _parcel_faults(parcels: Parcels, found: Found, rows: Mapping[str, int] | None) -> list[Fault]:
    spots = _middles(parcels.geometry.to_numpy()[[place for place, _ in found]]).tolist()
    ids = [str(parcels.index[place]) for place, _ in found]
    at = {} if rows is None else rows
    return [
        Fault("parcels", at.get(one), one, "implausible", text, x, y)
        for one, (_, text), (x, y) in zip(ids, found, spots, strict=True)
    ]


def _middles(shapes: NDArray[np.object_]) -> Numbers:
    """Give the middles of the boxes around shapes, which a point in place of one has too."""
    boxes = shapely.bounds(shapes).reshape(-1, 4)
    middles: Numbers = (boxes[:, :2] + boxes[:, 2:]) / 2
    return middles


def _firm_faults(firms: pd.DataFrame, found: Found) -> list[Fault]:
    rows = firms["row"].tolist() if "row" in firms else [None] * len(firms)
    return [
        Fault("firms", rows[place], str(firms.index[place]), "implausible", text)
        for place, text in found
    ]


def _failing(check: AnyCheck, table: pd.DataFrame, middles: Callable[[], Numbers]) -> Found:
    """List the rows that fail a check, with what was found there."""
    match check:
        case Above():
            return _above(check, table)
        case RatioAbove():
            return _ratio_above(check, table)
        case Exceeds():
            return _exceeds(check, table)
        case Magnitude():
            return _magnitude(check, table)
        case Neighbours():
            return _neighbours(check, table, middles())
        case Off():
            return []


def _number(value: float) -> str:
    """Write a number with thousands, and no more digits than it has."""
    size = abs(value)
    digits = 2 if size >= 1 or size == 0 else 2 - math.floor(math.log10(size))
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _label(name: str, lang: Lang) -> str:
    return COLUMNS[name].label.say(lang)


def _is(name: str, value: float) -> Text:
    return Text(f"{_label(name, 'zh')} {_number(value)}", f"{_label(name, 'en')} {_number(value)}")


def _places(fails: NDArray[np.bool_]) -> list[int]:
    found: list[int] = np.flatnonzero(fails).tolist()
    return found


def _values(table: pd.DataFrame, name: str) -> Numbers:
    return table[name].to_numpy(dtype=float)


def _above(check: Above, table: pd.DataFrame) -> Found:
    values = _values(table, check.column)
    most = _number(check.threshold)
    return [
        (place, Text(*(f"{said} > {most}" for said in _is(check.column, values[place]))))
        for place in _places(values > check.threshold)
        if _number(values[place]) != most  # else only the arithmetic is above
    ]


def _ratio_above(check: RatioAbove, table: pd.DataFrame) -> Found:
    upper, lower = _values(table, check.column), _values(table, check.over)
    times = np.ones(len(table)) if check.times is None else _values(table, check.times)
    ratio = np.divide(upper, lower, out=np.full(len(table), np.nan), where=lower > 0)
    found = []
    for place in _places(ratio > check.factor * times):
        parts = [_is(check.column, upper[place]), _is(check.over, lower[place])]
        bound = Text(_number(check.factor), _number(check.factor))
        if check.times is not None:
            count = _is(check.times, times[place])
            bound = Text(f"{bound.zh} × {count.zh}", f"{bound.en} x {count.en}")
        found.append((place, Text(
            f"{parts[0].zh} ÷ {parts[1].zh} = {_number(ratio[place])} > {bound.zh}",
            f"{parts[0].en} / {parts[1].en} = {_number(ratio[place])} > {bound.en}",
        )))  # fmt: skip
    return found


def _exceeds(check: Exceeds, table: pd.DataFrame) -> Found:
    values, other = _values(table, check.column), _values(table, check.other)
    times = "" if check.factor == 1 else f"{_number(check.factor)} × "
    found = []
    for place in _places(values > check.factor * other):
        one, two = _is(check.column, values[place]), _is(check.other, other[place])
        found.append((place, Text(*(f"{a} > {times}{b}" for a, b in zip(one, two, strict=True)))))
    return found


def _magnitude(check: Magnitude, table: pd.DataFrame) -> Found:
    """
    Find values nearer to so many times the usual than to the usual itself.

    Money of firms is spread like a log-normal law, so the usual is the median of logarithms and the
    spread their median deviation, neither of which a few wrong rows can move.
    """
    values = _values(table, check.column)
    if check.per is not None:
        per = _values(table, check.per)
        values = np.divide(values, per, out=np.full(len(table), np.nan), where=per > 0)
    logs = np.log(np.where(values > TINY, values, np.nan))
    known = logs[~np.isnan(logs)]
    if len(known) <= FEWEST_PEERS:
        return []
    usual = float(np.median(known))
    spread = TO_DEVIATION * float(np.median(np.abs(known - usual)))
    far = max(math.log(check.factor) / 2, check.deviations * spread)
    stated = _values(table, check.column)
    what = _PEERS if check.per is None else _against(check.per)
    return [
        (place, _times_usual(
            check.column, stated[place], math.exp(usual) * stated[place] / values[place], what
        ))
        for place in _places(logs - usual > far)
    ]  # fmt: skip


def _against(per: str) -> Text:
    zh, en = (_label(per, lang) for lang in ("zh", "en"))
    return Text(f"按同类与{zh}之比应约为", f"as its peers stand to {en.lower()}, about")


_PEERS = Text("同列中位数", "median of the column")
_AROUND = Text("邻近宗地中位数", "median of the parcels around")


def _times_usual(column: str, value: float, usual: float, what: Text) -> Text:
    one, times = _is(column, value), _number(value / usual)
    return Text(f"{one.zh}，{what.zh} {_number(usual)}，为其 {times} 倍",
                f"{one.en}, {what.en} {_number(usual)}, {times} times")  # fmt: skip


def _neighbours(check: Neighbours, parcels: pd.DataFrame, middles: Numbers) -> Found:
    values = _values(parcels, check.column)
    known = np.flatnonzero(values > TINY)
    if len(known) <= FEWEST_PEERS:
        return []
    usual = median_around(middles[known], values[known], min(check.nearest, len(known) - 1))
    times = values[known] / usual
    fails = (times >= check.factor) | (times <= 1 / check.factor)
    return [
        (int(known[at]), _times_usual(check.column, values[known[at]], float(usual[at]), _AROUND))
        for at in _places(fails)
    ]


def median_around(middles: Numbers, values: Numbers, count: int) -> Numbers:
    """
    Take the median of the values at the nearest other places.

    Parameters
    ----------
    middles
        Shape (n, 2): the places [m].
    values
        Shape (n,): a number at each.
    count
        How many other places are near, from 1 to n - 1; those as far as the last of them are too,
        as in a grid of lots, or the order of the rows would choose.

    Returns
    -------
    ndarray
        Shape (n,): the medians.
    """
    size, tree = len(middles), cKDTree(middles)

    def around(rows: Rows) -> Numbers:
        usual, is_open = _medians(tree, values, rows, count, min(count + 2, size))
        tied = np.flatnonzero(is_open)
        if len(tied):
            most = min(count + 1 + MOST_TIED, size)
            usual[tied], _ = _medians(tree, values, rows[tied], count, most)
        return usual

    return on_threads(around, np.arange(size))


def _medians(
    tree: cKDTree, values: Numbers, rows: Rows, count: int, looked_at: int
) -> tuple[Numbers, NDArray[np.bool_]]:
    """Take the medians around some places; tell where even the farthest looked at is near."""
    away, near = tree.query(tree.data[rows], k=looked_at)
    is_self = near == rows[:, None]
    away = np.where(is_self, np.inf, away)
    last = np.partition(away, count - 1, axis=1)[:, count - 1]
    is_near = away <= last[:, None] * (1 + SAME_DISTANCE)
    ranked = np.sort(np.where(is_near, values[near], np.inf), axis=1)
    known, row = is_near.sum(axis=1), np.arange(len(rows))
    usual: Numbers = (ranked[row, (known - 1) // 2] + ranked[row, known // 2]) / 2
    return usual, (is_near | is_self).all(axis=1)
