"""What every tile needs to know of its city: rules, zones, and where everything else lies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from landrenew.intake.city import LOCATED, read_shapes
from landrenew.intake.desk import Desk
from landrenew.intake.geometry.whereabouts import check_datum, project_crs, refuse_elsewhere
from landrenew.intake.layers import Layers
from landrenew.intake.parcels import Parcels, clean_parcels, refuse_shared_ids
from landrenew.intake.without_parcels import no_parcels_to_measure
from landrenew.measure.buildings import knows_open_ground
from landrenew.measure.prepared import zones_of
from landrenew.rules.library import read_rulebook
from landrenew.scale.incoming import centres, open_layer, stored
from landrenew.scale.tiles import Tiles

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pyproj import CRS

    from landrenew.base.words import Text
    from landrenew.intake.project import Project
    from landrenew.measure.pieces import Zones
    from landrenew.scale.incoming import Incoming
    from landrenew.scale.store import Store

    Count = Callable[[Text, int, int], None]


@dataclass(frozen=True)
class Frame:
    """
    A city whose parcels and buildings lie on disk, tile by tile.

    Parameters
    ----------
    layers
        Everything else that has shapes, checked; no parcel and no building.
    parcels
        The parcels, not yet checked.
    buildings
        The buildings, not yet checked; None when the project has none.
    folder
        Where the tiles that were measured are written.
    has_open_ground
        Whether any building is a structure or a storage yard.
    """

    layers: Layers
    parcels: Store
    buildings: Store | None
    folder: Path
    has_open_ground: bool = False

    @cached_property
    def zones(self) -> dict[str, Zones]:
        """The zones made ready, once for each process."""
        return zones_of(self.layers)

    @property
    def reach_m(self) -> float:
        """How far from a parcel its neighbours may lie [m]: as far as a gap, or contiguity."""
        rule = self.layers.rulebook.contiguity
        gap = self.layers.project.tolerances.gap_width_m
        return gap if rule is None else max(gap, rule.max_gap_m)


def read_frame(project: Project, folder: Path, size: int, count: Count) -> tuple[Frame, Desk]:
    """
    Lay a city out on disk, and read what is not laid out.

    Parameters
    ----------
    project
        The project file, with parcels.
    folder
        Where the tiles are written; it must not hold any yet.
    size
        Parcels in a tile, about.
    count
        Called with a step, how much of it is done, and how much there is.

    Returns
    -------
    Frame
        What every tile needs to know.
    Desk
        What was found so far; the tables that need the parcels are not yet read.

    Raises
    ------
    LandrenewError
        As for a city that is read as a whole.
    """
    desk, spec = Desk(project), project.parcels
    if spec is None:
        raise no_parcels_to_measure()
    incoming = open_layer(desk, "parcels", spec)
    crs, notes = project_crs(incoming.place, spec, project.city.crs)
    desk.notes += notes
    _refuse_shared_ids(incoming, crs)
    tiles = Tiles.of(centres(incoming, crs), size)
    parcels = stored(incoming, crs, tiles, folder / "parcels", count)
    ground = incoming.place.to_crs(crs)
    shapes: dict[str, Any] = {}
    buildings, has_open_ground = None, False
    for name in LOCATED:
        if name != "buildings":
            shapes |= read_shapes(desk, crs, [name])
        elif project.buildings is not None:
            incoming = open_layer(desk, name, project.buildings)
            check_datum(incoming.place.crs, crs, name)
            has_open_ground = knows_open_ground(incoming.ours)
            buildings = stored(incoming, crs, tiles, folder / name, count)
            shapes[name] = incoming.place.to_crs(crs)
    refuse_elsewhere(ground, shapes, desk.extents, desk.paths())  # it remarks on kept rows, later
    if buildings is not None:
        shapes["buildings"] = buildings.no_row()
    no_parcel = parcels.no_row()
    layers = Layers(
        project,
        read_rulebook(project.city.rulebook, project.folder),
        Parcels(no_parcel),
        no_parcel,
    )
    layers = replace(layers, **shapes)
    return Frame(layers, parcels, buildings, folder / "measured", has_open_ground), desk


def _refuse_shared_ids(incoming: Incoming, crs: CRS) -> None:
    """Refuse ids that several parcels bear before the first tile, which knows nothing of others."""
    ids = incoming.ours.get("parcel_id", pd.Series(dtype=object))
    again = np.flatnonzero(ids.duplicated(keep=False) & ids.notna())
    if not len(again):
        return
    wkb = [wkb.filter(pa.array(np.isin(at, again))) for at, wkb in incoming.shapes()]
    shapes = shapely.from_wkb(pa.chunked_array(wkb).to_numpy())
    alike = gpd.GeoDataFrame(incoming.ours.iloc[again], geometry=shapes, crs=incoming.place.crs)
    refuse_shared_ids(clean_parcels(alike, crs).kept["parcel_id"])
