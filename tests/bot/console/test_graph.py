"""The link graph: the same picture each time, inside its frame, and safe whatever users wrote."""

from __future__ import annotations

import itertools
import math

import pytest

from actions.content import CONTENT
from bot.console.graph import MOST_NODES, Link, Node, graph, layout
from bot.console.wording import Words

SHELL = Words(CONTENT / "console" / "shell.yml")


@pytest.mark.parametrize("count", [1, 2, 30, MOST_NODES])
def test_nodes_lie_inside_the_frame_and_apart(count: int) -> None:
    spots = layout(count, [(0, place, 0.5) for place in range(1, count)])
    assert all(0 < x < 860 and 0 < y < 420 for x, y in spots)
    assert all(math.dist(a, b) > 3 for a, b in itertools.combinations(spots, 2))


def test_the_layout_is_always_the_same() -> None:
    links = [(0, 1, 0.9), (1, 2, 0.1)]
    assert layout(5, links) == layout(5, links)


def test_linked_nodes_are_nearer_than_others() -> None:
    spots = layout(6, [(0, 1, 1.0), (2, 3, 1.0), (4, 5, 1.0)])
    pairs = {
        pair: math.dist(spots[pair[0]], spots[pair[1]])
        for pair in itertools.combinations(range(6), 2)
    }
    linked = [pairs[pair] for pair in ((0, 1), (2, 3), (4, 5))]
    assert max(linked) < min(
        distance for pair, distance in pairs.items() if pair not in ((0, 1), (2, 3), (4, 5))
    )


def test_labels_are_escaped_and_links_to_nothing_left_out() -> None:
    nodes = [Node("a", "<script>", "phone", href='/x"><script>'), Node("b", "b", "agency")]
    links = [Link("a", "b", "<i>"), Link("a", "gone", "x"), Link("a", "a", "x")]
    drawn = graph(nodes, links, SHELL)
    assert "<script" not in drawn
    assert "<i>" not in drawn
    assert drawn.count("<line") == 1


def test_nothing_to_draw_is_said() -> None:
    assert "svg" not in graph([], [], SHELL)
