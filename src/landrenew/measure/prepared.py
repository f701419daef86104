"""The layers of a project made ready for measuring: what is costly is done once, for all parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from landrenew.measure.buildings import knows_open_ground
from landrenew.measure.line import line_strips
from landrenew.measure.pieces import Zones, own

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landrenew.intake.layers import Layers
    from landrenew.intake.parcels import Parcels

UNITED = (
    "control_line", "growth_boundary", "protected", "earlier_control_line", "earlier_parcels",
)  # fmt: skip
"""Layers of which only the union counts."""

APART = ("towns", "villages", "parks")
"""Layers of which each zone counts for itself."""


@dataclass(frozen=True)
class Prepared:
    """
    Layers cut up and indexed.

    Parameters
    ----------
    layers
        The layers of the project, in one CRS.
    zones
        The zones by layer, for the layers that the project has.
    parcels
        All parcels as zones, for what stands on them.
    buildings
        Index of the buildings by their boxes; None without buildings.
    has_open_ground
        Whether any building is a structure or a storage yard.
    """

    layers: Layers
    zones: dict[str, Zones]
    parcels: Zones
    buildings: shapely.STRtree | None
    has_open_ground: bool

    @classmethod
    def of(
        cls,
        layers: Layers,
        zones: dict[str, Zones] | None = None,
        *,
        has_open_ground: bool | None = None,
    ) -> Prepared:
        """
        Make layers ready.

        Parameters
        ----------
        layers
            The layers of the project, in one CRS.
        zones
            Its zones where they are ready already; None makes them ready here.
        has_open_ground
            Whether any building of the project is a structure or a yard; None looks at those of the
            layers.

        Returns
        -------
        Prepared
            Ready to be read by any number of threads.
        """
        index = None
        if layers.buildings is not None:
            index = shapely.STRtree(layers.buildings.geometry.to_numpy())
        if has_open_ground is None:
            has_open_ground = layers.buildings is not None and knows_open_ground(layers.buildings)
        parcels = Zones(own(layers.parcels.geometry.to_numpy()))
        ready = zones_of(layers) if zones is None else zones
        return cls(layers, ready, parcels, index, has_open_ground)

    def buildings_near(self, parcels: Parcels) -> NDArray[np.intp]:
        """
        Find the buildings that may stand on parcels.

        Parameters
        ----------
        parcels
            Any part of the parcel table.

        Returns
        -------
        ndarray
            Positions of the buildings whose boxes meet that of a parcel, rising.
        """
        if self.buildings is None:
            return np.empty(0, dtype=np.intp)
        met: NDArray[np.intp] = np.unique(self.buildings.query(own(parcels.geometry))[1])
        return met


def zones_of(layers: Layers) -> dict[str, Zones]:
    """
    Make the zones of a project ready.

    Parameters
    ----------
    layers
        The layers of the project.

    Returns
    -------
    dict
        The zones by layer, for those of :data:`UNITED` and :data:`APART` that the project has;
        under ``protected_apart`` each protected area for itself; and
        :func:`landrenew.measure.line.line_strips` where it says how far the line may lie off.
    """
    grounds = {
        name: layer.geometry.to_numpy()
        for name in (*UNITED, *APART)
        if (layer := getattr(layers, name)) is not None
    }
    zones = {
        name: Zones.united(shapes) if name in UNITED else Zones(own(shapes))
        for name, shapes in grounds.items()
    }
    line_m = layers.project.tolerances.line_m
    if line_m is not None and "control_line" in zones:
        zones |= line_strips(zones["control_line"], line_m)
    if "protected" in grounds:  # cut up only once somebody asks which area it is
        zones["protected_apart"] = Zones(own(grounds["protected"]))
    return zones
