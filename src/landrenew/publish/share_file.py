"""The share of a run as files: ``share.json``, by town and village, and its work list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from landrenew.assess.share.summary import DEFINITION, DEFINITIONS, ControlShare
from landrenew.base.units import to_mu
from landrenew.base.words import Text, some
from landrenew.publish.share_words import AREA_METHOD, DOUBTS, TOWN, VERDICTS, whole_city
from landrenew.publish.tables import csv_bytes, rounded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from landrenew.base.words import Lang


def share_record(share: ControlShare, *, crs: str, rows: Mapping[str, int]) -> dict[str, object]:
    """
    Give the share as the record of the ``share --json`` contract.

    Parameters
    ----------
    share
        Share of the city.
    crs
        The project CRS.
    rows
        Rows read, kept and set aside.

    Returns
    -------
    dict
        ``share``, ``target``, ``verdict``, ``interval``, areas, ``parcels``, ``definition``,
        ``area_method``, ``crs``, ``gap``, ``counts``, ``majority_share``, ``count_share``,
        ``by_area_method``, ``line_m``, ``doubts``, ``settle``, ``definitions``; ``towns``, each
        with the same figures, and ``villages`` likewise. NaN becomes None.
    """
    record = _figures(share)
    record |= {"definition": DEFINITION.en, "definition_zh": DEFINITION.zh}
    record |= {"area_method": AREA_METHOD.en, "crs": crs, "rows": rows}
    record["definitions"] = {
        name: {"zh": said.zh, "en": said.en} for name, said in DEFINITIONS.items()
    }
    record["line_m"] = share.line_m
    return record | _parts(share)


def _parts(share: ControlShare) -> dict[str, Any]:
    """Give the towns of a city, and the villages of whatever has some."""
    towns = [{"town": one.name, **_figures(one), **_villages(one)} for one in share.towns]
    return {"towns": towns, **_villages(share)}


def _villages(share: ControlShare) -> dict[str, Any]:
    villages = [{"village": one.name, **_figures(one)} for one in share.villages]
    return {"villages": villages} if villages else {}


def _figures(share: ControlShare) -> dict[str, Any]:
    return {
        "share": rounded(share.share, 12),
        "target": share.target,
        "verdict": share.verdict,
        "interval": [rounded(end, 12) for end in share.interval],
        "inside_m2": rounded(share.inside_m2, 4),
        "total_m2": rounded(share.total_m2, 4),
        "inside_mu": rounded(to_mu(share.inside_m2), 4),
        "total_mu": rounded(to_mu(share.total_m2), 4),
        "parcels": share.parcels,
        "gap": {
            "retire_mu": rounded(share.retire_mu, 4),
            "build_mu": rounded(share.build_mu, 4),
        },
        "counts": share.counts,
        "majority_share": rounded(share.majority_share, 12),
        "count_share": rounded(share.count_share, 12),
        "by_area_method": {name: rounded(one, 12) for name, one in share.by_method.items()},
        "doubts": [
            {
                "kind": one.kind,
                "count": one.number,
                "lowers_mu": rounded(one.lowers_mu, 4),
                "raises_mu": rounded(one.raises_mu, 4),
                "interval": [rounded(end, 12) for end in one.interval],
            }
            for one in share.by_kind
        ],
        "unknown_areas": share.unknown_areas,
        "settle": {
            "count": len(share.to_settle),
            "then": share.leaning,
            "items": [{"kind": kind, "ids": list(ids)} for kind, ids in share.to_settle],
        },
    }


def towns_csv(share: ControlShare, lang: Lang) -> bytes:
    """
    Write the share by town.

    Parameters
    ----------
    share
        Share of the city with its towns.
    lang
        Language of titles and words.

    Returns
    -------
    bytes
        CSV, one row a town and the city last; areas in mu.
    """
    rows = [[town.name, *_cells(town, lang)] for town in share.towns]
    rows.append([whole_city(share.name).say(lang), *_cells(share, lang)])
    titles = [TOWN, *TITLES]
    return csv_bytes([title.say(lang) for title in titles], rows)


def villages_csv(share: ControlShare, lang: Lang) -> bytes:
    """
    Write the share by village.

    Parameters
    ----------
    share
        Share of the city with its towns and their villages.
    lang
        Language of titles and words.

    Returns
    -------
    bytes
        CSV, one row a village, by town; areas in mu. The town is empty where none is known.
    """
    rows = [
        ["" if of is share else of.name, village.name, *_cells(village, lang)]
        for of in (*share.towns, share)
        for village in of.villages
    ]
    titles = [TOWN, VILLAGE, *TITLES]
    return csv_bytes([title.say(lang) for title in titles], rows)


def has_villages(share: ControlShare) -> bool:
    """
    Tell whether a share was taken by village.

    Parameters
    ----------
    share
        Share of the city with its towns.

    Returns
    -------
    bool
        True where villages are known.
    """
    return any(one.villages for one in (share, *share.towns))


VILLAGE = Text("村（社区）", "Village")

TITLES = [
    Text("线内占比", "Share inside"), Text("目标", "Target"), Text("结论", "Verdict"),
    Text("占比下限", "Lowest share"), Text("占比上限", "Highest share"),
    Text("线内面积（亩）", "Inside (mu)"), Text("工业用地（亩）", "Industrial land (mu)"),
    Text("宗地数", "Parcels"), Text("线内宗地", "Inside"), Text("跨线宗地", "Straddling"),
    Text("线外宗地", "Outside"), Text("需清退（亩）", "Retire (mu)"),
    Text("或需新增（亩）", "Or build (mu)"), Text("多数在线内的宗数占比", "Share by majority"),
    Text("完全在线内的宗数占比", "Share by count"), Text("须先核实", "To settle first"),
]  # fmt: skip


def _cells(share: ControlShare, lang: Lang) -> list[object]:
    counts = share.counts
    return [
        rounded(share.share, 4), share.target, VERDICTS[share.verdict].say(lang),
        *(rounded(end, 4) for end in share.interval),
        rounded(to_mu(share.inside_m2), 2), rounded(to_mu(share.total_m2), 2), share.parcels,
        counts["inside"], counts["straddling"], counts["outside"],
        rounded(share.retire_mu, 2), rounded(share.build_mu, 2),
        rounded(share.majority_share, 4), rounded(share.count_share, 4), len(share.to_settle),
    ]  # fmt: skip


def doubts_csv(share: ControlShare, lang: Lang) -> bytes:
    """
    Write the work list: every doubt about a share, those first that can turn the verdict most.

    Parameters
    ----------
    share
        Share of the city.
    lang
        Language of titles and words; the kinds are the same in every language.

    Returns
    -------
    bytes
        CSV, one row a doubt.
    """
    titles = [
        Text("次序", "rank"), Text("代码", "kind"), Text("疑点", "what"), Text("宗地", "parcels"),
        TOWN, VILLAGE, Text("可使线内富余减少（亩）", "may lower the surplus (mu)"),
        Text("可使线内富余增加（亩）", "may raise the surplus (mu)"),
        Text("须先核实", "settle first"), Text("如何核实", "how to settle"),
    ]  # fmt: skip
    yes, no = Text("是", "yes").say(lang), Text("否", "no").say(lang)
    rows = [
        [
            rank, kind, DOUBTS[kind].what.say(lang), some(ids),
            town, village, rounded(lowers, 4), rounded(raises, 4), yes if settles else no,
            DOUBTS[kind].settle.say(lang),
        ]
        for rank, (kind, ids, town, village, lowers, raises, settles)
        in enumerate(share.doubts.itertuples(index=False), start=1)
    ]  # fmt: skip
    return csv_bytes([title.say(lang) for title in titles], rows)
