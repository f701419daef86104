"""Doubts about codes: what a code's own structure says about the row it stands on.

Nothing is changed or set aside for its code. A column is only checked when most of it is written
in the code in question; a bureau's own numbering is nobody's error.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from landrenew.base.codes.credit import read_credit_code
from landrenew.base.codes.industry import EDITIONS, read_industry_code
from landrenew.base.codes.land import (
    fitting_schemes,
    is_industrial,
    is_known,
    land_class,
    read_land_code,
    strange_codes,
)
from landrenew.base.codes.parcel import parcel_code_parts, parcel_code_problem
from landrenew.base.words import Text, some
from landrenew.intake.faults import Fault
from landrenew.intake.sections import Firms, ParcelLayer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from landrenew.base.codes.industry import Edition
    from landrenew.base.codes.land import Scheme
    from landrenew.intake.sections import Layer

    Said = dict[str, Text]

MOST = 0.5
"""A column is written in a code when more than this share of its values is."""

ONE_COUNTY = 0.9
"""Parcels of one county: at least this share of them bears its code."""

FULL_CODE = 15
"""A number this long, among credit codes, was meant as one."""


def code_faults(table: pd.DataFrame, spec: Layer, name: str) -> list[Fault]:
    """
    Find the codes of a layer that cannot be right.

    Parameters
    ----------
    table
        Our columns, index ``row``.
    spec
        The layer; states the scheme of its land codes or the edition of its industry codes.
    name
        The layer's name in the project file.

    Returns
    -------
    list of Fault
        ``parcel_code_structure``, ``parcel_code_region`` and ``land_code_unknown`` of parcels,
        ``uscc_check_digit`` and ``industry_code_unknown`` of firms; one a row, or one for the
        layer when most of its codes are of another scheme.
    """
    if isinstance(spec, ParcelLayer):
        return [*_parcel_faults(table, name), *_land_faults(table, name, spec.land_scheme)]
    if isinstance(spec, Firms):
        wrong = _credit(_present(table, "firm_id"))
        unknown = _industries(_present(table, "industry_code"), spec.industry_edition)
        return [
            *_named(table, name, "firm_id", "uscc_check_digit", wrong),
            *_named(table, name, "industry_code", "industry_code_unknown", unknown),
        ]
    return []


def scheme_notes(table: pd.DataFrame, spec: Layer, name: str = "parcels") -> list[Text]:
    """
    Say when it is open what the land codes of a layer mean.

    Parameters
    ----------
    table
        Our columns.
    spec
        The layer.
    name
        The layer's name in the project file.

    Returns
    -------
    list of Text
        One sentence when nobody stated the scheme and the most frequent code is industrial land in
        one of those it may be and something else in another.
    """
    if not isinstance(spec, ParcelLayer) or spec.land_scheme or "land_code" not in table:
        return []
    counts = Counter(_present(table, "land_code"))
    fits = fitting_schemes(counts)
    if len(fits) <= 1:
        return []
    code = max(counts, key=lambda one: (counts[one], one))
    means = {one: land_class(read_land_code(code)[0].code, one) for one in fits}
    if len({is_industrial(code, one) for one in fits}) == 1:
        return []
    said = "、".join(f"{one} {of.name}" for one, of in means.items() if of is not None)
    return [
        Text(
            f"没有注明地类编码的分类体系，{code} 可能是：{said}。请在 [{name}] 中写 land_scheme。",
            f"The scheme of the land codes is not stated; {code} may be: {said}. State land_scheme"
            f" under [{name}].",
        )
    ]


def _present(table: pd.DataFrame, column: str) -> list[str]:
    """List the values of a column; none where there is no such column."""
    return [str(one) for one in table[column].dropna().tolist()] if column in table else []


def _named(
    table: pd.DataFrame, name: str, column: str, kind: str, doubted: Mapping[str, Text]
) -> list[Fault]:
    """Make a fault of every row whose value is doubted."""
    if not doubted:
        return []
    values = table[column].dropna().astype(str)
    found = values[values.isin(list(doubted))]
    key = "firm_id" if name == "firms" else "parcel_id"
    ids = table[key].loc[found.index].dropna().to_dict() if key in table else {}
    return [
        Fault(name, row, str(ids.get(row, "")), kind, doubted[one])
        for row, one in zip(found.index.tolist(), found.tolist(), strict=True)
    ]


def _is_most(found: int, codes: Sequence[str]) -> bool:
    return found > MOST * len(codes)


def _parcel_faults(table: pd.DataFrame, name: str) -> list[Fault]:
    ids = _present(table, "parcel_id")
    county = parcel_code_parts(ids)["county"]
    if not _is_most(int(county.notna().sum()), ids):
        return []
    others = (ids[place] for place in np.flatnonzero(county.isna()).tolist())
    wrong = {one: said for one in others if (said := parcel_code_problem(one)) is not None}
    return [
        *_named(table, name, "parcel_id", "parcel_code_structure", wrong),
        *_named(table, name, "parcel_id", "parcel_code_region", _strangers(ids, county)),
    ]


def _strangers(ids: Sequence[str], county: pd.Series[str]) -> Said:
    """Doubt parcels of another county than nearly all the others."""
    counties = Counter(county.dropna().tolist())
    usual, count = counties.most_common(1)[0]
    if count < ONE_COUNTY * counties.total():
        return {}
    return {
        ids[place]: Text(f"县级代码 {county[place]}，其他宗地多为 {usual}",
                         f"county {county[place]}, most others {usual}")
        for place in np.flatnonzero(county.notna() & (county != usual)).tolist()
    }  # fmt: skip


def _credit(codes: Sequence[str]) -> Said:
    read = {one: read_credit_code(one) for one in dict.fromkeys(codes)}
    kinds = Counter(read[one].kind for one in codes)
    credit = kinds["credit"] + kinds["trial"]
    if not _is_most(credit + kinds["registration"] + kinds["organisation"], codes):
        return {}
    said = {}
    for one, of in read.items():
        if of.suggestion:
            said[one] = Text(f"或为 {of.suggestion}", f"perhaps {of.suggestion}")
        elif of.kind == "wrong":
            said[one] = Text("校验位不符", "the check character does not fit")
        elif of.kind == "other" and len(of.text) >= FULL_CODE and _is_most(credit, codes):
            said[one] = Text(f"长度为 {len(of.text)} 位，应为 18 位",
                             f"{len(of.text)} characters, 18 are needed")  # fmt: skip
    return said


def _industries(codes: Sequence[str], edition: Edition | None) -> Said:
    editions = EDITIONS if edition is None else (edition,)
    known = {
        one: any(read_industry_code(one, year) is not None for year in editions)
        for one in dict.fromkeys(codes)
    }
    if not _is_most(sum(known[one] for one in codes), codes):
        return {}
    year = "各版" if edition is None else str(edition)
    en = "any edition" if edition is None else f"the edition of {edition}"
    return {
        one: Text(f"行业代码 {one} 不在 GB/T 4754 {year}中", f"{one} is not in {en} of GB/T 4754")
        for one, is_known in known.items()
        if not is_known
    }


def _land_faults(table: pd.DataFrame, name: str, stated: Scheme | None) -> list[Fault]:
    counts = Counter(_present(table, "land_code"))
    schemes = fitting_schemes(counts) if stated is None else [stated]
    unknown = strange_codes(counts, stated)
    if not unknown:
        return []
    if stated is not None and sum(counts[one] for one in unknown) > MOST * counts.total():
        return [Fault(name, None, "", "land_code_unknown", _other_scheme(counts, stated))]
    where = "、".join(schemes)
    doubted = {
        one: Text(f"地类编码 {one} 不在 {where} 中", f"{one} is not in {', '.join(schemes)}")
        for one in unknown
    }
    return _named(table, name, "land_code", "land_code_unknown", doubted)


def _other_scheme(counts: Counter[str], stated: Scheme) -> Text:
    """Say that most codes are of another scheme than the one stated."""
    unknown = [one for one in sorted(counts) if not is_known(one, stated)]
    fits = [one for one in fitting_schemes(counts) if one != stated]
    zh = f"，看来是 {'、'.join(fits)}" if fits else ""
    en = f"; they look like {', '.join(fits)}" if fits else ""
    return Text(f"多数编码不在 {stated} 中：{some(unknown)}{zh}",
                f"most codes are not in {stated}: {some(unknown)}{en}")  # fmt: skip
