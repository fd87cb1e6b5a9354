"""Rasa's agent and processor with our action inside."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Optional, Union

from rasa.core.actions.action import Action
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor

from actions.answer import ActionAnswer
from actions.policy import ANSWER_ACTION
from bot.assistant.action import InProcessAnswer
from bot.assistant.locks import ConversationLocks
from bot.assistant.replies import GuardedReplies
from bot.assistant.trackers import RecentTrackerStore
from bot.services import Services


class AssistantProcessor(MessageProcessor):
    """Rasa's processor that runs our one action in this process."""

    def __init__(self, answer: Action, **kwargs: Any) -> None:
        """``kwargs`` are those of Rasa's processor."""
        super().__init__(**kwargs)
        self._answer = answer

    async def _run_action(self, action: Action, *args: Any, **kwargs: Any) -> bool:
        """Runs our action in this process where Rasa would call an action server."""
        chosen = self._answer if action.name() == ANSWER_ACTION else action
        return bool(await super()._run_action(chosen, *args, **kwargs))


class AssistantAgent(Agent):
    """Rasa's agent on our processor, reply generator, tracker store and locks."""

    def __init__(self, services: Services) -> None:
        """Wires the agent; :meth:`load_model` makes it ready."""
        self._replies = GuardedReplies(services=services)
        self._conversations = RecentTrackerStore()
        super().__init__(
            generator=self._replies,
            tracker_store=self._conversations,
            lock_store=ConversationLocks(),
        )
        self._answer = InProcessAnswer(ActionAnswer(services.content))

    def load_model(self, model_path: Union[str, Path], fingerprint: Optional[str] = None) -> None:
        """Loads a trained model.

        Raises:
            ModelNotFound: when there is none at the path.
        """
        self.processor = AssistantProcessor(
            self._answer,
            model_path=model_path,
            tracker_store=self.tracker_store,
            lock_store=self.lock_store,
            generator=self.nlg,
        )
        self.domain = self.processor.domain
        self._set_fingerprint(fingerprint)
        self.tracker_store.domain = self.domain

    async def handle_message(self, message: UserMessage) -> Optional[list[dict[str, Any]]]:
        """Answers one message; a conversation whose user asked for it is erased afterwards."""
        result: Optional[list[dict[str, Any]]] = await super().handle_message(message)
        if message.sender_id in self._replies.to_forget:
            self._replies.to_forget.discard(message.sender_id)
            self._conversations.forget(message.sender_id)
        return result
