"""Invented names of villages, owners and firms, and the numbers firms go by."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from landrenew.base.codes.credit import ALPHABET, BASE, check_character, organisation_check

if TYPE_CHECKING:
    from numpy.random import Generator

FIRST = "禾岚浔澜屿棠砚泊稷榆汀峤湛笙垣桐霖炘棣旻"
SECOND = "川成泰源恒润达汇安盛宁朗和丰启庆远晟信诚"
TRADES = {
    "五金": "3389", "塑料制品": "2929", "轴承": "3451", "电器": "3857", "纺织": "1751",
    "服装": "1819", "家具": "2110", "模具": "3525", "包装": "2231", "化纤": "2822",
    "电子": "3989", "汽配": "3670", "机械": "3499", "食品": "1439", "橡胶制品": "2919",
}  # fmt: skip
"""Each trade and its code in GB/T 4754-2017."""

VILLAGE_FIRST = "上下东西南北前后大小新老"
VILLAGE_SECOND = "塘浦埠堰墩汇洋浜桥岙湾畈"


def _letter(letters: str, rng: Generator) -> str:
    return letters[int(rng.random() * len(letters))]


def company(rng: Generator, trade: str | None = None) -> str:
    """
    Invent a company; all carry the invented city's name.

    Parameters
    ----------
    rng
        The stream.
    trade
        A key of :data:`TRADES`; drawn when None.

    Returns
    -------
    str
        The name.
    """
    word = trade or list(TRADES)[int(rng.random() * len(TRADES))]
    return f"示例市{_letter(FIRST, rng)}{_letter(SECOND, rng)}{word}有限公司"


def village(place: str) -> str:
    """
    Invent the name of a village.

    Parameters
    ----------
    place
        Its number, such as ``C07``.

    Returns
    -------
    str
        Two characters, always the same for the same number.
    """
    draw = zlib.crc32(place.encode())
    first = VILLAGE_FIRST[draw % len(VILLAGE_FIRST)]
    return first + VILLAGE_SECOND[draw // 97 % len(VILLAGE_SECOND)]


def uscc(order: int) -> str:
    """
    Make a unified social credit code with both its check characters right (GB 32100-2015).

    Parameters
    ----------
    order
        A number below 31**5.

    Returns
    -------
    str
        Eighteen characters, in a county that does not exist.
    """
    digits = ""
    for _ in range(5):
        order, rest = divmod(order, BASE)
        digits = ALPHABET[rest] + digits
    organisation = f"MA2{digits}"
    body = f"91990281{organisation}{organisation_check(organisation)}"
    return body + check_character(body)
