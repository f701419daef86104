"""The admission check: proposed projects against a rulebook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from landrenew.base.dates import whole_day
from landrenew.base.errors import FileError, RuleError
from landrenew.cli.door import (
    DONE,
    OPEN,
    SHORT,
    AsJson,
    LangOption,
    OutFile,
    app,
    print_json,
    tell,
    tell_notes,
    writing,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from landrenew.assess.admission.projects import Admission
    from landrenew.base.words import Lang

EXITS = {"pass": DONE, "fail": SHORT, "unknown": OPEN}

ProjectFile = Annotated[
    Path,
    typer.Argument(help="拟建项目 · Proposed projects", metavar="PROJECT.toml|PROJECTS.xlsx|csv"),
]
Book = Annotated[str, typer.Option("--rulebook", help="规则书 · Rulebook", metavar="NAME")]
On = Annotated[
    str | None,
    typer.Option("--on", help="没写日期的项目按这一天 · Day for projects without", metavar="DATE"),
]
Sheet = Annotated[
    str | None, typer.Option("--layer", help="工作表 · Sheet of a workbook", metavar="NAME")
]


@app.command()
def admit(
    projects: ProjectFile,
    rulebook: Book,
    on: On = None,
    layer: Sheet = None,
    out: OutFile = None,
    as_json: AsJson = False,
    lang: LangOption = None,
) -> None:
    """准入审查：拟建项目是否达到门槛 · Check proposed projects against the bars (0, 1, 3)."""
    from landrenew.publish.admission_file import (
        admission_notes,
        admission_record,
        admission_words,
        fault_lines,
        worst,
    )
    from landrenew.workflow import admitted

    _refuse_strange(out)
    found, book, read = admitted(projects, rulebook, on=_day(on), layer=layer)
    said = cast("Lang", lang)
    tell_notes(lang, [*read.notes, *admission_notes(book)])
    for line in fault_lines(read.faults, said):
        typer.echo(line, err=True)
    if as_json:
        print_json(admission_record(found, book))
    else:
        typer.echo(admission_words(found, book, said))
    if out is not None:
        _write(found, out, said)
        tell(lang, f"· 已写入 {out}。", f"· Written: {out}.")
    raise typer.Exit(EXITS[worst(found)])


def _day(said: str | None) -> dt.date | None:
    if said is None:
        return None
    day = whole_day(said)
    if day is None:
        raise RuleError(
            f"--on 的“{said}”不是一天的日期，应写作 2026-01-31。",
            f"--on {said!r} is no day; write it as 2026-01-31.",
        )
    return day


def _refuse_strange(out: Path | None) -> None:
    if out is not None and out.suffix.lower() not in {".csv", ".xlsx"}:
        raise FileError(
            f"--out 只写 .csv 或 .xlsx，不写 {out}。",
            f"--out writes .csv or .xlsx, not {out}.",
        )


def _write(found: Sequence[Admission], out: Path, lang: Lang) -> None:
    from landrenew.publish.admission_file import admission_table
    from landrenew.publish.sheet_file import sheet_bytes
    from landrenew.publish.tables import csv_bytes

    header, rows = admission_table(found, lang)
    is_text = out.suffix.lower() == ".csv"
    title = "准入审查" if lang == "zh" else "admission"
    made = csv_bytes(header, rows) if is_text else sheet_bytes(title, header, rows)
    with writing(out):
        out.write_bytes(made)
