"""Charts as inline SVG, written by hand: they take colours from the page and need nothing else.

Titles and labels have to be safe inside HTML.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from nlu.evaluation.calibration import Bin
from nlu.evaluation.confusion import Confusion
from nlu.evaluation.figures import Figure

_CELL_WIDTH, _CELL_HEIGHT = 66, 38
_LEFT, _TOP = 118, 54
_PLOT, _MARGIN = 320, 54
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


def bar(figure: Figure, full: float = 1.0) -> str:
    """A bar as wide as its table cell, ``full`` being its whole width, with the interval as a line."""
    parts = [
        '<svg class="bar" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">',
        '<rect class="track" width="100" height="12"/>',
        f'<rect class="fill" width="{_percent(figure.value / full)}" height="12"/>',
    ]
    if figure.interval:
        low, high = (_percent(bound / full) for bound in figure.interval)
        parts.append(f'<line class="whisker" x1="{low}" x2="{high}" y1="6" y2="6"/>')
    return "".join([*parts, "</svg>"])


def _percent(value: float) -> str:
    return f"{max(0.0, min(1.0, value)) * 100:.2f}"


def heat_map(
    confusion: Confusion,
    labels: Mapping[str, str],
    title: str,
    axes: tuple[str, str],
    alike: Set[str] = frozenset(),
) -> str:
    """The matrix with its counts; ``axes`` name the rows and the columns.

    To take one of the names that are ``alike`` for another is no error.
    """
    names = confusion.names
    width = _LEFT + _CELL_WIDTH * len(names) + 8
    height = _TOP + _CELL_HEIGHT * len(names) + 8
    parts = [_open(width, height, title, "heat")]
    parts.append(_text(_LEFT, 16, axes[1], "axis", "start"))
    parts.append(_text(_LEFT - 10, _TOP - 10, axes[0], "axis", "end"))
    for place, name in enumerate(names):
        label = labels[name]
        parts.append(_text(_LEFT + _CELL_WIDTH * (place + 0.5), _TOP - 10, label, "name", "middle"))
        y = _TOP + _CELL_HEIGHT * (place + 0.5) + 4
        parts.append(_text(_LEFT - 10, y, label, "name", "end"))
    for row, counts in enumerate(confusion.counts):
        kinds = [_kind(names[row], name, alike) for name in names]
        parts.extend(_cells(row, counts, kinds))
    return "".join([*parts, "</svg>"])


def _kind(wanted: str, found: str, alike: Set[str]) -> str:
    if wanted == found:
        return "right"
    return "near" if wanted in alike and found in alike else "wrong"


def _cells(row: int, counts: Sequence[int], kinds: Sequence[str]) -> list[str]:
    total = sum(counts)
    parts = []
    for column, count in enumerate(counts):
        x, y = _LEFT + _CELL_WIDTH * column, _TOP + _CELL_HEIGHT * row
        # A single error among hundreds must still be seen.
        depth = 0.12 + 0.5 * count / total if count else 0
        parts.append(
            f'<rect class="cell" x="{x + 1}" y="{y + 1}" width="{_CELL_WIDTH - 2}" '
            f'height="{_CELL_HEIGHT - 2}" rx="4"/>'
        )
        if count:
            parts.append(
                f'<rect class="{kinds[column]}" x="{x + 1}" y="{y + 1}" width="{_CELL_WIDTH - 2}" '
                f'height="{_CELL_HEIGHT - 2}" rx="4" fill-opacity="{depth:.3f}"/>'
            )
            middle = x + _CELL_WIDTH / 2
            parts.append(_text(middle, y + _CELL_HEIGHT / 2 + 5, str(count), "count", "middle"))
    return parts


def reliability_diagram(bins: Sequence[Bin], title: str, axes: tuple[str, str]) -> str:
    """Confidence against truth; ``axes`` name the horizontal and the vertical one."""
    size = _PLOT + 2 * _MARGIN
    parts = [_open(size, size - 12, title, "plot")]
    parts.extend(_grid())
    parts.append(f'<line class="ideal" x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}"/>')
    path = " ".join(f"{_x(part.confidence)},{_y(part.right)}" for part in bins)
    parts.append(f'<polyline class="curve" points="{path}"/>')
    for part in bins:
        told = f"{part.confidence:.0%} / {part.right:.0%} ({part.of})"
        parts.append(
            f'<circle class="point" cx="{_x(part.confidence)}" cy="{_y(part.right)}" r="5">'
            f"<title>{told}</title></circle>"
        )
    parts.append(_text(_x(0.5), _y(0) + 38, axes[0], "axis", "middle"))
    parts.append(_text(_MARGIN - 44, 22, axes[1], "axis", "start"))
    return "".join([*parts, "</svg>"])


def _grid() -> list[str]:
    parts = []
    for tick in _TICKS:
        parts.append(
            f'<line class="grid" x1="{_x(0)}" x2="{_x(1)}" y1="{_y(tick)}" y2="{_y(tick)}"/>'
        )
        parts.append(_text(_x(0) - 8, _y(tick) + 4, f"{tick:.0%}", "tick", "end"))
        parts.append(_text(_x(tick), _y(0) + 18, f"{tick:.0%}", "tick", "middle"))
    return parts


def _x(value: float) -> float:
    return round(_MARGIN + value * _PLOT, 1)


def _y(value: float) -> float:
    return round(36 + (1 - value) * _PLOT, 1)


def histogram(counts: Sequence[int], title: str) -> str:
    """Counts of equal steps from 0 to 1."""
    width, height, foot = 46, 150, 28
    full = max([*counts, 1])
    parts = [_open(width * len(counts) + 16, height + foot + 24, title, "plot")]
    for place, count in enumerate(counts):
        tall = round(height * count / full, 1)
        x, y = 8 + width * place, 20 + height - tall
        parts.append(
            f'<rect class="fill" x="{x + 3}" y="{y}" width="{width - 6}" height="{tall}" rx="3"/>'
        )
        parts.append(_text(x + width / 2, y - 5, str(count), "count", "middle"))
        mark = f"{place / len(counts):.0%}"
        parts.append(_text(x + width / 2, height + foot + 12, mark, "tick", "middle"))
    parts.append(f'<line class="grid" x1="8" x2="{8 + width * len(counts)}" y1="170" y2="170"/>')
    return "".join([*parts, "</svg>"])


def _open(width: float, height: float, title: str, kind: str) -> str:
    return (
        f'<svg class="{kind}" viewBox="0 0 {width:g} {height:g}" width="{width:g}" role="img" '
        f'aria-label="{title}">'
    )


def _text(x: float, y: float, text: str, kind: str, anchor: str) -> str:
    return f'<text class="{kind}" x="{x:g}" y="{y:g}" text-anchor="{anchor}">{text}</text>'
