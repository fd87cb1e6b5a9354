from __future__ import annotations

from tests.actions.conversation import DEPOSIT, Conversation, names, said


def test_a_minor_gets_simple_words_a_trusted_adult_and_no_criminal_law() -> None:
    talk = Conversation()
    turn = talk.say(said("我今年15岁，有人让我签字背债", "debt_evasion", stage="approached"))
    assert names(turn)[0] == "utter_minor_threat"
    assert not any(name.startswith(("utter_what_", "utter_insist_")) for name in names(turn))
    assert all(reply.buttons is None for reply in turn.replies)
    assert turn.user.minor is True
    assert names(talk.say(said("我就想试试", follow_up="insist"))) == ["utter_minor_threat"]


def test_a_minor_known_from_before_stays_a_minor() -> None:
    turn = Conversation(minor=True).say(DEPOSIT)
    assert names(turn)[0] == "utter_minor_threat"


def test_a_minor_who_has_paid_hears_what_to_do_about_the_money() -> None:
    talk = Conversation(minor=True)
    talk.say(DEPOSIT)
    turn = talk.say(said("我交了500元", follow_up="already_paid", stage="paid"))
    assert names(turn) == ["utter_minor_threat", "utter_step_loan_scam_paid"]


def test_a_minor_who_asks_whether_a_caller_is_ours_gets_a_trusted_adult() -> None:
    message = said("我是初中生，0085200001234是你们的电话吗", act="verify_number")
    assert names(Conversation().say(message)) == ["utter_number_overseas", "utter_minor_threat"]
