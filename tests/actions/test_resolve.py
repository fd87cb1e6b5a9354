from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.resolve import CRISIS_TURNS, Meaning, resolve
from actions.state import ConversationState, RunningThreat
from nlu.analysis import FOLLOW_UP_ACTS, STAGES, THREAT_CODES, URGENT_STATES, Analysis
from tests.actions.conversation import DESPAIR, LOW, OFFER, SURE, said

NOTHING = ConversationState()
ORDINARY = ("repayment", "hardship", "erase_data", "chitchat", "verify_number", "ask_hotline")


def about(code: str, stage: str = "approached", **fields: Any) -> ConversationState:
    """A conversation that is about one threat."""
    running = RunningThreat(code, stage, "e1", 0)
    return replace(ConversationState(turn=1, threats=(running,), topic="threat"), **fields)


def test_a_named_threat_is_a_threat_at_its_own_stage() -> None:
    meaning = resolve(OFFER, NOTHING)
    assert meaning == Meaning("threat", "debt_optimization", ("debt_optimization",), "approached")


def test_a_short_follow_up_is_about_the_threat_that_was_talked_of_last() -> None:
    meaning = resolve(said("那怎么办", follow_up="what_now"), about("loan_scam"))
    assert (meaning.kind, meaning.intent) == ("follow_up", "what_now")
    assert (meaning.codes, meaning.refers_back) == (("loan_scam",), True)


def test_a_follow_up_is_about_nothing_where_no_threat_was_told() -> None:
    assert resolve(said("那怎么办", follow_up="what_now"), NOTHING).codes == ()


def test_a_long_story_stands_for_itself_in_the_middle_of_another_threat() -> None:
    story = said(
        "我表弟昨天看到一个广告说欠款不用还，加群以后人家让先把手机卡寄过去，还教怎么跟催收说话",
        "anti_collection",
        stage="reporting",
    )
    meaning = resolve(story, about("loan_scam"))
    assert (meaning.kind, meaning.codes) == ("threat", ("anti_collection",))


def test_a_detail_that_fits_every_threat_stays_with_the_running_one() -> None:
    detail = said("我签了合同", "agent_complaint", stage="engaged", likelihoods={})
    meaning = resolve(detail, about("debt_optimization"))
    assert (meaning.codes, meaning.refers_back) == (("debt_optimization",), True)
    assert meaning.stage == "engaged"


def test_a_message_that_clearly_tells_of_another_threat_is_a_new_one() -> None:
    other = said("还有人要租我的银行卡走流水", "mule_account", stage="approached")
    meaning = resolve(other, about("debt_optimization"))
    assert (meaning.kind, meaning.codes, meaning.refers_back) == (
        "threat",
        ("mule_account",),
        False,
    )


def test_own_business_in_the_middle_of_a_threat_is_answered_as_business() -> None:
    meaning = resolve(said("这个月的账单在哪里看", act="repayment"), about("fake_hotline"))
    assert (meaning.kind, meaning.intent, meaning.codes) == ("ordinary", "repayment", ())


@pytest.mark.parametrize("code", THREAT_CODES)
def test_a_guess_in_the_middle_of_a_threat_belongs_to_it(code: str) -> None:
    assert resolve(said("他说得挺急的", act=("complaint", 0.2), matter=0.9), about(code)).codes == (
        code,
    )


@pytest.mark.parametrize(
    ("words", "fields", "stage"),
    [
        ("那他已经收了我2000怎么办", {"follow_up": "what_now", "stage": "paid"}, "paid"),
        ("我转给他了", {"follow_up": "already_paid", "stage": "paid"}, "paid"),
        ("验证码念给他了", {"follow_up": "already_gave"}, "engaged"),
        ("合同我签了", {"matter": 0.9}, "engaged"),
        ("他把定金打到我卡里了", {"matter": 0.9}, "engaged"),
        ("那是真的吗", {"follow_up": "which_true"}, "approached"),
        ("他要我先交钱", {"follow_up": "worry", "stage": "paid"}, "approached"),
    ],
)
def test_what_a_follow_up_tells_moves_the_case_on(
    words: str, fields: dict[str, Any], stage: str
) -> None:
    assert resolve(said(words, **fields), about("debt_optimization")).stage == stage


def test_who_has_paid_has_paid() -> None:
    given_too = said("验证码也念给他了", follow_up="already_gave")
    assert resolve(given_too, about("loan_scam", "paid")).stage == "paid"


def test_a_crisis_comes_before_everything_and_keeps_the_threats_that_are_told() -> None:
    message = said(
        "中介骗光了我的钱，0085200001234是你们吗，我不想活了",
        "debt_optimization",
        act="verify_number",
        stage="paid",
        urgent="crisis",
    )
    meaning = resolve(message, NOTHING)
    assert (meaning.kind, meaning.urgent) == ("crisis", "crisis")
    assert (meaning.codes, meaning.stage) == (("debt_optimization",), "paid")


