"""What stands beneath every figure: date, source, definition, unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from landrenew.base.words import Text, visible
from landrenew.publish.figures.look import MARGIN, SOFT, folded
from landrenew.publish.wording import layer_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from landrenew.base.words import Lang
    from landrenew.publish.figures.look import Sheet
    from landrenew.publish.result import Result

NOT_STATED = Text("未注明", "not stated")
SIZE = 7.0
"""Height of what stands beneath a figure [points]."""

LEADING_MM = 3.6
"""From one line to the next [mm]."""

MOST = 200
"""Characters of a stated source that are shown."""


def data_date(result: Result) -> Text:
    """
    Say of when the data are.

    Parameters
    ----------
    result
        A finished run.

    Returns
    -------
    Text
        The date; that it is not stated where it is not.
    """
    said = result.layers.project.city.as_of
    date = NOT_STATED if said is None else Text(said, said)
    return Text(f"数据时间：{date.zh}", f"Date of the data: {date.en}")


def sources(result: Result, names: Iterable[str]) -> Text:
    """
    Say where the data come from.

    Parameters
    ----------
    result
        A finished run.
    names
        Layers of the project file, those that it has are named.

    Returns
    -------
    Text
        Each layer with its source and date.
    """
    given = result.layers.project.layers()
    said = [_source(name, given[name].source, given[name].as_of) for name in names if name in given]
    zh, en = "；".join(one.zh for one in said), "; ".join(one.en for one in said)
    return Text(f"资料来源：{zh}", f"Sources: {en}")


def _source(name: str, source: str | None, as_of: str | None) -> Text:
    label = layer_words(name)
    where = NOT_STATED if source is None else Text(*[visible(source[:MOST])] * 2)
    zh, en = ("", "") if as_of is None else (f"（{as_of}）", f" ({as_of})")
    return Text(f"{label.zh}：{where.zh}{zh}", f"{label.en}: {where.en}{en}")


def sentence(said: Text) -> Text:
    """
    End a text with a full stop.

    Parameters
    ----------
    said
        A text.

    Returns
    -------
    Text
        The text, with a full stop where it had none.
    """
    return Text(f"{said.zh.rstrip('。')}。", f"{said.en.rstrip('.')}.")


def write_captions(sheet: Sheet, said: Sequence[Text], lang: Lang) -> float:
    """
    Write the captions at the foot of a sheet.

    Parameters
    ----------
    sheet
        The sheet.
    said
        The captions, each of which begins a line.
    lang
        Language of the words.

    Returns
    -------
    float
        Where they begin [mm from the top].
    """
    width = sheet.size[0] - 2 * MARGIN
    lines = [line for one in said for line in folded(one.say(lang), width, SIZE)]
    top = sheet.size[1] - MARGIN - len(lines) * LEADING_MM
    for at, line in enumerate(lines):
        sheet.write(MARGIN, top + at * LEADING_MM, line, fontsize=SIZE, color=SOFT)
    return top
