"""Values over time: lines, stacked columns and small lines beside figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bot.console.charts.scale import shown, sparse, ticks

WIDE, HALF = 960, 520
"""Widths in which text keeps its size: across the page, and in one of two columns."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 12, 12, 26


@dataclass(frozen=True)
class Series:
    """Named values, one for each label; ``style`` is a class with a colour: ``series1`` to ``series8`` or a code."""

    name: str
    values: Sequence[float | None]
    style: str = ""


@dataclass(frozen=True)
class _Frame:
    """Where the drawing lies."""

    width: int
    height: int
    count: int
    marks: Sequence[float]

    @property
    def step(self) -> float:
        return (self.width - _LEFT - _RIGHT) / max(1, self.count)

    def x(self, index: int) -> float:
        return _LEFT + self.step * (index + 0.5)

    def y(self, value: float) -> float:
        room = self.height - _TOP - _BOTTOM
        return _TOP + room * (1 - value / self.marks[-1])


def lines(
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    title: str,
    width: int = WIDE,
    height: int = 240,
    unit: str = "",
) -> Markup:
    """One line for each series; a value of ``None`` leaves a gap. ``title`` says to a screen reader what is shown."""
    values = [value for each in series for value in each.values if value is not None]
    whole = all(float(value).is_integer() for value in values)
    frame = _Frame(width, height, len(labels), ticks(max(values, default=0), whole=whole))
    parts = [_axes(frame, labels, unit)]
    for place, each in enumerate(series):
        style = _style(each, place)
        for run in _runs(each.values):
            path = "L".join(f"{frame.x(i):.1f} {frame.y(v):.1f}" for i, v in run)
            first, last, base = frame.x(run[0][0]), frame.x(run[-1][0]), frame.y(0)
            if len(series) == 1:
                area = f"M{first:.1f} {base:.1f}L{path}L{last:.1f} {base:.1f}Z"
                parts.append(Markup('<path class="area {}" d="{}"/>').format(style, area))
            parts.append(Markup('<path class="line {}" d="M{}"/>').format(style, path))
            if len(run) == 1:
                parts.append(_dot(frame, run[0], style, "line"))
    parts.append(_hits(frame, labels, series, unit, dots=True))
    return _figure(frame, series, title, parts)


def columns(
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    title: str,
    width: int = WIDE,
    height: int = 240,
    unit: str = "",
) -> Markup:
    """A column for each label, the series stacked in their order from below."""
    sums = [sum(each.values[i] or 0 for each in series) for i in range(len(labels))]
    frame = _Frame(width, height, len(labels), ticks(max(sums, default=0)))
    parts = [_axes(frame, labels, unit)]
    bar = min(frame.step * 0.7, 34)
    for index in range(len(labels)):
        below = 0.0
        for place, each in enumerate(series):
            value = each.values[index] or 0
            if value:
                top = frame.y(below + value)
                parts.append(
                    Markup(
                        '<rect class="bar {}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="1.5"/>'
                    ).format(
                        _style(each, place),
                        frame.x(index) - bar / 2,
                        top,
                        bar,
                        max(frame.y(below) - top - (0.8 if below else 0), 0.8),
                    )
                )
                below += value
    parts.append(_hits(frame, labels, series, unit, dots=False))
    return _figure(frame, series, title, parts)


def spark(values: Sequence[float], *, title: str, style: str = "series1") -> Markup:
    """A small line without axes; ``title`` says what it shows."""
    width, height, top = 96, 24, max([*values, 1])
    step = width / max(1, len(values) - 1)
    points = [
        f"{i * step:.1f} {height - 2 - (height - 4) * value / top:.1f}"
        for i, value in enumerate(values)
    ]
    path = "L".join(points)
    return Markup(
        '<svg class="spark {0}" viewBox="0 0 {1} {2}" role="img" aria-label="{3}" preserveAspectRatio="none">'
        '<path class="area" d="M0 {2}L{4}L{1} {2}Z"/><path class="line" d="M{4}"/></svg>'
    ).format(style, width, height, title, path)


def _style(series: Series, place: int) -> str:
    return series.style or f"series{place % 8 + 1}"


def _runs(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    runs: list[list[tuple[int, float]]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((index, value))
    return [run for run in runs if run]


def _dot(frame: _Frame, point: tuple[int, float], style: str, kind: str) -> Markup:
    return Markup('<circle class="{} {}" cx="{:.1f}" cy="{:.1f}" r="3.5"/>').format(
        kind, style, frame.x(point[0]), frame.y(point[1])
    )


def _axes(frame: _Frame, labels: Sequence[str], unit: str) -> Markup:
    parts = [
        Markup(
            '<line class="{}" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/><text x="{}" y="{:.1f}" text-anchor="end">{}</text>'
        ).format(
            "grid" if mark else "base",
            _LEFT,
            frame.width - _RIGHT,
            frame.y(mark),
            frame.y(mark),
            _LEFT - 8,
            frame.y(mark) + 4,
            shown(mark) + (unit if mark == frame.marks[-1] else ""),
        )
        for mark in frame.marks
    ]
    longest = max((len(label) for label in labels), default=1)
    room = int((frame.width - _LEFT - _RIGHT) / (longest * 8 + 14))
    parts.extend(
        Markup('<text x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(
            frame.x(index), frame.height - 7, labels[index]
        )
        for index in sparse(labels, room)
    )
    return Markup("").join(parts)


def _hits(
    frame: _Frame, labels: Sequence[str], series: Sequence[Series], unit: str, dots: bool
) -> Markup:
    """A strip over each label that tells its values, to the mouse and to scripts."""
    groups = []
    for index, label in enumerate(labels):
        told = [
            f"{each.name} {shown(value)}{unit}"
            for each in series
            if (value := each.values[index]) is not None and (value or len(series) == 1)
        ]
        if not dots and len(told) > 1:
            told.append(f"∑ {shown(sum(each.values[index] or 0 for each in series))}{unit}")
        marks = Markup("").join(
            _dot(frame, (index, value), _style(each, place), "dot")
            for place, each in enumerate(series)
            if dots and (value := each.values[index]) is not None
        )
        groups.append(
            Markup(
                '<g><title>{}</title><rect class="hit" x="{:.1f}" y="{}" width="{:.1f}" height="{}"/>{}</g>'
            ).format(
                "\n".join([label, *told]),
                frame.x(index) - frame.step / 2,
                _TOP,
                frame.step,
                frame.height - _TOP - _BOTTOM,
                marks,
            )
        )
    return Markup("").join(groups)


def _figure(frame: _Frame, series: Sequence[Series], title: str, parts: Sequence[Markup]) -> Markup:
    legend = Markup("")
    if len(series) > 1:
        items = [
            Markup('<li class="{}">{}</li>').format(_style(each, place), each.name)
            for place, each in enumerate(series)
        ]
        legend = Markup('<ul class="legend" aria-hidden="true">{}</ul>').format(
            Markup("").join(items)
        )
    return Markup(
        '<figure class="chart">{}<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg></figure>'
    ).format(legend, frame.width, frame.height, title, Markup("").join(parts))
