"""Which figures are withheld, so that none that is rests on too few firms, nor can be worked out.

A figure that rests on fewer firms than the project asks for is withheld. Whoever subtracts all that
is published of a total from it is left with the *rest*: the withheld areas, and the land that lies
in no area. So a total is published only where its rest is a figure that might be published too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ELSEWHERE = ""
"""Name of the land that lies in no area of the page; it is never shown by itself."""

TWO = 2

Firms = frozenset[str]


@dataclass(frozen=True)
class Withheld:
    """
    What is not published of some figures that rest on the same parcels.

    Parameters
    ----------
    areas
        Areas whose figures are withheld.
    is_total
        Whether the figures of the whole city are withheld as well.
    """

    areas: frozenset[str]
    is_total: bool


def withheld(
    parts: Sequence[Mapping[str, Firms]],
    least: int,
    *,
    land: Mapping[str, float],
    already: Iterable[str] = (),
) -> Withheld:
    """
    Choose which areas, and whether the total, are withheld.

    Parameters
    ----------
    parts
        The parts that figures are made of, such as low-efficiency land and the other land: for each
        the firms on it, by area; an area that has nothing of the part is left out, one with land on
        which no firm is known has an empty set. :data:`ELSEWHERE` stands for land in no area.
    least
        Fewest firms that a figure may rest on.
    land
        Land of each area, in any unit: of the areas that may be added, the smallest is withheld.
    already
        Areas that are withheld whatever these figures rest on.

    Returns
    -------
    Withheld
        At least what rests on too few firms, so that of every part the rest is nothing, or rests on
        enough firms and, where an area was withheld, on two areas at least; else without the total.

    Notes
    -----
    First all areas that fall short, then, while a rest does, the smallest area that has something
    of it. When nothing would be left, the total is withheld instead. The choice is no optimum; that
    would be a problem of integer programming for little land.
    Source: threshold rule with complementary suppression, as of tables of official statistics
    (Hundepool et al., Statistical Disclosure Control, 2012, chapter 4).
    """
    areas = {area for part in parts for area in part} - {ELSEWHERE}
    short = frozenset(already) | {
        area for part in parts for area, firms in part.items()
        if area != ELSEWHERE and len(firms) < least
    }  # fmt: skip
    chosen = set(short)
    while falling := [part for part in parts if not _is_safe(part, chosen, least)]:
        more = {area for part in falling for area in part} - {ELSEWHERE} - chosen
        if not more:
            return Withheld(short, is_total=True)
        chosen.add(min(more, key=lambda area: (land[area], area)))
    if areas <= chosen and not areas <= short:
        return Withheld(short, is_total=True)
    return Withheld(frozenset(chosen), is_total=False)


def _is_safe(part: Mapping[str, Firms], hidden: set[str], least: int) -> bool:
    """Tell whether what is left of a part, the published areas subtracted, may be known."""
    rest = [area for area in part if area in hidden or area == ELSEWHERE]
    if not rest:
        return True
    firms = frozenset[str]().union(*(part[area] for area in rest))
    return len(firms) >= least and (len(rest) >= TWO or rest == [ELSEWHERE])
