"""Find a column of a file by the name a planner gives it, and the unit its heading states.

Headings are typed by hand: in full-width letters, with blanks, with a unit in brackets, or cut off
after ten bytes by a shapefile. A name that could mean two columns is refused, never guessed.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from landrenew.base.errors import ColumnError
from landrenew.base.units import is_unit, may_be_unit
from landrenew.base.words import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

BRACKETS = re.compile(r"[\uff08(\u3010\[]([^\uff08()\uff09\u3010\u3011\[\]]*)[\uff09)\u3011\]]")
BETWEEN = re.compile(r"[,;:\s\u3001\uff0c\uff1b\uff1a]+")
AT_THE_END = re.compile(
    "(.*[^\\s_:\uff1a-])(?<!per)[\\s_:\uff1a-]+(\\S{2,}|[^\\sA-Za-z])", re.DOTALL
)
"""A unit behind a sign; a single letter there, as in ``area_m``, may mean anything."""

GLUED = re.compile(
    r"(.*[^每\s])((?:[十百千万亿]+元|平方米|平方公里|公顷|亩|万?吨标准?煤|万?千瓦时))", re.DOTALL
)
"""A unit without any sign before it, as narrow headings have; 元 and 度 alone end many words."""

INVISIBLE = re.compile(r"[\s\ufeff\u200b]")
APART = "#"
"""Stands between a name that several columns bear and their number."""

DBF_BYTES = 10
"""A shapefile keeps so many bytes of a column's name."""

DBF_FILES = (".shp", ".dbf", ".zip", ".shz")


def split_unit(heading: str) -> tuple[str, str | None]:
    """
    Part a heading into its name and the unit it states.

    Parameters
    ----------
    heading
        The heading, such as ``税收（万元）``, ``面积/㎡``, ``税收亿元`` or ``税收（万元） 2023年``.

    Returns
    -------
    str
        The heading without the unit.
    str or None
        The unit as written; None where it states none.

    Examples
    --------
    >>> split_unit("税收（万元，含税）"), split_unit("面积/㎡"), split_unit("企业（全称）")
    (('税收', '万元'), ('面积', '㎡'), ('企业（全称）', None))
    """
    unit = None
    for met in BRACKETS.finditer(heading):
        stated = [one for one in BETWEEN.split(met[1]) if is_unit(one)]
        if stated:
            heading, unit = heading.replace(met[0], ""), stated[-1]
    if unit is not None:
        return heading.strip(), unit
    for bare, behind in _parted(heading):
        if is_unit(behind) and not is_unit(bare):
            return bare.strip(), behind.strip()
    return heading, None


def unknown_unit(heading: str) -> str | None:
    """
    Find what a heading states that reads like a unit, but is none we know.

    Parameters
    ----------
    heading
        The heading.

    Returns
    -------
    str or None
        The unit as written; None where there is none, or we know it.

    Examples
    --------
    >>> unknown_unit("产量（市斤）"), unknown_unit("税收（万元）"), unknown_unit("税收（含税）")
    ('市斤', None, None)
    """
    if split_unit(heading)[1] is not None:
        return None
    said = [one for met in BRACKETS.finditer(heading) for one in BETWEEN.split(met[1])]
    said += [behind for _, behind in _parted(heading)]
    return next((one for one in said if may_be_unit(one)), None)


def _parted(heading: str) -> list[tuple[str, str]]:
    """Part a heading wherever a unit may begin: a sign, the first slash, a word for a unit."""
    at_the_end, glued = AT_THE_END.fullmatch(heading), GLUED.fullmatch(BRACKETS.sub("", heading))
    bare, slash, behind = heading.replace("\uff0f", "/").partition("/")
    parted = [] if at_the_end is None else [(at_the_end[1], at_the_end[2])]
    parted += [(bare, behind)] if slash and bare.strip() else []
    return parted if glued is None else [*parted, (glued[1], glued[2])]


def plain_name(heading: str) -> str:
    r"""
    Spell a heading plainly, so that two spellings of it are alike.

    Parameters
    ----------
    heading
        The heading.

    Returns
    -------
    str
        Half-width small letters without blanks.

    Examples
    --------
    >>> plain_name(" ZD DM\u3000")
    'zddm'
    """
    return INVISIBLE.sub("", unicodedata.normalize("NFKC", heading)).casefold()


