"""Judging: points, grades and verdicts, how sure they are, the share and its change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from landrenew.assess.certainty.chances import city_chances
from landrenew.assess.certainty.columns import certainty_columns
from landrenew.assess.evaluation import assessed_parcels, evaluated_firms
from landrenew.assess.exemption import (
    Occasion,
    evaluation_occasion,
    exemption_answers,
    known_of_each_other,
)
from landrenew.assess.share.change import ShareChange, summarize_change
from landrenew.assess.share.summary import ControlShare, summarize_share
from landrenew.assess.units import Ground, firms_together
from landrenew.base.words import Text
from landrenew.intake.parcels import Parcels
from landrenew.measure.allocation import Allocation, merges_groups
from landrenew.measure.pieces import Zones
from landrenew.measure.vintages import earlier_state, retired_ground

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from landrenew.assess.certainty.chances import CityChances
    from landrenew.assess.exemption import Answers
    from landrenew.assess.units import Together
    from landrenew.assess.weights.weighing import Kind
    from landrenew.base.codes.industry import Edition
    from landrenew.intake.layers import Layers

    Say = Callable[[Text], None]


def assessed(
    layers: Layers, parcels: Parcels, allocation: Allocation | None
) -> tuple[Parcels, pd.DataFrame | None, Together | None]:
    """
    Judge parcels and firms by the rulebook.

    What exempts the one may be known of the other.

    Parameters
    ----------
    layers
        The layers of a project.
    parcels
        The parcel table as far as it is made.
    allocation
        What the firms bring; None without firms.

    Returns
    -------
    Parcels
        The table with points, grades and verdicts.
    DataFrame or None
        The firms, evaluated.
    Together or None
        Who was judged together with whom.
    """
    book, answers = layers.rulebook, exemptions_asked(layers, parcels, allocation)
    judged = assessed_parcels(parcels, book, answers["parcels"])
    if layers.firms is None or allocation is None:
        return judged, None, None
    merges, of_firms = merges_groups(layers), answers["firms"]
    if layers.links is None or not (merges or book.tenants):
        return judged, evaluated_firms(layers.firms, allocation.land, book, of_firms), None
    ground = Ground(parcels, layers.links, allocation)
    found = firms_together(layers.firms, ground, book, of_firms, merges_groups=merges)
    return judged, found.firms, found


def exemptions_asked(
    layers: Layers, parcels: Parcels, allocation: Allocation | None
) -> dict[Kind, Answers]:
    """
    Ask the exemptions; what exempts a parcel may be known of its firms, and the reverse.

    Parameters
    ----------
    layers
        The layers of a project.
    parcels
        The parcel table as far as it is made.
    allocation
        What the firms bring; None without firms.

    Returns
    -------
    dict
        The answers for ``parcels``, and for ``firms`` where there are any.
    """
    book, when = layers.rulebook, occasion(layers)
    if layers.firms is None or allocation is None:
        return {"parcels": exemption_answers(parcels, book, when)}
    found = known_of_each_other(parcels, layers.firms, allocation.stands, book, when)
    return dict(zip(("parcels", "firms"), found, strict=True))


def occasion(layers: Layers) -> Occasion:
    """
    Find to which day years are counted, and how industries are coded.

    Parameters
    ----------
    layers
        The layers of a project.

    Returns
    -------
    Occasion
        Day and edition of an evaluation.

    Raises
    ------
    RuleError
        When the rulebook counts years and nobody states the day.
    """
    return evaluation_occasion(layers.rulebook, layers.project.city.as_of, edition(layers))


def edition(layers: Layers) -> Edition | None:
    """
    Find in which edition of GB/T 4754 the firms' industries are coded.

    Parameters
    ----------
    layers
        The layers of a project.

    Returns
    -------
    Edition or None
        As the project file states it.
    """
    spec = layers.project.firms
    return None if spec is None else spec.industry_edition


def drawn(
    layers: Layers,
    parcels: Parcels,
    firms: pd.DataFrame | None,
    allocation: Allocation | None,
    say: Say,
) -> tuple[Parcels, pd.DataFrame | None, CityChances | None]:
    """
    Tell how sure the judgements are, where the project says what may be off.

    Parameters
    ----------
    layers
        The layers of a project.
    parcels
        The parcel table as far as it is made.
    firms
        The firms, evaluated; None without firms.
    allocation
        What the firms bring; None without firms.
    say
        Called with the name of the step as it begins.

    Returns
    -------
    Parcels
        The table with how sure each judgement is.
    DataFrame or None
        The firms likewise.
    CityChances or None
        Every outcome with its share of the draws.
    """
    if layers.project.certainty is None:
        return parcels, firms, None
    say(Text("抽样：判定有多确定", "Drawing: how sure the judgements are"))
    found = city_chances(layers, parcels, firms, allocation)
    if found is None:
        return parcels, firms, None
    parcels = Parcels(parcels.join(certainty_columns(parcels, found.parcels, found.chance)))
    if firms is not None and found.firms is not None:
        firms = firms.join(certainty_columns(firms, found.firms, found.chance))
    return parcels, firms, found


def share_of(layers: Layers, parcels: Parcels) -> ControlShare | None:
    """
    Take the share inside the control line.

    Parameters
    ----------
    layers
        The layers of a project.
    parcels
        The parcel table as far as it is made.

    Returns
    -------
    ControlShare or None
        None without a control line.
    """
    if layers.control_line is None:
        return None
    rule = layers.rulebook.share
    target = None if rule is None else rule.target
    name = layers.project.city.name
    spec = layers.project.parcels
    return summarize_share(
        parcels,
        layers.rejected,
        name=name,
        target=target,
        land_scheme=None if spec is None else spec.land_scheme,
        line_m=layers.project.tolerances.line_m,
    )


def retired(layers: Layers, parcels: Parcels) -> Parcels | None:
    """
    Measure the earlier state, and what of it is gone.

    Parameters
    ----------
    layers
        The layers of a project.
    parcels
        The parcel table as far as it is made.

    Returns
    -------
    Parcels or None
        The earlier parcels with their retired ground; None without an earlier state.
    """
    earlier = earlier_state(layers)
    if earlier is None:
        return None
    lines = {name: Zones.united(line.geometry.to_numpy())
             for name in ("control_line", "earlier_control_line")
             if (line := getattr(layers, name)) is not None}  # fmt: skip
    width = layers.project.tolerances.sliver_width_m
    return retired_ground(earlier, parcels, lines, sliver_width_m=width)


def share_change_of(layers: Layers, parcels: Parcels, gone: Parcels | None) -> ShareChange | None:
    """
    Split the change of the share since the earlier state by cause.

    Parameters
    ----------
    layers
        The layers of a project.
    parcels
        The parcel table as far as it is made.
    gone
        What :func:`retired` gives.

    Returns
    -------
    ShareChange or None
        None where there is no line, or nothing earlier.
    """
    is_earlier = gone is not None or layers.earlier_control_line is not None
    if layers.control_line is None or not is_earlier:
        return None
    return summarize_change(parcels, gone, name=layers.project.city.name)
