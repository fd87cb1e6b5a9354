from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.content import Content, Hotline, load_content
from actions.numbers import MASK, NumberCheck, check_number, find_numbers, one_edit_apart
from actions.outgoing import Registry, find_unregistered

DEMO = load_content()
# A bank-like institution: a short number and a ten-digit 400 number.
LARGE = replace(
    DEMO,
    hotlines=(
        Hotline("95000", "客服热线", ""),
        Hotline("400-000-0000", "贷后服务", ""),
    ),
)
OFFICIAL = [
    *((hotline.digits, DEMO) for hotline in DEMO.hotlines),
    *((hotline.digits, LARGE) for hotline in LARGE.hotlines),
]
REPLIED = {
    "official",
    "official_prefixed",
    "near",
    "overseas",
    "plus86",
    "mobile",
    "virtual",
    "400",
    "service",
    "callcenter",
    "landline",
    "authority",
    "unknown",
}


def verdict(raw: str, content: Content = DEMO, value: str = "") -> str:
    return check_number(raw, value, content).verdict


def checked(text: str, content: Content = DEMO) -> list[tuple[str, str]]:
    return [(raw, verdict(raw, content)) for raw in find_numbers(text)]


@pytest.mark.parametrize(
    "raw",
    [
        "400-012-345",
        "400012345",
        "４００－０１２－３４５",
        "４０００１２３４５",
        "4 0 0 0 1 2 3 4 5",
        "400 012 345",
        "400.012.345",
        "400·012·345",
        "400—012—345",
        "400,012,345",
        "400/012/345",
        "4、00012345",
        "四零零零一二三四五",
        "四〇〇〇一二三四五",
        "四洞洞洞幺两三四五",
        "四零零零幺二三四五",
        "肆零零零壹贰叁肆伍",
        "④⓪⓪⓪①②③④⑤",
        "4️⃣0️⃣0️⃣0️⃣1️⃣2️⃣3️⃣4️⃣5️⃣",
        "𝟒𝟎𝟎𝟎𝟏𝟐𝟑𝟒𝟓",
        "四00-零1二-3四5",
        "四零零 012 叁肆伍",
        "四○○○一二三四五",
        "4oo-o12-345",
        "4O0O12345",
        "四零零，嗯，零一二，然后三四五",
        "四零零杠零一二杠三四五",
        "400然后是012最后是345",
        "400🌟012🌟345",
        "400\u200b012\u200b345",
        "先是400，然后一下子012，再345",
        "400-012-345转2",
        "电话：400-012-345",
    ],
)
def test_the_official_number_is_official_in_any_writing(raw: str) -> None:
    check = check_number(raw, "", DEMO)
    assert check == NumberCheck("official", "400-012-345", None, True)


@pytest.mark.parametrize("raw", ["95000", "九五零零零", "９５０００", "9 5 0 0 0", "玖伍零零零"])
def test_a_short_official_number_is_official_in_any_writing(raw: str) -> None:
    assert check_number(raw, "", LARGE) == NumberCheck("official", "95000", None, True)


@pytest.mark.parametrize(
    "raw",
    [
        "00400012345",
        "00 400-012-345",
        "000400012345",
        "+400012345",
        "＋400-012-345",
        "+86-400-012-345",
        "+86 400012345",
        "(+86)400-012-345",
        "+86（400）012-345",
        "0086400012345",
        "0086 400 012 345",
        "零零86 400-012-345",
        "零零八六四零零零一二三四五",
        "加86 400012345",
        "加八六四零零零一二三四五",
        "加号86 400012345",
        "➕86400012345",
        "86 400-012-345",
        "86400012345",
        "010-400012345",
        "021 400-012-345",
        "0571400012345",
        "+86 010 400012345",
        "+8610400012345",
    ],
)
def test_the_official_number_behind_a_prefix_is_not_our_call(raw: str) -> None:
    check = check_number(raw, "", DEMO)
    assert (check.verdict, check.ours) == ("official_prefixed", False)


@pytest.mark.parametrize(
    "raw",
    [
        "0095000",
        "+8695000",
        "+95000",
        "02195000",
        "0086 九五零零零",
        "00864000000000",
    ],
)
def test_prefixes_count_for_every_official_number(raw: str) -> None:
    assert verdict(raw, LARGE) == "official_prefixed"


