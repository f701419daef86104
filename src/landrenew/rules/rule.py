"""What every part of a rulebook is: strict, frozen, and with its source."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Confidence = Literal["H", "M", "L", "user"]
"""How sure a number is: read in an official text, in press or a copy, inferred, or the user's."""


class Rule(BaseModel):
    """Base of every part of a rulebook: frozen, and strict about unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Sourced(Rule):
    """
    A part that names where it comes from.

    Parameters
    ----------
    document
        Name and number of the official document.
    source
        Where it was read.
    confidence
        H, M or L as above; ``user`` for a value the bureau sets itself.
    """

    document: str
    source: str
    confidence: Confidence
