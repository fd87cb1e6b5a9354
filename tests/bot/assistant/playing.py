"""Two ways to lead the same conversations: Rasa's own agent, and ours behind its gate."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor

from actions.answer import ActionAnswer
from bot.assistant.agent import AssistantAgent
from bot.assistant.replies import GuardedReplies
from bot.exchanges.exchanges import Exchanges
from bot.exchanges.live import LiveConversations
from bot.gate import Bubble, Collector, Gate
from bot.inbound import Attachment, InboundMessage
from bot.services import Services
from bot.users import UserRecord
from tests.bot.assistant.dialogues import RECEIPT, Dialogue

CHANNEL = "test"
AT_ONCE = 16  # conversations; the messages of one go one after the other

_RECEIPT = re.compile(r"JZ-[A-Z]{4}-[A-Z]{4}")


@dataclass
class Led:
    """What became of the conversations, each under its key."""

    bubbles: dict[str, list[list[Bubble]]] = field(default_factory=dict)
    trackers: dict[str, DialogueStateTracker] = field(default_factory=dict)
    users: dict[str, UserRecord] = field(default_factory=dict)
    signals: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


class Ours:
    """The assistant as the service runs it; ``heard`` is what its gate passed on to the agent."""

    def __init__(self, services: Services, model: Path, *, remembers: bool = True) -> None:
        """Without memory each message finds its conversation as it was stored."""
        if not remembers:
            forgetful = Exchanges(services.exchanges.store, memory=LiveConversations(0))
            services = replace(services, exchanges=forgetful)
        self.services = services
        self.heard: dict[str, list[UserMessage]] = {}
        self.agent = AssistantAgent(services)
        self.agent.load_model(model)
        self._gate = Gate(services)

    async def say(self, message: InboundMessage) -> list[Bubble]:
        """One message through the gate."""
        return await self._gate.handle(message, self._hear)

    async def lead(self, dialogues: Sequence[Dialogue]) -> Led:
        """Leads many conversations side by side."""
        led, room = Led(), asyncio.Semaphore(AT_ONCE)

        async def one(number: int, dialogue: Dialogue) -> None:
            async with room:
                key, bubbles = await self._talk(f"{number}-{dialogue.name}", dialogue)
                led.bubbles[key] = bubbles

        await asyncio.gather(*(one(*numbered) for numbered in enumerate(dialogues)))
        await _look_at(led, self.services, self.agent)
        return led

    async def _talk(self, name: str, dialogue: Dialogue) -> tuple[str, list[list[Bubble]]]:
        key, receipt, bubbles = f"{CHANNEL}:{name}", "", []
        for turn, said in enumerate(dialogue.turns):
            message = InboundMessage(
                channel=CHANNEL,
                # Behind Rasa's own agent the conversation is all that is known of a person.
                user=key,
                conversation=name,
                message_id=f"{name}-{turn}",
                text=said.text.replace(RECEIPT, receipt),
                received_at=datetime.now(timezone.utc),
                language=said.language,
                attachments=tuple(Attachment(kind) for kind in said.attachments),
            )
            bubbles.append(await self.say(message))
            named = _RECEIPT.search(json.dumps(bubbles[-1]))
            receipt = named.group() if named else receipt
        return key, bubbles

    async def _hear(self, message: UserMessage) -> Any:
        self.heard.setdefault(message.sender_id, []).append(message)
        return await self.agent.handle_message(message)


class ActionServerHere(EndpointConfig):
    """The way to a custom action that Rasa knows, without a network: what goes over it is JSON."""

    def __init__(self, action: ActionAnswer) -> None:
        super().__init__("http://here.invalid/webhook")
        self._executor = ActionExecutor()
        self._executor.register_action(action)

    async def request(self, *_: Any, **arguments: Any) -> Any:
        """Runs the action as rasa_sdk's server does when it is asked over HTTP."""
        call = json.loads(json.dumps(arguments["json"]))
        return json.loads(json.dumps(await self._executor.run(call)))


class Stock:
    """Rasa's own agent, processor, tracker and lock store with our model, action and reply generator."""

    def __init__(self, services: Services, model: Path) -> None:
        self.services = services
        self.agent = Agent(
            generator=GuardedReplies(services=services),
            tracker_store=InMemoryTrackerStore(Domain.empty()),
            lock_store=InMemoryLockStore(),
            action_endpoint=ActionServerHere(
                ActionAnswer(services.content, practices=services.practices)
            ),
        )
        self.agent.load_model(model)

    async def lead(self, heard: Mapping[str, Sequence[UserMessage]]) -> Led:
        """Leads conversations with what another agent was told."""
        led = Led()
        for key, messages in heard.items():
            led.bubbles[key] = [await self._answer(message) for message in messages]
        await _look_at(led, self.services, self.agent)
        return led

    async def _answer(self, message: UserMessage) -> list[Bubble]:
        collector = Collector(CHANNEL)
        await self.agent.handle_message(
            UserMessage(
                message.text,
                collector,
                sender_id=message.sender_id,
                input_channel=message.input_channel,
                message_id=message.message_id,
                metadata=message.metadata,
            )
        )
        return collector.bubbles


async def _look_at(led: Led, services: Services, agent: Agent) -> None:
    stored = [stored.event for stored in services.ledger.iterate()]
    for key in led.bubbles:
        tracker = await agent.tracker_store.retrieve_full_tracker(key)
        assert tracker is not None, key
        led.trackers[key] = tracker
        led.users[key] = await services.ledger.users.get(services.hasher.user(CHANNEL, key))
        own = services.hasher.conversation(key).current
        led.signals[key] = [event for event in stored if event["data"]["conversation"] == own]
