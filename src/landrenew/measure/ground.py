"""Everything that the ground on and around a parcel decides, and what it brings to light.

What is here is local: of any window of a city, with the neighbours its parcels need, it gives the
same as of the whole city. What needs all parcels at once, the firms' accounts and the peers of a
figure, comes after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from landrenew.intake.parcels import Parcels
from landrenew.measure.doubts import area_faults, building_faults, overlap_faults
from landrenew.measure.forbidden import growth_findings, protected_findings, protected_settled_m2
from landrenew.measure.land import (
    counted_area_m2,
    counted_ground,
    overlapping_pairs,
    shares_ground_with,
)
from landrenew.measure.line import SIDES, near_line
from landrenew.measure.vintages import new_ground
from landrenew.measure.zones import inside_area_m2

if TYPE_CHECKING:
    from landrenew.intake.faults import Fault
    from landrenew.measure.indicators import Measured
    from landrenew.measure.prepared import Prepared


def measured_ground(prepared: Prepared, measured: Measured) -> tuple[Parcels, tuple[Fault, ...]]:
    """
    Put what was measured on the parcels, and count ground that several claim once.

    Parameters
    ----------
    prepared
        The layers of a project, or of a window of it, made ready.
    measured
        What was measured on all their parcels.

    Returns
    -------
    Parcels
        The parcel table, rows and order as read, with every column that its ground decides.
    tuple of Fault
        Overlaps, areas that differ, buildings that stand nowhere or have no height, land that is
        protected or new outside the growth boundary.
    """
    layers = prepared.layers
    old = layers.parcels.drop(columns=list(measured.columns), errors="ignore")
    parcels = Parcels(old.join(measured.columns))
    overlaps = overlapping_pairs(parcels)
    ground = counted_ground(parcels, overlaps)
    parcels = Parcels(
        parcels.assign(
            counted_area_m2=counted_area_m2(parcels, ground),
            shares_ground_with=shares_ground_with(parcels, overlaps),
        )
    )
    width = layers.project.tolerances.sliver_width_m
    if (line := prepared.zones.get("control_line")) is not None:
        inside = inside_area_m2(parcels, ground, line, sliver_width_m=width)
        parcels = Parcels(parcels.assign(inside_area_m2=inside))
        if set(SIDES.values()) <= prepared.zones.keys():
            near = near_line(parcels, ground, prepared.zones)
            parcels = Parcels(parcels.assign(**near))
    parcels = Parcels(
        parcels.join(new_ground(parcels, ground, prepared.zones, sliver_width_m=width))
    )
    if (land := prepared.zones.get("protected")) is not None:
        on = protected_settled_m2(parcels, ground, land, sliver_width_m=width)
        parcels = Parcels(parcels.assign(protected_settled_m2=on))
    faults = (
        *overlap_faults(layers, overlaps),
        *area_faults(layers, parcels),
        *building_faults(layers, measured),
        *protected_findings(prepared, parcels, ground),
        *growth_findings(layers, parcels),
    )
    return parcels, faults
