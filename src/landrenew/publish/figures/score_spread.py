"""How scores are spread: a histogram for each pool, with its grades and with who has no score."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import MaxNLocator

from landrenew.base.columns import COLUMNS
from landrenew.base.words import Text
from landrenew.publish.figures.captions import data_date, sentence, sources, write_captions
from landrenew.publish.figures.look import A4, HATCH, INK, MARGIN, SOFT, Sheet, shortened
from landrenew.publish.themes import EXEMPT, NO_DATA, UNGRADED, Swatch, grade_swatches
from landrenew.rules.grading import BarGrades

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from landrenew.base.words import Lang
    from landrenew.publish.figures.look import Page
    from landrenew.publish.result import Result
    from landrenew.rules.grading import Grades
    from landrenew.rules.model import Rulebook

STEPS = (1, 2, 5, 10, 20, 25, 50, 100)
"""Widths of a bin [points]."""

MOST_BINS = 32
PER_SHEET = 4
"""Pools on one sheet."""

TOP_MM, GAP_MM, BLANK_MM = 38.0, 14.0, 20.0
"""Where histograms begin, the gap between two, and the height of a pool that has no score [mm]."""

SUBJECTS = {
    "parcels": Text("宗地", "parcels"),
    "firms": Text("企业", "firms"),
}
"""Who is scored."""

NO_POOL = Text("不在任何评价组", "In no pool")
SCORED = Swatch(Text("有得分", "Scored"), "#4f86b8", Text("", ""))


class PoolSpread(NamedTuple):
    """
    The scores of one pool.

    Parameters
    ----------
    label
        Its name.
    edges
        Bounds of the bins [points]; empty without a score.
    counts
        Rows in each bin, by class, from the best grade to those without one.
    exempt, unscored
        Rows without a score: those that are exempt, and those that lack data.
    bars
        Where each grade begins [points], best first, and whether the rulebook says so; else it is
        the lowest score that came to have the grade.
    """

    label: Text
    edges: NDArray[np.float64]
    counts: Mapping[str, NDArray[np.int_]]
    exempt: int
    unscored: int
    bars: tuple[tuple[str, float], ...]

    @property
    def scored(self) -> int:
        """Rows with a score."""
        return int(sum(one.sum() for one in self.counts.values()))


def bin_edges(scores: pd.Series[float]) -> NDArray[np.float64]:
    """
    Choose round bins for scores.

    Parameters
    ----------
    scores
        Scores [points]; missing ones are left out.

    Returns
    -------
    ndarray of float
        Rising bounds that hold every score; a score on a bound is in the bin above it. Empty where
        there is no score.

    Examples
    --------
    >>> bin_edges(pd.Series([61.0, 70.0, float("nan")]))[[0, -1]].tolist()
    [61.0, 71.0]
    """
    known = scores[np.isfinite(scores)]
    if known.empty:
        return np.empty(0)
    low, high = float(known.min()), float(known.max())
    fits = (one for one in STEPS if (high - low) / one < MOST_BINS - 1)
    step = next(fits, STEPS[-1] * math.ceil((high - low) / STEPS[-1] / MOST_BINS))
    first, last = math.floor(low / step), math.floor(high / step) + 1
    return np.arange(first, last + 1, dtype=np.float64) * step


def pool_spreads(table: pd.DataFrame, rulebook: Rulebook) -> list[PoolSpread]:
    """
    Count the scores of each pool.

    Parameters
    ----------
    table
        Parcels or firms, with ``efficiency_score`` and ``pool``, and ``efficiency_grade`` where
        there are grades.
    rulebook
        The rulebook they were scored by.

    Returns
    -------
    list of PoolSpread
        Pools in the order of the rulebook, those without a row left out; all bins alike. Last,
        where there are some, the rows that are in no pool. Every row is counted once.
    """
    grades = rulebook.grades if "efficiency_grade" in table.columns else None
    scores = pd.to_numeric(table["efficiency_score"]).astype("float64")
    pools = rulebook.scoring.pools if rulebook.scoring else ()
    known = {one.name: Text(one.zh, one.en) for one in pools}
    pool = table["pool"].where(table["pool"].isin(known), None)
    edges = bin_edges(scores)
    parts = [(label, pool.eq(name)) for name, label in known.items()]
    parts.append((NO_POOL, pool.isna()))
    return [
        _spread(label, scores[rows], _letters(table[rows], grades), grades, edges)
        for label, rows in parts
        if rows.any()
    ]


def _letters(rows: pd.DataFrame, grades: Grades | None) -> pd.Series[str]:
    """Give the class of each row; empty for none."""
    if grades is None:
        return pd.Series("", rows.index, dtype=object)
    return rows["efficiency_grade"].astype(object).where(rows["efficiency_grade"].notna(), "")


def _spread(
    label: Text,
    scores: pd.Series[float],
    letters: pd.Series[str],
    grades: Grades | None,
    edges: NDArray[np.float64],
) -> PoolSpread:
    known = np.isfinite(scores)
    classes = (*grades.letters, grades.exempt, "") if grades else ("",)
    counts = {
        one: np.histogram(scores[known & letters.eq(one)], edges)[0]
        for one in classes
        if len(edges)
    }
    exempt = 0 if grades is None else int((~known & letters.eq(grades.exempt)).sum())
    bars = _bars(scores[known], letters[known], grades) if grades else ()
    return PoolSpread(label, edges, counts, exempt, int((~known).sum()) - exempt, bars)


def _bars(
    scores: pd.Series[float], letters: pd.Series[str], grades: Grades
) -> tuple[tuple[str, float], ...]:
    """Find where grades begin: at the bars of the rulebook, or at the lowest score that came in."""
    if isinstance(grades, BarGrades):
        return tuple((one.grade, one.bar) for one in grades.classes if math.isfinite(one.bar))
    lowest = scores.groupby(letters).min()
    return tuple((one, float(lowest[one])) for one in grades.letters[:-1] if one in lowest.index)


def score_pages(result: Result, lang: Lang) -> list[Page]:
    """
    Lay out the figures of the scores.

    Parameters
    ----------
    result
        A finished run.
    lang
        Language of the words.

    Returns
    -------
    list of tuple
        For each page the name of its PNG and what draws it: parcels, then firms; empty where
        nothing was scored.
    """
    pages: list[Page] = []
    for subject in SUBJECTS:
        table = getattr(result, subject)
        if table is None or not {"efficiency_score", "pool"} <= set(table.columns):
            continue
        spreads = pool_spreads(table, result.layers.rulebook)
        for at in range(0, len(spreads), PER_SHEET):
            number = "" if len(spreads) <= PER_SHEET else f"-{at // PER_SHEET + 1}"
            part = spreads[at : at + PER_SHEET]
            pages.append(
                (f"scores-{subject}{number}", partial(_sheet, result, part, subject, lang))
            )
    return pages


def _sheet(result: Result, spreads: list[PoolSpread], subject: str, lang: Lang) -> Sheet:
    sheet = Sheet(A4)
    width = A4[0] - 2 * MARGIN
    who = SUBJECTS[subject]
    title = Text(f"{who.zh}得分分布", f"Scores of {who.en}")
    city = shortened(result.layers.project.city.name, width / 2, 18)
    sheet.write(MARGIN, MARGIN, f"{city} {title.say(lang)}", fontsize=18, weight="bold")
    sheet.write(MARGIN, MARGIN + 9, data_date(result).say(lang), fontsize=9, color=SOFT)
    foot = write_captions(sheet, _captions(result, subject), lang)
    swatches = _swatches(result.layers.rulebook)
    _legend(sheet, swatches, spreads, lang)
    blank = [one for one in spreads if not one.scored]
    end = foot - 8 - BLANK_MM * len(blank)
    for at, one in enumerate(blank):
        _heading(sheet, one, (MARGIN + 10, end + BLANK_MM * at), width - 10, lang)
    axis = (Text("得分（分）", "score (points)").say(lang),
            Text(f"{who.zh}数", f"number of {who.en}").say(lang))  # fmt: skip
    drawn = [one for one in spreads if one.scored]
    for one, (left, top, wide, high) in zip(drawn, _cells(len(drawn), end), strict=True):
        _heading(sheet, one, (left, top), wide, lang)
        axes = sheet.axes(left, top + 22, wide, high - 36)
        _histogram(axes, one, swatches, max(_tallest(one) for one in drawn))
        axes.set_xlabel(axis[0], fontsize=9)
        axes.set_ylabel(axis[1], fontsize=9)
    return sheet


def _cells(count: int, end: float) -> list[tuple[float, float, float, float]]:
    """Share the sheet out among histograms: left, top, width, height of each [mm]."""
    columns = 1 if count == 1 else 2
    wide = (A4[0] - 2 * MARGIN - (columns - 1) * GAP_MM) / columns
    high = (end - TOP_MM) / max(1, math.ceil(count / columns))
    places = ((at % columns, at // columns) for at in range(count))
    return [
        (MARGIN + 10 + column * (wide + GAP_MM), TOP_MM + row * high, wide - 10, high)
        for column, row in places
    ]


def _captions(result: Result, subject: str) -> list[Text]:
    book, who = result.layers.rulebook, SUBJECTS[subject]
    parts = (book.scoring, book.grades)
    documents = "；".join(dict.fromkeys(one.document for one in parts if one is not None))
    meaning, bars = sentence(COLUMNS["efficiency_score"].meaning), Text("", "")
    if isinstance(book.grades, BarGrades):
        bars = Text("虚线为规则书规定的等级分数线。", " Dashed lines: bars of the rulebook.")
    elif book.grades is not None:
        bars = Text(
            "虚线为该组中得到该等级的最低得分。",
            " Dashed lines: the lowest score in the pool that came to have the grade.",
        )
    return [
        Text(f"定义：{meaning.zh}{bars.zh}", f"Definition: {meaning.en}{bars.en}"),
        Text(f"依据：{documents}。单位：横轴为分，纵轴为{who.zh}数；得分在两段交界上的计入上一段。",
             f"By: {documents}. Units: points, and number of {who.en}; a score on the bound of two"
             " bins is in the upper one."),
        sources(result, ("parcels", "firms", "links", "survey")),
    ]  # fmt: skip


def _swatches(rulebook: Rulebook) -> dict[str, Swatch]:
    if rulebook.grades is None:
        return {"": SCORED}
    return {**grade_swatches(rulebook.grades), "": Swatch(UNGRADED, NO_DATA, hatched=True)}


def _legend(
    sheet: Sheet, swatches: Mapping[str, Swatch], spreads: list[PoolSpread], lang: Lang
) -> None:
    """Explain the colours of the classes that have a score."""
    scored = [one.counts for one in spreads if one.counts]
    used = [name for name in swatches if any(counts[name].sum() for counts in scored)]
    if used in ([], [""]):
        return
    handles = [
        Patch(facecolor=swatches[one].colour, edgecolor=INK, linewidth=0.4,
              label=swatches[one].label.say(lang), hatch=HATCH if swatches[one].hatched else None)
        for one in used
    ]  # fmt: skip
    axes = sheet.canvas(MARGIN, MARGIN + 14, A4[0] - 2 * MARGIN, 8)
    axes.legend(handles=handles, loc="upper left", ncols=len(used), frameon=False, fontsize=9,
                borderaxespad=0, borderpad=0, handlelength=1.4)  # fmt: skip


def _tallest(spread: PoolSpread) -> int:
    """Give the height of the tallest column."""
    return int(np.sum(list(spread.counts.values()), axis=0).max()) if spread.scored else 0


def _heading(
    sheet: Sheet, spread: PoolSpread, place: tuple[float, float], width: float, lang: Lang
) -> None:
    """Say how many rows have a score, and show it as a strip in which none is left out."""
    left, top = place
    sheet.write(left, top, shortened(spread.label.say(lang), width, 12), fontsize=12, weight="bold")
    sheet.write(left, top + 6, heading_words(spread).say(lang), fontsize=8.5, color=SOFT)
    strip = sheet.canvas(left, top + 11, width, 3)
    total, at = spread.scored + spread.exempt + spread.unscored, 0.0
    parts = ((spread.scored, "#8fb4d3", None), (spread.exempt, EXEMPT, None),
             (spread.unscored, NO_DATA, HATCH))  # fmt: skip
    for count, colour, hatch in parts:
        long = width * count / total
        strip.add_patch(Rectangle((at, 0), long, 3, facecolor=colour, hatch=hatch, edgecolor=INK,
                                  linewidth=0.35, clip_on=False))  # fmt: skip
        at += long


def heading_words(spread: PoolSpread) -> Text:
    """
    Say how many rows of a pool have a score.

    Parameters
    ----------
    spread
        The scores of the pool.

    Returns
    -------
    Text
        All rows, and how many of them are scored, exempt, or without a score.
    """
    total = spread.scored + spread.exempt + spread.unscored
    return Text(
        f"共 {total:,}：有得分 {spread.scored:,}；无得分 {spread.exempt + spread.unscored:,}"
        f"（不参评 {spread.exempt:,}，数据不足 {spread.unscored:,}）",
        f"{total:,} in all: {spread.scored:,} with a score,"
        f" {spread.exempt + spread.unscored:,} without ({spread.exempt:,} exempt,"
        f" {spread.unscored:,} for lack of data)",
    )


def _histogram(
    axes: Axes, spread: PoolSpread, swatches: Mapping[str, Swatch], tallest: int
) -> None:
    base = np.zeros(len(spread.edges) - 1)
    for name, counts in spread.counts.items():
        one = swatches[name]
        axes.bar(spread.edges[:-1], counts, width=np.diff(spread.edges), bottom=base, align="edge",
                 color=one.colour, hatch=HATCH if one.hatched else None, edgecolor=INK,
                 linewidth=0.35, label=name)  # fmt: skip
        base += counts
    axes.set(xlim=(spread.edges[0], spread.edges[-1]), ylim=(0, tallest * 1.05))
    axes.grid(axis="x", visible=False)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=8, length=3)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    for letter, score in spread.bars:
        axes.axvline(score, color=INK, linewidth=0.9, linestyle=(0, (4, 2)))
        axes.annotate(f"{letter} ≥ {score:.1f}", (score, 1), xycoords=("data", "axes fraction"),
                      xytext=(2, 1), textcoords="offset points", fontsize=8, va="bottom",
                      annotation_clip=False)  # fmt: skip
