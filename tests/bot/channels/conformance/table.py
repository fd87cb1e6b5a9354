"""The table of cases and channels for docs/channels.md: ``python -m tests.bot.channels.conformance.table``."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bot.channels.conformance.adapters import ADAPTERS
from tests.bot.channels.conformance.cases import CASES


def table() -> str:
    """The table in Markdown, and under it why what does not apply does not, and what a user sees then."""
    return "\n".join([*_rows(), "", *_reasons()])


def _rows() -> Iterator[str]:
    names = [adapter.name for adapter in ADAPTERS]
    yield f"| case | what has to happen | {' | '.join(names)} |"
    yield f"| --- | --- | {' | '.join(':-:' for _ in names)} |"
    for case in CASES:
        marks = ["–" if case.name in adapter.not_applicable else "✓" for adapter in ADAPTERS]
        yield f"| {case.name} | {case.asks} | {' | '.join(marks)} |"


def _reasons() -> Iterator[str]:
    for adapter in ADAPTERS:
        told: dict[tuple[str, str], list[str]] = {}
        for case, why in adapter.not_applicable.items():
            told.setdefault((why.reason, why.user_sees), []).append(case)
        for (reason, sees), cases in told.items():
            yield f"- {adapter.name}, {', '.join(cases)}: {reason}. The user sees: {sees}."


if __name__ == "__main__":
    print(table())
