"""Commands on a project file: check it, run it, or take one step of the run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, cast

import typer

from landrenew.cli.door import (
    DONE,
    OPEN,
    SHORT,
    WRONG,
    AsJson,
    City,
    LangOption,
    Out,
    OutFile,
    app,
    print_json,
    progress,
    tell,
    tell_notes,
    writing,
)
from landrenew.cli.tiles import Cluster, Memory, PartSize, Resume, Workers

if TYPE_CHECKING:
    from pandas import DataFrame

    from landrenew.base.words import Lang
    from landrenew.intake.layers import Layers
    from landrenew.publish.result import Result

WORKBOOKS = {".xlsx", ".xlsm"}
"""What ``check`` takes for a returned survey form."""

FaultList = Annotated[
    Path | None, typer.Option("--out", help="写出完整问题清单（CSV） · Write every fault as CSV")
]

DoubtList = Annotated[
    Path | None,
    typer.Option("--doubts", help="写出待核实清单（CSV） · Write what to settle first as CSV"),
]

Public = Annotated[
    bool, typer.Option("--public", help=r"公开版，按 \[public] · For the public, by \[public]")
]


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
        tell(lang, f"· 宗地 {total} 行，剔除 {len(gone)} 行（行号）：{why}",
              f"· {total} parcel rows, {len(gone)} set aside (row numbers): {why}")  # fmt: skip


@app.command()
def demo(out: Out = Path("demo"), lang: LangOption = None) -> None:
    """写出示例市并完整运行 · Write the demo city and run it."""
    from landrenew.sample import write_before, write_demo

    city = out / "city"
    with writing(out):
        write_demo(city)
        write_before(city, out / "before")
    run(city / "city.toml", out / "out", lang=lang)


@app.command()
def check(city: City, out: FaultList = None, lang: LangOption = None) -> None:
    """检查全部数据或交回的排摸表，不改文件 · Check a project or a returned form (exit 0, 1)."""
    if city.suffix.lower() in WORKBOOKS:
        _check_form(city, lang)
    from landrenew.publish.fault_list import faults_total, faults_words
    from landrenew.publish.tables import faults_csv
    from landrenew.workflow import project_faults

    result = project_faults(city)
    faults = result.faults
    tell_notes(lang, result.layers.notes)
    if faults:
        typer.echo(faults_words(faults, cast("Lang", lang)))
    if out is not None:
        with writing(out):
            out.write_bytes(faults_csv(faults, cast("Lang", lang)))
    typer.echo(faults_total(faults).say(cast("Lang", lang)), err=True)
    raise typer.Exit(SHORT if faults else DONE)


def _check_form(path: Path, lang: str | None) -> NoReturn:
    """Check a returned survey form cell by cell."""
    from landrenew.intake.survey.returned import check_returned, remarks_total, remarks_words

    form, remarks = check_returned(path)
    if remarks:
        typer.echo(remarks_words(remarks, cast("Lang", lang)))
    typer.echo(remarks_total(form, remarks).say(cast("Lang", lang)), err=True)
    raise typer.Exit(SHORT if remarks else DONE)


@app.command()
def run(
    city: City,
    out: Out = Path("out"),
    workers: Workers = None,
    memory: Memory = None,
    cluster: Cluster = None,
    part_size: PartSize = None,
    resume: Resume = False,
    lang: LangOption = None,
) -> None:
    """完整运行：地图、表格、占比、问题清单 · Do the whole job: map, tables, share, faults."""
    from landrenew.base.words import Text
    from landrenew.publish.run_folder import save_run
    from landrenew.scale.choice import Asked, chosen_way
    from landrenew.workflow import run_project

    asked = Asked(workers, memory, cluster, part_size, resume)
    with chosen_way(city, out, asked) as way, progress(lang) as steps:
        result = run_project(city, say=steps, way=way, count=steps.count)
        steps(Text("写出结果", "Writing"))
        folder = save_run(result, out, lang=cast("Lang", lang))
        if way is not None:
            way.clear()
    _tell_run(result, folder, cast("Lang", lang))


def _tell_run(result: Result, folder: Path, lang: Lang) -> None:
    """Say what a run found, and where it is."""
    from landrenew.publish.map.folder import map_name, page_of
    from landrenew.publish.run_folder import (
        MOST_DRAWN,
        MOST_IN_GEOPACKAGE,
        has_geopackage,
        is_drawn,
    )

    tell_notes(lang, (*result.layers.notes, *result.notes))
    count = len(result.faults)
    if count:
        tell(lang, f"· 数据有 {count} 处问题，见 {folder / 'faults.csv'}。",
              f"· {count} faults in the data, see {folder / 'faults.csv'}.")  # fmt: skip
    size = f"{len(result.parcels):,}"
    if not is_drawn(result):
        tell(lang, f"· {size} 宗，超过 {MOST_DRAWN:,} 或图形留在磁盘上：未写地图与 GeoPackage，"
              "可用 where 分镇街运行。",
              f"· {size} parcels, more than {MOST_DRAWN:,} or with shapes left on disk: no map and"
              " no GeoPackage were written; run town by town with where.")  # fmt: skip
    elif not has_geopackage(result):
        tell(lang, f"· {size} 宗，超过 {MOST_IN_GEOPACKAGE:,}：未写 GeoPackage，全表见"
              " parcels.parquet。",
              f"· {size} parcels, more than {MOST_IN_GEOPACKAGE:,}: no GeoPackage was written;"
              " parcels.parquet holds them all.")  # fmt: skip
    drawn = page_of(map_name(len(result.parcels)))
    typer.echo(folder / (drawn if is_drawn(result) else "parcels.parquet"))


@app.command()
def share(
    city: City, as_json: AsJson = False, doubts: DoubtList = None, lang: LangOption = None
) -> None:  # fmt: skip
    """工业用地线内占比与目标对照 · Share inside the control line against its target (0, 1, 3)."""
    from landrenew.publish.change_file import change_words
    from landrenew.publish.run_folder import result_share_record
    from landrenew.publish.share_file import doubts_csv
    from landrenew.publish.share_words import share_words
    from landrenew.workflow import project_share

    result = project_share(city)
    tell_notes(lang, (*result.layers.notes, *result.notes))
    _tell_rejected(lang, result.layers)
    if result.share is None:
        raise typer.Exit(WRONG)
    if doubts is not None:
        with writing(doubts):
            doubts.write_bytes(doubts_csv(result.share, cast("Lang", lang)))
    if as_json:
        print_json(result_share_record(result))
    else:
        typer.echo(share_words(result.share, cast("Lang", lang)))
        if words := change_words(result, cast("Lang", lang)):
            typer.echo(words)
    raise typer.Exit({"met": DONE, "not_met": SHORT}.get(result.share.verdict, OPEN))


@app.command()
def score(city: City, out: OutFile = None, lang: LangOption = None) -> None:
    """逐宗评分、评级与低效判定 · Score, grade and judge each parcel (CSV)."""
    from landrenew.workflow import run_project

    with progress(lang) as say:
        result = run_project(city, say=say)
    tell_notes(lang, (*result.layers.notes, *result.notes))
    _write_table(result.parcels, out, cast("Lang", lang))


@app.command()
def blocks(city: City, out: OutFile = None, lang: LangOption = None) -> None:
    """连片地块组与改造候选 · Contiguous blocks and candidates (CSV)."""
    from landrenew.workflow import run_project

    with progress(lang) as say:
        result = run_project(city, say=say)
    tell_notes(lang, (*result.layers.notes, *result.notes))
    if result.blocks is None:
        raise typer.Exit(WRONG)
    _write_table(result.blocks, out, cast("Lang", lang))


@app.command()
def diagnose(city: City, out: OutFile = None, lang: LangOption = None) -> None:
    """各地块组的五类问题与十“化”成效，不明另列 · Problems and outcomes of blocks (CSV)."""
    from landrenew.publish.diagnosis_table import diagnosis_table, diagnosis_words
    from landrenew.workflow import run_project

    with progress(lang) as say:
        result = run_project(city, say=say)
    tell_notes(lang, (*result.layers.notes, *result.notes))
    table = diagnosis_table(result)
    if table is None:
        raise typer.Exit(WRONG)
    if words := diagnosis_words(result, cast("Lang", lang)):
        typer.echo(words, err=True)
    _write_table(table, out, cast("Lang", lang))


def _write_table(table: DataFrame, out: Path | None, lang: Lang) -> None:
    from landrenew.publish.tables import table_csv

    if out is None:
        text = table_csv(table, lang).decode("utf-8-sig").replace("\r\n", "\n")
        typer.echo(text.encode(), nl=False)
        return
    with writing(out):
        out.write_bytes(table_csv(table, lang))
    typer.echo(out)


@app.command("map")
def map_(
    city: City,
    out: Annotated[
        Path | None,
        typer.Option("--out", help=".html 为单个文件，否则为文件夹 · A .html file, else a folder"),
    ] = None,
    public: Public = False,
    lang: LangOption = None,
) -> None:
    """只出地图；--public 出公开版 · Draw the map alone; --public: for the public."""
    from landrenew.publish.map.draw import draw_map
    from landrenew.publish.map.folder import is_folder, map_name, page_of
    from landrenew.publish.map.offline import check_place, save_map
    from landrenew.workflow import run_project

    if public:
        _public_map(city, out or Path("map-public.html"), cast("Lang", lang))
        return
    if out is not None:
        check_place(out)
    with progress(lang) as say:
        result = run_project(city, say=say)
        out = out or map_name(len(result.parcels))
        save_map(draw_map(result, cast("Lang", lang), in_folder=is_folder(out)), out)
    tell_notes(lang, (*result.layers.notes, *result.notes))
    typer.echo(page_of(out))


def _public_map(city: Path, out: Path, lang: Lang) -> None:
    """Draw the map for the public, and say what is withheld."""
    from landrenew.base.errors import FileError
    from landrenew.intake.project import read_project
    from landrenew.intake.publication import publication_of
    from landrenew.publish.map.folder import is_folder
    from landrenew.publish.map.offline import check_place, save_map
    from landrenew.publish.map.public.draw import draw_public_map
    from landrenew.publish.map.public.figures import published_figures
    from landrenew.publish.map.public.page import publication_notes
    from landrenew.workflow import run_project

    # what is not stated, or cannot be written, is said before the long work
    terms = publication_of(read_project(city))
    if is_folder(out):
        raise FileError(
            f"公开版是单个文件，名字须以 .html 结尾：{out}。请改 --out。",
            f"The map for the public is one file, whose name ends in .html: {out}. Change --out.",
        )
    check_place(out)
    with progress(lang) as say:
        result = run_project(city, say=say)
        figures = published_figures(result, terms)
        save_map(draw_public_map(result, lang, figures), out)
    tell_notes(lang, publication_notes(result.layers, terms, figures))
    typer.echo(out)


@app.command()
def figures(city: City, out: Out = Path("figures"), lang: LangOption = None) -> None:
    """印刷用图：各镇街占比、得分分布、镇街图集 · Figures to print: PDF and PNG."""
    from landrenew.base.words import Text
    from landrenew.publish.figures.folder import save_figures
    from landrenew.workflow import run_project

    with progress(lang) as say:
        result = run_project(city, say=say)
        say(Text("绘图", "Drawing"))
        saved = save_figures(result, out, lang=cast("Lang", lang))
    tell_notes(lang, (*result.layers.notes, *result.notes, *saved.notes))
    for name in saved.files:
        typer.echo(out / name)


@app.command()
def certainty(city: City, out: OutFile = None, lang: LangOption = None) -> None:
    """评级与低效判定是确定还是临界 · How sure each judgement is: "surely D" or "borderline"."""
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
        tell(lang, f"· 每宗、每家的占比见 {out}。", f"· The shares of each row: {out}.")
