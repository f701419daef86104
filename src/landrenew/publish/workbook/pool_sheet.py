"""One pool of a rulebook as a sheet of live formulas: figures, points, places, grades."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from openpyxl.styles import Font

from landrenew.assess.grades import ROUND, TIES, stated
from landrenew.assess.marks import Marks
from landrenew.assess.scores import settled_scores
from landrenew.assess.working import LAND
from landrenew.base.columns import COLUMNS
from landrenew.base.missing import none_where_missing
from landrenew.base.words import Text
from landrenew.measure.quotients import parts_of, ratios
from landrenew.publish.sheet_file import HEAD, cell_of
from landrenew.publish.tables import column_title
from landrenew.publish.wording import class_words
from landrenew.publish.workbook import grade_formulas as grading
from landrenew.publish.workbook import point_formulas as earning
from landrenew.publish.workbook.formula_sheet import FormulaSheet
from landrenew.rules.grading import BarGrades
from landrenew.rules.scoring import RELATIVE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from openpyxl.worksheet.worksheet import Worksheet

    from landrenew.base.words import Lang
    from landrenew.rules.grading import Grades, RankGrades, Ties
    from landrenew.rules.model import Rulebook
    from landrenew.rules.scoring import Bonus, Criterion, Pool

PARAMETERS = {
    "weight": Text("权重", "weight"),
    "baseline": Text("基准", "baseline"),
    "baseline_factor": Text("基准倍数", "times the baseline"),
    "cap": Text("封顶（倍）", "cap (times)"),
    "floor": Text("保底（倍）", "floor (times)"),
    "low": Text("最低分（百分制）", "lowest points of 100"),
    "tail_share": Text("两端不计的比例", "share of either tail"),
    "least": Text("下限", "lowest"),
    "most": Text("上限", "highest"),
    "count": Text("有值的个数", "rows with a value"),
    "mean": Text("平均分", "mean points"),
}
"""What stands above the points of a criterion, a line each."""

OPEN_WORDS = {
    "self": Text("可能不参评", "may be exempt"),
    "score": Text("得分与可能不参评的户有关", "score hangs on rows that may be exempt"),
    "grade": Text("等级与可能不参评的户有关", "grade hangs on rows that may be exempt"),
}
"""Why a score or a grade is left open; what stands in a cell, and what a formula leaves empty."""

PLACE_OF = {name: place for place, name in enumerate(PARAMETERS)}
TOP, A3 = 3, 8
PLACES = {"better": Text("名次", "place"), "worse": Text("名次（同分靠后）", "place, ties last")}
ENDS = {"down": Text("末位（舍去）", "last place, down"),
        "nearest": Text("末位（四舍五入）", "last place, nearest"),
        "up": Text("末位（进一）", "last place, up")}  # fmt: skip


class Checked(NamedTuple):
    """
    One sheet of the workbook, to be summed up on the first.

    Parameters
    ----------
    sheet
        Its name.
    rows
        Rows of the pool.
    differs
        Formula that counts the rows of which the recalculation differs.
    """

    sheet: str
    rows: int
    differs: str


class PoolSheet:
    """
    The sheet of one pool; the parameters of a criterion stand above its points.

    Parameters
    ----------
    sheet
        The empty sheet.
    pool
        The pool.
    book
        The rulebook.
    lang
        Language of titles and words.
    """

    def __init__(self, sheet: Worksheet, pool: Pool, book: Rulebook, lang: Lang) -> None:
        self.sheet, self.pool, self.book, self.lang = sheet, pool, book, lang

    def _say(self, zh: str, en: str) -> str:
        return zh if self.lang == "zh" else en

    def write(self, rows: pd.DataFrame) -> Checked:
        """
        Write the sheet.

        Parameters
        ----------
        rows
            The evaluated rows of the pool.

        Returns
        -------
        Checked
            What is to be summed up of it.
        """
        classes = 0 if self.book.grades is None else len(self.book.grades.classes) + 1
        lines = max(len(PARAMETERS), classes) + 1
        self.grid = FormulaSheet(self.sheet, rows=len(rows), top=TOP, lines=lines)
        computed = ratios(rows, LAND)
        self.divided = {one.column for one in self.pool.criteria if one.column in computed
                        and computed[one.column].equals(rows[one.column])}  # fmt: skip
        self._given(rows)
        self._open(rows)
        points = [self._criterion(one) for one in self.pool.criteria]
        if self.book.bonus is not None:
            self._bonus(self.book.bonus)
        self._score(points, has_bonus=self.book.bonus is not None)
        if self.book.grades is not None:
            self._grade(self.book.grades)
        self._ours(rows)
        self._frame()
        name = self.sheet.title.replace("'", "''")
        return Checked(self.sheet.title, len(rows),
                       f"COUNTIF('{name}'!{self.grid.span('check')},FALSE)")  # fmt: skip

    def _given(self, rows: pd.DataFrame) -> None:
        """Write what came in: who, the figures behind the criteria, what decides beside them."""
        said = {"id": self._say("代码", "code"), "firm_name": self._say("名称", "name")}
        named = rows.assign(id=rows.index.astype(str))
        names = ["id", *(["firm_name"] if "firm_name" in rows else [])]
        for criterion in self.pool.criteria:
            divided = criterion.column in self.divided
            names += parts_of(criterion.column, LAND) if divided else [criterion.column]
        may_be_exempt = ["exempt_class"] if Marks.of(rows).is_open.any() else []
        for name in dict.fromkeys([*names, *may_be_exempt, *self._reasons()]):
            values = named.get(name, pd.Series(None, rows.index, dtype=object))
            if name == "exempt_class":
                values = values.map(lambda word: class_words(word).say(self.lang))
            title = said.get(name) or column_title(name, self.lang)
            self.grid.column(name, title, 24 if name in said else 12)
            self.grid.fill(name, none_where_missing(values).tolist())
        self.grid.column("counts", self._say("参评", "counts"), 7)
        self.grid.compute(
            "counts", lambda line: f'IF({self.grid.at("exempt_reason", line)}="",1,0)', "0"
        )

    def _open(self, rows: pd.DataFrame) -> None:
        """
        Say what is left open because rows may be exempt.

        The formulas let such rows count, which is one of the ways that a grade must come through
        to be published; what does not come through all of them no formula claims.
        """
        is_open = Marks.of(rows).is_open
        self.has_open = bool(is_open.any())
        if not self.has_open or self.book.scoring is None:
            return
        score_hangs = settled_scores(rows, self.book.scoring)[1].to_numpy()
        grade = rows.get("efficiency_grade", pd.Series(None, rows.index, dtype=object))
        no_grade = grade.isna().to_numpy()
        hangs = no_grade & rows["efficiency_score"].notna().to_numpy()
        itself, score, others = (words.say(self.lang) for words in OPEN_WORDS.values())
        said = {"score open": np.select([score_hangs], [score], ""),
                "grade open": np.select([is_open, score_hangs & no_grade, hangs],
                                        [itself, score, others], "")}  # fmt: skip
        titles = (self._say("得分待定的原因", "score left open"),
                  self._say("等级待定的原因", "grade left open"))  # fmt: skip
        for (key, why), title in zip(said.items(), titles, strict=True):
            self.grid.column(key, title, 24)
            self.grid.fill(key, [one or None for one in why.tolist()])

    def _unless_open(self, key: str, made: Callable[[int], str]) -> Callable[[int], str]:
        """Leave empty what is open."""
        if not self.has_open:
            return made
        return lambda line: grading.unless_said(self.grid.at(key, line), made(line))

    def _reasons(self) -> list[str]:
        """List what decides beside the figures, as far as the rulebook knows it."""
        grades = self.book.grades
        names = ["exempt_reason"]
        names += [] if grades is None or grades.veto is None else ["veto_reason"]
        names += [] if self.book.bonus is None else ["bonus_points", "bonus_evidence"]
        return names

    def _criterion(self, rule: Criterion) -> str:
        """Write one criterion: its value, what of it is compared, its points; give their column."""
        grid, name = self.grid, rule.column
        title, label = column_title(name, self.lang), COLUMNS[name].label.say(self.lang)
        value = name
        if name in self.divided:
            value, (over, per) = f"{name} =", parts_of(name, LAND)
            grid.column(value, title)
            grid.compute(
                value, lambda line: earning.quotient(grid.at(over, line), grid.at(per, line))
            )
        held = value
        if isinstance(rule, RELATIVE):
            held = f"{name} compared"
            grid.column(held, f"{label}{self._say('（参与比较）', ', compared')}")
            grid.compute(held, lambda line: earning.compared_value(
                rule, grid.at(value, line), grid.at("counts", line)))  # fmt: skip
        points = f"{name} points"
        grid.column(points, f"{label}{self._say('得分', ': points')}")
        self._parameters(rule, points, grid.span(held))
        grid.compute(points, lambda line: earning.earned_points(
            rule, grid.at(held, line), grid.span(held), self._cell(points)))  # fmt: skip
        if rule.missing == "undetermined":
            return points
        mean = earning.mean_points(grid.span("counts"), grid.span(points))
        grid.set_above(points, PLACE_OF["mean"], f"={mean}")
        filled = f"{name} filled"
        grid.column(
            filled, f"{label}{self._say('得分（缺数取平均）', ': points, mean if missing')}"
        )
        grid.compute(filled, lambda line: (
            f"IF(ISNUMBER({grid.at(value, line)}),{grid.at(points, line)},"
            f"{grid.above(points, PLACE_OF['mean'])})"))  # fmt: skip
        return filled

    def _cell(self, key: str) -> earning.Cell:
        return lambda name: self.grid.above(key, PLACE_OF[name])

    def _parameters(self, rule: Criterion, points: str, span: str) -> None:
        """Write the rule above the points: its numbers, and what the pool decides."""
        stated_ = rule.model_dump(exclude_none=True)
        made: dict[str, object] = {name: stated_[name] for name in PARAMETERS if name in stated_}
        if rule.form == "min_max":
            tail = self._cell(points)("tail_share")
            made["least"] = f"={earning.extreme(span, tail, is_upper=False)}"
            made["most"] = f"={earning.extreme(span, tail, is_upper=True)}"
        elif rule.form == "rank":
            made["count"] = f"=COUNT({span})"
        for name, value in made.items():
            self.grid.set_above(points, PLACE_OF[name], value)

    def _bonus(self, bonus: Bonus) -> None:
        grid = self.grid
        grid.column("bonus", self._say("加减分得分", "bonus: points"))
        grid.set_above("bonus", PLACE_OF["least"], bonus.least)
        grid.set_above("bonus", PLACE_OF["most"], bonus.most)
        cell = self._cell("bonus")
        grid.compute("bonus", lambda line: earning.proved_bonus(
            grid.at("bonus_points", line), grid.at("bonus_evidence", line), cell))  # fmt: skip

    def _score(self, points: Sequence[str], *, has_bonus: bool) -> None:
        grid = self.grid
        grid.column("score", self._say("得分", "score"))
        grid.compute("score", self._unless_open("score open", lambda line: earning.total(
            [grid.at(one, line) for one in points],
            grid.at("bonus", line) if has_bonus else None)))  # fmt: skip

    def _grade(self, grades: Grades) -> None:
        grid = self.grid
        grid.column("ranked", self._say("参加排名的得分", "score that is ranked"))
        veto = None if grades.veto is None or grades.veto.is_ranked else "veto_reason"
        grid.compute("ranked", lambda line: grading.ranked_score(
            grid.at("score", line), grid.at("counts", line),
            None if veto is None else grid.at(veto, line)))  # fmt: skip
        for place, letter in enumerate(grades.letters, start=1):
            grid.set_above("ranked", place, letter)
        options = self._by_bars(grades) if isinstance(grades, BarGrades) else self._by_place(grades)
        grid.column("grade", self._say("等级", "grade"), 8)
        grid.compute("grade", self._unless_open("grade open", lambda line: grading.decided(
            [grid.at(one, line) for one in options], grades, grid.at("exempt_reason", line),
            "" if grades.veto is None else grid.at("veto_reason", line))))  # fmt: skip

    def _by_bars(self, grades: BarGrades) -> list[str]:
        grid = self.grid
        grid.column("by bars", self._say("按分数线", "by bars"), 8)
        for place, one in enumerate(grades.classes[:-1], start=1):
            grid.set_above("by bars", place, one.bar)
        bars = [grid.above("by bars", place) for place in range(1, len(grades.classes))]
        grid.compute(
            "by bars", lambda line: grading.grade_by_bars(grid.at("ranked", line), grades, bars)
        )
        return ["by bars"]

    def _by_place(self, grades: RankGrades) -> list[str]:
        """Write the places and, for each rule that the document may mean, the grade it gives."""
        grid, options = self.grid, []
        grid.set_above("ranked", 0, f"=COUNT({grid.span('ranked')})")
        all_ties = stated(grades.ties, TIES)
        for ties in all_ties:
            grid.column(ties, PLACES[ties].say(self.lang), 9)
            grid.compute(ties, self._place(ties), "0")
        grid.set_above(all_ties[0], 0, self._say("累计比例", "share"))
        for place, one in enumerate(grades.classes, start=1):
            grid.set_above(all_ties[0], place, one.up_to)
        for ties, rounding in product(all_ties, stated(grades.rounding, ROUND)):
            key = f"{ties} {rounding}"
            options.append(key)
            grid.column(key, self._say("按名次", "by place"), 11)
            grid.set_above(key, 0, ENDS[rounding].say(self.lang))
            for place, one in enumerate(grades.classes, start=1):
                end = grading.last_place(grid.above(all_ties[0], place), grid.above("ranked", 0),
                                      rounding, is_inclusive=one.is_inclusive)  # fmt: skip
                grid.set_above(key, place, f"={end}")
            ends = [grid.above(key, place) for place in range(1, len(grades.classes) + 1)]
            grid.compute(key, self._grade_by_place(ties, grades.letters, ends))
        return options

    def _place(self, ties: Ties) -> Callable[[int], str]:
        span = self.grid.span("ranked")
        return lambda line: grading.place(self.grid.at("ranked", line), span, ties)

    def _grade_by_place(
        self, ties: Ties, letters: Sequence[str], ends: Sequence[str]
    ) -> Callable[[int], str]:
        return lambda line: grading.grade_by_place(self.grid.at(ties, line), letters, ends)

    def _ours(self, rows: pd.DataFrame) -> None:
        """Hold every row against what was published."""
        grid, has_grade = self.grid, self.book.grades is not None
        ours = {"our score": "efficiency_score", **({"our grade": "efficiency_grade"} if has_grade
                                                    else {})}  # fmt: skip
        for key, name in ours.items():
            label = COLUMNS[name].label.say(self.lang)
            grid.column(key, f"{label}{self._say('（软件）', ' (landrenew)')}")
            grid.fill(key, none_where_missing(rows[name]).tolist())
        grid.column("check", self._say("一致", "same"), 8)

        def same(line: int) -> str:
            pairs = [
                (grid.at(one, line), grid.at(f"our {one}", line))
                for one in ("score", "grade")[: len(ours)]
            ]
            return grading.agrees(*pairs)

        grid.compute("check", same, "General")

    def _frame(self) -> None:
        """Name the sheet and its parameters, and keep heads in sight."""
        sheet, grid = self.sheet, self.grid
        title = sheet.cell(1, 1, cell_of(f"{Text(self.pool.zh, self.pool.en).say(self.lang)} · "
                                         f"{self.book.title}"))  # fmt: skip
        title.font = Font(bold=True, size=14)
        sheet.cell(2, 1, self._say(
            "浅黄的格可以改动：数据与规则；其余都是公式，改了就重新计算。",
            "Pale yellow cells may be typed over: figures and rules. All others are formulas.",
        ) + (self._say(
            "可能不参评的户按参评计算；因此待定的得分与等级不算，也不核对。",
            " Rows that may be exempt are let count; scores and grades that hang on it stay open.",
        ) if self.has_open else ""))  # fmt: skip
        for name, words in PARAMETERS.items():
            line = TOP + PLACE_OF[name]
            is_used = any(cell.value is not None for cell in sheet[line])
            sheet.row_dimensions[line].hidden = not is_used
            cell = sheet.cell(line, 1, words.say(self.lang))
            cell.fill = HEAD
        sheet.freeze_panes = f"{'C' if 'firm_name' in grid.letters else 'B'}{grid.first}"
        sheet.row_dimensions[1].height, sheet.row_dimensions[grid.head].height = 24, 46
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", A3
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.print_title_rows = f"{grid.head}:{grid.head}"
