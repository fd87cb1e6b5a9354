from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions.content import CONTENT, Content, load_content, read_yaml
from actions.outgoing import (
    Registry,
    Violation,
    find_unregistered,
    mask_quote,
    mask_unregistered,
)
from actions.wording import fill

Plant = Callable[[random.Random], str]
EXAMPLES = 20_000 if os.environ.get("JINGZHONG_SOAK") else 2_000
CONTENT_VALUES: Content = load_content()
REGISTRY = Registry.from_content(CONTENT_VALUES)
SAMPLES = {
    "quote": "示例",
    "number": "13＊＊＊",
    "published_on": "2025年10月1日",
    "receipt_date": "2025年10月1日",
    "receipt": "JZ-CFHJ-KMPQ",
}

PIECES = (
    *"一二三四五六七八九零〇两幺洞拐勾十百千万亿个天月日年元块点的加和转、。，,.:：/@-— \n０１２３①②③⑨١٢٣oOlI",
    *"xX1234567890wkvV群号“”…＊*",
    *(
        "微信",
        "QQ",
        "telegram",
        "http://",
        "www.",
        "com",
        "点com",
        ".cn",
        "2025年",
        "10月",
        "100",
        "5,000",
    ),
    *("¥", "RMB ", "110", "12378", "96110", "400-012-345", "maisui.example", "abc_1", "kefu", "id"),
    *(
        "1️⃣",
        "\u200b",
        "\u202e",
        "👍",
        "开头",
        "或",
        "12:30",
        "86",
        "0086",
        "+",
        "号码",
        "收了我2000",
        "一个月",
    ),
)
MIXED = st.one_of(
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=30).map("".join),
    st.text(max_size=80),
)
SOAK = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


def kinds(text: str) -> set[str]:
    return {violation.kind for violation in find_unregistered(text, REGISTRY)}


def test_every_planted_number_address_and_id_is_found(
    carriers: tuple[str, ...], plant: Plant
) -> None:
    random_ = random.Random(0)
    replies = [random_.choice(carriers).format(plant(random_)) for _ in range(500)]
    assert [reply for reply in replies if not kinds(reply)] == []


def test_the_replies_that_carry_the_plants_are_clean_themselves(carriers: tuple[str, ...]) -> None:
    assert [reply for reply in carriers if kinds(reply.format("客服"))] == []


def test_no_plant_survives_in_a_quote(carriers: tuple[str, ...], plant: Plant) -> None:
    random_ = random.Random(1)
    for _ in range(500):
        quote = mask_quote(f"他说联系{plant(random_)}就能办", limit=80)
        assert not kinds(random_.choice(carriers).format(quote)), quote


def test_numbers_of_one_writing_are_named_numbers_and_cover_all_digits() -> None:
    text = "请联系１３８－００００－１２３４处理"
    assert find_unregistered(text, REGISTRY) == (
        Violation("number", 3, 16, "１３８－００００－１２３４"),
    )


@pytest.mark.parametrize(
    "text",
    [
        "110、12356、12378",
        "拨打400-012-345（示例号码）或12378",
        "４００ ０１２ ３４５",
        "四零零零一二三四五",
        "96110\n\n12378",
        "打12378一直占线",
        "先打110，再打银行",
        "拨110，2天内回复",
        "1. 打110\n2. 打12378投诉\n3. 打96110",
        "110/96110",
        "急事打120或110，24小时都可以",
        "Call 12356. I will stay with you, or call 110.",
    ],
)
def test_registered_numbers_pass_also_beside_each_other(text: str) -> None:
    assert find_unregistered(text, REGISTRY) == ()


@pytest.mark.parametrize(
    "text",
    [
        "123781",
        "12378-1",
        "12378 转 8",
        "12378转8",
        "00-12378",
        "+86 12378",
        "(010)12378",
        "a12378b",
        "138、12378、0000",
        "12378、119",
        "400-012-3456",
        "9400-012-345",
        "138-12378-001",
        "1-2-3-7-8-9",
    ],
)
def test_a_registered_number_with_something_glued_to_it_is_not_registered(text: str) -> None:
    assert kinds(f"请打{text}处理") == {"number"}


