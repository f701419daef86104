"""What a run could not do, and why: for want of a layer, or because the rulebook is silent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from landrenew.assess.certainty.chances import NOTHING_JUDGED
from landrenew.assess.exemption import unanswerable_notes
from landrenew.base.words import Text
from landrenew.rules.remarks import odd_weights
from landrenew.rules.silence import missing_parts, silent_parts, silent_questions, unscored_pools
from landrenew.workflow.judging import edition

if TYPE_CHECKING:
    from landrenew.assess.certainty.chances import CityChances
    from landrenew.intake.layers import Layers
    from landrenew.intake.parcels import Parcels

NO_LINE = Text(
    "项目文件没有 [control_line]，未计算线内占比。",
    "The project has no [control_line]; the share was not computed.",
)


def silence_notes(layers: Layers, *parts: str) -> tuple[Text, ...]:
    """
    Say what was not computed: for want of a line, or because the rulebook is silent.

    Parameters
    ----------
    layers
        The layers of a project.
    *parts
        Parts of the rulebook that were asked for.

    Returns
    -------
    tuple of Text
        A sentence each.
    """
    book = layers.rulebook
    unused = set()
    lineless: tuple[Text, ...] = ()
    if layers.control_line is None:
        lineless = (NO_LINE,)
        unused.add("share")
    if layers.buildings is None:
        unused.add("storeys")
    if layers.earlier_parcels is None or layers.ledger is None:
        unused.add("backflow")
    silent = [name for name in silent_parts(book) if name in parts and name not in unused]
    told = (missing_parts(book, silent).text,) if silent else ()
    pools = [*unscored_pools(book), *odd_weights(book)] if "scoring" in parts else []
    questions = silent_questions(book) if "diagnosis" in parts and book.contiguity else ()
    return (*lineless, *told, *questions, *pools)


def exemption_notes(layers: Layers, parcels: Parcels) -> list[Text]:
    """
    Say which exemptions no row can answer.

    Parameters
    ----------
    layers
        The layers of a project.
    parcels
        The parcel table as far as it is made.

    Returns
    -------
    list of Text
        A sentence each.
    """
    tables = [parcels] if layers.firms is None else [parcels, layers.firms]
    return unanswerable_notes(layers.rulebook, tables, edition(layers))


def certainty_notes(layers: Layers, found: CityChances | None) -> tuple[Text, ...]:
    """
    Say what the draws leave out, or that there was nothing to draw.

    Parameters
    ----------
    layers
        The layers of a project.
    found
        What the draws gave; None where nothing was drawn.

    Returns
    -------
    tuple of Text
        A sentence each.
    """
    if found is not None:
        return found.notes
    return () if layers.project.certainty is None else (NOTHING_JUDGED,)
