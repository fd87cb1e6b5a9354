"""Variants of one name meet; two names never do."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.cases.agency_names import agency_key, agency_stem

ONE_AND_THE_SAME = [
    ["恒信法务", "恒信法务咨询有限公司", "恒信法务（北京）", "北京恒信法务", "恒信法务咨询", "恆信法務", "恒 信 法 务", "“恒信法务”", "恒信法务公司",
     "北京市恒信法务咨询有限责任公司", "恒信法务北京分公司", "广东省深圳市恒信法务服务中心", "恒信法务(深圳)有限公司", "恒信法务管理咨询有限公司"],
    ["鼎盛律师事务所", "鼎盛律所", "北京鼎盛律师事务所", "鼎盛律师事务所（上海）"],
    ["安心债务优化中心", "安心债务优化", "杭州安心债务优化咨询有限公司"],
    ["云帆科技", "云帆科技有限公司", "武汉云帆科技股份有限公司", "云帆科技集团"],
    ["ABC金服", "abc金服", "ＡＢＣ金服有限公司"],
    ["众诚", "众诚集团", "众诚有限公司", "众诚公司"],
]  # fmt: skip
DIFFERENT = [
    "恒信法务", "恒信咨询", "恒信律所", "恒信科技", "恒信金服", "恒信信用修复", "恒信", "恒星法务", "恒信达法务", "新恒信法务", "恒信一法务",
    "鼎盛律所", "鼎胜律所", "南京证券", "东莞证券", "中国银行", "北京银行", "北京法务", "上海法务", "上海滩法务", "前海恒信科技",
    "abc金服", "abd金服", "安心债务优化", "安心债务重组", "安信债务优化",
]  # fmt: skip

NAMES = st.text("恒信安达鼎盛云帆众诚华宇泰康明远博瑞嘉禾", min_size=2, max_size=4)
TRADES = st.sampled_from(["法务", "律所", "科技", "金服", "咨询", "债务优化", "信用修复", "商务", "工作室", "财税"])  # fmt: skip
PLACES = st.sampled_from(["", "北京", "上海", "深圳市", "广东省深圳市", "中国", "杭州"])
FORMS = st.sampled_from(["", "公司", "有限公司", "有限责任公司", "股份有限公司", "集团"])
BRANCHES = st.sampled_from(["", "（北京）", "(深圳)", "【上海】", "（总部）"])


@pytest.mark.parametrize("names", ONE_AND_THE_SAME, ids=lambda names: names[0])
def test_variants_of_a_name_are_one(names: list[str]) -> None:
    assert {agency_key(name) for name in names} == {agency_key(names[0])}
    assert agency_key(names[0])


@pytest.mark.parametrize(("one", "other"), itertools.combinations(DIFFERENT, 2))
def test_different_names_stay_apart(one: str, other: str) -> None:
    assert agency_key(one) != agency_key(other)


@given(NAMES, TRADES, PLACES, FORMS, BRANCHES, st.sampled_from(["", " ", "·"]))
def test_place_legal_form_branch_and_signs_do_not_matter(
    name: str, trade: str, place: str, form: str, branch: str, gap: str
) -> None:
    plain = agency_key(name + trade)
    assert agency_key(f"{place}{gap.join(name)}{trade}{form}{branch}") == plain
    assert name in plain


@given(NAMES, TRADES, NAMES, TRADES, PLACES, FORMS)
def test_two_names_never_meet_whatever_stands_around_them(
    name: str, trade: str, other: str, other_trade: str, place: str, form: str
) -> None:
    assume((name, trade) != (other, other_trade))
    # One may hold the other's trade in its name, such as 安信 + 用; these names do not.
    assert agency_key(f"{place}{name}{trade}{form}") != agency_key(other + other_trade)


@given(st.text(max_size=30))
def test_a_key_is_its_own_key(text: str) -> None:
    key = agency_key(text)
    assert agency_key(key) == key


@pytest.mark.parametrize("text", ["", "公司", "有限公司", "（北京）", "·", "甲"])
def test_what_holds_no_name_has_no_key(text: str) -> None:
    assert agency_key(text) == ""


@pytest.mark.parametrize(
    ("key", "stem"),
    [
        ("恒信法务", "恒信"),
        ("恒信咨询", "恒信"),
        ("恒信律所", "恒信"),
        ("北京法务", ""),
        ("中国银行", ""),
        ("债务优化", ""),
    ],
)
def test_the_stem_is_what_is_particular_in_a_name(key: str, stem: str) -> None:
    assert agency_stem(key) == stem
