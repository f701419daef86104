"""The values of cells: numbers with separators and units, blanks, ids that Excel damaged.

What a cell says of itself is kept beside it; what that means for a column of the data dictionary
is settled in :mod:`landrenew.intake.attributes.take`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

ERRORS = {"#n/a", "#div/0!", "#ref!", "#value!", "#name?", "#num!", "#null!", "#getting_data"}
"""What a spreadsheet writes where a formula has no result."""

BLANKS = ERRORS | {
    "", "-", "--", "---", "—", "——", "–", "―", "/", "\\", "无", "無", "空", "暂无", "无数据",
    "null", "none", "nan", "n/a", "<null>", "<空>",
}  # fmt: skip
"""What tables write for "missing", in lower case."""

THOUSANDS = re.compile(
    r"(?<=\d)[,，](?=\d{3}(?!\d))|(?<=\d)[,，](?=\d{4}[,，]\d{4})|(?<=[,，]\d{4})[,，](?=\d{4}(?!\d))"
)
"""A comma between groups of three digits, or several of four; the one in 1,5 is something else."""

ONE_COMMA = re.compile(r"\D{0,4}(\d+)[,，](\d+)[^\d,，.]*")
GROUP = 3
"""Digits between the commas of thousands."""

BLANK_EDGES = "".join(map(chr, (
    *range(9, 14), *range(28, 33), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200C), 0x2028, 0x2029,
    0x202F, 0x205F, 0x3000, 0xFEFF,
)))  # fmt: skip
"""Blanks of every width, and marks without width that spreadsheets leave around a text."""

CELL = re.compile(
    r"(?P<before>¥|rmb|cny|人民币|us\$|hk\$|usd|hkd|eur|\$|€|£)?\s*"
    r"(?P<number>[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[+-]?[0-9]+)?)\s*"
    r"(?P<behind>[^\d\s.,+()-][^()]*)?"
)
"""A number with what stands before or behind it."""

IN_BRACKETS = re.compile(r"\(\s*([^()+-][^()]*)\)")
"""A number in brackets, as accountants write what is below zero."""

FULL_WIDTH = {0xFF01 + i: 0x21 + i for i in range(94)}
"""Full-width letters, digits and signs, and their half-width forms."""

WIDE = re.compile("[\uff01-\uff5e]")
SCIENTIFIC = re.compile(r"[+-]?\d(?:\.\d+)?[eE]\+\d+")
WHOLE = re.compile(r"(\d+)\.0+")
KEPT_AS_TEXT = re.compile(r'="(.*)"|\'(.*)', re.DOTALL)
"""How spreadsheets and their exports keep digits from becoming a number."""

EXACT_TO = 1e15
"""Excel keeps fifteen digits of a number; a longer id has lost its last ones."""


class Numbers(NamedTuple):
    """
    What the cells of one column say in numbers.

    Parameters
    ----------
    number
        The numbers as written; NaN where a cell holds none.
    unit
        The unit a cell states beside its number; None where it states none.
    is_blank
        Whether the cell says that there is nothing.
    """

    number: pd.Series[float]
    unit: pd.Series[str]
    is_blank: pd.Series[bool]


class Ids(NamedTuple):
    """
    What the cells of one column say as ids.

    Parameters
    ----------
    id
        The ids; None where a cell holds none.
    is_damaged
        Whether the id came as a number with more digits than a spreadsheet keeps.
    is_wide
        Whether it came in full-width letters, digits or signs.
    """

    id: pd.Series[str]
    is_damaged: pd.Series[bool]
    is_wide: pd.Series[bool]


def read_numbers(values: pd.Series) -> Numbers:
    """
    Read the numbers of a column.

    Parameters
    ----------
    values
        The cells, of any type. A date or a truth value is no number.

    Returns
    -------
    Numbers
        Same index. Where most commas of a column can only be decimal points, no cell with a comma
        is a number: 1,234 may mean either there.
    """
    none = pd.Series(None, values.index, dtype=object)
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return Numbers(values.astype(float), none, values.isna())
    cells = values.astype(object).tolist()
    if set(map(type, cells)) != {str}:
        cells = [_typed(one) for one in cells]
    number = pd.to_numeric(pd.Series(cells, values.index, dtype=object), errors="coerce")
    number = number.astype(float)
    left = np.flatnonzero(number.isna())
    texts = [one for one in (cells[i] for i in left) if isinstance(one, str)]
    thousands = None if has_decimal_comma(texts) else THOUSANDS
    read: dict[object, tuple[float, str | None, bool]] = {
        one: _read(one, thousands) for one in set(texts)
    }
    is_blank = values.isna()
    units: dict[int, str] = {}
    array, blank = number.to_numpy(copy=True), is_blank.to_numpy(copy=True)
    for i in left.tolist():
        array[i], unit, is_nothing = read.get(cells[i], (np.nan, None, False))
        blank[i] |= is_nothing
        if unit is not None:
            units[i] = unit
    none.iloc[list(units)] = list(units.values())
    return Numbers(pd.Series(array, values.index), none, pd.Series(blank, values.index, dtype=bool))


def has_decimal_comma(texts: Iterable[str]) -> bool:
    """
    Tell whether the comma of a column is its decimal point.

    Parameters
    ----------
    texts
        The cells that hold text.

    Returns
    -------
    bool
        True where most cells with one comma cannot be read as thousands, such as 1,5 or 5000,123.

    Examples
    --------
    >>> has_decimal_comma(["1,5", "2,25", "3,125"]), has_decimal_comma(["1,234", "5,678", "1,2"])
    (True, False)
    """
    met = [one for text in texts if (one := ONE_COMMA.fullmatch(text))]
    decimal = sum(len(one[2]) != GROUP or len(one[1]) > GROUP for one in met)
    return 2 * decimal > len(met)


def _typed(value: object) -> object:
    """Keep texts and numbers; a date or a truth value is neither."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.number):
        return None
    try:
        return float(value)
    except (OverflowError, TypeError):
        return np.inf


