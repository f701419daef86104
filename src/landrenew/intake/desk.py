"""The desk at which the layers of one project are read, and where all they bring piles up."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import geopandas as gpd

from landrenew.base.errors import FileError
from landrenew.intake.attributes.codes import code_faults, scheme_notes
from landrenew.intake.attributes.corrections import Correction, apply_corrections, read_corrections
from landrenew.intake.attributes.take import need_columns, take_columns
from landrenew.intake.geometry.footprints import clear_footprints, height_faults
from landrenew.intake.geometry.offsets import brought_back
from landrenew.intake.geometry.shapes import check_any, check_polygons, with_crs
from landrenew.intake.geometry.whereabouts import Extent, check_datum, city_extent, crs_note
from landrenew.intake.layers import with_lines_aside
from landrenew.intake.naming import row_ids
from landrenew.intake.sources.located import is_located, locate
from landrenew.intake.sources.read import read_source

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd
    from geopandas import GeoDataFrame
    from pyproj import CRS

    from landrenew.base.words import Text
    from landrenew.intake.faults import Fault
    from landrenew.intake.geometry.checked import Checked
    from landrenew.intake.layers import Balance
    from landrenew.intake.project import Project
    from landrenew.intake.sections import Layer
    from landrenew.intake.sources.source import Source


@dataclass
class Desk:
    """
    What piles up while the layers of one project are read.

    Parameters
    ----------
    project
        The project file.
    only
        Names of the layers somebody asked for; None asks for all.
    faults
        Everything wrong, in the order found.
    balances
        Balance of every layer, without the lines that are no rows.
    notes
        What was chosen or guessed.
    digests
        For each layer read from a database, the digest of its rows.
    extents
        Where each layer lies.
    aside
        For each layer the number of lines that are no rows, such as totals.

    Attributes
    ----------
    corrections
        The corrections of each layer.
    """

    project: Project
    only: Collection[str] | None = None
    faults: list[Fault] = field(default_factory=list)
    balances: list[Balance] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)
    extents: dict[str, Extent] = field(default_factory=dict)
    aside: dict[str, int] = field(default_factory=dict)
    corrections: dict[str, list[Correction]] = field(init=False)

    def __post_init__(self) -> None:
        """Read the corrections first: they come before anything else."""
        self.corrections = read_corrections(self.project)

    def wanted(self, name: str) -> Layer | None:
        """Tell how to read a layer; None when the project lacks it or nobody asked for it."""
        is_asked_for = self.only is None or name in self.only
        return self.project.layers().get(name) if is_asked_for else None

    def paths(self) -> dict[str, str]:
        """Give the file of each layer."""
        return {name: spec.path for name, spec in self.project.layers().items()}

    def rows(self, name: str, spec: Layer) -> pd.DataFrame:
        """Read one layer with our columns, with its shapes where it has any."""
        source = read_source(self.project.folder, spec, name)
        if name == "firms" and self.needs_points(spec, source):
            source = locate(source, spec, name)
        ours = self.taken(name, spec, source)
        if not isinstance(source.frame, gpd.GeoDataFrame):
            return ours
        located = self.placed(name, spec, source.frame)
        return gpd.GeoDataFrame(ours, geometry=located.geometry, crs=located.crs)

    def taken(self, name: str, spec: Layer, source: Source) -> pd.DataFrame:
        """Take our columns out of a file's table, corrected and with its codes checked."""
        self.aside[name] = source.set_aside
        raw, corrected = apply_corrections(source.frame, spec, name, self.corrections.get(name, []))
        self.notes += source.notes
        self.digests |= {name: source.digest} if source.digest else {}
        self.faults += [*source.faults, *corrected]
        taken = take_columns(replace(source, frame=raw), spec, name)
        ours, faults = taken.frame, taken.faults
        self.notes += taken.notes
        ids = dict(zip(ours.index.tolist(), row_ids(ours, name), strict=True)) if faults else {}
        self.faults += [replace(fault, id=ids.get(fault.row or 0, "")) for fault in faults]
        self.faults += code_faults(ours, spec, name)
        self.notes += scheme_notes(ours, spec, name)
        return ours

    def placed(self, name: str, spec: Layer, shapes: GeoDataFrame) -> GeoDataFrame:
        """Settle where the shapes of a layer lie: their CRS, brought back where it is shifted."""
        located = with_crs(shapes, spec, name)
        if spec.shift is not None:
            located, said = brought_back(located, spec.shift, name)
            self.notes.append(said)
        elif (remark := crs_note(located.crs, name)) is not None:
            self.notes.append(remark)
        if (lies := city_extent(located)) is not None:
            self.extents[name] = lies
        return located

    def needs_points(self, spec: Layer, source: Source) -> bool:
        """Tell whether only the firms' own coordinates can say on which parcels they stand."""
        named = {*spec.columns, *map(str, source.frame.columns)}
        is_linked = self.project.links is not None or "parcel_id" in named
        return self.project.parcels is not None and not is_linked and is_located(source, spec)

    def located(self, name: str, spec: Layer) -> GeoDataFrame:
        """Read one layer of shapes; a table without shapes is refused."""
        rows = self.rows(name, spec)
        return rows if isinstance(rows, gpd.GeoDataFrame) else with_crs(rows, spec, name)

    def shapes(
        self, name: str, crs: CRS | None, *needed: str, lines: bool = False
    ) -> GeoDataFrame | None:
        """Read one layer of shapes, checked; a layer without any shape left is refused."""
        spec = self.wanted(name)
        if spec is None or crs is None:
            return None
        located = self.located(name, spec)
        check_datum(located.crs, crs, name)
        need_columns(located, name, *needed)
        checked = (check_any if lines else check_polygons)(located, crs, name)
        if name == "buildings":
            width = self.project.tolerances.overlap_width_m
            checked = clear_footprints(checked, width_m=width)
            self.faults += height_faults(checked.kept)
        self.take(checked)
        if checked.kept.empty:
            raise no_shape_left(name, spec, lines=lines)
        return checked.kept

    def account(self) -> tuple[Balance, ...]:
        """Give the balances in the order of the project file, with the lines that are no rows."""
        place = {name: number for number, name in enumerate(self.project.layers())}
        return with_lines_aside(sorted(self.balances, key=lambda one: place[one.layer]), self.aside)

    def take(self, checked: Checked) -> None:
        """Keep the faults and the balance of a checked layer."""
        self.faults += checked.faults
        self.balances.append(checked.balance)

    def table(self, name: str, *needed: str) -> pd.DataFrame | None:
        """Read one table without shapes."""
        spec = self.wanted(name)
        if spec is None:
            return None
        rows = self.rows(name, spec)
        need_columns(rows, name, *needed)
        return rows


def no_shape_left(name: str, spec: Layer, *, lines: bool = False) -> FileError:
    """
    Say that a layer has no shape that could be used.

    Parameters
    ----------
    name
        The layer's name in the project file.
    spec
        The layer as the project file states it.
    lines
        Whether it may hold lines and points too.

    Returns
    -------
    FileError
        To be raised.
    """
    return FileError(
        f"[{name}] 的文件 {spec.path} 没有一个可用的{'图形' if lines else '面'}。请检查图层类型。",
        f"[{name}]: file {spec.path} has no usable {'shape' if lines else 'polygon'}."
        " Check the kind of layer.",
    )
