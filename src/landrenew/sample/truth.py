"""What is true of the demo city, by plain arithmetic on what was planted.

Nothing here uses the measures: areas come from an equal-area cylinder, sums from loops over rows.
The tests hold the measures against this.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from landrenew.base.units import to_mu
from landrenew.sample.register import ellipsoidal_m2
from landrenew.sample.towns import TOWNS

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from landrenew.sample.sheets import Sheets, Telling

LEAST_FAR, LEAST_TAX = 0.6, 5.0
"""A parcel below either is low-efficiency: floor area ratio, tax per mu [10k yuan/mu]."""

NEAR = 0.002
"""Share of a threshold within which a figure is too near it."""

DOUBLE_ABOVE_M, STOREY_M = 8.0, 4.0
"""Storeys strictly above the first count twice; the second estimates storeys from height [m]."""


@dataclass
class Facts:
    """
    What is true of one parcel.

    Parameters
    ----------
    area_m2
        Ellipsoidal area [m2].
    counted_floor_m2
        Floor area, high storeys twice [m2]; None when a building's storeys are unknown.
    tax_cny10k
        Tax allocated to it [10k yuan]; None when a firm's tax is missing, or there is no firm.
    size_class
        ``above_scale`` when one of its firms is; None without firms.
    firms
        The firms that stand on it.
    """

    area_m2: float
    counted_floor_m2: float | None = 0.0
    tax_cny10k: float | None = None
    size_class: str | None = None
    firms: list[str] = field(default_factory=list)

    @property
    def floor_area_ratio(self) -> float | None:
        """Counted floor area over area."""
        return None if self.counted_floor_m2 is None else self.counted_floor_m2 / self.area_m2

    @property
    def tax_cny10k_per_mu(self) -> float | None:
        """Tax over area [10k yuan/mu]."""
        return None if self.tax_cny10k is None else self.tax_cny10k / to_mu(self.area_m2)

    @property
    def verdict(self) -> str:
        """``yes`` when a test holds, ``no`` when none does, else ``undetermined``."""
        ratio, tax = self.floor_area_ratio, self.tax_cny10k_per_mu
        tests = [
            None if ratio is None else ratio < LEAST_FAR,
            None if tax is None else tax < LEAST_TAX,
        ]
        if True in tests:
            return "yes"
        return "undetermined" if None in tests else "no"


def near_the_bar(fact: Facts) -> bool:
    """
    Tell whether a figure is so near its threshold that the way of taking areas decides.

    Parameters
    ----------
    fact
        Facts of the parcel.

    Returns
    -------
    bool
        Whether one is within two thousandths; planar and ellipsoidal area differ by 0.0004.
    """
    pairs = (fact.floor_area_ratio, LEAST_FAR), (fact.tax_cny10k_per_mu, LEAST_TAX)
    return any(value is not None and abs(value / bar - 1) < NEAR for value, bar in pairs)


def storeys_counted(floor_count: float | None, height_m: float | None) -> float | None:
    """
    Count the storeys of a building, those above 8 m twice.

    Parameters
    ----------
    floor_count
        Storeys on record, or None.
    height_m
        Height on record or from the raster [m], or None.

    Returns
    -------
    float or None
        Counted storeys; None when neither is known.

    Examples
    --------
    >>> storeys_counted(1, 9.5), storeys_counted(1, 8.0), storeys_counted(2, None)
    (2.0, 1.0, 2.0)
    >>> storeys_counted(None, 7.9)
    1.0
    """
    if floor_count is None:
        if height_m is None:
            return None
        floor_count = max(1, math.floor(height_m / STOREY_M + 1e-9))
    high = height_m is not None and height_m / floor_count > DOUBLE_ABOVE_M
    return float(floor_count * 2 if high else floor_count)


def _known(value: object) -> float | None:
    return None if pd.isna(value) else float(value)  # type: ignore[arg-type,call-overload]  # a cell


def _add_floors(facts: dict[str, Facts], sheets: Sheets, raster_only: list[str]) -> None:
    industrial = sheets.parcels[sheets.parcels["land_code"] == "0601"]
    ids, shapes = industrial["parcel_id"].tolist(), industrial["shape"].tolist()
    tree = shapely.STRtree(shapes)
    parts: list[tuple[Facts, float | None, BaseGeometry]] = []
    columns = ["building_id", "shape", "floor_count", "height_m", "true_height_m"]
    for number, shape, floors, recorded, true in sheets.buildings[columns].to_numpy(dtype=object):
        height = float(true) if number in raster_only else _known(recorded)
        storeys = storeys_counted(_known(floors), height)
        for place in sorted(tree.query(shape, predicate="intersects").tolist()):
            part = shape.intersection(shapes[place])
            if part.area > 0:
                parts.append((facts[ids[place]], storeys, part))
    areas = ellipsoidal_m2([part for *_, part in parts])
    for (fact, storeys, _), area in zip(parts, areas, strict=True):
        if storeys is None or fact.counted_floor_m2 is None:
            fact.counted_floor_m2 = None
        else:
            fact.counted_floor_m2 += area * storeys


def _weights(group: pd.DataFrame, facts: dict[str, Facts]) -> list[tuple[str, float]]:
    ids = group["parcel_id"].tolist()
    if (group["share"] == "").all():
        parts = [facts[one].area_m2 for one in ids]
    else:
        parts = [float(share) for share in group["share"]]
    total = sum(parts)
    return [(one, part / total) for one, part in zip(ids, parts, strict=True)]


def _add_firms(facts: dict[str, Facts], sheets: Sheets) -> None:
    firms = sheets.firms.set_index("firm_id")
    gone = set()
    sums: dict[str, float] = defaultdict(float)
    for firm_id, group in sheets.links.groupby("firm_id", sort=True):
        tax, size = _known(firms["tax_cny"][firm_id]), str(firms["size_class"][firm_id])
        for parcel_id, weight in _weights(group, facts):
            if parcel_id not in facts:
                continue
            fact = facts[parcel_id]
            fact.firms.append(str(firm_id))
            fact.size_class = "above_scale" if "above_scale" in {size, fact.size_class} else size
            if tax is None:
                gone.add(parcel_id)
            else:
                sums[parcel_id] += tax * 1e-4 * weight
    for parcel_id, fact in facts.items():
        if fact.firms and parcel_id not in gone:
            fact.tax_cny10k = sums[parcel_id]


def facts_of(sheets: Sheets, raster_only: list[str]) -> dict[str, Facts]:
    """
    Work out what is true of every industrial parcel.

    Parameters
    ----------
    sheets
        The city as meant.
    raster_only
        Buildings whose height stands only in the raster.

    Returns
    -------
    dict
        Facts by ``parcel_id``.
    """
    industrial = sheets.parcels[sheets.parcels["land_code"] == "0601"]
    pairs = zip(industrial["parcel_id"], industrial["area_m2"], strict=True)
    facts = {str(parcel_id): Facts(float(area)) for parcel_id, area in pairs}
    _add_floors(facts, sheets, raster_only)
    _add_firms(facts, sheets)
    return facts


def _share(rows: pd.DataFrame) -> dict[str, Any]:
    counted = rows[~rows["twice"]]
    inside, total = math.fsum(counted["inside_m2"]), math.fsum(counted["area_m2"])
    counts = Counter(rows["control_class"])
    return {
        "share": round(inside / total, 12), "inside_m2": round(inside, 4),
        "total_m2": round(total, 4), "parcels": len(rows),
        "counts": {one: counts[one] for one in ("inside", "straddling", "outside")},
    }  # fmt: skip


def control_class(row: pd.Series) -> str:
    """
    Say how a parcel lies to the line.

    Parameters
    ----------
    row
        Row of the register.

    Returns
    -------
    str
        ``inside``, ``straddling`` or ``outside``.
    """
    if row["inside"] is None:
        return "outside"
    return "inside" if row["outside"] is None else "straddling"


def share_truth(telling: Telling) -> dict[str, Any]:
    """
    Add up the share of industrial land inside the line.

    Parameters
    ----------
    telling
        The city.

    Returns
    -------
    dict
        The share of the city and of each town; ground under the overlapping lot counts once.
    """
    rows = telling.meant.parcels
    rows = rows[rows["land_code"] == "0601"].copy()
    overlapping = [one for f in telling.planted if f.code == "overlap" for one in f.ids]
    rows["twice"] = rows["parcel_id"].isin(overlapping)
    rows["control_class"] = [control_class(row) for _, row in rows.iterrows()]
    towns = [{"name": name, **_share(rows[rows["town"] == name])} for name in TOWNS]
    straddling = rows[rows["control_class"] == "straddling"]
    ratios = straddling["inside_m2"] / straddling["area_m2"]
    pairs = zip(straddling["parcel_id"], ratios, strict=True)
    return {**_share(rows), "towns": towns, "straddling": {i: round(r, 9) for i, r in pairs}}


def verdict_truth(facts: dict[str, Facts]) -> dict[str, Any]:
    """
    Count the verdicts, and list a few parcels with all their figures.

    Parameters
    ----------
    facts
        Facts by parcel.

    Returns
    -------
    dict
        Number of parcels per verdict and per size class; every verdict by parcel.
    """
    sizes = Counter(one.size_class or "missing" for one in facts.values())
    return {
        "low_efficiency": dict(sorted(Counter(one.verdict for one in facts.values()).items())),
        "size_class": dict(sorted(sizes.items())),
        "parcels": {
            i: {
                "verdict": f.verdict,
                "floor_area_ratio": _rounded(f.floor_area_ratio),
                "tax_cny10k_per_mu": _rounded(f.tax_cny10k_per_mu),
                "size_class": f.size_class,
                "firm_count": len(f.firms),
            }
            for i, f in sorted(facts.items())
        },
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 9)


def rows_truth(telling: Telling) -> dict[str, dict[str, int]]:
    """
    Count the rows that come in, go on, and are set aside.

    Parameters
    ----------
    telling
        The city.

    Returns
    -------
    dict
        ``in``, ``out`` and ``rejected`` for each layer with faults; parcels after ``where``.
    """
    told, meant = telling.told, telling.meant
    code = "land_code"
    counts = {
        "parcels": ((told.parcels[code] == "0601").sum(), (meant.parcels[code] == "0601").sum()),
        "buildings": (len(told.buildings), len(told.buildings)),
        "firms": (len(told.firms), len(meant.firms)),
        "links": (
            len(told.links),
            int(meant.links["parcel_id"].isin(meant.parcels["parcel_id"]).sum()),
        ),
        "ledger": (len(told.ledger), len(meant.ledger)),
    }
    return {
        layer: {"in": int(i), "out": int(o), "rejected": int(i - o)}
        for layer, (i, o) in counts.items()
    }
