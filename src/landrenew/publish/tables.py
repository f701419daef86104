"""Tables for offices: CSV that Excel opens right.

Names from a user's table may hold formulas; a cell that a spreadsheet would run is written as text.
"""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING

import pandas as pd

from landrenew.base.columns import COLUMNS
from landrenew.base.missing import none_where_missing
from landrenew.base.units import unit_words
from landrenew.base.words import Text, listing
from landrenew.intake.faults import KINDS, Fault, in_file_order
from landrenew.publish.wording import class_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from landrenew.base.words import Lang

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the start of a formula, the full-width signs of Chinese included."""

OUTCOMES = {
    "repaired": Text("已修复", "repaired"),
    "rejected": Text("已剔除", "set aside"),
    "doubted": Text("存疑", "doubted"),
    "found": Text("发现", "found"),
}


def safe_cell(value: object) -> object:
    """
    Make one value harmless for a spreadsheet.

    Parameters
    ----------
    value
        Any cell value.

    Returns
    -------
    object
        Text that a spreadsheet would take for a formula gets an apostrophe before it; missing
        becomes an empty text; everything else stays.

    Examples
    --------
    >>> safe_cell("=1+1")
    "'=1+1"
    >>> safe_cell(-1.5)
    -1.5
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """
    Write a table as CSV that Excel opens with the right characters.

    Parameters
    ----------
    header
        Column titles.
    rows
        The cells, row by row.

    Returns
    -------
    bytes
        UTF-8 with byte-order mark, lines ended as Excel does; formulas defused.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def rounded(value: float | None, digits: int) -> float | None:
    """
    Round a number for people; what is missing or not finite is None.

    Parameters
    ----------
    value
        A number, NaN or None.
    digits
        Decimals to keep.

    Returns
    -------
    float or None
        The number rounded, or None.
    """
    return None if value is None or not math.isfinite(value) else round(value, digits)


def faults_csv(faults: Iterable[Fault], lang: Lang) -> bytes:
    """
    Write every fault with where it is and how to mend it.

    Parameters
    ----------
    faults
        The faults.
    lang
        Language of titles and words.

    Returns
    -------
    bytes
        CSV, one row a fault, sorted by layer and row; the codes are the same in every language.
    """
    titles = [
        Text("图层", "layer"), Text("行", "row"), Text("编号", "id"), Text("代码", "code"),
        Text("处理", "outcome"), Text("问题", "what"), Text("详情", "detail"), Text("X", "x"),
        Text("Y", "y"), Text("如何改正", "how to mend"),
    ]  # fmt: skip
    rows = []
    for fault in in_file_order(faults):
        kind = KINDS[fault.code]
        rows.append([
            fault.layer, fault.row, fault.id, fault.code, OUTCOMES[kind.outcome].say(lang),
            kind.what.say(lang), fault.detail.say(lang), rounded(fault.x, 2),
            rounded(fault.y, 2), kind.mend.say(lang),
        ])  # fmt: skip
    return csv_bytes([title.say(lang) for title in titles], rows)


def table_csv(table: pd.DataFrame, lang: Lang) -> bytes:
    """
    Write a table of the data dictionary's columns.

    Parameters
    ----------
    table
        Index and columns of the data dictionary; a geometry, and an index without a name, are
        left out.
    lang
        Language of the titles.

    Returns
    -------
    bytes
        CSV for people: titles are labels with their unit, class words are said in the language,
        numbers have the dictionary's decimals.
    """
    flat = pd.DataFrame(table.drop(columns=["geometry"], errors="ignore"))
    flat = flat.reset_index(drop=flat.index.name is None)
    for name in flat.columns:
        if name in COLUMNS and COLUMNS[name].kind == "number":
            flat[name] = flat[name].astype(float).round(COLUMNS[name].decimals)
        elif (say := column_speaker(str(name), lang)) is not None:
            flat[name] = flat[name].map(say, na_action="ignore")
    header = [column_title(str(name), lang) for name in flat.columns]
    return csv_bytes(header, none_where_missing(flat).to_numpy().tolist())


def column_speaker(name: str, lang: Lang) -> Callable[[str], str] | None:
    """
    Say how the words of a column are written for people.

    Parameters
    ----------
    name
        The column.
    lang
        Language of the words.

    Returns
    -------
    Callable or None
        Turns a value into words; None for a column that holds no words of ours.
    """
    if name == "missing_inputs":
        return lambda said: lacking_words(said).say(lang)
    if name.endswith("_tests"):
        return lambda said: listing(map(class_words, said.split(","))).say(lang)
    if name in COLUMNS and COLUMNS[name].kind == "class":
        return lambda said: class_words(str(said), name).say(lang)
    return None


def lacking_words(missing: str) -> Text:
    """
    Say for people what a row lacks.

    Parameters
    ----------
    missing
        ``missing_inputs`` of the row; empty where it lacks nothing.

    Returns
    -------
    Text
        Labels of the columns; one that the data dictionary does not know keeps its name.
    """
    names = missing.split(",")
    return listing(COLUMNS[one].label if one in COLUMNS else Text(one, one) for one in names)


def column_title(name: str, lang: Lang) -> str:
    """
    Give the heading of a column for people.

    Parameters
    ----------
    name
        The column; one that the data dictionary does not know keeps its name.
    lang
        Language of the heading.

    Returns
    -------
    str
        Label and unit.

    Examples
    --------
    >>> column_title("parcel_area_mu", "zh")
    '宗地面积（亩）'
    """
    if name not in COLUMNS:
        return name
    unit = unit_words(COLUMNS[name].unit).say(lang)
    label = COLUMNS[name].label.say(lang)
    if not unit:
        return label
    return f"{label}（{unit}）" if lang == "zh" else f"{label} ({unit})"
