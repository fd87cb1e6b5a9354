"""Who is asked how it was with a person, what becomes of the answer, and the figures of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from actions.plan import UserChange
from bot.audit import Actor
from bot.handoff.desk import HandoffDesk
from bot.handoff.survey_figures import opinions, service_figures
from bot.handoff.survey_rules import SurveyRules
from bot.ledger.ledger import TurnRecord
from bot.services import Services
from tests.bot.handoff.chatting import Chat
from tests.bot.handoff.conftest import NOW, asks, ticket_of

LI = Actor("li")
DAY = timedelta(days=1)
QUESTION = "您觉得怎么样"


def desk_of(services: Services, now: datetime = NOW) -> HandoffDesk:
    ledger, user_of = services.ledger, services.exchanges.store.user
    return HandoffDesk(
        ledger.reader, ledger.writer, services.senders, services.voices, user_of, lambda: now
    )


async def served(services: Services, user: str, now: datetime = NOW, **request: Any) -> str:
    """Somebody asked, was answered and handed back; all that waits for them now."""
    seconds = int((now - NOW).total_seconds())
    turn = asks(user, seconds, **request)
    ticket = f"{ticket_of(user)}-{seconds}"
    assert turn.handoff is not None
    plan = replace(turn.handoff.plan, ticket=ticket)
    await services.ledger.record(replace(turn, handoff=replace(turn.handoff, plan=plan)))
    desk = desk_of(services, now)
    await desk.take(ticket, LI)
    await desk.answer(ticket, "您好", LI)
    await desk.end(ticket, LI)
    mail = services.mailbox.waiting("rest", user)
    await services.mailbox.shown("rest", user, [each.id for each in mail])
    return "".join(str(bubble["text"]) for each in mail for bubble in each.bubbles)


async def changed(services: Services, user: str, change: UserChange, ago: timedelta) -> None:
    context = replace(asks(user).context, message_id="before", received_at=NOW - ago)
    await services.ledger.record(TurnRecord(context, change=change))


async def test_the_question_goes_once_in_thirty_days(services: Services) -> None:
    assert QUESTION in await served(services, "u1")
    assert QUESTION not in await served(services, "u1", NOW + 29 * DAY, message_id="m2")
    assert QUESTION in await served(services, "u1", NOW + 31 * DAY, message_id="m3")


@pytest.mark.parametrize(
    ("change", "ago", "asked"),
    [
        (UserChange(crisis=True), 29 * DAY, False),
        (UserChange(crisis=True), 31 * DAY, True),
        (UserChange(minor=True), 300 * DAY, False),
        (UserChange(opted_out=True), DAY, True),
    ],
)
async def test_neither_minors_nor_who_was_in_a_crisis_are_asked(
    services: Services, change: UserChange, ago: timedelta, asked: bool
) -> None:
    await changed(services, "u1", change, ago)
    assert (QUESTION in await served(services, "u1")) is asked


async def test_a_request_out_of_a_crisis_is_never_judged(services: Services) -> None:
    assert QUESTION not in await served(services, "u1", reason="crisis")


async def test_who_got_no_word_of_a_person_is_not_asked(services: Services) -> None:
    await services.ledger.record(asks("u1"))
    desk = desk_of(services)
    await desk.take(ticket_of("u1"), LI)
    await desk.end(ticket_of("u1"), LI)
    assert len(services.mailbox.waiting("rest", "u1")[0].bubbles) == 1


async def test_a_question_that_did_not_go_out_does_not_count_as_asked(services: Services) -> None:
    turn = asks("u1")
    away = replace(turn.context, channel="away", conversation="away:u1")
    await services.ledger.record(replace(turn, context=away))
    desk = desk_of(services)
    await desk.take(ticket_of("u1"), LI)
    await desk.answer(ticket_of("u1"), "您好", LI)
    assert (await desk.end(ticket_of("u1"), LI)).fate == "failed"
    assert service_figures(services.ledger.reader, NOW - DAY, NOW).asked == 0


async def test_the_answer_and_its_masked_words_are_written_once(services: Services) -> None:
    await served(services, "u1")
    chat, later = Chat(services, "u1"), NOW + timedelta(hours=1)
    for _ in range(2):
        assert "哪里不好" in (await chat.say("不太好", later, "n1"))[0]["text"]
    await chat.say("态度差，我的卡号6222020000000000123都说了两遍", later, "n2")
    [said] = opinions(services.ledger.reader, NOW - DAY, "complaint", 10)
    assert (said.answer, said.agent, said.commends, said.complains) == ("poor", "li", False, True)
    assert "态度差" in said.words
    assert "6222020000000000123" not in said.words
    assert opinions(services.ledger.reader, NOW - DAY, "commendation", 10) == []


async def test_after_three_days_nothing_is_an_answer_any_more(services: Services) -> None:
    await served(services, "u1")
    await Chat(services, "u1").say("很好", NOW + 4 * DAY, "n1")
    assert service_figures(services.ledger.reader, NOW - DAY, NOW).answers["good"] == 0


async def test_who_does_not_want_it_is_never_asked_again(services: Services) -> None:
    await served(services, "u1")
    await Chat(services, "u1").say("以后别问我", NOW + timedelta(hours=1), "n1")
    assert QUESTION not in await served(services, "u1", NOW + 40 * DAY, message_id="m2")


async def test_the_figures_tell_what_they_are_shares_of(services: Services) -> None:
    for index, answer in enumerate(("很好", "不太好", "以后别问我", None)):
        await served(services, f"u{index}")
        if answer:
            await Chat(services, f"u{index}").say(answer, NOW + timedelta(hours=1), "n1")
    await services.ledger.record(asks("late"))
    figures = service_figures(services.ledger.reader, NOW - DAY, NOW + 2 * timedelta(hours=1))
    assert figures.asked == 4
    assert figures.response is not None
    assert (figures.response.value, figures.response.of) == (0.75, 4)
    assert figures.good is not None
    assert (figures.good.value, figures.good.of) == (0.5, 2)
    assert figures.in_time is not None
    assert (figures.in_time.value, figures.in_time.of) == (0.8, 5)
    assert (figures.median, figures.ninetieth) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("很满意", (True, False)),
        ("不满意", (False, True)),
        ("人很耐心，就是不专业", (True, True)),
        ("哦", (False, False)),
    ],
)
def test_a_complaint_with_a_word_of_praise_in_it_is_a_complaint(
    text: str, tags: tuple[bool, bool]
) -> None:
    rules = SurveyRules(DAY, DAY, ("满意", "耐心", "专业"), ("不满意", "不专业"))
    assert rules.tags(text) == tags
