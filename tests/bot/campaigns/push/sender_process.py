"""A process that sends a campaign until it is done or killed: ``HOME FILE RATE LIMIT SEED``."""

from __future__ import annotations

import asyncio
import resource
import sys
import time
from datetime import timedelta
from pathlib import Path

from tests.bot.campaigns.push.platform import Faults, Platform
from tests.bot.campaigns.push.street import NOON, Street

FAULTS = Faults(busy=3, lost=1, blocked=2)
FASTER = 60  # so that waiting for a claim of a dead process takes seconds


async def main(home: str, file: str, rate: int, limit: int, seed: int) -> None:
    platform = Platform(Path(file), limit, FAULTS, seed)
    street = Street(Path(home), platform, rate)
    began = float((Path(home) / "began").read_text(encoding="utf-8"))
    street.clock = lambda: NOON + FASTER * timedelta(seconds=time.time() - began)
    [campaign] = street.book.list()
    while street.book.need(campaign.id).state != "done":
        if not await street.sending.send():
            await asyncio.sleep(0.01)
    street.close()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{platform.busiest} {memory}", flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3], *map(int, sys.argv[3:6])))
