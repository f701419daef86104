"""Two runs are compared: every change is listed once, with what may have caused it."""

from __future__ import annotations

import csv
import io
import json
import shutil
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import CRS, square
from hypothesis import given
from hypothesis import strategies as st
from small_city import SIZE, four, layer_of, save, small_city
from typer.testing import CliRunner

from landrenew.base.errors import FileError
from landrenew.cli import app
from landrenew.publish.causes import GROUNDS, Attribution, Cause, changed_causes
from landrenew.publish.diff_words import SAME, diff_csv, diff_record, diff_words
from landrenew.publish.finished import FaultLine, FinishedRun, Manifest, Share, read_finished
from landrenew.publish.run_diff import RunDiff, changed_flags, diff_runs
from landrenew.publish.run_folder import json_text, save_run
from landrenew.workflow import run_project

BOOK = """
title = "t"
region = "here"
[share]
target = 0.8
document = "d"
source = "s"
confidence = "user"
[low_efficiency]
logic = "any"
document = "d"
source = "s"
confidence = "user"
tests = [ {{ column = "tax_cny10k_per_mu", comparison = "below", threshold = {bar} }} ]
"""
FIRMS = "firm_id,parcel_id,tax_cny10k\nA,P0,10\nB,P1,1\nC,P2,0.1\nD,P3,\n"


KEPT: dict[str, bytes] = {}
"""The layers to the byte: a GeoPackage written anew bears another time."""


def written(
    folder: Path,
    *,
    bar: float = 5,
    firms: str = FIRMS,
    table: gpd.GeoDataFrame | None = None,
    zones: gpd.GeoDataFrame | None = None,
    **sections: Any,  # noqa: ANN401
) -> Path:
    """Write the small city with firms and a rulebook, run it, and give its run folder."""
    folder.mkdir(parents=True)
    (folder / "rules.toml").write_text(BOOK.format(bar=bar), encoding="utf-8")
    (folder / "firms.csv").write_text(firms, encoding="utf-8")
    for layer, name in ((table, "parcels.gpkg"), (zones, "line.gpkg")):
        if layer is not None:
            save(layer, folder / name)
        elif name in KEPT:
            (folder / name).write_bytes(KEPT[name])
    ours = {
        "city": {"name": "小城", "rulebook": "rules.toml", "crs": CRS},
        "firms": {"path": "firms.csv"},
    }
    project = small_city(folder, **(ours | sections))
    if table is zones is None:
        KEPT.update({one: (folder / one).read_bytes() for one in ("parcels.gpkg", "line.gpkg")})
    return save_run(run_project(project), folder / "out")


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("diff") / "before")


def compare(a: Path, b: Path) -> RunDiff:
    return diff_runs(read_finished(a), read_finished(b))


def told(diff: RunDiff) -> dict[tuple[str, str], list[str]]:
    """Give the causes of each changed value by parcel and column."""
    return {
        (row.parcel_id, row.column): [one.key for one in diff.attribution.named(row.mask)]
        for row in diff.cells.itertuples()
    }


def test_a_run_is_the_same_as_itself(before: Path) -> None:
    diff = compare(before, before)
    assert diff.is_same
    assert diff_words(diff, "zh") == SAME.zh
    assert diff_words(diff, "en") == SAME.en
    assert diff_record(diff)["same"] is True
    assert len(diff_csv(diff, "zh").splitlines()) == 1


def test_a_changed_firm_is_laid_to_the_firm_table_alone(before: Path, tmp_path: Path) -> None:
    after = written(tmp_path / "after", firms=FIRMS.replace("B,P1,1", "B,P1,40"))
    diff = compare(before, after)
    assert [one.key for one in diff.causes] == ["layer:firms"]
    changed = told(diff)
    assert {parcel for parcel, _ in changed} == {"P1"}
    assert {"tax_cny10k", "tax_cny10k_per_mu", "low_efficiency_class"} <= {c for _, c in changed}
    assert all(why == ["layer:firms"] for why in changed.values())
    words = diff_words(diff, "zh")
    assert "[firms] 企业：文件 firms.csv 的内容变了" in words
    assert "低效判定：是 → 否 1" in words


def test_a_value_that_becomes_missing_is_a_change(before: Path, tmp_path: Path) -> None:
    after = written(tmp_path / "after", firms=FIRMS.replace("B,P1,1", "B,P1,-"))
    row = compare(before, after).cells.set_index(["parcel_id", "column"]).loc[("P1", "tax_cny10k")]
    assert row["before"] == 1
    assert pd.isna(row["after"])


