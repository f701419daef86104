"""Units planners write, and the exact factors to ours.

Ours are: m2, mu for reports, cny10k （万元） for money, tce, t, m, 1. A column's unit stands in
:mod:`landrenew.base.columns`; here are only the conversions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from landrenew.base.errors import ColumnError

M2_PER_MU = 2000 / 3
"""Square metres in one mu 亩，exactly two thousand thirds."""

MU_PER_M2 = 0.0015
"""Mu in one square metre, exact."""

# unit of ours -> what may be written in a project file -> factor to ours
FACTORS: dict[str, dict[str, float]] = {
    "m2": {
        "m2": 1.0, "㎡": 1.0, "m²": 1.0, "平方米": 1.0, "mu": M2_PER_MU, "亩": M2_PER_MU,
        "ha": 10_000.0, "公顷": 10_000.0, "km2": 1e6, "平方公里": 1e6,
        "ft2": 0.3048**2, "平方英尺": 0.3048**2,
    },
    "mu": {"mu": 1.0, "亩": 1.0, "m2": MU_PER_M2, "平方米": MU_PER_M2, "ha": 15.0, "公顷": 15.0},
    "m": {"m": 1.0, "米": 1.0, "ft": 0.3048, "英尺": 0.3048, "km": 1000.0},
    "cny10k": {
        "cny10k": 1.0, "万元": 1.0, "万": 1.0, "cny": 1e-4, "元": 1e-4, "千元": 0.1,
        "百万元": 100.0, "亿元": 10_000.0,
    },
    "tce": {"tce": 1.0, "吨标煤": 1.0, "吨标准煤": 1.0, "万吨标煤": 10_000.0},
    "t": {"t": 1.0, "吨": 1.0, "kg": 1e-3, "千克": 1e-3},
    "mwh10": {"mwh10": 1.0, "万千瓦时": 1.0, "万度": 1.0, "kwh": 1e-4, "千瓦时": 1e-4, "度": 1e-4},
    "person": {"person": 1.0, "人": 1.0},
    "1": {"1": 1.0, "%": 0.01, "‰": 0.001},
}  # fmt: skip

if TYPE_CHECKING:
    import pandas as pd

Number = TypeVar("Number", float, "pd.Series[float]")


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
    known = FACTORS.get(ours, {})
    if theirs not in known:
        names = "、".join(known) or "—"
        raise ColumnError(
            f"单位“{theirs}”不能换算成“{ours}”；可写：{names}。",
            f"Unit {theirs!r} cannot be converted to {ours!r}; write one of: {names}.",
        )
    return known[theirs]


def to_mu(area_m2: Number) -> Number:
    """
    Convert square metres to mu 亩.

    Parameters
    ----------
    area_m2
        Area [m2]; a number or a Series. Missing stays missing.

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
