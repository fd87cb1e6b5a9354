"""One contact has one key in whatever way it is written, and two contacts never share one."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.cases.contacts import KINDS, LONGEST, ContactKey, contact_keys

WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@pytest.mark.parametrize(
    "written",
    [
        "13800001234",
        "138 0000 1234",
        "138-0000-1234",
        "+8613800001234",
        "+86 138 0000 1234",
        "008613800001234",
        "0086 138 0000 1234",
        "8613800001234",
        "013800001234",
        "＋１３８００００１２３４",
        "１３８　００００　１２３４",
        "(+86)13800001234",
        "138.0000.1234",
    ],
)
def test_a_mobile_number_in_any_writing_is_one_contact(written: str) -> None:
    assert str(ContactKey.of("phone", written)) == "phone:+8613800001234"


@given(
    st.from_regex(r"1[3-9]0000[0-9]{5}", fullmatch=True),
    st.sampled_from(["", "+86", "0086", "86", "+86 ", "0"]),
    st.lists(st.sampled_from(["", " ", "-", ".", "　"]), min_size=11, max_size=11),
    st.booleans(),
)
def test_prefixes_separators_and_width_do_not_matter(
    number: str, prefix: str, gaps: list[str], wide: bool
) -> None:
    written = prefix + "".join(digit + gap for digit, gap in zip(number, gaps))
    if wide:
        written = written.translate(WIDE)
    assert ContactKey.of("phone", written) == ContactKey("phone", f"+86{number}")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("0755-8600 0012", "+8675586000012"),
        ("+86 755 8600 0012", "+8675586000012"),
        ("+86 0755 8600 0012", "+8675586000012"),
        ("400-888-0000", "4008880000"),
        ("+86 400 888 0000", "4008880000"),
        ("95588", "95588"),
        ("+44 (0)20 7946 0000", "+442079460000"),
        ("00852 6000 0123", "+85260000123"),
        ("106900001234", "106900001234"),
        ("110", "110"),
    ],
)
def test_other_numbers(written: str, value: str) -> None:
    assert ContactKey.of("phone", written) == ContactKey("phone", value)


def test_a_service_number_shown_with_a_country_code_is_not_the_real_one() -> None:
    assert ContactKey.of("phone", "+86 95588") != ContactKey.of("phone", "95588")


@pytest.mark.parametrize(
    ("kind", "one", "same"),
    [
        ("wechat", "Wei_Xin99", "ｗｅｉ_ｘｉｎ９９"),
        ("wechat", "WXID_AbC", " wxid_abc "),
        ("qq", "12345", "１２３４５"),
        ("telegram", "@LoanHelper", "loanhelper"),
        ("bank_account", "6200 0000 0000 0001", "6200000000000001"),
        ("other", "Mail@Evil.example", "mail@evil.example"),
    ],
)
def test_case_width_and_space_of_an_id_do_not_matter(kind: str, one: str, same: str) -> None:
    assert ContactKey.of(kind, one) == ContactKey.of(kind, same) is not None


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("https://www.Fake-Loan.example/apply?id=3", "fake-loan.example"),
        ("m.fake-loan.example", "fake-loan.example"),
        ("HTTP://FAKE-LOAN.EXAMPLE:8080/", "fake-loan.example"),
        ("a.b.fake-loan.com.cn/x", "fake-loan.com.cn"),
        ("ｆａｋｅ.example", "fake.example"),
        ("xn--fiqs8s.example", "中国.example"),
        ("192.0.2.7:8080/app.apk", "192.0.2.7"),
        ("t.cn/AbCdE", "t.cn/AbCdE"),
        ("http://t.cn/AbCdE/", "t.cn/AbCdE"),
        ("evil.github.io/page", "evil.github.io/page"),
        ("https://mp.weixin.qq.com/s/Xy_z", "mp.weixin.qq.com/s/Xy_z"),
    ],
)
def test_an_address_counts_by_who_is_behind_it(written: str, value: str) -> None:
    assert ContactKey.of("url", written) == ContactKey("url", value)


def test_two_short_links_are_two_contacts() -> None:
    assert ContactKey.of("url", "t.cn/AbCdE") != ContactKey.of("url", "t.cn/abcde")
    assert ContactKey.of("url", "evil.github.io") != ContactKey.of("url", "good.github.io")


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("phone", "没有号码"),
        ("phone", "12"),
        ("url", "nothing"),
        ("agency", "（ ）"),
        ("fax", "123"),
        ("other", " "),
    ],
)
def test_what_is_no_contact_has_no_key(kind: str, text: str) -> None:
    assert ContactKey.of(kind, text) is None


@pytest.mark.parametrize("text", ["13800001234", "fax:123", "phone:", "", ":"])
def test_a_key_that_cannot_be_read_is_refused_with_one_line(text: str) -> None:
    with pytest.raises(ValueError, match="write KIND:VALUE") as raised:
        ContactKey.parse(text)
    assert "\n" not in str(raised.value)


@given(st.sampled_from(KINDS), st.text(max_size=40))
@example("url", "http://x.cn/é")
@example("agency", "中国深圳公司")
def test_a_key_is_its_own_key(kind: str, text: str) -> None:
    key = ContactKey.of(kind, text)
    if key is not None:
        assert ContactKey.parse(str(key)) == key
        assert 0 < len(key.value) <= LONGEST


def test_the_keys_of_a_signal_come_main_first_and_each_once() -> None:
    data = {
        "contacts": [
            {"kind": "phone", "value": "+8613800001234", "raw": "138 0000 1234"},
            {"kind": "wechat", "value": "ABC", "raw": "ABC"},
            {"kind": "phone", "value": "13800001234", "raw": "13800001234"},
        ],
        "agency": "恒信法务（北京）",
    }
    assert [str(key) for key in contact_keys(data)] == [
        "phone:+8613800001234",
        "wechat:abc",
        "agency:恒信法务",
    ]


@pytest.mark.parametrize("data", [{}, {"contacts": None}, {"contacts": [3, {}], "agency": 7}])
def test_what_is_malformed_has_no_keys(data: dict[str, object]) -> None:
    assert contact_keys(data) == ()


def test_digits_of_an_account_are_nothing_but_digits() -> None:
    key = ContactKey.of("bank_account", "卡号：６２００ 0000-0000 0001")
    assert key is not None
    assert re.fullmatch("[0-9]+", key.value)
