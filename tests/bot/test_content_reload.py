"""A wording that was approved reaches the borrowers of a service that runs, with everything that goes with it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx

from bot.audit import Actor
from bot.ledger.database import Reader, database_path
from bot.ledger.encoding import utc_now
from bot.ledger.reading import LedgerView
from bot.ledger.writer import Writer
from bot.proposals.book import ProposalBook
from bot.proposals.files import ContentFiles, entries, exchange, fingerprint
from bot.reporting.answer_times import AnswerTimeFigures
from bot.voice import Voices, load_voice
from tests.bot.conftest import Rest
from tests.conftest import RunningService

FILE, SIGN = "replies/threats.yml", "请先打官方热线。"
TALE = "有人说能帮我停息挂账，要先交2000元"
PATIENCE = 20  # seconds; a process looks every two


def approve(home: Path, content: Path) -> str:
    """What the console of another process does."""
    files = ContentFiles(content)
    text = files.read(FILE)
    entry = next(
        each for each in entries(text) if "utter_what_debt_optimization/0/text" in each.path
    )
    writer, reader = Writer(database_path(home)), Reader(database_path(home))
    book = ProposalBook(reader, writer, files, Voices(load_voice(content)))

    async def two_people() -> str:
        after = exchange(text, entry.path, entry.text.strip() + SIGN)
        number = await book.propose(FILE, fingerprint(text), after, "r", Actor("王芳"))
        return await book.approve(number, Actor("李雷"))

    try:
        return asyncio.run(two_people())
    finally:
        reader.close()
        writer.close()


def test_borrowers_hear_an_approved_wording_without_a_restart(
    start: Callable[..., RunningService],
    rest_of: Callable[[str], Rest],
    tmp_path: Path,
    content_copy: Path,
) -> None:
    home = tmp_path / "home"
    service = start(home, JINGZHONG_CONTENT=str(content_copy))
    rest = rest_of(service.base_url)
    before = httpx.get(f"{service.base_url}/health", trust_env=False).json()["content"]
    assert SIGN not in str(rest.say("u1", TALE))
    version = approve(home, content_copy)
    for number in range(PATIENCE * 2):
        said = str(rest.say(f"v{number}", TALE))
        health = httpx.get(f"{service.base_url}/health", trust_env=False).json()
        if SIGN in said:
            break
        time.sleep(0.5)
    assert SIGN in said
    assert health["content"] == version != before
    view = LedgerView.at(home)
    contents = [event.event["data"]["content"] for event in view.latest(1000)]
    assert contents[0] == before
    assert contents[-1] == version
    assert service.stop() == 0
    now = utc_now()
    counted = AnswerTimeFigures(view.reader).of(now - timedelta(hours=1), now + timedelta(hours=1))
    assert counted.count >= number + 2, "what waited was written at the end"
    assert counted.median is not None
