"""Weights of the rulebook that may be off: drawn by chance, and scaled back to their total."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from landrenew.assess.certainty.noise import Noise, hashed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from landrenew.intake.certainty import Certainty
    from landrenew.rules.scoring import Scoring


@dataclass(frozen=True)
class Weights:
    """
    The weights of the rulebook, drawn by chance where they may be off.

    Parameters
    ----------
    scoring
        The rulebook's scoring; None without.
    noises
        The error of the weights of each pool; empty where they are certain.
    """

    scoring: Scoring | None
    noises: Sequence[Noise]

    @classmethod
    def of(cls, scoring: Scoring | None, chance: Certainty) -> Weights:
        """
        Take the weights of a rulebook.

        Parameters
        ----------
        scoring
            The rulebook's scoring; None without.
        chance
            What may be off.

        Returns
        -------
        Weights
            A stream of chance for each criterion of each pool.
        """
        if scoring is None or chance.weight_spread is None:
            return cls(scoring, ())
        return cls(scoring, [
            Noise.of(hashed(one.column for one in pool.criteria), f"weight/{pool.name}",
                     chance.seed, chance.weight_spread)
            for pool in scoring.pools
        ])  # fmt: skip

    def drawn(self, pair: int, which: int) -> Scoring | None:
        """
        Give the scoring with the weights of one draw.

        Parameters
        ----------
        pair
            Number of a pair of draws.
        which
            0 or 1: which of the pair.

        Returns
        -------
        Scoring or None
            The weights of each pool add to what they add to in the rulebook.
        """
        if self.scoring is None or not self.noises:
            return self.scoring
        pools = []
        for pool, noise in zip(self.scoring.pools, self.noises, strict=True):
            weights = np.array([one.weight for one in pool.criteria])
            drawn = weights * noise.factors(pair)[which]
            drawn *= weights.sum() / drawn.sum()
            criteria = tuple(
                one.model_copy(update={"weight": weight})
                for one, weight in zip(pool.criteria, drawn.tolist(), strict=True)
            )
            pools.append(pool.model_copy(update={"criteria": criteria}))
        return self.scoring.model_copy(update={"pools": tuple(pools)})
