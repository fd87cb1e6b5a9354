"""Words a dossier: the document that people read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.evidence.document import (
    Blank,
    Block,
    Cell,
    Code,
    Column,
    Document,
    Facts,
    Notice,
    Paragraph,
    Section,
    Table,
)
from bot.evidence.dossier import Dossier
from bot.evidence.instructions import OPENSSL_FINGERPRINT, OPENSSL_VERIFY, own_command
from bot.evidence.keys import PublicKey, grouped
from bot.evidence.reporter_part import ReporterPart
from bot.evidence.sealing import FileFacts
from bot.evidence.telling import Telling
from bot.evidence.wording import Words


def title_of(dossier: Dossier, words: Words) -> str:
    """What the material is called."""
    return words(f"title_{'contacts' if dossier.contacts_only else dossier.purpose}")


def compose(dossier: Dossier, files: Sequence[FileFacts], key: PublicKey, words: Words) -> Document:
    """The report on a dossier; ``files`` are those of the pack that it can list."""
    return _Composer(dossier, words).document(files, key)


class _Composer:
    def __init__(self, dossier: Dossier, words: Words) -> None:
        self._dossier = dossier
        self._words = words
        self._telling = Telling(words)
        self._part = ReporterPart(words)

    def document(self, files: Sequence[FileFacts], key: PublicKey) -> Document:
        dossier, words = self._dossier, self._words
        title = title_of(dossier, words)
        notices = [words("nature", institution=dossier.institution), words("restricted")]
        if dossier.demo:
            notices.insert(0, words("demo"))
        return Document(
            issuer=dossier.institution,
            title=title,
            subtitle=words(f"subtitle_{dossier.purpose}"),
            cover=self._cover(),
            notices=tuple(notices),
            contents=words("contents"),
            sections=self._numbered(*self._told(), *self._files(files), self._integrity(key)),
            footer=words("footer", institution=dossier.institution, title=title, pack=dossier.pack),
            page=words("page", page="{page}", pages="{pages}"),
        )

    def _numbered(self, *sections: Section) -> tuple[Section, ...]:
        numerals = self._words("numerals")
        return tuple(
            replace(section, title=self._words("section", number=number, title=section.title))
            for number, section in zip(numerals, sections)
        )

    def _told(self) -> Iterator[Section]:
        """What the case is about; without anybody who agreed, the contacts alone."""
        yield self._summary()
        if self._dossier.contacts_only:
            yield self._contacts()
            return
        yield self._reporters()
        yield self._timeline()
        yield self._contacts()
        yield self._amounts()
        yield self._transcript()

    def _cover(self) -> Facts:
        dossier, words = self._dossier, self._words
        people = (
            words("people_contacts")
            if dossier.contacts_only
            else words("people", count=len(dossier.reporters))
        )
        made_at = f"{self._telling.time(dossier.made_at)}（{words('time_zone')}）"
        rows: list[tuple[str, Cell]] = [
            (words("pack"), dossier.pack),
            (words("case"), dossier.case.id),
            (words("case_title"), dossier.case.title),
            (words("purpose"), words.name("purposes", dossier.purpose)),
            (words("agreed"), people),
            (words("issuer"), dossier.institution),
            (words("made_at"), made_at),
            (words("made_by"), dossier.made_by),
            (words("seal"), Blank(words("by_hand_issuer"))),
        ]
        return _facts(rows)

    def _summary(self) -> Section:
        dossier, words, telling = self._dossier, self._words, self._telling
        case = dossier.case
        none = words("unknown")
        subjects = tuple(
            words(
                "labelled",
                kind=words.name("kinds", contact.kind),
                value=contact.writings[0] if contact.kind == "agency" else contact.value,
            )
            for contact in dossier.contacts
            if contact.of_case
        )
        rows: list[tuple[str, Cell]] = [
            (words("codes"), telling.counted("codes", case.codes) or none),
            (words("first_seen"), telling.time(case.first_seen) if case.first_seen else none),
            (words("last_seen"), telling.time(case.last_seen) if case.last_seen else none),
            (words("signals"), words("signals_value", count=case.signals)),
            (words("told_by"), words("told_by_value", count=case.reporters)),
            (words("region"), case.region or none),
            (words("platforms"), telling.counted("platforms", case.platforms) or none),
            (words("state"), words.name("states", case.state)),
        ]
        facts = Facts(
            ((words("subjects"), subjects or (none,)), *_facts(rows).rows, *self._paid_sum())
        )
        return Section(words("summary"), (facts, Notice(self._scope())))

    def _paid_sum(self) -> Iterator[tuple[str, tuple[Cell, ...]]]:
        words, reporters = self._words, self._dossier.reporters
        if self._dossier.contacts_only:
            return
        total = self._telling.paid(reporters)
        cells: list[Cell] = [total] if total else []
        if any(reporter.paid_unclear for reporter in reporters):
            cells.append(Blank(words("by_hand")))
        yield words("paid_sum"), tuple(cells) or (words("unknown"),)

    def _scope(self) -> str:
        words, excluded = self._words, self._dossier.excluded
        if self._dossier.contacts_only:
            return words("scope_contacts")
        if not excluded.all:
            return words("scope_all")
        counts = {
            "silent": excluded.silent,
            "refused": excluded.refused,
            "minors": excluded.minors,
        }
        reasons = "，".join(words(key, count=count) for key, count in counts.items() if count)
        return words("scope_excluded", count=excluded.all, reasons=reasons)

    def _reporters(self) -> Section:
        parts = tuple(self._part.particulars(reporter) for reporter in self._dossier.reporters)
        note = Paragraph(self._words("reporters_note"), note=True)
        return Section(self._words("reporters"), (note,), parts)

    def _timeline(self) -> Section:
        words, telling = self._words, self._telling
        rows = [
            (
                telling.time(told.at),
                telling.reporter(told.reporter),
                f"{words.name('codes', told.code)}\n{words.name('stages', told.stage)}",
                telling.quotes(told),
                telling.contacts(told.contacts),
                telling.amounts(told.amounts),
            )
            for told in self._dossier.statements
        ]
        columns = (("time", 20), ("reporter", 15), ("what", 28), ("quote", 40), ("contact", 42))
        return self._listed("timeline", (*columns, ("amount", 18)), rows)

    def _contacts(self) -> Section:
        words, telling = self._words, self._telling
        rows = [
            (
                words.name("kinds", contact.kind),
                contact.writings[0] if contact.kind == "agency" else contact.value,
                "\n".join(contact.writings),
                f"{telling.time(contact.first_seen)}\n{telling.time(contact.last_seen)}",
                words("counts", signals=contact.signals, reporters=contact.reporters),
                words("of_case" if contact.of_case else "along"),
            )
            for contact in self._dossier.contacts
        ]
        columns = (("kind", 17), ("value", 40), ("writings", 40), ("seen", 34), ("counts", 20))
        return self._listed("contacts", (*columns, ("relation", 13)), rows)

    def _amounts(self) -> Section:
        words, telling = self._words, self._telling
        rows = [
            (
                telling.time(told.at),
                telling.reporter(told.reporter),
                telling.yuan(amount),
                words("said_other" if told.paid is None else "said_paid"),
                telling.quotes(told),
            )
            for told in self._dossier.statements
            for amount in told.amounts
        ]
        columns = (("time", 34), ("reporter", 16), ("amount", 24), ("said", 18), ("quote", 60))
        return self._listed("amounts", columns, rows)

    def _transcript(self) -> Section:
        parts = tuple(self._part.conversation(reporter) for reporter in self._dossier.reporters)
        note = Paragraph(self._words("transcript_note"), note=True)
        return Section(self._words("transcript"), (note,), parts)

    def _files(self, files: Sequence[FileFacts]) -> Iterator[Section]:
        if not self._dossier.contacts_only:
            attached = [a.facts for a in self._dossier.attachments]
            rows = [(f.name, f.path, f.type, f"{f.size:,}", f.sha256) for f in attached]
            columns = (("name", 34), ("path", 34), ("type", 24), ("size", 20), ("sha256", 52))
            yield self._listed("attachments", columns, rows)
        listed = [(f.path, f.type, f"{f.size:,}", f.sha256) for f in files]
        yield self._listed(
            "index", (("path", 36), ("type", 34), ("size", 20), ("sha256", 76)), listed
        )

    def _integrity(self, key: PublicKey) -> Section:
        words = self._words
        signer = key.fingerprint
        blocks: tuple[Block, ...] = (
            Paragraph(words("integrity_1")),
            Paragraph(words("integrity_2")),
        )
        codes = (
            ("fingerprint", grouped(signer)),
            ("public_key", key.pem.decode("ascii").strip()),
            ("verify_jingzhong", own_command(self._dossier.pack, signer)),
            ("verify_openssl", f"{OPENSSL_VERIFY}\n{OPENSSL_FINGERPRINT}"),
        )
        parts = tuple(Section(words(name), (Code(text),)) for name, text in codes)
        return Section(words("integrity"), blocks, parts)

    def _listed(
        self, name: str, columns: Sequence[tuple[str, int]], rows: Sequence[tuple[str, ...]]
    ) -> Section:
        """A section with a note and a table, named alike in the wording."""
        words = self._words
        heads = tuple(
            Column(words(f"column_{key}"), width, key in _EXACT) for key, width in columns
        )
        note = Paragraph(words(f"{name}_note"), note=True)
        return Section(words(name), (note, Table(heads, tuple(rows), words("none"))))


_EXACT = frozenset({"time", "seen", "sha256", "size", "path"})


def _facts(rows: Sequence[tuple[str, Cell]]) -> Facts:
    return Facts(tuple((name, (cell,)) for name, cell in rows))
