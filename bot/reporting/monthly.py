"""The operations report of a month: the same figures for the console, for print and for the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.feedback.rates import Rate, false_alarm_rates
from bot.ledger.database import Reader
from bot.ledger.encoding import parse_time
from bot.reporting.answer_times import AnswerTimeFigures, Quantiles
from bot.reporting.reconciliation import Reconciler, Reconciliation
from bot.reporting.signal_figures import SignalFigures
from bot.reporting.spans import Span


@dataclass(frozen=True)
class Contact:
    """A contact that was told of in the month, by how many."""

    key: str
    case_id: str
    state: str
    signals: int
    reporters: int


@dataclass(frozen=True)
class Month:
    """All figures of one month; ``before`` are the counts of as many days right before it."""

    span: Span
    reconciliation: Reconciliation
    before: int
    urgent: int
    codes: Mapping[str, int]
    codes_before: Mapping[str, int]
    stages: Mapping[str, int]
    channels: Mapping[str, int]
    per_day: Sequence[int]
    answers: Quantiles
    rates: Sequence[Rate]
    contacts: Sequence[Contact]


def month_report(reader: Reader, month: str, contacts: int = 10) -> Month:
    """The report of a month written as ``2026-11``, with its most named contacts.

    Raises:
        ValueError: when the month is written otherwise.
        LedgerError: when the ledger cannot be read.
    """
    span = Span.month(month)
    signals = SignalFigures(reader)
    since, until = (parse_time(bound) for bound in span.bounds)
    return Month(
        span=span,
        reconciliation=Reconciler(reader).of(span),
        before=signals.count(span.before),
        urgent=signals.urgent(span),
        codes=signals.by("code", span),
        codes_before=signals.by("code", span.before),
        stages=signals.by("stage", span),
        channels=signals.by("channel", span),
        per_day=signals.per_day(span),
        answers=AnswerTimeFigures(reader).of(since, until),
        rates=false_alarm_rates(reader, since, until),
        contacts=_contacts(reader, span, contacts),
    )


def _contacts(reader: Reader, span: Span, limit: int) -> list[Contact]:
    rows = reader.rows(
        "SELECT m.key, c.id, c.state, count(*), count(DISTINCT m.user) FROM case_told AS m "
        "JOIN case_contacts AS k ON k.key = m.key JOIN cases AS c ON c.id = k.case_id "
        "WHERE m.time >= ? AND m.time < ? GROUP BY m.key ORDER BY 5 DESC, 4 DESC, 1 LIMIT ?",
        (*span.bounds, limit),
    )
    return [Contact(*row) for row in rows]