def test_an_emergency_comes_before_a_question_for_a_number() -> None:
    message = said(
        "他正让我共享屏幕，13800000000是你们的号吗",
        "fake_hotline",
        act="verify_number",
        urgent="emergency",
    )
    assert resolve(message, NOTHING).kind == "emergency"


def test_an_emergency_without_a_named_threat_is_reported_as_the_running_or_likeliest_one() -> None:
    message = said("我刚把钱转走了", urgent="emergency", leaning=("loan_scam", 0.4))
    assert resolve(message, NOTHING).codes == ("loan_scam",)
    assert resolve(message, NOTHING).stage == "paid"
    assert resolve(message, about("mule_account")).codes == ("mule_account",)


@pytest.mark.parametrize("later", range(1, CRISIS_TURNS + 1))
def test_a_crisis_holds_on_while_despair_is_talked_of(later: int) -> None:
    state = ConversationState(turn=5 + later, urgent="crisis", urgent_at=5)
    assert resolve(said("没人管我", act=("chitchat", 0.3)), state).kind == "crisis"


def test_a_threat_told_in_a_crisis_stays_in_the_crisis() -> None:
    state = ConversationState(turn=1, urgent="crisis")
    meaning = resolve(OFFER, state)
    assert (meaning.kind, meaning.codes) == ("crisis", ("debt_optimization",))


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(said("这个月账单多少", act="repayment"), id="business"),
        pytest.param(said("我缓过来了", act=("chitchat", 0.3)), id="better"),
    ],
)
def test_a_crisis_is_over_when_the_user_is_calm(message: Analysis) -> None:
    state = ConversationState(turn=1, urgent="crisis")
    assert resolve(message, state).kind != "crisis"


def test_a_crisis_does_not_hold_for_ever() -> None:
    state = ConversationState(turn=6 + CRISIS_TURNS, urgent="crisis", urgent_at=5)
    assert resolve(said("在吗", act=("chitchat", 0.3)), state).kind != "crisis"
    assert resolve(DESPAIR, state).kind == "crisis"


@pytest.mark.parametrize(
    ("words", "act", "intent"),
    [
        ("0085200001234是你们的号码吗", ("chitchat", 0.1), "verify_number"),
        ("宏帆无忧法务公司是你们授权的吗", ("chitchat", 0.1), "verify_company"),
        ("工号0012的小李是你们员工吗", ("verify_person", SURE), "verify_person"),
    ],
)
def test_a_question_whether_something_is_ours_is_a_verification(
    words: str, act: tuple[str, float], intent: str
) -> None:
    meaning = resolve(said(words, act=act), NOTHING)
    assert (meaning.kind, meaning.intent) == ("verification", intent)


def test_a_verification_keeps_the_threat_that_is_told_with_it() -> None:
    message = said("0085200001234是你们吗，他要我先交保证金", "loan_scam", act="verify_number")
    meaning = resolve(message, NOTHING)
    assert (meaning.kind, meaning.codes) == ("verification", ("loan_scam",))


def test_a_message_that_only_leans_to_a_threat_gets_a_question_and_no_verdict() -> None:
    meaning = resolve(
        said("有人跟我讲能办", act=("complaint", 0.3), leaning=("loan_scam", 0.45)), NOTHING
    )
    assert (meaning.kind, meaning.codes) == ("unclear", ())


def test_an_intent_that_nothing_speaks_for_gets_a_question() -> None:
    assert resolve(said("那啥", act=("account", LOW)), NOTHING).kind == "unclear"


@pytest.mark.parametrize("request_", ["erase_data", "withdraw_consent", "stop_push"])
def test_a_request_that_cannot_be_taken_back_is_never_carried_out_on_a_guess(request_: str) -> None:
    assert resolve(said("青禾数据", act=(request_, 0.42)), NOTHING).kind == "unclear"
    sure = resolve(said("请照我说的办", act=request_), NOTHING)
    assert (sure.kind, sure.intent) == ("ordinary", request_)


def test_words_that_say_little_go_on_with_the_business_that_was_talked_about() -> None:
    state = ConversationState(turn=1, topic="hardship")
    meaning = resolve(said("就是每个月那个", act=("product_other", 0.1)), state)
    assert (meaning.kind, meaning.intent) == ("ordinary", "hardship")


@pytest.mark.parametrize("request_", ["erase_data", "withdraw_consent", "stop_push"])
def test_words_that_say_little_do_not_erase_or_withdraw_a_second_time(request_: str) -> None:
    state = ConversationState(turn=1, topic=request_)
    assert resolve(said("嗯好的那个", act=("affirm", 0.1)), state).kind == "unclear"


@pytest.mark.parametrize(
    "act", ["affirm", "deny", "insist", "which_true", "already_paid", "already_gave"]
)
def test_an_act_that_hangs_in_the_air_gets_a_question(act: str) -> None:
    assert resolve(said("是的", act=act, follow_up=act), NOTHING).kind == "unclear"


