"""A paper of numbered parts, sentences and tables: as a page to print, and as plain text."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, NamedTuple

import jinja2

from landrenew.base.words import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from landrenew.base.words import Lang

STAMP = Text("内部工作用表", "For internal use")


class Part(NamedTuple):
    """
    One numbered part of a paper.

    Parameters
    ----------
    title
        Its heading.
    lines
        Sentences before the table.
    header
        Headings of the table.
    rows
        Its rows, as long as the header.
    foot
        Its last row, or nothing.
    numbers
        Positions of the columns of numbers.
    notes
        Sentences below it.
    """

    title: Text
    lines: Sequence[Text] = ()
    header: Sequence[Text] = ()
    rows: Sequence[Sequence[Text]] = ()
    foot: Sequence[Text] = ()
    numbers: Sequence[int] = ()
    notes: Sequence[Text] = ()


class Paper(NamedTuple):
    """
    A paper in both languages.

    Parameters
    ----------
    kind
        What sort of paper it is.
    name
        Whom it is about.
    about
        Code, city, rulebook, date of the data.
    seal
        The result in a word, and what stands beneath it; nothing when there is none.
    warnings
        Why there is no result, or one that the parts do not explain.
    parts
        The parts.
    """

    kind: Text
    name: str
    about: Sequence[Text]
    seal: tuple[str, Text] | None
    warnings: Sequence[Text]
    parts: Sequence[Part]


def paper_html(paper: Paper, lang: Lang) -> bytes:
    """
    Write a paper as a page to read and print, whole in itself.

    Parameters
    ----------
    paper
        The paper.
    lang
        Its language.

    Returns
    -------
    bytes
        HTML without scripts; every text is escaped.
    """
    form = jinja2.Environment(
        loader=jinja2.PackageLoader("landrenew.publish", "papers"), autoescape=True,
        trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined,
    ).get_template("paper.html")  # fmt: skip
    page = form.render(
        lang=lang,
        kind=paper.kind.say(lang),
        name=paper.name,
        about=[one.say(lang) for one in paper.about],
        seal=None if paper.seal is None else (paper.seal[0], paper.seal[1].say(lang)),
        warnings=[one.say(lang) for one in paper.warnings],
        parts=[_said(one, lang) for one in paper.parts],
        stamp=STAMP.say(lang),
        made_by=f"landrenew {version('landrenew')}",
    )
    return page.encode()


def _said(part: Part, lang: Lang) -> dict[str, object]:
    """Choose the language of a part."""
    return {
        "title": part.title.say(lang),
        "lines": [one.say(lang) for one in part.lines],
        "header": [one.say(lang) for one in part.header],
        "rows": [[cell.say(lang) for cell in row] for row in part.rows],
        "foot": [cell.say(lang) for cell in part.foot],
        "numbers": part.numbers,
        "notes": [one.say(lang) for one in part.notes],
    }


def paper_text(paper: Paper, lang: Lang) -> str:
    """
    Write a paper as plain text, for a terminal.

    Parameters
    ----------
    paper
        The paper.
    lang
        Its language.

    Returns
    -------
    str
        Lines; the cells of a row stand between bars.
    """
    lines = [
        " · ".join([paper.kind.say(lang), paper.name, *(one.say(lang) for one in paper.about)])
    ]
    if paper.seal is not None:
        lines.append(" · ".join(one for one in (paper.seal[0], paper.seal[1].say(lang)) if one))
    lines += [one.say(lang) for one in paper.warnings]
    for place, part in enumerate(paper.parts, start=1):
        lines += ["", f"{place} {part.title.say(lang)}", *(one.say(lang) for one in part.lines)]
        table = [part.header, *part.rows, part.foot]
        lines += [" | ".join(cell.say(lang) for cell in row) for row in table if row]
        lines += [one.say(lang) for one in part.notes]
    return "\n".join(lines)
