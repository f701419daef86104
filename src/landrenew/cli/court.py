"""The formula court: one city under several rulebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, cast

import typer

from landrenew.base.errors import RuleError
from landrenew.cli.door import DONE, SHORT, City, LangOption, OutFile, app, tell, writing

if TYPE_CHECKING:
    from landrenew.base.words import Lang

FEWEST = 2
Books = Annotated[
    str,
    typer.Option("--rulebooks", help="规则书，用逗号隔开 · Rulebooks, with commas", metavar="A,B"),
]


@app.command()
def compare(city: City, rulebooks: Books, out: OutFile = None, lang: LangOption = None) -> None:
    """同一城市用几本规则书各评一遍：一致多少、谁变了 · One city under several rulebooks (0, 1)."""
    from landrenew.publish.court_file import agreement_words, compared
    from landrenew.publish.tables import csv_bytes
    from landrenew.workflow import judged_under

    names = [one.strip() for one in rulebooks.split(",") if one.strip()]
    if len(names) < FEWEST:
        raise RuleError(
            "至少要两本规则书：--rulebooks a.toml,b.toml。",
            "Two rulebooks at least are needed: --rulebooks a.toml,b.toml.",
        )
    judged, said = judged_under(city, names), cast("Lang", lang)
    typer.echo(agreement_words(judged, said))
    header, rows = compared(judged, said)
    if out is not None:
        with writing(out):
            out.write_bytes(csv_bytes(header, rows))
        count = len(rows)
        tell(lang, f"· 结论不同的 {count} 个见 {out}。", f"· {count} judged otherwise: {out}.")
    raise typer.Exit(SHORT if rows else DONE)
