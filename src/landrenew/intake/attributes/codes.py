"""Doubts about codes: what a code's own structure says about the row it stands on.

Nothing is changed or set aside for its code. A column is only checked when most of it is written
in the code in question; a bureau's own numbering is nobody's error.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from landrenew.base.codes.credit import read_credit_code
from landrenew.base.codes.industry import EDITIONS, read_industry_code
from landrenew.base.codes.land import (
    fitting_schemes,
    is_industrial,
    is_known,
    land_class,
    read_land_code,
)
from landrenew.base.codes.parcel import parcel_code_problem, read_parcel_code
from landrenew.base.words import Text, some
from landrenew.intake.faults import Fault
from landrenew.intake.sections import Firms, ParcelLayer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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
        return [
            *_named(table, name, "parcel_id", "parcel_code_structure", _parcel_structure),
            *_named(table, name, "parcel_id", "parcel_code_region", _parcel_region),
            *_land_faults(table, name, spec.land_scheme),
        ]
    if isinstance(spec, Firms):
        edition = spec.industry_edition

        def industries(codes: Sequence[str]) -> Said:
            return _industries(codes, edition)

        return [
            *_named(table, name, "firm_id", "uscc_check_digit", _credit),
            *_named(table, name, "industry_code", "industry_code_unknown", industries),
        ]
    return []


def scheme_notes(table: pd.DataFrame, spec: Layer) -> list[Text]:
    """
    Say when it is open what the land codes of a layer mean.

    Parameters
    ----------
    table
        Our columns.
    spec
        The layer.

    Returns
    -------
    list of Text
        One sentence when nobody stated the scheme and the most frequent code is industrial land in
        one of those it may be and something else in another.
    """
    if not isinstance(spec, ParcelLayer) or spec.land_scheme or "land_code" not in table:
        return []
    counts = Counter(_present(table["land_code"]))
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
            f"没有注明地类编码的分类体系，{code} 可能是：{said}。请在 [parcels] 中写 land_scheme。",
            f"The scheme of the land codes is not stated; {code} may be: {said}. State land_scheme"
            " under [parcels].",
        )
    ]


def _present(values: pd.Series) -> list[str]:
    return [str(one) for one in values.dropna()]


def _named(
    table: pd.DataFrame,
    name: str,
    column: str,
    kind: str,
    doubt: Callable[[Sequence[str]], Said],
) -> list[Fault]:
    """Make a fault of every row whose value is doubted."""
    if column not in table:
        return []
    values = table[column].dropna().astype(str)
    doubted = doubt(values.tolist())
    found = values[values.isin(list(doubted))]
    key = "parcel_id" if name == "parcels" else "firm_id"
    ids = table[key].dropna().to_dict() if key in table else {}
    return [
        Fault(name, row, str(ids.get(row, "")), kind, doubted[one])
        for row, one in zip(found.index.tolist(), found.tolist(), strict=True)
    ]


def _is_most(found: int, codes: Sequence[str]) -> bool:
    return found > MOST * len(codes)


def _parcel_structure(codes: Sequence[str]) -> Said:
    problems = {
        one: said for one in dict.fromkeys(codes) if (said := parcel_code_problem(one)) is not None
    }
    return problems if _is_most(sum(one not in problems for one in codes), codes) else {}


def _parcel_region(codes: Sequence[str]) -> Said:
    read = {one: read_parcel_code(one) for one in dict.fromkeys(codes)}
    counties = Counter(of.county for one in codes if (of := read[one]) is not None)
    if not counties or not _is_most(counties.total(), codes):
        return {}
    usual, count = counties.most_common(1)[0]
    if count < ONE_COUNTY * counties.total():
        return {}
    return {
        one: Text(f"县级代码 {of.county}，其他宗地多为 {usual}",
                  f"county {of.county}, most others {usual}")
        for one, of in read.items() if of is not None and of.county != usual
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
    if "land_code" not in table:
        return []
    counts = Counter(_present(table["land_code"]))
    schemes = fitting_schemes(counts) if stated is None else [stated]
    unknown = [one for one in counts if not any(is_known(one, of) for of in schemes)]
    if not schemes or not unknown:
        return []
    if stated is not None and sum(counts[one] for one in unknown) > MOST * counts.total():
        return [Fault(name, None, "", "land_code_unknown", _other_scheme(counts, stated))]
    where = "、".join(schemes)

    def doubt(codes: Sequence[str]) -> Said:
        gone = set(unknown).intersection(codes)
        return {
            one: Text(f"地类编码 {one} 不在 {where} 中", f"{one} is not in {', '.join(schemes)}")
            for one in sorted(gone)
        }

    return _named(table, name, "land_code", "land_code_unknown", doubt)


def _other_scheme(counts: Counter[str], stated: Scheme) -> Text:
    """Say that most codes are of another scheme than the one stated."""
    unknown = [one for one in sorted(counts) if not is_known(one, stated)]
    fits = [one for one in fitting_schemes(counts) if one != stated]
    zh = f"，看来是 {'、'.join(fits)}" if fits else ""
    en = f"; they look like {', '.join(fits)}" if fits else ""
    return Text(f"多数编码不在 {stated} 中：{some(unknown)}{zh}",
                f"most codes are not in {stated}: {some(unknown)}{en}")  # fmt: skip
