from __future__ import annotations

import asyncio
import json
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.audit import Actor, AuditLog
from bot.cases.records import UnknownCaseError
from bot.evidence import archive
from bot.evidence.errors import EvidenceError, RefusedError
from bot.evidence.exporting import MOST_ATTACHMENTS, Exporter, Order
from bot.evidence.wording import load_words
from bot.ledger.database import database_path
from bot.privacy.transcripts import LedgerTranscripts, Turn
from tests.bot.evidence.conftest import (
    APPROACH,
    CONTENT,
    HASHER,
    LI,
    MORNING,
    NOW,
    PHONE,
    WECHAT,
    EvidenceDesk,
    load_content,
    said,
)

WANG, CHEN, ZHAO = (HASHER.user("rest", user).current for user in ("wang", "chen", "zhao"))


def everything(pack: bytes) -> str:
    """All text of a pack; the PDF, whose text is packed, shows what the HTML does."""
    texts = [
        raw.decode("utf-8") for path, raw in archive.read(pack).items() if path.endswith(_READABLE)
    ]
    return re.sub(r"base64,[^\"]+", "", "\n".join(texts))


_READABLE = (".html", ".json", ".csv", ".txt")


def test_only_borrowers_who_agreed_enter_and_the_others_are_counted(told: EvidenceDesk) -> None:
    pack = told.export()
    files = archive.read(pack.archive)
    case = json.loads(files["case.json"])
    assert [reporter["label"] for reporter in case["reporters"]] == ["R1", "R2"]
    assert case["left_out"] == {"silent": 1, "refused": 1, "minors": 1}
    assert (case["case"]["signals"], case["case"]["reporters"]) == (6, 5)
    shown = everything(pack.archive)
    assert "交三千就能帮我停息挂账" in shown
    for other in ("骗了我八百", "800元", "赵某", "钱某", "孙某"):
        assert other not in shown


def test_no_keyed_hash_of_a_person_or_conversation_leaves(told: EvidenceDesk) -> None:
    shown = everything(told.export().archive)
    for user in ("wang", "chen", "zhao", "qian", "sun"):
        assert HASHER.user("rest", user).current not in shown
        assert HASHER.conversation(f"rest:{user}").current not in shown


def test_consent_and_the_version_of_its_wording_go_into_the_pack(told: EvidenceDesk) -> None:
    reporter = json.loads(archive.read(told.export().archive)["case.json"])["reporters"][0]
    assert reporter["consent"] == {
        "given": True,
        "at": "2026-11-23T01:37:00.000000Z",
        "content": "0123456789ab",
    }


def test_a_case_in_which_nobody_agreed_is_refused_and_the_log_says_so(desk: EvidenceDesk) -> None:
    desk.hears(said("wang", "m1", "有人加我", APPROACH))
    with pytest.raises(RefusedError, match=r"of 1 reporters nobody agreed.*--contacts-only"):
        desk.export()
    (entry,) = desk.log.latest()
    assert (entry.outcome, entry.actor, entry.sha256) == ("refused", "li", "")
    assert entry.reason == "nobody_agreed"
    assert desk.log.holds(NOW) == []


def test_contacts_alone_need_no_consent_and_tell_nothing_of_anybody(desk: EvidenceDesk) -> None:
    desk.hears(said("wang", "m1", "有人加我，要三千", APPROACH))
    pack = desk.export(contacts_only=True)
    files = archive.read(pack.archive)
    assert {"contacts.csv", "case.json", "report.pdf", "report.html"} <= files.keys()
    assert not {"timeline.csv", "amounts.csv", "transcript.json"} & files.keys()
    shown = everything(pack.archive)
    assert "hengxin_fawu" in shown
    for own in ("停息挂账", '"3000"', "3,000元", "三千", '"R1"', "报案人1"):
        assert own not in shown


def test_consent_that_is_withdrawn_later_allows_no_new_pack(desk: EvidenceDesk) -> None:
    desk.hears(said("wang", "m1", "有人加我", APPROACH, agrees=True))
    assert desk.export().export.reporters == 1
    desk.hears(said("wang", "m2", "我反悔了", at=MORNING + timedelta(hours=1), agrees=False))
    with pytest.raises(RefusedError, match="1 refused or withdrew"):
        desk.export()
    assert [entry.outcome for entry in desk.log.latest()] == ["refused", "made"]


def test_who_withdraws_while_a_pack_is_made_is_not_in_it(desk: EvidenceDesk) -> None:
    """The last look at the consents and the entry in the log are one transaction."""
    desk.hears(said("wang", "m1", "有人加我", APPROACH, agrees=True))

    class Slow(LedgerTranscripts):
        async def read(self, conversations: list[str], actor: Actor, reason: str) -> list[Turn]:  # type: ignore[override]
            later = MORNING + timedelta(hours=1)
            await desk.ledger.record(said("wang", "m2", "我反悔了", at=later, agrees=False))
            return await super().read(conversations, actor, reason)

    reader, writer = desk.ledger.reader, desk.ledger.writer
    exporter = Exporter(
        desk.book,
        Slow(reader, writer),
        reader,
        writer,
        home=desk.home,
        content=load_content(CONTENT),
        words=load_words(CONTENT),
    )
    with pytest.raises(RefusedError, match="withdrew while it was made"):
        asyncio.run(exporter.export(Order(desk.case(), "police"), LI))
    assert [entry.outcome for entry in desk.log.latest()] == ["refused"]


def test_erasing_a_borrower_ends_the_consent_too(desk: EvidenceDesk) -> None:
    desk.hears(said("wang", "m1", "有人加我", APPROACH, agrees=True))
    asyncio.run(desk.ledger.erase(HASHER.user("rest", "wang")))
    with pytest.raises(RefusedError):
        desk.export()