def find_column(
    theirs: Sequence[str], wanted: str, path: str, *, layer: str, named_for: str
) -> tuple[str, Text | None]:
    """
    Find a column by the name that a planner gives it, or refuse.

    Parameters
    ----------
    theirs
        The file's own columns.
    wanted
        The name to find.
    path
        The file; only a shapefile cuts names.
    layer
        The layer's name in the project file, for messages.
    named_for
        What the column is named for in the project file, for messages.

    Returns
    -------
    str
        The column.
    Text or None
        What was assumed, where the name had been cut; None where it had not.

    Raises
    ------
    ColumnError
        When there is no such column, or several.
    """
    alike, note = columns_like(theirs, wanted, path)
    if len(alike) == 1:
        return alike[0], note
    if alike:
        raise ColumnError(
            f"[{layer}] 的文件里名为“{wanted}”（{named_for} 所指）的列不止一个："
            f"{'、'.join(alike)}。请写明是哪一个。",
            f"[{layer}]: the file has several columns called {wanted!r} (named for {named_for}):"
            f" {', '.join(alike)}. Name the one that is meant.",
        )
    raise ColumnError(
        f"[{layer}] 的文件没有列“{wanted}”（{named_for} 所指）。文件的列有："
        f"{'、'.join(theirs)}。请改正。",
        f"[{layer}]: the file has no column {wanted!r} (named for {named_for}). Its columns are:"
        f" {', '.join(theirs)}.",
    )


def columns_like(
    theirs: Sequence[str], wanted: str, path: str
) -> tuple[Sequence[str], Text | None]:
    """
    List the columns that fit a name, first to the letter, then by ever looser spellings.

    Parameters
    ----------
    theirs
        The file's own columns.
    wanted
        The name to find.
    path
        The file; only a shapefile cuts names.

    Returns
    -------
    list of str
        The columns that fit: one, none, or several between which nothing decides.
    Text or None
        What was assumed, where the name had been cut; None where it had not.
    """
    plain = plain_name(wanted)
    spellings = (
        [one for one in theirs if one == wanted],
        [one for one in theirs if plain_name(one) == plain],
        [one for one in theirs if plain_name(split_unit(one)[0]) == plain],
        [one for one in theirs if _is_one_of(one, plain)],
    )
    for alike in spellings:
        if alike:
            return alike, None
    cut = [one for one in theirs if path.lower().endswith(DBF_FILES) and _is_cut(one, wanted)]
    if len(cut) != 1:
        return cut, None
    return cut, Text(
        f"列名“{wanted}”在 shapefile 中被截断，已取“{cut[0]}”。",
        f"Column {wanted!r} was cut off in the shapefile; {cut[0]!r} was taken.",
    )


def _is_one_of(heading: str, plain: str) -> bool:
    """Tell whether a column is one of several that bear the name wanted."""
    name, apart, number = heading.rpartition(APART)
    if not apart or not number.isdecimal():
        return False
    return plain in {plain_name(name), plain_name(split_unit(name)[0])}


def _is_cut(short: str, wanted: str) -> bool:
    """Tell whether a name is what ten bytes hold of another, in GBK or in UTF-8."""
    kept = plain_name(short.rstrip("\ufffd?"))
    if not kept or not plain_name(wanted).startswith(kept) or kept == plain_name(wanted):
        return False
    return any(
        len(short.rstrip("\ufffd?").encode(codec, "replace")) > DBF_BYTES - most
        for codec, most in (("gb18030", 2), ("utf-8", 3))
    )


def told_apart(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """
    Tell columns of one name apart by numbers.

    Parameters
    ----------
    names
        The headings, in the order of the columns.

    Returns
    -------
    list of str
        The headings; those that stood there several times with ``#1``, ``#2`` behind them.
    list of str
        The names that stood there several times.
    """
    plain = [plain_name(one) for one in names]
    met: dict[str, int] = {}
    apart: list[str] = []
    again: dict[str, str] = {}
    for name, key in zip(names, plain, strict=True):
        met[key] = met.get(key, 0) + 1
        is_alone = plain.count(key) == 1
        apart.append(name if is_alone else f"{name}{APART}{met[key]}")
        if not is_alone:
            again.setdefault(key, name)
    return apart, list(again.values())
