from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.analysis import STAGES, THREAT_CODES, URGENT_STATES, Analysis

if TYPE_CHECKING:
    from bot.recognition import Recogniser

LONG = (
    "我表哥前几天接到一个电话，说是债务规划公司的，能把几家平台的利息都停掉，先付三千定金，"
    "还要他把手机卡寄过去，说以后催收电话都不用管了，他有点动心，我拦着没让他转，这种公司靠谱吗"
)
THREATS = {
    "有家公司说能帮我停息挂账，收百分之十的服务费": "debt_optimization",
    "花钱能把征信上的逾期记录洗掉吗": "credit_repair",
    "有个00开头的电话说是客服，让我共享屏幕注销校园贷": "fake_hotline",
    "网上有人说能代理投诉帮我退息，事成抽三成": "agent_complaint",
    "群里教怎么反催收，交学费就不用还钱": "anti_collection",
    "有人让我当背债人，签字就给十万": "debt_evasion",
    "放款前要我先交保证金解冻": "loan_scam",
    "有人租我的银行卡走流水，一天给五百": "mule_account",
}
ORDINARY = (
    "这个月的账单在哪里看",
    "我下岗了想跟你们协商晚点还",
    "催收天天给我妈打电话，我要投诉",
    "我的征信报告多久更新一次",
    "提前结清要违约金吗",
    "你好",
    "今天天气不错",
)
texts = st.text(st.characters(blacklist_categories=()), max_size=120) | st.lists(
    st.sampled_from([*THREATS, *ORDINARY, "\ud800", "1" * 40, "\n", "，", "13800001234", "🙏"]),
    max_size=6,
).map("".join)


@pytest.mark.parametrize(("text", "code"), THREATS.items())
def test_each_threat_is_recognised_first_with_words_that_speak_for_it(
    recogniser: Recogniser, text: str, code: str
) -> None:
    analysis = recogniser.analyse(text)
    assert analysis.threats[0].code == analysis.intent == code
    assert analysis.threats[0].evidence
    assert analysis.stage in STAGES


@pytest.mark.parametrize("text", ORDINARY)
def test_everyday_talk_is_no_threat(recogniser: Recogniser, text: str) -> None:
    analysis = recogniser.analyse(text)
    assert analysis.threats == ()
    assert (analysis.stage, analysis.urgent) == (None, None)
    assert analysis.intent not in THREAT_CODES


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("我真的不想活了，站在楼顶", "crisis"),
        ("刚刚把验证码念给他了，他正在转我的钱", "emergency"),
        ("想死你们了，最近有没有提额的活动", None),
        ("双十一跳楼价，我想提额买部手机", None),
    ],
)
def test_urgent_states_are_told_from_figures_of_speech(
    recogniser: Recogniser, text: str, state: str | None
) -> None:
    assert recogniser.analyse(text).urgent == state


@pytest.mark.parametrize(
    "text", ["我差点就转了，他说交三千保证金就放款", "差点交了那个解冻费", "差点把验证码念给假客服"]
)
def test_what_nearly_happened_counts_as_no_loss(recogniser: Recogniser, text: str) -> None:
    analysis = recogniser.analyse(text)
    assert analysis.threats
    assert analysis.stage not in ("engaged", "paid")


def check(analysis: Analysis) -> None:
    """What holds for the analysis of any message."""
    codes = [threat.code for threat in analysis.threats]
    assert len(codes) == len(set(codes))
    assert set(codes) <= set(THREAT_CODES)
    assert (analysis.stage in STAGES) == bool(codes)
    assert analysis.urgent in (None, *URGENT_STATES)
    assert 0 <= analysis.intent_confidence <= 1
    for threat in analysis.threats:
        assert 0 <= threat.confidence <= analysis.threats[0].confidence <= 1
        for span in threat.evidence:
            assert analysis.text[span.start : span.end] == span.text != ""


@settings(deadline=None, max_examples=150)
@given(text=texts)
def test_whatever_is_written_the_analysis_fits_the_text(recogniser: Recogniser, text: str) -> None:
    analysis = recogniser.analyse(text)
    check(analysis)
    assert recogniser.analyse(text) == analysis


@pytest.mark.parametrize("length", [25, 40, 60, len(LONG), 4000])
def test_evidence_of_a_long_message_is_at_most_half_of_it(
    recogniser: Recogniser, length: int
) -> None:
    text = (LONG * 60)[:length]
    analysis = recogniser.analyse(text)
    for threat in analysis.threats:
        assert 0 < sum(len(span.text) for span in threat.evidence) <= len(text) / 2
    assert analysis.threats or length < len(LONG)


