from __future__ import annotations

from collections.abc import Callable

import pytest

from actions.content import CONTENT
from bot.held_out import conversing
from bot.recognition import Recogniser
from nlu.evaluation.figures import Figure
from nlu.evaluation.followups import Followed, Understood, follow, follow_up_figures
from nlu.evaluation.mistakes import mistakes_of
from nlu.evaluation.rows import Expected, Row

MakeRow = Callable[..., Row]


@pytest.fixture
def followed(row: MakeRow) -> Callable[[Expected, Understood], Followed]:
    """``followed(expected, understood)`` of one message."""
    return lambda expected, understood: Followed(row(before="b", expected=expected), understood)


@pytest.mark.parametrize(
    ("understood", "right"),
    [
        (Understood(True, "already_paid", "paid", "asking"), True),
        (Understood(True, "already_paid", "engaged", "asking"), False),
        (Understood(True, "more", "paid", "asking"), True),
        (Understood(True, "loan_scam", "paid", "asking"), True),
        (Understood(True, "worry", "paid", "asking"), False),
        (Understood(True, "loan_scam", "paid", "asking", emergency=True), True),
        (Understood(False, "already_paid", "paid", "asking"), False),
    ],
)
def test_money_that_went_is_understood_by_the_stage_it_leads_to(
    followed: Callable[..., Followed], understood: Understood, right: bool
) -> None:
    assert followed(Expected(True, "already_paid", "paid"), understood).is_right is right


@pytest.mark.parametrize(
    ("understood", "right"),
    [
        (Understood(True, "same_again", "approached", "approached"), True),
        (Understood(True, "same_again", "paid", "approached"), False),
        (Understood(True, "more", "approached", "approached"), False),
    ],
)
def test_other_acts_are_to_be_told_apart_and_leave_the_stage(
    followed: Callable[..., Followed], understood: Understood, right: bool
) -> None:
    assert followed(Expected(True, "same_again"), understood).is_right is right


def test_a_new_subject_leaves_the_threat_alone(followed: Callable[..., Followed]) -> None:
    wanted = Expected(False, "repayment")
    assert followed(wanted, Understood(False, "repayment", None, "paid")).is_right
    assert not followed(wanted, Understood(True, "more", "paid", "paid")).is_right
    assert not followed(wanted, Understood(False, "account", None, "paid")).is_right


def test_figures_and_mistakes_of_follow_ups(row: MakeRow) -> None:
    paid = Expected(True, "already_paid", "paid")
    rows = [
        row("甲", before="a", expected=paid),
        row("乙", before="a", expected=paid),
        row("丙", before="a", expected=Expected(False, "repayment")),
        row("丁", labels=[]),
    ]
    answers = {
        "甲": Understood(True, "already_paid", "paid", "asking"),
        "乙": Understood(True, "worry", "asking", "asking"),
        "丙": Understood(False, "account", None, "asking"),
    }
    found = follow(rows, lambda before, text: answers[text])
    assert follow_up_figures(found) == {
        "follow_ups": Figure(1 / 3, 3),
        "follow_ups.refers": Figure(1.0, 2),
        "follow_ups.act": Figure(1 / 2, 2),
        "follow_ups.stage": Figure(1 / 2, 2),
        "follow_ups.subject": Figure(1.0, 1),
        "follow_ups.said.already_paid": Figure(1 / 2, 2),
    }
    assert [(item.text, item.wanted, item.found) for item in mistakes_of([], found)] == [
        ("a\n乙", ("already_paid", "paid"), ("worry", "asking")),
        ("a\n丙", ("repayment", "same"), ("account", "same")),
    ]


def test_a_message_is_understood_in_a_conversation_of_its_own(recogniser: Recogniser) -> None:
    understand = conversing(recogniser, CONTENT)
    paid = understand("有个中介说交八百块押金就能给我下款，靠谱吗", "我已经转给他八百了")
    assert (paid.refers_back, paid.stage) == (True, "paid")
    assert paid.stage_before in ("asking", "approached", "considering")
    alone = understand("请问这个月账单几号出", "几点前还款不算逾期")
    assert (alone.refers_back, alone.stage_before) == (False, None)
