"""Which areas the public page has, and in which of them each parcel lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from landrenew.base.errors import PublicationError
from landrenew.base.words import some
from landrenew.publish.map.public.suppression import ELSEWHERE

if TYPE_CHECKING:
    from landrenew.intake.publication import Publication
    from landrenew.publish.result import Result


def area_of_parcels(result: Result, terms: Publication) -> pd.Series[str]:
    """
    Say in which area of the page each parcel lies.

    Parameters
    ----------
    result
        A finished run.
    terms
        What the project says may be published.

    Returns
    -------
    Series
        Index of the parcels: name of the town or block;
        :data:`landrenew.publish.map.public.suppression.ELSEWHERE` for a parcel in none that is
        drawn.

    Raises
    ------
    PublicationError
        When the city has no such areas, or parcels name a town that is not drawn.
    """
    parcels, names = result.parcels, area_names(result, terms)
    column = "town" if terms.by == "towns" else "block_id"
    if not len(names) or column not in parcels.columns:
        raise PublicationError(
            '没有镇街或地块组可供概括：by = "towns" 需要有名称的 [towns]，by = "blocks" '
            "需要规则书的 [contiguity]，且有成片的宗地。",
            'There are no areas to coarsen to: by = "towns" needs [towns] with names, by = "blocks"'
            " needs [contiguity] in the rulebook, and parcels that lie together.",
        )  # fmt: skip
    place = parcels[column].astype(object)
    if unknown := sorted(set(place.dropna()) - set(names)):
        raise PublicationError(
            f"宗地所在的 {some(unknown)} 在 [towns] 中没有界线，图上会漏掉它们的用地。"
            "请把两处的名称改成一致，或补上界线。",
            f"Parcels lie in {some(unknown)}, which has no outline in [towns], so that the page"
            " would leave their land out. Make the names agree, or add the outlines.",
        )
    return place.where(place.isin(names), ELSEWHERE).rename("area")


def area_names(result: Result, terms: Publication) -> pd.Index[str]:
    """
    Name the areas of the page.

    Parameters
    ----------
    result
        A finished run.
    terms
        What the project says may be published.

    Returns
    -------
    Index
        Towns that have an outline, or blocks, sorted.
    """
    table = result.blocks if terms.by == "blocks" else result.layers.towns
    if table is None:
        return pd.Index([], dtype=object)
    names = table.index if terms.by == "blocks" else table["town"].dropna()
    return pd.Index(sorted({str(one) for one in names}), dtype=object)
