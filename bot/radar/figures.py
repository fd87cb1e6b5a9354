"""What the trial of the radar came to."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from bot.ledger.encoding import to_json
from bot.radar.trial import Outcome

MOST_FALSE_A_MONTH: Final = 1.0


@dataclass(frozen=True)
class Figures:
    """All years together.

    ``days`` is the median number of the day on which a burst was found, its first day being 1; ``poisoned`` counts
    those of the false alerts that one person or a ring of new users caused; ``exact_words`` of ``words`` alerts about
    coined words name exactly the word.
    """

    seeds: int
    signals: int
    bursts: int
    found: int
    days: float
    found_by_day: tuple[int, ...]
    false: int
    false_a_month: float
    false_in_worst_month: int
    months_without_false: int
    false_by_kind: dict[str, int]
    poisoned: int
    exact_words: int
    words: int
    missed: tuple[dict[str, Any], ...]

    @property
    def as_wanted(self) -> bool:
        """All bursts found in time, and at most one false alert a month."""
        return self.found == self.bursts and self.false_a_month <= MOST_FALSE_A_MONTH


def figures_of(outcomes: Sequence[Outcome]) -> Figures:
    """Sums up the years."""
    delays = sorted(d for outcome in outcomes for d in outcome.delays if d is not None)
    months = [month for outcome in outcomes for month in outcome.months]
    false = [key for outcome in outcomes for key in outcome.false]
    return Figures(
        seeds=len(outcomes),
        signals=sum(outcome.signals for outcome in outcomes),
        bursts=sum(len(outcome.bursts) for outcome in outcomes),
        found=len(delays),
        days=delays[len(delays) // 2] + 1 if delays else 0,
        found_by_day=tuple(sum(delay <= day for delay in delays) for day in range(7)),
        false=len(false),
        false_a_month=round(len(false) / max(len(months), 1), 3),
        false_in_worst_month=max(months, default=0),
        months_without_false=months.count(0),
        false_by_kind=dict(Counter(key.partition(":")[0] for key in false)),
        poisoned=sum(len(outcome.poisoned) for outcome in outcomes),
        exact_words=sum(outcome.words[0] for outcome in outcomes),
        words=sum(outcome.words[1] for outcome in outcomes),
        missed=tuple(
            {"seed": outcome.seed, **asdict(burst), "keys": [str(key) for key in burst.keys]}
            for outcome in outcomes
            for burst in outcome.missed
        ),
    )


def tell(figures: Figures, *, as_json: bool) -> None:
    """Writes them to standard output."""
    if as_json:
        sys.stdout.write(to_json(asdict(figures)) + "\n")
        return
    months = 12 * figures.seeds
    table = Table("figure", "value", box=None)
    for name, value in (
        ("simulated years", f"{figures.seeds} with {figures.signals} signals"),
        ("bursts found within seven days", f"{figures.found} of {figures.bursts}"),
        ("found by the end of day 1 to 7", ", ".join(map(str, figures.found_by_day))),
        ("median day of finding", f"{figures.days:g}"),
        ("false alerts a month", f"{figures.false_a_month:.2f} ({figures.false} in {months})"),
        ("false alerts in the worst month", str(figures.false_in_worst_month)),
        ("months without a false alert", f"{figures.months_without_false} of {months}"),
        ("caused by noisy persons and rings", str(figures.poisoned)),
        ("coined words named exactly", f"{figures.exact_words} of {figures.words}"),
    ):
        table.add_row(name, value)
    Console().print(table)
    for burst in figures.missed:
        about = burst["word"] or ", ".join(burst["keys"])
        Console().print(
            f"missed: seed {burst['seed']}, {about}, {burst['shape']} of {burst['size']:.0f}"
        )