@pytest.mark.parametrize(
    "act", ["how_to_report", "ask_partner", "get_money_back", "worry", "direct_request"]
)
def test_an_act_that_is_clear_by_itself_is_answered_at_once(act: str) -> None:
    meaning = resolve(said("怎么举报", act=act, follow_up=act), NOTHING)
    assert (meaning.kind, meaning.intent) == ("follow_up", act)


def test_a_name_answers_the_question_which_company() -> None:
    answer = said("青禾数据", act=("erase_data", 0.42))
    meaning = resolve(answer, ConversationState(turn=1, asked="company"))
    assert (meaning.kind, meaning.intent) == ("verification", "verify_company")


def test_a_number_answers_the_question_which_number() -> None:
    answer = said("13800001234", act=("chitchat", 0.1))
    meaning = resolve(answer, ConversationState(turn=1, asked="number"))
    assert (meaning.kind, meaning.intent) == ("verification", "verify_number")


def test_somebody_who_does_not_know_the_name_is_not_looked_up() -> None:
    answer = said("不知道", act="dont_know", follow_up="dont_know")
    meaning = resolve(answer, ConversationState(turn=1, asked="company"))
    assert meaning.kind != "verification"


def test_asking_for_a_person_keeps_the_threat_that_the_message_is_about() -> None:
    meaning = resolve(said("他又收了我3000，给我转人工", follow_up="what_now"), about("loan_scam"))
    assert (meaning.intent, meaning.codes) == ("handoff", ("loan_scam",))


share = st.floats(0, 1)
acts = st.tuples(st.sampled_from((*ORDINARY, *FOLLOW_UP_ACTS)), share)
messages = st.builds(
    Analysis,
    text=st.sampled_from(
        ["", "是", "那他收了我2000怎么办", "0085200001234是你们吗", "我想问问" * 20]
    ),
    intent=st.just("chitchat"),
    intent_confidence=share,
    urgent=st.sampled_from((None, *URGENT_STATES)),
    leaning=st.tuples(st.sampled_from(THREAT_CODES), share),
    act=acts,
    follow_up=st.tuples(st.sampled_from((*FOLLOW_UP_ACTS, "more")), share),
    stage_hint=st.sampled_from(STAGES),
    given=st.sampled_from(((), ("code",), ("signed",))),
    marks=st.frozensets(
        st.sampled_from(("moved", "asks_ours", "asks_partner", "wants_person", "resigned"))
    ),
)
states = st.builds(
    ConversationState,
    turn=st.integers(0, 9),
    threats=st.lists(
        st.builds(
            RunningThreat,
            st.sampled_from(THREAT_CODES),
            st.sampled_from(STAGES),
            st.just("e"),
            st.just(0),
        ),
        max_size=2,
        unique_by=lambda threat: threat.code,
    ).map(tuple),
    topic=st.sampled_from(("", "threat", "hardship", "erase_data", "verify_number")),
    asked=st.sampled_from((None, "given", "clarify", "number", "company", "app")),
    urgent=st.sampled_from((None, *URGENT_STATES)),
)


@settings(max_examples=400, deadline=None)
@given(messages, st.lists(st.sampled_from(THREAT_CODES), max_size=3, unique=True), states)
def test_every_message_has_a_meaning_with_a_stage_where_it_speaks_of_a_threat(
    message: Analysis, codes: list[str], state: ConversationState
) -> None:
    threats = said(message.text, *codes).threats
    meaning = resolve(replace(message, threats=threats, stage="asking" if codes else None), state)
    assert set(meaning.codes) <= set(THREAT_CODES)
    assert (meaning.stage in STAGES) == bool(meaning.codes)
    assert meaning.codes or meaning.kind not in ("threat", "emergency")
    if message.urgent:
        assert meaning.kind == message.urgent
    if codes and meaning.kind != "crisis":
        assert meaning.codes, "a decided threat must not get lost"


@pytest.mark.parametrize("act", ["already_paid", "same_again", "they_know_me", "worry"])
def test_words_about_somebody_suspicious_settle_what_was_only_suspected(act: str) -> None:
    suspected = ConversationState(turn=1, suspected="mule_account")
    message = said("刚才又问我了", act=act, follow_up=act)
    meaning = resolve(message, suspected)
    assert (meaning.kind, meaning.codes) == ("follow_up", ("mule_account",))
    assert resolve(message, ConversationState(turn=1)).codes == ()


@pytest.mark.parametrize("act", ["dont_know", "deny", "thanks", "repayment"])
def test_a_suspicion_alone_accuses_nobody(act: str) -> None:
    suspected = ConversationState(turn=1, suspected="mule_account")
    assert resolve(said("不清楚呢", act=act), suspected).codes == ()


def test_despair_in_the_middle_of_a_case_is_no_small_talk() -> None:
    cry = said("我快疯了，那是她一辈子的积蓄", act=("chitchat", 0.4))
    state = about("fake_hotline")
    assert resolve(replace(cry, tone="desperate"), state).codes == ("fake_hotline",)
    assert resolve(cry, state).codes == ()
