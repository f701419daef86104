"""Which firms stand behind a figure: on whose land it rests.

A figure is made of *parts*, such as the land inside the line and the land outside it; whoever knows
the figure and the land knows the amount of each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pandas as pd

from landrenew.base.errors import PublicationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from landrenew.intake.parcels import Parcels
    from landrenew.publish.map.public.suppression import Firms
    from landrenew.publish.result import Result

GRADES = "efficiency_grade"


def contributors(subject: str, result: Result, place: pd.Series[str]) -> list[dict[str, Firms]]:
    """
    Give the firms behind the figures of a subject.

    Parameters
    ----------
    subject
        One of :data:`landrenew.intake.publication.SUBJECTS`, known in this city.
    result
        A finished run.
    place
        The area of each parcel.

    Returns
    -------
    list of dict
        For each part the firms on it, by area, as
        :func:`landrenew.publish.map.public.suppression.withheld` asks for them.

    Raises
    ------
    PublicationError
        When no firms are linked to parcels.
    """
    firms, found = _standing(result), []
    for is_in in _land_of(subject, result):
        of_part = place[is_in]
        there = of_part.reindex(firms["parcel_id"]).to_numpy(object)
        known = firms["firm_id"].groupby(there).agg(frozenset).to_dict()
        found.append({str(area): known.get(area, frozenset()) for area in of_part.unique()})
    return found


def _standing(result: Result) -> pd.DataFrame:
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
        is_small = parcels["parcel_area_mu"] < cast("float", small_plot_mu(result))
        yield from (is_small, ~is_small)
    elif subject == "line":
        inside = parcels["inside_area_m2"]
        yield from (inside > 0, inside < parcels["counted_area_m2"])
    elif subject == "floor":
        yield _is_known(parcels, "counted_floor_area_m2")
    elif subject == "tax":
        yield _is_known(parcels, "tax_cny10k")
    elif subject == "verdict":
        yield from (parcels["low_efficiency_class"].eq(word) for word in ("yes", "no"))
    else:
        grade = parcels[GRADES]
        yield from (grade.eq(letter) for letter in sorted(grade.dropna().unique()))


def _is_known(parcels: Parcels, name: str) -> pd.Series[bool]:
    return parcels.get(name, pd.Series(None, parcels.index, dtype=float)).notna()


def small_plot_mu(result: Result) -> float | None:
    """
    Give the bound of a small plot.

    Parameters
    ----------
    result
        A finished run.

    Returns
    -------
    float or None
        The rulebook's bound [mu]; None where it states none.
    """
    contiguity = result.layers.rulebook.contiguity
    return None if contiguity is None else contiguity.small_plot_mu
