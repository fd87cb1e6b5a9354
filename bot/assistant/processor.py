"""Rasa's processor on the short way: the same turn, without the copies that Rasa makes of it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Optional, Union

from rasa.core.actions.action import Action, action_for_index
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.engine.loader import load_predict_graph_runner
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.storage import ModelMetadata
from rasa.exceptions import ActionLimitReached
from rasa.model import get_latest_model
from rasa.shared.core.constants import (
    ACTION_LISTEN_NAME,
    ACTION_SESSION_START_NAME,
    SlotMappingType,
)
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.common import TempDirectoryPath, get_temp_dir_name

from actions.policy import ANSWER_ACTION
from bot.assistant.runner import PlannedGraphRunner
from bot.counters import Counters

_NEVER_REJECTED = frozenset({ANSWER_ACTION, ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME})


class AssistantProcessor(MessageProcessor):
    """Runs our one action in this process, and spares what a message of ours has no use for.

    Rasa copies the tracker, which replays the conversation, before each action in case that it is rejected,
    and copies parse data and events deeply for log lines that nobody prints. Where a turn could need this
    (another action, slots that are filled from the message), Rasa's own way is taken.
    """

    def __init__(self, answer: Action, counters: Counters, **kwargs: Any) -> None:
        """``kwargs`` are those of Rasa's processor."""
        super().__init__(**kwargs)
        self._answer = answer
        self._counters = counters
        self._fills_slots = _fills_slots(self.domain)
        self._actions: dict[int, Action] = {}

    @staticmethod
    def _load_model(model_path: Union[str, Path]) -> tuple[str, ModelMetadata, GraphRunner]:
        """Loads the model as Rasa does, with a runner that plans ahead."""
        path = Path(get_latest_model(model_path) or model_path)
        with TempDirectoryPath(get_temp_dir_name()) as folder:
            metadata, runner = load_predict_graph_runner(
                Path(folder), path, LocalModelStorage, PlannedGraphRunner
            )
        return path.name, metadata, runner

    async def parse_message(
        self,
        message: UserMessage,
        tracker: Optional[DialogueStateTracker] = None,
        only_output_properties: bool = True,
    ) -> dict[str, Any]:
        """Understands a message; see Rasa's processor, which also logs what it found."""
        tracker = tracker or DialogueStateTracker(message.sender_id, None)
        with self._counters.step("understand"):
            parsed: dict[str, Any] = self._parse_message_with_graph(
                message, tracker, only_output_properties
            )
        self._update_full_retrieval_intent(parsed)
        return parsed

    async def run_action_extract_slots(
        self, output_channel: OutputChannel, tracker: DialogueStateTracker
    ) -> DialogueStateTracker:
        """Fills slots from the message where the domain asks for it; ours has none of that kind."""
        if not self._fills_slots:
            return tracker
        return await super().run_action_extract_slots(output_channel, tracker)

    def predict_next_with_tracker_if_should(
        self, tracker: DialogueStateTracker
    ) -> tuple[Action, PolicyPrediction]:
        """The next action and what predicted it; Rasa makes all actions anew for each prediction."""
        goes_on = self.should_predict_another_action(tracker.latest_action_name)
        if self.is_action_limit_reached(tracker, goes_on):
            raise ActionLimitReached("The limit of actions to predict has been reached.")
        prediction = self._predict_next_with_tracker(tracker)
        index = prediction.max_confidence_index
        if index not in self._actions:
            self._actions[index] = action_for_index(index, self.domain, self.action_endpoint)
        return self._actions[index], prediction

    def _has_session_expired(self, tracker: DialogueStateTracker) -> bool:
        """Asks the last message first, where Rasa goes through the whole conversation to find it."""
        said = tracker.latest_message
        minutes = self.domain.session_config.session_expiration_time
        if said is not None and said.text and time.time() - said.timestamp <= 60 * minutes:
            return False
        return bool(super()._has_session_expired(tracker))

    async def _update_tracker_session(
        self,
        tracker: DialogueStateTracker,
        output_channel: OutputChannel,
        metadata: Optional[dict[str, Any]] = None,
    ) -> None:
        """Starts a session where there is none; one that waits for the user is one without a look."""
        listening = tracker.latest_action_name == ACTION_LISTEN_NAME
        if not listening or self._has_session_expired(tracker):
            await super()._update_tracker_session(tracker, output_channel, metadata)

    async def _run_action(
        self,
        action: Action,
        tracker: DialogueStateTracker,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        prediction: PolicyPrediction,
    ) -> bool:
        """Runs an action on the tracker itself; an error of ours ends the turn, and the gate tells."""
        name = action.name()
        if name not in _NEVER_REJECTED:
            return bool(await super()._run_action(action, tracker, output_channel, nlg, prediction))
        chosen = self._answer if name == ANSWER_ACTION else action
        tracker.update_with_events(prediction.events, self.domain)
        events = await chosen.run(output_channel, nlg, tracker, self.domain)
        tracker.update(chosen.event_for_successful_execution(prediction), self.domain)
        tracker.update_with_events(events, self.domain)
        await self.execute_side_effects(events, tracker, output_channel)
        return bool(self.should_predict_another_action(name))


def _fills_slots(domain: Domain) -> bool:
    return any(
        mapping.get("type") != SlotMappingType.CUSTOM.value or mapping.get("action")
        for slot in domain.slots
        for mapping in slot.mappings
    )
