"""What the assistant speaks with, in one version: facts, wording, and the guard that knows both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actions.catalogue import needed
from actions.content import Content, ContentError, load_content, read_yaml
from actions.outgoing import Registry
from actions.wording import load_responses
from bot.channels.app.words import AppWords, app_words
from bot.channels.chat_words import words_of
from bot.guard import Guard
from bot.handoff.rules import HandoffRules, load_handoff
from bot.outreach.rules import OutreachRules, load_outreach

_steady: ContextVar[Voice | None] = ContextVar("steady_voice", default=None)


@dataclass(frozen=True)
class Voice:
    """Everything that comes from ``content/``; its parts fit together and never change one by one."""

    content: Content
    guard: Guard
    page: Mapping[str, Any]
    app: AppWords
    handoff: HandoffRules
    outreach: OutreachRules
    responses: Mapping[str, list[dict[str, Any]]]


def load_voice(folder: Path, on_stop: Callable[[str], None] | None = None) -> Voice:
    """Reads the folder of all wording; ``on_stop`` is told what the guard stops.

    Raises:
        ContentError: with one line, when something that the service cannot do without is missing or broken.
    """
    content = load_content(folder)
    page = read_yaml(folder / "page.yml")
    words_of(page)
    app = app_words(read_yaml(folder / "app.yml"))
    responses = load_responses(folder)
    missing = sorted(needed().keys() - responses.keys())
    if missing:
        more = f" and {len(missing) - 1} others are" if missing[1:] else " is"
        raise ContentError(
            f"{folder / 'replies'}: {missing[0]}{more} missing; see: jingzhong content check"
        )
    guard = Guard(Registry.from_content(content), on_stop)
    rules = load_handoff(folder), load_outreach(folder)
    return Voice(content, guard, page, app, *rules, responses)


class Voices:
    """The voice that is in force. It may change at any time, but never within a message."""

    def __init__(self, voice: Voice, on_stop: Callable[[str], None] | None = None) -> None:
        """``on_stop`` is that of the voice, for those that follow it."""
        self._now = voice
        self.on_stop = on_stop

    @property
    def now(self) -> Voice:
        """The voice to speak with: within :meth:`steady` the one with which it began."""
        return _steady.get() or self._now

    def use(self, voice: Voice) -> None:
        """Speaks with this voice from the next message on."""
        self._now = voice

    @contextmanager
    def steady(self) -> Iterator[None]:
        """Within the block, in this task and those it starts, the voice stays the same."""
        token = _steady.set(self._now)
        try:
            yield
        finally:
            _steady.reset(token)
