"""Every process takes up what was approved, whichever of them approved it."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from actions.content import content_version
from bot.ledger.database import Reader
from bot.voice import Voices, load_voice

logger = logging.getLogger(__name__)


class ContentReload:
    """Looks into the ledger whether a proposal was approved since, and reads ``content/`` again if so."""

    def __init__(self, voices: Voices, folder: Path, reader: Reader) -> None:
        self._voices = voices
        self._folder = folder
        self._reader = reader
        self._known: int | None = None  # whatever was approved before the first look is looked at

    async def look(self) -> None:
        """Takes up what was approved; cheap where nothing was.

        Raises:
            LedgerError: when the ledger cannot be read.
            ContentError: when somebody broke a file by hand meanwhile; the voice stays as it is then.
        """
        approved = await asyncio.to_thread(self._approved)
        if approved == self._known:
            return
        version = await asyncio.to_thread(content_version, self._folder)
        if version != self._voices.now.content.version:
            self._voices.use(
                await asyncio.to_thread(load_voice, self._folder, self._voices.on_stop)
            )
            logger.warning("content: version %s is in force", version)
        self._known = approved

    def _approved(self) -> int:
        rows = self._reader.rows("SELECT count(*) FROM proposals WHERE state = 'approved'")
        return int(rows[0][0]) if rows else 0
