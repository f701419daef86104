"""The sheet of one firm or parcel: what came in, each step to the grade, and what would lift it.

It speaks of nobody else: of the others it tells how many there are and where a grade ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.assess.lift import lifts
from landrenew.assess.verdicts import judge
from landrenew.assess.working import LAND, is_own, unjudged, working
from landrenew.base.columns import COLUMNS
from landrenew.base.units import unit_words
from landrenew.base.words import Text, listing
from landrenew.publish.manifest import rulebook_digests
from landrenew.publish.origins import origins
from landrenew.publish.papers.paper import Paper, Part
from landrenew.publish.papers.working_warnings import warnings_of
from landrenew.publish.papers.working_words import (
    SHOWN,
    figure,
    standing_words,
    step_against,
    step_sum,
    with_unit,
)
from landrenew.publish.wording import class_words, layer_words
from landrenew.rules.comparison import SIGNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from landrenew.assess.lift import Lift
    from landrenew.assess.working import Step, Working
    from landrenew.publish.papers.subject import Subject
    from landrenew.publish.result import Result
    from landrenew.rules.comparison import Test, TestSet

KIND = Text("效益评价计算单", "Working of an evaluation")
CALLED = {"firms": Text("企业", "firm"), "parcels": Text("宗地", "parcel")}
BLANK = Text("", "")

BESIDE = ("size_class", "tenure", "bonus_points", "bonus_evidence")
"""What decides the pool, and what was claimed on top."""

HELD = ("parcel_id", "registered_land_m2", "leased_in_m2", "leased_out_m2", "used_land_m2")
"""What is told of a firm's land on each parcel."""


def working_sheet(result: Result, subject: Subject) -> Paper:
    """
    Write the sheet of a firm or a parcel.

    Parameters
    ----------
    result
        A finished run.
    subject
        Whom it is about.

    Returns
    -------
    Paper
        Every figure with its unit, source and date.
    """
    book = result.layers.rulebook
    row, judged = subject.row, subject.judged
    made = unjudged(row) if judged is None else working(subject.table, judged, book)
    tests = book.low_efficiency if subject.kind == "parcels" else None
    parts = [
        _inputs(result, made),
        _steps(made),
        _place(made, result),
        _tests(made, tests),
        _land(result, subject),
        _lifts(lifts(subject.table, judged, book) if judged and is_own(row) else []),
        _documents(result),
    ]
    return Paper(
        kind=KIND,
        name=subject.name,
        about=_about(result, subject),
        seal=_seal(row, made),
        warnings=warnings_of(result, subject, made),
        parts=[one for one in parts if one is not None],
    )


def _same(said: str) -> Text:
    """Say the same in both languages: a number, a name, a code."""
    return Text(said, said)


def _heads(*pairs: tuple[str, str]) -> list[Text]:
    return [Text(*one) for one in pairs]


def _about(result: Result, subject: Subject) -> list[Text]:
    city, kind = result.layers.project.city, CALLED[subject.kind]
    said = [Text(f"{kind.zh} {subject.ident}", f"{kind.en} {subject.ident}")]
    said += [_same(city.name), _same(result.layers.rulebook.title)]
    if city.as_of is not None:
        said.append(Text(f"数据时点 {city.as_of}", f"data of {city.as_of}"))
    return said


def _seal(row: pd.Series, made: Working) -> tuple[str, Text] | None:
    grade, score = row.get("efficiency_grade"), made.row.get("efficiency_score", np.nan)
    said = figure(float(score), SHOWN)
    points = BLANK if np.isnan(score) else Text(f"{said} 分", f"{said} points")
    if pd.notna(grade):
        return str(grade), points
    return None if np.isnan(score) else (said, Text("分", "points"))


