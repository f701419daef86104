"""The sheet of a firm: found by its name, about nobody else, and every sum in it holds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from together_city import RANK, RATIO, book_of, city_of
from typer.testing import CliRunner

from landrenew.base.errors import ParcelError
from landrenew.cli import app
from landrenew.publish.papers.paper import paper_html, paper_text
from landrenew.publish.papers.subject import subject_of
from landrenew.publish.papers.working_sheet import working_sheet
from landrenew.publish.papers.working_words import figure

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.publish.papers.paper import Paper
    from landrenew.publish.result import Result

NUMBER = re.compile(r"^[\d,.\s÷×−+()\[\]=-]+$")


def firm_of(result: Result, grade: str) -> str:
    """Give the name of a firm with a grade that no other firm's name holds."""
    assert result.firms is not None
    return str(result.firms.loc[result.firms["efficiency_grade"] == grade, "firm_name"].iloc[0])


def test_a_firm_is_found_by_name_part_of_it_and_code(demo_result: Result) -> None:
    name = firm_of(demo_result, "C")
    found = subject_of(demo_result, name)
    assert found.kind == "firms"
    assert subject_of(demo_result, f"  {name[3:]} ").ident == found.ident
    assert subject_of(demo_result, found.ident.lower()).name == name
    parcel = str(demo_result.parcels.index[5])
    assert subject_of(demo_result, parcel).kind == "parcels"


def test_several_or_none_are_named_and_nobody_is_guessed(demo_result: Result) -> None:
    with pytest.raises(ParcelError, match="Several match"):
        subject_of(demo_result, "有限公司")
    for asked in ("没有这家企业", "", "   "):
        with pytest.raises(ParcelError, match="no firm or parcel"):
            subject_of(demo_result, asked)


@pytest.mark.parametrize("grade", ["A", "B", "C", "D"])
def test_every_sum_on_the_sheet_gives_the_points_beside_it(demo_result: Result, grade: str) -> None:
    paper = working_sheet(demo_result, subject_of(demo_result, firm_of(demo_result, grade)))
    steps = next(part for part in paper.parts if part.title.en.startswith("Points"))
    sums = 0
    for row in steps.rows:
        formula, points = row[3].en, float(row[5].en)
        if "cap" in formula or "floor" in formula:
            formula = re.split("cap |floor ", formula)[1]
        if NUMBER.match(formula):
            plain = formula.replace(",", "").translate(str.maketrans("÷×−[]", "/*-()"))
            assert eval(plain) == pytest.approx(points, abs=2e-4)  # noqa: S307  of digits and signs
            sums += 1
    assert sums
    assert paper.seal is not None
    assert paper.seal[0] == grade
    total = float(steps.foot[5].en)
    assert sum(float(row[5].en) for row in steps.rows) == pytest.approx(total, abs=1e-3)


def test_the_sheet_names_nobody_else(demo_result: Result) -> None:
    assert demo_result.firms is not None
    name = firm_of(demo_result, "C")
    paper = working_sheet(demo_result, subject_of(demo_result, name))
    said = paper_html(paper, "zh").decode() + paper_text(paper, "en")
    others = demo_result.firms.loc[demo_result.firms["firm_name"] != name]
    assert name in said
    assert not [one for one in others["firm_name"].dropna() if one in said]
    assert not [one for one in others.index if one in said]


def test_a_parcel_has_its_tests_and_an_exempt_firm_its_reason(demo_result: Result) -> None:
    parcels = demo_result.parcels
    low = str(parcels.index[parcels["low_efficiency_class"] == "yes"][0])
    paper = working_sheet(demo_result, subject_of(demo_result, low))
    tests = next(part for part in paper.parts if part.title.zh == "低效认定")
    assert len(tests.rows) == 2
    assert "Yes" in tests.lines[0].en
    out = parcels.index[parcels["exempt_reason"].notna()]
    paper = working_sheet(demo_result, subject_of(demo_result, str(out[0])))
    assert paper.seal is not None
    assert paper.seal[0] == "T"
    assert str(parcels["exempt_reason"][out[0]]) in paper.warnings[0].zh


def test_what_is_missing_is_named_and_is_no_zero(demo_result: Result) -> None:
    assert demo_result.firms is not None
    open_ = demo_result.firms[demo_result.firms["efficiency_grade"].isna()]
    paper = working_sheet(demo_result, subject_of(demo_result, str(open_.index[0])))
    assert paper.seal is None
    assert any("Missing" in one.en for one in paper.warnings)
    assert not any(part.title.en.startswith("What would lift") for part in paper.parts)


def test_a_name_is_text_whatever_it_holds(demo_result: Result) -> None:
    paper = working_sheet(demo_result, subject_of(demo_result, firm_of(demo_result, "B")))
    page = paper_html(paper._replace(name="<script>alert(1)</script>"), "en").decode()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page
    assert "http" not in page.replace("http-equiv", "")


