"""Nobody reads a transcript without standing in the audit, and there is no other way to one."""

from __future__ import annotations

import re

import pytest

from bot.ledger.errors import LedgerError
from bot.ledger.writer import Writer
from bot.privacy.transcripts import LedgerTranscripts
from bot.settings import ROOT
from tests.bot.privacy.conftest import LI, House

# Who may name the columns of what was said: the writer of them, this room, and what it hands to others.
ALLOWED = ("bot/ledger/transcripts.py", "bot/privacy/")


def transcripts(house: House) -> LedgerTranscripts:
    return LedgerTranscripts(house.reader, house.ledger.writer)


async def test_a_reading_is_in_the_audit_with_its_reason(house: House) -> None:
    await house.hears("u1", "放款前要交解冻费")
    talk = house.hasher.conversation("rest:u1").current
    (turn,) = await transcripts(house).read([talk], LI, "EV1")
    assert (turn.said, turn.answered) == ("放款前要交解冻费", ("请先停下，不要转账。",))
    (entry,) = house.audited("transcript.read")
    assert (entry.actor, entry.subject, entry.detail) == ("li", talk, {"reason": "EV1"})


async def test_a_case_is_read_conversation_by_conversation(house: House) -> None:
    await house.hears("u1", "第一个人")
    await house.hears("u2", "第二个人")
    turns = await transcripts(house).read_case(await house.case(), LI, "核实")
    assert {turn.said for turn in turns} == {"第一个人", "第二个人"}
    assert len(house.audited("transcript.read")) == 2


async def test_without_a_reason_nothing_is_read(house: House) -> None:
    with pytest.raises(ValueError, match="reason"):
        await transcripts(house).read(["x"], LI, " ")


async def test_what_cannot_be_audited_is_not_read(house: House) -> None:
    await house.hears("u1", "放款前要交解冻费")
    closed = Writer(house.home / "other.db")
    closed.close()
    talk = house.hasher.conversation("rest:u1").current
    with pytest.raises(LedgerError):
        await LedgerTranscripts(house.reader, closed).read([talk], LI, "EV1")


def test_no_other_part_reads_what_was_said() -> None:
    reads = re.compile(r"\bsaid\b[^\"']*\bFROM turns\b|SELECT \* FROM turns")
    found = []
    for path in sorted((ROOT / "bot").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        text = re.sub(r'"\s*\n\s*f?"', "", path.read_text(encoding="utf-8"))
        if reads.search(text) and not name.startswith(ALLOWED):
            found.append(name)
    assert found == []
