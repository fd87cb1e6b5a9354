"""A process that sends what is due until it is killed; its platform writes down on disk what it took."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from datetime import timedelta
from pathlib import Path

from bot.hashing import Hasher
from bot.ledger.database import Reader, database_path
from bot.ledger.encoding import utc_now
from bot.ledger.events import event_source
from bot.ledger.ledger import Ledger
from bot.outbound.mailbox import Mailbox
from bot.outbound.message import Delivery, OutboundMessage, Sender
from bot.outbound.senders import Senders
from bot.outreach.sending import Dispatch
from bot.settings import ROOT
from bot.voice import Voices, load_voice

KEY = b"a key of the tests alone"
LEASE = timedelta(seconds=1)


class Paper(Sender):
    """Takes a while before and after it took a message, so that a kill can fall on either side."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    @property
    def channel(self) -> str:
        return "telegram"

    async def send(self, address: str, message: OutboundMessage) -> Delivery:
        await asyncio.sleep(random.uniform(0, 0.1))
        os.write(self._handle, f"{message.id} {address}\n".encode())
        await asyncio.sleep(random.uniform(0, 0.1))
        return Delivery("sent")


async def work(home: Path, ahead: timedelta) -> None:
    """Goes round until it is killed, and says when it begins; its clock is ``ahead`` of the machine's."""
    hasher = Hasher([KEY])
    ledger = Ledger.open(home, hasher=hasher, source=event_source("demo"))
    senders = Senders(Mailbox(ledger.writer, ledger.reader, hasher))
    senders.add(Paper(home / "taken"))
    dispatch = Dispatch(
        *(Reader(database_path(home)), ledger.writer, hasher),
        *(Voices(load_voice(ROOT / "content")), ledger.users.get, senders),
        clock=lambda: utc_now() + ahead,
        lease=LEASE,
    )
    print("ready", flush=True)
    while True:
        await dispatch.round()
        await asyncio.sleep(0.05)


if __name__ == "__main__":
    asyncio.run(work(Path(sys.argv[1]), timedelta(seconds=float(sys.argv[2]))))
