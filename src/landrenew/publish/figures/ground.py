"""What a printed map draws: parcels in the colours of their class, and the layers around them.

Each class is one collection of paths, so that a city of 100,000 parcels is drawn in seconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.path import Path as Outline

from landrenew.base.missing import none_where_missing
from landrenew.base.words import Text
from landrenew.publish.figures.look import HATCH, INK, MM_PER_POINT
from landrenew.publish.geopackage import BLOCK_LOOKS, LINE_LOOKS, TOWN_LOOKS
from landrenew.publish.wording import LAYERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geopandas import GeoDataFrame
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from landrenew.intake.layers import Layers
    from landrenew.publish.figures.map_frame import MapFrame

    Shapes = NDArray[np.object_]

FINEST_MM = 0.03
"""Corners nearer to a line than this on paper are left out [mm]."""

BEYOND_MM = 5.0
"""Layers are cut this far outside the frame, so that no cut is seen [mm]."""

RASTER_FROM = 20_000
"""Parcels of one page from which on a PDF holds them as a picture."""

LETTERS_PT = (3.5, 7.0)
"""Least and greatest height of the letters on parcels [points]."""

ROOM = 0.75
"""Radius of the clear ground around a letter, of its height."""

BLOCK_LABEL = Text("连片改造候选", "Candidate block")


class Stroke(NamedTuple):
    """
    How the outline of a layer is drawn.

    Parameters
    ----------
    label
        Its name in the legend.
    colour
        Its colour, ``#rrggbb``.
    width
        Its width [points].
    dashes
        On and off [points]; empty for a solid line.
    """

    label: Text
    colour: str
    width: float
    dashes: tuple[float, ...] = ()

    @property
    def style(self) -> Any:  # noqa: ANN401  matplotlib's own
        """The line style as matplotlib takes it."""
        return (0, self.dashes) if self.dashes else "solid"


class Fill(NamedTuple):
    """
    How the ground of a layer is filled.

    Parameters
    ----------
    label
        Its name in the legend.
    colour
        Its colour, ``#rrggbb``.
    """

    label: Text
    colour: str


STROKES = {
    "towns": Stroke(Text("镇街界", "Town boundary"), TOWN_LOOKS[0].edge, 0.8, (6, 2, 1, 2)),
    "growth_boundary": Stroke(LAYERS["growth_boundary"], "#8a4f7d", 1.0, (6, 3)),
    "parks": Stroke(LAYERS["parks"], "#2f7d74", 1.0, (2, 1.5)),
    "control_line": Stroke(LAYERS["control_line"], LINE_LOOKS[0].edge, 1.8),
    "blocks": Stroke(BLOCK_LABEL, BLOCK_LOOKS[0].edge, 1.5),
}
"""Outlines, from the lowest to the highest, in the colours of the interactive map."""

AREAS = {
    "sea": "#cfe1ec", "lake": "#cfe1ec", "river": "#cfe1ec", "water": "#cfe1ec", "hill": "#e3ebda",
    "green": "#e2e9d6", "built_up": "#efece6",
}  # fmt: skip
"""Fills of the backdrop by kind."""

WAYS = {"road": ("#d3cec3", 0.9), "railway": ("#8b8780", 1.1), "expressway": ("#cdb68a", 1.5)}
"""Colour and width of lines of the backdrop by kind [points]."""

OTHER_AREA, OTHER_WAY = "#eceae4", ("#a79f92", 1.0)
PROTECTED = Fill(LAYERS["protected"], "#edf2e1")
NEIGHBOUR = Fill(Text("其他镇街的宗地", "Parcels of other towns"), "#e4e1da")


def outlines(shapes: Shapes) -> list[Outline]:
    """
    Make the path of each polygon, holes left open.

    Parameters
    ----------
    shapes
        Polygons and multipolygons, none empty.

    Returns
    -------
    list of Path
        One for each shape, in their order.
    """
    parts, of_shape = shapely.get_parts(shapely.orient_polygons(shapes), return_index=True)
    rings, of_part = shapely.get_rings(parts, return_index=True)
    sizes = shapely.get_num_coordinates(rings)
    corners, ends = shapely.get_coordinates(rings), np.cumsum(sizes)
    codes = np.full(len(corners), Outline.LINETO, dtype=Outline.code_type)
    codes[ends - sizes] = Outline.MOVETO
    codes[ends - 1] = Outline.CLOSEPOLY
    last = np.flatnonzero(np.diff(of_shape[of_part], append=-1))  # last ring of each shape
    cuts = ends[last][:-1]
    pieces = zip(np.split(corners, cuts), np.split(codes, cuts), strict=True)
    return [Outline(at, code) for at, code in pieces]


def seen(shapes: Shapes, frame: MapFrame) -> Shapes:
    """
    Keep what a frame shows of some shapes, with no more corners than paper shows.

    Parameters
    ----------
    shapes
        Any shapes; missing ones are left out.
    frame
        The frame.

    Returns
    -------
    ndarray of object
        The shapes within the frame, cut a little outside it; none empty.
    """
    left, bottom, right, top = frame.bounds
    beyond = BEYOND_MM * frame.metres_per_mm
    box = (left - beyond, bottom - beyond, right + beyond, top + beyond)
    near = shapes[shapely.intersects(shapes, shapely.box(*box))]
    cut = shapely.clip_by_rect(near, *box)
    plain = shapely.simplify(cut, FINEST_MM * frame.metres_per_mm, preserve_topology=False)
    return plain[~shapely.is_empty(plain)]


def draw_layers(axes: Axes, layers: Layers, frame: MapFrame) -> list[Fill]:
    """
    Draw what lies beneath the parcels.

    Parameters
    ----------
    axes
        The map.
    layers
        Layers of the project.
    frame
        What the map shows.

    Returns
    -------
    list of Fill
        Those that the legend explains.
    """
    for name, order in (("background", 1.0), ("protected", 1.2), ("barriers", 1.4)):
        layer = getattr(layers, name)
        if layer is None or layer.empty:
            continue
        kinds = none_where_missing(layer["kind"]).to_numpy() if "kind" in layer else None
        shapes = layer.geometry.to_numpy()
        for kind in [None] if kinds is None else sorted(set(kinds), key=str):
            rows = np.ones(len(shapes), bool) if kinds is None else kinds == kind
            _draw_kind(axes, seen(shapes[rows], frame), name, kind, order)
    protected = layers.protected
    if protected is None or not len(seen(protected.geometry.to_numpy(), frame)):
        return []
    return [PROTECTED]


def _draw_kind(axes: Axes, shapes: Shapes, name: str, kind: str | None, order: float) -> None:
    fill = PROTECTED.colour if name == "protected" else AREAS.get(str(kind), OTHER_AREA)
    colour, width = WAYS.get(str(kind), OTHER_WAY)
    areas = _polygons(shapes)
    if len(areas):
        axes.add_collection(
            PathCollection(outlines(areas), facecolors=fill, linewidths=0, zorder=order),
            autolim=False,
        )
    _draw_lines(axes, _lines(shapes), order, color=colour, linewidths=width)


def _draw_lines(axes: Axes, lines: Shapes, order: float, **how: Any) -> None:  # noqa: ANN401  matplotlib's own
    if len(lines):
        ways = [shapely.get_coordinates(one) for one in lines]
        axes.add_collection(LineCollection(ways, zorder=order, **how), autolim=False)


def draw_outlines(
    axes: Axes, layers: Layers, blocks: GeoDataFrame | None, frame: MapFrame
) -> list[Stroke]:
    """
    Draw the boundaries above the parcels.

    Parameters
    ----------
    axes
        The map.
    layers
        Layers of the project.
    blocks
        Blocks that are candidates for consolidation, or None.
    frame
        What the map shows.

    Returns
    -------
    list of Stroke
        Those that are seen, for the legend.
    """
    used = []
    for at, (name, stroke) in enumerate(STROKES.items()):
        layer = blocks if name == "blocks" else getattr(layers, name)
        if layer is None or layer.empty:
            continue
        shapes = _lines(seen(shapely.boundary(layer.geometry.to_numpy()), frame))
        if not len(shapes):
            continue
        order = 3 + at / 10
        if not stroke.dashes:
            _draw_lines(axes, shapes, order - 0.05, color="white", linewidths=stroke.width + 1.2,
                        alpha=0.85)  # fmt: skip
        _draw_lines(axes, shapes, order, color=stroke.colour, linewidths=stroke.width,
                    linestyles=stroke.style)  # fmt: skip
        used.append(stroke)
    return used


def draw_parcels(
    axes: Axes,
    shapes: Shapes,
    codes: NDArray[np.int_],
    classes: Sequence[dict[str, Any]],
    frame: MapFrame,
) -> bool:
    """
    Draw parcels in the colours of their class.

    Parameters
    ----------
    axes
        The map.
    shapes
        The parcels.
    codes
        Number of each parcel's class.
    classes
        The classes of a theme.
    frame
        What the map shows.

    Returns
    -------
    bool
        Whether there are so many that a PDF holds them as a picture.
    """
    is_picture = len(shapes) > RASTER_FROM
    plain = shapely.simplify(shapes, FINEST_MM * frame.metres_per_mm)
    kept = ~shapely.is_empty(plain) & ~shapely.is_missing(plain)
    for at, one in enumerate(classes):
        rows = kept & (codes == at)
        if rows.any():
            axes.add_collection(PathCollection(
                outlines(plain[rows]), facecolors=one["colour"], edgecolors="#5b5852",
                linewidths=0.2, hatch=HATCH if one["hatched"] else None, zorder=2,
                rasterized=is_picture,
            ), autolim=False)  # fmt: skip
    return is_picture


def draw_neighbours(axes: Axes, shapes: Shapes, frame: MapFrame) -> list[Fill]:
    """
    Draw the parcels of other towns, in one pale colour.

    Parameters
    ----------
    axes
        The map.
    shapes
        The parcels.
    frame
        What the map shows.

    Returns
    -------
    list of Fill
        What the legend explains; empty where there are none.
    """
    parts = _polygons(seen(shapes, frame))
    if not len(parts):
        return []
    axes.add_collection(PathCollection(
        outlines(parts), facecolors=NEIGHBOUR.colour, edgecolors="#c9c6bf", linewidths=0.2,
        zorder=1.8, rasterized=len(parts) > RASTER_FROM,
    ), autolim=False)  # fmt: skip
    return [NEIGHBOUR]


def _polygons(shapes: Shapes) -> Shapes:
    """Take the polygons out of what a cut has left."""
    parts = shapely.get_parts(shapely.get_parts(shapes))
    are_polygons: NDArray[np.bool_] = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    return np.asarray(parts[are_polygons], dtype=object)


def _lines(shapes: Shapes) -> Shapes:
    """Take the lines out of what a cut has left."""
    parts = shapely.get_parts(shapely.get_parts(shapes))
    return np.asarray(parts[shapely.get_dimensions(parts) == 1], dtype=object)


def write_letters(axes: Axes, shapes: Shapes, marks: NDArray[np.object_], frame: MapFrame) -> int:
    """
    Write the letter of its class on every parcel with room for it on paper, larger on large ones.

    Parameters
    ----------
    axes
        The map.
    shapes
        The parcels.
    marks
        For each its letter, and whether it is written in white.
    frame
        What the map shows.

    Returns
    -------
    int
        How many letters were written.
    """
    least, most = LETTERS_PT
    a_point = ROOM * MM_PER_POINT * frame.metres_per_mm
    large = np.flatnonzero(shapely.area(shapes) > np.pi * (least * a_point) ** 2)
    if not len(large):
        return 0
    circles = shapely.maximum_inscribed_circle(shapes[large], tolerance=least * a_point / 10)
    heights = np.minimum(shapely.length(circles) / a_point, most)
    wide = heights >= least
    centres = shapely.get_coordinates(shapely.get_point(circles[wide], 0))
    for at, height, (x, y) in zip(large[wide], heights[wide], centres, strict=True):
        letter, is_white = marks[at]
        axes.text(x, y, letter, fontsize=height, ha="center", va="center_baseline",
                  color="white" if is_white else INK, zorder=2.5, clip_on=True)  # fmt: skip
    return int(wide.sum())


def is_dark(colour: str) -> bool:
    """
    Tell whether white is read better than black on a colour.

    Parameters
    ----------
    colour
        ``#rrggbb``.

    Returns
    -------
    bool
        True for dark ones.

    Examples
    --------
    >>> is_dark("#2b6c9e"), is_dark("#f2c45a")
    (True, False)
    """
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return 0.299 * red + 0.587 * green + 0.114 * blue < 128  # noqa: PLR2004  half of white
