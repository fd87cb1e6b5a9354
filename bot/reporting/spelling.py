"""The month as rows of names and numbers, for spreadsheets and terminals; the names come from the console's wording."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bot.reporting.monthly import Month

Words = Callable[..., str]
Row = tuple[str, str, "int | float | None"]


def month_rows(month: Month, words: Words, names: Callable[[str, str], str]) -> Iterator[Row]:
    """Section, name and value, in the order of the printed report; ``names(kind, key)`` names codes and the like."""
    found = month.reconciliation
    summary = words("month.summary")
    yield summary, words("chain.signals"), found.signals
    yield summary, words("month.before"), month.before
    yield summary, words("month.urgent"), month.urgent
    yield summary, words("month.reporters"), found.reporters
    yield summary, words("chain.cases"), found.cases
    yield summary, words("chain.handed_over"), found.handed_over
    yield summary, words("chain.educated"), found.educated or 0
    sections = (("codes", month.codes), ("stages", month.stages), ("channels", month.channels))
    for section, counts in sections:
        for key, count in counts.items():
            yield words(f"month.{section}"), names(section, key), count
    for day, count in zip(month.span.days, month.per_day, strict=True):
        yield words("month.days"), day.isoformat(), count
    answers = words("month.answers")
    yield answers, words("month.answered"), month.answers.count
    yield answers, words("month.median"), month.answers.median
    yield answers, words("month.p95"), month.answers.p95
    for rate in month.rates:
        if rate.group in ("all", "code"):
            name = words("month.all") if rate.group == "all" else names("codes", rate.key)
            yield words("month.judged"), name, rate.judged
            yield words("month.false_alarms"), name, rate.false_alarms
    for contact in month.contacts:
        yield words("month.contacts"), contact.key, contact.reporters
    for check in found.checks:
        title = words(f"checks.{check.name}.title")
        yield title, words("total"), check.total
        for name, count in check.parts.items():
            yield title, words(f"parts.{name}"), count
