"""Places the steps of a script in layers, so that time runs downwards and as few lines cross as can be.

The usual four moves (Sugiyama): turn back the edges that close a loop, give every step the layer of the
longest way to it, order the layers by the mean place of their neighbours, then even out the columns. Edges
over several layers get a place in each of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

Edge = tuple[str, str]
_SWEEPS: Final = 12
_SETTLING: Final = 8


@dataclass(frozen=True)
class Layout:
    """Where nodes and edges lie, in columns (x, of any sign) and layers (y, from 0).

    ``ways`` has the points of each edge from its first node to its last. ``back`` are the edges that lead up
    again, which have no points between.
    """

    spots: Mapping[str, tuple[float, int]]
    ways: Mapping[Edge, Sequence[tuple[float, int]]]
    back: frozenset[Edge]

    @property
    def layers(self) -> int:
        """How many layers there are."""
        return 1 + max(layer for _, layer in self.spots.values())


def lay_out(first: str, nodes: Sequence[str], edges: Sequence[Edge], last: str) -> Layout:
    """Places the nodes; ``first`` stands on top, ``last`` alone at the bottom, what is not reached above it."""
    onward: dict[str, list[str]] = {node: [] for node in nodes}
    for start, end in edges:
        if start in onward and end in onward and end not in onward[start]:
            onward[start].append(end)
    back, order = _loops(first, onward)
    layer = _layers(order, onward, back)
    deepest = max((layer[node] for node in layer if node != last), default=0)
    lost = [node for node in nodes if node not in layer and node != last]
    layer.update((node, deepest + 1) for node in lost)
    layer[last] = deepest + (2 if lost else 1)
    chains = {}
    for start, ends in onward.items():
        for end in ends:
            if (start, end) not in back and layer[start] < layer[end]:
                chains[start, end] = _chain(start, end, layer)
    rows = _ordered(layer, [*order, *lost, last], chains)
    columns = _columns(rows, chains)
    spots = {node: (columns[node], layer[node]) for node in nodes}
    ways = {
        edge: [(columns[name], layer[edge[0]] + step) for step, name in enumerate(chain)]
        for edge, chain in chains.items()
    }
    turned = {
        (start, end) for start, ends in onward.items() for end in ends if (start, end) not in chains
    }
    return Layout(spots, ways, frozenset(turned))


def _loops(first: str, onward: Mapping[str, Sequence[str]]) -> tuple[set[Edge], list[str]]:
    """The edges that close a loop, and everything reached, each node before those that follow it."""
    back: set[Edge] = set()
    done: list[str] = []
    seen, above = {first}, [(first, iter(onward[first]))]
    while above:
        node, ends = above[-1]
        for end in ends:
            if any(end == other for other, _ in above):
                back.add((node, end))
            elif end not in seen:
                seen.add(end)
                above.append((end, iter(onward[end])))
                break
        else:
            done.append(node)
            above.pop()
    return back, done[::-1]


def _layers(
    order: Sequence[str], onward: Mapping[str, Sequence[str]], back: set[Edge]
) -> dict[str, int]:
    layer = dict.fromkeys(order, 0)
    for node in order:
        for end in onward[node]:
            if (node, end) not in back:
                layer[end] = max(layer[end], layer[node] + 1)
    return layer


def _chain(start: str, end: str, layer: Mapping[str, int]) -> list[str]:
    """The edge's nodes: its two ends, and a place of its own in every layer between them."""
    between = [f"{start} {end} {number}" for number in range(layer[start] + 1, layer[end])]
    return [start, *between, end]


def _ordered(
    layer: Mapping[str, int], nodes: Sequence[str], chains: Mapping[Edge, Sequence[str]]
) -> list[list[str]]:
    """The layers from left to right, with the fewest crossings of all sweeps."""
    rows: list[list[str]] = [[] for _ in range(1 + max(layer.values()))]
    for node in dict.fromkeys(nodes):
        rows[layer[node]].append(node)
    for (start, _), chain in chains.items():
        for step, name in enumerate(chain[1:-1], 1):
            rows[layer[start] + step].append(name)
    best, fewest = [list(row) for row in rows], _crossings(rows, chains)
    for sweep in range(_SWEEPS):
        downwards = sweep % 2 == 0
        near = _neighbours(chains, downwards)
        for row in rows if downwards else reversed(rows):
            place = {name: at for each in rows for at, name in enumerate(each)}
            row.sort(key=lambda name: _mean([place[n] for n in near.get(name, ())], place[name]))
        count = _crossings(rows, chains)
        if count < fewest:
            best, fewest = [list(row) for row in rows], count
    return best


def _neighbours(chains: Mapping[Edge, Sequence[str]], above: bool) -> dict[str, list[str]]:
    near: dict[str, list[str]] = {}
    for chain in chains.values():
        for upper, lower in pairwise(chain):
            key, value = (lower, upper) if above else (upper, lower)
            near.setdefault(key, []).append(value)
    return near


def _crossings(rows: Sequence[Sequence[str]], chains: Mapping[Edge, Sequence[str]]) -> int:
    place = {name: at for row in rows for at, name in enumerate(row)}
    layer = {name: number for number, row in enumerate(rows) for name in row}
    pairs: dict[int, list[tuple[int, int]]] = {}
    for chain in chains.values():
        for upper, lower in pairwise(chain):
            pairs.setdefault(layer[upper], []).append((place[upper], place[lower]))
    return sum(
        (a[0] - b[0]) * (a[1] - b[1]) < 0
        for found in pairs.values()
        for index, a in enumerate(found)
        for b in found[index + 1 :]
    )


def _columns(
    rows: Sequence[Sequence[str]], chains: Mapping[Edge, Sequence[str]]
) -> dict[str, float]:
    """Columns at least one apart within a layer, each drawn to the middle of its neighbours."""
    columns = {name: at - (len(row) - 1) / 2 for row in rows for at, name in enumerate(row)}
    above, below = _neighbours(chains, True), _neighbours(chains, False)
    for _ in range(_SETTLING):
        for near in (above, below):
            for row in rows if near is above else reversed(rows):
                wanted = [
                    _mean([columns[n] for n in near.get(name, ())], columns[name]) for name in row
                ]
                columns.update(zip(row, _apart(wanted), strict=True))
    return columns


def _apart(wanted: Sequence[float]) -> list[float]:
    """The nearest columns in this order that are one apart: pushed from the left, then evened out."""
    placed: list[float] = []
    for want in wanted:
        placed.append(max(want, placed[-1] + 1) if placed else want)
    shift = sum(w - p for w, p in zip(wanted, placed, strict=True)) / len(placed)
    return [column + shift for column in placed]


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
