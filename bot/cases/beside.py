"""Keeps the cases, and the counts that warnings speak of, up to date beside the running service."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from bot.background import Periodic
from bot.cases.builder import CaseBuilder
from bot.cases.reports import ReportCounts
from bot.sinks.lead import Lead

SECONDS: Final = 1.0  # signals gather meanwhile, which makes each of them cheap


def cases_beside(
    home: Path, builder: CaseBuilder, counts: ReportCounts, seconds: float = SECONDS
) -> tuple[Periodic, ...]:
    """The work to run in each process; ``home`` is the data directory of the ledger.

    Of all processes that share a ledger one builds; each has its own counts.
    """
    return (
        Periodic("cases", builder.build, seconds, Lead(home, "cases")),
        Periodic("counts of reports", counts.refresh, seconds),
    )
