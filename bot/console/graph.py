"""The link graph: laid out by the server, always the same way; a script lets people move and search it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from bot.console.wording import Words

MOST_NODES: Final = 150
_WIDTH, _HEIGHT, _STEPS = 860.0, 420.0, 240


@dataclass(frozen=True)
class Node:
    """A thing in the graph; ``kind`` is that of a contact or ``case``, ``size`` how often it was told of.

    ``main`` marks what the page is about; a node with an address is a link.
    """

    id: str
    label: str
    kind: str
    size: int = 1
    href: str | None = None
    main: bool = False


@dataclass(frozen=True)
class Link:
    """Two nodes that hang together; ``reason`` says why and ``strength``, up to 1, how surely."""

    a: str
    b: str
    reason: str
    strength: float = 0.5


def graph(nodes: Sequence[Node], links: Sequence[Link], shell: Words) -> Markup:
    """The figure; of more than 150 nodes the first ones. Links whose nodes are not there are left out."""
    nodes = nodes[:MOST_NODES]
    if not nodes:
        return Markup('<div class="empty"><p>{}</p></div>').format(shell("graph.empty"))
    places = {node.id: place for place, node in enumerate(nodes)}
    links = [link for link in links if link.a in places and link.b in places and link.a != link.b]
    spots = layout(len(nodes), [(places[link.a], places[link.b], link.strength) for link in links])
    drawn = [_line(link, spots[places[link.a]], spots[places[link.b]]) for link in links]
    drawn.extend(_node(node, spots[place]) for place, node in enumerate(nodes))
    listed = [
        Markup("<li>{} – {}<small>{}</small></li>").format(
            nodes[places[link.a]].label, nodes[places[link.b]].label, link.reason
        )
        for link in links
    ]
    return Markup(
        '<figure class="graph"><svg viewBox="0 0 {:.0f} {:.0f}" role="group" aria-label="{}"><g>{}</g></svg>'
        '<figcaption><span>{}</span><button class="plain" type="button" data-reset hidden>{}</button>'
        "<details><summary>{}</summary><ul>{}</ul></details></figcaption></figure>"
    ).format(
        _WIDTH,
        _HEIGHT,
        shell("graph.label", nodes=len(nodes), links=len(links)),
        Markup("").join(drawn),
        shell("graph.help"),
        shell("graph.reset"),
        shell("graph.list"),
        Markup("").join(listed),
    )


def layout(count: int, links: Sequence[tuple[int, int, float]]) -> list[tuple[float, float]]:
    """Places of nodes by forces: all push each other away, links pull together; from a fixed beginning."""
    turn = np.arange(count) * 2.399963  # the golden angle spreads any number evenly
    radius = 24 * np.sqrt(np.arange(count) + 0.2)
    spots = np.stack([radius * np.cos(turn), radius * np.sin(turn) * 0.6], axis=1)
    ideal = min(150.0, math.sqrt(_WIDTH * _HEIGHT / max(count, 1)) * 0.8)
    heads = np.array([a for a, _, _ in links], dtype=int)
    tails = np.array([b for _, b, _ in links], dtype=int)
    pulls = np.array([0.5 + strength for _, _, strength in links])
    for step in range(_STEPS):
        apart = spots[:, None, :] - spots[None, :, :]
        distance = np.maximum(np.linalg.norm(apart, axis=2), 1.0)
        push = (apart / distance[..., None] ** 2).sum(axis=1) * ideal**2
        move = push - spots * np.array([0.04, 0.09]) * ideal / 6
        if len(links):
            along = spots[tails] - spots[heads]
            length = np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1.0)
            pull = along * length / ideal * pulls[:, None]
            np.add.at(move, heads, pull)
            np.add.at(move, tails, -pull)
        heat = ideal * (1 - step / _STEPS) ** 2 * 0.6 + 0.3
        size = np.maximum(np.linalg.norm(move, axis=1, keepdims=True), 1e-9)
        spots = spots + move / size * np.minimum(size, heat)
    return _fit(spots)


def _fit(spots: NDArray[np.float64]) -> list[tuple[float, float]]:
    low, high = spots.min(axis=0), spots.max(axis=0)
    span = np.maximum(high - low, 1.0)
    room = np.array([_WIDTH - 160, _HEIGHT - 90])
    scale = min(float((room / span).min()), 1.6)
    middle = (low + high) / 2
    fitted = (spots - middle) * scale + np.array([_WIDTH / 2, _HEIGHT / 2 - 8])
    return [(float(x), float(y)) for x, y in fitted]


def _line(link: Link, start: tuple[float, float], end: tuple[float, float]) -> Markup:
    return Markup(
        '<line data-a="{}" data-b="{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" stroke-width="{:.1f}">'
        "<title>{}</title></line>"
    ).format(link.a, link.b, *start, *end, 1 + 2.5 * link.strength, link.reason)


def _node(node: Node, spot: tuple[float, float]) -> Markup:
    radius = min(8 + 3 * math.sqrt(node.size), 26) + (3 if node.main else 0)
    label = node.label if len(node.label) <= 16 else node.label[:15] + "…"
    inner = Markup(
        '<circle class="kind-{}" r="{:.1f}"/><text y="{:.1f}">{}</text><title>{}</title>'
    ).format(node.kind, radius, radius + 15, label, node.label)
    if node.href:
        inner = Markup('<a href="{}">{}</a>').format(node.href, inner)
    return Markup(
        '<g class="node{}" data-id="{}" transform="translate({:.1f} {:.1f})">{}</g>'
    ).format(" main" if node.main else "", node.id, *spot, inner)
