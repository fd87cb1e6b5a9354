"""Makes the pack of a dossier: its data, the report on it, and the seal over all."""

from __future__ import annotations

from bot.evidence.composing import compose, title_of
from bot.evidence.data_files import data_files
from bot.evidence.dossier import Dossier
from bot.evidence.drawing import Draw, draw
from bot.evidence.instructions import readme
from bot.evidence.keys import SigningKey
from bot.evidence.sealing import facts_of, seal
from bot.evidence.telling import Telling
from bot.evidence.wording import Words


def pack(dossier: Dossier, key: SigningKey, words: Words, drawing: Draw = draw) -> bytes:
    """The zip of a dossier; the same dossier, key and words give the same bytes. Blocks as ``drawing`` does.

    Raises:
        ArchiveError: when it would be too large.
        ContentError: when a word is missing.
    """
    attached = {attachment.facts.path: attachment.facts for attachment in dossier.attachments}
    files = data_files(dossier)
    listed = [attached.get(path) or facts_of(path, content) for path, content in files.items()]
    document = compose(dossier, listed, key.public, words)
    intro = readme(
        title_of(dossier, words),
        dossier.pack,
        dossier.institution,
        Telling(words).time(dossier.made_at),
        dossier.signer,
        words,
    )
    reports = drawing(document, dossier.made_at)
    whole = {
        "README.txt": intro.encode("utf-8", "replace"),
        "report.pdf": reports.pdf,
        "report.html": reports.html,
        **files,
    }
    return seal(whole, attached.values(), dossier.about(), key)
