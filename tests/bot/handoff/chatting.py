"""Conversations through the real gate, the real action and the real replies; only the understanding is given."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import ActionAnswer
from actions.state import STATE_SLOT
from bot.assistant.replies import GuardedReplies
from bot.gate import Bubble, Gate
from bot.inbound import InboundMessage
from bot.services import Services
from nlu.analysis import Analysis

CHANNEL = "rest"


class Chat:
    """One conversation; ``say`` is a message with the analysis that it is to have."""

    def __init__(self, services: Services, user: str) -> None:
        self.user = user
        self._services = services
        self._gate = Gate(services)
        self._replies = GuardedReplies(services=services)
        self._action = ActionAnswer(services.content)
        self._events: list[dict[str, Any]] = []
        self._state: Any = None
        self._analysis = Analysis("", "chitchat", 0.9)

    async def say(
        self, text: str, at: datetime, message_id: str, **understood: Any
    ) -> list[Bubble]:
        """The bubbles of the reply."""
        given = {"intent": "chitchat", "intent_confidence": 0.9, "act": ("chitchat", 0.9)}
        self._analysis = Analysis(text=text, **{**given, **understood})
        message = InboundMessage(
            CHANNEL, self.user, self.user, message_id, text, at, address=self.user
        )
        return await self._gate.handle(message, self._answer)

    async def _answer(self, message: UserMessage) -> None:
        parse = {**self._analysis.as_parse(), "text": message.text, "metadata": message.metadata}
        self._events.append({"event": "user", "text": message.text})
        told = Tracker(
            str(message.sender_id),
            {STATE_SLOT: self._state},
            parse,
            self._events,
            False,
            None,
            {},
            "action_listen",
        )
        dispatcher = CollectingDispatcher()
        changed = self._action.run(dispatcher, told, {})
        self._state = changed[0]["value"]
        known = DialogueStateTracker(str(message.sender_id), [])
        known.update(
            UserUttered(
                message.text,
                message_id=message.message_id,
                metadata=message.metadata,
                input_channel=CHANNEL,
            )
        )
        for response in dispatcher.messages:
            name = response["response"]
            extra = {
                key: value
                for key, value in response.items()
                if key
                not in (
                    "response",
                    "text",
                    "buttons",
                    "elements",
                    "custom",
                    "template",
                    "image",
                    "attachment",
                )
            }
            bubble = await self._replies.generate(name, known, CHANNEL, **extra)
            assert bubble is not None
            self._events.append({"event": "bot", "text": bubble.get("text")})
            bubble["utter_action"] = name
            assert message.output_channel is not None
            await message.output_channel.send_response(str(message.sender_id), bubble)
