"""The frame of every command: the program, its options, how it speaks and how it fails.

Results go to stdout or ``--out``, words and progress to stderr. Exit 0 done, 1 the data fell
short, 2 wrong use or unreadable input, 3 undetermined. A known error is one sentence.
"""

from __future__ import annotations

import locale
import math
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer
from typer.core import TyperGroup

from landrenew.base.errors import FileError, LandrenewError, reason
from landrenew.base.words import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.progress import Progress
    from typer._click.core import Context  # typer carries its own click

    from landrenew.base.words import Lang
    from landrenew.plan.program.model import Standing

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


class Steps:
    """Shows the running step on stderr; of a long one how fast it goes and how long it takes."""

    def __init__(self, bar: Progress, lang: Lang) -> None:
        self.bar, self.lang = bar, lang
        self.task = bar.add_task("", total=None, rate="")
        self.name = ""

    def __call__(self, step: Text) -> None:
        """Name the step that begins."""
        self.name = step.say(self.lang)
        self.bar.reset(self.task, description=self.name, total=None, rate="")

    def count(self, step: Text, done: int, total: int) -> None:
        """Say how much of a long step is done."""
        if step.say(self.lang) != self.name:
            self(step)
        speed = self.bar.tasks[0].finished_speed or self.bar.tasks[0].speed
        said = "" if speed is None else f"{done:,}/{total:,}  {speed:,.0f}/s"
        self.bar.update(self.task, completed=done, total=total, rate=said)

    def stand(self, standing: Standing) -> None:
        """Say how a solve stands: the best plan so far, and how far it may be from the best."""
        if not math.isfinite(standing.gap):
            return
        said = Text(
            f"费用 {standing.objective:,.0f}，下界 {standing.bound:,.0f}，相差 {standing.gap:.2%}",
            f"cost {standing.objective:,.0f}, bound {standing.bound:,.0f}, gap {standing.gap:.2%}",
        )
        self.bar.update(self.task, rate=said.say(self.lang))


@contextmanager
def progress(lang: str | None) -> Iterator[Steps]:
    """Show the running step on stderr; quiet when stderr is not a terminal."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    bar = Progress(
        SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(),
        TextColumn("{task.fields[rate]}", markup=False), TimeElapsedColumn(), TimeRemainingColumn(),
        console=console, transient=True, disable=not console.is_terminal,
    )  # fmt: skip
    with bar:
        yield Steps(bar, cast("Lang", lang))


def tell(lang: str | None, zh: str, en: str) -> None:
    """Say one sentence on stderr."""
    typer.echo(zh if lang == "zh" else en, err=True)


def tell_notes(lang: str | None, notes: Sequence[Text]) -> None:
    """Say on stderr what was chosen and what was left out, a line each."""
    for note in notes:
        typer.echo(f"· {note.say(cast('Lang', lang))}", err=True)


def print_json(record: object) -> None:
    """Print a record as JSON on stdout."""
    from landrenew.publish.run_folder import json_text

    typer.echo(json_text(record).encode(), nl=False)  # JSON is UTF-8 whatever the terminal is


@contextmanager
def writing(out: Path) -> Iterator[None]:
    """Turn the system's refusal to write into one sentence."""
    try:
        yield
    except OSError as error:
        raise FileError(
            f"不能写入 {out}：{reason(error).zh}。请检查路径与权限。",
            f"Cannot write {out}: {reason(error).en}. Check the path and permissions.",
        ) from error
