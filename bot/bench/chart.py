"""A report as one SVG picture that reads well on light and dark pages."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from bot.bench.figures import Cell, Goal, Line, Report, written

_WIDTH = 860
_LEFT, _RIGHT = 36, 36
_BAR_LEFT, _BAR_WIDTH = 168, 470
_BAR_HEIGHT, _BAR_STEP = 20, 30
_BARS_OF = ("throughput", "latency", "growth")
_NAMES = {"stock": "stock Rasa", "embedded": "Jingzhong", "redis": "Jingzhong on Redis"}
_STYLE = """
.ground{fill:#fbfaf8;stroke:#e4e0da}.head{fill:#1d2327;font-weight:650;font-size:20px}
.title{fill:#1d2327;font-weight:600;font-size:14px}.name,.small{fill:#5c656c;font-size:12.5px}
.value{fill:#1d2327;font-size:12.5px;font-weight:600}.rule{stroke:#e4e0da}.track{fill:#efece7}
.stock{fill:#a9b0b6}.embedded{fill:#c8442c}.redis{fill:#e2936a}
.met{fill:#2c7a55;font-weight:600;font-size:12.5px}.missed{fill:#a86a12;font-weight:600;font-size:12.5px}
@media (prefers-color-scheme:dark){.ground{fill:#171b1e;stroke:#2c3338}.head,.title,.value{fill:#edf0f2}
.name,.small{fill:#9aa5ad}.rule{stroke:#2c3338}.track{fill:#22282c}.stock{fill:#66717a}
.embedded{fill:#ee6a50}.redis{fill:#b9714d}.met{fill:#63c296}.missed{fill:#e0a94f}}
""".replace("\n", "")


def draw_report(report: Report) -> str:
    """The picture: bars on a logarithmic scale where assistants are compared, below them all goals."""
    parts: list[str] = []
    machine, workload = report.about["machine"], report.about["workload"]
    parts.append(_text(_LEFT, 46, "One message through the assistant", "head"))
    parts.append(
        _text(
            _LEFT,
            68,
            f"{machine['cores']} cores, {machine['processor']}; {workload['threat_share']:.0%} of the "
            f"messages carry a threat, median {workload['median_length']:g} characters; "
            "logarithmic scales",
            "small",
        )
    )
    y = 104.0
    for line in report.lines:
        if line.name in _BARS_OF:
            y = _bars(parts, line, y)
    y = _goals(parts, report.lines, y)
    height = y + 20
    ground = (
        f'<rect class="ground" x=".5" y=".5" width="{_WIDTH - 1}" height="{height - 1:g}" rx="14"/>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height:g}" '
        f'width="{_WIDTH}" height="{height:g}" role="img" '
        'aria-label="Benchmark of Jingzhong beside a stock Rasa assistant" '
        'font-family="system-ui,-apple-system,Segoe UI,Helvetica,Arial,sans-serif">'
        f"<style>{_STYLE}</style>{ground}{''.join(parts)}</svg>\n"
    )


def _bars(parts: list[str], line: Line, y: float) -> float:
    parts.append(_text(_LEFT, y, f"{line.what}, {_unit(line)}", "title"))
    y += 14
    shown = [cell for cell in line.cells if cell.value]
    low, high = _span([cell.value for cell in shown if cell.value])
    for cell in line.cells:
        parts.append(_text(_BAR_LEFT - 12, y + 14, _NAMES[cell.column], "name", "end"))
        parts.append(_rect("track", _BAR_WIDTH, y))
        if cell.value:
            share = (math.log10(cell.value) - low) / (high - low)
            parts.append(_rect(cell.column, max(4.0, _BAR_WIDTH * share), y))
        parts.append(_text(_BAR_LEFT + _BAR_WIDTH + 10, y + 14, _told(cell), "value"))
        y += _BAR_STEP
    return y + 22


def _span(values: Sequence[float]) -> tuple[float, float]:
    """The decades, as logarithms, between which the bars end."""
    if not values:
        return 0.0, 1.0
    low = math.floor(math.log10(min(values)) - 0.15)
    return low, max(low + 1, math.ceil(math.log10(max(values))))


def _unit(line: Line) -> str:
    better = "more" if line.unit == "1/s" else "less"
    unit = {"1/s": "", "x": "times, "}.get(line.unit, f"{line.unit}, ")
    return f"{unit}{better} is better"


def _told(cell: Cell) -> str:
    if cell.value is None:
        return "not measured"
    return f"{written(cell.value)}  ({cell.note})" if cell.note else written(cell.value)


def _goals(parts: list[str], lines: Sequence[Line], y: float) -> float:
    parts.append(f'<line class="rule" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:g}" y2="{y:g}"/>')
    y += 28
    parts.append(_text(_LEFT, y, "Goals", "title"))
    for line in lines:
        for goal in line.goals:
            y += 24
            parts.append(_text(_LEFT, y, f"{line.what}: {goal.of}", "name"))
            parts.append(_text(620, y, _value(goal), "value", "end"))
            parts.append(_text(640, y, goal.wanted.replace("<=", "≤").replace(">=", "≥"), "name"))
            if goal.met is not None:
                kind = "met" if goal.met else "missed"
                word = "reached" if goal.met else "missed"
                parts.append(_text(_WIDTH - _RIGHT, y, word, kind, "end"))
    return y + 8


def _value(goal: Goal) -> str:
    return "not measured" if goal.value is None else f"{written(goal.value)} {goal.unit}"


def _rect(kind: str, width: float, y: float) -> str:
    return (
        f'<rect class="{kind}" x="{_BAR_LEFT}" y="{y:g}" width="{width:.1f}" '
        f'height="{_BAR_HEIGHT}" rx="4"/>'
    )


def _text(x: float, y: float, text: str, kind: str, anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(text)}</text>'
