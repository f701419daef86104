"""Dates as offices write them: 2024-01-31, 2024.1.31, 20240131, 2024年1月31日, or a month alone."""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata

COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
SPELT = re.compile(r"(\d{4})(?:[-/.年](?:(\d{1,2})(?:[-/.月](?:(\d{1,2})日?)?)?)?)?")
TIME = re.compile(r"(?:[ T]+|(?<=日))\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?$")

NOT_YET = ("未投产", "尚未投产", "在建", "not yet")
"""What stands for a day that has not come, such as that of first production."""


def day_of(said: str, *, last: bool) -> dt.date | None:
    """
    Read a date as planners write it.

    Parameters
    ----------
    said
        Such as ``2024-01-31``, ``2024/1/31``, ``20240131``, ``2024年1月31日``; a time of day is
        left out. A month or a year alone stands for its first or its last day.
    last
        Whether a month or a year stands for its last day.

    Returns
    -------
    date or None
        The day; None when it cannot be read.

    Examples
    --------
    >>> day_of("2024年2月", last=True), day_of("2024.2.30", last=True)
    (datetime.date(2024, 2, 29), None)
    >>> day_of("2024 年 1 月 31 日", last=False) == day_of("20240131 00:00:00", last=True)
    True
    """
    plain = TIME.sub("", unicodedata.normalize("NFKC", said).strip())
    plain = "".join(plain.split())
    found = COMPACT.fullmatch(plain) or SPELT.fullmatch(plain)
    if found is None:
        return None
    year, month, day = (None if part is None else int(part) for part in found.groups())
    try:
        whole = dt.date(year or 0, month or (12 if last else 1), day or 1)
    except ValueError:
        return None
    if day is not None or not last:
        return whole
    return whole.replace(day=calendar.monthrange(whole.year, whole.month)[1])


def whole_day(said: str) -> dt.date | None:
    """
    Read a date that names its day.

    Parameters
    ----------
    said
        As :func:`day_of` reads it.

    Returns
    -------
    date or None
        The day; None for a month or a year alone, and where it cannot be read.

    Examples
    --------
    >>> whole_day("2024.1.31"), whole_day("2024年1月")
    (datetime.date(2024, 1, 31), None)
    """
    first, last = (day_of(said, last=is_last) for is_last in (False, True))
    return first if first == last else None


def years_after(day: dt.date, years: int) -> dt.date:
    """
    Give the anniversary of a day, in calendar years.

    Parameters
    ----------
    day
        The day.
    years
        How many years later.

    Returns
    -------
    date
        The same day of the same month; where the month has no such day, its last. The last day
        there is where the calendar ends before.

    Examples
    --------
    >>> years_after(dt.date(2020, 2, 29), 2), years_after(dt.date(2020, 2, 29), 4)
    (datetime.date(2022, 2, 28), datetime.date(2024, 2, 29))
    """
    year = day.year + years
    if year > dt.MAXYEAR:
        return dt.date.max
    last = calendar.monthrange(year, day.month)[1]
    return dt.date(year, day.month, min(day.day, last))
