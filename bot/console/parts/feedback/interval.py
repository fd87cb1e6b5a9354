"""A share with its interval as a small picture in a table."""

from __future__ import annotations

from markupsafe import Markup

_WIDTH, _HEIGHT, _MIDDLE, _PAD = 180, 18, 9, 6


def interval(value: float, low: float, high: float, top: float, label: str) -> Markup:
    """A dot at ``value`` on a line from ``low`` to ``high``; the picture ends at ``top``. All are shares."""
    room = _WIDTH - 2 * _PAD

    def place(share: float) -> float:
        return _PAD + room * min(share / top, 1.0)

    return Markup(
        '<svg class="interval" viewBox="0 0 {0} {1}" width="{0}" height="{1}" role="img" aria-label="{2}">'
        "<title>{2}</title>"
        '<line class="whole" x1="{3}" x2="{4}" y1="{5}" y2="{5}"/>'
        '<line class="span" x1="{6:.1f}" x2="{7:.1f}" y1="{5}" y2="{5}"/>'
        '<circle cx="{8:.1f}" cy="{5}" r="4"/></svg>'
    ).format(
        *(_WIDTH, _HEIGHT, label, _PAD, _WIDTH - _PAD, _MIDDLE),
        *(place(low), place(high), place(value)),
    )