@pytest.mark.parametrize(
    "raw",
    [
        "400012346",
        "500012345",
        "400-912-345",
        "40012345",
        "40001234",
        "4000123455",
        "4000012345",
        "1400012345",
        "0400012345",
        "400102345",
        "400013245",
        "400 012 354",
        "四零零零一二三四六",
        "４００－０１２－３４６",
    ],
)
def test_one_digit_beside_an_official_number_is_near_and_not_ours(raw: str) -> None:
    check = check_number(raw, "", DEMO)
    assert (check.verdict, check.ours) == ("near", False)


@pytest.mark.parametrize("raw", ["95001", "9500", "950000", "59000", "4000000001", "400000000"])
def test_nearness_counts_for_every_official_number(raw: str) -> None:
    assert verdict(raw, LARGE) == "near"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("0085200001111", "overseas"),
        ("+85200001111", "overseas"),
        ("00 44 7000 000000", "overseas"),
        ("0063-0000-1111", "overseas"),
        ("+1 200 000 0000", "overseas"),
        ("零零八五二零零零零一一一一", "overseas"),
        ("加号852 0000 1111", "overseas"),
        ("0013800001234", "overseas"),
        ("00", "overseas"),
        ("00861-83172-22766", "plus86"),
        ("00861", "plus86"),
        ("008613800005510", "plus86"),
        ("0086 138 0000 5510", "plus86"),
        ("零零捌陆一三八零零零零五五一零", "plus86"),
        ("+8613800005510", "plus86"),
        ("＋８６１３８００００５５１０", "plus86"),
        ("+86 10 0000 1111", "plus86"),
        ("+86 010 0000 1111", "plus86"),
        ("+86 400 000 0123", "plus86"),
        ("86 138 0000 5510", "plus86"),
        ("加86 13800005510", "plus86"),
        ("+86", "plus86"),
        ("13800001234", "mobile"),
        ("138-0000-1234", "mobile"),
        ("幺三八零零零零幺二三四", "mobile"),
        ("壹叁柒零零零零捌捌玖玖", "mobile"),
        ("013800001234", "mobile"),
        ("16600004412", "mobile"),
        ("17500006123", "mobile"),
        ("19900001717", "mobile"),
        ("17000009876", "virtual"),
        ("171 0000 3321", "virtual"),
        ("16200008181", "virtual"),
        ("16500001234", "virtual"),
        ("16700001234", "virtual"),
        ("017000009876", "virtual"),
        ("4000000123", "400"),
        ("400-000-0123", "400"),
        ("800-000-0123", "400"),
        ("四零零零零零零幺二三", "400"),
        ("95333", "service"),
        ("95566", "service"),
        ("956000", "service"),
        ("九五五零零", "service"),
        ("95000", "callcenter"),
        ("95132000", "callcenter"),
        ("952000", "callcenter"),
        ("95400", "callcenter"),
        ("957000", "callcenter"),
        ("010-00001111", "landline"),
        ("02100000066", "landline"),
        ("0571-00001111", "landline"),
        ("0311 000 1111", "landline"),
        ("10600000888", "unknown"),
        ("88880000", "unknown"),
        ("10000", "unknown"),
        ("12345", "unknown"),
        ("852-400-012-345", "unknown"),
        ("", "unknown"),
        ("这个号", "unknown"),
    ],
)
def test_numbers_of_others_get_the_verdict_of_their_kind(raw: str, expected: str) -> None:
    check = check_number(raw, "", DEMO)
    assert (check.verdict, check.ours, check.authority) == (expected, False, None)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("110", "报警电话"),
        ("幺幺零", "报警电话"),
        ("96110", "反诈劝阻咨询专线"),
        ("12378", "金融消费者投诉热线"),
        ("１２３７８", "金融消费者投诉热线"),
        ("一二三七八", "金融消费者投诉热线"),
        ("1 2 3 6 8", "人民法院诉讼服务热线"),
    ],
)
def test_a_public_number_is_named(raw: str, name: str) -> None:
    check = check_number(raw, "", DEMO)
    assert (check.verdict, check.authority, check.ours) == ("authority", name, False)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("0096110", "overseas"),
        ("+110", "overseas"),
        ("00110", "overseas"),
        ("+86 96110", "plus86"),
        ("008612378", "plus86"),
        ("零零八六幺幺零", "plus86"),
        ("010-12378", "unknown"),
        ("96111", "unknown"),
    ],
)
def test_a_public_number_behind_a_prefix_is_none(raw: str, expected: str) -> None:
    check = check_number(raw, "", DEMO)
    assert (check.verdict, check.authority) == (expected, None)


