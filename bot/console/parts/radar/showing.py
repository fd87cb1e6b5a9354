"""Tables, charts and links of the radar's pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from markupsafe import Markup

from bot.cases.cases import CaseView
from bot.cases.contacts import ContactKey
from bot.console.charts import Series, columns, spark
from bot.console.charts.series import HALF
from bot.console.tables import Cell, Column, Table
from bot.console.visit import Visit
from bot.radar.book import DISMISSED, NEW, SEEN, Alert, AlertBook, RisingNote
from bot.radar.counting import PAST_WEEKS
from bot.radar.detector import WORD
from bot.radar.mentions import date_of
from bot.radar.wording import RadarWords

TONES: Final = {NEW: "alarm", SEEN: "brand", DISMISSED: "quiet"}
_DAYS: Final = 30


def alert_table(
    visit: Visit, words: RadarWords, alerts: Sequence[Alert], today: int, empty: str
) -> Table:
    """Alerts, one a row, with the thirteen weeks of what raised each; ``empty`` is said without any."""
    w = visit.words
    titles = w.names("list.columns")
    return Table(
        "radar",
        [
            Column(titles["what"]),
            Column(titles["state"], "state"),
            Column(titles["up"], "state"),
            Column(titles["kind"]),
            Column(titles["weeks"]),
            Column(titles["reporters"], "number"),
            Column(titles["expected"], "number"),
            Column(titles["raised"], "day"),
            Column(titles["since"], "day", shown=False),
            Column(titles["with"], shown=False),
            Column(titles["by"], shown=False),
            Column(titles["reason"], "long", shown=False),
            Column(titles["id"], "id", shown=False),
        ],
        [_alert_row(visit, words, alert, today) for alert in alerts],
        empty=empty,
        caption=w("list.caption"),
    )


def _alert_row(visit: Visit, words: RadarWords, alert: Alert, today: int) -> tuple[object, ...]:
    main, others = alert.main, alert.risings[1:]
    up = alert.is_up(today)
    weeks = _weeks(main)
    return (
        Cell(
            main.value,
            href=f"/console/radar/{alert.id}",
            more=visit.words("list.with", n=len(others)) if others else None,
        ),
        Cell(words.states[alert.state], tone=TONES[alert.state]),
        Cell(words.texts["still_up" if up else "over"], tone="warm" if up else "quiet"),
        words.kinds.get(main.kind, main.kind),
        Cell(
            " ".join(map(str, weeks)),
            html=spark(weeks, title=visit.words("list.weeks", value=main.value)),
        ),
        main.reporters,
        round(main.expected, 1),
        alert.raised_at,
        date_of(main.since),
        "、".join(other.value for other in others),
        alert.by,
        alert.reason,
        alert.id,
    )


def rising_table(visit: Visit, words: RadarWords, alert: Alert) -> Table:
    """All that rose in an alert, what raised it first."""
    titles = visit.words.names("one.columns")
    return Table(
        "risings",
        [
            Column(titles["what"]),
            Column(titles["kind"]),
            Column(titles["reporters"], "number"),
            Column(titles["known"], "number"),
            Column(titles["expected"], "number"),
            Column(titles["peak"], "number"),
            Column(titles["joined"], "day"),
            Column(titles["last"], "day"),
        ],
        [
            (
                Cell(rising.value, href=signals_link(rising)),
                words.kinds.get(rising.kind, rising.kind),
                rising.reporters,
                rising.known,
                round(rising.expected, 1),
                rising.peak,
                date_of(rising.joined),
                date_of(rising.last_day),
            )
            for rising in alert.risings
        ],
        empty="",
        caption=visit.words("one.risings"),
    )


def weeks_chart(visit: Visit, rising: RisingNote) -> Markup:
    """The counted reporters of the thirteen weeks up to the alert."""
    w = visit.words
    labels = [w("one.week", n=n) for n in range(PAST_WEEKS, 0, -1)] + [w("one.this_week")]
    series = Series(w("one.weeks_series"), _weeks(rising), "series1")
    return columns(labels, [series], title=w("one.weeks"), width=HALF, height=220)


def days_chart(visit: Visit, book: AlertBook, rising: RisingNote, today: int) -> Markup | None:
    """How many people reported a contact or agency on each of the last days; words are not counted by the day."""
    if rising.kind == WORD:
        return None
    w = visit.words
    days = [date_of(day) for day in range(today - _DAYS + 1, today + 1)]
    series = Series(w("one.weeks_series"), book.daily(rising.key, today, _DAYS), "series2")
    labels = [f"{day.month}/{day.day}" for day in days]
    return columns(labels, [series], title=w("one.days"), width=HALF, height=220)


def signals_link(rising: RisingNote) -> str | None:
    """The address of all signals that name it; signals are not listed by words."""
    return None if rising.kind == WORD else f"/console/signals?contact={quote(rising.key)}"


def case_of(cases: CaseView, rising: RisingNote) -> str | None:
    """The address of the case to which a contact or agency belongs."""
    if rising.kind == WORD:
        return None
    case = cases.of(ContactKey(rising.kind, rising.value))
    return f"/console/cases/{case.id}" if case else None


def _weeks(rising: RisingNote) -> list[int]:
    return [*reversed(rising.past), rising.counted]
