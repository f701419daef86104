"""How sure the judgements of a city are."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import typer

from landrenew.cli.door import City, LangOption, OutFile, app, progress, tell_notes, writing

if TYPE_CHECKING:
    from landrenew.base.words import Lang


@app.command()
def certainty(city: City, out: OutFile = None, lang: LangOption = None) -> None:
    """评级与低效判定有多确定：确定还是临界 · How sure: "surely D" or "borderline"."""
    from landrenew.publish.certainty_file import certainty_csv, certainty_words
    from landrenew.workflow import project_certainty

    with progress(lang) as say:
        result = project_certainty(city, say=say)
    said = cast("Lang", lang)
    tell_notes(lang, (*result.layers.notes, *result.notes))
    typer.echo(certainty_words(result, said))
    if out is not None:
        with writing(out):
            out.write_bytes(certainty_csv(result, said))
        typer.echo(out)
