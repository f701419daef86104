"""The only place that states the order of the steps: read, measure, assess, plan, track."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from landrenew.assess.admission.projects import Admission, admissions
from landrenew.assess.certainty.chances import (
    NOTHING_JUDGED,
    city_chances,
    refuse_without_certainty,
)
from landrenew.assess.certainty.columns import certainty_columns
from landrenew.assess.evaluation import (
    assessed_parcels,
    evaluated_firms,
    firm_figures,
    parcel_figures,
)
from landrenew.assess.exemption import (
    Occasion,
    evaluation_occasion,
    exemption_answers,
    known_of_each_other,
    unanswerable_notes,
)
from landrenew.assess.share.change import ShareChange, summarize_change
from landrenew.assess.share.summary import ControlShare, summarize_share
from landrenew.assess.units import Ground, firms_together
from landrenew.assess.weights.weighing import weigh
from landrenew.base.columns import COLUMNS
from landrenew.base.errors import FileError, ParcelError, RuleError
from landrenew.base.questions import DIAGNOSIS
from landrenew.base.words import Text
from landrenew.intake.city import read_city
from landrenew.intake.faults import without_findings
from landrenew.intake.investments import Investments, read_investments
from landrenew.intake.layers import table_balance, with_lines_aside
from landrenew.intake.parcels import Parcels
from landrenew.intake.project import read_project
from landrenew.intake.without_parcels import no_parcels_to_measure
from landrenew.measure.allocation import Allocation, allocate, merges_groups
from landrenew.measure.doubts import place_faults
from landrenew.measure.firms import intensities
from landrenew.measure.forbidden import forbidden_notes
from landrenew.measure.given import refuse_given_twice
from landrenew.measure.ground import measured_ground
from landrenew.measure.inputs import refuse_errors_of_no_input
from landrenew.measure.pieces import Zones
from landrenew.measure.plausibility import plausibility_faults
from landrenew.measure.prepared import Prepared
from landrenew.measure.rasters import support_notes
from landrenew.measure.rights import rights_columns
from landrenew.measure.vintages import aside_notes, earlier_state, retired_ground
from landrenew.plan.blocks import block_id, block_table, consolidation, nearest_parks
from landrenew.plan.diagnosis import diagnosis
from landrenew.publish.result import Judged, Result
from landrenew.rules.library import read_rulebook
from landrenew.rules.silence import (
    RUN,
    missing_parts,
    odd_weights,
    silent_parts,
    silent_questions,
    unscored_pools,
)
from landrenew.scale.city import measured_city
from landrenew.scale.parts import measure_in_parts
from landrenew.track.backflow import (
    Watch,
    backflow,
    backflow_class,
    backflow_notes,
    cleared_parcels,
)
from landrenew.track.ledger import (
    check_events,
    cleared_land,
    cleared_twice,
    counted_once,
    ledger_land,
    renewal_stage,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from geopandas import GeoDataFrame

    from landrenew.assess.certainty.chances import CityChances
    from landrenew.assess.units import Together
    from landrenew.assess.weights.weighing import Answer, Question
    from landrenew.base.codes.industry import Edition
    from landrenew.intake.faults import Fault
    from landrenew.intake.layers import Balance, Layers
    from landrenew.rules.model import Rulebook, Storeys
    from landrenew.scale.city import Way

    Say = Callable[[Text], None]
    Count = Callable[[Text, int, int], None]

NO_LINE = Text(
    "项目文件没有 [control_line]，未计算线内占比。",
    "The project has no [control_line]; the share was not computed.",
)

SHARE_LAYERS = ("control_line", "towns", "villages", "earlier_parcels", "earlier_control_line")
"""What the control-line share needs beside the parcels."""


def _silent(_: Text) -> None:
    """Say nothing: library code never prints."""


def _uncounted(_what: Text, _done: int, _total: int) -> None:
    """Likewise."""


def run_project(
    path: str | Path, *, say: Say = _silent, way: Way | None = None, count: Count = _uncounted
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
        return run_layers(read_city(path), say=say)
    city = measured_city(read_project(path), way, count=count)
    return replace(_judged(city.layers, city.parcels, say), shapes=city.shapes)


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
    gone = _retired(layers, parcels)
    return Result(
        layers=layers,
        parcels=parcels,
        share=_share(layers, parcels),
        share_change=_share_change(layers, parcels, gone),
        retired=gone,
        faults=without_findings((*layers.faults, *faults))[0],
        notes=(*_notes(layers, "share"), *aside_notes(layers)),
    )


def project_certainty(path: str | Path, *, say: Say = _silent) -> Result:
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
    measured: dict[Storeys | None, tuple[Parcels, Allocation | None]] = {}
    for path_, book in zip(names, books, strict=True):
        mine = replace(layers, rulebook=book)
        if book.storeys not in measured:  # of all that a book says, only this is measured by
            parcels, allocation, _ = _accounted(mine, _measured(mine)[0])
            measured[book.storeys] = parcels, allocation
        parcels, allocation = measured[book.storeys]
        parcels, firms, _ = _assessed(mine, parcels, allocation)
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
    parcels, allocation, _ = _accounted(layers, _measured(layers)[0])
    table = parcel_figures(parcels)
    if question.kind == "firms":
        if layers.firms is None or allocation is None:
            raise FileError(
                "项目没有 [firms]，无从按企业计算权重。请加上企业表，或用 --of parcels。",
                "The project has no [firms] to weigh by. Add the firms, or use --of parcels.",
            )
        table = firm_figures(layers.firms, allocation.land)
    return weigh(table, layers.rulebook, question), layers


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
    track = _tracked(layers, parcels, None if earlier is None else earlier.table)
    return Result(
        layers=layers,
        parcels=track.parcels,
        faults=without_findings((*layers.faults, *faults, *track.faults))[0],
        balances=track.balances,
    )


def run_layers(layers: Layers, *, say: Say = _silent) -> Result:
    """
    Do the whole job on layers that were read.

    Parameters
    ----------
    layers
        The layers of a project.
    say
        Called with the name of each step as it begins.

    Returns
    -------
    Result
        Everything computed, ready to publish.

    Raises
    ------
    LandrenewError
        When something does not fit together.
    """
    _occasion(layers)  # a day that is lacking is said before the long work
    say(Text("量算宗地", "Measuring"))
    parcels, faults = _measured(layers)
    return _judged(replace(layers, faults=(*layers.faults, *faults)), parcels, say)


def _judged(layers: Layers, parcels: Parcels, say: Say) -> Result:
    """Do what comes after measuring, of which the faults are among those of the layers."""
    parcels, allocation, faults = _accounted(layers, parcels)
    say(Text("评价与判定", "Assessing"))
    parcels, firms, together = _assessed(layers, parcels, allocation)
    share = _share(layers, parcels)
    parcels, firms, certainty = _drawn(layers, parcels, firms, allocation, say)
    gone = _retired(layers, parcels)
    share_change = _share_change(layers, parcels, gone)
    say(Text("连片地块组", "Finding blocks"))
    parcels, blocks, diagnosed = _blocks(layers, parcels, allocation)
    track = _tracked(layers, parcels, gone)
    doubts, findings = without_findings((*layers.faults, *faults, *track.faults))
    return Result(
        layers=layers,
        parcels=_in_dictionary_order(layers, track.parcels),
        share=share,
        share_change=share_change,
        retired=gone,
        allocation=allocation,
        firms=firms,
        together=together,
        blocks=blocks,
        diagnosis=diagnosed,
        progress=track.progress,
        backflow=track.backflow,
        certainty=certainty,
        faults=doubts,
        findings=findings,
        balances=track.balances,
        notes=(
            *_notes(layers, *RUN),
            *aside_notes(layers),
            *_exemption_notes(layers, parcels),
            *forbidden_notes(layers, parcels),
            *backflow_notes(layers, track.backflow),
            *_certainty_notes(layers, certainty),
            *support_notes(parcels, layers.project),
            *(() if allocation is None else allocation.notes),
        ),
    )


def measured_parcels(layers: Layers) -> tuple[Parcels, tuple[Fault, ...]]:
    """
    Measure the parcels of a project.

    Parameters
    ----------
    layers
        The layers of a project.

    Returns
    -------
    Parcels
        The parcel table with every measured column, rows and order as read.
    tuple of Fault
        Overlaps, differing areas, buildings that stand nowhere or have no height.

    Raises
    ------
    ColumnError
        When the parcels bring a column that a layer measures too.
    """
    parcels, local = _measured(layers)
    parcels, _, faults = _accounted(layers, parcels)
    return parcels, (*local, *faults)


def _measured(layers: Layers) -> tuple[Parcels, tuple[Fault, ...]]:
    """Measure what the ground decides."""
    if layers.project.parcels is None:
        raise no_parcels_to_measure()
    refuse_given_twice(layers)
    refuse_errors_of_no_input(layers)
    prepared = Prepared.of(layers)
    return measured_ground(prepared, measure_in_parts(prepared))


def _accounted(
    layers: Layers, parcels: Parcels
) -> tuple[Parcels, Allocation | None, tuple[Fault, ...]]:
    """Do what needs all parcels at once: what their codes say, the firms' accounts, the doubts."""
    spec = layers.project.parcels
    rights = rights_columns(parcels, None if spec is None else spec.land_scheme)
    parcels = Parcels(parcels.join(rights))
    allocation = allocate(layers, parcels)
    parcels = _with_firms(allocation, parcels)
    faults = (
        *place_faults(layers),
        *plausibility_faults(
            parcels, layers.firms, layers.rulebook.plausibility, layers.parcel_rows
        ),
        *(() if allocation is None else allocation.faults),
    )
    return parcels, allocation, faults


