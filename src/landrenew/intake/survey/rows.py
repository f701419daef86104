"""A returned survey form row against row and column against column: what one cell cannot show."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

from landrenew.base.codes.credit import plain_code
from landrenew.base.units import M2_PER_MU
from landrenew.base.words import Text, some
from landrenew.intake.survey.cells import is_blank, read_date, said
from landrenew.intake.survey.form import FIRM_FIGURES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from landrenew.intake.survey.sheet import ReturnedForm

    Numbers = Mapping[tuple[int, str], float]

UNIT_JUMP = 100.0
"""A value so many times the one handed out, or the middle of the others, may be in another unit."""

FEWEST = 5
"""Fewer other values than these have no middle worth comparing with."""


class Doubt(NamedTuple):
    """
    Something about one cell, or the whole form, that other cells show.

    Parameters
    ----------
    row
        Row of the sheet; 0 for the whole form.
    name
        Column of the form; empty for the whole row.
    kind
        A word for machines.
    said
        What was found and what is wanted, for a clerk; no full stop.
    """

    row: int
    name: str
    kind: str
    said: Text


def find_doubts(form: ReturnedForm, rows: Sequence[int], numbers: Numbers) -> Iterator[Doubt]:
    """
    Compare the rows with each other, with the form handed out, and each row's figures.

    Parameters
    ----------
    form
        The returned form.
    rows
        Its rows, totals left out.
    numbers
        The numbers that can be true, in the units of the form, by row and column.

    Yields
    ------
    Doubt
        What was found.
    """
    yield from _duplicates(form, rows)
    yield from _not_returned(form, rows)
    yield from _jumps(form, rows, numbers)
    for row in rows:
        yield from _needed_together(form, row)
        yield from _figures(form, row, numbers)


def _ids(form: ReturnedForm, rows: Sequence[int]) -> dict[int, str]:
    held = {row: form.cells.get((row, "parcel_id")) for row in rows}
    return {row: plain_code(said(one)) for row, one in held.items() if not is_blank(one)}


def _duplicates(form: ReturnedForm, rows: Sequence[int]) -> Iterator[Doubt]:
    first: dict[str, int] = {}
    for row, one in _ids(form, rows).items():
        if one in first:
            at = form.address(first[one], "parcel_id")
            yield Doubt(
                row,
                "parcel_id",
                "duplicate",
                Text(f"与 {at} 重复；一宗地只填一行", f"stands in {at} too; one row a parcel"),
            )
        first.setdefault(one, row)


def _not_returned(form: ReturnedForm, rows: Sequence[int]) -> Iterator[Doubt]:
    there = set(_ids(form, rows).values())
    gone = [one for one in form.handed_out if plain_code(one) not in there]
    if gone:
        yield Doubt(
            0,
            "parcel_id",
            "not_returned",
            Text(
                f"下发的 {len(gone)} 宗地没有交回：{some(gone)}；应补上这些行",
                f"{len(gone)} parcels handed out did not come back: {some(gone)}",
            ),
        )


def _jumps(form: ReturnedForm, rows: Sequence[int], numbers: Numbers) -> Iterator[Doubt]:
    area = {row: numbers.get((row, "declared_area_m2")) for row in rows}
    ids = _ids(form, rows)
    known = {plain_code(one): mu for one, mu in form.handed_out.items() if mu}
    for row, value in area.items():
        handed = known.get(ids.get(row, ""))
        if value and handed and not 1 / UNIT_JUMP < value / handed < UNIT_JUMP:
            yield Doubt(
                row,
                "declared_area_m2",
                "unit_jump",
                Text(
                    f"下发时为 {handed:g} 亩，应核对单位是否为亩",
                    f"{handed:g} mu were handed out; check that the unit is mu",
                ),
            )
    alone = {row: value for row, value in area.items() if value and not known.get(ids.get(row, ""))}
    yield from _far_from_others(alone, "declared_area_m2", Text("亩", "mu"))
    for name in ("tax_cny10k", "output_cny10k"):
        per_mu = {
            row: number / land
            for row, land in area.items()
            if land and (number := numbers.get((row, name)))
        }
        yield from _far_from_others(per_mu, name, Text("万元", "10,000 yuan"))


def _far_from_others(values: Mapping[int, float], name: str, unit: Text) -> Iterator[Doubt]:
    """Doubt values a hundred times the middle of the others; money is compared by the mu."""
    positive = {row: value for row, value in values.items() if value > 0}
    ordered = sorted(positive.values())
    if len(ordered) <= FEWEST:
        return
    for row, value in positive.items():
        if value >= UNIT_JUMP * middle_without(ordered, value):
            yield Doubt(
                row,
                name,
                "unit_jump",
                Text(
                    f"是其他各行中间值的 {UNIT_JUMP:g} 倍以上，应核对单位是否为{unit.zh}",
                    f"it is over {UNIT_JUMP:g} times the middle of the other rows; check"
                    f" that the unit is {unit.en}",
                ),
            )


def middle_without(ordered: Sequence[float], value: float) -> float:
    """
    Take the median of all numbers but one.

    Parameters
    ----------
    ordered
        Two numbers or more, sorted.
    value
        The one of them to be left out.

    Returns
    -------
    float
        The median of the others.

    Examples
    --------
    >>> middle_without([1.0, 2.0, 4.0, 9.0], 9.0), middle_without([1.0, 2.0, 4.0], 1.0)
    (2.0, 3.0)
    """
    left_out, others = bisect_left(ordered, value), len(ordered) - 1
    low, high = (at + (at >= left_out) for at in ((others - 1) // 2, others // 2))
    return (ordered[low] + ordered[high]) / 2


def _needed_together(form: ReturnedForm, row: int) -> Iterator[Doubt]:
    """Ask for the firm's number, the year and the evidence where there is what needs them."""

    def has(name: str) -> bool:
        return not is_blank(form.cells.get((row, name))) or (row, name) in form.uncomputed

    has_figures = any(has(name) for name in FIRM_FIGURES)
    if (has("firm_name") or has_figures) and not has("firm_id") and "firm_id" in form.columns:
        yield Doubt(
            row,
            "firm_id",
            "missing",
            Text(
                "是空的；填了企业名称或税收、产值、人数，就要填统一社会信用代码",
                "is empty; a row with a firm or its figures needs the firm's credit code",
            ),
        )
    if has_figures and not has("data_year") and "data_year" in form.columns:
        yield Doubt(
            row,
            "data_year",
            "missing",
            Text(
                "是空的；填了税收、产值、人数，就要填是哪一年的",
                "is empty; figures need the year they are of",
            ),
        )
    if has("bonus_points") and not has("bonus_evidence") and "bonus_evidence" in form.columns:
        yield Doubt(
            row,
            "bonus_evidence",
            "missing",
            Text(
                "是空的；填了加减分，就要填依据，没有依据的不计",
                "is empty; a bonus counts only with its evidence",
            ),
        )


