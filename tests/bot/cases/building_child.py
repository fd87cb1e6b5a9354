"""Builds cases until it is killed or all is in; run by ``test_kill.py``. Arguments: data directory, batch."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bot.cases.builder import CaseBuilder
from bot.ledger.database import database_path
from bot.ledger.reading import LedgerView
from bot.ledger.writer import Writer
from tests.bot.cases.conftest import HASHER, RULES


async def main(home: Path, batch: int) -> None:
    """Says when it begins, so that the kill falls into the work."""
    writer = Writer(database_path(home))
    builder = CaseBuilder(LedgerView.at(home), writer, HASHER, RULES, batch=batch)
    print("building", flush=True)
    await builder.build()
    writer.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