def test_the_log_names_who_made_which_pack_and_whose_words_are_in_it(told: EvidenceDesk) -> None:
    pack = told.export()
    (entry,) = told.log.latest(case_id=told.case())
    assert entry == pack.export
    assert (entry.size, entry.files) == (len(pack.archive), len(archive.read(pack.archive)))
    rows = told.ledger.reader.rows(
        "SELECT pack, label, user FROM evidence_reporters ORDER BY label"
    )
    assert rows == [(entry.pack, "R1", WANG), (entry.pack, "R2", CHEN)]
    audit = AuditLog(told.ledger.reader)
    (noted,) = audit.latest(action="evidence.export")
    assert (noted.actor, noted.subject, noted.detail["sha256"]) == (
        "li",
        entry.case_id,
        entry.sha256,
    )
    assert len(audit.latest(action="transcript.read")) == 2
    assert audit.first_broken() is None


@pytest.mark.parametrize("change", ["UPDATE {} SET pack = 'x'", "DELETE FROM {}"])
def test_the_log_is_only_added_to(told: EvidenceDesk, change: str) -> None:
    told.export()
    with closing(sqlite3.connect(database_path(told.home))) as other:
        refused = pytest.raises(sqlite3.IntegrityError, match="only added to")
        for table in ("evidence_exports", "evidence_reporters"):
            with refused:
                other.execute(change.format(table))


def test_a_pack_for_the_police_holds_what_it_rests_on_until_it_is_released(
    told: EvidenceDesk,
) -> None:
    pack = told.export()
    holds = told.log.holds(NOW)
    assert {hold.reason for hold in holds} == {pack.export.pack}
    turns = {hold.subject for hold in holds if hold.kind == "turn"}
    mine = {
        row[0]
        for row in told.ledger.reader.rows(
            "SELECT turn FROM turns WHERE user IN (?, ?)", (WANG, CHEN)
        )
    }
    assert turns == mine
    signals = {hold.subject for hold in holds if hold.kind == "signal"}
    theirs = told.ledger.reader.rows("SELECT id FROM events WHERE user = ? AND code <> ''", (ZHAO,))
    assert len(signals) == 3
    assert not signals & {row[0] for row in theirs}
    assert [hold.subject for hold in holds if hold.kind == "case"] == [told.case()]
    assert told.log.holds(NOW + timedelta(days=1095)) == []
    assert asyncio.run(told.exporter.release(pack.export.pack, LI, "不予立案")) == len(holds)
    assert told.log.holds(NOW) == []
    assert (
        AuditLog(told.ledger.reader).latest(action="evidence.release")[0].detail["why"]
        == "不予立案"
    )


def test_a_pack_for_internal_use_holds_nothing(told: EvidenceDesk) -> None:
    told.export("internal")
    assert told.log.holds(NOW) == []


def test_packs_of_one_case_hold_apart(told: EvidenceDesk) -> None:
    first, second = told.export(), told.export("court")
    asyncio.run(told.exporter.release(first.export.pack, LI, "撤案"))
    assert {hold.reason for hold in told.log.holds(NOW)} == {second.export.pack}


def test_attachments_keep_their_bytes_and_get_plain_paths(told: EvidenceDesk) -> None:
    pack = told.export(attachments=[("../转账 截图.PNG", b"\x89PNG"), ("录音", b"RIFF")])
    files = archive.read(pack.archive)
    assert (files["attachments/01.png"], files["attachments/02"]) == (b"\x89PNG", b"RIFF")
    listed = {entry["path"]: entry for entry in json.loads(files["index.json"])}
    assert listed["attachments/01.png"]["name"] == "../转账 截图.PNG"
    assert listed["attachments/01.png"]["type"] == "image/png"
    assert "转账 截图.PNG" in files["report.html"].decode()


def test_too_many_attachments_and_those_without_consent_are_refused(told: EvidenceDesk) -> None:
    with pytest.raises(EvidenceError, match="at most 50"):
        told.export(attachments=[("a.txt", b"")] * (MOST_ATTACHMENTS + 1))
    with pytest.raises(EvidenceError, match="takes no attachments"):
        told.export(attachments=[("a.txt", b"")], contacts_only=True)


def test_an_unknown_case_is_said_to_be_unknown(desk: EvidenceDesk) -> None:
    with pytest.raises(UnknownCaseError):
        desk.export(case_id="0" * 32)


def test_a_merged_case_gives_the_pack_of_what_it_was_merged_into(desk: EvidenceDesk) -> None:
    desk.hears(
        said("wang", "m1", "微信", replace(APPROACH, contacts=(WECHAT,), agency=None), agrees=True),
        said("chen", "m1", "电话", replace(APPROACH, contacts=(PHONE,), agency=None), agrees=True),
    )
    into, other = desk.case(WECHAT), desk.case(PHONE)
    asyncio.run(desk.book.merge(into, other, LI))
    pack = desk.export(case_id=other)
    assert (pack.export.case_id, pack.export.reporters) == (into, 2)


def test_reading_for_a_pack_blocks_nobody_who_writes(told: EvidenceDesk, tmp_path: Path) -> None:
    async def both() -> None:
        export = asyncio.create_task(told.exporter.export(Order(told.case(), "police"), LI))
        while not export.done():
            await asyncio.wait_for(
                told.ledger.record(said("yang", "m", "在吗", None, agrees=True)), 5
            )
            await asyncio.sleep(0.01)
        await export

    asyncio.run(both())