def _with_firms(allocation: Allocation | None, parcels: Parcels) -> Parcels:
    if allocation is not None:
        parcels = Parcels(parcels.join(allocation.columns))
    made = intensities(parcels).drop(columns=parcels.columns, errors="ignore")
    return Parcels(parcels.join(made))  # an intensity that the parcels bring stays as given


def _assessed(
    layers: Layers, parcels: Parcels, allocation: Allocation | None
) -> tuple[Parcels, pd.DataFrame | None, Together | None]:
    """Judge parcels and firms by the rulebook; what exempts the one may be known of the other."""
    book, when = layers.rulebook, _occasion(layers)
    if layers.firms is None or allocation is None:
        return assessed_parcels(parcels, book, exemption_answers(parcels, book, when)), None, None
    answers = known_of_each_other(parcels, layers.firms, allocation.stands, book, when)
    judged = assessed_parcels(parcels, book, answers[0])
    merges = merges_groups(layers)
    if layers.links is None or not (merges or book.tenants):
        return judged, evaluated_firms(layers.firms, allocation.land, book, answers[1]), None
    ground = Ground(parcels, layers.links, allocation)
    found = firms_together(layers.firms, ground, book, answers[1], merges_groups=merges)
    return judged, found.firms, found


def _exemption_notes(layers: Layers, parcels: Parcels) -> list[Text]:
    tables = [parcels] if layers.firms is None else [parcels, layers.firms]
    return unanswerable_notes(layers.rulebook, tables, _edition(layers))


