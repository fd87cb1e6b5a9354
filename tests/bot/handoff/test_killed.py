"""The process ends between an answer of a person and its delivery."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bot.audit import Actor
from bot.handoff.desk import HandoffDesk
from bot.outbound.mailbox import MailboxSender
from bot.services import build_services
from bot.settings import ROOT, Settings
from tests.bot.handoff.conftest import ticket_of

TICKET = ticket_of("u1")
# Takes, answers, and is stuck in a sender that never comes back; the line tells that the words may be on their way.
PROGRAM = """
import asyncio, sys
from pathlib import Path
from bot.audit import Actor
from bot.handoff.desk import HandoffDesk
from bot.outbound.message import Sender
from bot.services import build_services
from bot.settings import Settings
from tests.bot.handoff.conftest import asks, ticket_of

class Stuck(Sender):
    channel = "rest"

    async def send(self, address, message):
        print("sending", flush=True)
        await asyncio.sleep(3600)

async def main():
    services = build_services(Settings(home=Path(sys.argv[1])))
    services.senders.add(Stuck())
    await services.ledger.record(asks("u1"))
    ledger, user_of = services.ledger, services.exchanges.store.user
    desk = HandoffDesk(ledger.reader, ledger.writer, services.senders, services.voices, user_of)
    await desk.take(ticket_of("u1"), Actor("li"))
    await desk.answer(ticket_of("u1"), "我在", Actor("li"))

asyncio.run(main())
"""


def answer_and_be_killed(home: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(home)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "sending\n"
        process.kill()


async def test_an_answer_whose_delivery_was_cut_off_stays_unknown_and_is_not_sent_again(
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    answer_and_be_killed(home)
    services = build_services(Settings(home=home))
    try:
        services.senders.add(MailboxSender("rest", services.mailbox))
        ledger, user_of = services.ledger, services.exchanges.store.user
        desk = HandoffDesk(ledger.reader, ledger.writer, services.senders, services.voices, user_of)
        said = await desk.read(TICKET, Actor("li"))
        assert [(each.text, each.fate) for each in said] == [("我在", "unknown")]
        request = desk.get(TICKET)
        assert request is not None
        assert (request.state, request.agent) == ("taken", "li")
        assert request.answered_at is not None
        await desk.end(TICKET, Actor("li"))
        texts = [
            str(bubble["text"])
            for mail in services.mailbox.waiting("rest", "u1")
            for bubble in mail.bubbles
        ]
        assert not any("我在" in text for text in texts)
    finally:
        services.close()
