"""The door: each command reads, makes one library call, and writes.

Results go to stdout or ``--out``, words and progress to stderr. Exit 0 done, 1 the data fell
short, 2 wrong use or unreadable input, 3 undetermined. A known error is one sentence.
"""

from __future__ import annotations

import locale
import os
import sys
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer
from typer.core import TyperGroup

from landrenew.base.errors import FileError, LandrenewError, reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pandas import DataFrame
    from typer._click.core import Context  # typer carries its own click

    from landrenew.base.words import Lang, Text
    from landrenew.intake.layers import Layers

DONE, SHORT, WRONG, OPEN = 0, 1, 2, 3


class _Door(TyperGroup):
    """Turns a known error into its sentence, in the language asked for."""

    def invoke(self, ctx: Context) -> object:
        """Run a command; say a known error and leave with 2."""
        try:
            return super().invoke(ctx)
        except LandrenewError as error:
            typer.echo(error.say(ctx.meta.get("lang", _default_lang())), err=True)
            raise typer.Exit(WRONG) from error


app = typer.Typer(
    cls=_Door,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="低效工业用地改造：评价、占比、连片与地图 · Renew low-efficiency industrial land",
    epilog="退出码 Exit: 0 完成 done · 1 数据有问题或未达标 faults found, or target not met ·"
    " 2 用法或输入有误 wrong use or input · 3 待定 undetermined",
)
rules_app = typer.Typer(no_args_is_help=True, help="规则书 · Rulebooks")
app.add_typer(rules_app, name="rules")


def _default_lang() -> Lang:
    stated = [os.environ.get(one) for one in ("LC_ALL", "LC_MESSAGES", "LANG")]
    if sys.platform == "win32":  # elsewhere Python takes silence for en_US
        stated.append(locale.getlocale()[0])
    said = next(filter(None, stated), "")
    return "en" if said.lower().startswith("en") else "zh"


def _lang(ctx: typer.Context, value: str | None) -> str:
    lang = value or _default_lang()
    if lang not in {"zh", "en"}:
        message = "zh / en"
        raise typer.BadParameter(message)
    ctx.find_root().meta["lang"] = lang
    return lang


City = Annotated[Path, typer.Argument(help="项目文件 · Project file", metavar="CITY.toml")]
LangOption = Annotated[
    str | None,
    typer.Option("--lang", callback=_lang, is_eager=True, help="语言 · Language", metavar="zh|en"),
]
Out = Annotated[Path, typer.Option("--out", help="输出文件夹 · Output folder")]
OutFile = Annotated[Path | None, typer.Option("--out", help="输出文件 · Output file")]
AsJson = Annotated[bool, typer.Option("--json", help="机器可读输出 · Machine output on stdout")]


