"""Rasa's agent on our processor, reply generator, tracker store and locks."""

from __future__ import annotations

from pathlib import Path
from typing import Optional, Union

from rasa.core.agent import Agent

from actions.answer import ActionAnswer
from bot.assistant.action import InProcessAnswer
from bot.assistant.locks import ConversationLocks
from bot.assistant.processor import AssistantProcessor
from bot.assistant.replies import GuardedReplies
from bot.assistant.trackers import ExchangeTrackerStore
from bot.services import Services


class AssistantAgent(Agent):
    """Rasa's agent as the service runs it."""

    def __init__(self, services: Services) -> None:
        """Wires the agent; :meth:`load_model` makes it ready."""
        super().__init__(
            generator=GuardedReplies(services=services),
            tracker_store=ExchangeTrackerStore(exchanges=services.exchanges),
            lock_store=ConversationLocks(exchanges=services.exchanges),
        )
        self._counters = services.counters
        # Made for each turn, which speaks with the content that is in force then.
        self._answer = InProcessAnswer(
            lambda: ActionAnswer(services.content, services.reports, services.practices),
            services.counters,
        )

    def load_model(self, model_path: Union[str, Path], fingerprint: Optional[str] = None) -> None:
        """Loads a trained model.

        Raises:
            ModelNotFound: when there is none at the path.
        """
        self.processor = AssistantProcessor(
            self._answer,
            self._counters,
            model_path=model_path,
            tracker_store=self.tracker_store,
            lock_store=self.lock_store,
            generator=self.nlg,
        )
        self.domain = self.processor.domain
        self._set_fingerprint(fingerprint)
        self.tracker_store.domain = self.domain
