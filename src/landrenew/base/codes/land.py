"""Land classes: 三调 working classes, GB/T 21010-2017 and 用地用海, and what passes into what.

The same code means different things in different schemes: 0601 is industry to the survey and a
rural road to the planner, 1001 a railway and industry, storage is 0508, 0604 or 1101. So a class is
only ever looked up in a scheme, as a whole code, never by how it begins.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Literal, NamedTuple

from landrenew.base.codes.published import published
from landrenew.base.errors import ColumnError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Scheme = Literal["三调", "GB/T 21010-2017", "用地用海"]
SCHEMES: tuple[Scheme, ...] = ("三调", "GB/T 21010-2017", "用地用海")

Answer = Literal["yes", "no", "unknown"]
Use = Literal["industry", "storage", "mining", "other"]

STAND_ALONE_IN_VILLAGE = "203A"
"""城镇村属性码 of industrial land on its own among villages."""

VILLAGE = "203"
TRIAL = "用地用海（2020 试行）"
UNCHANGED = ("10", "11")
"""Groups of 用地用海 whose codes the 2023 edition left as they were."""

_PART = re.compile(r"(?P<code>\d\d[0-9A-Z]*?)(?P<village>v?)(?P<within>(\([^()]*\))*)")
_MARK = re.compile(r"[AK]$")
"""Mark behind a survey class: A a special kind of it, K land that can be turned back to fields."""


class LandClass(NamedTuple):
    """
    One class of a scheme.

    Parameters
    ----------
    name
        Its name.
    group
        The class of the first level it belongs to.
    use
        ``industry``, ``storage``, ``mining``, ``other``; ``mixed`` when its classes differ.
    """

    name: str
    group: str
    use: str


class LandPart(NamedTuple):
    """
    One part of a land code.

    Parameters
    ----------
    code
        The class.
    is_village
        Whether it bears the village mark ``v``.
    within
        The classes in brackets behind it.
    """

    code: str
    is_village: bool = False
    within: tuple[str, ...] = ()


CLASSES: dict[str, dict[str, LandClass]] = {scheme: {} for scheme in SCHEMES}
"""Every class, by scheme and code."""

for _row in published("land.csv"):
    CLASSES[_row["scheme"]][_row["code"]] = LandClass(_row["name"], _row["group"], _row["use"])

_PASSED: dict[tuple[str, str], frozenset[str]] = {
    (row["from_scheme"], row["code"]): frozenset(row["codes"].split())
    for row in published("land_crosswalk.csv")
}


def read_land_code(text: str) -> tuple[LandPart, ...]:
    """
    Read a land code, single or composite.

    Parameters
    ----------
    text
        As typed: parts joined by ``/`` or ``、``, ``v`` for villages, brackets, full-width or not.

    Returns
    -------
    tuple of LandPart
        Its parts in the order written; empty when it cannot be read.

    Examples
    --------
    >>> [part.code for part in read_land_code("1001 / 09/120803")]
    ['1001', '09', '120803']
    >>> read_land_code("1001v")
    (LandPart(code='1001', is_village=True, within=()),)
    >>> read_land_code("100101(080403)")
    (LandPart(code='100101', is_village=False, within=('080403',)),)
    """
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).replace("、", "/")
    plain = plain.upper().replace("V", "v")
    found = [_PART.fullmatch(one) for one in plain.split("/")]
    parts = [
        LandPart(one["code"], bool(one["village"]), tuple(re.findall(r"\d\w*", one["within"])))
        for one in found
        if one is not None
    ]
    return tuple(parts) if len(parts) == len(found) else ()


def write_land_code(parts: Iterable[LandPart]) -> str:
    """
    Write a land code as it is usually written.

    Parameters
    ----------
    parts
        Its parts.

    Returns
    -------
    str
        The code.

    Examples
    --------
    >>> write_land_code(read_land_code("100101 / 100102v（0804）"))
    '100101/100102v(0804)'
    """
    return "/".join(
        part.code + "v" * part.is_village + "".join(f"({one})" for one in part.within)
        for part in parts
    )


def land_class(code: str, scheme: Scheme) -> LandClass | None:
    """
    Look one class up.

    Parameters
    ----------
    code
        A single code. A county's own class under a published one of six digits, or a mark behind
        a survey class, is looked up under the class it extends.
    scheme
        The scheme it is written in.

    Returns
    -------
    LandClass or None
        None when the scheme has no such class.

    Examples
    --------
    >>> land_class("0601", "三调").name, land_class("0601", "用地用海").name
    ('工业用地', '农村道路')
    >>> land_class("0604", "三调") is None
    True
    >>> land_class("10010102", "用地用海").name
    '一类工业用地'
    """
    known = CLASSES[scheme]
    bare = _MARK.sub("", code) if scheme == "三调" else code[:6]
    return known.get(code) or known.get(bare)


def land_use(text: str, scheme: Scheme | None = None) -> Use | None:
    """
    Tell what land is used for by its code.

    Parameters
    ----------
    text
        Land code, single or composite.
    scheme
        The scheme it is written in; None when nobody said.

    Returns
    -------
    str or None
        ``industry``, ``storage``, ``mining`` or ``other``; None when the code is unknown, is a
        group of several uses, joins several uses, or means different uses in different schemes.

    Examples
    --------
    >>> land_use("0508", "三调"), land_use("0604", "GB/T 21010-2017"), land_use("0604", "三调")
    ('storage', 'storage', None)
    >>> land_use("06", "三调") is None, land_use("0601") is None
    (True, True)
    """
    codes = [code for part in read_land_code(text) for code in (part.code, *part.within)]
    schemes = SCHEMES if scheme is None else (scheme,)
    uses: set[str | None] = set()
    for one in schemes:
        found = [land_class(code, one) for code in codes]
        if scheme is None and None in found:
            continue
        uses |= {None if of is None else of.use for of in found}
    only = uses.pop() if len(uses) == 1 else None
    return only if only in {"industry", "storage", "mining", "other"} else None  # type: ignore[return-value]  # just compared


def is_industrial(text: str, scheme: Scheme | None = None) -> Answer:
    """
    Tell whether a land code means industrial land.

    Parameters
    ----------
    text
        Land code, single or composite.
    scheme
        The scheme it is written in; None when nobody said.

    Returns
    -------
    str
        ``yes``, ``no`` or ``unknown``.

    Examples
    --------
    >>> [is_industrial(code, "用地用海") for code in ("100101/100102", "0601", "1001/09/120803")]
    ['yes', 'no', 'unknown']
    >>> is_industrial("0601", "三调"), is_industrial("1001", "三调"), is_industrial("1001")
    ('yes', 'no', 'unknown')
    """
    use = land_use(text, scheme)
    return "unknown" if use is None else "yes" if use == "industry" else "no"


def is_village_industry(text: str, settlement: str | None, scheme: Scheme | None = None) -> Answer:
    """
    Tell whether land is a village industrial plot.

    Parameters
    ----------
    text
        Land code.
    settlement
        The 城镇村属性码 CZCSXM; None or blank when not known.
    scheme
        The scheme of the land code; None when nobody said.

    Returns
    -------
    str
        ``yes`` for industrial land with 203A or the village mark ``v``, ``no`` for other land and
        for land in towns, else ``unknown``.

    Examples
    --------
    >>> is_village_industry("0601", "203A", "三调"), is_village_industry("0601", "202A", "三调")
    ('yes', 'no')
    >>> is_village_industry("1001v", None, "用地用海")
    'yes'
    """
    industrial = is_industrial(text, scheme)
    if industrial != "yes":
        return industrial
    code = (settlement or "").strip().upper()
    if code == STAND_ALONE_IN_VILLAGE or all(one.is_village for one in read_land_code(text)):
        return "yes"
    return "unknown" if code in {"", VILLAGE} else "no"


def crosswalk(text: str, scheme: Scheme | None) -> frozenset[str]:
    """
    List the classes of 用地用海 that a class of a survey passes into.

    Parameters
    ----------
    text
        Land code, single or composite.
    scheme
        The scheme it is written in.

    Returns
    -------
    frozenset of str
        Codes of 用地用海; several where the survey does not say which, empty where the published
        tables name none.

    Raises
    ------
    ColumnError
        When nobody said the scheme.

    Examples
    --------
    >>> sorted(crosswalk("0601", "三调"))
    ['100101', '100102', '100103']
    >>> sorted(crosswalk("0508/1004", "三调"))
    ['110101', '110102', '110103', '1102', '1207']
    """
    if scheme is None:
        raise ColumnError(
            f"地类编码“{text}”没有注明分类体系，同一编码在不同体系中是不同地类。"
            f"请注明 land_scheme：{'、'.join(SCHEMES)} 之一。",
            f"Land code {text!r} has no scheme, and one code means different classes in different"
            f" schemes. State land_scheme: one of {', '.join(SCHEMES)}.",
        )
    codes = [part.code for part in read_land_code(text)]
    if scheme == "用地用海":
        return frozenset(codes)
    bare = (_MARK.sub("", code) for code in codes)
    return frozenset().union(*(_PASSED.get((scheme, code), frozenset()) for code in bare))


def since_trial(code: str) -> str | None:
    """
    Give the code of the 2023 edition of 用地用海 for one of the 2020 trial.

    Parameters
    ----------
    code
        A single code of the trial edition.

    Returns
    -------
    str or None
        The code now; None where the published list of changes does not say.

    Examples
    --------
    >>> since_trial("0602"), since_trial("1312"), since_trial("100102"), since_trial("0601")
    ('060201', '1311', '100102', None)
    """
    if code[:2] in UNCHANGED:
        return code
    found = _PASSED.get((TRIAL, code))
    return None if found is None else min(found)


def is_known(text: str, scheme: Scheme) -> bool:
    """
    Tell whether a scheme has every class of a land code.

    Parameters
    ----------
    text
        Land code, single or composite.
    scheme
        The scheme.

    Returns
    -------
    bool
        False as well for what is no land code.

    Examples
    --------
    >>> is_known("100101(0804)", "用地用海"), is_known("0508", "用地用海")
    (True, False)
    """
    codes = [one for part in read_land_code(text) for one in (part.code, *part.within)]
    return bool(codes) and all(land_class(one, scheme) is not None for one in codes)


def fitting_schemes(counts: Mapping[str, int]) -> list[Scheme]:
    """
    Find the schemes that the land codes of a layer may be written in.

    Parameters
    ----------
    counts
        Land codes of the layer, and on how many rows each stands.

    Returns
    -------
    list of str
        The schemes that know most rows, all of them equally many; none when none knows more than
        half of them.

    Examples
    --------
    >>> fitting_schemes({"0601": 7, "0508": 1}), fitting_schemes({"0601": 7})
    (['三调'], ['三调', 'GB/T 21010-2017', '用地用海'])
    """
    rows = {one: sum(n for code, n in counts.items() if is_known(code, one)) for one in SCHEMES}
    most = max(rows.values())
    return [one for one in SCHEMES if rows[one] == most] if 2 * most > sum(counts.values()) else []


def strange_codes(counts: Mapping[str, int], stated: Scheme | None) -> list[str]:
    """
    Find the codes of a layer that its scheme does not have.

    Parameters
    ----------
    counts
        Land codes of the layer, and on how many rows each stands.
    stated
        The scheme they are said to be written in; None takes those that fit.

    Returns
    -------
    list of str
        In the order of ``counts``; none where no scheme fits: a bureau's own numbering is nobody's
        error.

    Examples
    --------
    >>> strange_codes({"0601": 7, "6O1": 1}, None)
    ['6O1']
    """
    schemes = fitting_schemes(counts) if stated is None else [stated]
    if not schemes:
        return []
    return [one for one in counts if not any(is_known(one, of) for of in schemes)]
