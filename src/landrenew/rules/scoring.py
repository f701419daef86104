"""How parcels and firms are scored: criteria with their points, and the pools they hold for."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from landrenew.base.columns import SCORABLE
from landrenew.rules.rule import Entry, Sourced, refuse_twice


class Ratio(Entry):
    """
    Points in proportion to a published baseline: ``weight * value / baseline``.

    Parameters
    ----------
    form
        ``"ratio"``.
    column
        Indicator scored.
    weight
        Points for a value at the baseline.
    baseline
        Published baseline, in the indicator's unit.
    baseline_factor
        What the published figure is multiplied by to become the baseline (Huai'an: 2 x mean).
    cap
        Largest value-to-baseline ratio that counts, or None when the document names none.
    floor
        Smallest ratio that counts, or None when the document names none.
    missing
        What a missing value earns: ``undetermined`` leaves the whole score missing,
        ``mean_points`` gives the mean points of the pool.
    """

    form: Literal["ratio"]
    column: str
    weight: float = Field(gt=0)
    baseline: float | None = Field(default=None, gt=0)
    baseline_factor: float = Field(default=1.0, gt=0)
    cap: float | None = Field(default=None, gt=0)
    floor: float | None = None
    missing: Literal["undetermined", "mean_points"]

    @model_validator(mode="after")
    def _floor_is_under_cap(self) -> Ratio:
        if self.floor is not None and self.cap is not None and self.floor > self.cap:
            message = f"floor {self.floor} of {self.column!r} is above its cap {self.cap}"
            raise ValueError(message)
        return self


class MinMax(Entry):
    """
    Points by place between the pool's extremes: ``weight * (low + span * place) / 100``.

    Parameters
    ----------
    form
        ``"min_max"``.
    column
        Indicator scored.
    weight
        Points for the best of the pool.
    low
        Points out of 100 that the worst of the pool earns (Jingde: 20).
    tail_share
        Share of the pool at either end whose values count as the nearest that is left [0-0.5], so
        that one odd row does not set everybody's scale; 0 where the document names none.
    missing
        As for :class:`Ratio`.
    """

    form: Literal["min_max"]
    column: str
    weight: float = Field(gt=0)
    low: float = Field(ge=0, lt=100)
    tail_share: float = Field(default=0.0, ge=0, lt=0.5)
    missing: Literal["undetermined", "mean_points"]


class Rank(Entry):
    """
    Points by rank in the pool: ``weight * (n - rank) / (n - 1)``, best rank 1.

    Parameters
    ----------
    form
        ``"rank"``.
    column
        Indicator scored; equal values share the mean of their ranks.
    weight
        Points for the best of the pool; the worst has none.
    missing
        As for :class:`Ratio`.
    """

    form: Literal["rank"]
    column: str
    weight: float = Field(gt=0)
    missing: Literal["undetermined", "mean_points"]


Criterion = Annotated[Ratio | MinMax | Rank, Field(discriminator="form")]

RELATIVE = (MinMax, Rank)
"""Forms in which the points of one row hang on the others of its pool."""


class Bonus(Entry):
    """
    Points added to the sum of the criteria, or taken off it, for what is proved.

    Parameters
    ----------
    least
        Fewest points that ``bonus_points`` may add; below 0 they are taken off.
    most
        Most points it may add.
    """

    least: float = Field(le=0)
    most: float = Field(ge=0)


class Pool(Entry):
    """
    Rows that are scored and ranked together.

    Parameters
    ----------
    name
        Word used in tables.
    zh
        Chinese name.
    en
        English name.
    size_class
        Which firms: ``above_scale`` 规上, ``below_scale`` 规下 or None for all.
    land_from_mu
        Least land of a row, itself included (含) [mu]; None where land does not matter.
    land_below_mu
        Land that a row must stay below [mu]; None where land does not matter.
    tenure
        ``holder`` for those with land in their own name, ``tenant`` for those who only rent 租赁,
        None for both.
    criteria
        What is scored.
    lacks
        Which document holds the criteria, where it is not published; nothing is scored then.
    """

    name: str
    zh: str
    en: str
    size_class: Literal["above_scale", "below_scale"] | None = None
    land_from_mu: float | None = Field(default=None, ge=0)
    land_below_mu: float | None = Field(default=None, gt=0)
    tenure: Literal["holder", "tenant"] | None = None
    criteria: tuple[Criterion, ...] = ()
    lacks: str | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _criteria_or_a_hole(self) -> Pool:
        if bool(self.criteria) == (self.lacks is not None):
            message = f"pool {self.name!r} needs criteria, or lacks: the document that holds them"
            raise ValueError(message)
        return self

    @property
    def full_points(self) -> float:
        """What a row earns that has the full points of every criterion."""
        return sum(one.weight for one in self.criteria)

    @property
    def hangs_together(self) -> bool:
        """Whether points hang on the others of the pool: its extremes, ranks or means."""
        return any(
            isinstance(one, RELATIVE) or one.missing == "mean_points" for one in self.criteria
        )

    @model_validator(mode="after")
    def _criteria_are_scorable(self) -> Pool:
        names = [criterion.column for criterion in self.criteria]
        if unknown := sorted(set(names) - SCORABLE):
            message = f"not an indicator that can be scored: {', '.join(unknown)}"
            raise ValueError(message)
        refuse_twice(names, "an indicator is scored twice")
        return self


class Scoring(Sourced):
    """
    How parcels are scored.

    Parameters
    ----------
    pools
        The pools, the first that fits a row holds.
    bonus
        Points for what is proved; None when the document knows none.
    """

    pools: tuple[Pool, ...] = Field(min_length=1)
    bonus: Bonus | None = None

    @model_validator(mode="after")
    def _pools_have_names_of_their_own(self) -> Scoring:
        refuse_twice((pool.name for pool in self.pools), "two pools have one name")
        return self
