"""The line from files: two states in the project file, and what a run and the door say of them."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from conftest import square
from small_city import SIZE, four, layer_of, save, small_city
from typer.testing import CliRunner

from landrenew.base.errors import CrsError, FileError
from landrenew.cli import app
from landrenew.intake.city import read_city
from landrenew.publish.run_folder import RUN_FILES, save_run
from landrenew.workflow import project_share, run_project

if TYPE_CHECKING:
    from pathlib import Path

THEN = {"path": "then.gpkg", "as_of": "2024-12-31"}
OLD_LINE = {"path": "old_line.gpkg", "as_of": "2024-12-31"}


def city(folder: Path, **sections: dict[str, Any] | None) -> Path:
    """Write the four squares, of which the third is new; a fifth is gone, the line has grown."""
    folder.mkdir(parents=True, exist_ok=True)
    then = four().drop(index=2)
    then.loc[9] = ["OLD", square(6, size=SIZE)]
    save(then, folder / "then.gpkg")
    save(layer_of(square(0, size=SIZE), name=["x"]), folder / "old_line.gpkg")
    return small_city(
        folder, **{"earlier_parcels": THEN, "earlier_control_line": OLD_LINE} | sections
    )


def call(*words: object) -> str:
    met = CliRunner().invoke(app, [str(word) for word in words])
    assert met.exit_code == 1, met.output  # the target is not met
    return met.stdout


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))


def test_a_run_writes_the_change_by_cause(tmp_path: Path) -> None:
    result = run_project(city(tmp_path))
    out = save_run(result, tmp_path / "out", lang="en")
    record = json.loads((out / "share_change.json").read_text("utf-8"))
    share = json.loads((out / "share.json").read_text("utf-8"))
    assert record["share_after"] == share["share"]
    assert record["share_before"] == pytest.approx(1 / 4, abs=1e-6)
    assert record["change"] == pytest.approx(1 / 4, abs=1e-6)
    assert sum(record["by_cause"].values()) == pytest.approx(record["change"], abs=1e-12)
    assert sum(record["by_cause_line_first"].values()) == pytest.approx(record["change"], abs=1e-12)
    assert record["share_by_earlier_line"] == pytest.approx(1 / 4, abs=1e-6)
    assert record["compared"] == {"line": True, "parcels": True}
    assert record["as_of"]["earlier_parcels"] == "2024-12-31"
    assert record["ground"]["kept"]["total_mu"] == pytest.approx(1.8, rel=1e-3)
    (whole,) = rows_of(out / "share_change.csv")
    assert whole["Change (points)"] == "25.0"
    (gone,) = rows_of(out / "retired.csv")
    assert gone["Parcel"] == "OLD"
    assert {one.name for one in out.iterdir()} <= RUN_FILES


def test_retired_parcels_add_up_to_the_total(tmp_path: Path) -> None:
    result = run_project(city(tmp_path))
    out = save_run(result, tmp_path / "out", lang="en")
    record = json.loads((out / "share_change.json").read_text("utf-8"))
    listed = sum(float(row["Retired ground (m²)"]) for row in rows_of(out / "retired.csv"))
    assert listed == pytest.approx(record["ground"]["retired"]["total_m2"], abs=0.1)
    new = result.parcels["new_ground_m2"].sum()
    assert new == pytest.approx(record["ground"]["new"]["total_m2"], abs=1e-3)


def test_the_share_command_says_why_in_both_languages(tmp_path: Path) -> None:
    path = city(tmp_path)
    zh, en = call("share", path, "--lang", "zh"), call("share", path, "--lang", "en")
    assert "线内占比由 25.00% 变为 50.00%，变化 +25.00 个百分点，其中控制线调整 +25.56" in zh
    assert "延续用地 1.80 亩，退出 0.60 亩，新增 0.60 亩" in zh
    assert "若控制线未调整，现状占比为 25.00%" in zh
    assert "from 25.00% to 50.00%, by +25.00 points: line re-drawn +25.56" in en
    assert "Shapley" in zh
    assert "Shapley" in en
    assert "by construction" not in en


def test_a_boundary_drawn_otherwise_is_said_and_is_no_change(tmp_path: Path) -> None:
    path = city(tmp_path)
    then = four()
    then.geometry = [one.buffer(-0.3 if i else 0) for i, one in enumerate(then.geometry)]
    save(then, tmp_path / "then.gpkg")
    said = call("share", path, "--lang", "en")
    assert "line re-drawn +25.00, ground retired 0.00, ground newly built 0.00" in said
    assert "By the earlier layers alone the share was 26.16%" in said
    assert "前期图层自身的占比为 26.16%" in call("share", path, "--lang", "zh")


def test_a_target_that_only_the_re_drawing_reaches_is_said(tmp_path: Path) -> None:
    save_to = tmp_path / "line.gpkg"
    tmp_path.mkdir(exist_ok=True)
    save(layer_of(*[square(i, size=SIZE) for i in range(4)], name=list("abcd")), save_to)
    met = CliRunner().invoke(app, ["share", str(city(tmp_path)), "--lang", "en"])
    assert met.exit_code == 0
    assert "The target of 80% is reached by the re-drawing alone." in met.stdout
    met = CliRunner().invoke(app, ["share", str(city(tmp_path)), "--lang", "zh"])
    assert "目标 80% 只因控制线调整才达到。" in met.stdout


def test_what_was_not_compared_is_said(tmp_path: Path) -> None:
    only_ground = call("share", city(tmp_path, earlier_control_line=None), "--lang", "en")
    assert "There is no earlier control line [earlier_control_line]" in only_ground
    assert "Had the line" not in only_ground
    only_line = call("share", city(tmp_path, earlier_parcels=None), "--lang", "zh")
    assert "没有前期的宗地 [earlier_parcels]" in only_line
    neither = city(tmp_path, earlier_parcels=None, earlier_control_line=None)
    assert "Shapley" not in call("share", neither, "--lang", "en")


def test_rows_of_the_earlier_state_go_through_the_same_checks(tmp_path: Path) -> None:
    path = city(tmp_path)
    then = four().drop(index=2)
    then.loc[9] = ["BROKEN", None]
    save(then, tmp_path / "then.gpkg")
    result = project_share(path)
    assert [(one.layer, one.id, one.code) for one in result.faults] == [
        ("earlier_parcels", "BROKEN", "empty_geometry")
    ]
    balance = {one.layer: one for one in result.layers.balances}["earlier_parcels"]
    assert (balance.rows_in, balance.rows_out, balance.rows_rejected) == (4, 3, 1)
    assert [note.en for note in result.notes if "may seem new" in note.en] == [
        "Rows of the earlier parcels set aside: 1; ground on them may seem new. Mend them first."
    ]


@pytest.mark.parametrize("name", ["earlier_parcels", "earlier_control_line"])
def test_the_earlier_state_needs_its_date_and_it_must_be_earlier(tmp_path: Path, name: str) -> None:
    ours = {"path": THEN["path"] if name == "earlier_parcels" else OLD_LINE["path"]}
    with pytest.raises(FileError, match=rf"\[{name}\.as_of\] is missing") as met:
        read_city(city(tmp_path, **{name: ours}))
    assert f"[{name}.as_of] 缺少这一项" in met.value.say("zh")
    today = {"name": "小城", "rulebook": "cixi-2022", "as_of": "2025-01-01"}
    with pytest.raises(FileError, match="not before 2025-01-01") as met:
        read_city(city(tmp_path, city=today, **{name: ours | {"as_of": "2025-01-01"}}))
    assert "不早于现状的 2025-01-01" in met.value.say("zh")
    read_city(city(tmp_path, city=today, **{name: ours | {"as_of": "2024年"}}))


def test_an_earlier_state_of_another_place_is_refused(tmp_path: Path) -> None:
    path = city(tmp_path)
    save(layer_of(square(5000, size=SIZE), parcel_id=["A"]), tmp_path / "then.gpkg")
    with pytest.raises(CrsError, match="earlier_parcels"):
        read_city(path)


def test_an_earlier_run_serves_as_the_earlier_state(tmp_path: Path) -> None:
    before = city(tmp_path / "then", earlier_parcels=None, earlier_control_line=None)
    out = save_run(run_project(before), tmp_path / "then" / "out")
    spec = {"path": str(out / "parcels.parquet"), "as_of": "2024"}
    result = run_project(city(tmp_path / "now", earlier_parcels=spec))
    assert result.share_change is not None
    assert (result.share_change.retired.total_m2, result.share_change.new.total_m2) == (0, 0)


def test_init_does_not_mind_a_folder_with_an_earlier_state(tmp_path: Path) -> None:
    city(tmp_path)
    (tmp_path / "city.toml").unlink()
    met = CliRunner().invoke(app, ["init", str(tmp_path), "--lang", "en"])
    assert met.exception is None or isinstance(met.exception, SystemExit)
    assert "Traceback" not in met.output
