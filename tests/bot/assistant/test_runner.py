"""Our runner of Rasa's graph gives and fails as Rasa's own; what we override of Rasa is what it was."""

from __future__ import annotations

import inspect
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.engine.exceptions import GraphComponentException, GraphRunError
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
from rasa.engine.loader import load_predict_graph_runner
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import InvalidConfigException, RasaException

from bot.assistant.processor import AssistantProcessor
from bot.assistant.runner import PlannedGraphRunner

RUNNERS = [DaskGraphRunner, PlannedGraphRunner]
TEXTS = ("有人叫我加微信abc00001，说先交2000定金就能停息挂账", "谢谢", "")


@pytest.fixture(scope="module", params=RUNNERS)
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
    for kind in RUNNERS:
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


class Part(GraphComponent):
    """Notes that it runs and tells what it was given; fails when it is told to."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config

    @classmethod
    def create(cls, config: dict[str, Any], *_: Any, **__: Any) -> Part:
        return cls(config)

    def run(self, **given: Any) -> str:
        self._config["ran"].append(self._config["name"])
        if error := self._config.get("error"):
            raise error
        told = ",".join(f"{name}={value}" for name, value in given.items())
        return f"{self._config['name']}({told})"


class CountedSchema(GraphSchema):
    """A schema that counts how often it is asked what a run needs."""

    asked = 0

    def minimal_graph_schema(self, targets: list[str] | None = None) -> GraphSchema:
        self.asked += 1
        return super().minimal_graph_schema(targets)


def diamond(error: Exception | None = None) -> tuple[CountedSchema, list[str]]:
    """first -> left and right -> last; and one beside them that only its own target needs."""
    ran: list[str] = []

    def part(name: str, target: bool = False, **needs: str) -> SchemaNode:
        failure = {"error": error} if name == "right" else {}
        config = {"ran": ran, "name": name, **failure}
        return SchemaNode(needs, Part, "create", "run", config, True, is_target=target)

    nodes = {
        "last": part("last", target=True, a="left", b="right"),
        "beside": part("beside", said="message"),
        "right": part("right", a="first", said="message"),
        "left": part("left", a="first"),
        "first": part("first", said="message"),
    }
    return CountedSchema(nodes), ran


def runner_of(kind: type[DaskGraphRunner], schema: GraphSchema) -> DaskGraphRunner:
    return kind(schema, None, ExecutionContext(schema))


@pytest.mark.parametrize(
    "targets", [None, ["last"], ["left"], ["beside"], ["left", "right"], ["message", "left"]]
)
def test_only_what_the_targets_need_runs_each_part_once_and_after_what_it_needs(
    targets: list[str] | None,
) -> None:
    results, runs = [], []
    for kind in RUNNERS:
        schema, ran = diamond()
        results.append(runner_of(kind, schema).run({"message": "hi"}, targets))
        runs.append(ran)
        assert len(ran) == len(set(ran))
        for name in ran:
            assert {*schema.nodes[name].needs.values()} - {"message"} <= {*ran[: ran.index(name)]}
    assert results[0] == results[1]
    assert sorted(runs[0]) == sorted(runs[1])


def test_the_order_is_worked_out_once_for_each_set_of_targets() -> None:
    schema, ran = diamond()
    runner = runner_of(PlannedGraphRunner, schema)
    for said in ("one", "two", "three"):
        assert runner.run({"message": said}, ["left"]) == {"left": f"left(a=first(said={said}))"}
    assert (schema.asked, ran) == (1, ["first", "left"] * 3)
    runner.run({"message": "one"})
    runner.run({"message": "two"})
    assert schema.asked == 2


@pytest.mark.parametrize("inputs", [None, {}, {"other": "hi"}])
def test_an_input_that_is_missing_is_told_as_rasa_tells_it(inputs: dict[str, Any] | None) -> None:
    told = []
    for kind in RUNNERS:
        schema, ran = diamond()
        with pytest.raises(GraphRunError) as error:
            runner_of(kind, schema).run(inputs)
        told.append(str(error.value))
        assert ran == []
    assert told[0] == told[1]
    assert "'message'" in told[1]


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (ValueError("broken"), GraphComponentException),
        (RuntimeError("broken"), GraphComponentException),
        (RasaException("broken"), RasaException),
        (InvalidConfigException("broken"), InvalidConfigException),
    ],
    ids=lambda value: getattr(value, "__name__", type(value).__name__),
)
def test_an_error_of_a_component_comes_out_as_it_does_of_rasas_runner(
    error: Exception, raised: type[Exception]
) -> None:
    told = []
    for kind in RUNNERS:
        schema, ran = diamond(error)
        runner = runner_of(kind, schema)
        with pytest.raises(raised) as caught:
            runner.run({"message": "hi"})
        told.append((type(caught.value), str(caught.value), type(caught.value.__cause__)))
        assert "last" not in ran
        with pytest.raises(raised):  # and the next run begins anew
            runner.run({"message": "hi"})
        assert ran.count("first") == 2
    assert told[0] == told[1]


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
