"""Draws the branches of a script as SVG: a box for each step, a line for each way on, a dot for each choice."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from markupsafe import Markup

from bot.campaigns.drawing_layout import Edge, Layout, lay_out
from bot.campaigns.scripts import END, Choice, Script, Step

_BOX: Final = (196, 58)
_STEP: Final = (228, 122)
_EDGE: Final = 26
_MARGIN: Final = 24
_LETTERS: Final = 26
_GOOD, _FAIR = 80, 40
_STYLE: Final = Markup("""
.script { font: 13px/1.4 system-ui, "Noto Sans CJK SC", sans-serif; background: #fff; }
.script .box { fill: #f4f7f8; stroke: #8fa1a8; } .script .lost .box { fill: #fdecea; stroke: #b3261e; stroke-dasharray: 5 4; }
.script .name { fill: #0d6672; font-weight: 600; } .script .says { fill: #45545a; font-size: 12px; }
.script .mark { fill: #c77700; font-size: 11px; text-anchor: end; } .script .last text { text-anchor: middle; }
.script .way { fill: none; stroke: #8fa1a8; stroke-width: 1.5; } .script .back { stroke-dasharray: 5 4; }
.script .head { fill: #8fa1a8; } .script .dot text { fill: #fff; font-size: 11px; text-anchor: middle; }
.script .good circle { fill: #1f6f43; } .script .fair circle { fill: #c77700; } .script .poor circle { fill: #b3261e; }
""")


@dataclass(frozen=True)
class DrawingWords:
    """The words in a drawing: its description, with {title}; the last box; the marks of measuring steps."""

    label: str
    end: str
    measures: Mapping[str, str]


def drawing(
    script: Script,
    words: DrawingWords,
    *,
    link: str | None = None,
    here: str | None = None,
    gone: Collection[str] = (),
    alone: bool = False,
) -> Markup:
    """The SVG of a script.

    Boxes link to ``link`` with the step's name behind it; ``here`` is the step that waits for an answer and
    ``gone`` those that were answered. A drawing that stands ``alone`` brings its own style.
    """
    ways = _ways(script)
    layout = lay_out(script.first, [*script.steps, END], list(ways), END)
    canvas = _Canvas.around(layout)
    parts = [_line(edge, layout, canvas) for edge in ways]
    parts += [_dots(edge, choices, layout, canvas) for edge, choices in ways.items()]
    reached = {script.first, *(end for start, end in layout.ways), END}
    for name, step in script.steps.items():
        state = " here" if name == here else " gone" if name in gone else ""
        state += "" if name in reached else " lost"
        inner = _box(step, words)
        if link is not None:
            inner = Markup('<a href="{}{}">{}</a>').format(link, name, inner)
        parts.append(_at(layout, canvas, name, "step" + state, inner))
    parts.append(_at(layout, canvas, END, "step last", _end(words)))
    style = Markup("<style>{}</style>").format(_STYLE) if alone else ""
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="script" viewBox="0 0 {} {}" width="{}" height="{}" '
        'role="group" aria-label="{}">{}{}</svg>\n'
    ).format(
        *(canvas.width, canvas.height, canvas.width, canvas.height),
        words.label.replace("{title}", script.title),
        style,
        Markup("").join(parts),
    )


def _ways(script: Script) -> dict[Edge, list[tuple[int, Choice]]]:
    """Every way on, with the choices that take it and their numbers; ways to nowhere are left out."""
    ways: dict[Edge, list[tuple[int, Choice]]] = {}
    for name, step in script.steps.items():
        for number, choice in enumerate(step.choices, 1):
            if choice.goto == END or choice.goto in script.steps:
                ways.setdefault((name, choice.goto), []).append((number, choice))
    return ways


@dataclass(frozen=True)
class _Canvas:
    left: float
    width: int
    height: int

    @classmethod
    def around(cls, layout: Layout) -> _Canvas:
        columns = [x for way in layout.ways.values() for x, _ in way]
        columns += [x for x, _ in layout.spots.values()]
        left, right = min(columns), max(columns)
        width = (right - left) * _STEP[0] + _BOX[0] + 2 * _MARGIN
        width += _EDGE * (1 + len(layout.back)) if layout.back else 0
        height = (layout.layers - 1) * _STEP[1] + _BOX[1] + 2 * _MARGIN
        return cls(left, round(width), round(height))

    def spot(self, column: float, layer: int) -> tuple[float, float]:
        """The middle of the upper edge of a box."""
        x = (column - self.left) * _STEP[0] + _BOX[0] / 2 + _MARGIN
        return round(x, 1), layer * _STEP[1] + _MARGIN


def _line(edge: Edge, layout: Layout, canvas: _Canvas) -> Markup:
    if edge in layout.back:
        path, (x, y) = _turned_path(edge, layout, canvas), _middle(layout, canvas, edge[1])
        # It comes in from the side.
        head = f"M{x + _BOX[0] / 2:.1f} {y:.1f}l8 -5v10z"
        return Markup('<path class="way back" d="{}"/><path class="head" d="{}"/>').format(
            path, head
        )
    points = _points(edge, layout, canvas)
    bent = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for (x, y), (to_x, to_y) in pairwise(points):
        half = (y + to_y) / 2
        bent.append(f"C{x:.1f} {half:.1f} {to_x:.1f} {half:.1f} {to_x:.1f} {to_y:.1f}")
    x, y = points[-1]
    head = f"M{x:.1f} {y + 1:.1f}l-5 -8h10z"
    return Markup('<path class="way" d="{}"/><path class="head" d="{}"/>').format(
        "".join(bent), head
    )


def _points(edge: Edge, layout: Layout, canvas: _Canvas) -> list[tuple[float, float]]:
    """Where a way bends; it passes a layer in a straight line, as high as the boxes beside it."""
    way = layout.ways[edge]
    points = []
    for place, (column, layer) in enumerate(way):
        x, y = canvas.spot(column, layer)
        if place > 0:
            points.append((x, y))
        if place < len(way) - 1:
            points.append((x, y + _BOX[1]))
    return points


def _turned_path(edge: Edge, layout: Layout, canvas: _Canvas) -> str:
    """A way up again, along the right edge of the drawing, each in a lane of its own."""
    lane = sorted(layout.back).index(edge)
    far = canvas.width - _MARGIN - _EDGE * lane
    (x, y), (to_x, to_y) = (_middle(layout, canvas, name) for name in edge)
    x, to_x = x + _BOX[0] / 2, to_x + _BOX[0] / 2 + 8
    return f"M{x:.1f} {y:.1f}C{far} {y:.1f} {far} {y:.1f} {far} {(y + to_y) / 2:.1f}S{far} {to_y:.1f} {to_x:.1f} {to_y:.1f}"


def _middle(layout: Layout, canvas: _Canvas, name: str) -> tuple[float, float]:
    x, y = canvas.spot(*layout.spots[name])
    return x, y + _BOX[1] / 2


def _dots(
    edge: Edge, choices: Sequence[tuple[int, Choice]], layout: Layout, canvas: _Canvas
) -> Markup:
    """The numbers of the choices on their way, coloured by score; the label comes up on pointing at one."""
    if edge in layout.back:
        x, y = _middle(layout, canvas, edge[0])
        x += _BOX[0] / 2 + 14
    else:
        (start, below), (x, y) = _points(edge, layout, canvas)[:2]
        # Nearer to the box they leave, where ways from other boxes have not come close yet.
        x, y = start + (x - start) * 0.3, below + (y - below) * 0.36
    left = x - (len(choices) - 1) * 10
    return Markup("").join(
        Markup(
            '<g class="dot {}" transform="translate({:.1f} {:.1f})"><circle r="9"/><text y="4">{}</text>'
            "<title>{}</title></g>"
        ).format(_tone(choice), left + place * 20, y, number, f"{choice.label} · {choice.score}")
        for place, (number, choice) in enumerate(choices)
    )


def _tone(choice: Choice) -> str:
    return "good" if choice.score >= _GOOD else "fair" if choice.score >= _FAIR else "poor"


def _at(layout: Layout, canvas: _Canvas, name: str, kind: str, inner: Markup) -> Markup:
    x, y = canvas.spot(*layout.spots[name])
    return Markup('<g class="{}" transform="translate({:.1f} {:.1f})">{}</g>').format(
        kind, x - _BOX[0] / 2, y, inner
    )


def _box(step: Step, words: DrawingWords) -> Markup:
    mark = words.measures.get(step.measure or "", "")
    said = step.says[0].text
    return Markup(
        '<rect class="box" width="{}" height="{}" rx="10"/><text class="name" x="12" y="23">{}</text>'
        '<text class="mark" x="{}" y="23">{}</text><text class="says" x="12" y="44">{}</text><title>{}</title>'
    ).format(*_BOX, step.id, _BOX[0] - 12, mark, _cut(said), said)


def _end(words: DrawingWords) -> Markup:
    return Markup(
        '<rect class="box" width="{}" height="{}" rx="29"/><text class="name" x="{}" y="34">{}</text>'
    ).format(*_BOX, _BOX[0] / 2, words.end)


def _cut(text: str) -> str:
    """As much of a text as fits a box; a Chinese letter is as wide as two others."""
    width = 0
    for place, letter in enumerate(text):
        width += 2 if unicodedata.east_asian_width(letter) in "WFA" else 1
        if width > _LETTERS:
            return text[: place - 1] + "…"
    return text
