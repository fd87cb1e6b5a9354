"""Proposals: two people, a check on a copy, one atomic write, and every process speaks with the new content."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.audit import Actor, AuditLog
from bot.hashing import Hasher
from bot.ledger.events import event_source
from bot.ledger.ledger import Ledger
from bot.proposals.book import ProposalBook, ProposalError
from bot.proposals.files import (
    ContentFileError,
    ContentFiles,
    entries,
    exchange,
    fingerprint,
)
from bot.proposals.reloading import ContentReload
from bot.voice import Voices, load_voice

WANG, LI = Actor("王芳"), Actor("李雷")
FILE = "replies/urgent.yml"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    (tmp_path / "home").mkdir()
    home = tmp_path / "home"
    ledger = Ledger.open(home, hasher=Hasher([b"key"]), source=event_source("demo"))
    yield ledger
    ledger.close()


@pytest.fixture
def files(content_copy: Path) -> ContentFiles:
    return ContentFiles(content_copy)


@pytest.fixture
def voices(content_copy: Path) -> Voices:
    return Voices(load_voice(content_copy))


@pytest.fixture
def book(ledger: Ledger, files: ContentFiles, voices: Voices) -> ProposalBook:
    return ProposalBook(ledger.reader, ledger.writer, files, voices)


async def propose(book: ProposalBook, files: ContentFiles, addition: str = "您慢慢说。") -> int:
    """A harmless change of one reply."""
    text = files.read(FILE)
    entry = next(entry for entry in entries(text) if entry.path.endswith("/text"))
    after = exchange(text, entry.path, entry.text.strip() + addition)
    return await book.propose(FILE, fingerprint(text), after, "更温和", WANG)


async def test_an_approval_writes_the_file_keeps_its_comments_and_gives_a_new_version(
    book: ProposalBook, files: ContentFiles, voices: Voices, ledger: Ledger
) -> None:
    before, version = files.read(FILE), voices.now.content.version
    number = await propose(book, files)
    assert files.read(FILE) == before, "a proposal changes nothing"
    new = await book.approve(number, LI)
    after = files.read(FILE)
    assert "您慢慢说。" in after
    comments = [line for line in before.splitlines() if line.startswith("#")]
    assert comments
    assert comments == [line for line in after.splitlines() if line.startswith("#")]
    assert new != version
    assert book.get(number).version == new  # type: ignore[union-attr]
    acts = [(entry.actor, entry.action) for entry in AuditLog(ledger.reader).latest()]
    assert acts == [("李雷", "content.approve"), ("王芳", "content.propose")]


async def test_every_process_takes_up_what_was_approved_all_at_once(
    book: ProposalBook, files: ContentFiles, content_copy: Path, ledger: Ledger
) -> None:
    processes = [Voices(load_voice(content_copy)) for _ in range(3)]
    reloads = [ContentReload(each, content_copy, ledger.reader) for each in processes]
    for reload in reloads:
        await reload.look()
    old = processes[0].now
    version = await book.approve(await propose(book, files), LI)
    for process, reload in zip(processes, reloads, strict=True):
        assert process.now.content.version != version
        await reload.look()
        assert process.now.content.version == version
        assert process.now.guard is not old.guard
        assert any("您慢慢说。" in str(reply) for reply in process.now.responses.values())


async def test_a_file_broken_by_hand_meanwhile_leaves_the_old_voice_in_force(
    book: ProposalBook, files: ContentFiles, content_copy: Path, ledger: Ledger, voices: Voices
) -> None:
    reload, old = ContentReload(voices, content_copy, ledger.reader), voices.now
    await book.approve(await propose(book, files), LI)
    (content_copy / "page.yml").write_text("{", encoding="utf-8")
    with pytest.raises(Exception, match=r"page\.yml"):
        await reload.look()
    assert voices.now is old


async def test_nobody_approves_their_own_proposal(book: ProposalBook, files: ContentFiles) -> None:
    before = files.read(FILE)
    number = await propose(book, files)
    with pytest.raises(ProposalError) as raised:
        await book.approve(number, WANG)
    assert raised.value.reason == "own"
    assert files.read(FILE) == before


async def test_the_ledger_itself_refuses_an_approval_by_the_author(
    book: ProposalBook, files: ContentFiles, ledger: Ledger
) -> None:
    number = await propose(book, files)
    sql = "UPDATE proposals SET state = 'approved', decided_by = author WHERE id = ?"
    with pytest.raises(sqlite3.IntegrityError):
        await ledger.writer.commit(lambda connection: connection.execute(sql, (number,)))


async def test_a_proposal_on_a_file_that_changed_since_is_stale(
    book: ProposalBook, files: ContentFiles
) -> None:
    first, second = await propose(book, files), await propose(book, files, "别着急。")
    await book.approve(first, LI)
    proposal = book.get(second)
    assert proposal is not None
    assert book.is_stale(proposal)
    with pytest.raises(ProposalError) as raised:
        await book.approve(second, LI)
    assert raised.value.reason == "stale"
    assert "别着急。" not in files.read(FILE)


async def test_two_approvals_at_once_write_one_version(
    book: ProposalBook, files: ContentFiles
) -> None:
    number = await propose(book, files)
    both = await asyncio.gather(
        book.approve(number, LI), book.approve(number, Actor("x")), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in both) == ["ProposalError", "str"]


async def test_an_approval_that_died_after_the_write_can_be_made_again(
    book: ProposalBook, files: ContentFiles
) -> None:
    number = await propose(book, files)
    files.write(FILE, book.get(number).after)  # type: ignore[union-attr]
    assert await book.approve(number, LI)


@pytest.mark.parametrize(
    ("file", "change", "reason"),
    [
        ("replies/urgent.yml", ("{hotline}", "95"), ""),
        ("replies/threats.yml", ("utter_what_loan_scam", "utter_what_something"), "missing"),
        ("institution.yml", ("short_name: ", "short_name: X"), "with the service stopped"),
        ("institution.yml", ("hotlines:", "other:"), ""),
        ("console/shell.yml", ("登录", "登入"), None),
        ("console/shell.yml", ("{n} 分钟", "几分钟"), "has lost {n}"),
        ("console/shell.yml", ("skip:", "leap:"), "the entry skip is gone"),
        ("replies/urgent.yml", ("responses:", "responses: ["), "line "),
    ],
)
async def test_what_would_break_the_content_is_said_and_refused(
    book: ProposalBook, files: ContentFiles, file: str, change: tuple[str, str], reason: str | None
) -> None:
    text = files.read(file)
    after = text.replace(*change)
    assert after != text
    number = await book.propose(file, fingerprint(text), after, "r", WANG)
    problems = book.problems(book.get(number))  # type: ignore[arg-type]
    if reason is None:
        assert problems == []
        return
    assert any(reason in line for line in problems), problems
    with pytest.raises(ProposalError) as raised:
        await book.approve(number, LI)
    assert raised.value.reason == "broken"
    assert files.read(file) == text


async def test_a_declined_proposal_changes_nothing_and_is_decided(
    book: ProposalBook, files: ContentFiles
) -> None:
    taken_back, rejected = await propose(book, files), await propose(book, files)
    await book.decline(taken_back, WANG)
    await book.decline(rejected, LI, "不妥")
    assert [each.state for each in book.latest()] == ["rejected", "withdrawn"]
    with pytest.raises(ProposalError):
        await book.approve(rejected, LI)


def test_no_file_outside_of_the_content_can_be_read(files: ContentFiles) -> None:
    for name in ("../pyproject.toml", "/etc/passwd", "replies", "nothing.yml"):
        with pytest.raises(ContentFileError):
            files.read(name)


@pytest.mark.parametrize(
    "value",
    ["新的文案", "a: b # c", "5", "yes", "", "'\"{x}", "两行\n文字", "2027-01-01", "- x", " x"],
)
def test_one_value_is_exchanged_and_all_else_stays(files: ContentFiles, value: str) -> None:
    for name in files.names():
        text = files.read(name)
        found = entries(text)
        for entry in found[:: max(1, len(found) // 4)]:
            changed = exchange(text, entry.path, value)
            expected = {each.path: each.text for each in found} | {entry.path: value}
            assert {each.path: each.text for each in entries(changed)} == expected, (name, entry)
            kept = [line for line in text.splitlines() if line.lstrip().startswith("#")]
            assert [line for line in changed.splitlines() if line.lstrip().startswith("#")] == kept
