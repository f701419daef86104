"""Dates: read as planners write them, never guessed."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landrenew.base.dates import day_of


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("2024-01-31", (2024, 1, 31), (2024, 1, 31)),
        ("2024/1/31", (2024, 1, 31), (2024, 1, 31)),
        ("2024.1.31", (2024, 1, 31), (2024, 1, 31)),
        ("20240131", (2024, 1, 31), (2024, 1, 31)),
        ("2024年1月31日", (2024, 1, 31), (2024, 1, 31)),
        ("２０２４年１月３１日", (2024, 1, 31), (2024, 1, 31)),
        ("2024-01-31 00:00:00", (2024, 1, 31), (2024, 1, 31)),
        ("2024-01-31T00:00:00", (2024, 1, 31), (2024, 1, 31)),
        ("2024年2月", (2024, 2, 1), (2024, 2, 29)),
        ("2024", (2024, 1, 1), (2024, 12, 31)),
    ],
)
def test_dates_are_read_as_planners_write_them(
    said: str, first: tuple[int, int, int], last: tuple[int, int, int]
) -> None:
    assert day_of(said, last=False) == dt.date(*first)
    assert day_of(said, last=True) == dt.date(*last)


@pytest.mark.parametrize(
    "said",
    ["2024 年 3 月 1 日", "2024年3月1日10:30", "2024-03-01T00:00:00+08:00", "2024/3/1 8:00:00",
     "20240301 08:00"],
)  # fmt: skip
def test_blanks_and_times_of_day_do_not_matter(said: str) -> None:
    assert day_of(said, last=False) == day_of(said, last=True) == dt.date(2024, 3, 1)


@pytest.mark.parametrize("said", ["", "待定", "45292", "2024-13-01", "2024-02-30", "31/01/2024",
                                  "2024-01-31-02", "0000-01-01"])  # fmt: skip
def test_what_is_no_date_is_not_guessed(said: str) -> None:
    assert day_of(said, last=True) is None


@given(st.dates(min_value=dt.date(1000, 1, 1)))
def test_any_day_comes_back(day: dt.date) -> None:
    for said in (day.isoformat(), f"{day:%Y%m%d}", f"{day.year}年{day.month}月{day.day}日"):
        assert day_of(said, last=True) == day
