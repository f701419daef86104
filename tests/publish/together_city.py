"""A city in which some firms are exempt, some may be, and some are judged with or by others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from conftest import parcels_of, square
from hand_made import READ, layers_of, links_of

from landrenew.intake.sections import Firms
from landrenew.rules.model import Rulebook
from landrenew.workflow import run_layers

if TYPE_CHECKING:
    from landrenew.publish.result import Result

TAXES = {"A": 900.0, "B": 800.0, "C": 600.0, "D": 500.0, "E": 400.0, "F": 300.0, "G": 200.0,
         "H": 100.0, "N": 50.0, "T": 70.0, "U": 20.0}  # fmt: skip
"""Tax of the firms; N is new, U of unknown age, T a tenant of C."""

RATIO = {"form": "ratio", "column": "tax_cny10k_per_mu", "weight": 60, "baseline": 10,
         "missing": "undetermined"}  # fmt: skip
RANK = {"form": "rank", "column": "tax_cny10k_per_tce", "weight": 40, "missing": "mean_points"}
MIN_MAX = {**RANK, "form": "min_max", "low": 20}


def book_of(*criteria: dict[str, Any], tenants: dict[str, Any] | None = None) -> Rulebook:
    """Make a book that exempts firms of less than two years."""
    new = {"name": "new", "zh": "新注册", "en": "new", "kind": "registered_within_years",
           "years": 2, "is_inclusive": False, **READ}  # fmt: skip
    pool = {"name": "all", "zh": "全部", "en": "all", "criteria": criteria or (RATIO,)}
    parts = {} if tenants is None else {"tenants": {**READ, **tenants}}
    return Rulebook.model_validate({
        "name": "r", "title": "t", "region": "here", "evaluated_on": "2025-12-31",
        "exemptions": [new],
        "scoring": {**READ, "pools": [pool]},
        "grades": {**READ, "form": "rank", "exempt": "T", "rounding": "nearest", "ties": "better",
                   "veto": {"grade": "D", "is_ranked": True},
                   "classes": [{"grade": "A", "up_to": 0.2}, {"grade": "B", "up_to": 0.6},
                               {"grade": "D", "up_to": 1.0}]},
        **parts,
    })  # fmt: skip


def city_of(book: Rulebook, *, unknown: str = "U", groups: bool = False) -> Result:
    """
    Run the city: each firm on a parcel of its own but G and H on one, and T rents from C.

    Of ``unknown`` it is not known how old it is; with ``groups`` A and B are one group.
    """
    names = list(TAXES)
    places = {one: f"P{i}" for i, one in enumerate(names) if one not in {"H", "T"}} | {"H": "P6"}
    parcels = parcels_of(*(square(i) for i in range(len(names))))
    registered: list[str | None] = [
        None if one == unknown else {"N": "2025-03-01"}.get(one, "2001") for one in names
    ]
    firms = pd.DataFrame({
        "firm_name": [f"企业{one}" for one in names],
        "tax_cny10k": list(TAXES.values()),
        "energy_tce": [*(np.arange(len(names) - 1) * 7.0 % 5 + 10), 1.0],  # U within extremes
        "size_class": "below_scale",
        "registered_on": pd.Series(registered, dtype=object).tolist(),
        "group_id": [{"A": "A", "B": "A"}.get(one, one) for one in names],
        "veto_reason": [{"H": "事故"}.get(one) for one in names],
    }, index=pd.Index(names, name="firm_id"))  # fmt: skip
    links = links_of(*((firm, place, np.nan) for firm, place in places.items()))
    leases = pd.DataFrame({
        "landlord_id": ["C"], "tenant_id": ["T"], "parcel_id": ["P2"], "leased_area_m2": [20.0],
        "leased_floor_area_m2": [np.nan], "in_force": [True],
    })  # fmt: skip
    layers = layers_of(parcels, book, firms=firms, links=links, leases=leases)
    spec = Firms(path="f.csv", groups="merge" if groups else "separate")
    city = layers.project.city.model_copy(update={"rulebook": "none"})  # to be named in sheets
    project = layers.project.model_copy(update={"firms": spec, "city": city})
    return run_layers(replace(layers, project=project))
