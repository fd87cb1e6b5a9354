"""A process that sends a campaign until it is done or killed: ``HOME SOCKET RATE``."""

from __future__ import annotations

import asyncio
import resource
import sys
import time
from datetime import timedelta
from pathlib import Path

from tests.bot.campaigns.push.platform import PlatformSender
from tests.bot.campaigns.push.street import NOON, Street

HELD = timedelta(seconds=8)
"""So that waiting for what a dead process had in hand takes seconds; longer than the platform is waited for."""


async def main(home: str, socket: str, rate: int) -> None:
    street = Street(Path(home), PlatformSender(Path(socket)), rate, HELD)
    began = float((Path(home) / "began").read_text(encoding="utf-8"))
    street.clock = lambda: NOON + timedelta(seconds=time.time() - began)
    [campaign] = street.book.list()
    print("ready", flush=True)
    while street.book.need(campaign.id).state != "done":
        if not await street.sending.send():
            await asyncio.sleep(0.05)
    street.close()
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3], int(sys.argv[3])))
