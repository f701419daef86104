"""A city of few parcels and firms without geometry of its own, judged, with errors to be drawn."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from conftest import parcels_of, square
from hand_made import layers_of, links_of, rulebook_of

from landrenew.assess.certainty.chances import CityChances, city_chances
from landrenew.assess.evaluation import assessed_parcels, evaluated_firms
from landrenew.base.units import to_mu
from landrenew.intake.certainty import Certainty
from landrenew.intake.parcels import Parcels
from landrenew.intake.sections import Firms
from landrenew.measure.allocation import Allocation, allocate
from landrenew.measure.firms import intensities

if TYPE_CHECKING:
    import pandas as pd

    from landrenew.intake.layers import Layers
    from landrenew.rules.model import Rulebook

TAX, TCE = "tax_cny10k_per_mu", "tax_cny10k_per_tce"


class Drawn(NamedTuple):
    """A judged city."""

    layers: Layers
    parcels: Parcels
    firms: pd.DataFrame | None
    allocation: Allocation | None

    def chances(self, threads: int | None = 1) -> CityChances:
        """Draw."""
        found = city_chances(*self, threads=threads)
        assert found is not None
        return found


def chance_of(
    errors: dict[str, float] | None = None,
    draws: int = 40,
    **keys: Any,  # noqa: ANN401
) -> Certainty:
    """Say what may be off."""
    said = {name: {"share": share, "source": "核对"} for name, share in (errors or {}).items()}
    return Certainty.model_validate({"draws": draws, "sure_from": 0.95, "errors": said} | keys)


def ratio(column: str = TAX, **keys: Any) -> dict[str, Any]:  # noqa: ANN401
    """Write a criterion."""
    return {"form": "ratio", "column": column, "weight": 100.0, "baseline": 10.0,
            "missing": "undetermined"} | keys  # fmt: skip


def bars(**at_least: float) -> dict[str, Any]:
    """Write grades by bars; what reaches none has D."""
    classes = [{"grade": letter, "at_least": bar} for letter, bar in at_least.items()]
    return {"form": "bars", "exempt": "T", "classes": [*classes, {"grade": "D"}]}


def book_of(
    *criteria: dict[str, Any],
    grades: dict[str, Any] | None = None,
    **parts: Any,  # noqa: ANN401
) -> Rulebook:
    """Make a rulebook of one pool."""
    pool = {"name": "all", "zh": "全部", "en": "all", "criteria": criteria}
    return rulebook_of(scoring={"pools": [pool]}, grades=grades or bars(A=100.0), **parts)


def city_of(
    book: Rulebook,
    chance: Certainty,
    parcels: pd.DataFrame,
    firms: pd.DataFrame | None = None,
    links: list[tuple[object, ...]] | None = None,
    *,
    merges: bool = False,
) -> Drawn:
    """Judge a city: parcels with ``parcel_area_m2``, and amounts or firms that bring them."""
    ground = parcels_of(*(square(i) for i in range(len(parcels))))
    table = Parcels(ground.set_index(parcels.index.rename("parcel_id")).join(parcels))
    brought = Parcels(table.drop(columns="parcel_area_m2"))
    table["parcel_area_mu"] = to_mu(table["parcel_area_m2"])
    there = {} if firms is None else {"firms": firms, "links": links_of(*(links or []))}
    layers = layers_of(brought, book, **there)
    spec = Firms(path="f.csv", groups="merge" if merges else "separate")
    project = layers.project.model_copy(update={"certainty": chance, "firms": spec})
    layers = replace(layers, project=project)
    allocation = allocate(layers, table)
    if allocation is not None:
        table = Parcels(table.join(allocation.columns))
    made = intensities(table).drop(columns=table.columns, errors="ignore")
    table = assessed_parcels(Parcels(table.join(made)), book)
    found = None if allocation is None else evaluated_firms(layers.firms, allocation.land, book)
    return Drawn(layers, table, found, allocation)
