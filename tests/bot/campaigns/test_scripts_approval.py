"""Two persons for every wording that goes out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.audit import Actor, AuditLog
from bot.campaigns.scripts import Script, load_script
from bot.campaigns.scripts_approval import ApprovalBook, ApprovalError, is_approved, state_of
from bot.ledger.database import Reader, database_path
from bot.ledger.writer import Writer
from tests.bot.campaigns.writing import SCRIPT

WANG, LI = Actor("wang"), Actor("li")


def script(folder: Path, text: str = SCRIPT) -> Script:
    path = folder / "sample.yml"
    path.write_text(text, encoding="utf-8")
    return load_script(path)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[tuple[Reader, Writer]]:
    path = database_path(tmp_path)
    with closing(Writer(path)) as writer, closing(Reader(path)) as reader:
        yield reader, writer


async def test_a_script_goes_out_once_a_second_person_has_approved_it(
    tmp_path: Path, ledger: tuple[Reader, Writer]
) -> None:
    book, found = ApprovalBook(*ledger), script(tmp_path)
    assert (state_of(ledger[0], found), is_approved(ledger[0], found)) == ("draft", False)
    await book.submit(found, "wang", WANG)
    assert not is_approved(ledger[0], found)
    await book.approve(found, "li", LI, "都走过了")
    assert is_approved(ledger[0], found)
    actions = [(e.action, e.actor, e.detail["by"]) for e in AuditLog(ledger[0]).latest()]
    assert actions == [("script.approve", "li", "li"), ("script.submit", "wang", "wang")]


@pytest.mark.parametrize("name", ["wang", "Wang"])
async def test_nobody_approves_what_they_put_forward_themselves(
    tmp_path: Path, ledger: tuple[Reader, Writer], name: str
) -> None:
    book, found = ApprovalBook(*ledger), script(tmp_path)
    await book.submit(found, "wang", WANG)
    with pytest.raises(ApprovalError, match="somebody else"):
        await book.approve(found, name, Actor("cli:root"))
    assert not is_approved(ledger[0], found)


async def test_a_changed_word_needs_a_new_approval_and_the_old_word_keeps_its_own(
    tmp_path: Path, ledger: tuple[Reader, Writer]
) -> None:
    book, found = ApprovalBook(*ledger), script(tmp_path)
    await book.submit(found, "wang", WANG)
    await book.approve(found, "li", LI)
    changed = script(tmp_path, SCRIPT.replace("您别急", "您放心"))
    assert (state_of(ledger[0], changed), is_approved(ledger[0], changed)) == ("changed", False)
    assert is_approved(ledger[0], script(tmp_path, "# 只加了注释\n" + SCRIPT))


async def test_an_approval_can_be_taken_back_and_asked_for_again(
    tmp_path: Path, ledger: tuple[Reader, Writer]
) -> None:
    book, found = ApprovalBook(*ledger), script(tmp_path)
    await book.submit(found, "wang", WANG)
    await book.approve(found, "li", LI)
    await book.decline(found, "wang", WANG, "号码要换")
    assert (state_of(ledger[0], found), is_approved(ledger[0], found)) == ("revoked", False)
    await book.submit(found, "li", LI)
    await book.decline(found, "wang", WANG)
    assert [each.state for each in book.history("sample")] == ["rejected", "revoked"]


async def test_of_two_who_approve_at_once_one_is_told_that_it_was_done(
    tmp_path: Path, ledger: tuple[Reader, Writer]
) -> None:
    book, found = ApprovalBook(*ledger), script(tmp_path)
    await book.submit(found, "wang", WANG)
    told = await asyncio.gather(
        book.approve(found, "li", LI),
        book.approve(found, "zhao", Actor("zhao")),
        return_exceptions=True,
    )
    assert [type(each) for each in told if each is not None] == [ApprovalError]
    with pytest.raises(ApprovalError, match="approved already"):
        await book.submit(found, "wang", WANG)
