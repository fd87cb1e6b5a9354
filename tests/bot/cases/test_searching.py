"""Any part of what was told is found, a number in any writing."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.cases.searching import indexed, phrases
from nlu.text.folding import fold
from tests.bot.cases.conftest import LI, Office, telling


@pytest.fixture
def told(office: Office) -> Office:
    office.hears(
        telling(
            "u1", "phone:13800001234", evidence="他说包过，先交三千块包装费", platform="小红书"
        ),
        telling("u2", "phone:13900005678", "wechat:LoanKing88", agency="恒信法务咨询有限公司"),
        telling("u3", "url:https://www.fake-loan.example/apply", evidence="保證金退不回來"),
        telling("u4", "phone:0755-86001234", evidence="call me now please"),
    )
    return office


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("138 0000 1234", "+8613800001234"),
        ("+86-138-0000-1234", "+8613800001234"),
        ("00861 3800001234", "+8613800001234"),
        ("１３８００００１２３４", "+8613800001234"),
        ("5678", "+8613900005678"),
        ("0755 8600 1234", "+8675586001234"),
        ("包装", "+8613800001234"),
        ("包装费", "+8613800001234"),
        ("小红书", "+8613800001234"),
        ("三千 包过", "+8613800001234"),
        ("loanking88", "+8613900005678"),
        ("KING", "+8613900005678"),
        ("恒信法务（北京）", "恒信法务"),
        ("恒信", "恒信法务"),
        ("fake-loan.example", "fake-loan.example"),
        ("http://m.fake-loan.example/x", "fake-loan.example"),
        ("保证金", "fake-loan.example"),
        ("退不回来", "fake-loan.example"),
        ("please", "+8675586001234"),
        ("退", "fake-loan.example"),
    ],
)
def test_what_was_told_is_found(told: Office, query: str, title: str) -> None:
    assert title in [case.title for case in told.book.list(text=query)]


@pytest.mark.parametrize(
    "query",
    [
        "费包装",
        "三千万",
        "13811112222",
        "callme",
        "xxx",
        "恒信科技",
        '"',
        "NOT",
        "*",
        "a OR b",
        "' --",
    ],
)
def test_what_was_not_told_is_not_found(told: Office, query: str) -> None:
    assert told.book.list(text=query) == []


def test_a_search_can_be_narrowed(told: Office) -> None:
    case_id = told.case_of("phone:13800001234")
    told.moves(case_id, "verifying")
    assert [case.id for case in told.book.list("verifying", text="1234")] == [case_id]
    told.run(told.book.assign(case_id, "li", LI))
    assert [case.id for case in told.book.list(owner="li", text="1234")] == [case_id]


def test_an_empty_search_is_the_whole_list(told: Office) -> None:
    assert len(told.book.list(text="  ")) == len(told.book.list())


@given(st.text("恒信法务保证金abc019", min_size=3, max_size=12), st.data())
def test_every_part_of_a_word_is_a_phrase_of_its_index(word: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(word) - 2))
    part = word[start : data.draw(st.integers(start + 2, len(word)))]
    phrase = phrases(part)
    assert phrase is not None
    assert phrase.strip('"') in indexed([word])


@given(st.text(max_size=30))
def test_no_query_breaks_the_index(text: str) -> None:
    phrase = phrases(text)
    assume(phrase is not None)
    assert phrase is not None
    assert set(phrase) <= set(fold(text).text) | set('" AND*')
