"""How sure the judgements are, for people: counts in words, and every share as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.assess.certainty.chances import NO_GRADE
from landrenew.assess.certainty.columns import certainty_columns, share_of, standard_error
from landrenew.base.columns import COLUMNS
from landrenew.base.missing import none_where_missing
from landrenew.base.words import Text
from landrenew.publish.court_file import IDENT, KIND, KINDS
from landrenew.publish.tables import column_speaker, csv_bytes
from landrenew.publish.wording import class_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from landrenew.assess.certainty.chances import Chances, CityChances
    from landrenew.base.words import Lang
    from landrenew.intake.certainty import Certainty
    from landrenew.publish.result import Result

DIGITS = 6
"""Decimals of a share: a million draws at most."""

UNGRADED = Text("（未评级）", "(no grade)")
OUT_OF = Text("的次数占比", ": share of draws")
SAME = Text(" 判定不变的次数占比", ": share of draws that judge alike")
ERROR = Text(" 该占比的标准误差", ": standard error of that share")

METHOD = Text(
    "误差为乘性对数正态：数值 × exp(s·z)，s = √ln(1+相对标准差²)，z 为标准正态；"
    "中位数为公布值，符号不变，零仍为零，缺失仍缺失；同一行的同一输入每次只抽一次。",
    "Errors are multiplicative and log-normal: value x exp(s z), s = sqrt(ln(1+share^2)), z"
    " standard normal; the published value is the median, the sign stays, zero stays zero,"
    " missing stays missing; one input of one row is drawn once a draw.",
)


def certainty_words(result: Result, lang: Lang) -> str:
    """
    Say how many judgements are sure and how many are borderline.

    Parameters
    ----------
    result
        A finished run.
    lang
        Language of the words.

    Returns
    -------
    str
        What was drawn, by whose word inputs may be off, and a line for each published grade and
        verdict; empty where a run tells nothing of it.
    """
    found = result.certainty
    if found is None:
        return ""
    lines = [*_drawn(found.chance), METHOD, *_counted(result, found)]
    return "\n".join(line.say(lang) for line in lines)


def _drawn(chance: Certainty) -> Iterator[Text]:
    """Say what was drawn, how often, and who says that it may be off."""
    bar, draws = chance.sure_from, chance.draws
    error = np.sqrt(bar * (1 - bar) / draws)
    yield Text(
        f"共抽 {draws:,} 次，种子 {chance.seed}；判定不变的次数占比不低于 {bar:.1%} 为确定，"
        f"否则为临界（该处标准误差 √(p(1-p)/次数) = {error:.2%}）。",
        f"{draws:,} draws, seed {chance.seed}; a judgement is sure when at least {bar:.1%} of them"
        f" give it, else borderline (standard error there, sqrt(p(1-p)/draws): {error:.2%}).",
    )
    for name, one in chance.errors.items():
        label = COLUMNS[name].label
        yield Text(
            f"· {label.zh} {name}：相对标准差 {one.share:.1%}（{one.source}）",
            f"· {label.en} {name}: relative standard deviation {one.share:.1%} ({one.source})",
        )
    if chance.weight_spread is not None:
        yield Text(
            f"· 各指标权重：相对标准差 {chance.weight_spread:.1%}，再按合计还原",
            f"· weights: relative standard deviation {chance.weight_spread:.1%}, scaled back to"
            " their total",
        )


def _counted(result: Result, found: CityChances) -> Iterator[Text]:
    """Count what is sure and what is borderline, judgement by judgement."""
    for kind, table, chances in _tables(result, found):
        said = certainty_columns(table, chances, found.chance)
        for outcome, column in (
            ("efficiency_grade", "grade_certainty_class"),
            ("low_efficiency_class", "low_efficiency_certainty_class"),
        ):
            shares = chances.grades if outcome == "efficiency_grade" else chances.verdicts
            if shares is None:
                continue
            label, words = COLUMNS[outcome].label, table[outcome]
            for word in shares.columns:
                mine = words.isna() if word == NO_GRADE else words.eq(word)
                if mine.any():
                    yield _line(kind, label, str(word), said.loc[mine, column], outcome)


def _line(kind: Text, label: Text, word: str, classes: pd.Series[str], outcome: str) -> Text:
    name = UNGRADED if word == NO_GRADE else class_words(word, outcome)
    sure, close = int(classes.eq("sure").sum()), int(classes.eq("borderline").sum())
    head = Text(f"{kind.zh}·{label.zh} {name.zh}：", f"{kind.en.capitalize()}s, {label.en.lower()}"
                f" {name.en}: ")  # fmt: skip
    if classes.isna().all():
        return Text(f"{head.zh}{len(classes)} 个", f"{head.en}{len(classes)}")
    return Text(
        f"{head.zh}{len(classes)} 个，其中确定 {sure}，临界 {close}",
        f"{head.en}{len(classes)}, of which sure {sure}, borderline {close}",
    )


def _tables(result: Result, found: CityChances) -> Iterator[tuple[Text, pd.DataFrame, Chances]]:
    yield KINDS["parcels"], pd.DataFrame(result.parcels), found.parcels
    if result.firms is not None and found.firms is not None and found.firms.grades is not None:
        yield KINDS["firms"], result.firms, found.firms


def certainty_csv(result: Result, lang: Lang) -> bytes:
    """
    Write how often every outcome came out for every parcel and firm.

    Parameters
    ----------
    result
        A finished run with ``certainty``.
    lang
        Language of titles and words.

    Returns
    -------
    bytes
        CSV for people, one row a parcel or firm: the published judgement, the share of the draws
        for every letter, for those not graded and for no grade, the share that judges alike with
        its standard error, and the class; then the same for low efficiency.
    """
    found = result.certainty
    tables = [] if found is None else list(_tables(result, found))
    parts = [_part(kind, table, chances, found.chance, lang)
             for kind, table, chances in tables if found is not None]  # fmt: skip
    whole = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    return csv_bytes(list(whole.columns), none_where_missing(whole).to_numpy().tolist())


def _part(
    kind: Text, table: pd.DataFrame, chances: Chances, chance: Certainty, lang: Lang
) -> pd.DataFrame:
    made = pd.DataFrame({KIND.say(lang): kind.say(lang), IDENT.say(lang): table.index})
    columns = certainty_columns(table, chances, chance)
    for outcome, column, shares in (
        ("efficiency_grade", "grade_certainty_class", chances.grades),
        ("low_efficiency_class", "low_efficiency_certainty_class", chances.verdicts),
    ):
        if shares is None:
            continue
        label = COLUMNS[outcome].label.say(lang)
        made[label] = _spoken(table[outcome], outcome, lang)
        for word in shares.columns:
            name = UNGRADED if word == NO_GRADE else class_words(str(word), outcome)
            title = f"{label} {name.say(lang)}{OUT_OF.say(lang)}"
            made[title] = shares[word].round(DIGITS).to_numpy()
        stays = share_of(shares, table[outcome])
        made[f"{label}{SAME.say(lang)}"] = stays.round(DIGITS).to_numpy()
        made[f"{label}{ERROR.say(lang)}"] = (
            standard_error(stays, chance.draws).round(DIGITS).to_numpy()
        )
        made[COLUMNS[column].label.say(lang)] = _spoken(columns[column], column, lang)
    return made


def _spoken(words: pd.Series[str], column: str, lang: Lang) -> list[str | None]:
    """Say words for people, None where there is none."""
    say = column_speaker(column, lang) or str
    return [None if word is None else say(word) for word in none_where_missing(words)]
