"""The names of the keys, and how long what stands under them lives."""

from __future__ import annotations

from datetime import timedelta

from bot.redis.connection import PREFIX

USER_LIFETIME = timedelta(days=730)
"""How long a user's record is kept after its last change; who is unknown has agreed to nothing."""
KEPT_REPLIES = 256
"""How many replies of one conversation are kept for repeated messages."""
WAKE = f"{PREFIX}:wake:"
"""What the channels begin with on which a process hears that a ticket's turn has come."""


def conversation_keys(conversation: str) -> list[str]:
    """lock, queue, seen, talk, turns, replies, answered of one conversation (a keyed hash)."""
    names = ("lock", "queue", "seen", "talk", "turns", "replies", "answered")
    return [f"{PREFIX}:{{c:{conversation}}}:{name}" for name in names]


def user_keys(user: str) -> list[str]:
    """user, changes, conversations, erasing, before of one user (a keyed hash)."""
    names = ("user", "changes", "conversations", "erasing", "before")
    return [f"{PREFIX}:{{u:{user}}}:{name}" for name in names]


def alive_key(process: str) -> str:
    """The key that a process writes to find out whether Redis takes writes."""
    return f"{PREFIX}:{{p:{process}}}:alive"


def milliseconds(time: timedelta) -> int:
    """The time in milliseconds, as Redis takes it."""
    return int(time.total_seconds() * 1000)
