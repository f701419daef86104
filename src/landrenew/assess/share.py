"""How much of the industrial land lies inside the control line, against the target.

No policy text defines the share; :data:`DEFINITION` says what is computed here, and it is printed
beside every figure.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from landrenew.base.words import Text

Verdict = Literal["met", "not_met", "undetermined"]


@dataclass(frozen=True)
class ControlShare:
    """
    The share of industrial land inside the control line, for a city or a town.

    Parameters
    ----------
    name
        City or town.
    share
        Inside over total [0-1]; NaN when there is no land.
    target
        Share to reach [0-1]; None when the rulebook has none.
    verdict
        ``met`` or ``not_met`` when the whole interval says so, else ``undetermined``.
    interval
        Lowest and highest share the doubts allow [0-1].
    inside_m2
        Industrial land inside the line, overlapping ground once [m2].
    total_m2
        All industrial land, overlapping ground once [m2].
    parcels
        Number of parcels.
    counts
        Number of parcels inside, straddling and outside.
    retire_mu
        Land outside to clear, nothing built, until the target holds [mu]; 0 when met.
    build_mu
        Land inside to add, nothing cleared, until the target holds [mu]; 0 when met.
    majority_share
        Share by number of parcels with at least half of their land inside [0-1].
    towns
        The same for each town.
    """

    name: str
    share: float
    target: float | None
    verdict: Verdict
    interval: tuple[float, float]
    inside_m2: float
    total_m2: float
    parcels: int
    counts: dict[str, int]
    retire_mu: float | None
    build_mu: float | None
    majority_share: float
    towns: tuple[ControlShare, ...] = field(default=())


DEFINITION = Text(
    "线内占比 = 工业用地中位于工业控制线内的面积 ÷ 全部工业用地面积；重叠的地面只计一次，"
    "重叠的控制线先合并；面积为椭球面积。",
    "Share = area of industrial land inside the industrial control line / area of all industrial"
    " land; overlapping ground counts once, overlapping lines are united; areas are ellipsoidal.",
)
