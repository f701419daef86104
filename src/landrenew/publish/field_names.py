"""Names of columns in an exported file: headings people read, cut where a format is narrow.

A shapefile has room for ten bytes, five Chinese characters in GBK and three in UTF-8, so a list of
what each short name means goes beside it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from landrenew.base.columns import COLUMNS
from landrenew.base.units import unit_words
from landrenew.publish.tables import column_title, csv_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from landrenew.base.words import Lang

DBF_NAME_BYTES = 10
RESERVED = {"fid", "geom", "geometry", "objectid", "shape", "ogc_fid", "shape_length", "shape_area"}
"""Names that a GIS gives to columns of its own."""


def headings(columns: Sequence[str], lang: Lang) -> dict[str, str]:
    """
    Give each column a heading with its unit.

    Parameters
    ----------
    columns
        Names of the data dictionary, or a layer's own.
    lang
        Chinese headings, or in English the names themselves, which programs know.

    Returns
    -------
    dict
        Heading by column; no two alike.
    """
    wanted = [column_title(one, lang) if lang == "zh" else one for one in columns]
    return dict(zip(columns, _unlike(wanted), strict=True))


def database_names(columns: Sequence[str], lang: Lang) -> dict[str, str]:
    """
    Give each column a name that a geodatabase takes: letters, digits and underscores.

    Parameters
    ----------
    columns
        Names of the data dictionary, or a layer's own.
    lang
        Chinese names, or in English those of the data dictionary.

    Returns
    -------
    dict
        Name by column; no two alike.
    """
    titles = headings(columns, lang)
    plain = [re.sub(r"\W+", "_", one).strip("_") or "_" for one in titles.values()]
    named = [f"_{one}" if one[0].isdigit() else one for one in plain]
    return dict(zip(columns, _unlike(named), strict=True))


def short_names(columns: Sequence[str], lang: Lang, encoding: str) -> dict[str, str]:
    """
    Give each column a name of at most ten bytes.

    Parameters
    ----------
    columns
        Names of the data dictionary, or a layer's own.
    lang
        Labels in Chinese, or in English the names of the data dictionary.
    encoding
        Encoding of the table, in which the bytes count.

    Returns
    -------
    dict
        Short name by column; no two alike, whatever their case.

    Examples
    --------
    >>> short_names(["parcel_area_m2", "parcel_area_mu"], "zh", "gbk")
    {'parcel_area_m2': '宗地面积', 'parcel_area_mu': '宗地面积2'}
    """
    labels = [COLUMNS[one].label.zh if lang == "zh" and one in COLUMNS else one for one in columns]
    plain = [re.sub(r"[^\w]+", "_", one).strip("_") or "_" for one in labels]
    return dict(zip(columns, _unlike(plain, encoding), strict=True))


def _unlike(names: Iterable[str], encoding: str | None = None) -> list[str]:
    """Set a number behind names that would be alike; cut them where an encoding is given."""
    taken = set(RESERVED)
    apart = []
    for name in names:
        number, one = 1, _cut(name, encoding)
        while one.casefold() in taken:
            number += 1
            one = _cut(name, encoding, str(number))
        taken.add(one.casefold())
        apart.append(one)
    return apart


def _cut(name: str, encoding: str | None, end: str = "") -> str:
    if encoding is None:
        return name + end
    room = DBF_NAME_BYTES - len(end)
    return name.encode(encoding, "ignore")[:room].decode(encoding, "ignore") + end


def names_csv(names: dict[str, str], lang: Lang) -> bytes:
    """
    List what the names of an exported table mean.

    Parameters
    ----------
    names
        Name in the file by column.
    lang
        Language of the list.

    Returns
    -------
    bytes
        CSV: name in the file, column, label, unit, meaning.
    """
    header = {
        "zh": ("字段名", "列", "名称", "单位", "含义"),
        "en": ("field", "column", "label", "unit", "meaning"),
    }[lang]
    rows = []
    for column, name in names.items():
        known = COLUMNS.get(column)
        said = ("", "", "") if known is None else (
            known.label.say(lang), unit_words(known.unit).say(lang), known.meaning.say(lang)
        )  # fmt: skip
        rows.append((name, column, *said))
    return csv_bytes(header, rows)
