"""Which signals a run must have written, decided here without a service."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from actions.content import Content, load_content
from actions.decide import decide
from actions.facts import Facts
from actions.plan import UserChange
from actions.signal_ids import event_id
from actions.state import ConversationState
from bot.bench.workload import Message
from bot.masking import mask_secrets
from bot.recognition import Recogniser, load_recogniser
from nlu.analysis import Analysis


@dataclass
class _Person:
    """One sender: the conversation so far and what the user store knows."""

    state: ConversationState = field(default_factory=ConversationState)
    facts: Facts = field(default_factory=Facts)


class Reference:
    """Leads the conversations of a run with the understanding and the decisions alone."""

    def __init__(self, recogniser: Recogniser, content: Content) -> None:
        self._content = content
        self._analyse = lru_cache(maxsize=2048)(
            lambda text: Analysis.from_parse({**recogniser.parse(text), "text": text})
        )

    @classmethod
    def load(cls, model: Path, content: Path) -> Reference:
        """From a trained model and a folder of content."""
        return cls(load_recogniser(model), load_content(content))

    def event_ids(self, messages: Iterable[Message]) -> list[str]:
        """The ids of the events of these messages; those of one sender stand in their order."""
        people: dict[str, _Person] = {}
        ids: list[str] = []
        for message in messages:
            person = people.setdefault(message.sender, _Person())
            ids.extend(self._turn(person, message))
        return ids

    def _turn(self, person: _Person, message: Message) -> list[str]:
        conversation = f"rest:{message.sender}"
        facts = replace(person.facts, conversation=conversation, message_id=message.message_id)
        turn = decide(self._analyse(mask_secrets(message.text)), person.state, facts, self._content)
        person.state = ConversationState.from_json(turn.state)
        person.facts = _known(person.facts, turn.user)
        if turn.user.erase:
            person.state, person.facts = ConversationState(), Facts()
        return [event_id(conversation, message.message_id, signal.code) for signal in turn.signals]


def _known(facts: Facts, change: UserChange) -> Facts:
    return replace(
        facts,
        informed=facts.informed or bool(change.informed),
        crisis=facts.crisis or bool(change.crisis),
        minor=facts.minor or bool(change.minor),
    )
