"""What the parcels bring and what is measured: no number may have two sources.

Two sources of one number would leave open which of them is published.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from landrenew.base.columns import FLOWS, INTENSITIES
from landrenew.base.errors import ColumnError
from landrenew.base.words import some
from landrenew.measure.rasters import raster_column_names

if TYPE_CHECKING:
    from landrenew.intake.layers import Layers


def refuse_given_twice(layers: Layers) -> None:
    """
    Refuse parcels that bring a column which a layer of the project decides too.

    Parameters
    ----------
    layers
        The layers of the project.

    Raises
    ------
    ColumnError
        Naming the columns and the layer.
    """
    for name, measured in measured_by(layers).items():
        both = [one for one in measured if one in layers.parcels.columns]
        if not both:
            continue
        raise ColumnError(
            f"{some(both)} 既在 [parcels] 中给出，又由 [{name}] 得出。"
            "请从 [parcels.columns] 中去掉，或去掉该图层。",
            f"{some(both)} stand under [parcels] and follow from [{name}] too. Remove them"
            " from [parcels.columns], or remove that layer.",
        )


def measured_by(layers: Layers) -> dict[str, list[str]]:
    """
    List what each layer that is there decides.

    Parameters
    ----------
    layers
        The layers of the project.

    Returns
    -------
    dict
        Columns of the parcels by layer.
    """
    measured = {
        "buildings": ["footprint_m2", "floor_area_m2", "counted_floor_area_m2", "floor_area_ratio",
                      "building_density", "building_count", "estimated_floor_share",
                      "building_coefficient", "height_support_share"],
        "firms": _follows_from_firms(layers),
        "leases": ["tenant_count", "leased_out_share"],
        "control_line": ["control_share", "control_class", "settled_m2"],
        "growth_boundary": ["growth_share", "growth_class"],
        "parks": ["park_id"],
        "protected": ["protected_area_m2", "protected_settled_m2"],
        "earlier_parcels": ["new_ground_m2", "new_inside_m2", "new_inside_earlier_line_m2",
                            "new_outside_growth_m2"],
        "earlier_control_line": ["inside_earlier_line_m2"],
    }  # fmt: skip
    there = {
        name: columns for name, columns in measured.items() if getattr(layers, name) is not None
    }
    if columns := raster_column_names(layers.project):
        there["rasters"] = columns
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
