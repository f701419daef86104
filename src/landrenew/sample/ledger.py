"""The ledger: some sixty lots on their way from survey to production."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd

from landrenew.sample.chance import stream

if TYPE_CHECKING:
    from collections.abc import Sequence

STAGES = (
    "surveyed", "listed", "willing", "agreed", "vacated", "demolished", "supplied", "built",
    "in_production",
)  # fmt: skip
"""Stages in the order they must come."""

FOLLOWED = 64
"""How many lots the ledger follows."""

FIRST_DAY = dt.date(2023, 3, 1)


def ledger(parcel_ids: Sequence[str]) -> pd.DataFrame:
    """
    Write the ledger.

    Parameters
    ----------
    parcel_ids
        Lots that may be renewed.

    Returns
    -------
    pandas.DataFrame
        ``event_id``, ``parcel_id``, ``stage``, ``event_date``; each lot passes the stages in
        order, without leaving one out.
    """
    rng = stream("ledger")
    step = max(1, len(parcel_ids) // FOLLOWED)
    events = []
    for parcel_id in parcel_ids[::step][:FOLLOWED]:
        day = FIRST_DAY + dt.timedelta(days=int(500 * rng.random()))
        reached = 1 + int(len(STAGES) * float(rng.random()) ** 1.5)
        for stage in STAGES[:reached]:
            events.append((day.isoformat(), parcel_id, stage))
            day += dt.timedelta(days=20 + int(75 * rng.random()))
    events.sort()
    rows = [(f"SJ{n:04d}", p, stage, day) for n, (day, p, stage) in enumerate(events, start=1)]
    return pd.DataFrame(rows, columns=["event_id", "parcel_id", "stage", "event_date"])
