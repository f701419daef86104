"""Planning: ``landrenew plan``, the path to the target and what stands in its way."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from landrenew.cli.door import (
    DONE,
    SHORT,
    AsJson,
    City,
    LangOption,
    app,
    print_json,
    progress,
    tell,
    tell_notes,
)

if TYPE_CHECKING:
    from landrenew.base.words import Lang

Scenarios = Annotated[
    list[Path] | None,
    typer.Option(
        "--scenario", metavar="FILE.toml",
        help="情景文件，可给多个：只写与基准不同之处 · Scenario files: only what is different",
    ),
]  # fmt: skip
More = Annotated[
    list[Path] | None,
    typer.Argument(help="更多情景文件 · More scenario files", metavar="[FILE.toml...]"),
]  # what stands behind --scenario a.toml
PlanOut = Annotated[
    Path | None, typer.Option("--out", help="写出运行文件夹，内含方案 · Write the run folder")
]


@app.command()
def plan(
    city: City,
    more: More = None,
    scenario: Scenarios = None,
    out: PlanOut = None,
    as_json: AsJson = False,
    lang: LangOption = None,
) -> None:
    """怎样达到目标：腾退哪些、按什么次序、花多少 · The path to the target (exit 0 plan, 1 none)."""
    from landrenew.base.words import Text
    from landrenew.plan.program.solve import Plan
    from landrenew.publish.plan.record import plan_record
    from landrenew.publish.plan.words import plan_words
    from landrenew.publish.run_folder import save_run
    from landrenew.workflow import plan_project

    said = cast("Lang", lang)
    with progress(lang) as steps:
        files = [*(scenario or []), *(more or [])]
        result = plan_project(city, files, say=steps, watch=steps.stand)
        if out is not None:
            steps(Text("写出结果", "Writing"))
            save_run(result, out, lang=said)
    tell_notes(lang, (*result.layers.notes, *result.notes))
    if as_json:
        print_json(plan_record(result.plans, result.parcels))
    else:
        typer.echo(plan_words(result.plans, result.parcels, said))
    if out is not None:
        tell(lang, f"· 方案的表格与图：{out}", f"· Tables and map of the plan: {out}")
    has_plan = isinstance(result.plans[0].plan, Plan)
    raise typer.Exit(DONE if has_plan else SHORT)
