"""A matrix of judgements for the analytic hierarchy process, out of a CSV or a workbook.

Its first line and first column name the indicators, by our column or by its label; a cell says how
many times as important its row is as its column: ``3``, ``1/3`` or ``0.33``.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import numpy as np
import pandas as pd

from landrenew.base.columns import COLUMNS, SCORABLE, labels
from landrenew.base.errors import FileError
from landrenew.base.words import some
from landrenew.intake.attributes.values import is_nothing
from landrenew.intake.sections import Layer
from landrenew.intake.sources.read import read_source

FRACTION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:[/:∶：]\s*(\d+(?:\.\d+)?))?\s*")  # noqa: RUF001  colons as people type them
"""A number, or two with a stroke or a colon between them."""

SECTION = "judgements"


def read_judgements(path: str | Path) -> pd.DataFrame:
    """
    Read a matrix of judgements.

    Parameters
    ----------
    path
        CSV or XLSX.

    Returns
    -------
    DataFrame
        Square; rows and columns in the order of the heading, named by our columns; NaN where a cell
        is empty.

    Raises
    ------
    FileError
        When the file cannot be read, names an indicator that cannot be scored, has a row without a
        column or the other way round, or a cell holds no number.
    """
    path = Path(path)
    frame = read_source(path.parent, Layer(path=path.name), SECTION).frame
    rows = [_named(one, path) for one in frame.iloc[:, 0]]
    columns = [_named(one, path) for one in frame.columns[1:]]
    twice = sorted({one for names in (rows, columns) for one in names if names.count(one) > 1})
    if twice or set(rows) != set(columns):
        odd = twice or sorted({*rows} ^ {*columns})
        raise FileError(
            f"判断矩阵 {path} 的首行与首列应是同样的指标，各写一次；不成对的：{some(odd)}。"
            "请补齐。",
            f"Judgement matrix {path}: its first line and first column name the same indicators,"
            f" each once; without a match: {some(odd)}. Complete it.",
        )
    cells = [
        [_judgement(cell, (name, other), path) for other, cell in zip(columns, row, strict=True)]
        for name, row in zip(rows, frame.iloc[:, 1:].to_numpy(object).tolist(), strict=True)
    ]
    return pd.DataFrame(cells, index=rows, columns=columns, dtype=float).loc[columns]


def _named(said: object, path: Path) -> str:
    """Find the indicator that a heading names."""
    plain = str(said).strip()
    for one in sorted(SCORABLE):
        label = COLUMNS[one].label
        if plain.casefold() in {one, label.zh, label.en.casefold()}:
            return one
    can = labels(sorted(SCORABLE)).zh
    raise FileError(
        f"判断矩阵 {path} 中的“{plain}”不是能评分的指标。首行、首列请写指标名：{can}。",
        f"Judgement matrix {path}: {plain!r} is no indicator that can be scored. Its first line and"
        f" first column name columns: {', '.join(sorted(SCORABLE))}.",
    )


def _judgement(cell: object, pair: tuple[str, str], path: Path) -> float:
    """Read one cell; a fraction that a spreadsheet took for a date is refused."""
    if is_nothing([cell]) or pd.isna(cell):  # type: ignore[call-overload]  # any cell value
        return np.nan
    met = None if isinstance(cell, dt.date) else FRACTION.fullmatch(str(cell))
    if met is not None and float(met[2] or 1) > 0:
        return float(met[1]) / float(met[2] or 1)
    one, other = (COLUMNS[name].label for name in pair)
    raise FileError(
        f"判断矩阵 {path}：{one.zh}对{other.zh}的“{cell}”不是数。请写 3、1/3 或 0.33；"
        "Excel 会把 1/3 当成日期，请写成 =1/3。",
        f"Judgement matrix {path}: {str(cell)!r}, {one.en} over {other.en}, is no number. Write 3,"
        " 1/3 or 0.33; a spreadsheet takes 1/3 for a date, so write =1/3 there.",
    )
