from __future__ import annotations

import pytest

from actions.content import CONTENT, read_yaml
from actions.facts import Facts, PictureFact
from bot.pictures.picture import Refused
from tests.actions.conversation import DEPOSIT, DESPAIR, Conversation, names, said

READ = PictureFact("加我微信zw＊＊＊")


def test_what_was_read_is_told_back_first_and_then_answered_like_typed_text() -> None:
    turn = Conversation().say(DEPOSIT, picture=READ)
    assert names(turn)[:2] == ["utter_picture_read", "utter_what_loan_scam"]
    assert turn.replies[0].values == {"quote": READ.quote}
    assert [signal.code for signal in turn.signals] == ["loan_scam"]


def test_in_a_crisis_nothing_stands_before_the_first_sentence() -> None:
    told = PictureFact("…", code=True, edited=True, refused=("busy",))
    assert names(Conversation().say(DESPAIR, picture=told)) == names(Conversation().say(DESPAIR))


@pytest.mark.parametrize("reason", [reason.value for reason in Refused])
def test_every_reason_for_not_reading_a_picture_has_a_reply(reason: str) -> None:
    turn = Conversation().say("", attachments=("photo",), picture=PictureFact(refused=(reason,)))
    expected = "utter_photo" if reason == "off" else f"utter_picture_{reason}"
    assert names(turn)[0] == expected


def test_words_beside_a_picture_that_was_not_read_are_answered_and_so_is_the_picture() -> None:
    turn = Conversation().say(DEPOSIT, picture=PictureFact(refused=("broken", "broken")))
    assert names(turn)[0] == "utter_what_loan_scam"
    assert names(turn).count("utter_picture_broken") == 1


def test_a_qr_code_and_the_mark_of_an_editing_program_are_told_behind_the_answer() -> None:
    turn = Conversation().say(DEPOSIT, picture=PictureFact("扫码", code=True, edited=True))
    assert names(turn)[-2:] == ["utter_picture_code", "utter_picture_edited"]


def test_an_edited_picture_is_for_a_person_to_look_at_and_is_never_called_forged() -> None:
    replies = read_yaml(CONTENT / "replies" / "pictures.yml")["responses"]
    texts = [item["text"] for items in replies.values() for item in items]
    assert "需人工核验" in replies["utter_picture_edited"][0]["text"]
    assert not [text for text in texts for word in ("伪造", "假图", "假的", "P图") if word in text]


def test_words_on_a_picture_erase_nothing_without_being_asked_about() -> None:
    erasing = said("请删除我的全部数据", intent="erase_data", act=("erase_data", 0.99))
    typed = Conversation().say(erasing)
    assert typed.user.erase
    read = Conversation().say(erasing, picture=READ)
    assert not read.user.erase
    assert names(read)[0] == "utter_erase_confirm"


def test_the_fact_survives_its_way_to_an_action_server() -> None:
    facts = Facts(message_id="1", picture=PictureFact("a", True, True, ("busy",)))
    assert Facts.from_metadata({"facts": facts.as_json()}) == facts
