"""The names planners use for our columns, and how to find a column of ours under one of them.

The dictionary is ``names.csv`` beside this module: column, name, kind, source. Kinds are ``full``
(Chinese in full), ``variant``, ``pinyin`` (initials, as field codes are made), ``english``,
``foreign`` (other scripts), and ``own``: a name such as 编号 that says something only in the
column's own layer. What a DBF leaves of a name, ten bytes in GBK or UTF-8, is derived here.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Literal

from landrenew.base.units import is_unit
from landrenew.intake.attributes.names import split_unit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

How = Literal["exact", "normalised", "truncated", "contains"]

SURE: dict[How, float] = {"exact": 1.0, "normalised": 0.95, "truncated": 0.85, "contains": 0.7}
"""How far each way of matching is to be trusted [0-1]."""

SURELY_OTHER = 0.1
"""A heading that fits another column of ours so much better means that one [0-1]."""

OWN_LESS, RANK_LESS = 0.05, 0.0001
"""What a name that says little, and each place further down the list, take from the score."""

DBF_BYTES = 10
"""Length of a field name in a DBF [bytes]."""

SHORTEST_ZH, SHORTEST_LATIN = 3, 5
"""A name shorter than this is found only whole, never within a longer one [characters]."""

OWN_LAYER = {
    "parcel_id": "parcels", "town": "towns", "village": "villages", "park_id": "parks",
    "park_name": "parks",
    "building_id": "buildings", "firm_id": "firms", "firm_name": "firms", "event_id": "ledger",
    "declared_area_m2": "parcels",
}  # fmt: skip
"""The layer in which a column's ``own`` names mean it."""

SOMETHING_ELSE = re.compile(
    "亩均|人均|户均|每|得分|分值|评分|权重|占比|比重|增长|增速|增幅|同比|排名|名次|目标"
)
"""Beside the name of an amount these make a ratio, a score or a change of it."""

YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")

AGAIN = re.compile(r"#\d+$")
"""What tells columns of one name apart."""

BEHIND = re.compile(r"_(?P<unit>[a-z][a-z0-9]+)$", re.IGNORECASE)
"""A unit behind a name, as in ``cadastral_area_m2``."""

BRACKETS = re.compile(r"[（(【\[][^（）()【】\[\]]*[）)】\]]")
JOINTS = re.compile(r"[\s_\-.:/,;、，：*]+")


@dataclass(frozen=True)
class Name:
    """
    One name a column of ours goes by.

    Parameters
    ----------
    column
        Our column.
    name
        The name.
    kind
        What kind of name it is.
    source
        Where it is used.
    """

    column: str
    name: str
    kind: str
    source: str


@dataclass(frozen=True)
class Match:
    """
    A column of a file that may be one of ours.

    Parameters
    ----------
    column
        Our column.
    theirs
        The file's column.
    how
        How the two were matched.
    name
        The name of the dictionary that did it.
    score
        How far it is to be trusted [0-1].
    """

    column: str
    theirs: str
    how: How
    name: Name
    score: float

    @property
    def is_sure(self) -> bool:
        """True for a whole name that means one thing."""
        return self.how in {"exact", "normalised"} and self.name.kind != "own"


@cache
def dictionary() -> tuple[Name, ...]:
    """
    Give every name known.

    Returns
    -------
    tuple of Name
        In the order of the file: the commonest of a column first.
    """
    file = resources.files("landrenew.intake.propose").joinpath("names.csv")
    rows = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    return tuple(Name(row["column"], row["name"], row["kind"], row["source"]) for row in rows)


def heading_unit(heading: str) -> str | None:
    """
    Read the unit that a heading states.

    Parameters
    ----------
    heading
        Name of a column, such as ``税收（万元）``, ``面积/㎡`` or ``cadastral_area_m2``.

    Returns
    -------
    str or None
        The unit as written, one that :mod:`landrenew.base.units` knows; None where there is none.

    Examples
    --------
    >>> heading_unit("税收（万元）"), heading_unit("cadastral_area_m2"), heading_unit("面积")
    ('万元', 'm2', None)
    """
    stated = split_unit(heading)[1]
    if stated is not None:
        return stated
    behind = BEHIND.search(heading.strip())
    return behind["unit"] if behind and is_unit(behind["unit"]) else None


