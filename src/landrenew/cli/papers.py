"""Papers on one firm or parcel, and the workbook that an auditor recalculates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from landrenew.base.words import file_name
from landrenew.cli.door import City, LangOption, app, progress, writing

if TYPE_CHECKING:
    from landrenew.base.words import Lang

Name = Annotated[
    str, typer.Argument(help="企业名称、企业代码或宗地代码 · Firm or parcel", metavar="NAME")
]
Page = Annotated[
    Path | None, typer.Option("--out", help="HTML，缺省为 计算单-名称.html · The page to print")
]


@app.command()
def sheet(city: City, name: Name, out: Page = None, lang: LangOption = None) -> None:
    """一户一单：数据、算式、名次、怎样升级 · How a firm or parcel came to its grade."""
    from landrenew.publish.papers.paper import paper_html, paper_text
    from landrenew.publish.papers.subject import subject_of
    from landrenew.publish.papers.working_sheet import working_sheet
    from landrenew.workflow import run_project

    with progress(lang) as say:
        result = run_project(city, say=say)
        subject = subject_of(result, name)
        paper = working_sheet(result, subject)
    out = out or Path(f"计算单-{file_name(subject.name)}.html")
    with writing(out):
        out.write_bytes(paper_html(paper, cast("Lang", lang)))
    typer.echo(paper_text(paper, cast("Lang", lang)))
    typer.echo(out)


Kind = Annotated[
    Literal["firms", "parcels"], typer.Option("--of", help="企业或宗地 · Firms or parcels")
]
Book = Annotated[Path, typer.Option("--out", help="XLSX")]


@app.command()
def workbook(
    city: City, out: Book = Path("核算.xlsx"), of: Kind = "firms", lang: LangOption = None
) -> None:
    """全部得分与等级的核算簿：公式可重算，逐行核对 · Every score once more, by live formulas."""
    from landrenew.publish.papers.subject import evaluated_rows
    from landrenew.publish.workbook.audit_book import audit_workbook
    from landrenew.workflow import run_project

    with progress(lang) as say:
        result = run_project(city, say=say)
        rows = evaluated_rows(result, of)
        packed = audit_workbook(rows, result.layers.rulebook, cast("Lang", lang))
    with writing(out):
        out.write_bytes(packed)
    typer.echo(out)