def test_the_normalised_value_counts_only_where_the_writing_shows_no_digits() -> None:
    assert verdict("那个号码", value="400012345") == "official"
    assert verdict("那个号码", value="+8613800001234") == "mobile"
    assert verdict("+86 400012345", value="400012345") == "official_prefixed"
    assert verdict("400012346", value="400012345") == "near"
    assert verdict("13800001234", value="+8613800001234") == "mobile"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("13800001234", "1380＊＊＊＊＊＊＊"),
        ("138 0000 1234", "1380＊＊＊＊＊＊＊"),
        ("+8613800001234", "+8613＊＊＊＊＊＊＊＊"),
        ("一三八零零零零一二三四", "1380＊＊＊＊＊＊＊"),
        ("95566", "9556＊"),
        ("400-012-346", "4000＊＊＊＊＊"),
        ("00" * 40, "0000＊＊＊＊＊＊＊＊"),
        ("12378", "12378"),
        ("４０００１２３４５", "400-012-345"),
    ],
)
def test_only_registered_numbers_are_shown_in_full(raw: str, shown: str) -> None:
    assert check_number(raw, "", DEMO).display == shown


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("400-012-345是你们的吗", ["400-012-345"]),
        ("四零零零一二三四五这个号是官方的不", ["四零零零一二三四五"]),
        ("显示４００－０１２－３４５，你们的？", ["４００－０１２－３４５"]),
        ("这组数字 4 0 0 0 1 2 3 4 5 是不是热线", ["4 0 0 0 1 2 3 4 5"]),
        ("显示零零86 400-012-345，是你们吗", ["零零86 400-012-345"]),
        ("来电是加86 400012345", ["加86 400012345"]),
        ("+86-400-012-345打来的", ["+86-400-012-345"]),
        ("来电＋86 138 0000 1234", ["＋86 138 0000 1234"]),
        ("0086 400 012 345是官方？", ["0086 400 012 345"]),
        ("他念的是四零零，嗯，零一二，然后三四五，对吗", ["四零零，嗯，零一二，然后三四五"]),
        ("刚有个00861-83172-22766打给我", ["00861-83172-22766"]),
        ("刚有个00861开头的电话说是你们客服", ["00861"]),
        ("+86开头的号是你们吗", ["+86"]),
        ("00开头的电话能接吗", ["00"]),
        ("110打来的", ["110"]),
        ("幺幺零打来的说我涉案", ["幺幺零"]),
        ("12378给我打电话了", ["12378"]),
        ("12368发的立案短信", ["12368"]),
        ("96110是真的吗", ["96110"]),
        ("95500是不是你们", ["95500"]),
        ("九五零零零二这个号是恁家的不", ["九五零零零二"]),
        ("4000000321转2，这个是分期专线么", ["4000000321"]),
        ("17000009876？", ["17000009876"]),
        ("这个座机 02100000066 是不是你们上海分部", ["02100000066"]),
        ("给我发短信的 106 0000 1234 是你方通道么", ["106 0000 1234"]),
        ("他的电话是 8 8 8 8 0 0 0 0", ["8 8 8 8 0 0 0 0"]),
        ("有电话 88001 打来", ["88001"]),
        ("号是20001的那个电话是你们吗", ["20001"]),
        ("我早上有个电话就是那个幺三九零零零零二二幺幺是不是你们", ["幺三九零零零零二二幺幺"]),
        (
            "今天三个号：13600000021、13600000022、17800009090",
            ["13600000021", "13600000022", "17800009090"],
        ),
        ("这俩号 18200001919 / 18200001920 是你们的不", ["18200001919", "18200001920"]),
        ("13800001234 13900001234都打过", ["13800001234", "13900001234"]),
        ("13800001234或者400-012-345", ["13800001234", "400-012-345"]),
        ("1、400-012-345\n2、13800001234", ["400-012-345", "13800001234"]),
        ("95588 95533哪个是你们电话", ["95588", "95533"]),
        ("110、120哪个", ["110", "120"]),
        ("12378 400-012-345哪个是", ["12378", "400-012-345"]),
        ("86，13800001234打来", ["86，13800001234"]),
        ("8613800001234和+8613800001234", ["8613800001234", "+8613800001234"]),
        ("13800001234，还是13800001234", ["13800001234"]),
        ("来电时间9月3日14:05 号码13500009512", ["13500009512"]),
        ("2025年10月1日400-012-345打来", ["400-012-345"]),
        ("2025-10-01 14:05 400-012-345打来", ["400-012-345"]),
        ("上午10点 13800001234打了3次", ["13800001234"]),
        ("上午八点四零零零一二三四五打来", ["四零零零一二三四五"]),
        ("来电3次 13800001234", ["13800001234"]),
        ("转了3000元给13800001234", ["13800001234"]),
        ("要两万块，400-012-345说的", ["400-012-345"]),
        ("一万二，四零零零一二三四五说的", ["四零零零一二三四五"]),
        ("四零零零一二三四五一直打", ["四零零零一二三四五"]),
        ("400012345千万别接吗", ["400012345"]),
        ("手机号13800001234，卡号6222000000000000", ["13800001234"]),
        ("call 400012345 ok?", ["400012345"]),
    ],
)
def test_numbers_in_a_question_are_found_as_they_were_written(text: str, found: list[str]) -> None:
    assert find_numbers(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "这个号是你们的吗",
        "带400的是不是都算官方号",
        "170开头的是你们催收座席吗",
        "转了3000元，是你们收的吗",
        "要我交两万块，电话里说的",
        "￥12,000的电话费",
        "借了50000，是你们的电话吗",
        "欠12000，打电话给我",
        "额度100000，来电说的",
        "18W的额度是你们给的吗",
        "利率24%，36期，电话里说的",
        "打了110个电话",
        "一天打12次电话，你们管不管",
        "三百六十五天都有电话",
        "2025年10月1日有电话",
        "2025-10-01的来电",
        "20251001有来电",
        "下午14:05:33来电",
        "验证码 123456是你们的电话发的吗",
        "工号19008的人打电话",
        "外访员证号 00057打来电话",
        "号码末四位0707那个是贵公司外呼吗",
        "尾号0000的电话",
        "编号0000356，电话里说的",
        "快递单号1000000000001是你们的吗",
        "身份证号110000199001010000，电话要的",
        "卡号6222 0000 0000 0000是你们电话要的",
        "卡6222000000000000000是你们的电话要的",
        "138****1234是你们的号吗",
        "微信号 demo_kefu0000 打电话",
        "工号 DH10920 打电话",
        "网址 https://a.example/4000000123 电话里给的",
        "写信到 4000000123@mail.example 还是打电话",
        "第12345个打电话的",
        "版本9.9.9是你们的电话吗",
    ],
)
def test_amounts_dates_counts_and_personal_numbers_are_no_candidates(text: str) -> None:
    assert find_numbers(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "400 012 345 678是你们吗",
        "852-400-012-345是官方的吗",
        "6 400 012 345是官方电话吗",
        "400012345 6789是官方电话吗",
        "4000123456是官方电话吗",
        "140001234567是官方电话吗",
        "00852-400-012-345是官方的吗",
        "001 400012345是官方的吗",
        "13，400012345是官方的吗",
    ],
)
def test_no_part_of_a_longer_number_passes_for_official(text: str) -> None:
    found = checked(text)
    assert found
    assert "official" not in {kind for _, kind in found}


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("12345", "12346", True),
        ("12345", "1235", True),
        ("12345", "112345", True),
        ("12345", "13245", True),
        ("12", "21", True),
        ("", "1", True),
        ("12345", "12345", False),
        ("12345", "54321", False),
        ("12345", "12534", False),
        ("12345", "123", False),
        ("12345", "21354", False),
    ],
)
def test_one_edit_is_a_change_a_gap_an_addition_or_a_swap(
    one: str, other: str, apart: bool
) -> None:
    assert one_edit_apart(one, other) is apart
    assert one_edit_apart(other, one) is apart


