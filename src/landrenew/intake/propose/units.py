"""The unit of a column: as its heading says, else as its size tells beside other evidence.

What rests on size alone is marked for the user to check; an area is sure where it agrees with the
area as drawn.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from landrenew.base.columns import COLUMNS
from landrenew.base.errors import ColumnError
from landrenew.base.units import FACTORS, factor_between, factor_to
from landrenew.base.words import Text
from landrenew.intake.propose.names import heading_unit
from landrenew.intake.propose.values import bare_numbers, filled, numbers

if TYPE_CHECKING:
    import pandas as pd

    from landrenew.intake.propose.look import Look
    from landrenew.intake.propose.names import Match

NEAR = 0.1
"""An area agrees with the drawn one where the middle ratio is within this power of ten."""

AREA_UNITS = ("平方米", "亩", "公顷", "平方公里", "平方英尺")
MONEY_UNITS = ("元", "千元", "万元", "亿元")

USUAL_CNY10K = {"tax_cny10k": 100.0, "output_cny10k": 3000.0, "value_added_cny10k": 700.0,
                "revenue_cny10k": 3000.0, "rd_cny10k": 100.0}  # fmt: skip
"""Rough middle of firms' yearly amounts [万元]; only decides which unit is proposed."""

UNIT_COLUMNS = {"mjdw", "面积单位"}
"""Columns of a register that state the unit of its areas."""

LARGEST_SHARE = 1.5
"""Shares beyond this are percentages."""

STOREYS_AT_MOST, LOW_STOREYS = 100, 8
"""Whole numbers, none above the first and half of them up to the second, look like storeys."""


class Unit(NamedTuple):
    """
    The unit of a column.

    Parameters
    ----------
    name
        As a project file writes it; None when it is ours.
    why
        What it rests on; None where nothing needs saying.
    is_sure
        False where the user must check it.
    is_known
        False for a unit that cannot be converted: the column is not to be used.
    """

    name: str | None
    why: Text | None = None
    is_sure: bool = True
    is_known: bool = True


OURS = Unit(None)


def unit_of(look: Look, match: Match, rows: pd.DataFrame) -> Unit:
    """
    Find the unit of a column.

    Parameters
    ----------
    look
        What was seen of the layer.
    match
        Our column and theirs.
    rows
        The rows that will be read, of all those seen.

    Returns
    -------
    Unit
        The unit and what it rests on.
    """
    ours = COLUMNS[match.column].unit
    known = FACTORS.get(ours, {})
    stated = look.units.get(match.theirs) or heading_unit(match.theirs)
    if stated is not None:
        return _stated(ours, stated)
    above = {factor_between(ours, one) for one in look.sheet_units} - {None}
    if COLUMNS[match.column].kind != "number" or not known or len(above) == 1:
        return OURS  # a unit above the table is read by a run as well
    values, with_unit = bare_numbers(rows[match.theirs])
    if with_unit and values.empty:
        return Unit(None, Text("各格自带单位", "each cell states its unit"))
    return _unit_by_size(look, match, rows, values)


def _unit_by_size(look: Look, match: Match, rows: pd.DataFrame, values: pd.Series[float]) -> Unit:
    """Propose the unit that the size of the numbers tells."""
    ours = COLUMNS[match.column].unit
    if match.column in {"declared_area_m2", "survey_area_m2"}:
        return _area_unit(look, rows, values)
    if ours == "cny10k":
        return _money_unit(match.column, values)
    if ours == "1":
        return _share_unit(match.column, values)
    return _not_said(ours)


def _stated(ours: str, stated: str) -> Unit:
    try:
        factor = factor_to(ours, stated)
    except ColumnError:
        why = Text(f"单位“{stated}”不能换算", f"unit {stated!r} cannot be converted")
        return Unit(None, why, is_sure=False, is_known=False)
    return OURS if factor == 1.0 else Unit(stated)


