"""A run folder is written whole or not at all, accounts for itself, and keeps users' files."""

from __future__ import annotations

import csv
import errno
import hashlib
import io
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
from conftest import DEMO
from pyogrio.errors import DataSourceError
from small_city import EARLIER, digests, earlier_result, four, is_untouched, save, small_city

from landrenew.base.errors import FileError
from landrenew.publish import run_folder
from landrenew.publish.run_folder import RUN_FILES, json_text, result_share_record, save_run
from landrenew.workflow import run_project

if TYPE_CHECKING:
    from landrenew.publish.result import Result


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return run_project(small_city(tmp_path_factory.mktemp("small")))


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def broken(*_: object, **__: object) -> None:
    message = "failed to write"
    raise DataSourceError(message)


def stopped(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def leftovers(folder: Path) -> list[str]:
    return [one.name for one in folder.iterdir() if one.name.startswith(".")]


@pytest.mark.parametrize("step", ["write_geopackage", "faults_csv", "draw_map", "save_map"])
@pytest.mark.parametrize("failure", [full, broken])
def test_a_failure_leaves_the_earlier_result_to_the_byte(
    step: str, failure: object, small: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = earlier_result(tmp_path / "out")
    monkeypatch.setattr(run_folder, step, failure)
    with pytest.raises(FileError, match="Earlier results are untouched"):
        save_run(small, out)
    assert is_untouched(out)
    assert leftovers(tmp_path) == []


def test_a_full_disk_under_the_map_names_the_folder_asked_for(
    small: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = earlier_result(tmp_path / "out")
    monkeypatch.setattr("landrenew.publish.map.offline.tempfile.NamedTemporaryFile", full)
    with pytest.raises(FileError, match=f"^Cannot write output folder {out}: no space left"):
        save_run(small, out)
    assert is_untouched(out)


def test_an_interruption_leaves_the_earlier_result_to_the_byte(
    small: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = earlier_result(tmp_path / "out")
    monkeypatch.setattr(run_folder, "save_map", stopped)
    with pytest.raises(KeyboardInterrupt):
        save_run(small, out)
    assert is_untouched(out)


@pytest.mark.parametrize("moves", range(2, 9))
@pytest.mark.parametrize("failure", [full, stopped])
def test_a_failure_amid_the_exchange_puts_everything_back(
    moves: int, failure: object, small: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = earlier_result(tmp_path / "out")
    rename, done = Path.rename, []

    def fails_once(self: Path, target: Path) -> Path:
        done.append(target)
        return failure() if len(done) == moves else rename(self, target)

    monkeypatch.setattr(Path, "rename", fails_once)
    with pytest.raises((FileError, KeyboardInterrupt)):
        save_run(small, out)
    assert is_untouched(out)


def test_a_first_run_that_fails_leaves_no_folder(
    small: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_folder, "save_map", full)
    with pytest.raises(FileError):
        save_run(small, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_new_run_replaces_the_earlier_and_keeps_the_users_files(
    small: Result, tmp_path: Path
) -> None:
    out = earlier_result(tmp_path / "out")
    (out / "blocks.csv").write_bytes(b"of an earlier rulebook")
    (out / "地图").mkdir()
    (out / "地图" / "a.png").write_bytes(b"mine")
    inode = out.stat().st_ino
    save_run(small, out)
    names = {one.name for one in out.iterdir()}
    assert (out / "my notes.txt").read_bytes() == b"mine"
    assert (out / "地图" / "a.png").read_bytes() == b"mine"
    assert names - {"my notes.txt", "地图"} <= RUN_FILES
    assert "blocks.csv" not in names
    assert (out / "map.html").read_bytes() != EARLIER["map.html"]
    assert out.stat().st_ino == inode  # who stands in the folder goes on standing in it


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let four parcels be many."""
    monkeypatch.setattr("landrenew.publish.map.folder.FOLDER_FROM", 4)


@pytest.mark.usefixtures("large")
def test_the_map_of_a_large_city_is_a_folder(small: Result, tmp_path: Path) -> None:
    out = earlier_result(tmp_path / "out")
    for _ in range(2):  # over a run with a file, and over one with a folder
        save_run(small, out)
        assert not (out / "map.html").exists()
        assert (out / "map" / "index.html").is_file()
        assert [one.name for one in (out / "map" / "pieces").iterdir()] == ["0000.js"]
    assert leftovers(out) == []


def test_a_smaller_city_takes_the_folder_away(
    small: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("landrenew.publish.map.folder.FOLDER_FROM", 4)
        save_run(small, tmp_path / "out")
    save_run(small, tmp_path / "out")
    assert not (tmp_path / "out" / "map").exists()
    assert (tmp_path / "out" / "map.html").is_file()


def test_a_users_folder_of_that_name_stays(small: Result, tmp_path: Path) -> None:
    (tmp_path / "out" / "map").mkdir(parents=True)
    (tmp_path / "out" / "map" / "mine.txt").write_bytes(b"mine")
    save_run(small, tmp_path / "out")
    assert (tmp_path / "out" / "map" / "mine.txt").read_bytes() == b"mine"


@pytest.mark.usefixtures("large")
def test_a_users_folder_is_not_replaced_by_a_map(small: Result, tmp_path: Path) -> None:
    (tmp_path / "out" / "map").mkdir(parents=True)
    (tmp_path / "out" / "map" / "mine.txt").write_bytes(b"mine")
    with pytest.raises(FileError, match=r"no map's: mine\.txt"):
        save_run(small, tmp_path / "out")
    assert [one.name for one in (tmp_path / "out").iterdir()] == ["map"]
    assert (tmp_path / "out" / "map" / "mine.txt").read_bytes() == b"mine"


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("moves", range(1, 6))
def test_a_failure_amid_the_exchange_of_a_folder_puts_everything_back(
    moves: int, small: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = save_run(small, tmp_path / "out")
    before = {str(one): one.read_bytes() for one in out.rglob("*") if one.is_file()}
    rename, done = Path.rename, []

    def fails_once(self: Path, target: Path) -> Path:
        # its own map is written first, by a move of its own
        done.append(target)
        return stopped() if len(done) == len(before) + moves else rename(self, target)

    monkeypatch.setattr(Path, "rename", fails_once)
    with pytest.raises(KeyboardInterrupt):
        save_run(small, out)
    assert {str(one): one.read_bytes() for one in out.rglob("*") if one.is_file()} == before


def test_the_current_folder_may_be_the_output(
    small: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert (save_run(small, ".") / "map.html").is_file()
    assert Path.cwd() == tmp_path


def test_a_linked_folder_stays_a_link(small: Result, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "disk")
    save_run(small, tmp_path / "out")
    assert (tmp_path / "out").is_symlink()
    assert (tmp_path / "disk" / "map.html").is_file()


def test_folders_on_the_way_are_made(small: Result, tmp_path: Path) -> None:
    out = save_run(small, tmp_path / "市" / "2026 年" / "out")
    assert set(digests(out)) >= {"map.html", "parcels.gpkg", "parcels.parquet", "manifest.json"}


@pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX")
def test_others_may_read_what_was_written(small: Result, tmp_path: Path) -> None:
    mask = os.umask(0o022)
    try:
        out = save_run(small, tmp_path / "out")
    finally:
        os.umask(mask)
    assert out.stat().st_mode & 0o777 == 0o755
    assert {one.stat().st_mode & 0o777 for one in out.iterdir()} == {0o644}


def test_the_manifest_accounts_for_every_row_and_input(demo_run: Path) -> None:
    told = json.loads((demo_run / "manifest.json").read_text(encoding="utf-8"))
    for balance in told["balance"]:
        assert balance["rows_in"] == balance["rows_out"] + balance["rows_rejected"]
        if balance["area_in_m2"] is not None:
            assert balance["area_in_m2"] + balance["area_repaired_m2"] == pytest.approx(
                balance["area_out_m2"] + balance["area_rejected_m2"]
            )
    for one in told["inputs"]:
        for name, sha in one["sha256"].items():
            assert sha == hashlib.sha256((DEMO / name).read_bytes()).hexdigest()
    assert set(told["rasters"]) == {"height", "nightlight"}
    book = hashlib.sha256((DEMO / "rulebook.toml").read_bytes()).hexdigest()
    assert told["rulebook"]["sha256"].pop("checks.toml")  # the checks beneath every book
    assert told["rulebook"]["sha256"] == {"rulebook.toml": book}
    assert str(DEMO) not in json.dumps(told)


def test_the_manifest_counts_the_faults(demo_run: Path, demo_result: Result) -> None:
    told = json.loads((demo_run / "manifest.json").read_text(encoding="utf-8"))
    assert sum(told["faults"].values()) == len(demo_result.faults)
    rows = list(csv.reader(io.StringIO((demo_run / "faults.csv").read_text("utf-8-sig"))))
    assert len(rows) == 1 + len(demo_result.faults)


def test_a_shapefile_is_all_its_files(tmp_path: Path) -> None:
    save(four(), tmp_path / "宗地[1].shp", encoding="UTF-8")
    save(four(), tmp_path / "宗地.shp", encoding="UTF-8")
    result = run_project(small_city(tmp_path, parcels={"path": "宗地[1].shp"}))
    told = run_folder.manifest(result)["inputs"][0]["sha256"]
    assert set(told) == {f"宗地[1].{one}" for one in ("cpg", "dbf", "prj", "shp", "shx")}


def test_share_json_is_what_the_command_prints(demo_run: Path, demo_result: Result) -> None:
    record = result_share_record(demo_result)
    assert (demo_run / "share.json").read_text(encoding="utf-8") == json_text(record)


def test_tables_open_in_excel(demo_run: Path) -> None:
    for path in demo_run.glob("*.csv"):
        raw = path.read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf")
        assert raw.count(b"\r\n") == raw.count(b"\n")
        assert len(pd.read_csv(path)) > 0


def test_the_parquet_is_the_whole_table(demo_run: Path, demo_result: Result) -> None:
    back = gpd.read_parquet(demo_run / "parcels.parquet")
    told, known = (
        pd.DataFrame(one).astype(object).where(pd.DataFrame(one).notna(), None)
        for one in (back, demo_result.parcels)
    )
    pd.testing.assert_frame_equal(told, known)
    assert back.crs == demo_result.parcels.crs


def test_what_a_run_wrote_can_be_read_again(small: Result, tmp_path: Path) -> None:
    save_run(small, tmp_path / "out")
    source = {"path": "out/parcels.gpkg", "layer": "parcels"}
    again = run_project(small_city(tmp_path, parcels=source))
    assert result_share_record(again) == result_share_record(small)
    assert sorted(again.parcels.columns) == sorted(small.parcels.columns)
