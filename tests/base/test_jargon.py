"""What libraries complain of, as they say it today, is said in Chinese."""

from __future__ import annotations

import sqlite3
import tomllib

import pytest
import shapely

from landrenew.base.jargon import plainly

BROKEN_TOML = {
    "path = a.shp": "要加引号（第 1 行第 8 列）",
    'path = "D:\\data\\a.shp"': "请写成 /",
    'path = "D:\\新建\\a.shp"': "请写成 /",
    "[a]\n[a]": "[a] 这一节写了两次",
    "a = 1\na = 2": "同一项写了两次",
    "a 1": "名称之后缺等号",
    'a = "b': "引号没有收尾",
    'a = "b" c': "一行只能写一项",
    "[a": "方括号没有收尾",
    "[[a]": "方括号没有收尾",
    "a = [1, 2": "方括号没有收尾",
    "a = {b = 1": "花括号没有收尾",
    "a = {b = 1, b = 2}": "同一项 b 写了两次",
    "[镇街]": "中文名称要加引号",
}


@pytest.mark.parametrize("text", BROKEN_TOML, ids=str)
def test_a_broken_project_file(text: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError) as met:
        tomllib.loads(text)
    assert BROKEN_TOML[text] in plainly(str(met.value)).zh


@pytest.mark.parametrize(
    ("where", "said"),
    [("a == == 1", "“==”附近"), ("b = 1", "没有列“b”"), ("f(a)", "没有函数 f"), ("a =", "没有写完"),
     ("a = #", "引号或符号"), ("a = 'x", "“'x”的引号")],
)  # fmt: skip
def test_a_broken_condition(where: str, said: str) -> None:
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE TABLE t (a)")
        with pytest.raises(sqlite3.Error) as met:
            database.execute(f"SELECT a FROM t WHERE ({where}\n)")  # noqa: S608  our own words
    database.close()
    assert said in plainly(str(met.value)).zh


def test_a_broken_shape() -> None:
    bow = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    assert plainly(shapely.is_valid_reason(bow)).zh == "在 (0.5, 0.5) 自相交"


def test_what_is_not_known_is_passed_on() -> None:
    assert plainly("Something new.").zh == plainly("Something new.").en == "Something new."
