"""Puts the parts that make packs together."""

from __future__ import annotations

from actions.content import load_content
from bot.cases.reading import CaseView
from bot.evidence.drawing import Draw, draw
from bot.evidence.exporting import Exporter
from bot.evidence.wording import load_words
from bot.ledger.database import Reader
from bot.ledger.writer import Writer
from bot.privacy.transcripts import LedgerTranscripts
from bot.settings import Settings, prepare_home


def open_exporter(
    settings: Settings, reader: Reader, writer: Writer, drawing: Draw = draw
) -> Exporter:
    """The desk that makes packs of the ledger of these settings; a service draws apart.

    Raises:
        SettingsError, ContentError: with one line that names the cause and the mend.
    """
    return Exporter(
        CaseView(reader),
        LedgerTranscripts(reader, writer),
        reader,
        writer,
        home=prepare_home(settings),
        content=load_content(settings.content),
        words=load_words(settings.content),
        drawing=drawing,
    )