def _figures(form: ReturnedForm, row: int, numbers: Numbers) -> Iterator[Doubt]:
    def of(name: str) -> float | None:
        return numbers.get((row, name))

    tax, output = of("tax_cny10k"), of("output_cny10k")
    if tax is not None and output is not None and tax > output:
        yield Doubt(
            row,
            "tax_cny10k",
            "tax_above_output",
            Text(
                f"税收 {tax:g} 大于产值 {output:g}，应核对单位是否为万元",
                f"tax {tax:g} is above output {output:g}; check that both are in 10,000 yuan",
            ),
        )
    land, floor, storeys = of("declared_area_m2"), of("floor_area_m2"), of("floor_count")
    if land and floor and storeys and floor > land * M2_PER_MU * storeys:
        most = land * M2_PER_MU * storeys
        yield Doubt(
            row,
            "floor_area_m2",
            "floor_above_land",
            Text(
                f"{land:g} 亩地上 {storeys:g} 层最多 {most:,.0f} 平方米，"
                "应核对建筑面积、登记面积和层数",
                f"{storeys:g} storeys on {land:g} mu hold {most:,.0f} m2 at most; check"
                " floor area, land and storeys",
            ),
        )
    year, day = of("data_year"), read_date(form.cells.get((row, "survey_date"), ""))
    if year is not None and day is not None and year > day.year:
        yield Doubt(
            row,
            "data_year",
            "year_after_survey",
            Text(f"晚于填表日期 {day.isoformat()}", f"is after the survey of {day.isoformat()}"),
        )