def _read(text: str, thousands: re.Pattern[str] | None) -> tuple[float, str | None, bool]:
    """Read one cell: its number, its unit, and whether it says that there is nothing."""
    plain = unicodedata.normalize("NFKC", text).strip(BLANK_EDGES).casefold()
    if plain in BLANKS or text.strip(BLANK_EDGES).casefold() in BLANKS:
        return np.nan, None, True
    sign, inner = 1.0, plain
    if met := IN_BRACKETS.fullmatch(plain):
        sign, inner = -1.0, met[1].strip()
    met = CELL.fullmatch(inner if thousands is None else thousands.sub("", inner))
    if met is None:
        return np.nan, None, False
    unit = "".join(one for one in (met["behind"], met["before"]) if one).strip() or None
    return sign * float(met["number"]), unit, False


def read_texts(values: pd.Series) -> pd.Series:
    """
    Read the texts of a column.

    Parameters
    ----------
    values
        The cells, of any type.

    Returns
    -------
    Series
        Texts without the blanks around them, None where there is nothing; a whole number stored
        as a float loses its ``.0``.
    """
    cells = values.astype(object).where(values.notna(), "").tolist()
    bare = [(one if type(one) is str else _spelt(one)).strip(BLANK_EDGES) for one in cells]
    texts = [None if one.casefold() in BLANKS else one for one in bare]
    return pd.Series(texts, values.index, dtype=object)


def _spelt(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def read_ids(values: pd.Series) -> Ids:
    """
    Read the ids of a column.

    Parameters
    ----------
    values
        The cells, of any type.

    Returns
    -------
    Ids
        As :func:`read_texts` gives texts, with half-width letters, without a ``.0`` that a
        spreadsheet added and without the signs that kept it from taking the id for a number.
    """
    texts = read_texts(values)
    ids, damaged = texts.tolist(), _lost_digits(values)
    wide = np.zeros_like(damaged)
    if signed := _with_signs(ids):
        came = [ids[place] for place in signed]
        read = [_id(one) for one in came]
        wide[signed] = [WIDE.search(one) is not None for one in came]
        damaged[signed] |= [SCIENTIFIC.fullmatch(one or "") is not None for one in read]
        for place, one in zip(signed, read, strict=True):
            ids[place] = one
    return Ids(
        pd.Series(ids, texts.index, dtype=object),
        pd.Series(damaged, texts.index),
        pd.Series(wide, texts.index),
    )


def _lost_digits(values: pd.Series) -> NDArray[np.bool_]:
    """Tell which cells are numbers of more digits than a spreadsheet keeps."""
    if isinstance(values.dtype, pd.StringDtype):
        return np.zeros(len(values), bool)
    cells = values.astype(object).tolist()
    return np.array([isinstance(one, float) and abs(one) >= EXACT_TO for one in cells], bool)


def _with_signs(texts: list[str | None]) -> list[int]:
    """Find the texts that are more than plain letters and digits, as few ids are."""
    return [
        place
        for place, one in enumerate(texts)
        if one is not None and not (one.isascii() and one.isalnum())
    ]


def _id(text: str) -> str | None:
    if not text.isascii():
        text = text.translate(FULL_WIDTH)
    if met := KEPT_AS_TEXT.fullmatch(text):
        text = (met[1] or met[2] or "").strip(BLANK_EDGES)
    if met := WHOLE.fullmatch(text):
        text = met[1]
    return text or None


def is_nothing(cells: Iterable[object]) -> bool:
    """
    Tell whether cells hold nothing at all.

    Parameters
    ----------
    cells
        The cells of a line.

    Returns
    -------
    bool
        True where all are empty or blanks.
    """
    for one in cells:
        if one is not None and (not isinstance(one, str) or (one and one.strip(BLANK_EDGES))):
            return False
    return True
