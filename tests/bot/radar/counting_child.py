"""Counts the signals of a ledger until it is killed: ``python -m tests.bot.radar.counting_child HOME``."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bot.ledger.database import Reader, database_path
from bot.ledger.writer import Writer
from bot.radar.radar import Radar


async def count(home: Path) -> None:
    path = database_path(home)
    radar = Radar(Reader(path), Writer(path), "/jingzhong/demo", batch=20)
    print("counting", flush=True)
    await radar.catch_up()
    print("done", flush=True)


asyncio.run(count(Path(sys.argv[1])))
