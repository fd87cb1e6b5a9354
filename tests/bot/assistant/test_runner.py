from __future__ import annotations

import inspect
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.engine.exceptions import GraphComponentException
from rasa.engine.loader import load_predict_graph_runner
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.shared.core.trackers import DialogueStateTracker

from bot.assistant.processor import AssistantProcessor
from bot.assistant.runner import PlannedGraphRunner

TEXTS = ("有人叫我加微信abc00001，说先交2000定金就能停息挂账", "谢谢", "")


@pytest.fixture(scope="module", params=[DaskGraphRunner, PlannedGraphRunner])
def runner_and_target(
    request: pytest.FixtureRequest, model: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[DaskGraphRunner, str]:
    """The model's graph with Rasa's own runner and with ours."""
    folder = tmp_path_factory.mktemp("graph")
    metadata, runner = load_predict_graph_runner(folder, model, LocalModelStorage, request.param)
    return runner, metadata.nlu_target


@pytest.fixture(scope="module")
def outputs(
    model: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[dict[str, Any]]]:
    """What both runners make of the same messages."""
    found = {}
    for kind in (DaskGraphRunner, PlannedGraphRunner):
        folder = tmp_path_factory.mktemp("graph")
        metadata, runner = load_predict_graph_runner(folder, model, LocalModelStorage, kind)
        found[kind.__name__] = [parsed(runner, metadata.nlu_target, text) for text in TEXTS]
    return found


def parsed(runner: DaskGraphRunner, target: str, text: str) -> dict[str, Any]:
    results = runner.run(
        inputs={
            PLACEHOLDER_MESSAGE: [UserMessage(text, sender_id="somebody", message_id="1")],
            PLACEHOLDER_TRACKER: DialogueStateTracker("somebody", []),
        },
        targets=[target],
    )
    assert list(results) == [target]
    understood: dict[str, Any] = results[target][0].as_dict(only_output_properties=True)
    return understood


def test_both_runners_give_the_same(outputs: dict[str, list[dict[str, Any]]]) -> None:
    assert outputs["PlannedGraphRunner"] == outputs["DaskGraphRunner"]
    assert outputs["PlannedGraphRunner"][0]["intent"]["name"] == "debt_optimization"


def test_a_component_that_fails_is_told_as_rasa_tells_it(
    runner_and_target: tuple[DaskGraphRunner, str],
) -> None:
    runner, target = runner_and_target
    with pytest.raises(GraphComponentException):
        runner.run(
            inputs={
                PLACEHOLDER_MESSAGE: [object()],
                PLACEHOLDER_TRACKER: DialogueStateTracker("somebody", []),
            },
            targets=[target],
        )


def test_what_is_overridden_is_still_what_it_was() -> None:
    # With another version of Rasa every method of ours that stands for one of Rasa's has to be read again.
    assert version("rasa") == "3.6.21"
    for name in (
        "_load_model",
        "parse_message",
        "run_action_extract_slots",
        "predict_next_with_tracker_if_should",
        "_has_session_expired",
        "_update_tracker_session",
        "_run_action",
    ):
        theirs, ours = getattr(MessageProcessor, name), getattr(AssistantProcessor, name)
        assert list(inspect.signature(theirs).parameters) == list(
            inspect.signature(ours).parameters
        )