@pytest.mark.parametrize(
    "text",
    [
        "2025年10月1日和2025年",
        "从2020年1月1日到2025年12月31日",
        "二〇二五年十月一日",
        "5,000元、12345元、18万、￥20000、RMB 30000",
        "人民币50000，一千二百三十四万五千六百七十八",
        "十万八千，百分之五十，六十期，三五天",
        "15分钟内，24小时，每期1280元，还了12期",
        "10月15日20点30分前，8:00-20:00",
        "一步一步来，一次只做一件事，一来二去三天两头",
        "第一、第二、第三、第四、第五",
        "00开头的来电，带0086或+86，可能只是显示",
        "先交500再交1000，收3000，一直没办",
        "AB贷、P2P、A4纸、95后、Wi-Fi",
    ],
)
def test_amounts_dates_counts_and_words_are_no_numbers(text: str) -> None:
    assert find_unregistered(text, REGISTRY) == ()


@pytest.mark.parametrize("text", ["13800001234元", "5000", "1234", "12万"])
def test_only_what_is_longer_than_an_amount_or_five_digits_is_stopped(text: str) -> None:
    assert bool(kinds(text)) == (text == "13800001234元")


@pytest.mark.parametrize(
    "text",
    [
        "请看maisui.example。",
        "https://maisui.example/help/index.html",
        "www.maisui.example",
        "HTTPS://APP.MAISUI.EXAMPLE/a",
        "微信公众号：麦穗金融服务号（示例）",
        "@麦穗金融服务号（示例）",
    ],
)
def test_registered_domains_and_accounts_pass(text: str) -> None:
    assert find_unregistered(text, REGISTRY) == ()


@pytest.mark.parametrize(
    "text",
    [
        "http://maisui.example@evil.example",
        "http://maisui.example.evil.example",
        "maisui.example.com",
        "maisui.example。com",
        "https://maisui.example/go?u=//evil.example",
        "ftp://maisui.example",
        "evilmaisui.example",
        "t.me/kefu",
        "t点me/kefu",
        "麦穗点com",
        "www.麦穗.com",
    ],
)
def test_an_address_that_only_looks_registered_is_stopped(text: str) -> None:
    assert "url" in kinds(f"请打开{text} 办理")


@pytest.mark.parametrize(
    "text",
    [
        "加微信、QQ或Telegram的人",
        "微信App里转了3000元",
        "QQ、TeamViewer、ToDesk都别装",
        "微信收款码别给人",
        "a Telegram channel that sells courses",
        "他在群里@我，又@所有人",
    ],
)
def test_naming_a_platform_is_no_contact_id(text: str) -> None:
    assert find_unregistered(text, REGISTRY) == ()


def test_an_id_that_is_an_account_of_the_institution_passes_and_a_longer_one_does_not() -> None:
    registry = Registry(accounts=("maisui_service",))
    assert find_unregistered("微信号maisui_service", registry) == ()
    assert find_unregistered("微信号maisui_service", Registry()) != ()
    assert find_unregistered("微信号maisui_service2", registry) != ()


def test_all_replies_pass_with_the_values_of_the_institution() -> None:
    stopped = {}
    for path in sorted((CONTENT / "replies").glob("*.yml")):
        for name, items in read_yaml(path)["responses"].items():
            for item in items:
                titles = [button["title"] for button in item.get("buttons", ())]
                for text in (item["text"], *titles):
                    values = {**_samples(text), **CONTENT_VALUES.values(), **SAMPLES}
                    if violations := find_unregistered(fill(text, values), REGISTRY):
                        stopped[f"{path.name}: {name}"] = violations
    assert stopped == {}


def _samples(text: str) -> dict[str, str]:
    return {name.split("}")[0]: "示例" for name in text.split("{")[1:]}


def test_a_registry_holds_hotlines_authorities_domains_and_accounts() -> None:
    assert {"400012345", "110", "12378", "96110"} <= REGISTRY.numbers
    assert REGISTRY.domains == {"maisui.example"}
    assert REGISTRY.accounts == ("麦穗金融服务号（示例）",)