def _inputs(result: Result, made: Working) -> Part | None:
    """List the figures that the score rests on, each with its source and date."""
    names = [name for step in made.steps for name in step.amounts or (step.criterion.column,)]
    names += [name for name in BESIDE if pd.notna(made.row.get(name))]
    rows = [
        [COLUMNS[name].label, _value(made.row, name), unit_words(COLUMNS[name].unit),
         *_source(result, name)]
        for name in dict.fromkeys(names)
    ]  # fmt: skip
    heads = _heads(("数据", "figure"), ("数值", "value"), ("单位", "unit"), ("来源", "source"),
                   ("时点", "date"))  # fmt: skip
    title = Text("采用的数据", "Figures used")
    return Part(title, header=heads, rows=rows, numbers=(1,)) if made.steps else None


def _value(row: pd.Series, name: str) -> Text:
    value = row.get(name)
    if COLUMNS[name].kind in {"number", "integer"}:
        return _same(figure(value))
    return _same("–") if pd.isna(value) else class_words(str(value), name)


def _source(result: Result, name: str) -> tuple[Text, Text]:
    """Name who supplied the layers behind a figure, and their dates."""
    behind = origins(result.layers, name)
    said = [_same(one.source) if one.source else layer_words(one.layer) for one in behind]
    dates = dict.fromkeys(one.as_of or "–" for one in behind)
    return listing(said), _same(", ".join(dates))


def _steps(made: Working) -> Part | None:
    if made.pool is None:
        return None
    rows = [_step(made, one) for one in made.steps]
    bonus = made.row.get("bonus_score", np.nan)
    if pd.notna(bonus):
        points = _same(figure(float(bonus), SHOWN))
        rows.append([COLUMNS["bonus_score"].label, BLANK, BLANK, BLANK, BLANK, points])
    full = figure(made.pool.full_points)
    score = figure(float(made.row["efficiency_score"]), SHOWN)
    foot = [Text("合计", "total"), BLANK, BLANK, BLANK, _same(full), _same(score)]
    heads = _heads(("指标", "criterion"), ("数值", "value"), ("比较", "held against"),
                   ("计算", "sum"), ("权重", "weight"), ("得分", "points"))  # fmt: skip
    line = Text(
        f"评价组：{made.pool.zh}（{made.pool_size} 个），只在本组内比较。",
        f"Pool: {made.pool.en} ({made.pool_size}), compared within it alone.",
    )
    title = Text("逐项计分", "Points, step by step")
    return Part(title, [line], heads, rows, foot, numbers=(4, 5))


def _step(made: Working, step: Step) -> list[Text]:
    rule = step.criterion
    if step.amounts:
        over, per = (figure(made.row[one]) for one in step.amounts)
        made_from = f"{over} ÷ {per} = "
    else:
        made_from = ""
    unit = unit_words(COLUMNS[rule.column].unit)
    value = Text(*(f"{made_from}{figure(step.value)} {one}".strip() for one in unit))
    weight, points = figure(rule.weight), figure(step.points, SHOWN)
    return [COLUMNS[rule.column].label, value, step_against(step), step_sum(step), _same(weight),
            _same(points)]  # fmt: skip


def _place(made: Working, result: Result) -> Part | None:
    said = standing_words(made, result.layers.rulebook.grades) if made.steps else []
    return Part(Text("名次与等级", "Place and grade"), said) if said else None


def _tests(made: Working, rule: TestSet | None) -> Part | None:
    """Answer each test for low-efficiency land."""
    if rule is None:
        return None
    answers = judge(made.row.to_frame().T, rule)["tests"].iloc[0].split(",")
    rows = [
        [COLUMNS[test.column].label, _value(made.row, test.column), _bar(test), class_words(answer)]
        for test, answer in zip(rule.tests, answers, strict=True)
    ]
    verdict = class_words(str(made.row.get("low_efficiency_class")))
    logic = (
        Text("任一条成立即为低效", "any test suffices")
        if rule.logic == "any"
        else Text("各条都成立才是低效", "every test must hold")
    )
    line = Text(
        f"低效认定（{logic.zh}）：{verdict.zh}。", f"Low-efficiency ({logic.en}): {verdict.en}."
    )
    heads = _heads(("标准", "test"), ("数值", "value"), ("界限", "bar"), ("成立", "holds"))
    return Part(Text("低效认定", "Low-efficiency land"), [line], heads, rows, numbers=(1,))


