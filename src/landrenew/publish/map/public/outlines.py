"""Outlines made coarse: borders simplified, the same for both neighbours, corners put on a grid.

Simplifying alone keeps corners of the data as they are, so every corner is then moved to the next
crossing of a grid. For the eye only: no figure is taken from these shapes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from landrenew.intake.geometry.shapes import bare_polygons

if TYPE_CHECKING:
    from geopandas import GeoDataFrame, GeoSeries


def area_outlines(
    table: GeoDataFrame,
    by: pd.Index[str] | pd.Series[str],
    names: pd.Index[str],
    tolerance_m: float,
) -> GeoSeries:
    """
    Draw the areas of the page.

    Parameters
    ----------
    table
        Towns or blocks, projected, metres; an area may have several rows.
    by
        Name of the area of each row.
    names
        The areas, in the order wanted.
    tolerance_m
        As for :func:`coarse_areas`.

    Returns
    -------
    GeoSeries
        Index: the areas; outlines on the grid, none empty.
    """
    index = pd.Index(list(by), dtype=object)
    rows = gpd.GeoDataFrame(geometry=table.geometry.to_numpy(), index=index, crs=table.crs)
    whole = rows.dissolve(level=0).geometry.reindex(names)
    return coarse_areas(gpd.GeoSeries(whole), tolerance_m)


def coarse_areas(shapes: GeoSeries, tolerance_m: float) -> GeoSeries:
    """
    Make areas coarser, borders that two of them share the same for both.

    Parameters
    ----------
    shapes
        Polygons or multipolygons, projected, metres.
    tolerance_m
        Tolerance of the simplification, and width of the grid [m], above 0.

    Returns
    -------
    GeoSeries
        Same index and CRS; every corner lies on the grid. An area that is too small for it is the
        square of the grid that its middle lies in.

    Notes
    -----
    Visvalingam and Whyatt (1993) on shared edges, as :func:`shapely.coverage_simplify` does it: a
    corner goes when the triangle with its neighbours is smaller than the square of the tolerance.
    """
    found = shapely.coverage_simplify(shapes.to_numpy(), tolerance_m)
    found = shapely.set_precision(shapely.make_valid(found), tolerance_m)
    middle = shapely.get_coordinates(shapely.centroid(shapes.to_numpy()))
    west, south = np.floor(middle / tolerance_m).T * tolerance_m
    squares = shapely.box(west, south, west + tolerance_m, south + tolerance_m)
    ground = [bare_polygons(one) for one in found]
    areas = [one if not one.is_empty else square
             for one, square in zip(ground, squares, strict=True)]  # fmt: skip
    return gpd.GeoSeries(areas, shapes.index, crs=shapes.crs)


def coarse_layer(shapes: GeoSeries, tolerance_m: float) -> GeoSeries:
    """
    Make lines and areas of another layer as coarse as the areas of the page.

    Parameters
    ----------
    shapes
        Any shapes, projected, metres.
    tolerance_m
        Tolerance of the simplification, and width of the grid [m], above 0.

    Returns
    -------
    GeoSeries
        Same index and CRS; empty where a shape is too small for the grid.
    """
    return shapes.simplify(tolerance_m).make_valid().set_precision(tolerance_m)
