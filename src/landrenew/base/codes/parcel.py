"""Parcel numbers: 宗地代码 of 19 characters and 不动产单元号 of 28.

County 6 + 地籍区 3 + 地籍子区 3 + 宗地特征码 2 + order 5, and for a unit 1 + 8 more.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import pandas as pd

from landrenew.base.codes.credit import plain_code
from landrenew.base.words import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

PARCEL_LENGTH, UNIT_LENGTH = 19, 28
FEATURE = slice(12, 14)
"""Where the feature code stands."""

OWNERSHIP = {"G": "state", "J": "collective", "Z": "unconfirmed"}
"""First letter of the feature code: whose the land is."""

RIGHTS = {
    "A": Text("土地所有权宗地", "ownership"),
    "B": Text("建设用地使用权（地表）", "construction use, surface"),
    "S": Text("建设用地使用权（地上）", "construction use, above ground"),
    "X": Text("建设用地使用权（地下）", "construction use, underground"),
    "C": Text("宅基地使用权", "homestead"),
    "D": Text("耕地", "farmland"),
    "E": Text("林地", "forest"),
    "F": Text("草地", "grassland"),
    "W": Text("使用权未确定或有争议", "use unconfirmed or disputed"),
    "Y": Text("其他土地使用权", "other use"),
    "H": Text("海域", "sea"),
    "G": Text("无居民海岛", "island"),
}
"""Second letter of the feature code: which right."""

_FEATURE = f"[{''.join(OWNERSHIP)}][{''.join(RIGHTS)}]"
_PARCEL = re.compile(rf"(\d{{6}})(\d{{3}})(\d{{3}})({_FEATURE})(\d{{5}})([A-Z]\d{{8}})?")
_PLAIN = rf"[0-9]{{12}}{_FEATURE}[0-9]{{5}}(?:[A-Z][0-9]{{8}})?"
"""The same for whole columns: a number in plain spelling, as nearly all are."""

Ownership = Literal["state", "collective", "unconfirmed"]


class ParcelCode(NamedTuple):
    """
    A parcel number, taken apart.

    Parameters
    ----------
    county
        County code (GB/T 2260), 6 digits.
    district
        Cadastral district 地籍区, 3 digits.
    block
        Cadastral block 地籍子区, 3 digits.
    feature
        Feature code 宗地特征码, 2 letters.
    order
        Order 宗地顺序号, 5 digits.
    unit
        Unit 定着物特征码 and 单元编号, 9 characters; empty for a parcel.
    """

    county: str
    district: str
    block: str
    feature: str
    order: str
    unit: str = ""

    @property
    def ownership(self) -> Ownership:
        """Whose the land is."""
        return OWNERSHIP[self.feature[0]]  # type: ignore[return-value]  # the keys are the pattern

    @property
    def parcel(self) -> str:
        """The parcel's own 19 characters."""
        return self.county + self.district + self.block + self.feature + self.order

    def __str__(self) -> str:
        """Write the number as one text."""
        return self.parcel + self.unit


def read_parcel_code(text: str) -> ParcelCode | None:
    """
    Take a parcel number or a unit number apart.

    Parameters
    ----------
    text
        As typed; blanks and full-width characters do not matter.

    Returns
    -------
    ParcelCode or None
        None when it is neither.

    Examples
    --------
    >>> read_parcel_code("330282 001 002 GB00017 F00010001").ownership
    'state'
    >>> read_parcel_code("330282001002JB00017").parcel
    '330282001002JB00017'
    """
    found = _PARCEL.fullmatch(plain_code(text))
    return None if found is None else ParcelCode(*found.groups(""))


def parcel_code_parts(texts: Sequence[str]) -> pd.DataFrame:
    """
    Take many parcel numbers apart at once.

    Parameters
    ----------
    texts
        As typed, as :func:`read_parcel_code` takes them.

    Returns
    -------
    DataFrame
        One row a text, in their order: ``county`` and ``ownership``, both None where the text is no
        parcel number.

    Examples
    --------
    >>> parcel_code_parts(["330282001002GB00017", "330282 001002 JB 00017", "A1"]).values.tolist()
    [['330282', 'state'], ['330282', 'collective'], [None, None]]
    """
    codes = pd.Series(texts, dtype="str")
    county = codes.str[:6].to_numpy(object, copy=True)
    ownership = codes.str[12].map(OWNERSHIP).to_numpy(object, copy=True)
    for place in np.flatnonzero(~codes.str.fullmatch(_PLAIN)).tolist():
        read = read_parcel_code(texts[place])
        county[place] = None if read is None else read.county
        ownership[place] = None if read is None else read.ownership
    return pd.DataFrame({"county": county, "ownership": ownership}, dtype=object)


def parcel_code_problem(text: str) -> Text | None:
    """
    Say what keeps a text from being a parcel number.

    Parameters
    ----------
    text
        As typed.

    Returns
    -------
    Text or None
        What is wrong with the first part that is; None when nothing is.

    Examples
    --------
    >>> parcel_code_problem("330282001002KB00017").en
    "feature code 'KB' at characters 13-14; the first is one of G, J, Z"
    """
    plain = plain_code(text)
    if _PARCEL.fullmatch(plain):
        return None
    if len(plain) not in {PARCEL_LENGTH, UNIT_LENGTH}:
        return Text(f"长度为 {len(plain)} 位，应为 19 位或 28 位",
                    f"{len(plain)} characters, 19 or 28 are needed")  # fmt: skip
    feature = plain[FEATURE]
    for place, known in enumerate((tuple(OWNERSHIP), tuple(RIGHTS))):
        if feature[place] not in known:
            which, letters = ("首位", "第二位")[place], "、".join(known)
            return Text(f"第 13-14 位宗地特征码为“{feature}”，{which}应为 {letters} 之一",
                        f"feature code {feature!r} at characters 13-14; the"
                        f" {('first', 'second')[place]} is one of {', '.join(known)}")  # fmt: skip
    return Text(
        "编码中应为数字的位置有其他字符", "a character that is no digit where one is needed"
    )
