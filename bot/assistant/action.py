"""Runs the assistant's action in this process, without a request and without re-validating schemas."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from rasa.core.actions.action import Action, create_bot_utterance
from rasa.core.channels.channel import OutputChannel
from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import ActionAnswer
from bot.counters import Counters


class InProcessAnswer(Action):
    """Runs :class:`actions.answer.ActionAnswer` as Rasa's action server would, only nearer."""

    def __init__(self, answer: Callable[[], ActionAnswer], counters: Counters) -> None:
        """``answer`` gives the action that an action server would serve, for one turn."""
        self._answer = answer
        self._name = answer().name()
        self._counters = counters

    def name(self) -> str:
        """The action's name in the domain."""
        return self._name

    async def run(
        self,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        tracker: DialogueStateTracker,
        domain: Domain,
    ) -> list[Event]:
        """Decides the turn and generates its replies; see :class:`rasa.core.actions.action.Action`."""
        message = tracker.latest_message
        seen = Tracker(
            sender_id=tracker.sender_id,
            slots={name: slot.value for name, slot in tracker.slots.items()},
            latest_message=dict(message.parse_data) if message else {},
            events=_Spoken(tracker),
            paused=False,
            followup_action=None,
            active_loop={},
            latest_action_name=None,
        )
        dispatcher = CollectingDispatcher()
        with self._counters.step("decide"):
            changes = self._answer().run(dispatcher, seen, {})
        # One after the other: the last one records the turn once all others have passed the guard.
        with self._counters.step("reply"):
            events: list[Event] = [
                await self._utter(response, output_channel, nlg, tracker)
                for response in dispatcher.messages
            ]
        events.extend(SlotSet(change["name"], change["value"]) for change in changes)
        return events

    @staticmethod
    async def _utter(
        response: dict[str, Any],
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        tracker: DialogueStateTracker,
    ) -> Event:
        name = response.pop("response")
        filled = await nlg.generate(name, tracker, output_channel.name(), **response)
        return create_bot_utterance({**(filled or {}), "utter_action": name})


class _Spoken(list[dict[str, Any]]):
    """What was said, as rasa-sdk writes it; made only when somebody looks, which few turns do."""

    def __init__(self, tracker: DialogueStateTracker) -> None:
        super().__init__()
        self._tracker = tracker

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for event in self._tracker.events:
            if isinstance(event, (UserUttered, BotUttered)):
                yield {"event": event.type_name, "text": event.text}
