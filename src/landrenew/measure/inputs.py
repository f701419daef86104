"""What a project's judgements rest on: columns that came in, and columns that follow from them.

Only what came in has an error of its own; what follows from it is made anew in every draw.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from landrenew.base.columns import FLOWS, INTENSITIES
from landrenew.base.errors import ColumnError
from landrenew.base.units import to_mu
from landrenew.base.words import some
from landrenew.measure.given import measured_by
from landrenew.measure.quotients import ON_LAND, parts_of, quotient

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from numpy.typing import NDArray

    from landrenew.intake.layers import Layers

ALWAYS = {"parcel_area_m2"}
"""What is measured of every parcel layer and follows from no other column."""

OF_FIRMS = "land_mu"
"""The land that a firm uses, as a whole."""


def followed(layers: Layers) -> dict[str, tuple[str, ...]]:
    """
    Tell which columns of the parcels follow from others in this project.

    Parameters
    ----------
    layers
        The layers of the project.

    Returns
    -------
    dict
        Column and the columns it is made of; a column comes before those made of it. What the
        parcels bring themselves is not among them.
    """
    made: dict[str, tuple[str, ...]] = {"parcel_area_mu": ("parcel_area_m2",)}
    if layers.buildings is not None:
        made |= ON_LAND
    there = {*layers.parcels.columns, *_amounts(layers), "parcel_area_mu"}
    brought = layers.parcels.columns
    return made | {
        name: parts
        for name, parts in INTENSITIES.items()
        if name not in brought and {*parts} <= there
    }


def followed_of_firms(columns: Collection[str]) -> dict[str, tuple[str, ...]]:
    """
    Tell which columns of the firms follow from others.

    Parameters
    ----------
    columns
        Columns of the firm table.

    Returns
    -------
    dict
        As :func:`followed`.
    """
    made = {name: parts_of(name, OF_FIRMS) for name in INTENSITIES}
    return {name: parts for name, parts in made.items() if {*parts} <= {*columns}}


def resting_on(
    inputs: Collection[str], made: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """
    Pick the columns that rest on certain inputs.

    Parameters
    ----------
    inputs
        Columns that came in.
    made
        As :func:`followed` gives it.

    Returns
    -------
    dict
        Those of ``made`` that rest on one of the inputs, in their order.

    Examples
    --------
    >>> made = {"parcel_area_mu": ("parcel_area_m2",), "a": ("b", "parcel_area_mu"), "c": ("d",)}
    >>> list(resting_on(["parcel_area_m2"], made))
    ['parcel_area_mu', 'a']
    """
    moved, found = {*inputs}, {}
    for name, parts in made.items():
        if moved & {*parts}:
            moved.add(name)
            found[name] = parts
    return found


def make_anew(columns: dict[str, NDArray[Any]], made: Mapping[str, tuple[str, ...]]) -> None:
    """
    Make columns that follow from others.

    Parameters
    ----------
    columns
        Arrays by name, all of shape (n,); those of ``made`` are replaced.
    made
        As :func:`followed` gives it.
    """
    for name, parts in made.items():
        of = [columns[part].astype(float, copy=False) for part in parts]
        columns[name] = to_mu(of[0]) if len(of) == 1 else quotient(*of)


def _amounts(layers: Layers) -> list[str]:
    """List the amounts that the firms state."""
    firms = layers.firms
    return [] if firms is None else [name for name in FLOWS if name in firms.columns]


def refuse_errors_of_no_input(layers: Layers) -> None:
    """
    Refuse an error stated for a column that this project lacks, or that follows from others.

    Parameters
    ----------
    layers
        The layers of the project.

    Raises
    ------
    ColumnError
        Naming the columns, and what they follow from.
    """
    certainty = layers.project.certainty
    if certainty is None:
        return
    made = followed(layers)
    for name in certainty.errors:
        if name in made:
            parts = some(made[name])
            raise ColumnError(
                f"[certainty.errors] 中的 {name} 由 {parts} 算出，没有自己的误差。"
                f"请改写 {parts} 的误差。",
                f"{name} under [certainty.errors] follows from {parts} and has no error of its"
                f" own. State those of {parts} instead.",
            )
    measured = {name for names in measured_by(layers).values() for name in names}
    known = {*layers.parcels.columns, *_amounts(layers), *measured, *ALWAYS}
    known |= set() if layers.firms is None else {OF_FIRMS}
    if unknown := sorted(certainty.errors.keys() - known):
        raise ColumnError(
            f"[certainty.errors] 中的 {some(unknown)} 在本项目中没有：宗地、企业都没有给出，"
            "也没有图层由它得出。请去掉，或给出该列。",
            f"{some(unknown)} under [certainty.errors] is no column of this project: neither the"
            " parcels nor the firms bring it, and no layer decides it. Remove it, or map the"
            " column.",
        )
