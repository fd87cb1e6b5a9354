"""A practised scam within a conversation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from actions.content import load_content
from actions.decide import decide
from actions.facts import Facts, Invitation
from actions.plan import Turn
from actions.state import ConversationState, RunningThreat
from bot.campaigns.library import Library
from bot.campaigns.room import CampaignRoom
from bot.settings import ROOT
from nlu.analysis import Analysis, Entity, Threat

FOLDER = ROOT / "content"
CONTENT = load_content(FOLDER)
LIBRARY = Library.load(FOLDER, CONTENT)
ROOM = CampaignRoom(lambda: LIBRARY)
SCRIPT = next(script for script in LIBRARY.own_choice() if script.code == "fake_hotline")
FACTS = Facts(
    conversation="rest:u1",
    message_id="m1",
    today="2026-11-29",
    informed=True,
    channel="rest",
)
PUSHED = replace(FACTS, invitation=Invitation("c1", SCRIPT.id, "B"))


def heard(text: str, **more: Any) -> Analysis:
    """What somebody wrote, as understood without any likeness to anything."""
    return Analysis(
        text=text,
        **{"intent": "chitchat", "intent_confidence": 0.2, "act": ("chitchat", 0.2), **more},
    )


class Talk:
    """A conversation of which a test tells what is said."""

    def __init__(self, facts: Facts = FACTS, **state: Any) -> None:
        self.facts = facts
        self.state = ConversationState(informed=True, **state)

    def say(self, text: str, **analysis: Any) -> Turn:
        """The turn of a message."""
        facts = replace(self.facts, message_id=f"m{self.state.turn + 1}")
        turn = decide(heard(text, **analysis), self.state, facts, CONTENT, practices=ROOM)
        self.state = ConversationState.from_json(turn.state)
        return turn

    def play_best(self) -> Turn:
        """Answers every step with the best choice, by its button."""
        turn = self.say("考考我")
        while self.state.practice is not None:
            step = LIBRARY.scripts[self.state.practice["played"]["script"]].steps[
                self.state.practice["played"]["step"]
            ]
            turn = self.say(max(step.choices, key=lambda choice: choice.score).label)
        return turn


def names(turn: Turn) -> list[str]:
    return [reply.name for reply in turn.replies]


def event(turn: Turn) -> str | None:
    return turn.practice.event if turn.practice else None


def threat(code: str, stage: str) -> RunningThreat:
    return RunningThreat(code, stage, "e1", 0)


def test_somebody_who_asks_for_it_practises_at_once() -> None:
    turn = Talk().say("考考我")
    assert event(turn) == "asked"
    assert turn.replies[-1].choices
    assert turn.signals == ()


def test_who_spoke_of_a_threat_practises_one_like_it() -> None:
    talk = Talk(threats=(threat("loan_scam", "asking"),))
    turn = talk.say("反诈小测验")
    assert turn.practice is not None
    assert LIBRARY.scripts[turn.practice.played["script"]].code == "loan_scam"


def test_the_best_answers_lead_to_full_marks_and_a_card_for_the_family() -> None:
    turn = Talk().play_best()
    assert event(turn) == "finished"
    assert turn.practice is not None
    assert turn.practice.played["score"] == 100
    assert CONTENT.hotline in turn.replies[-1].values["line"]


@pytest.mark.parametrize("stage", ["engaged", "paid"])
def test_a_victim_is_not_asked_to_play(stage: str) -> None:
    turn = Talk(threats=(threat("fake_hotline", stage),)).say("考考我")
    assert names(turn) == ["utter_practice_not_now"]
    assert turn.practice is None


def test_free_words_answer_as_a_button_does() -> None:
    talk = Talk()
    talk.say("考考我")
    assert talk.state.practice is not None
    played = talk.state.practice["played"]
    choice = LIBRARY.scripts[played["script"]].steps[played["step"]].choices[0]
    turn = talk.say(choice.words[0])
    assert event(turn) == "answered"
    assert turn.practice is not None
    assert turn.practice.played["given"][0][1] == 0


def test_what_is_answered_in_a_practice_is_no_signal_however_threatening_it_sounds() -> None:
    talk = Talk()
    talk.say("考考我")
    assert talk.state.practice is not None
    played = talk.state.practice["played"]
    choice = LIBRARY.scripts[played["script"]].steps[played["step"]].choices[-1]
    turn = talk.say(
        choice.label,
        intent="fake_hotline",
        threats=(Threat("fake_hotline", 0.97),),
        stage="approached",
    )
    assert event(turn) == "answered"
    assert turn.signals == ()


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("不是演练，我真的接到这种电话了", {}),
        (
            "刚才打给我的是13800001234",
            {"entities": (Entity("phone", "+8613800001234", 6, 17, "13800001234"),)},
        ),
    ],
)
def test_a_real_threat_in_the_middle_is_warned_of_and_signalled(
    text: str, more: dict[str, Any]
) -> None:
    talk = Talk()
    talk.say("考考我")
    turn = talk.say(
        text,
        intent="fake_hotline",
        intent_confidence=0.97,
        threats=(Threat("fake_hotline", 0.97),),
        stage="approached",
        **more,
    )
    assert [signal.code for signal in turn.signals] == ["fake_hotline"]
    assert "utter_practice_resume" not in names(turn)
    assert talk.state.practice is not None
    assert talk.state.practice["paused"]


def test_an_emergency_in_the_middle_ends_the_practice() -> None:
    talk = Talk()
    talk.say("考考我")
    turn = talk.say(
        "我正在给他转账",
        intent="fake_hotline",
        urgent="emergency",
        threats=(Threat("fake_hotline", 0.9),),
        stage="engaged",
    )
    assert names(turn)[0].startswith("utter_emergency")
    assert talk.state.practice is None


def test_an_ordinary_question_is_answered_and_the_practice_offers_once_to_go_on() -> None:
    talk = Talk()
    talk.say("考考我")
    first = talk.say("我这个月的账单在哪里看", intent="repayment", act=("repayment", 0.9))
    second = talk.say("那利息怎么算", intent="limits_rates", act=("limits_rates", 0.9))
    assert names(first) == ["utter_repayment", "utter_practice_resume"]
    assert "utter_practice_resume" not in names(second)
    assert event(talk.say("继续演练")) == "asked"


def test_the_button_of_a_step_still_answers_it_after_something_else_came_between() -> None:
    talk = Talk()
    turn = talk.say("考考我")
    talk.say("我这个月的账单在哪里看", intent="repayment", act=("repayment", 0.9))
    assert event(talk.say(turn.replies[-1].choices[0])) == "answered"


def test_who_has_enough_stops_without_being_opted_out() -> None:
    talk = Talk()
    talk.say("考考我")
    turn = talk.say("不玩了")
    assert event(turn) == "stopped"
    assert turn.user.opted_out is None
    assert talk.state.practice is None


def test_who_wants_no_more_of_this_is_opted_out_and_the_practice_is_over() -> None:
    talk = Talk(PUSHED)
    talk.say("考考我")
    turn = talk.say("别再给我发这些了", intent="stop_push", act=("stop_push", 0.95))
    assert turn.user.opted_out is True
    assert talk.state.practice is None


def test_words_that_fit_nothing_are_asked_about_and_not_scored() -> None:
    talk = Talk()
    talk.say("考考我")
    turn = talk.say("嗯嗯嗯呃这个嘛")
    assert event(turn) == "not_understood"
    assert turn.practice is not None
    assert turn.practice.played["given"] == []


def test_a_practice_of_eight_days_ago_is_over() -> None:
    talk = Talk()
    turn = talk.say("考考我")
    talk.facts = replace(FACTS, today="2026-12-07")
    assert event(talk.say(turn.replies[-1].choices[0])) is None


def test_the_first_answer_to_a_pushed_campaign_begins_it() -> None:
    turn = Talk(PUSHED).say(SCRIPT.steps[SCRIPT.first].choices[0].label)
    assert turn.practice is not None
    assert (turn.practice.event, turn.practice.campaign) == ("answered", "c1")
    assert turn.practice.played["variant"] == "B"


def test_a_question_of_their_own_is_answered_although_a_campaign_waits() -> None:
    turn = Talk(PUSHED).say("我这个月的账单在哪里看", intent="repayment", act=("repayment", 0.9))
    assert names(turn) == ["utter_repayment"]
    assert turn.practice is None


def test_a_campaign_that_was_finished_does_not_begin_again() -> None:
    talk = Talk(PUSHED)
    turn = talk.play_best()
    assert event(turn) == "finished"
    assert talk.say(SCRIPT.steps[SCRIPT.first].choices[0].label).practice is None


def test_who_thanks_for_a_warning_is_offered_to_practise_once() -> None:
    talk = Talk(threats=(threat("fake_hotline", "approached"),), topic="threat")
    thanks = {"intent": "thanks", "act": ("thanks", 0.95)}
    assert names(talk.say("谢谢你啊", **thanks)) == ["utter_thanks", "utter_offer_practice"]
    assert names(talk.say("谢谢你啊", **thanks)) == ["utter_thanks"]


@pytest.mark.parametrize("stage", ["engaged", "paid"])
def test_a_victim_who_says_thanks_is_offered_nothing(stage: str) -> None:
    talk = Talk(threats=(threat("fake_hotline", stage),), topic="threat")
    thanks = {"intent": "thanks", "act": ("thanks", 0.95)}
    assert "utter_offer_practice" not in names(talk.say("谢谢你啊", **thanks))


@pytest.mark.parametrize(
    "text",
    [
        "我刚真的把验证码给了骗子",
        "我把验证码告诉他了",
        "我真的把钱转给他了",
        "我上午真的转了三千",
        "我昨天已经转了钱给这种人",
        "我妈真的被骗了",
        "这个不是演练，我现在就接着骗子的电话",
        "这是真事，我刚念了验证码",
    ],
)
def test_who_tells_of_something_real_is_never_answered_by_the_role(text: str) -> None:
    talk = Talk()
    talk.say("考考我")
    turn = talk.say(text)
    assert turn.practice is None
    assert names(turn) == ["utter_cheated"]
    assert talk.state.practice is not None
    assert talk.state.practice["paused"]


@pytest.mark.parametrize("answer", ["好", "可以", "想", "来吧", "开始", "1"])
def test_a_bare_yes_to_the_offer_begins_to_practise(answer: str) -> None:
    talk = Talk(threats=(threat("fake_hotline", "approached"),), topic="threat")
    talk.say("谢谢你啊", intent="thanks", act=("thanks", 0.95))
    assert event(talk.say(answer)) == "asked"


@pytest.mark.parametrize("answer", ["不想", "不用了", "算了"])
def test_a_bare_no_to_the_offer_is_a_no_whatever_it_sounds_like_alone(answer: str) -> None:
    talk = Talk(threats=(threat("fake_hotline", "approached"),), topic="threat")
    talk.say("谢谢你啊", intent="thanks", act=("thanks", 0.95))
    turn = talk.say(answer, urgent="crisis", intent="crisis")
    assert names(turn) == ["utter_goodbye"]
    assert turn.user.crisis is None


@pytest.mark.parametrize("answer", ["好", "继续吧", "1", "接着玩"])
def test_a_bare_yes_goes_on_with_what_was_interrupted(answer: str) -> None:
    talk = Talk()
    talk.say("考考我")
    talk.say("我这个月的账单在哪里看", intent="repayment", act=("repayment", 0.9))
    assert event(talk.say(answer)) == "asked"


def test_a_bare_yes_to_nothing_begins_no_practice() -> None:
    assert event(Talk().say("好")) is None
