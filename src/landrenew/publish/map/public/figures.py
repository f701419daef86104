"""The figures of towns or blocks that may be published, and those that are withheld.

What is true of an area is worked out by :mod:`landrenew.plan.areas`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from landrenew.base.columns import COLUMNS, Column
from landrenew.base.errors import PublicationError
from landrenew.base.words import Text, listing, some
from landrenew.intake.parcels import Parcels
from landrenew.intake.publication import SUBJECTS
from landrenew.plan.areas import area_figures
from landrenew.publish.map.public.contributors import GRADES, contributors, small_plot_mu
from landrenew.publish.map.public.places import area_names, area_of_parcels
from landrenew.publish.map.public.suppression import ELSEWHERE, Withheld, withheld

if TYPE_CHECKING:
    from landrenew.intake.publication import Publication
    from landrenew.publish.result import Result
    from landrenew.rules.model import Rulebook

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
    least = terms.min_firms
    land = {str(name): float(one) for name, one in areas["area_mu"].items()}
    base = withheld(contributors("land", result, place), least, land=land)
    return {"land": base} | {
        one: withheld(contributors(one, result, place), least, land=land, already=base.areas)
        for one in sorted(subjects - {"land"})
    }


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
        way = Text("可减少 columns", "List fewer columns")
        if terms.by == "blocks":
            way = Text(
                '可把 by 改为 "towns"，或减少 columns', "Coarsen to towns, or list fewer columns"
            )
        raise PublicationError(
            f"没有可以公布的数字：每个镇街或地块组的每一项都不足 {terms.min_firms} 家企业，"
            f"或会被推算出来。{way.zh}。",
            f"Nothing is left to publish: every figure of every area rests on fewer than"
            f" {terms.min_firms} firms, or could be worked out. {way.en}.",
        )


def _figures(result: Result, parcels: Parcels, by: pd.Series[str]) -> pd.DataFrame:
    """Describe areas, grades as well: the parcels of each letter are counted."""
    table = area_figures(
        parcels, by, links=None if result.allocation is None else result.allocation.stands,
        small_plot_mu=small_plot_mu(result),
    )  # fmt: skip
    if GRADES in parcels.columns:
        for letter in _letters(result.layers.rulebook):
            is_of = parcels[GRADES].eq(letter)
            table[_grade_column(letter)] = is_of.groupby(by).sum().astype(float)
    return table


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
