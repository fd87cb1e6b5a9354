"""What is kept of a conversation about a threat, and what its user said to its being evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bot.hashing import Hasher
from bot.ledger.encoding import rfc3339, storable, to_json
from bot.ledger.rows import Addition, Table

if TYPE_CHECKING:
    from bot.ledger.ledger import TurnRecord

_TURNS = Table(
    "turns",
    ("turn", "conversation", "user", "channel", "message_id", "at", "said", "answered"),
    "ON CONFLICT (turn) DO NOTHING",
)
_CONSENTS = Table(
    "evidence_consents",
    ("turn", "user", "given", "at", "content"),
    "ON CONFLICT (turn) DO NOTHING",
)


def transcript_rows(
    turn: TurnRecord, messages: Sequence[Mapping[str, Any]] | None, hasher: Hasher
) -> list[Addition]:
    """The rows that a turn adds; ``messages`` are the bubbles of its answer, as far as they are known."""
    context = turn.context
    message = hasher.turn(context.conversation, context.message_id).current
    user = hasher.user(context.channel, context.user).current
    at = rfc3339(context.received_at)
    rows: list[Addition] = []
    if turn.said is not None and not turn.change.erase:
        answered = [str(bubble["text"]) for bubble in messages or () if bubble.get("text")]
        conversation = hasher.conversation(context.conversation).current
        place = (storable(context.channel), storable(context.message_id))
        said = (at, storable(turn.said), to_json(answered))
        rows.append((_TURNS, (message, conversation, user, *place, *said)))
    if turn.evidence is not None:
        rows.append((_CONSENTS, (message, user, int(turn.evidence), at, context.content)))
    return rows