SIGNS = {
    "0": "0０零〇⓪𝟎",
    "1": "1１一幺壹①𝟏",
    "2": "2２二贰②𝟐",
    "3": "3３三叁③𝟑",
    "4": "4４四肆④𝟒",
    "5": "5５五伍⑤𝟓",
    "6": "6６六陆⑥𝟔",
    "7": "7７七柒⑦𝟕",
    "8": "8８八捌⑧𝟖",
    "9": "9９九玖⑨𝟗",
}
GAPS = [
    "",
    "",
    "",
    " ",
    "-",
    "－",
    ".",
    "·",
    "—",
    " - ",
    "，",
    ",",
    "_",
    "/",
    "🌟",
    "嗯",
    "，然后",
    "杠",
    "\u200b",
]


@st.composite
def writings(draw: st.DrawFn, digits: str) -> str:
    pieces = [draw(st.sampled_from(SIGNS[digits[0]]))]
    for digit in digits[1:]:
        pieces += [draw(st.sampled_from(GAPS)), draw(st.sampled_from(SIGNS[digit]))]
    return "".join(pieces)


@given(data=st.data())
def test_any_writing_of_an_official_number_is_official(data: st.DataObject) -> None:
    digits, content = data.draw(st.sampled_from(OFFICIAL))
    assert verdict(data.draw(writings(digits)), content) == "official"