def _occasion(layers: Layers) -> Occasion:
    return evaluation_occasion(layers.rulebook, layers.project.city.as_of, _edition(layers))


def _edition(layers: Layers) -> Edition | None:
    spec = layers.project.firms
    return None if spec is None else spec.industry_edition


def _drawn(
    layers: Layers,
    parcels: Parcels,
    firms: pd.DataFrame | None,
    allocation: Allocation | None,
    say: Say,
) -> tuple[Parcels, pd.DataFrame | None, CityChances | None]:
    """Tell how sure the judgements are, where the project says what may be off."""
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


def _certainty_notes(layers: Layers, found: CityChances | None) -> tuple[Text, ...]:
    if found is not None:
        return found.notes
    return () if layers.project.certainty is None else (NOTHING_JUDGED,)


def _share(layers: Layers, parcels: Parcels) -> ControlShare | None:
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


def _retired(layers: Layers, parcels: Parcels) -> Parcels | None:
    """Measure the earlier state, and what of it is gone."""
    earlier = earlier_state(layers)
    if earlier is None:
        return None
    lines = {name: Zones.united(line.geometry.to_numpy())
             for name in ("control_line", "earlier_control_line")
             if (line := getattr(layers, name)) is not None}  # fmt: skip
    width = layers.project.tolerances.sliver_width_m
    return retired_ground(earlier, parcels, lines, sliver_width_m=width)


