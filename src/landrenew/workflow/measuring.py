"""Measuring: what the ground decides, and what needs all parcels at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from landrenew.intake.parcel_tables import surveyed
from landrenew.intake.parcels import Parcels
from landrenew.intake.without_parcels import no_parcels_to_measure
from landrenew.measure.allocation import Allocation, allocate
from landrenew.measure.doubts import place_faults
from landrenew.measure.firms import intensities
from landrenew.measure.given import refuse_given_twice
from landrenew.measure.ground import measured_ground
from landrenew.measure.inputs import refuse_errors_of_no_input
from landrenew.measure.plausibility import plausibility_faults
from landrenew.measure.prepared import Prepared
from landrenew.measure.rights import rights_columns
from landrenew.scale.parts import measure_in_parts

if TYPE_CHECKING:
    from landrenew.intake.faults import Fault
    from landrenew.intake.layers import Layers


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
    parcels, local = measured(layers)
    parcels, _, faults = accounted(layers, parcels)
    return parcels, (*local, *faults)


def measured(layers: Layers) -> tuple[Parcels, tuple[Fault, ...]]:
    """
    Measure what the ground decides.

    Parameters
    ----------
    layers
        The layers of a project.

    Returns
    -------
    Parcels
        The table with every column that hangs on shapes.
    tuple of Fault
        What the shapes brought to light.

    Raises
    ------
    LandrenewError
        When the project has no parcels, or a number two sources.
    """
    if layers.project.parcels is None:
        raise no_parcels_to_measure()
    refuse_given_twice(layers)
    refuse_errors_of_no_input(layers)
    prepared = Prepared.of(layers)
    return measured_ground(prepared, measure_in_parts(prepared))


def accounted(
    layers: Layers, parcels: Parcels
) -> tuple[Parcels, Allocation | None, tuple[Fault, ...]]:
    """
    Do what needs all parcels at once: what codes say, the firms' accounts, the doubts.

    Parameters
    ----------
    layers
        The layers of a project.
    parcels
        The parcel table as far as it is made.

    Returns
    -------
    Parcels
        The table with what was surveyed, rights, amounts and intensities.
    Allocation or None
        What the firms bring.
    tuple of Fault
        What it brought to light.
    """
    parcels = surveyed(parcels, layers.survey)
    spec = layers.project.parcels
    rights = rights_columns(parcels, None if spec is None else spec.land_scheme)
    parcels = Parcels(parcels.join(rights))
    allocation = allocate(layers, parcels)
    parcels = _with_firms(allocation, parcels)
    faults = (
        *place_faults(layers),
        *plausibility_faults(
            parcels, layers.firms, layers.rulebook.plausibility, layers.parcel_rows
        ),
        *(() if allocation is None else allocation.faults),
    )
    return parcels, allocation, faults


def _with_firms(allocation: Allocation | None, parcels: Parcels) -> Parcels:
    if allocation is not None:
        parcels = Parcels(parcels.join(allocation.columns))
    made = intensities(parcels).drop(columns=parcels.columns, errors="ignore")
    return Parcels(parcels.join(made))  # an intensity that the parcels bring stays as given
