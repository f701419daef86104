"""The door: every command, its exit code, what goes to stdout and what to stderr."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections import Counter
from shutil import copytree
from typing import TYPE_CHECKING

import pytest
from conftest import DEMO
from small_city import digests, four, save, small_city
from typer.testing import CliRunner, Result

from landrenew.base.columns import COLUMNS
from landrenew.cli import app
from landrenew.rules.library import rulebook_names

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = {"geopandas", "shapely", "numpy", "pandas", "folium", "pyogrio", "rasterio", "pyproj",
         "scipy", "pyarrow", "rich.progress", "exactextract", "highspy", "matplotlib"}  # fmt: skip

RUNNER = "from typer.testing import CliRunner; from landrenew.cli import app;"
CITY = str(DEMO / "city.toml")


def call(*words: object, **env: str) -> Result:
    return CliRunner(env=env).invoke(app, [str(word) for word in words])


def process(*words: object, code: str = "from landrenew.cli import main; main()",
            **env: str) -> subprocess.CompletedProcess[bytes]:  # fmt: skip
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG"))}
    return subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-c", code, *map(str, words)], capture_output=True, check=False,
        env=kept | env,
    )  # fmt: skip


def book_with(folder: Path, part: str) -> dict[str, str]:
    """Write a rulebook with one part more, and the section [city] that names it."""
    book = f'extends = "cixi-2022"\nname = "b"\n{part}document = "d"\nsource = "s"\n'
    (folder / "book.toml").write_text(f'{book}confidence = "user"\n', encoding="utf-8")
    return {"name": "小城", "rulebook": "book.toml"}


# the demo ---------------------------------------------------------------------------------------


def test_demo_writes_a_city_and_runs_it(
    demo_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # tests/sample holds that the demo city is written as it lies in data/demo
    monkeypatch.setattr("landrenew.sample.write_demo", lambda folder: copytree(DEMO, folder))
    met = call("demo", "--out", tmp_path / "demo", "--lang", "zh")
    assert met.exit_code == 0, met.output
    assert met.stdout.strip() == str(tmp_path / "demo" / "out" / "map.html")
    assert digests(tmp_path / "demo" / "out") == digests(demo_run)


def test_check_lists_every_fault_that_a_run_lists(demo_run: Path, tmp_path: Path) -> None:
    met = call("check", CITY, "--lang", "en")
    call("check", CITY, "--lang", "zh", "--out", tmp_path / "faults.csv")
    assert (tmp_path / "faults.csv").read_bytes() == (demo_run / "faults.csv").read_bytes()
    assert met.exit_code == 1
    run = csv.DictReader(io.StringIO((demo_run / "faults.csv").read_text("utf-8-sig")))
    heads = re.findall(r"^\[(\w+)\] .+\. (\d+), .+ \((\w+)\)$", met.stdout, re.MULTILINE)
    told = Counter({(layer, code): int(count) for layer, count, code in heads})
    assert told == Counter((row["图层"], row["代码"]) for row in run)
    assert "20 faults: 8 set aside, 5 repaired, 7 doubted." in met.stderr


def test_share_as_json_is_share_json(demo_run: Path) -> None:
    met = call("share", CITY, "--json", "--lang", "en")
    assert met.stdout == (demo_run / "share.json").read_text(encoding="utf-8")
    assert json.loads(met.stdout)["verdict"] == "not_met"
    rows = json.loads(met.stdout)["rows"]
    assert f"{rows['in']} parcel rows, {rows['rejected']} set aside" in met.stderr
    assert met.exit_code == 1


@pytest.mark.parametrize(("command", "rows"), [("score", 4), ("blocks", 1)])
def test_tables_are_printed_or_written(command: str, rows: int, tmp_path: Path) -> None:
    part = "[contiguity]\nmax_gap_m = 5\nmin_area_mu = 0\nsmall_plot_mu = 5\n"
    path = small_city(tmp_path, city=book_with(tmp_path, part))
    printed = call(command, path, "--lang", "zh")
    written = call(command, path, "--lang", "zh", "--out", tmp_path / "t.csv")
    assert (printed.exit_code, written.exit_code) == (0, 0)
    assert written.stdout.strip() == str(tmp_path / "t.csv")
    table = (tmp_path / "t.csv").read_bytes()
    assert table.startswith(b"\xef\xbb\xbf")
    assert printed.stdout == table.decode("utf-8-sig").replace("\r\n", "\n")
    assert len(list(csv.reader(io.StringIO(printed.stdout)))) == 1 + rows


def test_what_the_project_leaves_out_is_said(tmp_path: Path) -> None:
    met = call("score", small_city(tmp_path), "--lang", "zh")
    assert "未给出以下图层，相应内容未量算" in met.stderr
    assert "[buildings] 容积率" in met.stderr
    assert "[firms]" in met.stderr


def test_a_pool_without_published_criteria_gives_no_score_and_names_its_document(
    tmp_path: Path,
) -> None:
    city = small_city(tmp_path, city={"name": "小城", "rulebook": "jingde-2022"})
    met = call("score", city, "--lang", "zh")
    assert met.exit_code == 0
    assert "“规上工业企业”没有评分指标，不评分；所需文件：旌德县" in met.stderr


def test_blocks_are_those_of_the_run(demo_run: Path, tmp_path: Path) -> None:
    assert call("blocks", CITY, "--lang", "zh", "--out", tmp_path / "b.csv").exit_code == 0
    assert (tmp_path / "b.csv").read_bytes() == (demo_run / "blocks.csv").read_bytes()


def test_map_alone_is_the_map_of_the_run(demo_run: Path, tmp_path: Path) -> None:
    met = call("map", CITY, "--out", tmp_path / "地图.html", "--lang", "zh")
    assert met.exit_code == 0
    assert met.stdout.strip() == str(tmp_path / "地图.html")
    assert (tmp_path / "地图.html").read_bytes() == (demo_run / "map.html").read_bytes()


def test_a_map_whose_name_is_no_html_is_a_folder(tmp_path: Path) -> None:
    met = call("map", small_city(tmp_path), "--out", tmp_path / "地图", "--lang", "zh")
    assert met.exit_code == 0
    assert met.stdout.strip() == str(tmp_path / "地图" / "index.html")
    assert (tmp_path / "地图" / "pieces" / "0000.js").is_file()


@pytest.mark.parametrize(("many", "page"), [(5, "map.html"), (4, "map/index.html")])
def test_the_size_of_the_city_says_which_form_a_map_has(
    many: int, page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("landrenew.publish.map.folder.FOLDER_FROM", many)
    monkeypatch.chdir(tmp_path)
    met = call("map", small_city(tmp_path))
    assert met.stdout.strip() == page
    met = call("run", tmp_path / "city.toml", "--out", "out")
    assert met.stdout.strip() == f"out/{page}"
    assert (tmp_path / "out" / page).is_file()


def test_a_city_too_large_for_a_geopackage_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("landrenew.publish.run_folder.MOST_IN_GEOPACKAGE", 3)
    met = call("run", small_city(tmp_path), "--out", tmp_path / "out", "--lang", "en")
    assert "4 parcels, more than 3: no GeoPackage was written" in met.stderr
    assert met.stdout.strip() == str(tmp_path / "out" / "map.html")
    assert not (tmp_path / "out" / "parcels.gpkg").exists()


# exit codes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "code", "verdict"), [(0.5, 0, "met"), (0.8, 1, "not_met"), (0.501, 1, "not_met")]
)
def test_share_answers_by_its_exit_code(
    target: float, code: int, verdict: str, tmp_path: Path
) -> None:
    book = book_with(tmp_path, f"[share]\ntarget = {target}\n")
    met = call("share", small_city(tmp_path, city=book), "--json")
    assert met.exit_code == code
    assert json.loads(met.stdout)["verdict"] == verdict
    assert json.loads(met.stdout)["share"] == pytest.approx(0.5, abs=1e-6)


def test_an_open_verdict_has_its_own_code(tmp_path: Path) -> None:
    silent = {"name": "小城", "rulebook": "huangyan-2022"}
    met = call("share", small_city(tmp_path, city=silent), "--json")
    assert met.exit_code == 3
    assert json.loads(met.stdout)["verdict"] == "undetermined"
    assert json.loads(met.stdout)["target"] is None


def test_share_without_a_line_says_so(tmp_path: Path) -> None:
    met = call("share", small_city(tmp_path, control_line=None), "--json", "--lang", "en")
    assert (met.exit_code, met.stdout) == (2, "")
    assert "no [control_line]" in met.stderr


def test_blocks_without_a_rule_says_which_document_is_needed(tmp_path: Path) -> None:
    met = call("blocks", small_city(tmp_path), "--lang", "en")
    assert (met.exit_code, met.stdout) == (2, "")
    assert "contiguity [contiguity]" in met.stderr


def test_clean_data_passes_the_check(tmp_path: Path) -> None:
    met = call("check", small_city(tmp_path), "--lang", "en")
    assert (met.exit_code, met.stdout) == (0, "")
    assert "No faults." in met.stderr


def test_long_lists_are_cut_and_counted(tmp_path: Path) -> None:
    save(four(declared_area_m2=[1.0] * 4), tmp_path / "p.gpkg")
    rows = "".join(f"F{i},P9\n" for i in range(30))
    (tmp_path / "l.csv").write_text(f"firm_id,parcel_id\n{rows}")
    (tmp_path / "f.csv").write_text("firm_id,tax_cny10k\nF1,1\n")
    layers = {"parcels": {"path": "p.gpkg"}, "firms": {"path": "f.csv"}, "links": {"path": "l.csv"}}
    met = call("check", small_city(tmp_path, **layers), "--lang", "en")
    assert met.exit_code == 1
    heads = [line for line in met.stdout.splitlines() if line.startswith("[")]
    assert heads[0].startswith("[links] Firm–parcel links: Linked")
    assert any(line.endswith("4, doubted (area_differs)") for line in heads)
    assert met.stdout.count("… and") == 1
    assert max(map(len, met.stdout.split("  → "))) < 1000


@pytest.mark.parametrize(
    "words", [["--lang", "fr"], ["--no-such-option"], [], ["a.toml", "b.toml"]], ids=str
)
def test_wrong_use_ends_with_two(words: list[str]) -> None:
    assert call("run", *words).exit_code == 2


# the small commands -----------------------------------------------------------------------------


def test_rulebooks_are_listed_and_shown() -> None:
    listed = call("rules", "list", "--lang", "en")
    assert listed.exit_code == 0
    assert [line.split("\t")[0] for line in listed.stdout.splitlines()] == rulebook_names()
    shown = call("rules", "show", "cixi-2022")
    assert json.loads(shown.stdout)["share"]["target"] == 0.8
    unknown = call("rules", "show", "cixi-1999", "--lang", "en")
    assert (unknown.exit_code, unknown.stdout) == (2, "")
    assert "There is no rulebook" in unknown.stderr


def test_a_rulebook_is_checked_for_what_it_lacks(tmp_path: Path) -> None:
    numbers = call("rules", "numbers", "cixi-2022", "--lang", "en").stdout.splitlines()
    assert numbers[1].split("\t")[:3] == ["Target for the share > target", "0.8", "1"]
    assert {len(line.split("\t")) for line in numbers} == {9}
    lacks = call("rules", "check", "huangyan-2022", "--lang", "en")
    assert lacks.exit_code == 1
    assert "has no: target for the share [share]" in lacks.stderr
    book_with(tmp_path, "[share]\ntarget = 80\n")
    wrong = call("rules", "check", tmp_path / "book.toml", "--lang", "en")
    assert wrong.exit_code == 2
    assert "[share.target]" in wrong.stderr
    assert call("rules", "check", DEMO / "rulebook.toml").exit_code == 0


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_check_prints_targets_and_names_every_hole(lang: str) -> None:
    met = call("rules", "check", "cixi-2023", "--lang", lang)
    assert met.exit_code == 1
    assert [line for line in met.stdout.splitlines() if "10,000 亩" in line]
    assert len(met.stdout.splitlines()) == 3
    said = {one: met.stderr.count(f"[{one}]") for one in ("admission", "negative_list", "scoring")}
    assert said == {"admission": 1, "negative_list": 1, "scoring": 2}


def test_two_rulebooks_differ_in_words_and_in_whom_they_move(tmp_path: Path) -> None:
    same = call("rules", "diff", "cixi-2022", "cixi-2022")
    assert (same.exit_code, same.stdout) == (0, "")
    tests = 'logic = "any"\ntests = [{ column = "floor_area_ratio", comparison = "below",'
    for name, bar in (("a", 0.6), ("b", 0.9)):
        (tmp_path / name).mkdir()
        book_with(tmp_path / name, f"[low_efficiency]\n{tests} threshold = {bar} }}]\n")
    books = [tmp_path / name / "book.toml" for name in "ab"]
    table = four().assign(FAR=[0.5, 0.6, 0.8, 0.9])
    city = small_city(
        tmp_path, parcels={"path": save(table, tmp_path / "more.gpkg").name,
                           "columns": {"parcel_id": "parcel_id", "floor_area_ratio": "FAR"}},
    )  # fmt: skip
    found = call("rules", "diff", *books, "--project", city, "--lang", "en")
    assert found.exit_code == 1
    said, header, *moved = found.stdout.splitlines()
    assert said == "Low-efficiency tests > Floor area ratio > threshold: 0.6 -> 0.9"
    assert header == f"kind,id,judgement,{books[0]},{books[1]}"
    assert moved == [f"parcel,P{i},Low efficiency,No,Yes" for i in (1, 2)]
    assert "Judged otherwise: 2 parcels." in found.stderr
    out = tmp_path / "moved.csv"
    assert call("rules", "diff", *books, "--project", city, "--out", out).exit_code == 1
    assert out.read_text(encoding="utf-8-sig").splitlines()[1] == "宗地,P1,低效判定,否,是"


def test_one_city_under_several_rulebooks(tmp_path: Path) -> None:
    alone = call("compare", CITY, "--rulebooks", "cixi-2022", "--lang", "en")
    assert alone.exit_code == 2
    assert "Two rulebooks at least are needed" in alone.stderr
    mild = (
        (DEMO / "rulebook.toml")
        .read_text(encoding="utf-8")
        .replace("threshold = 0.6", "threshold = 0.4")
    )
    (tmp_path / "mild.toml").write_text(mild.replace("demo-2026", "mild"), encoding="utf-8")
    books = f"{DEMO / 'rulebook.toml'},{tmp_path / 'mild.toml'}"
    out = tmp_path / "moved.csv"
    met = call("compare", CITY, "--rulebooks", books, "--out", out, "--lang", "en")
    assert met.exit_code == 1
    said = [line.partition(": both judge")[0] for line in met.stdout.splitlines()]
    assert said == [
        "Parcels, grade, demo-2026 and mild", "Parcels, low efficiency, demo-2026 and mild",
        "Firms, grade, demo-2026 and mild",
    ]  # fmt: skip
    assert "both judge 2258, 100.0% alike" in met.stdout
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["kind"] for row in rows} == {"parcel"}
    verdicts = Counter((row["Low efficiency [demo-2026]"], row["Low efficiency [mild]"])
                       for row in rows)  # fmt: skip
    assert set(verdicts) <= {("Yes", "No"), ("Yes", "Undetermined"), ("Undetermined", "No")}
    assert verdicts["Yes", "No"] > 0
    with_one_more = call("compare", CITY, "--rulebooks", f"huangyan-2022,{books}", "--out", out)
    assert with_one_more.exit_code == 1  # the first says nothing of it, the other two differ
    assert len(out.read_text(encoding="utf-8-sig").splitlines()) == len(rows) + 1
    assert call("compare", CITY, "--rulebooks", f"{DEMO / 'rulebook.toml'},{DEMO / 'rulebook.toml'}"
                ).exit_code == 0  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_columns_prints_the_data_dictionary(lang: str) -> None:
    met = call("columns", "--lang", lang)
    assert met.exit_code == 0
    assert [line.split("\t")[0] for line in met.stdout.splitlines()] == list(COLUMNS)
    assert all(len(line.split("\t")) == 5 for line in met.stdout.splitlines())


def test_help_names_the_sections_in_brackets() -> None:
    assert "按 [public]" in call("map", "--help", COLUMNS="200").stdout


def test_help_names_every_command() -> None:
    met = call("--help", COLUMNS="200")
    assert met.exit_code == 0
    assert all(one in met.stdout for one in ("demo", "check", "run", "share", "score", "blocks",
                                             "map", "rules", "columns", "admit", "certainty",
                                             "sheet", "workbook", "weights", "diagnose",
                                             "compare", "figures"))  # fmt: skip


# languages --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("env", "words", "said"),
    [
        ({"LC_ALL": "zh_CN.UTF-8"}, [], "读不到项目文件"), ({"LC_ALL": "C"}, [], "读不到项目文件"),
        ({"LC_ALL": "en_US.UTF-8"}, [], "Cannot read project file"),
        ({"LANG": "en_GB.UTF-8"}, [], "Cannot read project file"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "zh_CN"}, [], "读不到项目文件"), ({}, [], "读不到"),
        ({"LC_ALL": "zh_CN.UTF-8"}, ["--lang", "en"], "Cannot read project file"),
        ({"LC_ALL": "en_US.UTF-8"}, ["--lang", "zh"], "读不到项目文件"),
    ],
    ids=str,
)  # fmt: skip
def test_the_language_is_the_option_or_the_locale(
    env: dict[str, str], words: list[str], said: str
) -> None:
    silent = dict.fromkeys(("LC_ALL", "LC_MESSAGES", "LANG"))
    met = CliRunner(env=silent | env).invoke(app, ["check", "no.toml", *words])
    assert (met.exit_code, met.stdout) == (2, "")
    assert said in met.stderr


@pytest.mark.parametrize(("said", "lang"), [("C", "zh"), ("en_US.UTF-8", "en"), ("", "zh")])
def test_a_process_takes_its_language_from_the_locale(said: str, lang: str) -> None:
    met = process("rules", "show", "no", LC_ALL=said)
    assert met.returncode == 2
    assert met.stderr.decode("utf-8").startswith({"zh": "没有名为", "en": "There is no"}[lang])


@pytest.mark.parametrize("coding", ["gbk", "ascii"])
def test_a_terminal_that_lacks_a_character_stops_no_one(coding: str, tmp_path: Path) -> None:
    path = small_city(tmp_path, city={"name": "小城㐂 m²", "rulebook": "cixi-2022"})
    met = process("share", path, "--lang", "zh", PYTHONIOENCODING=coding)
    assert met.returncode == 1, met.stderr
    assert b"50.00%" in met.stdout
    met = process("share", path, "--json", PYTHONIOENCODING=coding)
    assert json.loads(met.stdout.decode("utf-8"))["share"] == pytest.approx(0.5, abs=1e-6)


def test_results_and_words_are_kept_apart(tmp_path: Path) -> None:
    met = process("run", small_city(tmp_path), "--out", tmp_path / "out", "--lang", "en")
    assert met.returncode == 0
    assert met.stdout.decode().strip() == str(tmp_path / "out" / "map.html")
    assert "Project CRS chosen" in met.stderr.decode()
    assert "\x1b" not in met.stderr.decode()  # no progress bar in a log


# start-up ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "start",
    [
        "import landrenew; landrenew.COLUMNS; landrenew.LandrenewError; dir(landrenew)",
        f"{RUNNER} CliRunner().invoke(app, ['--help'])",
        f"{RUNNER} CliRunner().invoke(app, ['columns'])",
    ],
)
def test_starting_loads_nothing_heavy(start: str) -> None:
    met = process(code=f"{start}; import sys; print(*sys.modules)")
    assert met.returncode == 0, met.stderr
    assert HEAVY & set(met.stdout.decode().split()) == set()
