"""The command that helps a bureau set the weights of its own rulebook."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from landrenew.base.errors import RuleError
from landrenew.cli.door import City, LangOption, OutFile, app, progress, tell, tell_notes, writing

if TYPE_CHECKING:
    from landrenew.base.words import Lang

Method = Annotated[
    Literal["given", "equal", "entropy", "critic", "ahp"],
    typer.Option("--method", help="赋权方法 · Method"),
]
Columns = Annotated[
    str | None,
    typer.Option(
        "--columns", help="指标；given 写 指标=权重 · Indicators", metavar="A,B | A=1,B=2"
    ),
]
PoolName = Annotated[str | None, typer.Option("--pool", help="评价组 · Pool", metavar="NAME")]
Of = Annotated[
    Literal["parcels", "firms"], typer.Option("--of", help="按宗地或企业 · Whose figures")
]
Matrix = Annotated[
    Path | None,
    typer.Option("--matrix", help="ahp 的判断矩阵 · Judgements", metavar="TABLE.csv|xlsx"),
]
Total = Annotated[float, typer.Option("--total", help="权重合计 · What weights add to")]
Insist = Annotated[
    bool, typer.Option("--insist", help="判断不一致也用 · Use judgements that contradict")
]


@app.command()
def weights(
    city: City,
    method: Method,
    columns: Columns = None,
    pool: PoolName = None,
    of: Of = "firms",
    matrix: Matrix = None,
    total: Total = 100.0,
    insist: Insist = False,
    out: OutFile = None,
    lang: LangOption = None,
) -> None:
    """为本地规则书设定权重：写明算法、步骤与略去的行 · Set the weights of your own rulebook."""
    from landrenew.assess.weights.weighing import Question
    from landrenew.base.words import Text
    from landrenew.intake.judgements import read_judgements
    from landrenew.publish.weights_file import weights_toml, weights_words
    from landrenew.workflow import weighed

    _refuse_uneven(total)
    names, stated = _named(columns)
    if stated and method != "given":
        raise RuleError(
            "“指标=权重”只用于 --method given。请只写指标。",
            "NAME=WEIGHT is for --method given. Write the names alone.",
        )
    if matrix is not None and method != "ahp":
        raise RuleError(
            "--matrix 只用于 --method ahp。请去掉它。",
            "--matrix is for --method ahp. Leave it out.",
        )
    judged = None if matrix is None else read_judgements(matrix)
    question = Question(method, names, of, pool, stated, judged, insist)
    with progress(lang) as say:
        say(Text("读取与量算", "Reading and measuring"))
        answer, layers = weighed(city, question)
    said = cast("Lang", lang)
    check = () if answer.check is None else (answer.check,)
    tell_notes(lang, (*layers.notes, *answer.weighing.notes, *check))
    typer.echo(weights_words(answer, total, said))
    if out is not None:
        with writing(out):
            out.write_text(weights_toml(answer, layers, total, said, matrix), encoding="utf-8")
        tell(
            lang,
            f"· 规则书片段见 {out}；填好“?”后用 landrenew rules check 检查。",
            f"· Part of a rulebook: {out}. Fill in every '?', then: landrenew rules check.",
        )


def _refuse_uneven(total: float) -> None:
    """Refuse a total that is no count of hundredths."""
    if not math.isfinite(total) or total <= 0 or total != round(total, 2):
        raise RuleError(
            f"--total {total:g} 应为大于 0、最多两位小数的数，例如 100。",
            f"--total {total:g} should be above 0, with two decimals at most, such as 100.",
        )


def _named(columns: str | None) -> tuple[tuple[str, ...], dict[str, float]]:
    """Take the indicators, and their weights where they are stated."""
    parts = [one.strip() for one in (columns or "").split(",") if one.strip()]
    if not any("=" in one for one in parts):
        return tuple(parts), {}
    stated: dict[str, float] = {}
    for part in parts:
        name, _, weight = (one.strip() for one in part.partition("="))
        number = _number(weight)
        if number is None or name in stated:
            raise RuleError(
                f"--columns 中的“{part}”不是“指标=权重”，或写了两次。每项各写一次，如"
                " tax_cny10k_per_mu=30。",
                f"--columns: {part!r} is no NAME=WEIGHT, or stands there twice. Write each once, as"
                " tax_cny10k_per_mu=30.",
            )
        stated[name] = number
    return tuple(stated), stated


def _number(said: str) -> float | None:
    try:
        return float(said)
    except ValueError:
        return None
