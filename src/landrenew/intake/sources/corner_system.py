"""Which strip the figures of a boundary-point file are in, and which of them is the northing.

The head says datum, width and zone; the figures say whether the zone stands before the easting and
which of the two is the northing. What neither says must be stated; nothing is guessed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from pyproj import CRS

from landrenew.base.errors import CrsError
from landrenew.base.strips import (
    CGCS2000_DATUM,
    FIRST_STRIP,
    FIRST_WIDE,
    LAST_STRIP,
    LAST_WIDE,
    PLAIN_STRIPS,
    PREFIXED,
    WIDE_PREFIXED,
)
from landrenew.base.words import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landrenew.intake.sources.corner_text import CornerFile

MILLION = 1e6
"""What an easting divides by to give the zone before it [m]."""

NORTH = (900_000.0, 6_200_000.0)
"""Northings in which no easting without zone can lie: from 8 N to the Amur [m]."""

EAST = (100_000.0, 900_000.0)
"""Eastings within a strip, without zone [m]."""

FIRST_PREFIXED, LAST_PREFIXED = 13e6, 46e6
"""Eastings with the zone before them [m]."""


class Strips(NamedTuple):
    """
    A family of CGCS2000 / Gauss-Kruger strips.

    Parameters
    ----------
    zones
        Numbers of its strips.
    prefixed
        EPSG code less the zone, where the zone stands before the easting.
    plain
        EPSG code less the zone, where it does not.
    """

    zones: range
    prefixed: int
    plain: int


WIDE_PLAIN = 4502
"""Code of the westernmost 6-degree strip without zone prefix."""

STRIPS = {
    "3": Strips(
        range(FIRST_STRIP, LAST_STRIP + 1),
        PREFIXED - FIRST_STRIP,
        PLAIN_STRIPS[CGCS2000_DATUM] - FIRST_STRIP,
    ),
    "6": Strips(
        range(FIRST_WIDE, LAST_WIDE + 1), WIDE_PREFIXED - FIRST_WIDE, WIDE_PLAIN - FIRST_WIDE
    ),
}
"""Strips by width [degrees]; the zones of the two widths do not meet."""

OURS = {"坐标系": "2000", "投影类型": "高斯|gauss", "计量单位": "^(米|m)$"}
"""What the head of a CGCS2000 file says where it says anything."""


class Order(NamedTuple):
    """
    How the figures of a file stand.

    Parameters
    ----------
    zone
        Zone before the eastings; 0 when there is none.
    is_swapped
        Whether the easting stands first.
    """

    zone: int
    is_swapped: bool


def order_of(sheet: CornerFile, layer: str) -> Order:
    """
    Tell from their size which figure is the northing, and the zone before the easting.

    Parameters
    ----------
    sheet
        The file as written.
    layer
        The layer's name in the project file, for messages.

    Returns
    -------
    Order
        The same for every corner of the file.

    Raises
    ------
    CrsError
        When the size does not tell, or corners of one file differ.
    """
    corners = [one for plot in sheet.plots for one in plot.corners]
    pairs = np.array([(one.north, one.east) for one in corners]).reshape(-1, 2)
    if not len(pairs):
        return Order(0, is_swapped=False)
    right, swapped = _fits(pairs), _fits(pairs[:, ::-1])
    is_swapped = bool(swapped.all())
    strange = np.flatnonzero(~(swapped if is_swapped else right))
    if len(strange):
        at = corners[strange[0]]
        raise CrsError(
            f"[{layer}] 的界址点文件 {sheet.name} 第 {at.line} 行的坐标（{at.north:.10g}，"
            f"{at.east:.10g}）看不出哪个是纵坐标 X、哪个是横坐标 Y。请核对坐标，"
            "或先在 GIS 中转成面图层。",
            f"[{layer}]: in boundary-point file {sheet.name}, line {at.line}, ({at.north:.10g},"
            f" {at.east:.10g}) does not show which is the northing X and which the easting Y."
            " Check the coordinates, or make polygons of them in the GIS.",
        )
    east = pairs[:, 0 if is_swapped else 1]
    zones = np.unique(east // MILLION)
    if len(zones) > 1:
        said = "、".join(f"{zone:.0f}" for zone in zones)
        raise CrsError(
            f"[{layer}] 的界址点文件 {sheet.name} 中横坐标的带号不一致：{said}（0 为无带号）。"
            "请分成几个文件。",
            f"[{layer}]: eastings of boundary-point file {sheet.name} bear different zones: {said}"
            " (0 for none). Split the file, one zone each.",
        )
    return Order(int(zones[0]), is_swapped)


def _fits(pairs: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which pairs can be a northing and an easting of China."""
    north, east = pairs.T
    within = (east >= EAST[0]) & (east < EAST[1])
    prefixed = (east >= FIRST_PREFIXED) & (east < LAST_PREFIXED)
    fits: NDArray[np.bool_] = (north >= NORTH[0]) & (north < NORTH[1]) & (within | prefixed)
    return fits


def system_of(sheet: CornerFile, order: Order, layer: str) -> CRS | None:
    """
    Find the CRS of a file by its head and the zone before its eastings.

    Parameters
    ----------
    sheet
        The file as written.
    order
        How its figures stand.
    layer
        The layer's name in the project file, for messages.

    Returns
    -------
    CRS or None
        CGCS2000 strip with or without zone prefix as the figures are; None when the head leaves
        the datum, or without prefix the zone, open.

    Raises
    ------
    CrsError
        When the head contradicts the figures or itself, or says another system or unit.
    """
    if (strange := _other_system(sheet.head)) is not None:
        raise CrsError(
            f"[{layer}] 的界址点文件 {sheet.name} 写明{strange.zh}，程序只认 CGCS2000 高斯-克吕格、"
            "单位为米。请先在 GIS 中转换。",
            f"[{layer}]: boundary-point file {sheet.name} says {strange.en}; only CGCS2000"
            " Gauss-Kruger in metres is known. Convert it in the GIS first.",
        )
    stated = _digits(sheet.head.get("带号", ""))
    zone = order.zone or stated
    strips = next((one for one in STRIPS.values() if zone in one.zones), None)
    width = "".join(filter(str.isdigit, sheet.head.get("几度分带", "")))
    if (order.zone and stated and order.zone != stated) or (
        zone and (strips is None or (width and STRIPS.get(width) is not strips))
    ):
        raise CrsError(
            f"[{layer}] 的界址点文件 {sheet.name} 自相矛盾：几度分带 {width or '（空）'}、带号"
            f" {stated or '（空）'}，横坐标前的带号 {order.zone or '（无）'}。请改正文件头。",
            f"[{layer}]: boundary-point file {sheet.name} contradicts itself: strips of"
            f" {width or '(none)'} degrees, zone {stated or '(none)'}, eastings of zone"
            f" {order.zone or '(none)'}. Mend its head.",
        )
    if strips is None or not sheet.head.get("坐标系"):
        return None
    return CRS.from_epsg(zone + (strips.prefixed if order.zone else strips.plain))


def _digits(text: str) -> int:
    found = "".join(filter(str.isdecimal, text))
    return int(found[:3]) if found else 0


def _other_system(head: dict[str, str]) -> Text | None:
    """Find what the head says that is not CGCS2000, Gauss-Kruger, metres."""
    strange = (
        f"{word}={head[word]}"
        for word, ours in OURS.items()
        if head.get(word) and not re.search(ours, head[word], re.IGNORECASE)
    )
    said = next(strange, None)
    return None if said is None else Text(said, said)
