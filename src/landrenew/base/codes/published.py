"""Read the published tables of codes that lie beside this module."""

from __future__ import annotations

import csv
from importlib import resources


def published(name: str) -> list[dict[str, str]]:
    """
    Read one table.

    Parameters
    ----------
    name
        File name, such as ``land.csv``.

    Returns
    -------
    list of dict
        Its rows; each names its source and how sure it is.

    Examples
    --------
    >>> published("land.csv")[0]["code"]
    '00'
    """
    text = resources.files("landrenew.base.codes").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
