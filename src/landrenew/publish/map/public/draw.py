"""Drawing the public page: areas, the layers that were named, and what may be said of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import geopandas as gpd

from landrenew.base.words import Text
from landrenew.intake.publication import publication_of
from landrenew.publish.map.draw import NAMED_BY, OVERLAYS, bare_map
from landrenew.publish.map.elements import Page, ParcelLayer, ShapeLayer
from landrenew.publish.map.public.figures import published_figures
from landrenew.publish.map.public.outlines import area_outlines, coarse_layer
from landrenew.publish.map.public.page import areas_payload, public_facts
from landrenew.publish.map.public.places import area_names
from landrenew.publish.map.shapes import bounds, encode

if TYPE_CHECKING:
    from collections.abc import Iterator

    import folium
    from geopandas import GeoDataFrame, GeoSeries

    from landrenew.base.words import Lang
    from landrenew.intake.publication import Publication
    from landrenew.publish.map.public.figures import AreaFigures
    from landrenew.publish.result import Result

SHOWN_NAMES = ("towns", "parks")
"""Layers whose features are called by name; a name may say more than a shape."""


def draw_public_map(
    result: Result, lang: Lang = "zh", figures: AreaFigures | None = None
) -> folium.Map:
    """
    Draw a finished run as a map for the public, of towns or blocks.

    Parameters
    ----------
    result
        A finished run of a project that has ``[public]``, projected, metres.
    lang
        Language on opening, ``"zh"`` or ``"en"``; the page switches between both.
    figures
        What :func:`landrenew.publish.map.public.figures.published_figures` gave for this run; None
        works it out.

    Returns
    -------
    folium.Map
        The map, to be written by :func:`landrenew.publish.map.offline.save_map`. It holds the
        columns and layers that the project names, and of those no figure that rests on too few
        firms, or from which one could be worked out; no parcel, owner or firm.

    Raises
    ------
    PublicationError
        When the project does not say what may be published, or its rule cannot be kept.

    Notes
    -----
    Outlines are as coarse as the project says, for the eye only.
    """
    terms = publication_of(result.layers.project)
    figures = figures or published_figures(result, terms)
    outlines = _outlines(result, terms)
    box = bounds([gpd.GeoDataFrame(geometry=outlines)])
    city = result.layers.project.city.name
    title = Text(f"{city} 低效工业用地更新图", f"{city}: industrial land renewal")
    frame = bare_map(box, title.say(lang))
    for layer in _layers(result, terms, outlines):
        layer.add_to(frame)
    ParcelLayer(areas_payload(figures, outlines, terms)).add_to(frame)
    Page(public_facts(result.layers, terms, figures), lang, box).add_to(frame)
    return frame


def _outlines(result: Result, terms: Publication) -> GeoSeries:
    names = area_names(result, terms)
    if terms.by == "blocks":
        blocks = cast("GeoDataFrame", result.blocks)
        return area_outlines(blocks, blocks.index, names, terms.tolerance_m)
    towns = cast("GeoDataFrame", result.layers.towns)
    return area_outlines(towns, towns["town"], names, terms.tolerance_m)


def _layers(result: Result, terms: Publication, outlines: GeoSeries) -> Iterator[ShapeLayer]:
    """Give the layers that were named; towns bear their names on the map when they are shown."""
    for name in OVERLAYS:
        if name == "towns" and terms.by == "towns":
            yield ShapeLayer(name, _shown(outlines, [None] * len(outlines), list(outlines.index)))
        elif name in terms.layers:
            layer: GeoDataFrame | None = getattr(result.layers, name)
            if layer is not None and len(layer):
                shapes = coarse_layer(layer.geometry, terms.tolerance_m)
                yield ShapeLayer(name, _shown(shapes, _words(layer, "kind"), _named(name, layer)))


def _shown(shapes: GeoSeries, kinds: list[Any], names: list[Any]) -> dict[str, Any]:
    """Write a layer as the page reads it; of parks neither ids nor capacity."""
    return {
        "shapes": encode(shapes),
        "kinds": kinds,
        "names": names,
        "ids": [None] * len(shapes),
    }


def _named(name: str, layer: GeoDataFrame) -> list[Any]:
    return _words(layer, NAMED_BY[name]) if name in SHOWN_NAMES else [None] * len(layer)


def _words(layer: GeoDataFrame, column: str) -> list[Any]:
    if column not in layer.columns:
        return [None] * len(layer)
    words = layer[column].astype(object)
    return [str(one) if had else None for one, had in zip(words, words.notna(), strict=True)]