def test_moving_one_bar_lists_exactly_the_parcels_between_the_bars(
    before: Path, tmp_path: Path
) -> None:
    diff = compare(before, written(tmp_path / "after", bar=100))
    assert [one.key for one in diff.causes] == ["rules:low_efficiency"]
    per_mu = read_finished(before).parcels["tax_cny10k_per_mu"]
    between = set(per_mu.index[per_mu.between(5, 100, inclusive="left")])
    classes = diff.cells[diff.cells["column"] == "low_efficiency_class"]
    assert set(classes["parcel_id"]) == between
    assert {tuple(why) for why in told(diff).values()} == {("rules:low_efficiency",)}


def test_a_moved_line_changes_the_share_and_says_so(before: Path, tmp_path: Path) -> None:
    zones = layer_of(square(0, size=SIZE), name=["KZX001"])
    after = written(tmp_path / "after", zones=zones)
    diff = compare(before, after)
    assert [one.key for one in diff.causes] == ["layer:control_line"]
    assert told(diff)["P1", "control_share"] == ["layer:control_line"]
    (step,) = diff.steps
    assert step.part == "line"
    assert step.points == pytest.approx(-0.25, abs=1e-6)
    assert "线内占比：50.00%" in diff_words(diff, "zh")


def test_parcels_that_come_go_and_move_are_told_apart(before: Path, tmp_path: Path) -> None:
    table = four()
    table = table[table["parcel_id"] != "P3"].copy()
    smaller = shapely.box(*square(2, size=SIZE).buffer(-1).bounds)
    table.loc[2, "geometry"] = smaller
    new = layer_of(square(1, 1, size=SIZE), parcel_id=["P9"])
    table = pd.concat([table, new], ignore_index=True)
    diff = compare(before, written(tmp_path / "after", table=table))
    assert (diff.added, diff.removed, diff.redrawn) == (("P9",), ("P3",), ("P2",))
    assert [one.part for one in diff.steps] == ["removed", "added", "redrawn"]
    old, later = (one.share for one in diff.shares)
    assert sum(one.points for one in diff.steps) == pytest.approx(later - old, abs=1e-12)
    assert {code.code for code in diff.faults_appeared} == {"link_unknown_parcel", "firm_unlinked"}
    assert all(step.causes[0].key == "layer:parcels" for step in diff.steps)


def test_a_ring_that_begins_elsewhere_is_the_same_shape(before: Path, tmp_path: Path) -> None:
    table = four()
    corners = list(table.geometry[0].exterior.coords)[:-1]
    table.loc[0, "geometry"] = shapely.Polygon([*corners[2:], *corners[:2]])
    diff = compare(before, written(tmp_path / "after", table=table))
    assert diff.redrawn == ()
    assert [one.key for one in diff.causes] == ["layer:parcels"]
    assert diff.is_same


def read_otherwise(folder: Path, columns: dict[str, Any]) -> Path:
    """Run the same city with another mapping for the columns of its firms."""
    written(folder)
    ours = {
        "city": {"name": "小城", "rulebook": "rules.toml", "crs": CRS},
        "firms": {"path": "firms.csv", "columns": columns},
    }
    return save_run(run_project(small_city(folder, **ours)), folder / "out")


def test_the_reading_of_a_layer_counts_as_a_cause(before: Path, tmp_path: Path) -> None:
    columns = {"output_cny10k": "tax_cny10k"}
    after = read_otherwise(tmp_path / "after", columns)
    diff = compare(before, after)
    assert diff.causes[0].text.zh == "[firms] 企业：项目文件中的 columns 变了"
    assert told(diff)["P0", "output_cny10k"] == ["layer:firms"]


TABLE = pd.DataFrame(
    {"a": [1.0, np.nan, 0.0, -5.0], "b": ["x", None, "=1+1", ""], "c": [1, 2, 3, 4]},
    index=pd.Index(["P0", "P1", "P2", "P3"], name="parcel_id"),
)
EDITS = st.dictionaries(
    st.tuples(st.sampled_from(list(TABLE.index)), st.sampled_from(["a", "b", "c"])),
    st.one_of(st.integers(100, 999), st.none()),
)


@given(EDITS)
def test_random_edits_are_listed_exactly(edits: dict[tuple[str, str], int | None]) -> None:
    after = TABLE.astype({"a": object, "b": object, "c": object})
    for (row, column), value in edits.items():
        after.loc[row, column] = str(value) if column == "b" and value else value
    after = after.astype({"a": float, "c": "Int64"})
    flags = changed_flags(TABLE, after)
    listed = {(row, column) for column, rows in flags.items() for row in TABLE.index[rows]}
    was_missing = {("P1", "a"), ("P1", "b")}
    same = {at for at, value in edits.items() if value is None and at in was_missing}
    assert listed == set(edits) - same


