"""What was said in a conversation, for a client that comes back: from what is kept of it anyway."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Final, Literal

from actions.handoff import SILENT
from bot.ledger.encoding import rfc3339
from bot.outbound.mailbox import Mail

MOST_BUBBLES: Final = 50
LOOKS_BACK: Final = timedelta(days=7)
_SHOWN: Final = ("buttons", "image", "custom")


@dataclass(frozen=True)
class Entry:
    """What was said at once: by the user under a message id, in reply to it, or as mail under its own id.

    A ``user`` has one bubble, which is a text. ``read`` tells of mail whether somebody looked at it.
    """

    role: Literal["user", "assistant", "mail"]
    id: str
    at: datetime
    bubbles: tuple[Mapping[str, Any], ...]
    read: bool = False

    def as_json(self) -> dict[str, Any]:
        """The entry as docs/app-chat.md describes it."""
        entry: dict[str, Any] = {"role": self.role, "id": self.id, "at": rfc3339(self.at)}
        if self.role == "user":
            return {**entry, "text": self.bubbles[0]["text"]}
        entry["messages"] = [dict(bubble) for bubble in self.bubbles]
        return {**entry, "read": self.read} if self.role == "mail" else entry


def history(turns: Sequence[str], mail: Sequence[Mail], now: datetime) -> list[Entry]:
    """The last entries, the oldest first: at most 50 bubbles of the last seven days.

    ``turns`` are those of :class:`bot.exchanges.exchange.Talk`, so that the user's secrets are masked in them.
    """
    said = [entry for turn in turns for entry in _said(json.loads(turn))]
    came = [Entry("mail", one.id, one.kept_at, tuple(one.bubbles), one.read) for one in mail]
    return _last(sorted([*said, *came], key=lambda entry: entry.at), now - LOOKS_BACK)


def _said(events: Iterable[Mapping[str, Any]]) -> Iterator[Entry]:
    """The words of one turn; whatever else Rasa notes of it is left out."""
    asked: Mapping[str, Any] | None = None
    bubbles: list[Mapping[str, Any]] = []
    for event in events:
        if event["event"] == "user" and event.get("text"):
            asked = event
            yield Entry("user", _id(event), _time(event), ({"text": event["text"]},))
        elif event["event"] == "bot" and asked is not None:
            bubbles += filter(None, (_bubble(event),))
    if asked is not None and bubbles:
        # The reply belongs right behind its message, whatever came by mail while it was made.
        yield Entry("assistant", _id(asked), _time(asked), tuple(bubbles))


def _bubble(event: Mapping[str, Any]) -> dict[str, Any]:
    if (event.get("metadata") or {}).get("utter_action") == SILENT:
        return {}  # the gate kept it back as well
    text, data = event.get("text"), event.get("data") or {}
    shown = {name: data[name] for name in _SHOWN if data.get(name)}
    return {"text": text, **shown} if text else shown


def _id(event: Mapping[str, Any]) -> str:
    return str(event.get("message_id") or "")


def _time(event: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(event["timestamp"], timezone.utc)


def _last(entries: Sequence[Entry], since: datetime) -> list[Entry]:
    kept: list[Entry] = []
    bubbles = 0
    for entry in reversed(entries):
        bubbles += len(entry.bubbles)
        if entry.at <= since or bubbles > MOST_BUBBLES:
            break
        kept.append(entry)
    return kept[::-1]
