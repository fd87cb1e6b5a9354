"""A case with borrowers who agreed and others who did not, and the desk that makes packs of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from actions.content import CONTENT, load_content
from actions.plan import Contact, Signal, UserChange
from bot.audit import Actor
from bot.cases.builder import CaseBuilder
from bot.cases.cases import CaseBook
from bot.cases.contacts import ContactKey
from bot.cases.rules import CaseRules
from bot.evidence.data_files import data_files
from bot.evidence.document import Document
from bot.evidence.dossier import Dossier
from bot.evidence.drawing import Draw, Reports, draw
from bot.evidence.exporting import Exporter, Order, Pack
from bot.evidence.gathering import Gatherer, Material
from bot.evidence.log import ExportLog
from bot.evidence.sources import Consents, Verdicts
from bot.evidence.wording import load_words
from bot.feedback.feedback import Feedback
from bot.feedback.verdict import FALSE_ALARM, Ruling
from bot.hashing import Hasher
from bot.ledger.events import TurnContext, event_source
from bot.ledger.ledger import Ledger, TurnRecord
from bot.privacy.transcripts import LedgerTranscripts

MORNING = datetime(2026, 11, 23, 1, 30, tzinfo=timezone.utc)
NOW = datetime(2026, 11, 28, 8, 0, tzinfo=timezone.utc)
SOURCE = event_source("demo")
HASHER = Hasher([b"a key of the tests alone"])
RULES = CaseRules(days={}, receipts={}, shown_from=3)
LI = Actor("li")
WECHAT = Contact("wechat", "hengxin_fawu", "hengxin_fawu")
PHONE = Contact("phone", "+8613800001234", "138 0000 1234")
THEIR_ACCOUNT = Contact("bank_account", "6222020000001111222", "6222 0200 0000 1111 222")

APPROACH = Signal(
    "debt_optimization",
    0.97,
    "approached",
    evidence=("交三千就能帮我停息挂账",),
    contacts=(WECHAT, PHONE),
    agency="恒信法务咨询有限公司",
    amounts=("3000",),
    platform="抖音",
)
PAYMENT = replace(
    APPROACH,
    stage="paid",
    evidence=("我已经转了三千到他的卡6222020000001111222",),
    contacts=(WECHAT, THEIR_ACCOUNT),
)


def said(
    user: str,
    message: str,
    text: str,
    signal: Signal | None = None,
    *,
    at: datetime = MORNING,
    agrees: bool | None = None,
    change: UserChange | None = None,
) -> TurnRecord:
    """A message of a borrower, what was heard in it and what it said of being evidence."""
    context = TurnContext(
        "rest", user, f"rest:{user}", message, at, "20261101-weir", "0123456789ab"
    )
    signals = (signal,) if signal else ()
    return TurnRecord(context, signals, change or UserChange(), said=text, evidence=agrees)


def sketch(document: Document, made_at: datetime) -> Reports:
    """The words of a report without their drawing, which takes most of the time that a pack takes."""
    return Reports(b"%PDF-", repr(document).encode("utf-8", "replace"))


class EvidenceDesk:
    """Risk control with a ledger of its own, and the time stands still."""

    def __init__(self, home: Path, drawing: Draw = sketch) -> None:
        self.home = home
        self.now = NOW
        self.ledger = Ledger.open(home, hasher=HASHER, source=SOURCE)
        reader, writer = self.ledger.reader, self.ledger.writer
        self.book = CaseBook(reader, writer, SOURCE, rules=RULES)
        self.log = ExportLog(reader)
        self.exporter = Exporter(
            self.book,
            LedgerTranscripts(reader, writer),
            reader,
            writer,
            home=home,
            content=load_content(CONTENT),
            words=load_words(CONTENT),
            drawing=drawing,
            clock=lambda: self.now,
        )

    def hears(self, *turns: TurnRecord, answers: Sequence[str] = ("请先停下，不要转账。",)) -> None:
        """Writes what was said and answered, and builds the cases."""

        async def work() -> None:
            for turn in turns:
                await self.ledger.record(turn, [{"text": answer} for answer in answers])
            await CaseBuilder(self.ledger, self.ledger.writer, HASHER, RULES).build()

        asyncio.run(work())

    def judges(self, *events: str, verdict: str = FALSE_ALARM) -> None:
        """Has somebody judge signals, and builds the cases."""
        feedback = Feedback(self.ledger.reader, self.ledger.writer, SOURCE, CONTENT)

        async def work() -> None:
            for event in events:
                await feedback.judge(event, Ruling(verdict), LI)
            await CaseBuilder(self.ledger, self.ledger.writer, HASHER, RULES).build()

        asyncio.run(work())

    def case(self, contact: Contact = WECHAT) -> str:
        """The id of the case of a contact."""
        case = self.book.of(ContactKey(contact.kind, contact.value))
        assert case is not None
        return case.id

    def files(self) -> dict[str, bytes]:
        """The data files of a pack of that case, without the report, which takes most of the time."""
        case = self.book.get(self.case())
        assert case is not None
        reader, writer = self.ledger.reader, self.ledger.writer
        gatherer = Gatherer(
            self.book, Consents(reader), Verdicts(reader), LedgerTranscripts(reader, writer)
        )
        found = asyncio.run(gatherer.gather(case, contacts_only=False, actor=LI, reason="test"))
        return data_files(dossier_of(found))

    def export(self, purpose: str = "police", **order: Any) -> Pack:
        """Makes a pack of the case of the WeChat account."""
        wanted = Order(order.pop("case_id", None) or self.case(), purpose, **order)  # type: ignore[arg-type]
        return asyncio.run(self.exporter.export(wanted, LI))


@pytest.fixture
def drawing_desk(tmp_path: Path) -> Iterator[EvidenceDesk]:
    """A desk whose ledger is empty and whose reports are drawn."""
    desk = EvidenceDesk(tmp_path, draw)
    yield desk
    desk.ledger.close()


def dossier_of(material: Material, **changes: Any) -> Dossier:
    """A dossier with this material in it."""
    dossier = Dossier(
        pack="EV20261128-0A1B2C3D",
        made_at=NOW,
        made_by="li",
        purpose="police",
        contacts_only=False,
        institution="麦穗消费金融（示例）",
        demo=True,
        case=material.case,
        contacts=material.contacts,
        reporters=material.reporters,
        excluded=material.excluded,
        attachments=(),
        signer="0" * 64,
    )
    return replace(dossier, **changes)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[EvidenceDesk]:
    """A desk whose ledger is empty."""
    desk = EvidenceDesk(tmp_path)
    yield desk
    desk.ledger.close()


def story() -> list[TurnRecord]:
    """Of five who told of one account, two agreed; one is silent, one withdrew, one is a minor."""
    later = MORNING + timedelta(minutes=6)
    evening = MORNING + timedelta(days=2, hours=9)
    return [
        said(
            "wang",
            "m1",
            "有个恒信法务加我微信hengxin_fawu，说交三千就能帮我停息挂账，电话138 0000 1234",
            APPROACH,
        ),
        said(
            "wang",
            "m2",
            "我已经转了三千到他的卡6222020000001111222，从我尾号＊＊＊＊＊＊＊＊＊＊＊＊1234的卡转的",
            PAYMENT,
            at=later,
        ),
        said("wang", "m3", "好的，可以交给警察", at=later + timedelta(minutes=1), agrees=True),
        said(
            "chen",
            "m1",
            "抖音上的恒信法务说能停息挂账，是真的吗",
            replace(APPROACH, stage="asking", evidence=("能停息挂账",), amounts=()),
            at=evening,
        ),
        said("chen", "m2", "同意", at=evening + timedelta(minutes=2), agrees=True),
        said(
            "zhao",
            "m1",
            "赵某说hengxin_fawu骗了我八百",
            replace(PAYMENT, evidence=("骗了我八百",), amounts=("800",)),
        ),
        said(
            "qian",
            "m1",
            "钱某也遇到了hengxin_fawu",
            replace(APPROACH, evidence=("遇到了",)),
            agrees=True,
        ),
        said("qian", "m2", "我不想给警察看了", at=evening, agrees=False),
        said(
            "sun",
            "m1",
            "孙某初三，hengxin_fawu找我",
            replace(APPROACH, evidence=("找我",)),
            agrees=True,
            change=UserChange(minor=True),
        ),
    ]


@pytest.fixture
def told(desk: EvidenceDesk) -> EvidenceDesk:
    """A desk that has heard the story."""
    desk.hears(*story())
    return desk