@given(data=st.data())
def test_any_writing_of_an_official_number_is_found_whole_in_a_question(
    data: st.DataObject,
) -> None:
    digits, content = data.draw(st.sampled_from(OFFICIAL))
    writing = data.draw(writings(digits))
    before, after = data.draw(
        st.sampled_from(
            [("", "是你们的吗"), ("刚才显示", "，官方电话？"), ("call ", " ok?"), ("来电3次：", "")]
        )
    )
    assert checked(f"{before}{writing}{after}", content) == [(writing, "official")]


@given(data=st.data())
def test_no_changed_digit_passes_for_official(data: st.DataObject) -> None:
    digits, content = data.draw(st.sampled_from(OFFICIAL))
    place = data.draw(st.integers(0, len(digits) - 1))
    other = data.draw(st.sampled_from([sign for sign in "0123456789" if sign != digits[place]]))
    writing = data.draw(writings(digits[:place] + other + digits[place + 1 :]))
    assert verdict(writing, content) != "official"
    assert "official" not in {kind for _, kind in checked(f"{writing}是你们的电话吗", content)}


@given(data=st.data())
def test_no_prefixed_writing_passes_for_official(data: st.DataObject) -> None:
    digits, content = data.draw(st.sampled_from(OFFICIAL))
    prefix = data.draw(
        st.sampled_from(["00", "+86", "0086", "+", "＋86 ", "零零八六", "加86", "00 86-"])
    )
    writing = prefix + data.draw(writings(digits))
    assert verdict(writing, content) == "official_prefixed"
    assert checked(f"{writing}是你们的电话吗", content) == [(writing, "official_prefixed")]


ALPHABET = "0123456789零一二三四五六七八九幺壹两洞○oOil+＋➕加-—_ ，。、.点然后嗯万千百个块元%*\n第月日:转①4️⃣\u200b\ud800a号是"
TEXTS = st.text() | st.text(alphabet=ALPHABET, max_size=60)


@settings(max_examples=300)
@given(raw=TEXTS, value=TEXTS)
def test_any_text_can_be_checked_and_no_display_leaks_a_number(raw: str, value: str) -> None:
    check = check_number(raw, value, DEMO)
    assert check.verdict in REPLIED
    assert check.ours is (check.verdict == "official")
    assert not find_unregistered(f"{check.display}不是", Registry.from_content(DEMO))
    if check.verdict not in ("official", "authority"):
        assert sum(sign.isdigit() for sign in check.display) <= 4
        assert check.display.rstrip(MASK).isascii()


@settings(max_examples=300)
@given(text=TEXTS)
def test_candidates_are_slices_of_the_text(text: str) -> None:
    found = find_numbers(text)
    assert all(raw and raw in text for raw in found)
    assert len(found) == len(set(found))


@pytest.mark.parametrize("piece", ["0", "o", "1-", "零", "a.", "4 0 ", "然后", "+(", "1,"])
def test_an_endless_text_is_searched_in_moments(piece: str) -> None:
    assert find_numbers(piece * 20_000) == []


@pytest.mark.parametrize("writing", ["95.000", "9.5000", "9、5000", "95)000"])
def test_a_split_number_at_the_start_of_a_line_is_no_list(writing: str) -> None:
    assert checked(f"{writing}是你们的吗", LARGE) == [(writing, "official")]
