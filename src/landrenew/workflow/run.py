"""The order of the steps: read, measure, assess, plan, track."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from landrenew.base.columns import COLUMNS
from landrenew.base.words import Text
from landrenew.intake.city import read_city
from landrenew.intake.faults import without_findings
from landrenew.intake.parcels import Parcels
from landrenew.intake.project import read_project
from landrenew.measure.forbidden import forbidden_notes
from landrenew.measure.rasters import support_notes
from landrenew.measure.vintages import aside_notes
from landrenew.publish.result import Result
from landrenew.rules.silence import RUN
from landrenew.scale.city import measured_city
from landrenew.track.backflow import backflow_notes
from landrenew.workflow.following import blocks_of, tracked
from landrenew.workflow.judging import assessed, drawn, occasion, retired, share_change_of, share_of
from landrenew.workflow.measuring import accounted, measured
from landrenew.workflow.notes import certainty_notes, exemption_notes, silence_notes
from landrenew.workflow.planning import planned

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from landrenew.intake.layers import Layers
    from landrenew.scale.city import Way
    from landrenew.workflow.planning import Asked

    Say = Callable[[Text], None]
    Count = Callable[[Text, int, int], None]


def silent(step: Text) -> None:
    """
    Say nothing: library code never prints.

    Parameters
    ----------
    step
        The step that begins.
    """


def _uncounted(_what: Text, _done: int, _total: int) -> None:
    """Likewise."""


def run_project(
    path: str | Path,
    *,
    say: Say = silent,
    way: Way | None = None,
    count: Count = _uncounted,
    asked: Asked | None = None,
) -> Result:
    """
    Do the whole job of a project: read, measure, assess, plan, track.

    Parameters
    ----------
    path
        The project file ``city.toml``.
    say
        Called with the name of each step as it begins.
    way
        How to measure by tiles; None measures the city as a whole, in memory.
    count
        Called during a long step with its name, how much is done, and how much there is.
    asked
        Scenarios to plan for; None plans for the project's own wishes, where it has any, and says
        in a note when that cannot be.

    Returns
    -------
    Result
        Everything computed, ready to publish.

    Raises
    ------
    LandrenewError
        When something cannot be read or does not fit together; the sentence says what and how to
        mend it.
    """
    say(Text("读取数据", "Reading"))
    if way is None:
        return run_layers(read_city(path), say=say, asked=asked)
    city = measured_city(read_project(path), way, count=count)
    return replace(_judged(city.layers, city.parcels, say, asked), shapes=city.shapes)


def run_layers(layers: Layers, *, say: Say = silent, asked: Asked | None = None) -> Result:
    """
    Do the whole job on layers that were read.

    Parameters
    ----------
    layers
        The layers of a project.
    say
        Called with the name of each step as it begins.
    asked
        As for :func:`run_project`.

    Returns
    -------
    Result
        Everything computed, ready to publish.

    Raises
    ------
    LandrenewError
        When something does not fit together.
    """
    occasion(layers)  # a day that is lacking is said before the long work
    say(Text("量算宗地", "Measuring"))
    parcels, faults = measured(layers)
    return _judged(replace(layers, faults=(*layers.faults, *faults)), parcels, say, asked)


def _judged(layers: Layers, parcels: Parcels, say: Say, asked: Asked | None) -> Result:
    """Do what comes after measuring, of which the faults are among those of the layers."""
    parcels, allocation, faults = accounted(layers, parcels)
    say(Text("评价与判定", "Assessing"))
    parcels, firms, together = assessed(layers, parcels, allocation)
    share = share_of(layers, parcels)
    parcels, firms, certainty = drawn(layers, parcels, firms, allocation, say)
    gone = retired(layers, parcels)
    share_change = share_change_of(layers, parcels, gone)
    say(Text("连片地块组", "Finding blocks"))
    parcels, blocks, diagnosed = blocks_of(layers, parcels, allocation)
    track = tracked(layers, parcels, gone)
    parcels, plans, plan_notes = planned(layers, track.parcels, allocation, asked, say)
    doubts, findings = without_findings((*layers.faults, *faults, *track.faults))
    return Result(
        layers=layers,
        parcels=_in_dictionary_order(layers, parcels),
        share=share,
        share_change=share_change,
        retired=gone,
        allocation=allocation,
        firms=firms,
        together=together,
        blocks=blocks,
        diagnosis=diagnosed,
        plans=plans,
        progress=track.progress,
        backflow=track.backflow,
        certainty=certainty,
        faults=doubts,
        findings=findings,
        balances=track.balances,
        notes=(
            *silence_notes(layers, *RUN),
            *aside_notes(layers),
            *exemption_notes(layers, parcels),
            *forbidden_notes(layers, parcels),
            *backflow_notes(layers, track.backflow),
            *plan_notes,
            *certainty_notes(layers, certainty),
            *support_notes(parcels, layers.project),
            *(() if allocation is None else allocation.notes),
        ),
    )


def _in_dictionary_order(layers: Layers, parcels: Parcels) -> Parcels:
    names = [*COLUMNS, *layers.project.rasters.own_columns()]
    known = [name for name in names if name in parcels.columns]
    return Parcels(parcels[[*known, "geometry"]])
