"""How values are written for people: the filters of the templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from markupsafe import Markup

from actions.facts import BEIJING
from bot.ledger.encoding import parse_time

Shell = Callable[..., str]
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def writing(shell: Shell, names: Callable[[str], Mapping[str, str]]) -> dict[str, Any]:
    """The filters of all templates, which are also how table cells are written."""

    def named(kind: str) -> Callable[[str | None], str]:
        return lambda value: names(kind).get(value or "", value or "")

    return {
        "code": named("codes"),
        "stage": named("stages"),
        "urgency": named("urgencies"),
        "channel": named("channels"),
        "kind": named("kinds"),
        "number": _number,
        "share": _share,
        "time": _time,
        "day": _day,
        "ago": lambda value, now: shell("ago", span=span(shell, now - _moment(value))),
        "span": lambda value: span(shell, value),
    }


def span(shell: Shell, value: timedelta | float) -> str:
    """A span of time in its largest unit that fits, such as minutes."""
    seconds = value.total_seconds() if isinstance(value, timedelta) else float(value)
    if seconds < 1:
        return shell("spans.milliseconds", n=round(seconds * 1000))
    if seconds < _MINUTE:
        return shell("spans.seconds", n=f"{seconds:.1f}" if seconds < 10 else round(seconds))
    for size, unit in ((_DAY, "days"), (_HOUR, "hours"), (_MINUTE, "minutes")):
        if seconds >= size:
            return shell(f"spans.{unit}", n=int(seconds // size))
    raise AssertionError("a span is negative or has a unit")


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}".rstrip("0").rstrip(".")


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value * 100:.1f}%"


def _moment(value: datetime | str) -> datetime:
    return parse_time(value) if isinstance(value, str) else value


def _time(value: datetime | str | None) -> Markup | str:
    if value is None:
        return "–"
    moment = _moment(value).astimezone(BEIJING)
    return Markup('<time datetime="{}">{}</time>').format(
        moment.isoformat(timespec="seconds"), f"{moment:%Y-%m-%d %H:%M}"
    )


def _day(value: date | datetime | str | None) -> str:
    if value is None:
        return "–"
    if isinstance(value, str):
        value = parse_time(value) if "T" in value else date.fromisoformat(value)
    if isinstance(value, datetime):
        value = value.astimezone(BEIJING).date()
    return value.isoformat()
