"""Questions that ask for less than a run, or for more: the share, the faults, other rulebooks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from landrenew.assess.admission.projects import Admission, admissions
from landrenew.assess.certainty.chances import NOTHING_JUDGED, refuse_without_certainty
from landrenew.assess.evaluation import firm_figures, parcel_figures
from landrenew.assess.exemption import exempted
from landrenew.assess.weights.weighing import weigh
from landrenew.base.errors import FileError, ParcelError, RuleError
from landrenew.intake.city import read_city
from landrenew.intake.faults import without_findings
from landrenew.intake.investments import Investments, read_investments
from landrenew.intake.parcels import Parcels
from landrenew.intake.project import read_project
from landrenew.intake.scenarios import read_scenarios
from landrenew.measure.vintages import aside_notes, earlier_state
from landrenew.publish.result import Judged, Result
from landrenew.rules.library import read_rulebook
from landrenew.workflow.following import tracked
from landrenew.workflow.judging import (
    assessed,
    exemptions_asked,
    retired,
    share_change_of,
    share_of,
)
from landrenew.workflow.measuring import accounted, measured, measured_parcels
from landrenew.workflow.notes import silence_notes
from landrenew.workflow.planning import Asked
from landrenew.workflow.run import run_project, silent

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from landrenew.assess.weights.weighing import Answer, Question
    from landrenew.base.words import Text
    from landrenew.intake.layers import Layers
    from landrenew.measure.allocation import Allocation
    from landrenew.plan.program.model import Standing
    from landrenew.rules.model import Rulebook, Storeys

    Say = Callable[[Text], None]
    Watch = Callable[[Standing], None]

SHARE_LAYERS = (
    "control_line",
    "towns",
    "villages",
    "survey",
    "earlier_parcels",
    "earlier_control_line",
)
"""What the control-line share needs beside the parcels."""


def project_share(path: str | Path) -> Result:
    """
    Compute only the control-line share of a project.

    Parameters
    ----------
    path
        The project file ``city.toml``.

    Returns
    -------
    Result
        With the share, or None and a note without a control line; the other rooms are not entered.

    Raises
    ------
    LandrenewError
        When something cannot be read or does not fit together.
    """
    layers = read_city(path, only=SHARE_LAYERS)
    parcels, faults = measured_parcels(layers)
    gone = retired(layers, parcels)
    return Result(
        layers=layers,
        parcels=parcels,
        share=share_of(layers, parcels),
        share_change=share_change_of(layers, parcels, gone),
        retired=gone,
        faults=without_findings((*layers.faults, *faults))[0],
        notes=(*silence_notes(layers, "share"), *aside_notes(layers)),
    )


def project_faults(path: str | Path) -> Result:
    """
    Read and measure a project only to find what is wrong with its data.

    Parameters
    ----------
    path
        The project file ``city.toml``.

    Returns
    -------
    Result
        With every fault a run would list; nothing is judged.

    Raises
    ------
    LandrenewError
        When something cannot be read or does not fit together.
    """
    layers = read_city(path)
    if layers.project.parcels is None:
        return Result(layers=layers, parcels=layers.parcels, faults=layers.faults)
    parcels, faults = measured_parcels(layers)
    earlier = earlier_state(layers)
    track = tracked(layers, parcels, None if earlier is None else earlier.table)
    return Result(
        layers=layers,
        parcels=track.parcels,
        faults=without_findings((*layers.faults, *faults, *track.faults))[0],
        balances=track.balances,
    )


def project_certainty(path: str | Path, *, say: Say = silent) -> Result:
    """
    Do the whole job of a project that says what may be off, to tell how sure its judgements are.

    Parameters
    ----------
    path
        The project file ``city.toml``.
    say
        Called with the name of each step as it begins.

    Returns
    -------
    Result
        Everything computed; with ``certainty``.

    Raises
    ------
    LandrenewError
        As for :func:`run_project`, and when the project has no ``[certainty]`` or its rulebook
        judges nothing.
    """
    refuse_without_certainty(read_project(path))
    result = run_project(path, say=say)
    if result.certainty is None:
        raise RuleError(*NOTHING_JUDGED)
    return result


def plan_project(
    path: str | Path, files: Sequence[Path] = (), *, say: Say = silent, watch: Watch | None = None
) -> Result:
    """
    Do the whole job of a project, and plan for its wishes and for scenarios of them.

    Parameters
    ----------
    path
        The project file ``city.toml``.
    files
        Scenario files, that say only what is different.
    say
        Called with the name of each step as it begins.
    watch
        Called now and then with how a solve stands, from another thread.

    Returns
    -------
    Result
        Everything computed; its ``plans`` are the project's own, looked at in full, and the
        scenarios in their order.

    Raises
    ------
    LandrenewError
        As for :func:`run_project`, and when the project asks for no plan, a scenario cannot be
        read, or one contradicts the data or lacks a figure.
    """
    return run_project(path, say=say, asked=Asked(read_scenarios(path, tuple(files)), watch))


def town_parcels(path: str | Path, town: str) -> Parcels:
    """
    Find the parcels of one town.

    Parameters
    ----------
    path
        The project file ``city.toml``.
    town
        Name of the town.

    Returns
    -------
    Parcels
        Its parcels, measured as far as that needs no other layer.

    Raises
    ------
    LandrenewError
        When something cannot be read, or no parcel lies in such a town.
    """
    parcels, _ = measured_parcels(read_city(path, only=("towns",)))
    known = parcels["town"] if "town" in parcels else pd.Series(None, parcels.index, dtype=object)
    found = Parcels(parcels[known == town])
    if found.empty:
        there = sorted(known.dropna().unique())
        raise ParcelError(
            f"没有宗地属于镇街“{town}”。项目中的镇街有：{'、'.join(there) or '（没有）'}。"
            "请核对名称。",
            f"No parcel lies in town {town!r}. The towns are: {', '.join(there) or '(none)'}."
            " Check the name.",
        )
    return found


def judged_under(path: str | Path, names: Sequence[str]) -> list[Judged]:
    """
    Judge one project by several rulebooks.

    Parameters
    ----------
    path
        The project file ``city.toml``; the rulebook it names is not asked.
    names
        Names of shipped rulebooks, or paths of TOML files.

    Returns
    -------
    list of Judged
        One a rulebook, in their order, all of the same rows.

    Raises
    ------
    LandrenewError
        When something cannot be read or does not fit together.
    """
    layers = read_city(path)
    found: list[Judged] = []
    books = [read_rulebook(name) for name in names]
    called = [book.name for book in books]
    made: dict[Storeys | None, tuple[Parcels, Allocation | None]] = {}
    for path_, book in zip(names, books, strict=True):
        mine = replace(layers, rulebook=book)
        if book.storeys not in made:  # of all that a book says, only this is measured by
            parcels, allocation, _ = accounted(mine, measured(mine)[0])
            made[book.storeys] = parcels, allocation
        parcels, allocation = made[book.storeys]
        parcels, firms, _ = assessed(mine, parcels, allocation)
        name = book.name if called.count(book.name) == 1 else path_
        found.append(Judged(name, book, parcels, firms))
    return found


def weighed(path: str | Path, question: Question) -> tuple[Answer, Layers]:
    """
    Set weights for one pool of a project.

    Parameters
    ----------
    path
        The project file ``city.toml``.
    question
        What to weigh, and how.

    Returns
    -------
    Answer
        The weights, and what was left out.
    Layers
        What they rest on.

    Raises
    ------
    LandrenewError
        When something cannot be read or does not fit together, or the method has no answer.
    """
    layers = read_city(path)
    parcels, allocation, _ = accounted(layers, measured(layers)[0])
    table, answers = parcel_figures(parcels), exemptions_asked(layers, parcels, allocation)
    if question.kind == "firms":
        if layers.firms is None or allocation is None:
            raise FileError(
                "项目没有 [firms]，无从按企业计算权重。请加上企业表，或用 --of parcels。",
                "The project has no [firms] to weigh by. Add the firms, or use --of parcels.",
            )
        table = firm_figures(layers.firms, allocation.land)
    if layers.rulebook.exemptions:
        exempt = exempted(table, layers.rulebook, answers[question.kind])
        table = table.assign(**{name: exempt[name] for name in ("exempt_class", "exempt_reason")})
    return weigh(table, layers.rulebook, question), layers


def admitted(
    path: Path, rulebook: str, *, on: dt.date | None = None, layer: str | None = None
) -> tuple[list[Admission], Rulebook, Investments]:
    """
    Hold the proposed projects of a file against a rulebook.

    Parameters
    ----------
    path
        TOML with one project, or a table with one a row.
    rulebook
        Name of a shipped book, or a path ending in ``.toml``.
    on
        Day for the projects that state none.
    layer
        Sheet of a workbook that has several.

    Returns
    -------
    list of Admission
        What the book says of each project.
    Rulebook
        The book.
    Investments
        The projects as they were read, with what was wrong with them.

    Raises
    ------
    LandrenewError
        When the file or the book cannot be read, or the book says nothing about admission.
    """
    book, read = read_rulebook(rulebook), read_investments(path, layer=layer)
    return admissions(read.frame, book, on=on), book, read
