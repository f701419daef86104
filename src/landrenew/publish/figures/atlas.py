"""An atlas: one page for the city and one for each town, parcels coloured by their class."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from landrenew.assess.share.land import UNKNOWN_TOWN
from landrenew.base.words import file_name
from landrenew.publish.figures.map_panel import Line, MapPage
from landrenew.publish.figures.map_sheet import map_sheet
from landrenew.publish.themes import themes

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from landrenew.base.crs import Bounds
    from landrenew.base.words import Lang
    from landrenew.publish.figures.look import Page
    from landrenew.publish.result import Result


def atlas_pages(result: Result, lang: Lang) -> list[Page]:
    """
    Lay out an atlas.

    Parameters
    ----------
    result
        A finished run whose shapes are in the table.
    lang
        Language of the words.

    Returns
    -------
    list of tuple
        For each page the name of its PNG and what draws it: the city, then its towns by name, those
        whose town is not known last. Empty where no column gives colours. Names of files are safe
        and unique, whatever the towns are called.
    """
    drawn = themes(result.parcels, result.layers.rulebook)
    if not drawn:
        return []
    pages = _pages(result, drawn[0])
    city, digits = result.layers.project.city.name, len(str(len(pages)))
    return [
        (
            f"atlas-{page.number:0{digits}d}-{file_name(page.town or city)}",
            partial(map_sheet, result, drawn[0], page, lang),
        )
        for page in pages
    ]


def _pages(result: Result, theme: dict[str, Any]) -> list[MapPage]:
    parcels = result.parcels
    is_near = parcels.index.isin(result.near.index)
    towns = _towns(parcels)
    shares = {} if result.share is None else {one.name: one for one in result.share.towns}
    places = [("", np.ones(len(parcels), dtype=bool), result.share)]
    places += [(town, rows, shares.get(town)) for town, rows in towns.items()]
    pages = []
    for number, (town, rows, share) in enumerate(places, start=1):
        shown = rows & is_near if (rows & is_near).any() else rows
        bounds = _bounds(parcels[shown])
        pages.append(MapPage(
            town, number, len(places), rows, theme["tally"][town],
            bounds if town else _whole_city(result, bounds), int((rows & ~is_near).sum()), share,
        ))  # fmt: skip
    city, *others = pages
    return [city._replace(contents=tuple(_line(one) for one in others)), *others]


def _line(page: MapPage) -> Line:
    """Give the line of a town in the list of the pages."""
    count, land = (sum(column) for column in zip(*page.tally, strict=True))
    return Line(page.number, page.town, int(count), land, page.share)


def _bounds(layer: GeoDataFrame) -> Bounds:
    left, bottom, right, top = layer.total_bounds.tolist()
    return left, bottom, right, top


def _towns(parcels: GeoDataFrame) -> dict[str, NDArray[np.bool_]]:
    """Tell for each town which parcels are its own; nothing where towns are not known."""
    if "town" not in parcels.columns or parcels["town"].isna().all():
        return {}
    towns = parcels["town"].astype(object).fillna(UNKNOWN_TOWN).astype(str).to_numpy()
    names = sorted(set(towns) - {UNKNOWN_TOWN}) + [UNKNOWN_TOWN] * (UNKNOWN_TOWN in towns)
    return {name: towns == name for name in names}


def _whole_city(result: Result, parcels: Bounds) -> Bounds:
    """Widen what the page of the city shows to the boundaries of its towns."""
    towns = result.layers.towns
    if towns is None or towns.empty:
        return parcels
    left, bottom, right, top = parcels
    west, south, east, north = _bounds(towns)
    return min(left, west), min(bottom, south), max(right, east), max(top, north)
