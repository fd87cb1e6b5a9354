from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.text.folding import fold

# Any code point, lone surrogates included: a client may send them.
anything = st.text(st.characters(blacklist_categories=()), max_size=60)
disguised = st.lists(
    st.sampled_from(
        ["征信", "徵信", "ＶＸ", "𝟎𝟏", "①", "㈠", "ﷺ", "帳戶", "妳", "🧑‍⚖️", "3️⃣", "\u200b", "\ud800"]
    ),
    max_size=8,
).map("".join)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("债务优化", "债务优化"),
        ("債務優化", "债务优化"),
        ("ＶＸ：ＡＢＣ", "vx:abc"),
        ("停\u200b息\u2060挂\ufeff账", "停息挂账"),
        ("停息掛帳", "停息挂账"),
        ("𝟒𝟎𝟎", "400"),
        ("４００", "400"),
        ("④⓪⓪", "400"),
        ("٤٠٠", "400"),
        ("3️⃣0️⃣", "30"),
        ("徵信", "征信"),
        ("Ⓥⓧ", "vx"),
        ("妳的帐户", "你的账户"),
        ("一\t二\n三", "一\n二\n三"),
        ("", ""),
        ("\ud800", ""),
    ],
)
def test_every_writing_of_the_same_words_reads_the_same(written: str, folded: str) -> None:
    assert fold(written).text == folded


@settings(deadline=None)
@given(anything | disguised)
def test_every_position_maps_back_to_the_users_own_writing(text: str) -> None:
    folded = fold(text)
    assert folded.original == text
    assert len(folded.text) == len(folded.starts) == len(folded.ends)
    for before, after in zip(folded.starts, folded.starts[1:]):
        assert before <= after
    for start, end in zip(folded.starts, folded.ends):
        assert 0 <= start < end <= len(text)
        assert end == start + 1, "one sign of the text for every folded sign"


@settings(deadline=None)
@given(anything | disguised, st.data())
def test_a_range_of_the_folded_text_is_the_range_that_it_came_from(
    text: str, data: st.DataObject
) -> None:
    folded = fold(text)
    if not folded.text:
        return
    start = data.draw(st.integers(0, len(folded.text) - 1))
    end = data.draw(st.integers(start + 1, len(folded.text)))
    first, last = folded.span(start, end)
    assert folded.text[start:end] in fold(text[first:last]).text


def test_folded_chinese_latin_and_digits_stay_as_they_are() -> None:
    chinese = "".join(map(chr, range(0x4E00, 0xA000))).encode("gb2312", "ignore").decode("gb2312")
    folded = fold(chinese + "".join(map(chr, range(0x20, 0x7F)))).text
    assert len(folded) > 6000
    assert fold(folded).text == folded


def test_invisible_signs_leave_no_trace() -> None:
    hidden = "".join(
        chr(code)
        for code in (0x200B, 0x200D, 0x2060, 0xFEFF, 0x00AD, 0x0301, 0x20E3)
        if unicodedata.category(chr(code)) in ("Cf", "Mn", "Me")
    )
    assert len(hidden) == 7
    assert fold(hidden.join("征信修复")).text == "征信修复"


def test_a_span_covers_signs_hidden_inside_a_word() -> None:
    text = "我要停\u200b息挂账"
    folded = fold(text)
    start = folded.text.index("停息挂账")
    first, last = folded.span(start, start + 4)
    assert text[first:last] == "停\u200b息挂账"
