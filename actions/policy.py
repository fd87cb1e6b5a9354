"""The one policy: after a message of the user comes our answer, then we listen."""

from __future__ import annotations

from typing import Any, Optional

from rasa.core.constants import POLICY_PRIORITY
from rasa.core.policies.policy import Policy, PolicyPrediction, SupportedData
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker

ANSWER_ACTION = "action_answer"


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True
)
class AnswerPolicy(Policy):
    """Predicts ``action_answer`` after every user message and ``action_listen`` after that.

    What is answered is decided in :mod:`actions.decide`, in one place for every channel and process.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Above every policy that an institution might add beside this one."""
        return {POLICY_PRIORITY: 10}

    @staticmethod
    def supported_data() -> SupportedData:
        """Rules and stories alike: the policy learns from neither."""
        return SupportedData.ML_AND_RULE_DATA

    def train(
        self,
        training_trackers: list[TrackerWithCachedStates],
        domain: Domain,
        **kwargs: Any,
    ) -> Resource:
        """Learns nothing; writes its empty resource so that Rasa can load it."""
        with self._model_storage.write_to(self._resource) as folder:
            (folder / "answer_policy").touch()
        return self._resource

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: Optional[dict[str, Any]] = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """The next action with certainty."""
        listening = tracker.latest_action_name == ACTION_LISTEN_NAME
        name = ANSWER_ACTION if listening else ACTION_LISTEN_NAME
        probabilities = [0.0] * domain.num_actions
        probabilities[domain.index_for_action(name)] = 1.0
        return self._prediction(probabilities)
