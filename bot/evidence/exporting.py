"""Makes evidence packs for people: on consent alone, logged before they leave, with holds on what they used."""

from __future__ import annotations

import asyncio
import mimetypes
import re
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NoReturn

from actions.content import Content
from actions.facts import BEIJING
from bot.audit import Actor
from bot.cases.records import Case, UnknownCaseError
from bot.evidence.archive import read
from bot.evidence.characters import visible
from bot.evidence.dossier import Attachment, Dossier, Excluded, Purpose
from bot.evidence.drawing import Draw, draw
from bot.evidence.errors import EvidenceError, RefusedError
from bot.evidence.gathering import Gatherer, Material
from bot.evidence.instructions import file_name
from bot.evidence.keys import SigningKey, signing_key
from bot.evidence.log import (
    MADE,
    NOBODY_AGREED,
    REFUSED,
    WITHDRAWN,
    Export,
    Hold,
    release_holds,
    write_export,
)
from bot.evidence.packing import pack
from bot.evidence.sealing import facts_of, sha256
from bot.evidence.sources import Cases, Consents, Transcripts, Verdicts, given_now
from bot.evidence.wording import Words
from bot.ledger.database import Reader
from bot.ledger.encoding import utc_now
from bot.ledger.writer import Unit, Writer

MOST_ATTACHMENTS: Final = 50
LONGEST_ATTACHMENTS: Final = 100 * 1024 * 1024
"""Bytes of all attachments of a pack together."""

_ENDING = re.compile(r"\.[a-z0-9]{1,8}\Z")


@dataclass(frozen=True)
class Order:
    """What somebody wants: ``attachments`` are names and contents of files to add."""

    case_id: str
    purpose: Purpose
    contacts_only: bool = False
    attachments: Sequence[tuple[str, bytes]] = ()


@dataclass(frozen=True)
class Pack:
    """A pack that was made and logged; ``archive`` is the zip."""

    export: Export
    archive: bytes

    @property
    def file_name(self) -> str:
        """What the zip is called unless somebody names it otherwise."""
        return file_name(self.export.pack)


