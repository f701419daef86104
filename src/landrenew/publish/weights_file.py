"""Weights for people, and as a part of a rulebook that a bureau completes and owns.

Once they stand in a rulebook, weights are given: no score ever computes them anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.assess.weights.methods import FROM_DATA
from landrenew.base.columns import COLUMNS
from landrenew.base.words import Text, visible
from landrenew.intake.propose.text import quoted
from landrenew.intake.sources.files import sha256_of
from landrenew.intake.sources.remote import file_of
from landrenew.publish.manifest import input_digests
from landrenew.rules.silence import UNFILLED

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.assess.weights.weighing import Answer
    from landrenew.base.words import Lang
    from landrenew.intake.layers import Layers
    from landrenew.rules.scoring import Pool

STEPS = {
    "stated": Text("所写权重", "as stated"),
    "entropy": Text("熵值", "entropy"),
    "divergence": Text("差异系数", "1 - entropy"),
    "deviation": Text("标准差", "deviation"),
    "conflict": Text("冲突性", "conflict"),
    "information": Text("信息量", "information"),
}
"""What the methods compute on the way."""

FIGURES_REST_ON = ("parcels", "firms", "links", "leases", "buildings", "corrections")
"""Layers that indicators are computed from."""

HEIGHTS = {"height", "dsm", "dem"}
"""Rasters that floors may be counted from."""

KINDS = {"firms": Text("企业", "firms"), "parcels": Text("宗地", "parcels")}

UNDATED = Text("日期不明", "undated")

HUNDRED = 100
"""Weights are written in hundredths of a point."""

HEAD = (
    Text("由 landrenew weights 写出，供贴入本地规则书；贴入后权重即为给定，评分不会重新计算权重。",
         "Written by landrenew weights, to be pasted into your rulebook. There the weights are"
         " given: no score computes them anew."),
    Text(f"写着“{UNFILLED}”的项须按本地文件填写，landrenew rules check 会逐项指出：",
         f"Fill in what says {UNFILLED!r} from your document; landrenew rules check names each:"),
    Text("form 为 ratio（另写 baseline）、min_max（另写 low）或 rank；missing 为 undetermined 或"
         " mean_points。",
         "form is ratio (with baseline), min_max (with low) or rank; missing is undetermined or"
         " mean_points."),
)  # fmt: skip


def points(weights: pd.Series[float], total: float) -> pd.Series[float]:
    """
    Write weights in hundredths of a point that add to the total exactly.

    Parameters
    ----------
    weights
        Shares adding to 1.
    total
        What the points add to, in whole hundredths.

    Returns
    -------
    Series
        Same index; each rounded down, and the hundredths left given to the largest remainders, of
        equal ones to the first.

    Examples
    --------
    >>> points(pd.Series([1 / 3, 1 / 3, 1 / 3]), 100).tolist()
    [33.34, 33.33, 33.33]
    """
    exact = (weights * round(total * HUNDRED)).round(6)
    whole = pd.Series(np.floor(exact), weights.index)
    left = round(total * HUNDRED) - int(whole.sum())
    first = (exact - whole).sort_values(ascending=False, kind="stable").index[:left]
    whole[first] += 1
    return whole / HUNDRED


def weights_words(answer: Answer, total: float, lang: Lang) -> str:
    """
    Write weights and the steps to them, a line an indicator.

    Parameters
    ----------
    answer
        The weights.
    total
        What they add to.
    lang
        Language of the words.

    Returns
    -------
    str
        Columns parted by tabs: the indicator, its column, its points, and what the method computed.
    """
    weights, steps, _ = answer.weighing
    titles = [Text("指标", "indicator"), Text("列", "column"), Text("权重", "points")]
    titles += [STEPS[str(one)] for one in steps]
    lines = ["\t".join(one.say(lang) for one in titles)]
    rows = zip(points(weights, total).items(), steps.to_numpy(float).tolist(), strict=True)
    for (name, value), row in rows:
        label = COLUMNS[str(name)].label.say(lang)
        said = [f"{one:.6g}" for one in row]
        lines.append("\t".join([label, str(name), f"{value:.2f}", *said]))
    return "\n".join(lines)


def weights_toml(
    answer: Answer, layers: Layers, total: float, lang: Lang, matrix: Path | None = None
) -> str:
    """
    Write weights as the scoring part of a rulebook.

    Parameters
    ----------
    answer
        The weights.
    layers
        What they rest on.
    total
        What they add to.
    lang
        Language of the comments.
    matrix
        The file of judgements, where there is one.

    Returns
    -------
    str
        TOML, to be pasted into a rulebook. What the method cannot know is marked
        :data:`landrenew.rules.silence.UNFILLED`; an indicator of weight 0 is left out, aloud.
    """
    weights, _, notes = answer.weighing
    written = points(weights, total)
    said = [*HEAD, *notes]
    said += [_share_note(str(one), weights[one], written[one]) for one in weights.index]
    lines = [f"# {visible(one.say(lang))}" for one in said]
    lines += [
        "", "[scoring]", f"document = {quoted(UNFILLED)}",
        f"source = {quoted(_source(answer, layers, matrix).say(lang))}", 'confidence = "user"',
        "", "[[scoring.pools]]", *_pool_lines(answer.pool), "criteria = [",
    ]  # fmt: skip
    for name, value in written.items():
        label = visible(COLUMNS[str(name)].label.say(lang))
        row = (
            f"{{ form = {quoted(UNFILLED)}, column = {quoted(str(name))}, weight = {value:.2f},"
            f" missing = {quoted(UNFILLED)} }},  # {label}"
        )
        lines.append(f"    {row}" if value > 0 else f"    # {row}")
    return "\n".join([*lines, "]", ""])


def _share_note(name: str, share: float, value: float) -> Text:
    label = COLUMNS[name].label
    return Text(
        f"{label.zh}：{share:.9f}" + ("" if value > 0 else "（权重为 0，未列入）"),
        f"{label.en}: {share:.9f}" + ("" if value > 0 else " (weight 0, left out)"),
    )


def _pool_lines(pool: Pool | None) -> list[str]:
    """Repeat what tells the pool, so that the part can stand in its place."""
    if pool is None:
        return ['name = "all"', 'zh = "全部"', 'en = "all"']
    lines = []
    for key, value in pool.model_dump(exclude={"criteria"}, exclude_none=True).items():
        lines.append(f"{key} = {quoted(value) if isinstance(value, str) else f'{value:.12g}'}")
    return lines


def _source(answer: Answer, layers: Layers, matrix: Path | None) -> Text:
    """Say by what method the weights came about, and from which data or judgements."""
    method, kind = answer.question.method, KINDS[answer.question.kind]
    files = []
    if matrix is not None:
        judged = f"{matrix.name} sha256:{sha256_of(matrix)}"
        files.append(Text(judged, judged))
    if method in FROM_DATA:
        rows = Text(f"{kind.zh} {answer.rows_used} 行", f"{answer.rows_used} {kind.en}")
        files += [rows, *_inputs(layers)]
    return Text(
        "；".join([f"landrenew weights --method {method}", *(one.zh for one in files)]),
        "; ".join([f"landrenew weights --method {method}", *(one.en for one in files)]),
    )


def _inputs(layers: Layers) -> list[Text]:
    """Name every file that indicators are computed from, with its date and digest."""
    project, files = layers.project, []
    for name, layer in project.layers().items():
        if name in FIGURES_REST_ON:
            date = layer.as_of or project.city.as_of
            said = UNDATED if date is None else Text(date, date)
            digests = input_digests(layers, name, layer)
            files += [
                Text(f"{one} {said.zh} sha256:{digest}", f"{one} {said.en} sha256:{digest}")
                for one, digest in digests.items()
            ]
    for name, path in project.rasters.files().items():
        if name in HEIGHTS:
            raster = f"{path} sha256:{sha256_of(file_of(project.folder, path, name))}"
            files.append(Text(raster, raster))
    return files
