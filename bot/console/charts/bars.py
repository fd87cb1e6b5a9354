"""Values side by side: horizontal bars, and a funnel of steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bot.console.charts.scale import shown

_ROW, _BAR = 34, 18
_SMALL = 400


@dataclass(frozen=True)
class Bar:
    """A named value; ``style`` is a class with a colour: ``series1`` to ``series8``, or a threat code."""

    name: str
    value: float
    style: str = "series1"
    note: str = ""


def bars(items: Sequence[Bar], *, title: str, width: int = 520, unit: str = "") -> Markup:
    """One bar under the other, their names in front and their values behind."""
    name_room = 14 + 13 * max((len(item.name) for item in items), default=1)
    room = width - name_room - 100
    top = max([item.value for item in items], default=0) or 1
    rows = [
        Markup(
            '<g><title>{0} {1}</title><text class="name" x="0" y="{2}">{0}</text>'
            '<rect class="bar {3}" x="{4}" y="{5}" width="{6:.1f}" height="{7}" rx="3"/>'
            '<text class="value" x="{8:.1f}" y="{2}">{1}</text></g>'
        ).format(
            item.name,
            " ".join(filter(None, [f"{shown(item.value)}{unit}", item.note])),
            place * _ROW + 22,
            item.style,
            name_room,
            place * _ROW + 8,
            max(room * item.value / top, 1.5 if item.value else 0),
            _BAR,
            name_room + room * item.value / top + 8,
        )
        for place, item in enumerate(items)
    ]
    return _figure(width, len(items), title, rows)


def funnel(steps: Sequence[Bar], *, title: str, width: int = 520) -> Markup:
    """Steps one after the other: bars in the middle, each with its share of all of them."""
    top = max([step.value for step in steps], default=0) or 1
    total = sum(step.value for step in steps)
    name_room, share_room = 14 + 13 * max((len(step.name) for step in steps), default=1), 120
    room = width - name_room - share_room
    rows = []
    for place, step in enumerate(steps):
        length = max(room * step.value / top, 2)
        share = f"{step.value / total:.0%}" if total else ""
        rows.append(
            Markup(
                '<g><title>{0} {1}</title><text class="name" x="0" y="{2}">{0}</text>'
                '<rect class="bar {3}" x="{4:.1f}" y="{5}" width="{6:.1f}" height="{7}" rx="3"/>'
                '<text class="value" x="{8}" y="{2}">{1}</text><text x="{9}" y="{2}" text-anchor="end">{10}</text></g>'
            ).format(
                step.name,
                shown(step.value),
                place * _ROW + 22,
                step.style,
                name_room + (room - length) / 2,
                place * _ROW + 6,
                length,
                _BAR + 6,
                name_room + room + 12,
                width,
                share,
            )
        )
    return _figure(width, len(steps), title, rows)


def _figure(width: int, count: int, title: str, rows: Sequence[Markup]) -> Markup:
    return Markup(
        '<figure class="chart {}"><svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg></figure>'
    ).format(
        "small" if width < _SMALL else "medium",
        width,
        max(count, 1) * _ROW,
        title,
        Markup("").join(rows),
    )
