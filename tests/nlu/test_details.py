from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.analysis import GIVEN
from nlu.details import given_of, is_near_miss, marks_of
from nlu.text.folding import fold


def given_in(text: str) -> tuple[str, ...]:
    """What a message says was handed over."""
    return given_of(fold(text).text)


def marks_in(text: str) -> frozenset[str]:
    """The marks of a message."""
    return marks_of(fold(text).text)


@pytest.mark.parametrize(
    ("text", "given_"),
    [
        ("我共享了屏幕", "screen"),
        ("屏幕共享着呢", "screen"),
        ("他远程操作我的手机", "screen"),
        ("验证码念给他了", "code"),
        ("我把驗證碼報給他了", "code"),
        ("ＯＴＰ发过去了", "code"),
        ("密码输了", "code"),
        ("他让我把验证码念给他，我念了", "code"),
        ("催我报验证码，验证码我报了", "code"),
        ("我把验证码告诉别人了", "code"),
        ("没想到把验证码给他了", "code"),
        ("我特别急就把验证码发给他了", "code"),
        ("银行卡借给别人了", "card"),
        ("电话卡寄出去了", "card"),
        ("把收款码租出去了", "card"),
        ("U盾交给他们了", "card"),
        ("身份证正反面都拍给他了", "id"),
        ("身份证发给别的人了", "id"),
        ("刷脸也做了", "id"),
        ("合同签了", "signed"),
        ("按了手印", "signed"),
        ("下载了他们的App", "app"),
        ("我装了个会议软件", "app"),
    ],
)
def test_what_was_handed_over_is_seen(text: str, given_: str) -> None:
    assert given_in(text) == (given_,)


@pytest.mark.parametrize(
    "text",
    [
        "验证码没给他",
        "他让我把验证码念给他",
        "叫我报验证码",
        "非要我把身份证发给他",
        "问我能不能借银行卡给他",
        "我没把验证码给他",
        "验证码还没发",
        "别把验证码给他",
        "我不会把身份证发过去的",
        "差点就把验证码念了",
        "没共享屏幕",
        "合同还没签",
        "没签合同",
        "app没下载",
        "银行卡我没借给别人",
        "什么都没给",
        "这个月的账单在哪里看",
        "",
    ],
)
def test_what_was_not_handed_over_does_not_count(text: str) -> None:
    assert given_in(text) == ()


def test_the_most_dangerous_comes_first_whatever_was_told_first() -> None:
    assert given_in("合同签了，下载了app，验证码也念给他了，还共享了屏幕") == (
        "screen",
        "code",
        "signed",
        "app",
    )


def test_one_thing_denied_leaves_the_other() -> None:
    assert given_in("验证码没给他，不过合同签了") == ("signed",)


@pytest.mark.parametrize(
    ("mark", "text"),
    [
        ("minor", "我今年15岁"),
        ("minor", "我还在上初二"),
        ("minor", "我是高中生"),
        ("elder", "我妈被一个自称客服的人缠上了"),
        ("call_forwarding", "他让我设呼叫转移"),
        ("post_card", "叫我把电话卡寄过去"),
        ("money_received", "他把钱打到我卡里了"),
        ("recovery_offer", "说能帮我把钱追回来"),
        ("just_now", "刚刚转过去的"),
        ("moved", "钱被转走了"),
        ("freeze", "卡要不要挂失"),
        ("better", "我缓过来了"),
        ("card_request", "发给家人的提醒卡"),
        ("asks_ours", "这个号是你们的吗"),
        ("asks_partner", "是不是你们合作的公司"),
        ("asks_which", "那我该打哪个电话"),
        ("court", "收到法院传票"),
        ("regulator", "我要打12378投诉"),
        ("one_off_repair", "央行的一次性信用修复还有吗"),
        ("prepay", "提前还有违约金吗"),
        ("due_date", "还款日能改吗"),
        ("not_mine", "我没找中介"),
        ("other_person", "我老公说想不开"),
        ("death_wish", "我不想活了"),
        ("death_wish", "i want to end my life"),
        ("wants_person", "给我转人工"),
        ("english", "hello there"),
    ],
)
def test_plain_words_leave_their_mark(mark: str, text: str) -> None:
    assert mark in marks_in(text)


@pytest.mark.parametrize(
    ("mark", "text"),
    [
        ("minor", "我今年35岁"),
        ("minor", "我是高中老师"),
        ("minor", "我在初中门口摆摊"),
        ("death_wish", "想死你们了，跳楼价甩卖"),
        ("money_received", "我把钱打到他卡里了"),
        ("card_request", "我的银行卡丢了"),
        ("english", "hello 你好"),
        ("asks_ours", "你们的还款日是哪天"),
        ("recovery_offer", "我要追加额度"),
        ("moved", "差点就转了"),
        ("moved", "没转过去"),
        ("moved", "通话到一半断了"),
    ],
)
def test_look_alikes_leave_none(mark: str, text: str) -> None:
    assert mark not in marks_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "差点就转了",
        "差一点把验证码念给他",
        "差点儿交了那个解冻费",
        "差点就上当",
        "差点转给他，没转",
    ],
)
def test_a_near_miss_is_told(text: str) -> None:
    assert is_near_miss(fold(text).text)


@pytest.mark.parametrize(
    "text",
    ["转了三千，差点又转第二笔", "差点就信了，验证码已经念给他了", "钱转过去了", "差点迟到"],
)
def test_whoever_lost_something_had_no_near_miss(text: str) -> None:
    assert not is_near_miss(fold(text).text)


def test_everyday_business_leaves_no_mark_of_danger() -> None:
    danger = {"death_wish", "moved", "minor", "recovery_offer", "money_received", "post_card"}
    assert marks_in("你好，我想问下这个月的账单和利率") & danger == set()


@settings(deadline=None)
@given(st.text(max_size=80))
def test_any_text_can_be_read(text: str) -> None:
    assert set(given_in(text)) <= set(GIVEN)
    assert given_in(text) == given_in(text)
    marks_in(text)
