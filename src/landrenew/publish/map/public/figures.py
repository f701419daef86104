"""The figures of towns or blocks that may be published, and those that are withheld.

Figures are those of :mod:`landrenew.plan.areas`; here is said on whose land each rests, so that
:mod:`landrenew.publish.map.public.suppression` can tell which firms stand behind it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import pandas as pd

from landrenew.base.columns import COLUMNS, Column
from landrenew.base.errors import PublicationError
from landrenew.base.words import Text, listing, some
from landrenew.intake.parcels import Parcels
from landrenew.intake.publication import SUBJECTS
from landrenew.plan.areas import area_figures
from landrenew.publish.map.public.suppression import ELSEWHERE, Firms, Withheld, withheld

if TYPE_CHECKING:
    from collections.abc import Iterator

    from landrenew.intake.publication import Publication
    from landrenew.publish.result import Result
    from landrenew.rules.model import Rulebook

GRADES = "efficiency_grade"

INDUSTRIAL_LAND = Text("工业用地面积", "Industrial land")

CITY = "city"
"""The one area that the whole city is described as."""


@dataclass(frozen=True)
class AreaFigures:
    """
    What is published of each area, and of the city.

    Parameters
    ----------
    columns
        The figures, by name, in the order of the project file.
    areas
        Index: the areas, sorted; one column a figure, missing where it is withheld or not known.
    withheld
        The same shape: whether the figure is withheld.
    total
        Figures of the whole city, missing where they are withheld or not known.
    withheld_totals
        Figures whose total is withheld.
    empty
        Areas without any industrial land.
    """

    columns: dict[str, Column]
    areas: pd.DataFrame
    withheld: pd.DataFrame
    total: pd.Series[float]
    withheld_totals: frozenset[str]
    empty: frozenset[str]


def published_figures(result: Result, terms: Publication) -> AreaFigures:
    """
    Work out what may be published.

    Parameters
    ----------
    result
        A finished run.
    terms
        What the project says may be published.

    Returns
    -------
    AreaFigures
        Figures of the areas and the city.

    Raises
    ------
    PublicationError
        When firms cannot be counted, there are no areas, a figure is not known of this city, or
        nothing would be left to publish.
    """
    place = area_of_parcels(result, terms)
    columns = _columns(terms, result.layers.rulebook)
    city = _city(result, columns)
    is_drawn = place.ne(ELSEWHERE)
    areas = _figures(result, Parcels(result.parcels[is_drawn]), place[is_drawn])
    areas = areas.reindex(area_names(result, terms))
    kept_back = _kept_back(result, terms, place, {_subject(name) for name in columns}, areas)
    by_name = {name: kept_back[_subject(name)] for name in columns}
    is_withheld = pd.DataFrame(
        {name: areas.index.isin(list(one.areas)) for name, one in by_name.items()}, areas.index
    )
    of_city = [name for name, one in by_name.items() if one.is_total]
    shown = areas[list(columns)].astype(float).mask(is_withheld)
    _refuse_nothing_left(shown, terms)
    return AreaFigures(
        columns,
        shown,
        is_withheld,
        city.mask(city.index.isin(of_city)),
        frozenset(of_city),
        frozenset(areas.index[areas["parcel_count"].isna()]),
    )


def _city(result: Result, columns: dict[str, Column]) -> pd.Series[float]:
    """Describe the whole city, in which every figure that is published must be known."""
    parcels = result.parcels
    table = _figures(result, parcels, pd.Series(CITY, parcels.index)).reindex(columns=list(columns))
    city = pd.Series(table.to_numpy(float)[0], list(columns))
    _refuse_unknown(columns, list(city.index[city.isna()]))
    return city


def _kept_back(
    result: Result,
    terms: Publication,
    place: pd.Series[str],
    subjects: set[str],
    areas: pd.DataFrame,
) -> dict[str, Withheld]:
    """Choose for each subject what is withheld; an area whose land is withheld shows nothing."""
    firms = _firms(result)
    land = {str(name): float(one) for name, one in areas["area_mu"].items()}
    found = {"land": withheld(_parts("land", result, place, firms), terms.min_firms, land=land)}
    for subject in sorted(subjects - {"land"}):
        parts = _parts(subject, result, place, firms)
        found[subject] = withheld(parts, terms.min_firms, land=land, already=found["land"].areas)
    return found


def _subject(name: str) -> str:
    """Say what a figure rests on."""
    of_dictionary = GRADES if name.startswith(GRADES) else name
    return next(one for one, names in SUBJECTS.items() if of_dictionary in names)


def _refuse_unknown(columns: dict[str, Column], unknown: list[str]) -> None:
    if unknown:
        said = listing(columns[name].label for name in unknown)
        raise PublicationError(
            f"[public] columns 中的 {said.zh}（{some(unknown)}）在本市没有结果，无从公布："
            "请补上所需的图层、列或规则，或从 columns 中去掉。",
            f"[public] columns: nothing is known in this city of {said.en} ({some(unknown)}). Add"
            " the layer, column or rule it needs, or take it out of columns.",
        )


def _refuse_nothing_left(shown: pd.DataFrame, terms: Publication) -> None:
    if not shown.notna().to_numpy().any():
        raise PublicationError(
            f"没有可以公布的数字：每个镇街或地块组的每一项都不足 {terms.min_firms} 家企业，"
            '或会被推算出来。可把 by 改为 "towns"，或减少 columns。',
            f"Nothing is left to publish: every figure of every area rests on fewer than"
            f" {terms.min_firms} firms, or could be worked out. Coarsen to towns, or list fewer"
            " columns.",
        )


def area_of_parcels(result: Result, terms: Publication) -> pd.Series[str]:
    """
    Say in which area of the page each parcel lies.

    Parameters
    ----------
    result
        A finished run.
    terms
        What the project says may be published.

    Returns
    -------
    Series
        Index of the parcels: name of the town or block;
        :data:`landrenew.publish.map.public.suppression.ELSEWHERE` for a parcel in none that is
        drawn.

    Raises
    ------
    PublicationError
        When the city has no such areas, or parcels name a town that is not drawn.
    """
    parcels, names = result.parcels, area_names(result, terms)
    column = "town" if terms.by == "towns" else "block_id"
    if not len(names) or column not in parcels.columns:
        raise PublicationError(
            '没有镇街或地块组可供概括：by = "towns" 需要有名称的 [towns]，by = "blocks" '
            "需要规则书的 [contiguity]，且有成片的宗地。",
            'There are no areas to coarsen to: by = "towns" needs [towns] with names, by = "blocks"'
            " needs [contiguity] in the rulebook, and parcels that lie together.",
        )  # fmt: skip
    place = parcels[column].astype(object)
    if unknown := sorted(set(place.dropna()) - set(names)):
        raise PublicationError(
            f"宗地所在的 {some(unknown)} 在 [towns] 中没有界线，图上会漏掉它们的用地。"
            "请把两处的名称改成一致，或补上界线。",
            f"Parcels lie in {some(unknown)}, which has no outline in [towns], so that the page"
            " would leave their land out. Make the names agree, or add the outlines.",
        )
    return place.where(place.isin(names), ELSEWHERE).rename("area")


def area_names(result: Result, terms: Publication) -> pd.Index[str]:
    """
    Name the areas of the page.

    Parameters
    ----------
    result
        A finished run.
    terms
        What the project says may be published.

    Returns
    -------
    Index
        Towns that have an outline, or blocks, sorted.
    """
    table = result.blocks if terms.by == "blocks" else result.layers.towns
    if table is None:
        return pd.Index([], dtype=object)
    names = table.index if terms.by == "blocks" else table["town"].dropna()
    return pd.Index(sorted({str(one) for one in names}), dtype=object)


def _figures(result: Result, parcels: Parcels, by: pd.Series[str]) -> pd.DataFrame:
    """Describe areas, grades as well: the parcels of each letter are counted."""
    table = area_figures(
        parcels, by, links=None if result.allocation is None else result.allocation.stands,
        small_plot_mu=_small_plot_mu(result),
    )  # fmt: skip
    if GRADES in parcels.columns:
        for letter in _letters(result.layers.rulebook):
            is_of = parcels[GRADES].eq(letter)
            table[_grade_column(letter)] = is_of.groupby(by).sum().astype(float)
    return table


def _small_plot_mu(result: Result) -> float | None:
    contiguity = result.layers.rulebook.contiguity
    return None if contiguity is None else contiguity.small_plot_mu


def _letters(rulebook: Rulebook) -> list[str]:
    return [] if rulebook.grades is None else [*rulebook.grades.letters, rulebook.grades.exempt]


def _grade_column(letter: str) -> str:
    return f"{GRADES}_{letter}"


def _columns(terms: Publication, rulebook: Rulebook) -> dict[str, Column]:
    """Give the figures with their meaning; grades as a number of parcels each."""
    found: dict[str, Column] = {}
    for name in terms.columns:
        letters = _letters(rulebook) if name == GRADES else []
        found |= {_grade_column(one): _grade_of(one) for one in letters} or {name: _of_area(name)}
    return found


def _of_area(name: str) -> Column:
    """Give a figure as it is called beside a town, whose own area is another."""
    return replace(COLUMNS[name], label=INDUSTRIAL_LAND) if name == "area_mu" else COLUMNS[name]


def _grade_of(letter: str) -> Column:
    label = Text(f"{letter} 类宗地", f"Parcels of grade {letter}")
    return Column("block", _grade_column(letter), "judged", "integer", "1", label,
                  COLUMNS[GRADES].meaning, low=0.0, decimals=0)  # fmt: skip


def _firms(result: Result) -> pd.DataFrame:
    """Say whose firms stand on which parcel; those of one group stand for one."""
    if result.allocation is None:
        raise PublicationError(
            "没有企业与宗地的关联，数不清每个数字涉及几家企业，公开版无从满足 min_firms。",
            "No firms are linked to parcels, so that the firms behind a figure cannot be counted"
            " and min_firms cannot be kept.",
        )
    stands = result.allocation.stands
    firms = result.layers.firms
    if firms is None or "group_id" not in firms.columns:
        return stands
    group = firms["group_id"].dropna()
    return stands.assign(firm_id=stands["firm_id"].map(group).fillna(stands["firm_id"]))


def _parts(
    subject: str, result: Result, place: pd.Series[str], firms: pd.DataFrame
) -> list[dict[str, Firms]]:
    """Give for each part that figures are made of the firms on it, by area."""
    found = []
    for is_in in _land_of(subject, result):
        of_part = place[is_in]
        there = of_part.reindex(firms["parcel_id"]).to_numpy(object)
        known = firms["firm_id"].groupby(there).agg(frozenset).to_dict()
        found.append({str(area): known.get(area, frozenset()) for area in of_part.unique()})
    return found


def _land_of(subject: str, result: Result) -> Iterator[pd.Series[bool]]:
    """
    Give the parcels of each part that a subject's figures tell apart.

    A share tells two amounts, its own and what is left; where data are missing nothing is told of
    anyone.
    """
    parcels = result.parcels
    if subject == "land":
        yield parcels["counted_area_m2"].notna()
    elif subject == "plots":
        is_small = parcels["parcel_area_mu"] < cast("float", _small_plot_mu(result))
        yield from (is_small, ~is_small)
    elif subject == "line":
        inside = parcels["inside_area_m2"]
        yield from (inside > 0, inside < parcels["counted_area_m2"])
    elif subject == "floor":
        yield parcels["counted_floor_area_m2"].notna()
    elif subject == "tax":
        yield parcels["tax_cny10k"].notna()
    elif subject == "verdict":
        yield from (parcels["low_efficiency_class"].eq(word) for word in ("yes", "no"))
    else:
        grade = parcels[GRADES]
        yield from (grade.eq(letter) for letter in sorted(grade.dropna().unique()))
