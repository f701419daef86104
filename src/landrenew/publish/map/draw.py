"""The published map: parcels by grade, verdict and control line, explained where one clicks.

:func:`draw_map` gives a folium map that holds all its scripts, styles and data, contacts nobody
and shows itself in a notebook; :func:`landrenew.publish.map.offline.save_map` writes it as one
file, or as a folder.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any, cast

import folium
import pandas as pd

from landrenew.base.missing import none_where_missing
from landrenew.base.words import Text
from landrenew.publish.map.elements import GroundLayer, Page, ParcelLayer, ShapeLayer
from landrenew.publish.map.facts import page_facts
from landrenew.publish.map.payload import blocks_payload, parcels_payload, plan_blocks_payload
from landrenew.publish.map.picture import picture_of
from landrenew.publish.map.shapes import bounds, encode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from branca.element import Figure
    from geopandas import GeoDataFrame

    from landrenew.base.words import Lang
    from landrenew.intake.layers import Layers
    from landrenew.publish.result import Result

BACKDROP_M = 3.0
"""How far the backdrop's drawn lines may stray from the data [m]; other layers stay as they are."""

OVERLAYS = (
    "background", "protected", "barriers", "towns", "growth_boundary", "parks", "control_line",
)  # fmt: skip
"""Small layers, from the lowest to the highest."""

NAMED_BY = {"towns": "town", "parks": "park_name", "control_line": "name", "barriers": "name"}
"""The column that names a layer's features on the map."""


def _names(layer: GeoDataFrame, column: str | None) -> list[Any]:
    if column is None or column not in layer.columns:
        return [None] * len(layer)
    return none_where_missing(layer[column]).tolist()


def _overlay(name: str, layer: GeoDataFrame) -> dict[str, Any]:
    """Gather what the page draws of a small layer: shapes, kinds, names; of parks also ids."""
    shapes = layer.geometry.simplify(BACKDROP_M) if name == "background" else layer.geometry
    kinds = _names(layer, "kind")
    said: dict[str, Any] = {
        "shapes": encode(shapes),
        "kinds": kinds,
        "names": _names(layer, NAMED_BY.get(name)),
    }
    if name == "parks":
        said["ids"] = _names(layer, "park_id")
        said["capacity_mu"] = [
            None if pd.isna(one) else round(float(one), 2) for one in _names(layer, "capacity_mu")
        ]
    return said


def _overlays(layers: Layers) -> Iterator[ShapeLayer]:
    for name in OVERLAYS:
        layer = getattr(layers, name)
        if layer is not None and len(layer):
            yield ShapeLayer(name, _overlay(name, layer))


def bare_map(box: list[float], title: str) -> folium.Map:
    """
    Make a map without any layer, the same in every process.

    Parameters
    ----------
    box
        Left, bottom, right, top of what will be on it [degree].
    title
        Title of the page.

    Returns
    -------
    folium.Map
        The map.
    """
    left, bottom, right, top = box
    frame = folium.Map(
        location=[(bottom + top) / 2, (left + right) / 2],
        tiles=None,
        maxZoom=20,
        minZoom=8,
        zoomSnap=0.25,
        zoomDelta=0.5,
        wheelPxPerZoomLevel=90,
        zoom_control=False,
        attributionControl=False,
        prefer_canvas=True,
        fadeAnimation=False,
    )
    # Lists of the instance: folium's own are shared by every map of the process.
    frame.default_js, frame.default_css = [], []
    frame._id = "city"  # noqa: SLF001  folium draws ids at random; ours must not change
    cast("Figure", frame.get_root()).title = html.escape(title)
    return frame


def draw_map(result: Result, lang: Lang = "zh", *, in_folder: bool = False) -> folium.Map:
    """
    Draw a finished run as an interactive map.

    Parameters
    ----------
    result
        A finished run, its layers in one projected CRS [m].
    lang
        Language on opening, ``"zh"`` or ``"en"``; the page switches between both.
    in_folder
        Whether it is to be saved as a folder, where the outlines of parcels stand beside the page
        and come when somebody looks at them; for large cities.

    Returns
    -------
    folium.Map
        The map, with every script, style and datum inside it: nothing is contacted to show it,
        unless its reader switches on a basemap that the project file offers.
        Further folium layers may be added before it is saved. One for a folder shows boxes in
        place of outlines until it is saved.

    Notes
    -----
    Parcels are drawn to 0.2 m, small layers to 6 decimals of a degree, the backdrop to 3 m; all are
    for the eye only.
    Every figure on the page is taken from the tables. CGCS2000 longitude and latitude are drawn
    on Web Mercator as they are.
    """
    layers = result.layers
    city = layers.project.city.name
    box = bounds([result.near])
    title = Text(f"{city} 低效工业用地更新图", f"{city}: industrial land renewal")
    frame = bare_map(box, title.say(lang))
    for overlay in _overlays(layers):
        overlay.add_to(frame)
    if (picture := picture_of(layers.project, result.near)) is not None:
        GroundLayer(picture).add_to(frame)
    ParcelLayer(parcels_payload(result), outlines_apart=in_folder).add_to(frame)
    if (blocks := blocks_payload(result)) is not None:
        ShapeLayer("blocks", blocks).add_to(frame)
    if (released := plan_blocks_payload(result)) is not None:
        ShapeLayer("plan_blocks", released).add_to(frame)
    hosts = {host for one in layers.project.map.basemaps for host in one.hosts()}
    Page(page_facts(result), lang, box, sorted(hosts)).add_to(frame)
    return frame
