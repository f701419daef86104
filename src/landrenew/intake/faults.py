"""Faults: every row that was repaired, set aside or doubted, with where and how to mend it.

Land that is where it must not be is listed in the same form, as a finding.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Literal, cast

from landrenew.base.words import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

Outcome = Literal["repaired", "rejected", "doubted", "found"]
"""What was done with the row; ``found``: nothing is wrong with it, but a rule of land is broken."""

NO_DETAIL = Text("", "")


@dataclass(frozen=True)
class Fault:
    """
    One thing wrong with one row of one layer.

    Parameters
    ----------
    layer
        Layer of the project file, such as ``parcels``.
    row
        Number of the row in the file, counted from 1 over all its rows; None for a whole layer.
    id
        Id of the row, empty when it has none.
    code
        Kind of fault, a key of :data:`KINDS`.
    detail
        The figures: what exactly was found.
    x
        Where, in the project CRS [m]; None when there is no place.
    y
        Where, in the project CRS [m].
    """

    layer: str
    row: int | None
    id: str
    code: str
    detail: Text = NO_DETAIL
    x: float | None = None
    y: float | None = None


@dataclass(frozen=True)
class FaultKind:
    """
    One kind of fault.

    Parameters
    ----------
    outcome
        What was done with the row.
    what
        What is wrong.
    mend
        How to mend it.
    """

    outcome: Outcome
    what: Text
    mend: Text


def _read_kinds() -> dict[str, FaultKind]:
    text = resources.files("landrenew.intake").joinpath("faults.csv").read_text(encoding="utf-8")
    return {
        row["code"]: FaultKind(
            outcome=cast("Outcome", row["outcome"]),
            what=Text(row["what_zh"], row["what_en"]),
            mend=Text(row["mend_zh"], row["mend_en"]),
        )
        for row in csv.DictReader(text.splitlines())
    }


KINDS: dict[str, FaultKind] = _read_kinds()
"""Every kind of fault that a run can report, by code; the table is ``faults.csv``."""


LAYERS = (
    "parcels", "control_line", "growth_boundary", "towns", "villages", "parks", "buildings",
    "firms", "links", "leases", "survey", "contacts", "barriers", "protected", "background",
    "ledger", "earlier_parcels", "earlier_control_line",
)  # fmt: skip
"""The layers in the order of the project file."""


def without_findings(faults: Iterable[Fault]) -> tuple[tuple[Fault, ...], tuple[Fault, ...]]:
    """
    Keep what is wrong with the data apart from land that is where it must not be.

    Parameters
    ----------
    faults
        Whatever reading and measuring brought to light.

    Returns
    -------
    faults : tuple of Fault
        Rows repaired, set aside or doubted.
    findings : tuple of Fault
        Land that breaks a rule, with good data as it seems.
    """
    both: tuple[list[Fault], list[Fault]] = [], []
    for one in faults:
        both[KINDS[one.code].outcome == "found"].append(one)
    return tuple(both[0]), tuple(both[1])


def in_file_order(faults: Iterable[Fault]) -> list[Fault]:
    """
    Sort faults by where they stand, whatever order they were found in.

    Parameters
    ----------
    faults
        The faults of a run.

    Returns
    -------
    list of Fault
        By layer, as in the project file, then row; what concerns a whole layer comes first.
    """
    place = {name: number for number, name in enumerate(LAYERS)}
    return sorted(
        faults,
        key=lambda one: (
            place.get(one.layer, len(place)), one.layer, one.row or 0, one.id, one.code, one.detail
        ),
    )  # fmt: skip
