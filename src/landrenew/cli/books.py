"""Commands that show what landrenew knows: rulebooks and the data dictionary."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import typer

from landrenew.cli.door import LangOption, app, print_json, tell

if TYPE_CHECKING:
    from landrenew.base.words import Lang

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
