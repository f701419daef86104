"""Firms and where they stand: many to many, a tenth of the figures missing."""

# ruff: noqa: PLR2004 - the bare numbers here are the drawing itself, not rules
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.base.missing import none_where_missing
from landrenew.base.units import to_mu
from landrenew.sample.chance import between, pick, stream
from landrenew.sample.names import TRADES, company, uscc

if TYPE_CHECKING:
    from numpy.random import Generator

LOTS_PER_FIRM = {
    "village": {1: 0.17, 2: 0.22, 3: 0.25, 4: 0.20, 5: 0.16},
    "park": {1: 0.55, 2: 0.30, 3: 0.15},
}
"""How often a firm uses so many lots."""

IDLE_SHARE, SHARED_SHARE, MISSING_SHARE = 0.10, 0.04, 0.10
"""Share of lots without firm, of lots with a second firm, of figures missing."""

TAX_PER_MU = {"village": (4.6, 0.80), "park": (12.5, 0.75)}
"""Median tax per mu [10k yuan/mu] and spread of its logarithm."""

ABOVE_SCALE_CNY10K = 2_000
"""Revenue from which a firm is above scale [10k yuan]."""

FIGURES = (
    "tax_cny", "output_cny10k", "value_added_cny10k", "revenue_cny10k", "rd_cny10k",
    "energy_tce", "emission_t", "electricity_mwh10", "staff_person",
)  # fmt: skip
"""The figures of a firm, as the file has them: tax in yuan, the rest in our units."""


def _spread(rng: Generator, size: float) -> float:
    return float(np.exp(size * rng.standard_normal()))


def _figures(area_mu: float, kind: str, rng: Generator) -> dict[str, float]:
    median, spread = TAX_PER_MU[kind]
    tax = area_mu * median * _spread(rng, spread)
    output = tax * between(rng, 14, 34)
    added = output * between(rng, 0.16, 0.28)
    revenue = output * between(rng, 0.92, 1.06)
    research = between(rng, 0.0, 0.055) if rng.random() < 0.7 else 0.0
    return {
        "tax_cny": round(tax * 1e4), "output_cny10k": round(output, 2),
        "value_added_cny10k": round(added, 2), "revenue_cny10k": round(revenue, 2),
        "rd_cny10k": round(revenue * research, 2),
        "energy_tce": round(added / 2.6 * _spread(rng, 0.5), 2),
        "emission_t": round(added / 4_800 * _spread(rng, 0.7), 4),
        "electricity_mwh10": round(tax / 0.24 * _spread(rng, 0.4), 3),
        "staff_person": max(2, round(added / 17 * _spread(rng, 0.35))),
    }  # fmt: skip


def _groups(parcels: pd.DataFrame, rng: Generator) -> list[pd.DataFrame]:
    """Give each firm one lot, or a few that lie near each other."""
    groups = []
    for _, rows in parcels.groupby("place", sort=True):
        waiting = rows[rng.random(len(rows)) > IDLE_SHARE]
        while len(waiting):
            first = waiting["shape"].iloc[0]
            away = np.array([first.distance(one) for one in waiting["shape"]])
            count = pick(rng, LOTS_PER_FIRM[str(rows["kind"].iloc[0])])
            near: list[int] = sorted(np.argsort(away, kind="stable").tolist()[:count])
            groups.append(waiting.iloc[near])
            waiting = waiting.drop(groups[-1].index)
        groups += [
            rows.iloc[[int(n)]] for n in np.flatnonzero(rng.random(len(rows)) < SHARED_SHARE)
        ]
    return groups


def _shares(count: int, rng: Generator) -> list[str]:
    """State shares in ten-thousandths that add to exactly 1, or leave all of them blank."""
    if rng.random() < 0.4:
        return [""] * count
    weights = np.array([between(rng, 0.5, 1.5) for _ in range(count)])
    parts = np.floor(10_000 * weights / weights.sum()).astype(int)
    parts[0] += 10_000 - parts.sum()
    return [f"{part / 10_000:.4f}" for part in parts]


def firms(parcels: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Settle firms on the industrial parcels.

    Parameters
    ----------
    parcels
        The register.

    Returns
    -------
    tuple
        The firms (``firm_id``, ``firm_name``, ``industry_code``, ``size_class`` and
        :data:`FIGURES`; missing is None), and the links (``firm_id``, ``parcel_id``, ``share``
        as text, blank where the firm states none).
    """
    rng = stream("firms")
    rows, links = [], []
    for order, group in enumerate(_groups(parcels[parcels["land_code"] == "0601"], rng), start=1):
        trade = list(TRADES)[int(rng.random() * len(TRADES))]
        mu, kind = to_mu(float(group["area_m2"].sum())), str(group["kind"].iloc[0])
        figures = _figures(mu, kind, rng)
        size = "above_scale" if figures["revenue_cny10k"] >= ABOVE_SCALE_CNY10K else "below_scale"
        gone = rng.random(len(FIGURES)) < MISSING_SHARE
        kept = {
            name: None if lost else figures[name] for name, lost in zip(FIGURES, gone, strict=True)
        }
        firm_id = uscc(1000 + 37 * order)
        rows.append({
            "firm_id": firm_id, "firm_name": company(rng, trade), "industry_code": TRADES[trade],
            "size_class": size, **kept,
        })  # fmt: skip
        stated = _shares(len(group), rng)
        links += [(firm_id, p, s) for p, s in zip(group["parcel_id"], stated, strict=True)]
    table = pd.DataFrame(rows)
    table[list(FIGURES)] = none_where_missing(table[list(FIGURES)])
    return table, pd.DataFrame(links, columns=["firm_id", "parcel_id", "share"])


def with_more_tax(table: pd.DataFrame, firm_ids: list[str]) -> pd.DataFrame:
    """
    Let some firms pay a fiftieth more.

    Parameters
    ----------
    table
        The firms.
    firm_ids
        Which of them.

    Returns
    -------
    pandas.DataFrame
        The firms.
    """
    chosen = table["firm_id"].isin(firm_ids) & table["tax_cny"].notna()
    paid = [
        round(x * 1.02) if more else x for x, more in zip(table["tax_cny"], chosen, strict=True)
    ]
    return table.assign(tax_cny=pd.Series(paid, index=table.index, dtype=object))