def _share_change(layers: Layers, parcels: Parcels, gone: Parcels | None) -> ShareChange | None:
    is_earlier = gone is not None or layers.earlier_control_line is not None
    if layers.control_line is None or not is_earlier:
        return None
    return summarize_change(parcels, gone, name=layers.project.city.name)


def _blocks(
    layers: Layers, parcels: Parcels, allocation: Allocation | None
) -> tuple[Parcels, GeoDataFrame | None, pd.DataFrame | None]:
    book = layers.rulebook
    if book.contiguity is None:
        return parcels, None, None
    parcels = Parcels(parcels.assign(block_id=block_id(parcels, book.contiguity, layers.barriers)))
    firms = None if allocation is None else allocation.stands
    blocks = block_table(parcels, book.contiguity, firms)
    if book.consolidation is not None:
        blocks = blocks.join(consolidation(blocks, book.consolidation))
    if layers.parks is not None and len(blocks):
        blocks = blocks.join(nearest_parks(blocks, layers.parks))
    if book.diagnosis is None:
        return parcels, blocks, None
    found = diagnosis(parcels, blocks, book.diagnosis)
    answers = [name for name in DIAGNOSIS if name in found]
    return parcels, blocks.join(found[answers]), found


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


def _notes(layers: Layers, *parts: str) -> tuple[Text, ...]:
    """Say what was not computed: for want of a line, or because the rulebook is silent."""
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


class _Tracked(NamedTuple):
    """What the ledger says, and the parcels with what it says of them."""

    parcels: Parcels
    progress: pd.DataFrame | None = None
    backflow: pd.DataFrame | None = None
    faults: tuple[Fault, ...] = ()
    balances: tuple[Balance, ...] = ()


def _tracked(layers: Layers, parcels: Parcels, earlier: Parcels | None) -> _Tracked:
    if layers.ledger is None:
        return _Tracked(parcels)
    land = ledger_land(parcels, earlier)
    events, faults = check_events(layers.ledger, land)
    parcels = Parcels(parcels.assign(renewal_stage=renewal_stage(parcels, events)))
    tolerances, rule = layers.project.tolerances, layers.rulebook.backflow
    faults += cleared_twice(land, events, width_m=tolerances.overlap_width_m)
    balance = table_balance("ledger", layers.ledger, events)
    found = None
    if earlier is not None and rule is not None:
        cleared = cleared_parcels(layers.ledger, events, land)
        watch = Watch(parcels, earlier, land, cleared, rule, tolerances.sliver_width_m)
        found = backflow(watch, events)
        parcels = Parcels(parcels.assign(backflow_class=backflow_class(parcels, found)))
    return _Tracked(
        parcels, cleared_land(counted_once(land, parcels, events), events), found, tuple(faults),
        with_lines_aside([balance], layers.aside),
    )  # fmt: skip


def _in_dictionary_order(layers: Layers, parcels: Parcels) -> Parcels:
    names = [*COLUMNS, *layers.project.rasters.own_columns()]
    known = [name for name in names if name in parcels.columns]
    return Parcels(parcels[[*known, "geometry"]])
