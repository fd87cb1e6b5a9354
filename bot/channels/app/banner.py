"""What the app's yellow bar says to one user: a warning that fits what they told lately, or a general hint."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from actions.state import STATE_SLOT, ConversationState
from bot.channels.app.words import BarWords
from bot.hashing import Pseudonym
from bot.ledger.database import Reader
from bot.ledger.encoding import rfc3339, to_json, utc_now
from bot.ledger.events import EVENT_TYPE
from bot.services import Services

RUNS_FOR: Final = timedelta(days=7)
CACHED_SECONDS: Final = 60

# A tip-off warns nobody of anything, and what the user disputes or staff took back is not held up to them.
_RUNNING: Final = """
SELECT code FROM events
WHERE user IN (SELECT value FROM json_each(:users)) AND type = :type AND time > :since
  AND json_extract(body, '$.data.stage') IS NOT 'reporting'
  AND NOT EXISTS (SELECT 1 FROM disputes WHERE disputes.event_id = events.id)
  AND NOT EXISTS (
    SELECT 1 FROM current_verdicts AS verdict
    WHERE verdict.event_id = events.id AND verdict.verdict IS NOT 'confirmed'
  )
ORDER BY seq DESC
"""


class Banners:
    """Answers for the users of one channel, in which a user and their conversation have the same id."""

    def __init__(
        self, services: Services, reader: Reader, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._services = services
        self._reader = reader
        self._clock = clock

    async def of(self, channel: str, user: str) -> dict[str, Any] | None:
        """The bar as docs/app-chat.md describes it, ``None`` for none.

        Every start of an app asks for it, most of them for a user who never wrote: that takes one search of an index.

        Raises:
            StoreUnavailable, LedgerError: when it cannot be told.
        """
        words = self._services.voices.now.app
        person = self._services.hasher.user(channel, user)
        codes = await asyncio.to_thread(self._running, person)
        if not codes:
            return self._bar(None, words.hint)
        state = await self._state(f"{channel}:{user}")
        if state.urgent == "crisis":
            # Whoever was in despair when we last heard of them is not met by a warning, and not by any other bar.
            return None
        # What was erased is in the conversation no more, although the signals of it remain.
        code = next((code for code in codes if state.threat(code) is not None), None)
        if code is None or state.minor:
            return self._bar(None, words.hint)
        return self._bar(code, words.warnings[code])

    def _running(self, person: Pseudonym) -> list[str]:
        values = {
            "users": to_json(person.all),
            "type": EVENT_TYPE,
            "since": rfc3339(self._clock() - RUNS_FOR),
        }
        return list(dict.fromkeys(code for (code,) in self._reader.rows(_RUNNING, values)))

    async def _state(self, conversation: str) -> ConversationState:
        talk = await self._services.exchanges.talk(conversation)
        return ConversationState.from_json(talk.slots.get(STATE_SLOT))

    def _bar(self, code: str | None, words: BarWords | None) -> dict[str, Any] | None:
        if words is None:
            return None
        shown = words.filled(self._services.content.values())
        return {
            "level": "hint" if code is None else "warning",
            "code": code,
            "text": shown.text,
            "action": {"title": shown.title, "say": shown.say},
        }
