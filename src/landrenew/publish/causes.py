"""Why two runs differ: what changed in what they rested on, and which columns rest on what."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from landrenew.base.columns import COLUMNS, FLOWS, INTENSITIES, SCORABLE, score_column
from landrenew.base.words import Text
from landrenew.publish.wording import layer_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from landrenew.publish.finished import Input, Manifest

    Flags = Mapping[str, NDArray[np.bool_]]

ROW = "(row)"
"""The parcel itself: whether it is in the table at all."""

GEOMETRY = "geometry"

MOST_BITS = 61
"""Causes beyond this many, as of a project with dozens of rasters, are named together."""

VERSION = "versions"
CORRECTIONS = "layer:corrections"

_SLIVER = "setting:sliver_width_m"
_FIRMS = ("layer:firms", "layer:links", "layer:leases", "layer:parcels", "project:as_of")
_STOCK = (GEOMETRY, "layer:buildings", "layer:parcels", _SLIVER, "setting:overlap_width_m")
_FLOORS = (*_STOCK, "rules:storeys", "raster:height", "raster:dsm", "raster:dem",
           "setting:min_height_support_share")  # fmt: skip
_LINE = (GEOMETRY, "layer:control_line", _SLIVER)
_GROWTH = (GEOMETRY, "layer:growth_boundary", _SLIVER)
_NEW = ("counted_area_m2", "layer:earlier_parcels", _SLIVER)
_EARLIER_LINE = (GEOMETRY, "layer:earlier_control_line", _SLIVER)
_POINTS = tuple(score_column(one) for one in sorted(SCORABLE))

GROUNDS: dict[str, tuple[str, ...]] = {
    ROW: ("layer:parcels", "project:crs"),
    GEOMETRY: ("layer:parcels", "project:crs"),
    "town": (GEOMETRY, "layer:parcels", "layer:survey", "layer:towns"),
    "village": (GEOMETRY, "layer:parcels", "layer:survey", "layer:villages"),
    "size_class": _FIRMS,
    "ownership_class": ("layer:parcels",),
    "village_industry_class": ("settlement_code", "land_code", "layer:parcels"),
    "parcel_area_m2": (GEOMETRY,),
    "parcel_area_mu": ("parcel_area_m2",),
    "planar_area_m2": (GEOMETRY,),
    "declared_difference_share": ("declared_area_m2", "parcel_area_m2"),
    "counted_area_m2": (GEOMETRY, "layer:parcels", "setting:overlap_width_m"),
    "inside_area_m2": ("counted_area_m2", *_LINE),
    "settled_m2": _LINE,
    **dict.fromkeys(("inside_within_line_m2", "outside_within_line_m2"),
                    ("counted_area_m2", *_LINE, "setting:line_m")),
    "shares_ground_with": (GEOMETRY, "layer:parcels"),
    "control_share": _LINE,
    "control_class": ("control_share",),
    "growth_share": _GROWTH,
    "growth_class": ("growth_share",),
    "protected_area_m2": (GEOMETRY, "layer:protected"),
    "protected_settled_m2": ("counted_area_m2", "protected_area_m2", _SLIVER),
    "new_ground_m2": _NEW,
    "new_inside_m2": (*_NEW, *_LINE),
    "inside_earlier_line_m2": ("counted_area_m2", *_EARLIER_LINE),
    "new_inside_earlier_line_m2": (*_NEW, *_EARLIER_LINE),
    "new_outside_growth_m2": (*_NEW, *_GROWTH),
    "backflow_class": (*_NEW, "layer:ledger", "rules:backflow"),
    "park_id": (GEOMETRY, "layer:parks", _SLIVER),
    "footprint_m2": _STOCK,
    "floor_area_m2": _FLOORS,
    "counted_floor_area_m2": _FLOORS,
    "estimated_floor_share": _FLOORS,
    "height_support_share": _FLOORS,
    "building_count": _STOCK,
    "floor_area_ratio": ("counted_floor_area_m2", "parcel_area_m2", "layer:parcels"),
    "building_density": ("footprint_m2", "parcel_area_m2", "layer:parcels"),
    "building_coefficient": ("parcel_area_m2", *_STOCK),
    "night_light_mean": (GEOMETRY, "raster:nightlight", "setting:min_raster_pixels"),
    "night_light_pixels": (GEOMETRY, "raster:nightlight"),
    "ndvi_mean": (GEOMETRY, "raster:ndvi", "setting:min_raster_pixels"),
    "ndvi_pixels": (GEOMETRY, "raster:ndvi"),
    **dict.fromkeys(("firm_count", "tenant_count", "leased_out_share"), _FIRMS),
    **dict.fromkeys(FLOWS, (*_FIRMS, "parcel_area_m2")),
    **{name: (*parts, "layer:parcels") for name, parts in INTENSITIES.items()},
    **{score_column(one): (one, "rules:scoring", "pool") for one in SCORABLE},
    "pool": ("size_class", "rules:scoring"),
    "bonus_score": ("bonus_points", "bonus_evidence", "rules:scoring"),
    "efficiency_score": (*_POINTS, "bonus_score", "exempt_class", "rules:scoring"),
    "exempt_reason": (*_FIRMS, "rules:exemptions", "rules:evaluated_on"),
    "exempt_class": ("exempt_reason", *_FIRMS, "rules:exemptions", "rules:evaluated_on"),
    "efficiency_grade": ("efficiency_score", "pool", "exempt_reason", "exempt_class",
                         "veto_reason", "rules:grades"),
    "low_efficiency_class": ("low_efficiency_tests",),
    "low_efficiency_tests": (
        *(one.name for one in COLUMNS.values() if (one.table, one.role) == ("parcel", "measured")),
        *FLOWS, "efficiency_grade", "efficiency_score", "size_class", "land_code",
        "rules:low_efficiency",
    ),
    "missing_inputs": (*sorted(SCORABLE), "low_efficiency_tests", "rules:scoring", "exempt_class"),
    **dict.fromkeys(
        ("likeliest_grade", "grade_stays_share", "grade_certainty_class"),
        ("efficiency_grade", "efficiency_score", "project:certainty"),
    ),
    **dict.fromkeys(
        ("low_efficiency_share", "low_efficiency_certainty_class"),
        ("low_efficiency_tests", "project:certainty"),
    ),
    "block_id": (GEOMETRY, "layer:parcels", "layer:barriers", "layer:contacts", "rules:contiguity"),
    "renewal_stage": ("layer:ledger",),
}  # fmt: skip
"""What each column rests on: other columns, and what a manifest accounts for."""


class Cause(NamedTuple):
    """
    One thing that a run rests on and that is not the same in another run.

    Parameters
    ----------
    key
        ``layer:NAME``, ``raster:NAME``, ``rules:PART``, ``setting:NAME``, ``project:KEY`` or
        ``versions``.
    text
        What changed, for people.
    """

    key: str
    text: Text


def changed_causes(before: Manifest, after: Manifest) -> list[Cause]:
    """
    Compare what two runs rested on.

    Parameters
    ----------
    before
        Manifest of the earlier run.
    after
        Manifest of the later run.

    Returns
    -------
    list of Cause
        What is not the same, the layers first.
    """
    old, new = ({one.layer: one for one in run.inputs} for run in (before, after))
    return [
        *_layers(old, new),
        *_rasters(before, after),
        *_rules(before, after),
        *_settings(before, after),
        *_project(before, after),
        *_versions(before, after),
    ]


def _layers(old: Mapping[str, Input], new: Mapping[str, Input]) -> list[Cause]:
    found = []
    for name in dict.fromkeys([*old, *new]):
        a, b = old.get(name), new.get(name)
        if a is None or b is None:
            what = [Text("新增", "added") if a is None else Text("删去", "taken away")]
        else:
            what = _what_changed(a, b)
        if what:
            zh, en = "，".join(one.zh for one in what), ", ".join(one.en for one in what)
            label = layer_words(name)
            said = Text(f"[{name}] {label.zh}：{zh}", f"[{name}] {label.en}: {en}")
            found.append(Cause(f"layer:{name}", said))
    return found


def _what_changed(a: Input, b: Input) -> list[Text]:
    """Say what is not the same of one layer; a file that only bears another name is the same."""
    found = []
    if sorted(a.sha256.values()) != sorted(b.sha256.values()):
        found.append(Text(f"文件 {b.path} 的内容变了", f"file {b.path} changed"))
    if a.where != b.where:
        found.append(Text("选行条件变了", "the condition on its rows changed"))
    if a.read_as != b.read_as:
        keys = sorted(key for key in {*a.read_as, *b.read_as}
                      if a.read_as.get(key) != b.read_as.get(key))  # fmt: skip
        found.append(
            Text(
                f"项目文件中的 {'、'.join(keys)} 变了",
                f"{', '.join(keys)} changed in the project file",
            )
        )
    return found


def _unequal(old: Mapping[str, object], new: Mapping[str, object]) -> list[str]:
    return [one for one in dict.fromkeys([*old, *new]) if old.get(one) != new.get(one)]


def _rasters(before: Manifest, after: Manifest) -> list[Cause]:
    return [
        Cause(f"raster:{one}", Text(f"[rasters] {one} 变了", f"[rasters] {one} changed"))
        for one in _unequal(before.rasters, after.rasters)
    ]


def _rules(before: Manifest, after: Manifest) -> list[Cause]:
    old, new = before.rulebook, after.rulebook
    name = new.name if new.name == old.name else f"{old.name} → {new.name}"
    if old.parts and new.parts:
        return [
            Cause(f"rules:{one}", Text(f"规则书 {name} 的 [{one}] 变了",
                                       f"[{one}] of rulebook {name} changed"))
            for one in _unequal(old.parts, new.parts)
        ]  # fmt: skip
    if sorted(old.sha256.values()) == sorted(new.sha256.values()):
        return []
    return [Cause("rules:", Text(f"规则书 {name} 变了", f"rulebook {name} changed"))]


def _settings(before: Manifest, after: Manifest) -> list[Cause]:
    old, new = before.parameters, after.parameters
    return [
        Cause(f"setting:{one}", Text(f"容差 {one}：{old.get(one)} → {new.get(one)}",
                                     f"tolerance {one}: {old.get(one)} → {new.get(one)}"))
        for one in _unequal(old, new)
    ]  # fmt: skip


def _project(before: Manifest, after: Manifest) -> list[Cause]:
    found = []
    if before.crs != after.crs:
        pair = f"{before.crs} → {after.crs}"
        found.append(Cause("project:crs", Text(f"项目坐标系：{pair}", f"project CRS: {pair}")))
    if before.as_of != after.as_of:
        pair = f"{before.as_of} → {after.as_of}"
        found.append(Cause("project:as_of", Text(f"数据时点：{pair}", f"date of the data: {pair}")))
    if before.certainty != after.certainty:
        said = Text("[certainty] 变了", "[certainty] changed")
        found.append(Cause("project:certainty", said))
    return found


def _versions(before: Manifest, after: Manifest) -> list[Cause]:
    old, new = before.versions, after.versions
    changed = [f"{one} {old.get(one, '—')} → {new.get(one, '—')}" for one in _unequal(old, new)]
    said = "，".join(changed), ", ".join(changed)
    return [Cause(VERSION, Text(f"软件版本：{said[0]}", f"versions: {said[1]}"))] if changed else []


class Attribution:
    """
    Says of each changed value which causes it may have.

    Parameters
    ----------
    causes
        What changed between the runs.
    flags
        For each column whether each parcel's value changed; for :data:`GEOMETRY` its shape.
    """

    def __init__(self, causes: list[Cause], flags: Flags) -> None:
        self.causes = causes
        self.flags = flags
        self._bits = {one.key: 1 << min(i, MOST_BITS) for i, one in enumerate(causes)}
        self._found: dict[str, NDArray[np.int64]] = {}
        self._size = len(next(iter(flags.values()))) if flags else 0

    def masks(self, column: str) -> NDArray[np.int64]:
        """
        Give the candidate causes of a column, parcel by parcel.

        Parameters
        ----------
        column
            Name of the column.

        Returns
        -------
        ndarray of int64
            One bit for each cause: those the column rests on directly, and those of the columns
            it rests on that changed for the same parcel; where there are none, those of all the
            columns it rests on, for scores and grades hang on other parcels too.
        """
        if column not in self._found:
            self._found[column] = self._masks(column)
        return self._found[column]

    def _masks(self, column: str) -> NDArray[np.int64]:
        grounds = GROUNDS.get(column, _otherwise(column))
        direct, always = self._direct(grounds), self._bits.get(VERSION, 0)
        masks = np.full(self._size, direct, dtype=np.int64)
        for one in grounds:
            if one in self.flags:
                masks |= np.where(self.flags[one], self.masks(one), 0)
        afar = self._direct(_closure(column))
        return np.where(masks == 0, afar, masks) | always

    def _direct(self, grounds: Iterable[str]) -> int:
        found = 0
        for one in grounds:
            found |= self._bits.get(one, 0)
            if one.startswith("layer:"):
                found |= self._bits.get(CORRECTIONS, 0)
            if one.startswith("rules:"):
                found |= self._bits.get("rules:", 0)
            if one == "*":
                found |= sum(self._bits.values())
        return found

    def of(self, *grounds: str) -> int:
        """
        Give the causes among some grounds, with the versions.

        Parameters
        ----------
        *grounds
            Columns, or keys of causes.

        Returns
        -------
        int
            One bit for each cause.
        """
        every = [key for one in grounds for key in (one, *_closure(one))]
        return self._direct(every) | self._bits.get(VERSION, 0)

    def named(self, mask: int) -> list[Cause]:
        """
        Turn bits into causes.

        Parameters
        ----------
        mask
            One bit for each cause.

        Returns
        -------
        list of Cause
            The causes, in their order.
        """
        return [one for one in self.causes if mask & self._bits[one.key]]


def _otherwise(column: str) -> tuple[str, ...]:
    """Ground a column that is not listed: a given one on its layer, any other on everything."""
    if column.startswith("raster_"):
        name = column.removeprefix("raster_").rpartition("_")[0]
        return (GEOMETRY, f"raster:more.{name}", "setting:min_raster_pixels")
    if column in COLUMNS and COLUMNS[column].role == "given":
        of_parcels = ("layer:parcels", "layer:survey")
        return of_parcels if COLUMNS[column].table == "parcel" else _FIRMS
    return ("*",)


@cache
def _closure(column: str) -> tuple[str, ...]:
    """Give everything a column rests on, through all the columns between."""
    grounds = GROUNDS.get(column, _otherwise(column)) if ":" not in column else ()
    found = dict.fromkeys(grounds)
    for one in grounds:
        if ":" not in one and one != "*":
            found |= dict.fromkeys(_closure(one))
    return tuple(found)