def _area_unit(look: Look, rows: pd.DataFrame, values: pd.Series[float]) -> Unit:
    if (stated := _unit_column(rows)) is not None:
        return Unit(stated, Text("单位取自面积单位列", "unit as the unit column says"))
    at = np.flatnonzero(look.frame.index.isin(rows.index))
    drawn = look.areas_m2[at]
    declared = values.reindex(rows.index).to_numpy()
    usable = np.isfinite(drawn) & (drawn > 0) & np.isfinite(declared) & (declared > 0)
    if not usable.any():
        return _not_said("m2")
    ratio = float(np.median(drawn[usable] / declared[usable]))
    factors = FACTORS["m2"]
    unit = min(AREA_UNITS, key=lambda one: abs(math.log10(ratio / factors[one])))
    left = ratio / factors[unit]
    is_near = abs(math.log10(left)) <= NEAR
    why = Text(
        f"按{unit}计，图形面积与它之比的中位数为 {left:.3f}",
        f"taken as {unit}, the drawn area over it has the median {left:.3f}",
    )
    return Unit(unit if factors[unit] != 1.0 else None, why, is_near)


def _unit_column(rows: pd.DataFrame) -> str | None:
    for one in map(str, rows.columns):
        if one.strip().casefold() in UNIT_COLUMNS:
            said = filled(rows[one]).unique()
            if len(said) == 1 and said[0] in FACTORS["m2"]:
                return str(said[0])
    return None


def _money_unit(column: str, values: pd.Series[float]) -> Unit:
    """Propose the unit in which the middle amount is nearest to what firms usually have."""
    amounts = values[values > 0]
    usual = USUAL_CNY10K.get(column)
    if amounts.empty or usual is None:
        return _not_said("cny10k")
    middle = float(amounts.median())
    factors = FACTORS["cny10k"]
    unit = min(MONEY_UNITS, key=lambda one: abs(math.log10(middle * factors[one] / usual)))
    why = Text(
        f"列名没写单位；数值中位数 {middle:.4g}，像是{unit}",
        f"no unit in the heading; the middle value {middle:.4g} looks like {unit}",
    )
    return Unit(None if factors[unit] == 1.0 else unit, why, is_sure=False)


def _share_unit(column: str, values: pd.Series[float]) -> Unit:
    is_share = column in {"share", "rd_share", "building_density"}
    if is_share and len(values) and float(values.abs().max()) > LARGEST_SHARE:
        why = Text("数值超过 1，像是百分数", "values above 1 look like per cent")
        return Unit("%", why, is_sure=False)
    return OURS


UNIT_WORDS = {
    "m2": Text("平方米", "m2"), "cny10k": Text("万元", "10,000 yuan"), "mu": Text("亩", "mu"),
    "tce": Text("吨标煤", "tce"), "t": Text("吨", "t"), "mwh10": Text("万千瓦时", "10 MWh"),
    "person": Text("人", "persons"), "m": Text("米", "m"),
}  # fmt: skip


def _not_said(ours: str) -> Unit:
    """Take a column in our unit where neither heading nor size tells; people need no unit."""
    if ours in {"person", "m", "1"}:
        return OURS
    word = UNIT_WORDS.get(ours, Text(ours, ours))
    why = Text(f"列名没写单位，当作{word.zh}", f"no unit in the heading; taken as {word.en}")
    return Unit(None, why, is_sure=False)


def looks_like_storeys(values: pd.Series) -> bool:
    """
    Tell whether heights look like numbers of storeys.

    Parameters
    ----------
    values
        A column called height.

    Returns
    -------
    bool
        True for whole numbers, half of them small, some of them 1: no building is 1 m high.
    """
    found = numbers(values)
    found = found[found > 0]
    if found.empty or found.max() > STOREYS_AT_MOST:
        return False
    is_whole = bool((found % 1 == 0).all())
    return is_whole and float(found.median()) <= LOW_STOREYS and float((found == 1).mean()) > 0
