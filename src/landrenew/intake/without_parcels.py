"""A project whose parcels are not there yet: its tables and other layers can be checked already.

Bureaus often hand over the firm table or the buildings first. Nothing can be measured from them
alone, but every row can be accounted for and every fault named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from landrenew.base.errors import ParcelError
from landrenew.base.words import Text
from landrenew.intake.firms.links import firm_row_faults, firms_once
from landrenew.intake.geometry.checked import Checked
from landrenew.intake.parcels import Parcels

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyproj import CRS

    from landrenew.intake.faults import Fault
    from landrenew.intake.layers import Balance

NO_PARCELS = Text(
    "项目文件没有宗地图层 [parcels]：只检查其余的图层与表，不量算。",
    "The project has no [parcels]: only the other layers and tables are checked, nothing measured.",
)


def no_parcels(crs: CRS | None) -> tuple[Parcels, Checked]:
    """
    Make the parcel table of a project that has none.

    Parameters
    ----------
    crs
        The project CRS [m]; None where the project holds tables alone.

    Returns
    -------
    Parcels
        No row; index ``parcel_id``.
    Checked
        Nothing set aside, no fault.
    """
    index = pd.Index([], dtype=object, name="parcel_id")
    empty = gpd.GeoDataFrame(index=index, geometry=[], crs=crs)
    aside = empty.assign(code="", detail="")
    return Parcels(empty), Checked("parcels", empty, aside, (), pd.DataFrame())


def no_parcels_to_measure() -> ParcelError:
    """
    Say that a project without parcels cannot be measured.

    Returns
    -------
    ParcelError
        To be raised.
    """
    return ParcelError(
        "项目文件没有宗地图层，无法量算。请写明 [parcels]；其余的图层与表可用"
        " landrenew check 检查。",
        "The project has no parcels, so nothing can be measured. Add [parcels]; the other layers"
        " and tables can be checked with landrenew check.",
    )


def firms_alone(firms: pd.DataFrame) -> tuple[pd.DataFrame, list[Fault]]:
    """
    Index firms by their id, setting aside every row whose id is missing or not its own.

    With parcels such a table is refused, for nobody could say which row's tax is meant. Here
    nothing is computed from it, so every such row is named instead.

    Parameters
    ----------
    firms
        Index ``row``, with ``firm_id``.

    Returns
    -------
    DataFrame
        Index ``firm_id``, unique, with the column ``row``.
    list of Fault
        ``missing_id``, ``duplicate_row`` and ``conflicting_id``.
    """
    once, faults = firms_once(firms)
    at_odds = once["firm_id"].duplicated(keep=False)
    faults += firm_row_faults(once[at_odds], "conflicting_id")
    return once[~at_odds].reset_index().set_index("firm_id"), faults


def balance_words(balances: Iterable[Balance]) -> list[Text]:
    """
    Account for the rows and the area of every layer, a line each.

    Parameters
    ----------
    balances
        Balances of the layers read.

    Returns
    -------
    list of Text
        Rows in, out and set aside; the area where a layer has one [ha, planar].
    """
    return [_balance(one) for one in balances]


def _balance(one: Balance) -> Text:
    zh = f"[{one.layer}] 读入 {one.rows_in} 行，可用 {one.rows_out} 行，剔除 {one.rows_rejected} 行"
    en = f"[{one.layer}] {one.rows_in} rows in, {one.rows_out} kept, {one.rows_rejected} set aside"
    if one.area_out_m2 is None:
        return Text(f"{zh}。", f"{en}.")
    hectares = one.area_out_m2 / 1e4
    return Text(
        f"{zh}；可用的面合计 {hectares:.4f} 公顷（平面面积）。",
        f"{en}; what is kept has {hectares:.4f} ha (planar).",
    )