def test_numbers_within_the_tolerance_are_the_same() -> None:
    after = TABLE.assign(a=TABLE["a"] * (1 + 1e-12), c=TABLE["c"].astype(float))
    assert changed_flags(TABLE, after) == {}
    assert list(changed_flags(TABLE, TABLE.assign(a=TABLE["a"] * (1 + 1e-8)))) == ["a"]


def run_of(parcels: gpd.GeoDataFrame, manifest: Manifest, faults: Any = ()) -> FinishedRun:  # noqa: ANN401
    return FinishedRun(Path(), manifest, parcels, None, tuple(faults))


def plain_manifest(**parts: Any) -> Manifest:  # noqa: ANN401
    return Manifest.model_validate({"crs": CRS, "versions": {"landrenew": "1"}} | parts)


def table_of(ids: list[str], **columns: Any) -> gpd.GeoDataFrame:  # noqa: ANN401
    x, y = np.divmod(np.arange(len(ids)) * 10.0, 3000.0)
    shapes = shapely.box(x, y, x + 9, y + 9)
    index = pd.Index(ids, name="parcel_id")
    return gpd.GeoDataFrame(columns, geometry=shapes, index=index, crs=CRS)


def test_several_candidates_are_all_named() -> None:
    a = table_of(["P0"], tax_cny10k=[1.0], tax_cny10k_per_mu=[1.0], mystery=[1.0])
    b = a.assign(tax_cny10k=2.0, tax_cny10k_per_mu=2.0, mystery=2.0)
    old = plain_manifest(inputs=[{"layer": n, "sha256": {"f": "1"}} for n in ("firms", "links")])
    new = plain_manifest(
        inputs=[{"layer": n, "sha256": {"f": "2"}} for n in ("firms", "links")],
        versions={"landrenew": "2"}, rasters={"ndvi": "1"},
    )  # fmt: skip
    why = told(diff_runs(run_of(a, old), run_of(b, new)))
    firms = ["layer:firms", "layer:links", "versions"]
    assert why["P0", "tax_cny10k"] == why["P0", "tax_cny10k_per_mu"] == firms
    assert why["P0", "mystery"] == [*firms[:2], "raster:ndvi", "versions"]


def test_what_no_manifest_explains_is_said_to_be_unexplained() -> None:
    a = table_of(["P0"], tax_cny10k=[1.0])
    diff = diff_runs(
        run_of(a, plain_manifest()), run_of(a.assign(tax_cny10k=2.0), plain_manifest())
    )
    assert "两份清单中没有原因" in diff_words(diff, "zh")
    assert "the manifests name no cause" in diff_csv(diff, "en").decode("utf-8-sig")


def test_a_grade_that_moved_because_of_others_is_laid_to_all_it_rests_on() -> None:
    a = table_of(["P0", "P1"], tax_cny10k_per_mu=[1.0, 2.0], efficiency_grade=["A", "B"])
    b = a.assign(tax_cny10k_per_mu=[1.0, 0.5], efficiency_grade=["B", "A"])
    old, new = (plain_manifest(inputs=[{"layer": "firms", "sha256": {"f": one}}]) for one in "12")
    why = told(diff_runs(run_of(a, old), run_of(b, new)))
    assert why["P0", "efficiency_grade"] == why["P1", "efficiency_grade"] == ["layer:firms"]


def test_a_fault_is_known_again_when_its_row_shifts() -> None:
    table = table_of(["P0"])
    old = [
        FaultLine("parcels", "3", "P0", "overlap", "x"),
        FaultLine("firms", "9", "F", "gone", "y"),
    ]
    new = [
        FaultLine("parcels", "4", "P0", "overlap", "x"),
        FaultLine("firms", "1", "=F", "new", "z"),
    ]
    diff = diff_runs(run_of(table, plain_manifest(), old), run_of(table, plain_manifest(), new))
    assert [one.code for one in diff.faults_gone] == ["gone"]
    assert [one.code for one in diff.faults_appeared] == ["new"]
    assert "'=F" in diff_csv(diff, "zh").decode("utf-8-sig")


def test_every_ground_is_a_column_or_a_key_of_a_cause() -> None:
    kinds = {"layer", "raster", "rules", "setting", "project"}
    loose = {one for grounds in GROUNDS.values() for one in grounds if ":" not in one}
    keyed = {one for grounds in GROUNDS.values() for one in grounds if ":" in one}
    assert {one.partition(":")[0] for one in keyed} <= kinds
    from landrenew.base.columns import COLUMNS  # noqa: PLC0415

    assert loose <= {*COLUMNS, "geometry"}


