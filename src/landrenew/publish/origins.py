"""Where a figure comes from: the layers behind a column, who supplied them, and their dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from landrenew.base.columns import COLUMNS, INTENSITIES
from landrenew.measure.given import measured_by
from landrenew.measure.inputs import OF_FIRMS, followed
from landrenew.measure.quotients import ON_LAND

if TYPE_CHECKING:
    from landrenew.intake.layers import Layers

OF_LAND_USED = (OF_FIRMS, "tenure")
"""What follows from whose land it is and who rents it."""


class Origin(NamedTuple):
    """
    A layer behind a figure.

    Parameters
    ----------
    layer
        Key of the project file.
    source
        Who supplied it; None where the project file does not say.
    as_of
        Date of its data, the city's where it states none of its own; None without either.
    """

    layer: str
    source: str | None
    as_of: str | None


def origins(layers: Layers, name: str) -> tuple[Origin, ...]:
    """
    Tell where the figures of a column come from.

    Parameters
    ----------
    layers
        The layers of the project.
    name
        A column of the parcels or firms.

    Returns
    -------
    tuple of Origin
        What is divided, measured or counted first, then what by or on; none for a column that the
        rulebook judges, and for one that no layer brings.
    """
    given, city = layers.project.layers(), layers.project.city
    return tuple(
        Origin(one, given[one].source, given[one].as_of or city.as_of)
        for one in _layers_behind(layers, name)
        if one in given
    )


def _layers_behind(layers: Layers, name: str) -> tuple[str, ...]:
    if COLUMNS[name].role == "judged":
        return ()
    if name in OF_LAND_USED:
        return ("parcels", "leases")
    if parts := followed(layers).get(name):
        behind = [one for part in parts for one in _layers_behind(layers, part)]
        return tuple(dict.fromkeys(behind))
    for layer, table in (("firms", layers.firms), ("survey", layers.survey)):
        if table is not None and name in table.columns:
            return (layer,)
    measured = [one for one, columns in measured_by(layers).items() if name in columns]
    is_theirs = COLUMNS[name].role == "measured" and name not in {*INTENSITIES, *ON_LAND}
    is_known = measured or is_theirs or name in layers.parcels.columns
    return (*measured, "parcels") if is_known else ()
