"""What a turn of a conversation leaves for campaigns, written with the turn."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from actions.plan import Practice
from bot.hashing import Pseudonym
from bot.ledger.encoding import rfc3339, to_json
from bot.ledger.ledger import TurnRecord

_BEGIN = (
    "INSERT INTO practices (id, user, channel, script, hash, campaign, variant, started_at) "
    "VALUES (:id, :user, :channel, :script, :hash, :campaign, :variant, :at) ON CONFLICT DO NOTHING"
)
# An answer that comes twice, or late, never takes back what a later one wrote.
_ANSWER = (
    "UPDATE practices SET answered_at = coalesce(answered_at, :at), answers = :answers, "
    "score_before = :before, score_after = :after, score = :score "
    "WHERE id = :id AND json_array_length(answers) < json_array_length(:answers)"
)
_END = "UPDATE practices SET {column} = coalesce({column}, :at) WHERE id = :id"
_PUSHED = (
    "UPDATE campaign_messages SET {column} = coalesce({column}, :at), "
    "delivered_at = coalesce(delivered_at, :at), read_at = coalesce(read_at, :at) "
    "WHERE campaign = :campaign AND user IN (SELECT value FROM json_each(:users))"
)
# Who opts out does so because of what came last.
_OPTED_OUT = (
    "UPDATE campaign_messages SET opted_out_at = :at WHERE opted_out_at IS NULL "
    "AND user IN (SELECT value FROM json_each(:users)) AND sent_at = (SELECT max(sent_at) "
    "FROM campaign_messages WHERE user IN (SELECT value FROM json_each(:users)))"
)


def practice_of_turn(connection: sqlite3.Connection, turn: TurnRecord, user: Pseudonym) -> None:
    """A :data:`bot.ledger.ledger.TurnHook`: how far a practice got, and who wants no more campaigns."""
    at = turn.context.received_at
    if turn.practice is not None:
        _note(connection, turn.practice, turn.context.channel, user, at)
    if turn.change.opted_out:
        connection.execute(_OPTED_OUT, {"users": to_json(user.all), "at": rfc3339(at)})


def _note(
    connection: sqlite3.Connection,
    practice: Practice,
    channel: str,
    user: Pseudonym,
    at: datetime,
) -> None:
    values = {
        "id": practice.id,
        "user": user.current,
        "users": to_json(user.all),
        "channel": channel,
        "campaign": practice.campaign,
        "at": rfc3339(at),
        **_of_script(practice.played),
    }
    connection.execute(_BEGIN, values)
    pushed = []
    if practice.event in ("answered", "finished"):
        connection.execute(_ANSWER, values)
        pushed.append("answered_at")
    if practice.event in ("finished", "stopped"):
        column = f"{practice.event}_at"
        connection.execute(_END.format(column=column), values)
    if practice.event == "finished":
        pushed.append("finished_at")
    for column in pushed if practice.campaign is not None else ():
        connection.execute(_PUSHED.format(column=column), values)


def _of_script(played: Mapping[str, Any]) -> dict[str, Any]:
    answers = [
        {"step": step, "choice": choice, "score": score}
        for step, choice, score in played.get("given") or ()
    ]
    return {
        "script": str(played.get("script") or ""),
        "hash": str(played.get("hash") or ""),
        "variant": str(played.get("variant") or ""),
        "answers": to_json(answers),
        "before": played.get("before"),
        "after": played.get("after"),
        "score": played.get("score"),
    }