@pytest.mark.parametrize("setting", ["sliver_width_m", "overlap_width_m"])
@pytest.mark.parametrize("column", ["building_count", "floor_area_ratio", "building_coefficient"])
def test_what_stands_on_a_parcel_rests_on_the_tolerances_of_footprints(
    setting: str, column: str
) -> None:
    causes = changed_causes(plain_manifest(), plain_manifest(parameters={setting: 0.3}))
    attribution = Attribution(causes, {column: np.array([True])})
    (named,) = attribution.named(int(attribution.masks(column)[0]))
    assert named.key == f"setting:{setting}"


def test_more_causes_than_bits_are_still_named() -> None:
    rasters = {f"more.r{i}": "1" for i in range(90)}
    causes = changed_causes(plain_manifest(), plain_manifest(rasters=rasters))
    attribution = Attribution(causes, {"raster_r80_mean": np.array([True])})
    named = attribution.named(int(attribution.masks("raster_r80_mean")[0]))
    assert "raster:more.r80" in [one.key for one in named]
    assert isinstance(named[0], Cause)


def test_the_table_lists_every_change_in_both_languages(before: Path, tmp_path: Path) -> None:
    diff = compare(before, written(tmp_path / "after", firms=FIRMS.replace("B,P1,1", "B,P1,40")))
    for lang, label, word in (("zh", "税收", "是"), ("en", "Tax", "Yes")):
        text = diff_csv(diff, lang).decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline="")))[1:]
        assert len(rows) == len(diff.cells)
        assert ["P1", "tax_cny10k", label, "1.0", "40.0"] in [row[1:6] for row in rows]
        assert any(row[4] == word for row in rows)


def test_100_000_parcels_are_compared_in_ten_seconds() -> None:
    count = 100_000
    ids = [f"P{i:06}" for i in range(count)]
    numbers = {f"c{i}": np.arange(count) * 0.1 + i for i in range(40)}
    words = {
        f"w{i}": np.array(["yes", "no"], dtype=object)[np.arange(count) % 2] for i in range(10)
    }
    a = table_of(ids, **numbers, **words)
    b = a.copy()
    b["c3"] += 1
    b.loc[b.index[:500], "w1"] = None
    start = time.perf_counter()
    diff = diff_runs(run_of(a, plain_manifest()), run_of(b.iloc[::-1], plain_manifest()))
    diff_words(diff, "zh")
    diff_csv(diff, "zh")
    json_text(diff_record(diff))
    assert len(diff.cells) == count + 500
    assert time.perf_counter() - start < 10


def test_the_command_says_writes_and_leaves_with_0_1_or_2(before: Path, tmp_path: Path) -> None:
    after = written(tmp_path / "after", firms=FIRMS.replace("B,P1,1", "B,P1,40"))
    run = CliRunner().invoke
    same = run(app, ["diff", str(before), str(before), "--lang", "zh"])
    assert (same.exit_code, same.stdout.strip()) == (0, SAME.zh)
    out = tmp_path / "diff.csv"
    done = run(app, ["diff", str(before), str(after), "--out", str(out), "--lang", "en"])
    assert done.exit_code == 1
    assert "By column:" in done.stdout
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    record = json.loads(run(app, ["diff", str(before), str(after), "--json"]).stdout)
    assert record["causes"][0]["key"] == "layer:firms"
    broken = run(app, ["diff", str(before), str(tmp_path), "--lang", "zh"])
    assert broken.exit_code == 2
    assert "不是完整的运行结果：manifest.json 读不出来（不存在）" in broken.stderr


@pytest.mark.parametrize("name", ["manifest.json", "parcels.parquet", "share.json", "faults.csv"])
@pytest.mark.parametrize("content", [b"", b"[1]", b"\xff\xfe\x00", b"a\r\nb"])
def test_a_broken_file_of_a_run_is_one_sentence(
    name: str, content: bytes, before: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(before, folder)
    (folder / name).write_bytes(content)
    if name == "faults.csv" and content in {b"", b"[1]"}:
        assert read_finished(folder).faults == ()
        return
    with pytest.raises(FileError, match=name):
        read_finished(folder)


def test_a_run_without_a_share_is_compared_all_the_same(before: Path) -> None:
    run = read_finished(before)
    lineless = FinishedRun(run.folder, run.manifest, run.parcels, None, run.faults)
    diff = diff_runs(run, lineless)
    assert not diff.is_same
    assert "→ —" in diff_words(diff, "zh")
    assert diff_record(diff)["share"]["after"] is None
    assert Share(share=None).share is None
