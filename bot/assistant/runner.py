"""Runs Rasa's graph without building and scheduling it anew for each message."""

from __future__ import annotations

from typing import Any, Optional

from rasa.engine.graph import GraphNode, GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner

_Plan = tuple[tuple[str, GraphNode, tuple[str, ...]], ...]


class PlannedGraphRunner(DaskGraphRunner):
    """Rasa's runner with the order of the nodes worked out once for each set of targets.

    Rasa's own asks dask for the order at every run, several times a message. What is run is the same.
    """

    def __init__(self, graph_schema: GraphSchema, *args: Any, **kwargs: Any) -> None:
        """See :class:`rasa.engine.runner.dask.DaskGraphRunner`."""
        super().__init__(graph_schema, *args, **kwargs)
        self._plans: dict[tuple[str, ...], _Plan] = {}

    def run(
        self, inputs: Optional[dict[str, Any]] = None, targets: Optional[list[str]] = None
    ) -> dict[str, Any]:
        """Runs what the targets need, given ``inputs`` by their names; returns the targets' outputs.

        Raises:
            GraphComponentException, GraphRunError: when a component fails or an input is missing.
        """
        wanted = tuple(targets or self._graph_schema.target_names)
        plan = self._plans.get(wanted)
        if plan is None:
            plan = self._plans[wanted] = self._plan(wanted)
        done: dict[str, Any] = {name: (name, value) for name, value in (inputs or {}).items()}
        for name, node, needs in plan:
            done[name] = node(*[done.get(need, need) for need in needs])
        return {name: done[name][1] for name in wanted}

    def _plan(self, targets: tuple[str, ...]) -> _Plan:
        nodes = self._graph_schema.minimal_graph_schema(list(targets)).nodes
        order: dict[str, None] = {}

        def visit(name: str) -> None:
            # What is no node is an input of the run; Rasa has made sure that there are no cycles.
            if name in nodes and name not in order:
                for need in nodes[name].needs.values():
                    visit(need)
                order[name] = None

        for target in targets:
            visit(target)
        return tuple(
            (name, self._instantiated_nodes[name], tuple(nodes[name].needs.values()))
            for name in order
        )
