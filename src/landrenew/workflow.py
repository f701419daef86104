"""The only place that states the order of the steps: read, measure, assess, plan, track."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from landrenew.assess.grades import efficiency_grade
from landrenew.assess.scores import scores
from landrenew.assess.share import ControlShare, summarize_share
from landrenew.assess.verdicts import judge
from landrenew.base.columns import COLUMNS, FLOWS, INTENSITIES
from landrenew.base.errors import ColumnError
from landrenew.base.words import Text, some
from landrenew.intake.city import read_city
from landrenew.intake.faults import NO_DETAIL, Fault
from landrenew.intake.parcels import Parcels
from landrenew.intake.project import Rasters
from landrenew.intake.shapes import fault_at
from landrenew.measure.firms import allocation_shares, firm_amounts, intensities
from landrenew.measure.land import counted_area_m2, counted_ground, overlapping_pairs
from landrenew.measure.zones import area_inside
from landrenew.plan.blocks import block_id, block_table, consolidation, nearest_parks
from landrenew.publish.result import Result
from landrenew.rules.library import missing_part
from landrenew.scale.parts import measure_in_parts
from landrenew.track.ledger import check_events, cleared_land, renewal_stage

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from geopandas import GeoDataFrame

    from landrenew.base.errors import RuleError
    from landrenew.intake.layers import Layers
    from landrenew.measure.indicators import Measured

    Say = Callable[[Text], None]

AREA_DIFFERENCE = 0.01
"""Declared and drawn area that differ by more are doubted."""

SHARE_LAYERS = ("control_line", "towns")
"""What the control-line share needs beside the parcels."""


def _silent(_: Text) -> None:
    """Say nothing: library code never prints."""


def run_project(path: str | Path, *, say: Say = _silent) -> Result:
    """
    Do the whole job of a project: read, measure, assess, plan, track.

    Parameters
    ----------
    path
        The project file ``city.toml``.
    say
        Called with the name of each step as it begins.

    Returns
    -------
    Result
        Everything computed, ready to publish.

    Raises
    ------
    LandrenewError
        When something cannot be read or does not fit together; the sentence says what and how to
        mend it.
    """
    say(Text("读取数据", "Reading"))
    return run_layers(read_city(path), say=say)


def project_share(path: str | Path) -> Result:
    """
    Compute only the control-line share of a project.

    Parameters
    ----------
    path
        The project file ``city.toml``.

    Returns
    -------
    Result
        With the share, or None and a note without a control line; the other rooms are not entered.

    Raises
    ------
    LandrenewError
        When something cannot be read or does not fit together.
    """
    layers = read_city(path, only=SHARE_LAYERS)
    without_rasters = layers.project.model_copy(update={"rasters": Rasters()})
    parcels, faults = measured_parcels(replace(layers, project=without_rasters))
    share, notes = _share(layers, parcels)
    return Result(layers, parcels, share, faults=(*layers.faults, *faults), notes=notes)


def run_layers(layers: Layers, *, say: Say = _silent) -> Result:
    """
    Do the whole job on layers that were read.

    Parameters
    ----------
    layers
        The layers of a project.
    say
        Called with the name of each step as it begins.

    Returns
    -------
    Result
        Everything computed, ready to publish.

    Raises
    ------
    LandrenewError
        When something does not fit together.
    """
    say(Text("量算宗地", "Measuring"))
    parcels, faults = measured_parcels(layers)
    say(Text("评价与判定", "Assessing"))
    parcels, notes = assessed_parcels(layers, parcels)
    share, share_notes = _share(layers, parcels)
    say(Text("连片地块组", "Finding blocks"))
    parcels, blocks, block_notes = _blocks(layers, parcels)
    parcels, progress, ledger_faults = _progress(layers, parcels)
    return Result(
        layers=layers,
        parcels=_in_dictionary_order(parcels),
        share=share,
        blocks=blocks,
        progress=progress,
        faults=(*layers.faults, *faults, *ledger_faults),
        notes=(*share_notes, *notes, *block_notes),
    )


def measured_parcels(layers: Layers) -> tuple[Parcels, tuple[Fault, ...]]:
    """
    Measure the parcels of a project.

    Parameters
    ----------
    layers
        The layers of a project.

    Returns
    -------
    Parcels
        The parcel table with every measured column, rows and order as read.
    tuple of Fault
        Overlaps, differing areas, buildings that stand nowhere or have no height.

    Raises
    ------
    ColumnError
        When the parcels bring a column that a layer measures too.
    """
    for name, columns in _measured_by(layers).items():
        _refuse_given_twice(layers.parcels, name, columns)
    measured = measure_in_parts(layers)
    old = layers.parcels.drop(columns=list(measured.columns), errors="ignore")
    parcels = Parcels(old.join(measured.columns))
    width = layers.project.tolerances.overlap_width_m
    overlaps = overlapping_pairs(parcels, width_m=width)
    parcels = _with_counted_ground(layers, parcels, overlaps)
    parcels = _with_firms(layers, parcels)
    faults = (
        *_overlap_faults(overlaps),
        *_area_faults(parcels),
        *_building_faults(layers, measured),
    )
    return parcels, faults


def _measured_by(layers: Layers) -> dict[str, list[str]]:
    """List what each layer that is there decides."""
    measured = {
        "buildings": ["footprint_m2", "floor_area_m2", "counted_floor_area_m2", "floor_area_ratio",
                      "building_density", "building_count", "estimated_floor_share"],
        "firms": _follows_from_firms(layers),
        "control_line": ["control_share", "control_class", "settled_m2"],
        "growth_boundary": ["growth_share", "growth_class"],
        "parks": ["park_id"],
        "protected": ["protected_area_m2"],
    }  # fmt: skip
    there = {
        name: columns for name, columns in measured.items() if getattr(layers, name) is not None
    }
    if layers.project.rasters.nightlight is not None:
        there["rasters"] = ["night_light_mean"]
    return there


def _follows_from_firms(layers: Layers) -> list[str]:
    """List the amounts that the firms state, and the intensities they enter."""
    firms = layers.firms
    if firms is None:
        return []
    amounts = {name for name in (*FLOWS, "size_class") if name in firms.columns}
    known = {*amounts, *layers.parcels.columns, "parcel_area_mu"}
    ratios = [name for name, of in INTENSITIES.items() if amounts & {*of} and {*of} <= known]
    return [*sorted(amounts), "firm_count", *ratios]


def _refuse_given_twice(parcels: Parcels, name: str, measured: list[str]) -> None:
    """Two sources of one number would leave open which of them is published."""
    if both := [one for one in measured if one in parcels.columns]:
        raise ColumnError(
            f"{some(both)} 既在 [parcels] 中给出，又由 [{name}] 得出。"
            "请从 [parcels.columns] 中去掉，或去掉该图层。",
            f"{some(both)} stand under [parcels] and follow from [{name}] too. Remove them"
            " from [parcels.columns], or remove that layer.",
        )


def _with_counted_ground(layers: Layers, parcels: Parcels, overlaps: pd.DataFrame) -> Parcels:
    """Add what each parcel brings into totals, so that overlapping ground counts once."""
    ground = counted_ground(parcels, overlaps)
    made = {"counted_area_m2": counted_area_m2(parcels, ground)}
    if layers.control_line is not None:
        inside = parcels["control_share"] * parcels["parcel_area_m2"]
        later = parcels.index.isin(overlaps["second"])
        if later.any():
            width = layers.project.tolerances.sliver_width_m
            cut = gpd.GeoSeries(ground[later], crs=ground.crs)
            left, _ = area_inside(
                cut,
                layers.control_line,
                sliver_width_m=width,
                area_m2=made["counted_area_m2"][later],
            )
            inside[later] = left
        made["inside_area_m2"] = inside
    return Parcels(parcels.assign(**made))


def _with_firms(layers: Layers, parcels: Parcels) -> Parcels:
    if layers.firms is not None and layers.links is not None:
        shares = allocation_shares(layers.links, parcels)
        parcels = Parcels(parcels.join(firm_amounts(parcels, layers.firms, shares)))
    made = intensities(parcels).drop(columns=parcels.columns, errors="ignore")
    return Parcels(parcels.join(made))  # an intensity that the parcels bring stays as given


def _overlap_faults(overlaps: pd.DataFrame) -> list[Fault]:
    return [
        Fault("parcels", None, str(second), "overlap",
              Text(f"与 {first} 重叠 {area:.1f} m²", f"shares {area:.1f} m2 with {first}"))
        for first, second, area in overlaps.itertuples(index=False)
    ]  # fmt: skip


def _area_faults(parcels: Parcels) -> list[Fault]:
    if "declared_difference_share" not in parcels:
        return []
    off = parcels[parcels["declared_difference_share"].abs() > AREA_DIFFERENCE]
    return [
        Fault("parcels", None, str(one), "area_differs",
              Text(f"登记 {declared:.1f} m²，图形 {drawn:.1f} m²",
                   f"declared {declared:.1f} m2, drawn {drawn:.1f} m2"))
        for one, declared, drawn in zip(
            off.index, off["declared_area_m2"], off["parcel_area_m2"], strict=True)
    ]  # fmt: skip


def _building_faults(layers: Layers, measured: Measured) -> list[Fault]:
    buildings = layers.buildings
    if buildings is None:
        return []
    stands = np.zeros(len(buildings), dtype=bool)
    stands[measured.met_buildings] = True
    found = [(int(i), "building_orphan") for i in np.flatnonzero(~stands)]
    found += [(int(i), "no_height") for i in measured.silent_buildings]
    return [
        fault_at(buildings, i, "buildings", code, NO_DETAIL, buildings.geometry.iloc[i])
        for i, code in found
    ]


def assessed_parcels(layers: Layers, parcels: Parcels) -> tuple[Parcels, tuple[Text, ...]]:
    """
    Judge the parcels by the rulebook.

    Parameters
    ----------
    layers
        The layers of a project, with its rulebook.
    parcels
        The measured parcel table.

    Returns
    -------
    Parcels
        The table with verdicts, scores and grades as far as the rulebook goes.
    tuple of Text
        What the rulebook does not say, and which document is needed.
    """
    book = layers.rulebook
    table = parcels
    lacking = [pd.Series("", parcels.index)]
    if book.scoring is not None:
        scored = scores(table, book.scoring)
        lacking.append(scored.pop("missing"))
        table = Parcels(table.assign(**{str(name): scored[name] for name in scored}))
        if book.grades is not None:
            grade = efficiency_grade(table, book.grades)
            table = Parcels(table.assign(efficiency_grade=grade))
    if book.low_efficiency is not None:  # after the grades, for a rulebook may test them
        judged = judge(table, book.low_efficiency)
        lacking.insert(0, judged["missing"])
        names = {"verdict": "low_efficiency_class", "tests": "low_efficiency_tests"}
        table = Parcels(table.assign(**{ours: judged[one] for one, ours in names.items()}))
    silent = tuple(error.text for error in _silent_parts(layers))
    return Parcels(table.assign(missing_inputs=_joined(lacking))), silent


def _silent_parts(layers: Layers) -> list[RuleError]:
    """List what the judgements need and the rulebook does not say."""
    book = layers.rulebook
    silent: list[RuleError] = []
    if layers.buildings is not None and book.storeys is None:
        silent.append(missing_part(book, "storeys", "楼层计算规则", "counting of storeys"))
    if book.low_efficiency is None:
        silent.append(missing_part(book, "low_efficiency", "低效认定标准", "low-efficiency tests"))
    if book.scoring is None:
        silent.append(missing_part(book, "scoring", "评分办法", "scoring"))
    elif book.grades is None:
        silent.append(missing_part(book, "grades", "等级划分", "grades"))
    return silent


def _joined(lists: list[pd.Series[str]]) -> pd.Series[str]:
    """Join comma lists, each word once, in the order of first mention."""
    rows = zip(*lists, strict=True)
    words = [dict.fromkeys(one for text in row for one in text.split(",") if one) for row in rows]
    return pd.Series([",".join(row) for row in words], lists[0].index)


def _share(layers: Layers, parcels: Parcels) -> tuple[ControlShare | None, tuple[Text, ...]]:
    if layers.control_line is None:
        return None, (
            Text(
                "项目文件没有 [control_line]，未计算线内占比。",
                "The project has no [control_line]; the share was not computed.",
            ),
        )
    book = layers.rulebook
    target = None if book.share is None else book.share.target
    share = summarize_share(parcels, layers.rejected, name=layers.project.city.name, target=target)
    if target is not None:
        return share, ()
    return share, (missing_part(book, "share", "线内占比目标", "target for the share").text,)


def _blocks(
    layers: Layers, parcels: Parcels
) -> tuple[Parcels, GeoDataFrame | None, tuple[Text, ...]]:
    book = layers.rulebook
    if book.contiguity is None:
        return parcels, None, (missing_part(book, "contiguity", "连片标准", "contiguity").text,)
    parcels = Parcels(parcels.assign(block_id=block_id(parcels, book.contiguity, layers.barriers)))
    blocks = block_table(parcels, book.contiguity, layers.links)
    notes: tuple[Text, ...] = ()
    if book.consolidation is None:
        error = missing_part(book, "consolidation", "连片改造条件", "tests for consolidation")
        notes = (error.text,)
    else:
        blocks = blocks.join(consolidation(blocks, book.consolidation))
    if layers.parks is not None and len(blocks):
        blocks = blocks.join(nearest_parks(blocks, layers.parks))
    return parcels, blocks, notes


def _progress(layers: Layers, parcels: Parcels) -> tuple[Parcels, pd.DataFrame | None, list[Fault]]:
    if layers.ledger is None:
        return parcels, None, []
    events, faults = check_events(layers.ledger, parcels)
    parcels = Parcels(parcels.assign(renewal_stage=renewal_stage(parcels, events)))
    return parcels, cleared_land(parcels, events), faults


def _in_dictionary_order(parcels: Parcels) -> Parcels:
    known = [name for name in COLUMNS if name in parcels.columns]
    return Parcels(parcels[[*known, "geometry"]])
