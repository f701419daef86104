"""Commands that show what landrenew knows: rulebooks and the data dictionary."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from landrenew.cli.door import (
    DONE,
    SHORT,
    LangOption,
    OutFile,
    app,
    print_json,
    tell,
    tell_notes,
    writing,
)

if TYPE_CHECKING:
    from landrenew.base.words import Lang

Project = Annotated[
    Path | None,
    typer.Option("--project", help="列出结论改变的宗地、企业 · Whom it moves", metavar="CITY.toml"),
]

rules_app = typer.Typer(no_args_is_help=True, help="规则书 · Rulebooks")
app.add_typer(rules_app, name="rules")


@rules_app.command("list")
def rules_list(lang: LangOption = None) -> None:
    """列出自带的规则书 · List the shipped rulebooks."""
    from landrenew.rules.library import read_rulebook, rulebook_names

    for name in rulebook_names():
        book = read_rulebook(name)
        typer.echo(f"{name}\t{book.region}\t{book.title}")
    tell(
        lang, "用 landrenew rules show 名称 查看全文。", "See one with: landrenew rules show NAME."
    )


@rules_app.command("show")
def rules_show(name: str, lang: LangOption = None) -> None:  # noqa: ARG001  read by its callback
    """显示一本规则书 · Show a rulebook, with everything it extends, as JSON."""
    from landrenew.rules.library import read_rulebook

    print_json(read_rulebook(name).model_dump(mode="json", exclude_none=True))


@rules_app.command("numbers")
def rules_numbers(name: str, lang: LangOption = None) -> None:
    """列出一本规则书的每个数及其单位、文件、出处 · List every number with unit and source."""
    from landrenew.base.units import unit_words
    from landrenew.publish.wording import CONFIDENCE, NUMBER_HEADINGS
    from landrenew.rules.library import read_rulebook
    from landrenew.rules.numbers import numbers

    say = cast("Lang", lang)
    typer.echo("\t".join(one.say(say) for one in NUMBER_HEADINGS))
    for one in numbers(read_rulebook(name)):
        sure = CONFIDENCE[one.confidence].say(say)
        unit = unit_words(one.unit).say(say) or one.unit
        said = (one.label.say(say), f"{one.value:.12g}", unit, one.document, one.source, sure,
                one.region, one.effective, one.expires)  # fmt: skip
        typer.echo("\t".join(" ".join(cell.split()) for cell in said))


@rules_app.command("check")
def rules_check(name: str, lang: LangOption = None) -> None:
    """检查一本规则书：有误、缺什么 · Check a rulebook: what is wrong, what it lacks (0, 1)."""
    from landrenew.rules.library import read_rulebook
    from landrenew.rules.remarks import odd_weights, target_words, what_can_turn
    from landrenew.rules.silence import (
        PARTS,
        holes,
        missing_parts,
        silent_parts,
        silent_questions,
        unscored_pools,
    )

    book = read_rulebook(name)
    for target in target_words(book):
        typer.echo(target.say(cast("Lang", lang)))
    notes = [*unscored_pools(book), *odd_weights(book), *silent_questions(book)]
    silent = silent_parts(book)
    if silent:
        notes.append(missing_parts(book, silent).text)
    notes += holes(book, [part for part in PARTS if part not in silent])
    tell_notes(lang, [*notes, *what_can_turn(book)])
    raise typer.Exit(SHORT if notes else DONE)


@rules_app.command("diff")
def rules_diff(
    book_a: str, book_b: str, project: Project = None, out: OutFile = None, lang: LangOption = None
) -> None:
    """两本规则书的不同，及结论因此改变的宗地与企业 · What two rulebooks say differently (0, 1)."""
    from landrenew.rules.difference import changes
    from landrenew.rules.library import read_rulebook

    found = changes(read_rulebook(book_a), read_rulebook(book_b))
    for one in found:
        typer.echo(one.text.say(cast("Lang", lang)))
    if project is not None:
        _tell_moved(project, book_a, book_b, out, cast("Lang", lang))
    raise typer.Exit(SHORT if found else DONE)


def _tell_moved(project: Path, book_a: str, book_b: str, out: Path | None, lang: Lang) -> None:
    """List the parcels and firms that the second book judges otherwise."""
    from landrenew.publish.court_file import moved_csv, moved_words
    from landrenew.workflow import judged_under

    one, other = judged_under(project, [book_a, book_b])
    tell(lang, *moved_words(one, other))
    text = moved_csv(one, other, lang)
    if out is None:
        typer.echo(text.decode("utf-8-sig"), nl=False)
    else:
        with writing(out):
            out.write_bytes(text)


@app.command()
def columns(lang: LangOption = None) -> None:
    """数据字典 · The data dictionary."""
    from landrenew.base.columns import COLUMNS
    from landrenew.base.units import unit_words
    from landrenew.publish.wording import ROLES

    say = cast("Lang", lang)
    for one in COLUMNS.values():
        words = (one.label, unit_words(one.unit), ROLES[one.role], one.meaning)
        cells = (one.name, *(word.say(say) for word in words))
        typer.echo("\t".join(cells))
