"""What came in: every layer of the project, checked and in one CRS, and what was found wrong."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd
    from geopandas import GeoDataFrame

    from landrenew.base.words import Text
    from landrenew.intake.faults import Fault
    from landrenew.intake.parcels import Parcels
    from landrenew.intake.project import Project
    from landrenew.rules.model import Rulebook


@dataclass(frozen=True)
class Balance:
    """
    The rows and the area of one layer: what came in is what went out plus what was set aside.

    Parameters
    ----------
    layer
        Layer of the project file.
    rows_in
        Rows of the file that ``where`` selects, and lines that are no rows, such as totals.
    rows_out
        Rows that go on.
    rows_rejected
        Rows set aside, each with a fault, and lines that are none, each with a note.
    area_in_m2
        Planar area in the project CRS of all rows in, as drawn [m2]; None for tables.
    area_out_m2
        Area of the rows that go on, after repair [m2].
    area_rejected_m2
        Area of the rows set aside, as drawn [m2].
    area_repaired_m2
        What repair changed: after less before [m2].
    """

    layer: str
    rows_in: int
    rows_out: int
    rows_rejected: int
    area_in_m2: float | None = None
    area_out_m2: float | None = None
    area_rejected_m2: float | None = None
    area_repaired_m2: float | None = None


def with_lines_aside(balances: Iterable[Balance], aside: Mapping[str, int]) -> tuple[Balance, ...]:
    """
    Count the lines of a sheet that are no rows, such as totals, among those set aside.

    Parameters
    ----------
    balances
        The balances of the rows.
    aside
        Number of such lines by layer.

    Returns
    -------
    tuple of Balance
        The balances of all lines.
    """
    return tuple(
        replace(
            one,
            rows_in=one.rows_in + aside.get(one.layer, 0),
            rows_rejected=one.rows_rejected + aside.get(one.layer, 0),
        )
        for one in balances
    )


def table_balance(name: str, came: pd.DataFrame, kept: pd.DataFrame) -> Balance:
    """
    Give the balance of a table without shapes.

    Parameters
    ----------
    name
        The table's name in the project file.
    came
        Its rows as read.
    kept
        The rows that go on.

    Returns
    -------
    Balance
        Rows in, out and set aside.
    """
    return Balance(name, len(came), len(kept), len(came) - len(kept))


@dataclass(frozen=True, repr=False)
class Layers:
    """
    Every layer of a project, clean and in the project CRS.

    Parameters
    ----------
    project
        The project file.
    rulebook
        The rulebook it names.
    parcels
        The checked parcel table.
    rejected
        Parcels set aside, with ``code`` and ``detail``, in the project CRS.
    parcel_rows
        Number of each parcel's row in its file, by ``parcel_id``.
    control_line
        Control line, or None when the project has none; likewise all below.
    growth_boundary
        Growth boundary.
    towns
        Towns, with ``town``.
    villages
        Villages, with ``village``.
    parks
        Parks, with ``park_id``, ``park_name``, ``capacity_mu``.
    buildings
        Buildings, with ``floor_count`` and ``height_m``.
    firms
        Firms, indexed by ``firm_id``.
    links
        ``firm_id``, ``parcel_id``, ``share``; shares of a firm add to 1 or are all missing.
    leases
        Leases in force at the date of evaluation: ``landlord_id``, ``tenant_id``, ``parcel_id``,
        ``leased_area_m2``, ``leased_floor_area_m2`` [m2].
    survey
        What was surveyed of the parcels, index ``parcel_id``, columns of the parcel table.
    contacts
        Pairs joined or parted by hand: ``parcel_id``, ``other_parcel_id``, ``contact_class``
        (``bridge`` or ``break``).
    barriers
        Barriers, with ``kind``.
    protected
        Protected land.
    background
        Backdrop, with ``kind``.
    earlier_parcels
        An earlier state of the parcels, index ``row``, with ``parcel_id`` and ``town`` where known.
    earlier_control_line
        An earlier version of the control line.
    ledger
        Events, with ``event_id``, ``parcel_id``, ``stage``, ``event_date``.
    faults
        Everything wrong, in the order found.
    balances
        Balance of every layer read.
    notes
        What was chosen or guessed, for people.
    digests
        The sha256 of the rows of each layer that was read from a database.
    aside
        For each sheet the number of lines that are no rows, such as totals.
    """

    project: Project
    rulebook: Rulebook
    parcels: Parcels
    rejected: GeoDataFrame
    parcel_rows: Mapping[str, int] = field(default_factory=dict)
    control_line: GeoDataFrame | None = None
    growth_boundary: GeoDataFrame | None = None
    towns: GeoDataFrame | None = None
    villages: GeoDataFrame | None = None
    parks: GeoDataFrame | None = None
    buildings: GeoDataFrame | None = None
    firms: pd.DataFrame | None = None
    links: pd.DataFrame | None = None
    leases: pd.DataFrame | None = None
    survey: pd.DataFrame | None = None
    contacts: pd.DataFrame | None = None
    barriers: GeoDataFrame | None = None
    protected: GeoDataFrame | None = None
    background: GeoDataFrame | None = None
    earlier_parcels: GeoDataFrame | None = None
    earlier_control_line: GeoDataFrame | None = None
    ledger: pd.DataFrame | None = None
    faults: tuple[Fault, ...] = field(default=())
    balances: tuple[Balance, ...] = field(default=())
    notes: tuple[Text, ...] = field(default=())
    digests: dict[str, str] = field(default_factory=dict)
    aside: Mapping[str, int] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Name the layers and their rows in a line, for a notebook."""
        tables = {one: getattr(self, one) for one in type(self.project).model_fields
                  if hasattr(self, one)}  # fmt: skip
        rows = ", ".join(
            f"{one} {len(table)}" for one, table in tables.items() if table is not None
        )
        return f"<Layers {self.project.city.name}: {rows}; faults {len(self.faults)}>"
