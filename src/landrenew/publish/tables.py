"""Tables for offices: CSV that Excel opens right, and the records behind ``share.json``.

Names from a user's table may hold formulas; a cell that a spreadsheet would run is written as text.
"""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING

import pandas as pd

from landrenew.assess.share import DEFINITION, ControlShare
from landrenew.base.columns import COLUMNS
from landrenew.base.missing import none_where_missing
from landrenew.base.units import to_mu
from landrenew.base.words import Text
from landrenew.intake.faults import KINDS, Fault, in_file_order
from landrenew.publish.wording import class_words, share_percent, unit_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from landrenew.base.words import Lang

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the start of a formula, the full-width signs of Chinese included."""

AREA_METHOD = Text(
    "椭球面积（GRS80，国土调查办发〔2008〕32号），1 亩 = 2000/3 平方米",
    "ellipsoidal area (GRS80, 国土调查办发〔2008〕32号), 1 mu = 2000/3 m2",
)

VERDICTS = {
    "met": Text("达标", "met"),
    "not_met": Text("未达标", "not met"),
    "undetermined": Text("待定", "undetermined"),
}

OUTCOMES = {
    "repaired": Text("已修复", "repaired"),
    "rejected": Text("已剔除", "set aside"),
    "doubted": Text("存疑", "doubted"),
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


def share_record(share: ControlShare, *, crs: str, rows: Mapping[str, int]) -> dict[str, object]:
    """
    Give the share as the record of the ``share --json`` contract.

    Parameters
    ----------
    share
        Share of the city.
    crs
        The project CRS.
    rows
        Rows read, kept and set aside.

    Returns
    -------
    dict
        ``share``, ``target``, ``verdict``, ``interval``, areas, ``parcels``, ``definition``,
        ``area_method``, ``crs``, ``gap``, ``counts``, ``majority_share``, and ``towns``, each with
        the same figures. NaN becomes None.
    """
    record = _figures(share)
    record |= {"definition": DEFINITION.en, "definition_zh": DEFINITION.zh}
    record |= {"area_method": AREA_METHOD.en, "crs": crs, "rows": rows}
    record["towns"] = [{"town": town.name, **_figures(town)} for town in share.towns]
    return record


def _figures(share: ControlShare) -> dict[str, object]:
    return {
        "share": rounded(share.share, 12),
        "target": share.target,
        "verdict": share.verdict,
        "interval": [rounded(end, 12) for end in share.interval],
        "inside_m2": rounded(share.inside_m2, 4),
        "total_m2": rounded(share.total_m2, 4),
        "inside_mu": rounded(to_mu(share.inside_m2), 4),
        "total_mu": rounded(to_mu(share.total_m2), 4),
        "parcels": share.parcels,
        "gap": {
            "retire_mu": rounded(share.retire_mu, 4),
            "build_mu": rounded(share.build_mu, 4),
        },
        "counts": share.counts,
        "majority_share": rounded(share.majority_share, 12),
    }


def towns_csv(share: ControlShare, lang: Lang) -> bytes:
    """
    Write the share by town.

    Parameters
    ----------
    share
        Share of the city with its towns.
    lang
        Language of titles and words.

    Returns
    -------
    bytes
        CSV, one row a town and the city last; areas in mu.
    """
    titles = [
        Text("镇街", "Town"), Text("线内占比", "Share inside"), Text("目标", "Target"),
        Text("结论", "Verdict"),
        Text("占比下限", "Lowest share"), Text("占比上限", "Highest share"),
        Text("线内面积（亩）", "Inside (mu)"), Text("工业用地（亩）", "Industrial land (mu)"),
        Text("宗地数", "Parcels"), Text("线内宗地", "Inside"), Text("跨线宗地", "Straddling"),
        Text("线外宗地", "Outside"), Text("需清退（亩）", "Retire (mu)"),
        Text("或需新增（亩）", "Or build (mu)"), Text("多数在线内的宗数占比", "Share by majority"),
    ]  # fmt: skip
    total = Text("全市", "Whole city").say(lang)
    rows = [_town_row(town.name, town, lang) for town in share.towns]
    rows.append(_town_row(f"{total}（{share.name}）" if lang == "zh" else total, share, lang))
    return csv_bytes([title.say(lang) for title in titles], rows)


def _town_row(name: str, share: ControlShare, lang: Lang) -> list[object]:
    counts = share.counts
    return [
        name, rounded(share.share, 4), share.target, VERDICTS[share.verdict].say(lang),
        *(rounded(end, 4) for end in share.interval),
        rounded(to_mu(share.inside_m2), 2), rounded(to_mu(share.total_m2), 2), share.parcels,
        counts["inside"], counts["straddling"], counts["outside"],
        rounded(share.retire_mu, 2), rounded(share.build_mu, 2),
        rounded(share.majority_share, 4),
    ]  # fmt: skip


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
    between = "、" if lang == "zh" else ", "
    if name == "missing_inputs":
        return lambda said: between.join(
            COLUMNS[one].label.say(lang) if one in COLUMNS else one for one in said.split(",")
        )
    if name.endswith("_tests"):
        return lambda said: between.join(class_words(one).say(lang) for one in said.split(","))
    if name in COLUMNS and COLUMNS[name].kind == "class":
        return lambda said: class_words(str(said), name).say(lang)
    return None


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


def share_words(share: ControlShare, lang: Lang) -> str:
    """
    Say the share in words, city first, then its towns.

    Parameters
    ----------
    share
        Share of the city with its towns.
    lang
        Language.

    Returns
    -------
    str
        A few lines of text.
    """
    lines = [_sentence(share, lang), DEFINITION.say(lang), AREA_METHOD.say(lang)]
    for town in share.towns:
        verdict = VERDICTS[town.verdict].say(lang)
        land = f"{to_mu(town.total_m2):,.2f} {unit_words('mu').say(lang)}"
        percent = share_percent(town.share, town.target)
        lines.append(f"  {town.name}\t{percent}\t{land}\t{verdict}")
    return "\n".join(lines)


def _sentence(share: ControlShare, lang: Lang) -> str:
    low, high = share.interval
    percent = share_percent(share.share, share.target)
    verdict = VERDICTS[share.verdict].say(lang)
    target = "—" if share.target is None else f"{share.target:.0%}"
    text = Text(
        f"{share.name}：线内占比 {percent}（{low:.2%}–{high:.2%}），目标 {target}，"
        f"{verdict}；"
        f"线内 {to_mu(share.inside_m2):,.2f} 亩，共 {to_mu(share.total_m2):,.2f} 亩，"
        f"{share.parcels} 宗。",
        f"{share.name}: {percent} inside ({low:.2%}-{high:.2%}), target {target},"
        f" {verdict};"
        f" {to_mu(share.inside_m2):,.2f} of {to_mu(share.total_m2):,.2f} mu,"
        f" {share.parcels} parcels.",
    ).say(lang)
    return text + _gap_words(share, lang)


def _gap_words(share: ControlShare, lang: Lang) -> str:
    if not share.retire_mu:
        return ""
    build = "—" if share.build_mu is None else f"{share.build_mu:,.2f}"
    return Text(
        f"达标须在线外清退 {share.retire_mu:,.2f} 亩，或在线内新增 {build} 亩。",
        f" To reach the target retire {share.retire_mu:,.2f} mu outside, or build {build} mu"
        " inside.",
    ).say(lang)
