"""Commands that prepare a project: propose the project file of a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from landrenew.base.errors import FileError
from landrenew.base.words import file_name
from landrenew.cli.door import LangOption, OutFile, app, tell, writing

if TYPE_CHECKING:
    from landrenew.base.words import Lang
    from landrenew.intake.propose.proposal import Proposal

Folder = Annotated[Path, typer.Argument(help="数据文件夹 · Folder with the data", metavar="DIR")]
NewFile = Annotated[
    Path | None,
    typer.Option(
        "--out", help="项目文件，缺省为 DIR/city.toml · Project file", metavar="CITY.toml"
    ),
]
CityName = Annotated[str | None, typer.Option("--name", help="市名 · Name of the city")]
Book = Annotated[str | None, typer.Option("--rulebook", help="规则书 · Rulebook")]


Town = Annotated[str, typer.Option("--town", help="镇街 · Town", metavar="NAME")]
CityOption = Annotated[
    Path | None,
    typer.Option("--city", help="填入该项目中的宗地 · Fill in the parcels of a project"),
]


@app.command()
def init(
    folder: Folder,
    out: NewFile = None,
    name: CityName = None,
    rulebook: Book = None,
    lang: LangOption = None,
) -> None:
    """看过一个文件夹，写出项目文件 · Look at a folder and write its project file (exit 0, 2)."""
    from landrenew.intake.propose.proposal import propose

    out = out or folder / "city.toml"
    _refuse_existing(out)
    proposal = propose(folder, out, name=name, rulebook=rulebook)
    _tell_proposal(lang, proposal)
    with writing(out), out.open("x", encoding="utf-8", newline="\n") as file:
        file.write(proposal.text(cast("Lang", lang)))
    typer.echo(out)


@app.command()
def template(
    town: Town,
    city: CityOption = None,
    out: OutFile = None,
    lang: LangOption = None,
) -> None:
    """写出镇街的排摸表 · Write the survey workbook of a town (exit 0, 2)."""
    from landrenew.publish.template import survey_workbook
    from landrenew.workflow import town_parcels

    out = out or Path(f"排摸表-{file_name(town)}.xlsx")
    _refuse_existing(out)
    parcels = None if city is None else town_parcels(city, town)
    with writing(out):
        out.write_bytes(survey_workbook(town, parcels))
    count = 0 if parcels is None else len(parcels)
    if count:
        tell(lang, f"· 已填入 {count} 宗地。", f"· {count} parcels are filled in.")
    typer.echo(out)


def _refuse_existing(out: Path) -> None:
    if out.exists() or out.is_symlink():
        raise FileError(
            f"已有 {out}，不覆盖。请用 --out 另写一个文件名，或先移走它。",
            f"{out} exists and is not overwritten. Name another file with --out, or move it away.",
        )
    if not out.parent.is_dir():
        raise FileError(
            f"没有文件夹 {out.parent}。请先建立它。",
            f"There is no folder {out.parent}. Make it first.",
        )


def _tell_proposal(lang: str | None, proposal: Proposal) -> None:
    """Say what each section was made from, what must be checked, and what was left."""
    from landrenew.base.words import visible

    say = cast("Lang", lang)
    for section in proposal.sections:
        seen = "".join(f"{one.say(say)}" for one in section.remarks[:1])
        is_off = "" if section.off is None else ("（未启用）" if lang == "zh" else " (not in use)")
        if seen:
            path = visible(str(section.lines[0].value))
            tell(lang, f"· [{section.name}] {path}：{seen}{is_off}",
                 f"· [{section.name}] {path}: {seen}{is_off}")  # fmt: skip
    for doubt in proposal.to_check():
        tell(lang, f"· 请核对 {visible(doubt.zh)}", f"· check {visible(doubt.en)}")
    if proposal.unknown:
        count = len(proposal.unknown)
        tell(lang, f"· 没有用到 {count} 个文件或图层，列在项目文件末尾。",
             f"· {count} files or layers are not used; they stand at its end.")  # fmt: skip
