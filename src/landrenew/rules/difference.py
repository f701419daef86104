"""What two rulebooks say differently, in words."""

from __future__ import annotations

import csv
from collections import Counter
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple

from landrenew.base.codes.industry import read_industry_code
from landrenew.base.columns import COLUMNS
from landrenew.base.words import Text
from landrenew.rules.comparison import SIGNS
from landrenew.rules.plausibility import Off
from landrenew.rules.silence import PARTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from landrenew.rules.model import Rulebook

OWN_WORDS = frozenset({"name", "title", "notes", "zh", "en", "source", "confidence", "lacks"})
"""What a book calls itself and its parts, where it was read and what nobody read: no rule."""

KEYS = {
    row["key"]: Text(row["zh"], row["en"])
    for row in csv.DictReader(
        resources.files("landrenew.rules").joinpath("keys.csv").read_text("utf-8").splitlines()
    )
}
"""Keys of a rulebook, for people."""

VALUES: dict[str, Text] = {
    "any": Text("任一条成立", "any"), "all": Text("全部成立", "all"),
    **SIGNS,
    "prohibited": Text("禁止", "prohibited"), "restricted": Text("限制", "restricted"),
    "permitted": Text("除外", "permitted"),
    "renewal": Text("改造", "renewal"), "new_supply": Text("新供地", "new supply"),
    "total": Text("总额", "total"), "ratio_of_totals": Text("总额之比", "ratio of totals"),
    "ratio": Text("与基准之比", "ratio to a baseline"), "min_max": Text("极差", "min-max"),
    "rank": Text("名次", "rank"), "bars": Text("分数线", "bars"),
    "undetermined": Text("得分待定", "undetermined"),
    "mean_points": Text("取平均分", "mean points"),
    "above_scale": Text("规上", "above scale"), "below_scale": Text("规下", "below scale"),
    "holder": Text("自有用地", "own land"), "tenant": Text("租赁", "tenant"),
    "down": Text("舍去", "down"), "nearest": Text("四舍五入", "nearest"), "up": Text("进一", "up"),
    "parcel": Text("宗地", "parcel"), "block": Text("地块组", "block"),
    "better": Text("取较高等级", "better"), "worse": Text("取较低等级", "worse"),
    "own": Text("各自评价", "own"), "follow_landlord": Text("随宗地主", "follow the landlord"),
    "merge_on_parcel": Text("同宗地合并", "merge on a parcel"),
    "registered_within_years": Text("注册不满若干年", "registered within years"),
    "supplied_within_years": Text("供地不满若干年", "supplied within years"),
    "industry_prefix": Text("行业代码", "industry code"), "column_equals": Text("某列的词", "word"),
}  # fmt: skip
"""Words of a rulebook, for people."""

YES_OR_NO = {True: Text("是", "yes"), False: Text("否", "no")}

NAMED_BY = ("name", "grade", "column", "code", "of")
"""What tells the entries of a list apart, the first that they have."""

NOTHING = Text("（无）", "(none)")


class Change(NamedTuple):
    """
    One thing that two books say differently.

    Parameters
    ----------
    path
        Where it stands, such as ``scoring.pools.above_scale.criteria.rd_share.baseline``.
    before
        What the first book says, None when nothing.
    after
        What the second says.
    text
        The same in words.
    """

    path: str
    before: object
    after: object
    text: Text


def changes(one: Rulebook, other: Rulebook) -> list[Change]:
    """
    List what two rulebooks say differently.

    Parameters
    ----------
    one
        The first book.
    other
        The second.

    Returns
    -------
    list of Change
        In the order of the first book, then what only the second says; names, titles and sources
        are no rules.

    Examples
    --------
    >>> from landrenew.rules.library import read_rulebook
    >>> found = changes(read_rulebook("huangyan-2021"), read_rulebook("huangyan-2022"))
    >>> [one.text.en for one in found if one.path.endswith("rd_share.baseline")]
    ['Scoring > Above-scale firms > R&D share > baseline: 0.0305 -> 0.0302']
    """
    before, after = dict(_said(one)), dict(_said(other))
    names = {**own_names(one), **own_names(other)}
    found = []
    for path in dict.fromkeys([*before, *after]):
        was, now = before.get(path), after.get(path)
        if was != now:
            text = Text(*(_words(path, was, now, names, place) for place in (0, 1)))
            found.append(Change(".".join(path), was, now, text))
    return found


