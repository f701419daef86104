"""How firms that share ground are evaluated: by themselves, by their landlord, or together."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from landrenew.rules.rule import Sourced

FOLLOWS, MERGES = "follow_landlord", "merge_on_parcel"


class Tenants(Sourced):
    """
    What becomes of firms that rent land, or stand on one parcel with others.

    Parameters
    ----------
    rule
        ``own``: each firm by itself; ``follow_landlord``: a firm with rented land only takes the
        grade of the owner of the parcel 宗地主; ``merge_on_parcel``: firms on one parcel are
        evaluated as one, and share the result.
    size_class
        Firms it holds for: ``above_scale``, ``below_scale`` or None for all; others stand alone.
    except_parks
        ``park_id`` of parks in which a tenant stands alone (小微园).
    """

    rule: Literal["own", "follow_landlord", "merge_on_parcel"]
    size_class: Literal["above_scale", "below_scale"] | None = None
    except_parks: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _parks_concern_tenants(self) -> Tenants:
        if self.except_parks and self.rule != FOLLOWS:
            message = f"except_parks goes with rule = {FOLLOWS!r} only"
            raise ValueError(message)
        return self
