"""Commands on finished runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from landrenew.cli.door import (
    DONE,
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
    from landrenew.base.words import Lang

RunFolder = Annotated[Path, typer.Argument(help="运行结果文件夹 · Run folder")]


@app.command()
def diff(
    run_a: RunFolder,
    run_b: RunFolder,
    out: OutFile = None,
    as_json: AsJson = False,
    lang: LangOption = None,
) -> None:
    """两次运行的差异：哪些列、哪些宗地、什么原因 · What changed between two runs (0 same, 1)."""
    from landrenew.publish.diff_words import diff_csv, diff_record, diff_words
    from landrenew.publish.finished import read_finished
    from landrenew.publish.run_diff import diff_runs

    say = cast("Lang", lang)
    found = diff_runs(read_finished(run_a), read_finished(run_b))
    if out is not None:
        with writing(out):
            out.write_bytes(diff_csv(found, say))
        tell(lang, f"· 全部变化见 {out}。", f"· Every change: {out}.")
    if as_json:
        print_json(diff_record(found))
    else:
        typer.echo(diff_words(found, say))
    raise typer.Exit(DONE if found.is_same else SHORT)


@app.command()
def export(
    run_dir: RunFolder,
    out: Annotated[Path, typer.Argument(help="shp gpkg gdb txt xlsx parquet geojson pmtiles")],
    layer: Annotated[str, typer.Option("--layer", help="图层 · Layer")] = "parcels",
    encoding: Annotated[
        str | None, typer.Option("--encoding", help="SHP、TXT 编码 · Encoding", metavar="gbk|utf-8")
    ] = None,
    wkt: Annotated[bool, typer.Option("--wkt", help="XLSX 带图形 · Shapes in an XLSX")] = False,
    lang: LangOption = None,
) -> None:  # fmt: skip
    """把结果写成其他软件的格式：SHP、GDB、界址点 TXT 等 · Write a layer for other programs."""
    from landrenew.publish.export import export_layer

    notes = export_layer(
        run_dir, out, layer=layer, encoding=encoding, wkt=wkt, lang=cast("Lang", lang)
    )
    tell_notes(lang, notes)
    typer.echo(out)
