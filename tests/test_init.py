"""``landrenew init`` writes a project file that runs, and says what it was not sure of."""

from __future__ import annotations

import os
import shutil
import tomllib
from typing import TYPE_CHECKING

import geopandas as gpd
import openpyxl
import pytest
from conftest import CRS, DEMO, ROOT, square
from small_city import four, line, save
from typer.testing import CliRunner, Result

from landrenew.cli import app
from landrenew.intake.city import read_city
from landrenew.intake.project import read_project
from landrenew.workflow import project_faults, project_share, run_project

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.intake.layers import Balance

EXAMPLES = ROOT / "examples"

NAMES = {
    "china_gbk_shapefile": "安徽各县",
    "china_cgcs2000_txt": "肇庆三地块",
    "china_enterprise_longkou": "龙口企业登记",
    "taiwan_factory_table": "台湾未登记工厂",
    "turin_transformation": "都灵改造地块",
    "goteborg_dsm": "哥德堡",
    "firms_lubelskie": "卢布林省企业",
}

GUESS = "坐标是中国境内的经纬度，像是 CGCS2000 经纬度（EPSG:4490）"

SLOW_TABLES = {"china_enterprise_longkou", "taiwan_factory_table", "firms_lubelskie"}
"""Not tried out while they are proposed: tests below read each once, which takes seconds."""

EDITS: dict[str, list[tuple[str, str]]] = {
    "china_gbk_shapefile": [
        (
            f"""# [towns]
# path = "../../shared/data/china_gbk_shapefile/chinese_encoding.shp"
# crs = "EPSG:4490"  # 请核对：{GUESS}
#
# [towns.columns]
""",
            f"""# 手工改动 1：核实坐标是 CGCS2000 经纬度，去掉本节各行行首的“# ”
[towns]
path = "../../shared/data/china_gbk_shapefile/chinese_encoding.shp"
crs = "EPSG:4490"  # 请核对：{GUESS}

[towns.columns]
""",
        ),
        ('# town = "xianming"\n', '# 手工改动 2：改用汉字县名，不用拼音\ntown = "NAME0508"\n'),
    ],
    "turin_transformation": [
        (
            (
                "where = \"primary_class = 'industrial'\"  # 请核对：150 行中 29 行是工业用地；"
                "另有 allotments, brownfield, commercial, construction, farmland … (19)\n"
            ),
            "# 手工改动 1：150 处都是改造地块，不只取工业用地，去掉了 where 一行\n",
        ),
    ],
    "firms_lubelskie": [
        (
            (
                '# x = "lon"  # 请核对：经纬度列；坐标是经纬度，像是 WGS 84 (EPSG:4326)。'
                '确认坐标系（以及是否为偏移过的 GCJ-02）后三行一并启用\n# y = "lat"\n'
                '# crs = "EPSG:4326"\n'
            ),
            (
                "# 手工改动 1：数据说明写明是 WGS 84 经纬度，启用以下三行\n"
                'x = "lon"\ny = "lat"\ncrs = "EPSG:4326"\n'
            ),
        ),
    ],
}
"""What a planner changed by hand in an example, and nothing else."""


def init(*args: str | Path) -> Result:
    return CliRunner().invoke(app, ["init", *map(str, args), "--lang", "zh"])


def written(folder: Path, out: Path, *args: str) -> dict:
    met = init(folder, "--out", out, *args)
    assert met.exit_code == 0, met.stderr
    return tomllib.loads(out.read_text(encoding="utf-8"))


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """Give a folder with four parcels in a layer and a control line."""
    ids = [f"3302821191{i:02d}GB00001" for i in range(4)]
    save(four().rename(columns={"parcel_id": "ZDDM"}).assign(ZDDM=ids), tmp_path / "宗地.gpkg")
    save(line(), tmp_path / "工业控制线.geojson")
    return tmp_path


