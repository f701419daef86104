"""The chances of each grade and of low efficiency, where inputs and weights may be off.

What is not judged for want of inputs is not judged in any draw, and a draw without a grade is
counted as such, never spread over the letters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from landrenew.assess.certainty.draws import Lottery, links_by_id
from landrenew.assess.certainty.rows import Table, columns_read, rows_of
from landrenew.assess.grades import grade_words
from landrenew.assess.verdicts import WORDS
from landrenew.base.errors import ColumnError
from landrenew.base.words import Text, some
from landrenew.measure.inputs import OF_FIRMS, followed, followed_of_firms

if TYPE_CHECKING:
    from landrenew.assess.certainty.draws import Tally
    from landrenew.intake.certainty import Certainty
    from landrenew.intake.layers import Layers
    from landrenew.intake.parcels import Parcels
    from landrenew.intake.project import Project
    from landrenew.measure.allocation import Allocation
    from landrenew.rules.model import Rulebook

NO_GRADE = ""
"""Name of the share of draws that gave no grade."""

NOT_DRAWN = Text(
    "合并评价或随宗地主评级的企业不抽样：企业的等级有多确定，不作结论；宗地照常。",
    "Firms judged together or by their landlord are not drawn: nothing is said of how sure the"
    " grades of firms are. Parcels are drawn as ever.",
)

NOT_ASKED = Text(
    "项目文件没有 [certainty]。请写明什么可能有误差、误差多大、谁说的，以及从多大比例起称为确定："
    "sure_from = …，"
    '[certainty.errors] tax_cny10k = { share = …, source = "…" }（见 docs/certainty.md）。',
    "The project has no [certainty]. Write what may be off, by how much and who says so, and from"
    " which share of the draws a judgement is sure: sure_from = ..., [certainty.errors] tax_cny10k"
    ' = { share = ..., source = "..." } (see docs/certainty.md).',
)

NOTHING_JUDGED = Text(
    "规则书既不评级也不判定低效，[certainty] 无可计算。",
    "The rulebook neither grades nor tests for low efficiency; [certainty] has nothing to tell.",
)


class Chances(NamedTuple):
    """
    How often each outcome came out for the rows of one table.

    Parameters
    ----------
    grades
        One row a parcel or firm, in the table's order: share of the draws [0-1] for each letter,
        the letter of those not graded, and :data:`NO_GRADE`; None where nothing is graded.
    verdicts
        Likewise ``no``, ``yes`` and ``undetermined``; None where nothing is tested.
    """

    grades: pd.DataFrame | None
    verdicts: pd.DataFrame | None


class CityChances(NamedTuple):
    """
    How sure the judgements of a city are.

    Parameters
    ----------
    chance
        What was drawn, and how often.
    parcels
        Of the parcels.
    firms
        Of the firms; None without firms, and where some are judged together or by their landlord.
    notes
        Errors that no judgement rests on, and what was not drawn.
    """

    chance: Certainty
    parcels: Chances
    firms: Chances | None
    notes: tuple[Text, ...] = ()


def city_chances(
    layers: Layers,
    parcels: Parcels,
    firms: pd.DataFrame | None,
    allocation: Allocation | None,
    *,
    threads: int | None = None,
) -> CityChances | None:
    """
    Judge a city again and again with errors drawn by chance.

    Parameters
    ----------
    layers
        The layers of the project, with ``certainty`` in its project file.
    parcels
        The judged parcels.
    firms
        The judged firms; None without firms.
    allocation
        What the firms bring to the parcels; None without firms.
    threads
        Portions of draws worked on at a time; None takes one a core. It decides nothing.

    Returns
    -------
    CityChances or None
        None where the project does not ask for it, or the rulebook judges nothing.

    Notes
    -----
    The error of an input is drawn once for each row and draw, so that all figures made of it move
    together; amounts that firms bring are drawn for the firms, and move their parcels. Columns
    whose parts are not in the table, such as ``building_coefficient``, stay as measured. How an
    error is drawn is said in :mod:`landrenew.assess.certainty.noise`. A draw judges each firm by
    itself; where the published grades come of units, as :mod:`landrenew.assess.units` makes them,
    it would tell of another way of judging, and so says nothing of firms.
    """
    chance, book = layers.project.certainty, layers.rulebook
    if chance is None or not is_judging(book):
        return None
    made = followed(layers)
    brought: frozenset[str] = frozenset()
    of_firms = links = groups = None
    if firms is not None and allocation is not None:
        table = Table(firms, "firm", OF_FIRMS, followed_of_firms(firms.columns))
        of_firms = rows_of(table, book, chance)
        brought = frozenset(of_firms.noises) & {*allocation.columns.columns}
    table = Table(pd.DataFrame(parcels), "parcel", "parcel_area_mu", made, brought)
    of_parcels = rows_of(table, book, chance)
    if of_firms is not None and allocation is not None:
        links, groups = links_by_id(allocation, of_firms.ids, of_parcels.ids)
    lottery = Lottery(of_parcels, of_firms, links, groups, book, chance)
    tallies = lottery.tallies(threads)
    found = {
        kind: _chances(tallies[kind], rows.ids, book, chance.draws)
        for kind, rows in (("parcel", of_parcels), ("firm", of_firms))
        if rows is not None
    }
    told = firms is not None and is_each_by_itself(firms)
    return CityChances(
        chance,
        _in_order(found["parcel"], parcels.index),
        _in_order(found["firm"], firms.index) if firms is not None and told else None,
        (*_unread(layers, book, firms), *(() if firms is None or told else (NOT_DRAWN,))),
    )


def is_each_by_itself(firms: pd.DataFrame) -> bool:
    """
    Tell whether every firm was judged by itself, as a draw judges it.

    Parameters
    ----------
    firms
        The judged firms.

    Returns
    -------
    bool
        False where one was judged with others or by its landlord, or that is open.
    """
    return "grade_basis" not in firms or bool(firms["grade_basis"].eq("own").all())


def refuse_without_certainty(project: Project) -> None:
    """
    Refuse a project file that does not say what may be off.

    Parameters
    ----------
    project
        The project file.

    Raises
    ------
    ColumnError
        When there is no section ``[certainty]``, saying what to write.
    """
    if project.certainty is None:
        raise ColumnError(*NOT_ASKED)


def is_judging(book: Rulebook) -> bool:
    """
    Tell whether a rulebook says anything that could be more or less sure.

    Parameters
    ----------
    book
        The rulebook.

    Returns
    -------
    bool
        Whether it grades or tests for low efficiency.
    """
    return book.low_efficiency is not None or None not in (book.scoring, book.grades)


def _chances(tally: Tally, ids: pd.Index, book: Rulebook, draws: int) -> Chances:
    grades = verdicts = None
    if len(tally.grades) and book.grades is not None:
        words = [*grade_words(book.grades), NO_GRADE]
        grades = pd.DataFrame(tally.grades.T / draws, index=ids, columns=words)
    if len(tally.verdicts):
        verdicts = pd.DataFrame(tally.verdicts.T / draws, index=ids, columns=list(WORDS))
    return Chances(grades, verdicts)


def _in_order(chances: Chances, ids: pd.Index) -> Chances:
    return Chances(*(None if one is None else one.loc[ids] for one in chances))


def _unread(layers: Layers, book: Rulebook, firms: pd.DataFrame | None) -> tuple[Text, ...]:
    """Name the errors that no judgement rests on."""
    chance = layers.project.certainty
    left = columns_read(book, book.low_efficiency)
    if any(one.land_from_mu is not None or one.land_below_mu is not None for one in book.pools):
        left |= {"parcel_area_mu", OF_FIRMS}
    made = [followed(layers), {} if firms is None else followed_of_firms(firms.columns)]
    for one in made:
        for name, parts in reversed(one.items()):  # a column stands before those made of it
            left |= {*parts} if name in left else set()
    idle = [] if chance is None else [name for name in chance.errors if name not in left]
    if not idle:
        return ()
    return (
        Text(
            f"[certainty.errors] 中的 {some(idle)} 不影响任何判定：规则书没有用到。",
            f"No judgement rests on {some(idle)} under [certainty.errors]: the rulebook reads no"
            " such column.",
        ),
    )
