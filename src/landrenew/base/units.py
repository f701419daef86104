"""Units planners write, the exact factors to ours, and how ours are written for people.

Ours are: m2, mu for reports, cny10k （万元） for money, tce, t, m, 1. A column's unit stands in
:mod:`landrenew.base.columns`; here are only the conversions. Another country's money has no factor:
its rate is of a day, and nobody said which.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from landrenew.base.errors import ColumnError
from landrenew.base.words import Text

M2_PER_MU = 2000 / 3
"""Square metres in one mu 亩，exactly two thousand thirds."""

MU_PER_M2 = 0.0015
"""Mu in one square metre, exact."""

IN_M2 = {
    "m2": 1.0, "㎡": 1.0, "平方米": 1.0, "平米": 1.0, "平方": 1.0, "平方公尺": 1.0, "mu": M2_PER_MU,
    "亩": M2_PER_MU, "市亩": M2_PER_MU, "公亩": 100.0, "ha": 1e4, "hm2": 1e4, "公顷": 1e4,
    "km2": 1e6, "平方公里": 1e6, "平方千米": 1e6, "ft2": 0.3048**2, "平方英尺": 0.3048**2,
    "坪": 400 / 121,
}  # fmt: skip

# unit of ours -> what may be written in a project file -> factor to ours
FACTORS: dict[str, dict[str, float]] = {
    "m2": IN_M2,
    "mu": {name: factor * MU_PER_M2 for name, factor in IN_M2.items()},
    "m": {"m": 1.0, "米": 1.0, "公尺": 1.0, "cm": 0.01, "厘米": 0.01, "ft": 0.3048, "英尺": 0.3048,
          "km": 1000.0, "千米": 1000.0, "公里": 1000.0},
    "cny10k": {
        "cny10k": 1.0, "万元": 1.0, "万": 1.0, "cny": 1e-4, "元": 1e-4, "¥": 1e-4, "rmb": 1e-4,
        "千元": 0.1, "百万元": 100.0, "亿元": 10_000.0, "亿": 10_000.0,
    },
    "tce": {"tce": 1.0, "吨标煤": 1.0, "吨标准煤": 1.0, "kgce": 1e-3, "千克标煤": 1e-3,
            "千克标准煤": 1e-3, "公斤标煤": 1e-3, "公斤标准煤": 1e-3},
    "t": {"t": 1.0, "吨": 1.0, "kg": 1e-3, "千克": 1e-3, "公斤": 1e-3},
    "mwh10": {"mwh10": 1.0, "万千瓦时": 1.0, "万度": 1.0, "kwh": 1e-4, "千瓦时": 1e-4,
              "千瓦小时": 1e-4, "度": 1e-4, "mwh": 0.1, "兆瓦时": 0.1, "gwh": 100.0},
    "person": {"person": 1.0, "人": 1.0},
    "year": {"year": 1.0, "years": 1.0, "年": 1.0},
    "1": {"1": 1.0, "%": 0.01, "‰": 0.001},
}  # fmt: skip

SCALES = {"十万": 1e5, "百万": 1e6, "千万": 1e7, "十亿": 1e9, "百亿": 1e10, "千亿": 1e11,
          "万亿": 1e12, "万": 1e4, "亿": 1e8, "千": 1e3, "百": 1e2}  # fmt: skip
"""Words for large numbers that stand before a unit, the longer ones first."""

FOREIGN = re.compile(
    r"[十百千万亿]{0,2}(?:"
    r"美元|美金|港元|港币|欧元|日元|英镑|澳元|澳大利亚元|加元|加拿大元|新台币|台币|韩元|新加坡元"
    r"|瑞士法郎|澳门元|卢布|us\$|hk\$|\$|€|£|usd|hkd|eur|jpy|gbp|aud|cad|twd|krw|sgd|chf|mop|rub)"
)
"""Money of other countries, in plain spelling."""

PLAIN_SIGNS = str.maketrans("萬億仟佰畝頃噸", "万亿千百亩顷吨")
BETWEEN_SIGNS = re.compile(r"[\s·.^*]")
A_YEAR = re.compile(r"(?<=[^/\d])/?(?:年|yr)$")
"""Every amount of ours is a year's, so that ``万元/年`` is ``万元``."""

MEASURE = re.compile(r"\D*(?:[元亩顷吨坪尺斤克米]|标准?煤|瓦时|小时|(?<=[a-z])m2|ce|wh)(?:/\D+)?")
"""How units end, those we do not know as well."""

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

Number = TypeVar("Number", float, "pd.Series[float]", "NDArray[np.float64]")


def plain_unit(written: str) -> str:
    """
    Spell a unit plainly: small letters, simplified signs, no blanks, no mention of our currency.

    Parameters
    ----------
    written
        The unit as somebody wrote it, or any text.

    Returns
    -------
    str
        The plain spelling.

    Examples
    --------
    >>> plain_unit("万元人民币"), plain_unit("㎡"), plain_unit("人民币")
    ('万元', 'm2', '元')
    >>> plain_unit("億元/年"), plain_unit("仟元"), plain_unit("kW·h")
    ('亿元', '千元', 'kwh')
    """
    plain = BETWEEN_SIGNS.sub("", unicodedata.normalize("NFKC", written)).casefold()
    plain = A_YEAR.sub("", plain.translate(PLAIN_SIGNS))
    without = re.sub("人民币|rmb", "", plain)
    return without or ("元" if plain else "")


