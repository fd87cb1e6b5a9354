from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.text.disguises import undisguise
from nlu.text.folding import fold


def read(text: str) -> str:
    """What a text says without its disguise."""
    return undisguise(fold(text)).text


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        pytest.param("亻弋理扌殳讠斥", "代理投诉", id="characters taken apart"),
        pytest.param("亻.弋理扌 殳", "代理投", id="signs between the parts"),
        pytest.param("出租💳", "出租卡", id="a picture for a word"),
        pytest.param("收🏦卡", "收银行卡", id="a picture inside a word"),
        pytest.param("zx修复要不要", "征信修复要不要", id="initials"),
        pytest.param("JR消费", "金融消费", id="initials in capitals"),
        pytest.param("停*息·挂/账", "停息挂账", id="inserted signs"),
        pytest.param("征😄信", "征信", id="an inserted picture"),
    ],
)
def test_a_disguise_is_undone(written: str, meant: str) -> None:
    assert read(written).replace(" ", "") == meant


@pytest.mark.parametrize(
    "text",
    [
        "我的账单什么时候出",
        "2.5万分12期，利息3%",
        "a.b@c.com",
        "微信号zx_0000",
        "my name is zx",
        "加油——明天见",
        "利息、费用，都要",
    ],
)
def test_what_is_no_disguise_stays(text: str) -> None:
    assert read(text) == fold(text).text


@settings(deadline=None, max_examples=200)
@given(
    st.lists(
        st.sampled_from(["亻弋", "💳", "zx", "征", "信", "*", ".", " ", "，", "𝟎", "ﷺ", "a", "徵"])
    ).map("".join)
)
def test_every_sign_still_leads_to_the_words_of_the_user(text: str) -> None:
    found = undisguise(fold(text))
    assert len(found.starts) == len(found.ends) == len(found.text)
    assert found.original == text
    for index in range(len(found.text)):
        start, end = found.span(index, index + 1)
        assert 0 <= start < end <= len(text)