@pytest.mark.parametrize(
    ("words", "quote"),
    [
        ("他让我加微信kefu888办理", "他让我加微信ke＊＊＊办理"),
        ("打138-0000-1234就能办", "打13＊＊＊就能办"),
        ("一三八零零零零一二三四说的", "一三＊＊＊说的"),
        ("点http://evil.example/a?b=1认证", "点ht＊＊＊认证"),
        ("先交2000元保证金", "先交2000元保证金"),
        ("他说“先\n别还”", "他说‘先 别还’"),
        ("官方电话12378", "官方电话12＊＊＊"),
        (
            "对方说可以帮我办理停息挂账的业务，让我先交三千块定金",
            "对方说可以帮我办理停息挂账的业务…",
        ),
        (
            "帮我停息挂账说是能分六十期慢慢还让我先交三千块定金",
            "帮我停息挂账说是能分六十期慢慢还让我先交三千块…",
        ),
        ("", ""),
    ],
)
def test_a_quote_keeps_the_words_and_hides_what_must_not_travel(words: str, quote: str) -> None:
    assert mask_quote(words) == quote


def test_a_quote_holds_no_control_signs_and_no_template_signs() -> None:
    assert mask_quote("他\u202e说\x00{hotline}\ud800") == "他说（hotline）"


@SOAK
@given(MIXED, st.integers(0, 40))
def test_every_quote_passes_the_check_and_keeps_its_limit(words: str, limit: int) -> None:
    quote = mask_quote(words, limit)
    assert len(quote) <= limit
    assert find_unregistered(quote) == ()
    assert find_unregistered(quote, REGISTRY) == ()


@SOAK
@given(MIXED)
def test_a_quote_inside_a_reply_never_stops_the_reply(words: str) -> None:
    reply = (
        f"您提到的“{mask_quote(words)}”，00开头的不是我们。请打400-012-345（示例号码），或12378。"
    )
    assert find_unregistered(reply, REGISTRY) == ()


@SOAK
@given(MIXED)
def test_masking_a_text_makes_it_pass_and_finds_lie_in_order_inside_it(text: str) -> None:
    end = 0
    for violation in find_unregistered(text, REGISTRY):
        assert end <= violation.start < violation.end <= len(text)
        assert text[violation.start : violation.end] == violation.text
        end = violation.end
    assert find_unregistered(mask_unregistered(text, REGISTRY), REGISTRY) == ()


def test_what_passes_without_a_registry_passes_with_one() -> None:
    random_ = random.Random(1)
    for _ in range(3_000):
        text = "".join(random_.choices(PIECES, k=12))
        if not find_unregistered(text):
            assert find_unregistered(text, REGISTRY) == ()


def test_a_reply_of_200_characters_is_checked_in_less_than_a_third_of_a_millisecond() -> None:
    replies = _replies_of_200_characters()
    find_unregistered(replies[0], REGISTRY)
    taken = []
    for reply in replies:
        start = time.perf_counter()
        find_unregistered(reply, REGISTRY)
        taken.append(time.perf_counter() - start)
    # The fastest third: the machine that runs the tests may be busy with something else.
    assert sorted(taken)[len(taken) // 3] < 0.3e-3


def _replies_of_200_characters(folder: Path = CONTENT) -> list[str]:
    texts = [
        fill(item["text"], {**_samples(item["text"]), **CONTENT_VALUES.values(), **SAMPLES})
        for path in sorted((folder / "replies").glob("*.yml"))
        for items in read_yaml(path)["responses"].values()
        for item in items
    ]
    joined = "".join(texts)
    return [joined[start : start + 200] for start in range(0, len(joined) - 200, 200)]


@pytest.mark.parametrize(
    "piece", ["1", "1 ", "1-", "o", "a-", "ab", "1个", "一万", "a.", "微信a ", "@", "1."]
)
def test_a_long_hostile_text_is_checked_in_a_second(piece: str) -> None:
    text = piece * (4_000 // len(piece))
    start = time.process_time()
    find_unregistered(text, REGISTRY)
    mask_quote(text)
    assert time.process_time() - start < 1
