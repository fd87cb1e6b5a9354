"""The intent classifier of the pipeline: threats, stage, urgent state and ordinary intents in one pass."""

from __future__ import annotations

import logging
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.entities import extract as extract_entities
from nlu.model.linear import LinearModel
from nlu.model.training import train
from nlu.text.folding import fold
from nlu.training_examples import examples_of
from nlu.understanding import understand

logger = logging.getLogger(__name__)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ThreatClassifier(IntentClassifier, GraphComponent):
    """Recognises threat codes with their evidence, the stage, urgent states, entities and ordinary intents.

    Sets Rasa's ``intent``, ``intent_ranking`` and ``entities`` and adds ``threats``, ``stage``, ``urgent``
    and ``understanding`` to the parse (see :meth:`nlu.analysis.Analysis.threat_fields`).
    """

    def __init__(
        self, model_storage: ModelStorage, resource: Resource, model: LinearModel | None
    ) -> None:
        """``model`` is ``None`` until the component has been trained."""
        self._model_storage = model_storage
        self._resource = resource
        self._model = model

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ThreatClassifier:
        """Creates an untrained component (Rasa's contract)."""
        return cls(model_storage, resource, None)

    def train(self, training_data: TrainingData) -> Resource:
        """Trains on the examples with their metadata and stores the model."""
        self._model = train(
            examples_of(training_data.intent_examples),
            lambda step: logger.info("training: %s", step),
        )
        with self._model_storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> ThreatClassifier:
        """Loads the stored model (Rasa's contract)."""
        with model_storage.read_from(resource) as folder:
            return cls(model_storage, resource, LinearModel.load(folder))

    def process(self, messages: list[Message]) -> list[Message]:
        """Analyses every message."""
        for message in messages:
            self._analyse(message)
        return messages

    def _analyse(self, message: Message) -> None:
        text = message.get(TEXT) or ""
        if self._model is None:
            raise RuntimeError("the threat classifier has not been trained; run `jingzhong train`")
        entities = extract_entities(fold(text))
        for name, value in understand(self._model, text, entities).as_parse().items():
            if name != TEXT:
                message.set(name, value, add_to_output=True)
