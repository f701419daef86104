"""The command that checks whether the totals of a table add up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from landrenew.cli.door import DONE, OPEN, SHORT, AsJson, LangOption, app, print_json, tell_notes

if TYPE_CHECKING:
    from landrenew.base.words import Lang

TableFile = Annotated[Path, typer.Argument(help="表格 · Table", metavar="TABLE.xlsx|csv")]


@app.command()
def totals(table: TableFile, as_json: AsJson = False, lang: LangOption = None) -> None:
    """核对表格的合计：按镇街、类型、年份 · Check that the totals of a table add up (0, 1, 3)."""
    from landrenew.intake.totals.check import check_totals, totals_record, totals_words

    report = check_totals(table)
    tell_notes(lang, report.notes)
    if as_json:
        print_json(totals_record(report))
    else:
        typer.echo(totals_words(report, cast("Lang", lang)))
    raise typer.Exit(SHORT if report.wrong else DONE if report.sums else OPEN)
