"""A layer without a CRS: what its coordinates look like. Proposed for checking, never taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from pyproj import CRS

from landrenew.base.crs import crs_words, lonlat_bounds
from landrenew.base.strips import (
    CGCS2000,
    CHINA,
    FIRST_STRIP,
    LAST_STRIP,
    on_earth,
    plain_strip,
    prefixed_strip,
)
from landrenew.base.words import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from landrenew.intake.propose.look import Look

    Bounds = tuple[float, float, float, float]

MILLION = 1e6
WGS84 = 4326
LEAST_OVERLAP = 0.2
"""Share of the layer's box that must lie on certain ground for a strip to be proposed [0-1]."""


class Candidate(NamedTuple):
    """
    A CRS that a layer may be in.

    Parameters
    ----------
    crs
        As a project file writes it; None where nothing can be said.
    why
        What it rests on.
    """

    crs: str | None
    why: Text


def candidate_crs(extent: Bounds, certain: Sequence[Look]) -> Candidate:
    """
    Say what CRS coordinates look like.

    Parameters
    ----------
    extent
        Left, bottom, right, top as the file has them.
    certain
        Layers of the folder whose CRS is stated.

    Returns
    -------
    Candidate
        The CRS to check, and why it.
    """
    if on_earth(extent):
        return _degrees(extent)
    left, _, right, _ = extent
    prefix = int(left // MILLION)
    strip = prefixed_strip(prefix) if prefix == int(right // MILLION) else None
    if strip is not None:
        return _said(strip, Text(f"横坐标以带号 {prefix} 开头", f"eastings begin with {prefix}"))
    ground = [box for one in certain if (box := _lonlat(one)) is not None]
    return _by_overlap(extent, ground) if 0 < left < MILLION else _nothing()


def _degrees(extent: Bounds) -> Candidate:
    left, bottom, right, top = extent
    west, south, east, north = CHINA
    if west <= left <= right <= east and south <= bottom <= top <= north:
        return _said(CRS.from_epsg(CGCS2000), Text("坐标是中国境内的经纬度", "degrees in China"))
    if west <= bottom <= top <= east and south <= left <= right <= north:
        return Candidate(None, Text("经度、纬度看来颠倒了，请先在 GIS 中改正",
                                    "x and y look swapped; mend it in the GIS"))  # fmt: skip
    return _said(CRS.from_epsg(WGS84), Text("坐标是经纬度", "the coordinates are degrees"))


def _said(crs: CRS, why: Text) -> Candidate:
    words = crs_words(crs)
    return Candidate(
        crs.to_string(), Text(f"{why.zh}，像是 {words.zh}", f"{why.en}; looks like {words.en}")
    )


def _nothing() -> Candidate:
    return Candidate(
        None,
        Text("从坐标看不出坐标系，请向提供者问明",
             "the coordinates do not tell the CRS; ask whoever supplied the file"),
    )  # fmt: skip


def _lonlat(look: Look) -> Bounds | None:
    if look.crs is None or look.extent is None:
        return None
    bounds = lonlat_bounds(look.extent, look.crs)
    return bounds if np.isfinite(bounds).all() else None


def _by_overlap(extent: Bounds, ground: Sequence[Bounds]) -> Candidate:
    """Try every strip without zone prefix: the one that brings the layer onto known ground."""
    tried = []
    for zone in range(FIRST_STRIP, LAST_STRIP + 1):
        strip = plain_strip(3 * zone)
        box = lonlat_bounds(extent, strip)
        shares = [_overlap(box, one) for one in ground]
        tried.append((max(shares, default=0.0), strip))
    share, strip = max(tried, key=lambda one: one[0])
    if share < LEAST_OVERLAP:
        return Candidate(
            None,
            Text("6 位横坐标不带带号，看不出中央经线，请向提供者问明",
                 "eastings without a zone do not tell the meridian; ask whoever supplied the file"),
        )  # fmt: skip
    return _said(
        strip,
        Text(f"按它与其余图层重叠 {share:.0%}", f"so it overlaps the other layers by {share:.0%}"),
    )


def _overlap(box: Bounds, ground: Bounds) -> float:
    width = min(box[2], ground[2]) - max(box[0], ground[0])
    height = min(box[3], ground[3]) - max(box[1], ground[1])
    own = (box[2] - box[0]) * (box[3] - box[1])
    if width <= 0 or height <= 0 or not own > 0:
        return 0.0
    return float(width * height / own)
