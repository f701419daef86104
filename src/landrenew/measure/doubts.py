"""What measuring brings to light: faults that only areas and overlaps show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from landrenew.base.words import Text
from landrenew.intake.faults import NO_DETAIL, Fault
from landrenew.intake.naming import faults_at

if TYPE_CHECKING:
    import pandas as pd

    from landrenew.intake.layers import Layers
    from landrenew.intake.parcels import Parcels
    from landrenew.measure.indicators import Measured

AREA_DIFFERENCE = 0.01
"""Declared and drawn area that differ by more are doubted."""


def overlap_faults(overlaps: pd.DataFrame) -> list[Fault]:
    """
    Name the parcels that lie on ground of another.

    Parameters
    ----------
    overlaps
        The result of :func:`landrenew.measure.land.overlapping_pairs`.

    Returns
    -------
    list of Fault
        One a pair, for the parcel that sorts later.
    """
    return [
        Fault("parcels", None, str(second), "overlap",
              Text(f"与 {first} 重叠 {area:.1f} m²", f"shares {area:.1f} m2 with {first}"))
        for first, second, area in overlaps.itertuples(index=False)
    ]  # fmt: skip


def area_faults(parcels: Parcels) -> list[Fault]:
    """
    Name the parcels whose declared and drawn area differ by more than 1 %.

    Parameters
    ----------
    parcels
        Parcel table with ``parcel_area_m2``; ``declared_area_m2`` and
        ``declared_difference_share`` where areas were declared.

    Returns
    -------
    list of Fault
        One a parcel.
    """
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


def building_faults(layers: Layers, measured: Measured) -> tuple[Fault, ...]:
    """
    Name the buildings that stand on no parcel, and those of unknown storeys.

    Parameters
    ----------
    layers
        The layers of the project.
    measured
        What was measured on all parcels.

    Returns
    -------
    tuple of Fault
        One a building.
    """
    buildings = layers.buildings
    if buildings is None:
        return ()
    stands = np.zeros(len(buildings), dtype=bool)
    stands[measured.met_buildings] = True
    found = [(i, "building_orphan", NO_DETAIL) for i in np.flatnonzero(~stands).tolist()]
    found += [(i, "no_height", NO_DETAIL) for i in measured.silent_buildings.tolist()]
    return faults_at(buildings, "buildings", buildings.geometry.to_numpy(), found)