def is_foreign_money(written: str) -> bool:
    """
    Tell whether a unit is the money of another country.

    Parameters
    ----------
    written
        The unit as somebody wrote it.

    Returns
    -------
    bool
        True for ``万美元``, ``USD`` and the like.
    """
    return FOREIGN.fullmatch(plain_unit(written)) is not None


def is_unit(written: str) -> bool:
    """
    Tell whether a text is a unit that we know, of whatever kind.

    Parameters
    ----------
    written
        Any text, such as what stands in the brackets of a heading.

    Returns
    -------
    bool
        True for a unit, a ratio of two, or the money of another country.

    Examples
    --------
    >>> is_unit("万元/亩"), is_unit("含税")
    (True, False)
    """
    top, slash, bottom = plain_unit(written).partition("/")
    if slash:
        return _is_one(top) and _is_one(bottom)
    return _is_one(top) or is_foreign_money(written)


def may_be_unit(written: str) -> bool:
    """
    Tell whether a text reads like a unit, be it known to us or not.

    Parameters
    ----------
    written
        Any text, such as what stands in the brackets of a heading.

    Returns
    -------
    bool
        True for what ends as units end.

    Examples
    --------
    >>> may_be_unit("市斤"), may_be_unit("含税"), may_be_unit("2023年")
    (True, False, False)
    """
    return MEASURE.fullmatch(plain_unit(written)) is not None


def _is_one(plain: str) -> bool:
    """Tell a unit; in a heading 年 says of when a figure is, not how long something lasts."""
    units = FACTORS.keys() - {"year"}
    return not plain.isdecimal() and any(_factor(ours, plain) is not None for ours in units)


@cache
def _factor(ours: str, plain: str) -> float | None:
    """Find a factor by the plain spelling; words for large numbers may stand before the unit."""
    known = {plain_unit(name): factor for name, factor in FACTORS.get(ours, {}).items()}
    if plain in known:
        return known[plain]
    for word, scale in SCALES.items():
        rest = plain.removeprefix(word) or ("元" if ours == "cny10k" else "")
        if plain.startswith(word) and rest in known:
            return scale * known[rest]
    return None


def factor_between(ours: str, theirs: str) -> float | None:
    """
    Find what to multiply a value by to bring it to our unit, where that can be done.

    Parameters
    ----------
    ours
        Our unit, or a ratio of two such as ``"cny10k/mu"``.
    theirs
        The unit as a planner writes it.

    Returns
    -------
    float or None
        The factor [ours per theirs]; None where the unit is not known or measures something else.

    Examples
    --------
    >>> factor_between("cny10k/mu", "元/亩"), factor_between("m2", "元")
    (0.0001, None)
    """
    plain = plain_unit(theirs)
    (top, slash, bottom), (their_top, _, their_bottom) = ours.partition("/"), plain.partition("/")
    if not slash:
        return _factor(ours, plain)
    above, below = _factor(top, their_top), _factor(bottom, their_bottom)
    if plain == ours:
        return 1.0
    return None if above is None or below is None else above / below


def factor_to(ours: str, theirs: str) -> float:
    """
    Find what to multiply a value by to bring it to our unit.

    Parameters
    ----------
    ours
        Our unit, as the data dictionary states it.
    theirs
        The unit as a planner writes it, such as ``"元"`` or ``"公顷"``.

    Returns
    -------
    float
        The factor [ours per theirs].

    Raises
    ------
    ColumnError
        When the unit is not known or measures something else.

    Examples
    --------
    >>> factor_to("cny10k", "元")
    0.0001
    """
    factor = factor_between(ours, theirs)
    if factor is None:
        known = FACTORS.get(ours, {})
        names = "、".join(known) or "—"
        raise ColumnError(
            f"单位“{theirs}”不能换算成“{ours}”；可写：{names}。",
            f"Unit {theirs!r} cannot be converted to {ours!r}; write one of: {names}.",
        )
    return factor


def to_mu(area_m2: Number) -> Number:
    """
    Convert square metres to mu 亩.

    Parameters
    ----------
    area_m2
        Area [m2]; a number, a Series or an array. Missing stays missing.

    Returns
    -------
    Number
        Area [mu], of the same type as the input.

    Examples
    --------
    >>> round(to_mu(16_985.20), 4)
    25.4778
    """
    return area_m2 * MU_PER_M2


UNIT_WORDS = {
    "m2": Text("㎡", "m²"),
    "mu": Text("亩", "mu"),
    "m": Text("米", "m"),
    "1": Text("", ""),
    "": Text("", ""),
    "cny10k": Text("万元", "CNY10k"),
    "tce": Text("吨标煤", "tce"),
    "t": Text("吨", "t"),
    "mwh10": Text("万千瓦时", "10MWh"),
    "person": Text("人", "people"),
    "parcel": Text("宗", "parcels"),
    "year": Text("年", "years"),
}
"""How people write our units."""


def unit_words(unit: str) -> Text:
    """
    Say a unit of the data dictionary in words.

    Parameters
    ----------
    unit
        Unit as the dictionary writes it, such as ``cny10k/mu``.

    Returns
    -------
    Text
        The unit for people; empty for ratios.

    Examples
    --------
    >>> unit_words("cny10k/mu").zh
    '万元/亩'
    """
    parts = [UNIT_WORDS.get(part, Text(part, part)) for part in unit.split("/")]
    return Text("/".join(part.zh for part in parts), "/".join(part.en for part in parts))
