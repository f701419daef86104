"""A matrix of judgements is read as people write it, and every odd cell is named."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import openpyxl
import pytest

from landrenew.base.errors import FileError
from landrenew.intake.judgements import read_judgements

if TYPE_CHECKING:
    from pathlib import Path

TAX, OUTPUT, RD = "tax_cny10k_per_mu", "output_cny10k_per_mu", "rd_share"


def written(folder: Path, text: str) -> Path:
    path = folder / "j.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_fractions_labels_and_rows_in_another_order(tmp_path: Path) -> None:
    rows = f"{OUTPUT},1/3,1,2\n亩均税收,1,3,5:1\nR&D share,,0.5,1\n"
    found = read_judgements(written(tmp_path, f"指标,亩均税收,{OUTPUT},研发占比\n{rows}"))
    assert found.index.tolist() == found.columns.tolist() == [TAX, OUTPUT, RD]
    np.testing.assert_allclose(found, [[1, 3, 5], [1 / 3, 1, 2], [np.nan, 0.5, 1]])


def test_a_workbook_and_its_dates(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in [[None, TAX, RD], [TAX, 1, 3], [RD, None, 1]]:
        book.active.append(row)
    book.save(tmp_path / "j.xlsx")
    found = read_judgements(tmp_path / "j.xlsx")
    np.testing.assert_allclose(found, [[1, 3], [np.nan, 1]])
    book.active["B3"] = dt.datetime(2026, 1, 3)  # noqa: DTZ001  what Excel makes of 1/3
    book.save(tmp_path / "j.xlsx")
    with pytest.raises(FileError, match="=1/3"):
        read_judgements(tmp_path / "j.xlsx")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"x,{TAX},{RD}\n{TAX},1,3\n", "without a match: rd_share"),
        (f"x,{TAX},{RD}\n{TAX},1,3\n{RD},,1\n{RD},,1\n", "without a match: rd_share"),
        (f"x,{TAX},好\n{TAX},1,3\n好,,1\n", "is no indicator that can be scored"),
        (f"x,{TAX},{RD}\n{TAX},1,much\n{RD},,1\n", "'much'"),
        (f"x,{TAX},{RD}\n{TAX},1,-3\n{RD},,1\n", "'-3'"),
        (f"x,{TAX},{RD}\n{TAX},1,1/0\n{RD},,1\n", "'1/0'"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(FileError, match=said.replace("?", r"\?")):
        read_judgements(written(tmp_path, text))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="does not exist"):
        read_judgements(tmp_path / "none.csv")