@pytest.mark.parametrize(
    "text",
    [
        "征信修复 收费3000 加薇聊",
        "卖银行卡四件套 8000一套",
        "刚付了3000块钱给一个债务优化公司让他帮我停息挂账",
        "加QQ2833000066能做停息挂账先付1500再说",
    ],
)
def test_evidence_cuts_no_number_and_no_latin_word_in_two(
    recogniser: Recogniser, text: str
) -> None:
    for threat in recogniser.analyse(text).threats:
        for span in threat.evidence:
            for place in (span.start, span.end):
                around = text[max(0, place - 1) : place + 1]
                assert not (len(around) == 2 and around.isascii() and around.isalnum()), span.text


def test_evidence_is_in_the_users_own_writing(recogniser: Recogniser) -> None:
    text = "有人说能幫我停\u200b息挂账，要收ＦＥＥ"
    analysis = recogniser.analyse(text)
    [span, *_] = analysis.threats[0].evidence
    assert span.text == text[span.start : span.end]
    assert "停\u200b息" in span.text


@pytest.mark.parametrize(
    "text",
    [
        "有人说能帮我停息挂账",
        "有人說能幫我停息掛帳",
        "有人说能帮我停xi挂账",
        "有人说能帮我 停 息 挂 账",
        "有人说能帮我停*息*挂*账",
        "有人说能帮我停\u200b息\u200b挂\u200b账",
    ],
)
def test_a_disguise_does_not_hide_a_threat(recogniser: Recogniser, text: str) -> None:
    assert recogniser.analyse(text).intent == "debt_optimization"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(" ", id="blank"),
        pytest.param("\ud800", id="surrogate"),
        pytest.param("\udfff\ud800停息挂账", id="surrogates before words"),
        pytest.param("😭" * 300, id="emoji"),
        pytest.param("1" * 4000, id="digits"),
        pytest.param("一" * 4000, id="numerals"),
        pytest.param("a" * 4000, id="one letter"),
        pytest.param("，" * 4000, id="commas"),
        pytest.param("zhengxin" * 500, id="pinyin"),
        pytest.param((LONG * 60)[:4000], id="a long story"),
    ],
)
def test_no_message_is_too_odd_or_too_long(recogniser: Recogniser, text: str) -> None:
    started = time.process_time()
    check(recogniser.analyse(text))
    assert time.process_time() - started < 0.5, "other users wait meanwhile"


@pytest.mark.parametrize("text", [LONG, *ORDINARY, *THREATS, "我不想活了", ""])
def test_the_parse_has_the_fields_of_the_contract(recogniser: Recogniser, text: str) -> None:
    parse: dict[str, Any] = json.loads(json.dumps(recogniser.parse(text)))
    assert parse["text"] == text
    assert set(parse["intent"]) == {"name", "confidence"}
    assert parse["intent_ranking"][0] == parse["intent"]
    assert isinstance(parse["entities"], list)
    for threat in parse["threats"]:
        assert set(threat) == {"code", "confidence", "evidence"}
        assert all(set(span) == {"start", "end", "text"} for span in threat["evidence"])
    assert (parse["stage"] is None) == (parse["threats"] == [])
    assert parse["urgent"] in (None, *URGENT_STATES)


@pytest.mark.parametrize("text", [LONG, *ORDINARY, *THREATS, "我不想活了，13800001234"])
def test_the_analysis_survives_rasas_parse(recogniser: Recogniser, text: str) -> None:
    parse = json.loads(json.dumps(recogniser.parse(text)))
    assert Analysis.from_parse(parse) == recogniser.analyse(text)


def test_entities_of_the_parse_are_normalised(recogniser: Recogniser) -> None:
    parse = recogniser.parse("他微信DEMO_lan_00，电话13800001234，要18W")
    found = {(entity["entity"], entity["value"]) for entity in parse["entities"]}
    assert {
        ("contact_id", "demo_lan_00"),
        ("phone", "+8613800001234"),
        ("amount", "180000"),
    } <= found


def test_a_long_advertisement_is_reported_for_everything_that_it_sells(
    recogniser: Recogniser,
) -> None:
    talk = (
        "我们在省会中心写字楼办公，随时欢迎参观，锦旗挂满一面墙，老师都很耐心，节假日也有人值班。"
        * 3
    )
    text = (
        f"{talk}第一，停息挂账，不管您欠几家平台，我们替您谈成六十期，按总额收百分之八。"
        f"{talk}第二，征信修复，逾期记录一条八百，内部渠道七天消除，办好再付尾款。{talk}"
    )
    codes = {threat.code for threat in recogniser.analyse(text).threats}
    assert codes >= {"debt_optimization", "credit_repair"}
    assert recogniser.analyse(talk).threats == ()