# --- the examples ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("shared")
def test_an_example_is_what_init_writes_but_for_the_edits_it_states(
    name: str, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name in SLOW_TABLES:
        monkeypatch.setattr("landrenew.intake.propose.proposal._stopped_by", lambda *_: None)
    beside = EXAMPLES / f".{name}.{os.getpid()}.toml"  # paths in it start from this folder
    try:
        met = init(os.path.relpath(shared / name), "--out", beside, "--name", NAMES[name])
        text = beside.read_text(encoding="utf-8")
    finally:
        beside.unlink(missing_ok=True)
    assert met.exit_code == 0
    for old, new in EDITS.get(name, []):
        assert text.count(old) == 1
        text = text.replace(old, new)
    assert text == (EXAMPLES / f"{name}.toml").read_text(encoding="utf-8")
    assert text.count("手工改动") == len(EDITS.get(name, [])) <= 2


def balances(name: str) -> dict[str, Balance]:
    layers = read_city(EXAMPLES / f"{name}.toml")
    for one in layers.balances:
        assert one.rows_in == one.rows_out + one.rows_rejected
    return {one.layer: one for one in layers.balances}


@pytest.mark.usefixtures("shared")
def test_declared_hectares_of_boundary_points_are_those_drawn() -> None:
    parcels = run_project(EXAMPLES / "china_cgcs2000_txt.toml").parcels
    assert parcels["declared_area_m2"].tolist() == pytest.approx([12247, 87423, 103262])
    drawn = (parcels["planar_area_m2"] / 1e4).round(4)
    assert drawn.tolist() == [1.2247, 8.7423, 10.3262]


@pytest.mark.usefixtures("shared")
def test_counties_in_gbk_without_a_crs_are_read_after_the_edit() -> None:
    layers = read_city(EXAMPLES / "china_gbk_shapefile.toml")
    assert len(layers.towns) == 78
    assert {"天长市", "全椒县", "和县"} <= set(layers.towns["town"])
    assert layers.balances[0].area_out_m2 / 1e6 == pytest.approx(140_277, abs=1)  # km2


@pytest.mark.usefixtures("shared")
def test_a_register_of_firms_is_accounted_for_row_by_row() -> None:
    firms = balances("china_enterprise_longkou")["firms"]
    assert (firms.rows_in, firms.rows_rejected) == (7551, 2444)


@pytest.mark.usefixtures("shared")
def test_the_last_month_of_a_workbook_is_taken() -> None:
    assert read_project(EXAMPLES / "taiwan_factory_table.toml").firms.layer == "11212"
    assert balances("taiwan_factory_table")["firms"].rows_out == 454


@pytest.mark.usefixtures("shared")
def test_sites_in_turin_differ_from_the_cadastre_as_their_supplier_says() -> None:
    result = run_project(EXAMPLES / "turin_transformation.toml")
    ratio = result.parcels["parcel_area_m2"] / result.parcels["declared_area_m2"]
    assert len(ratio) == 150
    assert ratio.median() == pytest.approx(1.43, abs=0.01)
    assert ratio.max() == pytest.approx(350, abs=1)
    assert result.layers.balances[1].rows_in == 666


@pytest.mark.usefixtures("shared")
def test_buildings_and_rasters_alone_can_be_checked() -> None:
    project = read_project(EXAMPLES / "goteborg_dsm.toml")
    assert set(project.rasters.files()) == {"dsm", "dem"}  # canopy and land cover are not taken
    assert balances("goteborg_dsm")["buildings"].rows_in == 137


@pytest.mark.usefixtures("shared")
def test_firms_with_coordinates_become_points() -> None:
    firms = read_city(EXAMPLES / "firms_lubelskie.toml").firms
    assert isinstance(firms, gpd.GeoDataFrame)
    assert len(firms) == 37_374
    assert firms["staff_person"].notna().all()


# --- the demo city --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def demo_again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of the demo city with a project file by init instead of the one by hand."""
    folder = tmp_path_factory.mktemp("demo again")
    for one in DEMO.iterdir():
        if one.name != "city.toml":
            shutil.copy(one, folder)
    assert init(folder).exit_code == 0
    return folder / "city.toml"


def test_the_demo_city_is_found_as_it_was_written_by_hand(demo_again: Path) -> None:
    by_hand, found = read_project(DEMO / "city.toml"), read_project(demo_again)
    assert found.city.rulebook == by_hand.city.rulebook
    assert found.rasters == by_hand.rasters
    for name, layer in by_hand.layers().items():
        ours = found.layers()[name]
        assert (ours.path, ours.where) == (layer.path, layer.where), name
        assert layer.columns.items() <= ours.columns.items(), name


def test_the_demo_city_gives_the_same_share(demo_again: Path) -> None:
    ours, theirs = project_share(demo_again).share, project_share(DEMO / "city.toml").share
    assert (ours.share, ours.total_m2) == (theirs.share, theirs.total_m2)
    assert ours.verdict == theirs.verdict


def test_the_same_folder_gives_the_same_bytes(town: Path) -> None:
    first, second = town / "a.toml", town / "b.toml"
    written(town, first)
    content = first.read_bytes()
    first.unlink()
    written(town, second)
    assert second.read_bytes() == content


# --- what it refuses ------------------------------------------------------------------------


def test_an_existing_project_file_is_never_overwritten(town: Path) -> None:
    (town / "city.toml").write_text("mine", encoding="utf-8")
    met = init(town)
    assert met.exit_code == 2
    assert "不覆盖" in met.stderr
    assert (town / "city.toml").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", [None, "README.md"])
def test_a_folder_with_nothing_in_it_is_refused_in_a_sentence(
    tmp_path: Path, name: str | None
) -> None:
    if name is not None:
        (tmp_path / name).write_text("# 说明", encoding="utf-8")
    met = init(tmp_path)
    assert met.exit_code == 2
    assert "没有认得的图层或表" in met.stderr
    assert not (tmp_path / "city.toml").exists()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    met = init(tmp_path / "nowhere", "--out", tmp_path / "city.toml")
    assert (met.exit_code, "没有文件夹" in met.stderr) == (2, True)


def test_a_place_that_cannot_be_written_is_named(town: Path) -> None:
    met = init(town, "--out", town / "nowhere" / "city.toml")
    assert (met.exit_code, "没有文件夹" in met.stderr) == (2, True)


def test_an_unknown_rulebook_is_refused(town: Path) -> None:
    met = init(town, "--rulebook", "nowhere-1999")
    assert (met.exit_code, "没有名为" in met.stderr) == (2, True)


# --- folders as they are --------------------------------------------------------------------


def test_a_broken_file_is_listed_and_stops_nothing(town: Path) -> None:
    (town / "坏.shp").write_bytes(b"not a shapefile")
    (town / "坏.xlsx").write_bytes(b"PK\x03\x04 cut off")
    (town / "坏.zip").write_bytes(b"PK")
    (town / "坏.tif").write_bytes(b"II*\x00")
    (town / "坏的建筑高度.tif").write_bytes(b"II*\x00")
    (town / "图.dwg").write_bytes(b"AC1015")
    project = written(town, town / "city.toml")
    assert project["parcels"]["path"] == "宗地.gpkg"
    text = (town / "city.toml").read_text(encoding="utf-8")
    tail = text[text.index("没有用到的文件") :]
    for one in ("坏.shp", "坏.xlsx", "坏.zip", "坏.tif", "坏的建筑高度.tif", "图.dwg"):
        assert f"#   {one}: " in tail
    assert str(town) not in text  # nothing of this machine


def test_names_that_mean_something_in_toml_or_html_stay_names(tmp_path: Path) -> None:
    nasty = 'a"b\\c\n[city]\nname="x"<script>宗地.geojson'
    save(four(), tmp_path / "plain.geojson").rename(tmp_path / nasty)
    (tmp_path / "note\n[firms]\npath='x'.txt").write_text("x", encoding="utf-8")
    project = written(tmp_path, tmp_path / "city.toml", "--name", 'N"\n[towns]')
    assert project["parcels"]["path"] == nasty
    assert project["city"]["name"] == 'N"\n[towns]'
    assert set(project) == {"city", "parcels"}
    assert len(read_city(tmp_path / "city.toml").parcels) == 4


def test_columns_with_nasty_names_stay_columns(tmp_path: Path) -> None:
    table = four().rename(columns={"parcel_id": '宗地"代码\\（x）'}).assign(**{"地类 编码": "0601"})
    table.loc[1, "地类 编码"] = "05'08"
    save(table, tmp_path / "宗地.gpkg")
    project = written(tmp_path, tmp_path / "city.toml")
    assert project["parcels"]["where"] == "\"地类 编码\" = '0601'"
    assert len(read_city(tmp_path / "city.toml").parcels) == 3


def test_links_that_go_in_circles_are_not_followed(town: Path) -> None:
    (town / "again").symlink_to(town)
    (town / "gone.gpkg").symlink_to(town / "nowhere.gpkg")
    project = written(town, town / "city.toml")
    assert project["parcels"]["path"] == "宗地.gpkg"
    assert "#   again/: " in (town / "city.toml").read_text(encoding="utf-8")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_listed(town: Path) -> None:
    (town / "建筑.geojson").write_text("{}", encoding="utf-8")
    (town / "建筑.geojson").chmod(0)
    written(town, town / "city.toml")
    assert "#   建筑.geojson: " in (town / "city.toml").read_text(encoding="utf-8")


def test_two_hundred_files_are_looked_at(town: Path) -> None:
    for i in range(200):
        (town / f"说明 {i:03d}.docx").write_bytes(b"x")
    written(town, town / "city.toml")
    assert (town / "city.toml").read_text(encoding="utf-8").count(".docx: ") == 200


def test_two_levels_of_folders_are_looked_into(tmp_path: Path) -> None:
    deep = tmp_path / "一" / "二" / "三"
    deep.mkdir(parents=True)
    save(four(), deep.parent / "宗地.gpkg")
    save(line(), deep / "工业控制线.geojson")
    project = written(tmp_path, tmp_path / "city.toml")
    assert project["parcels"]["path"] == "一/二/宗地.gpkg"
    assert "control_line" not in project


def test_layers_in_an_archive_are_found(
    town: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    packed = tmp_path_factory.mktemp("packed")
    shutil.make_archive(str(packed / "数据"), "zip", town)
    project = written(packed, packed / "city.toml")
    assert project["parcels"]["path"] == "数据.zip/宗地.gpkg"
    assert project["control_line"]["path"] == "数据.zip/工业控制线.geojson"
    assert len(read_city(packed / "city.toml").parcels) == 4


def test_paths_start_from_the_project_file(town: Path) -> None:
    (town / "项目").mkdir()
    project = written(town, town / "项目" / "city.toml")
    assert project["parcels"]["path"] == "../宗地.gpkg"


# --- what it is not sure of -----------------------------------------------------------------


def test_a_layer_without_a_crs_waits_for_the_user(town: Path) -> None:
    buildings = gpd.GeoDataFrame({"CS": [3]}, geometry=[square(0, size=8)], crs=CRS)
    save(buildings, town / "建筑.shp")
    (town / "建筑.prj").unlink()
    met = init(town)
    text = (town / "city.toml").read_text(encoding="utf-8")
    assert met.exit_code == 0
    assert "buildings" not in tomllib.loads(text)
    assert "[buildings]：文件没有写明坐标系" in met.stderr
    assert '# crs = "EPSG:4549"  # 请核对：按它与其余图层重叠' in text
    agreed = "\n".join(_uncommented(text, "# [buildings]"))
    (town / "agreed.toml").write_text(agreed, encoding="utf-8")
    assert len(read_city(town / "agreed.toml").buildings) == 1


def _uncommented(text: str, start: str) -> list[str]:
    """Take the mark away from the lines of one section, as its remark asks the user to."""
    lines = text.split("\n")
    at = lines.index(start)
    end = next(i for i in range(at, len(lines)) if not lines[i])
    return [*lines[:at], *(one.removeprefix("#").removeprefix(" ") for one in lines[at:end]),
            *lines[end:]]  # fmt: skip


def test_ids_that_stand_on_two_parcels_are_not_taken_for_ids(tmp_path: Path) -> None:
    ids = four().rename(columns={"parcel_id": "宗地代码"})
    save(ids.assign(宗地代码=["A", "A", "B", "C"]), tmp_path / "宗地.gpkg")
    met = init(tmp_path)
    assert met.exit_code == 0
    assert "没有一列能唯一标识宗地" in met.stderr
    text = (tmp_path / "city.toml").read_text(encoding="utf-8")
    assert "宗地代码" not in str(tomllib.loads(text)["parcels"].get("columns", {}))


def test_every_doubt_is_marked_in_the_file_and_said(town: Path) -> None:
    met = init(town)
    text = (town / "city.toml").read_text(encoding="utf-8")
    assert met.stderr.count("· 请核对 ") == text.count("请核对：") > 0


def test_the_county_of_the_parcels_chooses_the_rulebook(town: Path) -> None:
    project = written(town, town / "city.toml")
    assert project["city"]["rulebook"] == "cixi-2022"


def test_without_a_rulebook_the_run_measures_and_judges_nothing(tmp_path: Path) -> None:
    save(four(), tmp_path / "宗地.gpkg")
    save(line(), tmp_path / "工业控制线.geojson")
    project = written(tmp_path, tmp_path / "city.toml")
    assert project["city"]["rulebook"] == "none"
    result = run_project(tmp_path / "city.toml")
    assert result.share.share == pytest.approx(0.5)
    assert result.share.verdict == "undetermined"
    assert any("没有任何规定" in note.zh for note in result.notes)


def test_comments_in_english_on_request(town: Path) -> None:
    met = CliRunner().invoke(app, ["init", str(town), "--lang", "en"])
    text = (town / "city.toml").read_text(encoding="utf-8")
    assert met.exit_code == 0
    assert "check: chosen by the county" in text
    assert "请" not in text


# --- a project without parcels --------------------------------------------------------------


def test_a_table_without_parcels_is_checked_but_not_measured(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (
        ["统一社会信用代码", "企业名称"],
        ["A", "甲"],
        ["A", "乙"],
        [None, "丙"],
        *([f"B{i}", f"丁{i}"] for i in range(9)),
    ):
        book.active.append(row)
    book.save(tmp_path / "企业.xlsx")
    written(tmp_path, tmp_path / "city.toml")
    result = project_faults(tmp_path / "city.toml")
    assert [(one.code, one.row) for one in result.faults] == [
        ("missing_id", 4), ("conflicting_id", 2), ("conflicting_id", 3),
    ]  # fmt: skip
    for command in ("run", "share", "score", "blocks"):
        met = CliRunner().invoke(app, [command, str(tmp_path / "city.toml"), "--lang", "zh"])
        assert met.exit_code == 2
        assert "没有宗地图层，无法量算" in met.stderr


def test_a_linked_folder_keeps_the_name_its_user_knows(town: Path, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "data").symlink_to(town, target_is_directory=True)
    project = written(tmp_path / "data", tmp_path / "work" / "city.toml")
    assert project["parcels"]["path"].startswith("../data/")


def test_a_project_file_in_a_linked_folder_finds_its_data(town: Path, tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "deep" / "er", target_is_directory=True)
    project = written(town, tmp_path / "link" / "city.toml")
    assert (tmp_path / "deep" / "er" / project["parcels"]["path"]).exists()
