"""A ledger that is filled and its forwarders, put together as the service does; run until it is killed or done.

Arguments: data directory with ``sinks.yml``, how many messages, how many a second. It goes on where the last one was
killed, and ends by itself once every sink has everything.
"""

from __future__ import annotations

import asyncio
import random
import sys
from datetime import datetime, timezone
from pathlib import Path

from actions.plan import Contact, Signal
from bot.hashing import Hasher
from bot.ledger.events import TurnContext, event_source
from bot.ledger.ledger import Ledger, TurnRecord
from bot.ledger.reading import LedgerView
from bot.settings import Settings
from bot.sinks.building import build_sinks
from bot.sinks.forwarder import Forwarder

CONTACTS = 150
_AT_ONCE = 10


def turn(number: int) -> TurnRecord:
    """The message of that number: some tell of a contact that many tell of, some of none."""
    chance = random.Random(number)
    contact = int(CONTACTS * chance.random() ** 2)
    phone = f"+861{chance.randrange(30, 40)}0000{contact:04d}"
    contacts = (Contact("phone", phone, phone),) if chance.random() < 0.8 else ()
    context = TurnContext(
        *("rest", f"u{number % 1000}", f"rest:u{number % 1000}", f"m{number}"),
        *(datetime.now(timezone.utc), "m", "c"),
    )
    evidence = (f"交三千就能停息挂账 {number}",)
    signal = Signal("loan_scam", 0.9, "asking", evidence, contacts=contacts)
    return TurnRecord(context, (signal,))


async def main(home: Path, messages: int, rate: int) -> None:
    """Records and forwards."""
    ledger = Ledger.open(home, hasher=Hasher([b"key"]), source=event_source("demo"))
    forwarders = [
        Forwarder(
            *(LedgerView.at(home), ledger.writer, sink, home),
            types=plan.types,
            retries=plan.options.retries,
            longest_pause=1.0,
        )
        for plan, sink in build_sinks(Settings(home=home))
    ]
    tasks = [asyncio.ensure_future(forwarder.run()) for forwarder in forwarders]
    # One that was killed may have recorded some of its last messages and not the ones before them.
    number = max(0, ledger.count() - _AT_ONCE)
    while number < messages:
        together = range(number, min(number + _AT_ONCE, messages))
        await asyncio.gather(*(ledger.record(turn(n)) for n in together))
        number = together.stop
        for forwarder in forwarders:
            forwarder.poke()
        await asyncio.sleep(_AT_ONCE / rate)
    while any(forwarder.lag().events for forwarder in forwarders):  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.1)
    for forwarder in forwarders:
        await forwarder.stop()
    await asyncio.gather(*tasks)
    ledger.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