@contextmanager
def _progress(lang: str | None) -> Iterator[Callable[[Text], None]]:
    """Show the running step on stderr; quiet when stderr is not a terminal."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    bar = Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(),
                   console=console, transient=True, disable=not console.is_terminal)  # fmt: skip
    with bar:
        task = bar.add_task("", total=None)
        yield lambda step: bar.update(task, description=step.say(cast("Lang", lang)))


def _tell(lang: str | None, zh: str, en: str) -> None:
    typer.echo(zh if lang == "zh" else en, err=True)


def _tell_notes(lang: str | None, notes: Sequence[Text]) -> None:
    for note in notes:
        typer.echo(f"· {note.say(cast('Lang', lang))}", err=True)


def _tell_rejected(lang: str | None, layers: Layers) -> None:
    """Name the parcels that do not enter the share, and why."""
    from landrenew.base.words import some
    from landrenew.intake.faults import KINDS

    said = "；" if lang == "zh" else "; "
    gone = layers.rejected
    if len(gone):
        why = said.join(
            f"{KINDS[str(code)].what.say(cast('Lang', lang))}: {some(rows.index)}"
            for code, rows in gone.groupby(gone["code"].astype(str))
        )
        total = len(gone) + len(layers.parcels)
        _tell(lang, f"· 宗地 {total} 行，剔除 {len(gone)} 行（行号）：{why}",
              f"· {total} parcel rows, {len(gone)} set aside (row numbers): {why}")  # fmt: skip


def _print_json(record: object) -> None:
    from landrenew.publish.run_folder import json_text

    typer.echo(json_text(record).encode(), nl=False)  # JSON is UTF-8 whatever the terminal is


@app.command()
def demo(out: Out = Path("demo"), lang: LangOption = None) -> None:
    """写出示例市并完整运行 · Write the demo city and run it."""
    from landrenew.sample import write_demo

    city = out / "city"
    with _writing(out):
        write_demo(city)
    run(city / "city.toml", out / "out", lang)


@app.command()
def check(city: City, lang: LangOption = None) -> None:
    """读入并检查全部数据，不改任何文件 · Read and check everything, change nothing (exit 0, 1)."""
    from landrenew.publish.fault_list import faults_total, faults_words
    from landrenew.workflow import project_faults

    result = project_faults(city)
    faults = result.faults
    _tell_notes(lang, result.layers.notes)
    if faults:
        typer.echo(faults_words(faults, cast("Lang", lang)))
    typer.echo(faults_total(faults).say(cast("Lang", lang)), err=True)
    raise typer.Exit(SHORT if faults else DONE)


@app.command()
def run(city: City, out: Out = Path("out"), lang: LangOption = None) -> None:
    """完整运行：地图、表格、占比、问题清单 · Do the whole job: map, tables, share, faults."""
    from landrenew.base.words import Text
    from landrenew.publish.run_folder import save_run
    from landrenew.workflow import run_project

    with _progress(lang) as say:
        result = run_project(city, say=say)
        say(Text("写出结果", "Writing"))
        folder = save_run(result, out, lang=cast("Lang", lang))
    _tell_notes(lang, (*result.layers.notes, *result.notes))
    count = len(result.faults)
    if count:
        _tell(lang, f"· 数据有 {count} 处问题，见 {folder / 'faults.csv'}。",
              f"· {count} faults in the data, see {folder / 'faults.csv'}.")  # fmt: skip
    typer.echo(folder / "map.html")


@app.command()
def share(
    city: City, as_json: AsJson = False, lang: LangOption = None
) -> None:  # fmt: skip
    """工业用地线内占比与目标对照 · Share inside the control line against its target (0, 1, 3)."""
    from landrenew.publish.run_folder import result_share_record
    from landrenew.publish.tables import share_words
    from landrenew.workflow import project_share

    result = project_share(city)
    _tell_notes(lang, (*result.layers.notes, *result.notes))
    _tell_rejected(lang, result.layers)
    if result.share is None:
        raise typer.Exit(WRONG)
    if as_json:
        _print_json(result_share_record(result))
    else:
        typer.echo(share_words(result.share, cast("Lang", lang)))
    raise typer.Exit({"met": DONE, "not_met": SHORT}.get(result.share.verdict, OPEN))


@app.command()
def score(city: City, out: OutFile = None, lang: LangOption = None) -> None:
    """逐宗评分、评级与低效判定 · Score, grade and judge each parcel (CSV)."""
    from landrenew.workflow import run_project

    with _progress(lang) as say:
        result = run_project(city, say=say)
    _tell_notes(lang, (*result.layers.notes, *result.notes))
    _write_table(result.parcels, out, cast("Lang", lang))


@app.command()
def blocks(city: City, out: OutFile = None, lang: LangOption = None) -> None:
    """连片地块组与改造候选 · Contiguous blocks and candidates (CSV)."""
    from landrenew.workflow import run_project

    with _progress(lang) as say:
        result = run_project(city, say=say)
    _tell_notes(lang, (*result.layers.notes, *result.notes))
    if result.blocks is None:
        raise typer.Exit(WRONG)
    _write_table(result.blocks, out, cast("Lang", lang))


def _write_table(table: DataFrame, out: Path | None, lang: Lang) -> None:
    from landrenew.publish.tables import table_csv

    if out is None:
        text = table_csv(table, lang).decode("utf-8-sig").replace("\r\n", "\n")
        typer.echo(text.encode(), nl=False)
        return
    with _writing(out):
        out.write_bytes(table_csv(table, lang))
    typer.echo(out)


@contextmanager
def _writing(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FileError(
            f"不能写入 {out}：{reason(error).zh}。请检查路径与权限。",
            f"Cannot write {out}: {reason(error).en}. Check the path and permissions.",
        ) from error


@app.command("map")
def map_(
    city: City,
    out: Annotated[Path, typer.Option("--out", help="HTML")] = Path("map.html"),
    lang: LangOption = None,
) -> None:
    """只出地图 · Draw the map alone."""
    from landrenew.publish.map import draw_map
    from landrenew.publish.offline import save_map
    from landrenew.workflow import run_project

    with _progress(lang) as say:
        result = run_project(city, say=say)
        save_map(draw_map(result, cast("Lang", lang)), out)
    _tell_notes(lang, (*result.layers.notes, *result.notes))
    typer.echo(out)


@rules_app.command("list")
def rules_list(lang: LangOption = None) -> None:
    """列出自带的规则书 · List the shipped rulebooks."""
    from landrenew.rules.library import read_rulebook, rulebook_names

    for name in rulebook_names():
        book = read_rulebook(name)
        typer.echo(f"{name}\t{book.region}\t{book.title}")
    _tell(
        lang, "用 landrenew rules show 名称 查看全文。", "See one with: landrenew rules show NAME."
    )


@rules_app.command("show")
def rules_show(name: str, lang: LangOption = None) -> None:  # noqa: ARG001  read by its callback
    """显示一本规则书 · Show a rulebook, with everything it extends, as JSON."""
    from landrenew.rules.library import read_rulebook

    _print_json(read_rulebook(name).model_dump(mode="json", exclude_none=True))


@app.command()
def columns(lang: LangOption = None) -> None:
    """数据字典 · The data dictionary."""
    from landrenew.base.columns import COLUMNS
    from landrenew.publish.wording import ROLES, unit_words

    say = cast("Lang", lang)
    for one in COLUMNS.values():
        words = (one.label, unit_words(one.unit), ROLES[one.role], one.meaning)
        cells = (one.name, *(word.say(say) for word in words))
        typer.echo("\t".join(cells))


def main() -> None:
    """Start the command line."""
    for stream in (sys.stdout, sys.stderr):  # a character the terminal lacks stops no one
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    app()