def test_from_the_name_to_the_sheet_in_one_command(
    demo_result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("landrenew.workflow.run_project", lambda *_, **__: demo_result)
    city = demo_result.layers.project.folder / "city.toml"
    name, out = firm_of(demo_result, "D"), tmp_path / "sheet.html"
    ran = CliRunner().invoke(app, ["sheet", str(city), name, "--out", str(out), "--lang", "zh"])
    assert ran.exit_code == 0, ran.output
    assert name in ran.stdout
    assert "怎样才会升级" in out.read_text(encoding="utf-8")
    ran = CliRunner().invoke(app, ["sheet", str(city), "没有这家", "--lang", "zh"])
    assert ran.exit_code == 2
    assert "没有名称或代码为“没有这家”的企业或宗地" in ran.stderr


def test_numbers_are_written_as_people_do() -> None:
    assert [figure(one) for one in (0, 1e7, 0.1 + 0.2, None, float("inf"), pd.NA)] == [
        "0", "10,000,000", "0.3", "–", "–", "–",
    ]  # fmt: skip


FOLLOW, MERGE = {"rule": "follow_landlord"}, {"rule": "merge_on_parcel"}


def sheet_of(result: Result, firm: str) -> Paper:
    return working_sheet(result, subject_of(result, firm))


def said_first(paper: Paper) -> str:
    return " ".join(one.en for one in paper.warnings)


def titles(paper: Paper) -> list[str]:
    return [part.title.en for part in paper.parts]


def test_a_sheet_says_why_a_firm_is_exempt_or_may_be_and_what_is_missing() -> None:
    result = city_of(book_of())
    assert "Not graded: 新注册 · new" in said_first(sheet_of(result, "N"))
    may_be = sheet_of(result, "U")
    assert "may be exempt, which cannot be told without Registered" in said_first(may_be)
    assert may_be.seal is not None
    assert may_be.seal[1].en == "points"  # a score, and no grade
    others = sheet_of(result, "A")
    assert "Of 1 in the pool it is not known whether they are exempt" in said_first(others)
    assert "Place and grade" not in titles(others)
    settled = sheet_of(city_of(book_of(), unknown=""), "A")
    assert "known" not in said_first(settled)
    assert "Place and grade" in titles(settled)


def test_a_score_that_hangs_on_open_rows_is_shown_as_open() -> None:
    result = city_of(book_of(RATIO, RANK))
    steps = next(one for one in sheet_of(result, "A").parts if one.title.en.startswith("Points"))
    assert [row[5].en for row in steps.rows][1] == "–"
    assert steps.rows[1][2].en == "–"
    assert steps.foot[5].en == "–"


def test_a_tenant_is_told_from_whom_it_has_its_grade_and_has_no_working() -> None:
    result = city_of(book_of(tenants=FOLLOW), unknown="")
    assert result.firms is not None
    paper = sheet_of(result, "T")
    assert "grade of its landlord, 企业C" in said_first(paper)
    assert "no pool" not in said_first(paper)
    assert paper.seal is not None
    assert paper.seal[0] == result.firms["efficiency_grade"]["C"]
    assert not {"Points, step by step", "What would lift the grade"} & {*titles(paper)}


def test_firms_judged_together_share_a_sheet_of_the_unit_and_nothing_lifts_one_of_them() -> None:
    result = city_of(book_of(tenants=MERGE), unknown="")
    assert result.firms is not None
    one, other = (sheet_of(result, firm) for firm in "GH")
    for paper in (one, other):
        assert "2 firms of one parcel or group were judged together" in said_first(paper)
        assert "What would lift the grade" not in titles(paper)
        figures = next(part for part in paper.parts if part.title.en == "Figures used")
        assert "300" in [row[1].en for row in figures.rows]  # 200 and 100
        land = next(part for part in paper.parts if part.title.en == "Land")
        assert "own, without" in land.lines[0].en
    assert "What would lift the grade" in titles(sheet_of(result, "F"))
    # of nine units, one of them exempt, not of eleven firms
    places = next(part for part in sheet_of(result, "F").parts if part.title.en.startswith("Place"))
    assert "of 8 that are ranked" in places.lines[0].en


def test_a_veto_of_one_firm_is_its_own() -> None:
    result = city_of(book_of(tenants=MERGE), unknown="")
    paper = sheet_of(result, "H")
    assert "Veto: 事故" in said_first(paper)
    assert paper.seal is not None
    assert paper.seal[0] == "D"
    assert "Veto" not in said_first(sheet_of(result, "G"))


def test_of_firms_judged_together_one_that_may_be_exempt_leaves_all_without_a_grade() -> None:
    result = city_of(book_of(tenants=MERGE), unknown="H")
    assert "One of them may be exempt" in said_first(sheet_of(result, "G"))
    own = said_first(sheet_of(result, "H"))
    assert "It may be exempt" in own
    assert "One of them" not in own