class Exporter:
    """Makes packs from one ledger."""

    def __init__(
        self,
        cases: Cases,
        transcripts: Transcripts,
        reader: Reader,
        writer: Writer,
        *,
        home: Path,
        content: Content,
        words: Words,
        drawing: Draw = draw,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """Puts the parts together; the key that signs lies in ``home``, which must exist."""
        self._cases = cases
        self._consents = Consents(reader)
        self._gatherer = Gatherer(cases, self._consents, Verdicts(reader), transcripts)
        self._writer = writer
        self._home = home
        self._content = content
        self._words = words
        self._drawing = drawing
        self._clock = clock

    async def export(self, order: Order, actor: Actor) -> Pack:
        """Makes a pack and returns once its entry in the log is durable.

        Raises:
            UnknownCaseError: when there is no such case.
            RefusedError: when nobody agreed, or somebody withdrew meanwhile; the log says so.
            EvidenceError, ArchiveError: when the attachments are too many or too large.
            SigningKeyError, ContentError, LedgerError: with one line that names cause and mend.
        """
        _check(order)
        case = await asyncio.to_thread(self._cases.get, order.case_id)
        if case is None:
            raise UnknownCaseError(
                f"no case with the id {order.case_id!r}; see: jingzhong cases list"
            )
        key = await asyncio.to_thread(signing_key, self._home)
        now = self._clock()
        name = _pack_name(now)
        material = await self._gatherer.gather(
            case, contacts_only=order.contacts_only, actor=actor, reason=name
        )
        if not order.contacts_only and not material.reporters:
            await self._refuse(name, case, order, actor, now, NOBODY_AGREED, _nobody(material))
        dossier = self._dossier(name, now, order, material, actor, key)
        archive = await asyncio.to_thread(pack, dossier, key, self._words, self._drawing)
        export = Export(
            pack=name,
            at=now,
            actor=actor.name,
            case_id=case.id,
            purpose=order.purpose,
            outcome=MADE,
            contacts_only=order.contacts_only,
            reporters=len(material.reporters),
            files=len(read(archive)),
            size=len(archive),
            sha256=sha256(archive),
            signer=dossier.signer,
        )
        withdrawn = await self._writer.commit(self._unit(export, material))
        if withdrawn:
            line = f"{withdrawn} of the reporters withdrew while it was made; make it again"
            await self._refuse(name, case, order, actor, now, WITHDRAWN, line)
        return Pack(export, archive)

    def outlook(self, case_id: str) -> tuple[int, Excluded]:
        """How many reporters of a case would be in a pack now, and who would be left out; a blocking read.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        return self._gatherer.outlook(case_id)

    async def release(self, name: str, actor: Actor, why: str) -> int:
        """Ends the holds of a pack, since nobody outside relies on it any more; says how many there were.

        Raises:
            LedgerError: when it cannot be written.
        """
        now = self._clock()
        return await self._writer.commit(
            lambda connection: release_holds(connection, name, actor, why, now)
        )

    def _dossier(
        self,
        name: str,
        now: datetime,
        order: Order,
        material: Material,
        actor: Actor,
        key: SigningKey,
    ) -> Dossier:
        return Dossier(
            pack=name,
            made_at=now,
            made_by=actor.name,
            purpose=order.purpose,
            contacts_only=order.contacts_only,
            institution=self._content.name,
            demo=self._content.demo,
            case=material.case,
            contacts=material.contacts,
            reporters=material.reporters,
            excluded=material.excluded,
            attachments=tuple(_attached(order.attachments)),
            signer=key.public.fingerprint,
        )

    async def _refuse(
        self,
        name: str,
        case: Case,
        order: Order,
        actor: Actor,
        now: datetime,
        reason: str,
        line: str,
    ) -> NoReturn:
        export = Export(name, now, actor.name, case.id, order.purpose, REFUSED, reason)
        await self._writer.commit(lambda connection: write_export(connection, export, {}, ()))
        raise RefusedError(f"no pack: {line}", reason)

    def _unit(self, export: Export, material: Material) -> Unit[int]:
        """Logs a pack unless somebody in it has withdrawn since; returns how many have."""
        consents = {reporter.label: reporter.consent for reporter in material.reporters}
        holds = list(self._holds(export, material))

        def unit(connection: sqlite3.Connection) -> int:
            withdrawn = sum(not given_now(connection, user) for user in material.users.values())
            if not withdrawn:
                reporters = {
                    label: (user, consents[label]) for label, user in material.users.items()
                }
                write_export(connection, export, reporters, holds)
            return withdrawn

        return unit

    def _holds(self, export: Export, material: Material) -> Iterator[Hold]:
        days = self._words.days(export.purpose)
        if days is None:
            return
        until = export.at + timedelta(days=days)
        subjects = [("case", export.case_id)]
        subjects += [("signal", signal) for signal in material.signals]
        subjects += [("turn", turn) for turn in material.turns]
        for kind, subject in subjects:
            yield Hold(kind, subject, export.pack, export.at, until)


def _check(order: Order) -> None:
    if order.contacts_only and order.attachments:
        raise EvidenceError(
            "a pack of contacts alone takes no attachments, which may speak of borrowers; leave one of the two out"
        )
    size = sum(len(content) for _, content in order.attachments)
    if len(order.attachments) > MOST_ATTACHMENTS or size > LONGEST_ATTACHMENTS:
        raise EvidenceError(
            f"at most {MOST_ATTACHMENTS} attachments of {LONGEST_ATTACHMENTS // 1024 // 1024} MB together "
            "go into a pack; make several packs"
        )


def _attached(files: Sequence[tuple[str, bytes]]) -> Iterator[Attachment]:
    """The attachments under plain paths; what they were called stands in the index."""
    for number, (name, content) in enumerate(files, start=1):
        ending = _ENDING.search(name.lower())
        path = f"attachments/{number:02d}{ending[0] if ending else ''}"
        type = mimetypes.guess_type(path)[0] or "application/octet-stream"
        yield Attachment(facts_of(path, content, type=type, name=visible(name)), content)


def _pack_name(now: datetime) -> str:
    return f"EV{now.astimezone(BEIJING):%Y%m%d}-{secrets.token_hex(4).upper()}"


def _nobody(material: Material) -> str:
    out = material.excluded
    return (
        f"of {out.all} reporters nobody agreed to being evidence ({out.silent} did not say, {out.refused} refused or "
        f"withdrew, {out.minors} minors); --contacts-only makes a pack without anything of theirs"
    )