@cache
def plain_name(heading: str) -> str:
    """
    Bring a heading to the form in which names are compared.

    Parameters
    ----------
    heading
        Name of a column.

    Returns
    -------
    str
        Without width, case, blanks, joints, and without its unit or other brackets.

    Examples
    --------
    >>> plain_name(" Cadastral_Area_M2 "), plain_name("宗地面积 （㎡）")
    ('cadastralarea', '宗地面积')
    """
    bare = BRACKETS.sub("", split_unit(heading)[0]) or heading
    if heading_unit(bare) is not None:
        bare = BEHIND.sub("", bare.strip())
    return JOINTS.sub("", unicodedata.normalize("NFKC", bare).casefold())


def find_columns(
    theirs: Iterable[str],
    wanted: Sequence[str],
    layer: str,
    unfit: Collection[tuple[str, str]] = (),
) -> list[Match]:
    """
    Find our columns among those of a file, one to one.

    Parameters
    ----------
    theirs
        Names of the file's columns.
    wanted
        Our columns, those that matter most first.
    layer
        Section of the project file.
    unfit
        Pairs of our column and theirs that are not to be matched.

    Returns
    -------
    list of Match
        At most one for each of our columns and of theirs, in the order of ``wanted``.
    """
    candidates = [
        match
        for one in dict.fromkeys(theirs)
        for match in matches(one)
        if match.column in wanted
        and (match.column, one) not in unfit
        and match.score >= _best(one) - SURELY_OTHER
        and (match.name.kind != "own" or OWN_LAYER.get(match.column) == layer)
    ]
    candidates.sort(key=lambda one: (-one.score, wanted.index(one.column), -_year(one.theirs)))
    taken: dict[str, Match] = {}
    used: set[str] = set()
    for one in candidates:
        if one.column not in taken and one.theirs not in used:
            taken[one.column] = one
            used.add(one.theirs)
    return [taken[one] for one in wanted if one in taken]


def _year(heading: str) -> int:
    """Read the year in a heading, so that of columns by year the last is taken."""
    return max((int(one) for one in YEAR.findall(heading)), default=0)


def _best(heading: str) -> float:
    """Give the score of the best match that says something whatever the layer."""
    return max((one.score for one in matches(heading) if one.name.kind != "own"), default=0.0)


@cache
def matches(heading: str) -> tuple[Match, ...]:
    """
    List every column of ours that a heading may mean.

    Parameters
    ----------
    heading
        Name of the file's column.

    Returns
    -------
    tuple of Match
        The best match for each of our columns, in the order of the dictionary.
    """
    best: dict[str, Match] = {}
    rank: dict[str, int] = {}
    for one in dictionary():
        rank[one.column] = rank.get(one.column, -1) + 1
        how = _how(heading, one)
        if how is None:
            continue
        less = RANK_LESS * rank[one.column] + (OWN_LESS if one.kind == "own" else 0)
        match = Match(one.column, heading, how, one, SURE[how] - less)
        if one.column not in best or match.score > best[one.column].score:
            best[one.column] = match
    if heading in rank:  # our own name, which needs no dictionary
        ours = Name(heading, heading, "ours", "landrenew")
        best[heading] = Match(heading, heading, "exact", ours, 1.01)
    return tuple(best.values())


def _how(heading: str, name: Name) -> How | None:
    if heading == name.name:
        return "exact"
    theirs, known = plain_name(heading), plain_name(name.name)
    if theirs == known:
        return "normalised"
    if _is_cut(heading, name.name):
        return "truncated"
    if name.kind not in {"own", "pinyin"} and _lies_within(known, heading, theirs):
        return "contains"
    return None


def _is_cut(heading: str, name: str) -> bool:
    """Tell whether a heading is what ten bytes of a DBF leave of a name."""
    if len(heading) >= len(name) or heading.isascii() != name.isascii():
        return False
    cuts = {
        name.encode(encoding)[:DBF_BYTES].decode(encoding, errors="ignore")
        for encoding in ("gb18030", "utf-8")
    }
    return heading.casefold() in {one.casefold() for one in cuts}


def _lies_within(known: str, heading: str, theirs: str) -> bool:
    """Tell whether a longer heading means the same: unless the rest makes something else of it."""
    shortest = SHORTEST_LATIN if known.isascii() else SHORTEST_ZH
    part = AGAIN.sub("", heading).rpartition(" ")[2]
    is_part = plain_name(part) == known  # as a heading of two lines has it
    is_within = is_part or (len(known) >= shortest and known in theirs)
    return is_within and SOMETHING_ELSE.search(theirs.replace(known, "", 1)) is None