def _said(book: Rulebook) -> Iterator[tuple[tuple[str, ...], object]]:
    raw = book.model_dump(mode="json", exclude_none=True)
    yield from _leaves({key: value for key, value in raw.items() if key not in OWN_WORDS}, ())


def _leaves(value: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], object]]:
    """Give every number and word of a table with the way to it."""
    if isinstance(value, dict):
        for key, one in value.items():
            if key not in OWN_WORDS:
                yield from _leaves(one, (*path, str(key)))
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for name, one in entries(value):
            by = next((key for key in NAMED_BY if key in one), "")
            rest = {key: each for key, each in one.items() if key != by}
            yield from _leaves(rest, (*path, name))
    elif value != []:
        yield path, value


def entries(listed: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """
    Name the entries of a list.

    Parameters
    ----------
    listed
        Tables of one kind.

    Yields
    ------
    tuple
        What tells an entry apart from the others, and the entry.
    """
    seen: Counter[str] = Counter()
    for place, one in enumerate(listed):
        name = str(next((one[key] for key in NAMED_BY if key in one), place + 1))
        seen[name] += 1
        yield name if seen[name] == 1 else f"{name} {seen[name]}", one


def own_names(book: Rulebook) -> dict[str, Text]:
    """
    Give what a book calls its pools, exemptions and checks.

    Parameters
    ----------
    book
        The rulebook.

    Returns
    -------
    dict
        Words by name.
    """
    stated = [one for one in book.plausibility if not isinstance(one, Off)]
    targets = () if book.programme is None else book.programme.targets
    said = (*stated, *book.exemptions, *book.pools, *targets, *book.admission)
    named = {one.name: Text(one.zh, one.en) for one in said}
    return named | _industries(book)


def _industries(book: Rulebook) -> dict[str, Text]:
    """Name the industries of a table by code, as the edition of the table means them."""
    table = book.far_minimum
    read = [] if table is None else [read_industry_code(one, table.edition) for one in table.codes]
    said = {str(one): f"{one} {one.name}".strip() for one in read if one is not None}
    return {code: Text(words, words) for code, words in said.items()}


def _words(
    path: tuple[str, ...], was: object, now: object, names: Mapping[str, Text], lang: int
) -> str:
    """Say a change in one language, of (zh, en)."""
    both = [NOTHING[lang] if one is None else _value(one, lang) for one in (was, now)]
    way = path_words(path, names)[lang]
    return f"{way}: {both[0]} -> {both[1]}" if lang else f"{way}：{both[0]} → {both[1]}"


def path_words(path: tuple[str, ...], names: Mapping[str, Text]) -> Text:
    """
    Say where something stands in a rulebook.

    Parameters
    ----------
    path
        The way to it, as :class:`Change` has it, in steps.
    names
        What a book calls its own things, as :func:`own_names` gives it.

    Returns
    -------
    Text
        The way in words.
    """
    steps = []
    for place, step in enumerate(path):
        if step in {"pools", "criteria", "classes", "tests", "targets"}:
            continue
        said = PARTS.get(step) if place == 0 else None
        said = said or names.get(step) or KEYS.get(step)
        if said is None and step in COLUMNS:
            said = COLUMNS[step].label
        steps.append(Text(step, step) if said is None else said)
    zh, en = " / ".join(one.zh for one in steps), " > ".join(one.en for one in steps)
    return Text(zh, en[:1].upper() + en[1:])


def _value(value: object, lang: int) -> str:
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, bool):
        return YES_OR_NO[value][lang]
    if isinstance(value, list):
        return ("、" if lang == 0 else ", ").join(map(str, value))
    if value in VALUES:
        return VALUES[str(value)][lang]
    return COLUMNS[value].label[lang] if value in COLUMNS else str(value)
