from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

import actions
from actions.answer import ActionAnswer
from actions.policy import AnswerPolicy
from tests.actions.conversation import CONTENT

DOMAIN = Domain.from_yaml((Path(actions.__file__).parent / "domain.yml").read_text("utf-8"))
LISTENED = [ActionExecuted("action_session_start"), ActionExecuted("action_listen")]
SAID = UserUttered("有人说能停息挂账", {"name": "debt_optimization", "confidence": 0.9})


@pytest.fixture
def policy(tmp_path: Path) -> AnswerPolicy:
    """A trained and loaded policy, as Rasa makes one."""
    storage = LocalModelStorage(tmp_path)
    context = ExecutionContext(GraphSchema({}))
    resource = Resource("policy")
    config = AnswerPolicy.get_default_config()
    trained = AnswerPolicy.create(config, storage, resource, context).train([], DOMAIN)
    return AnswerPolicy.load(config, storage, trained, context)


def next_action(policy: AnswerPolicy, events: list[Event]) -> tuple[str, float]:
    """The predicted action and its probability."""
    tracker = DialogueStateTracker.from_events("u", events, DOMAIN.slots)
    prediction = policy.predict_action_probabilities(tracker, DOMAIN)
    assert sum(prediction.probabilities) == 1
    best = prediction.max_confidence_index
    return DOMAIN.action_names_or_texts[best], prediction.max_confidence


def test_after_a_message_comes_our_answer_for_certain(policy: AnswerPolicy) -> None:
    assert next_action(policy, [*LISTENED, SAID]) == ("action_answer", 1.0)


def test_after_our_answer_the_user_speaks(policy: AnswerPolicy) -> None:
    answered = [*LISTENED, SAID, ActionExecuted("action_answer")]
    assert next_action(policy, answered) == ("action_listen", 1.0)


def test_the_next_message_is_answered_again(policy: AnswerPolicy) -> None:
    events = [*LISTENED, SAID, ActionExecuted("action_answer"), ActionExecuted("action_listen")]
    assert next_action(policy, [*events, SAID]) == ("action_answer", 1.0)


def test_the_action_that_it_predicts_is_in_the_domain() -> None:
    assert ActionAnswer(CONTENT).name() in DOMAIN.user_actions


def test_the_configuration_names_this_policy_alone() -> None:
    path = Path(actions.__file__).parent.parent / "config.yml"
    config = yaml.safe_load(path.read_text("utf-8"))
    assert [item["name"] for item in config["policies"]] == ["actions.policy.AnswerPolicy"]
