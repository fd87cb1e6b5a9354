"""Records turns and prints a line after each one that is acknowledged; run by ``test_kill.py``.

Arguments: data directory, label of the messages, turns per talker (0: until killed).
"""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
from datetime import datetime, timezone
from pathlib import Path

from actions.plan import Signal, UserChange
from bot.hashing import Hasher
from bot.ledger.events import TurnContext
from bot.ledger.ledger import Ledger, TurnRecord

TALKERS = 8
SIGNALS = (Signal("loan_scam", 0.9, "paid"), Signal("mule_account", 0.8, "asking"))


async def talk(ledger: Ledger, label: str, talker: int, turns: int) -> None:
    """Records one turn after the other; each has two signals and changes the user."""
    user = f"{label}-{talker}"
    for n in itertools.islice(itertools.count(), turns or None):
        context = TurnContext(
            channel="rest",
            user=user,
            conversation=f"rest:{user}",
            message_id=f"{label}-{talker}-{n}",
            received_at=datetime.now(timezone.utc),
            model="m",
            content="c",
        )
        await ledger.record(TurnRecord(context, SIGNALS, UserChange(informed=True)))
        os.write(sys.stdout.fileno(), f"{user} {context.message_id}\n".encode())


async def main(home: str, label: str, turns: str) -> None:
    """Opens the ledger and lets all talkers talk at once."""
    ledger = Ledger.open(Path(home), hasher=Hasher([b"key"]), source="/jingzhong/demo")
    await asyncio.gather(*(talk(ledger, label, talker, int(turns)) for talker in range(TALKERS)))
    ledger.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