def _bar(test: Test) -> Text:
    bar = test.threshold if isinstance(test.threshold, str) else figure(test.threshold)
    sign, unit = SIGNS[test.comparison], unit_words(COLUMNS[test.column].unit)
    return Text(f"{sign.zh} {bar} {unit.zh}".strip(), f"{sign.en} {bar} {unit.en}".strip())


def _land(result: Result, subject: Subject) -> Part | None:
    """List the land of a firm, parcel by parcel."""
    if subject.kind != "firms" or result.allocation is None:
        return None
    mine = result.allocation.land.loc[[subject.ident], list(HELD)] if (
        subject.ident in result.allocation.land.index
    ) else None  # fmt: skip
    if mine is None:
        return None
    rows = [
        [_same(str(one[0])), *(_same(figure(area, 2)) for area in one[1:])]
        for one in mine.itertuples(index=False)
    ]
    land = with_unit(subject.row[LAND], LAND)
    line = Text(
        f"评价用地 = 登记 + 租入 − 出租，合计 {land.zh}（1 亩 = 2000/3 平方米）。",
        f"Evaluated land = registered + rented − let: {land.en} (1 mu = 2000/3 m²).",
    )
    alone = Text(
        "本企业自己的用地，不含一同评价的企业。", "The firm's own, without those judged with it."
    )
    lines = [line] if is_own(subject.row) else [alone, line]
    heads = [_headed(name) for name in HELD]
    return Part(Text("用地", "Land"), lines, heads, rows, numbers=range(1, len(HELD)))


def _headed(name: str) -> Text:
    label, unit = COLUMNS[name].label, unit_words(COLUMNS[name].unit)
    return Text(f"{label.zh} {unit.zh}".strip(), f"{label.en} {unit.en}".strip())


def _lifts(found: Sequence[Lift]) -> Part | None:
    rows = [
        [COLUMNS[one.column].label, with_unit(one.now, one.column),
         with_unit(one.needed, one.column), _same(f"{one.change:.1%}"), _same(one.grade)]
        for one in found
    ]  # fmt: skip
    heads = _heads(("只改这一项", "this alone"), ("现在", "now"), ("须达到", "needed"),
                   ("变动", "change"), ("升为", "grade"))  # fmt: skip
    note = Text(
        "其他数据、其他各户都不变时的精确界限：达到即升级，差末位一个数即不升。由算式得出，不是建议。",
        "Exact while everything and everyone else stays: this value lifts the grade, one unit of"
        " its last digit less does not. It follows from the formula and is no advice.",
    )
    title = Text("怎样才会升级", "What would lift the grade")
    return Part(title, (), heads, rows, (), (1, 2, 3), [note]) if rows else None


def _documents(result: Result) -> Part:
    """Name what the judgement rests on."""
    book = result.layers.rulebook
    parts = (
        (Text("评分", "scoring"), book.scoring),
        (Text("评级", "grades"), book.grades),
        *((Text(f"不参评：{one.zh}", f"exemption: {one.en}"), one) for one in book.exemptions),
        (Text("租赁与同宗地企业", "tenants"), book.tenants),
        (Text("低效认定", "low efficiency"), book.low_efficiency),
    )
    rows = [
        [called, _same(one.document), _same(one.source), _same(one.confidence)]
        for called, one in parts
        if one is not None
    ]
    heads = _heads(
        ("规定", "rule"), ("文件", "document"), ("出处", "read at"), ("可信度", "confidence")
    )
    notes = [_same(f"{name} sha256 {one}") for name, one in rulebook_digests(result.layers).items()]
    return Part(Text("依据", "What it rests on"), (), heads, rows, notes=notes)
