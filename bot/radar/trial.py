"""Runs the radar over simulated years and counts what it found, what it missed and what it made up."""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, time
from functools import partial
from pathlib import Path
from typing import Any, Final

from actions.facts import BEIJING
from bot.ledger.schema import migrate
from bot.radar.alerts import keep
from bot.radar.counting import KEPT_DAYS, WEEK, Report, forget_old, record
from bot.radar.detector import evaluate
from bot.radar.known_words import is_known
from bot.radar.mentions import Mention, date_of
from bot.radar.simulation import (
    FIRST_DAY,
    YEAR_DAYS,
    Burst,
    SimulatedYear,
    simulate,
    spoken_in,
)
from bot.radar.words import Said, runs_of
from nlu.evaluation.rows import read_rows

_Heard = tuple[Report, tuple[str, ...]]

MONTH_DAYS: Final = YEAR_DAYS / 12


@dataclass(frozen=True)
class Outcome:
    """What became of one simulated year.

    ``delays`` holds for each burst on which of its days it was found, the first being 0; ``None`` for those not
    found in the first seven. ``false`` holds the keys of alerts that belong to no burst, and ``poisoned`` those of
    them that a noisy person or a ring pushed; ``months`` counts false alerts a month. ``words`` tells how many
    alerts about coined words name exactly the word, of how many.
    """

    seed: int
    signals: int
    bursts: tuple[Burst, ...]
    delays: tuple[int | None, ...]
    false: tuple[str, ...]
    poisoned: tuple[str, ...]
    months: tuple[int, ...]
    words: tuple[int, int]

    @property
    def missed(self) -> tuple[Burst, ...]:
        """The bursts that were not found in time."""
        return tuple(burst for burst, delay in zip(self.bursts, self.delays) if delay is None)


@dataclass(frozen=True)
class _Raised:
    id: str
    day: int
    keys: dict[str, int]  # and the day on which each joined


def try_seed(seed: int, spoken: Mapping[str, Sequence[str]], days: int = YEAR_DAYS) -> Outcome:
    """Runs the radar over the year of a seed, or its first ``days``, one look at the end of each day."""
    year = simulate(seed, spoken, days)
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection, Path("memory"))
    past: deque[list[_Heard]] = deque(maxlen=KEPT_DAYS)
    for mentions in year.days:
        past.append([(Report(one.day, one.user, one.seq), runs_of(one.texts)) for one in mentions])
        _look(connection, mentions, past)
    outcome = _outcome(seed, year, _alerts(connection), FIRST_DAY + days)
    connection.close()
    return outcome


def _look(
    connection: sqlite3.Connection, mentions: Sequence[Mention], past: Iterable[Sequence[_Heard]]
) -> None:
    if not mentions:
        return
    today = mentions[0].day
    now = datetime.combine(date_of(today), time(23, 59), BEIJING)
    said = (
        Said((today - report.day) // WEEK, report, runs) for day in past for report, runs in day
    )

    def rows(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        return connection.execute(sql, parameters).fetchall()

    connection.execute("BEGIN")
    record(connection, mentions)
    forget_old(connection, today)
    keep(connection, evaluate(rows, said, today, is_known), "/simulated", now)
    connection.execute("COMMIT")


def _alerts(connection: sqlite3.Connection) -> list[_Raised]:
    found: dict[str, _Raised] = {}
    for id, day, key, joined in connection.execute(
        "SELECT id, day, key, joined FROM radar_alerts JOIN radar_risings ON alert = id "
        "ORDER BY day, id, place"
    ):
        found.setdefault(id, _Raised(id, day, {})).keys[key] = joined
    return list(found.values())


def _outcome(seed: int, year: SimulatedYear, alerts: Sequence[_Raised], end: int) -> Outcome:
    bursts = tuple(burst for burst in year.bursts if burst.onset + WEEK <= end)
    delays: list[int | None] = []
    real: set[str] = set()
    exact = named = 0
    for burst in bursts:
        found: list[int] = []
        for alert in alerts:
            about = [(key, day) for key, day in alert.keys.items() if _is_about(burst, key, day)]
            if not about:
                continue
            real.add(alert.id)
            found += [day - burst.onset for _, day in about]
            for key, _ in about:
                if key.startswith("word:"):
                    named += 1
                    exact += key == f"word:{burst.word}"
        first = min(found, default=None)
        delays.append(first if first is not None and first < WEEK else None)
    wrong = [alert for alert in alerts if alert.id not in real and alert.day >= FIRST_DAY]
    months = [0] * 12
    for alert in wrong:
        months[min(int((alert.day - FIRST_DAY) / MONTH_DAYS), 11)] += 1
    leaders = tuple(next(iter(alert.keys)) for alert in wrong)
    return Outcome(
        seed=seed,
        signals=sum(map(len, year.days)),
        bursts=bursts,
        delays=tuple(delays),
        false=leaders,
        poisoned=tuple(key for key in leaders if _is_poisoned(year, key)),
        months=tuple(months),
        words=(exact, named),
    )


def _is_about(burst: Burst, key: str, day: int) -> bool:
    """Whether a key that rose on a day is part of the burst; a few days after its end it still is."""
    if not burst.onset <= day < burst.onset + 4 * WEEK:
        return False
    if key in map(str, burst.keys):
        return True
    word = key.removeprefix("word:")
    return burst.word is not None and key != word and (word in burst.word or burst.word in word)


def _is_poisoned(year: SimulatedYear, key: str) -> bool:
    word = key.removeprefix("word:")
    return key in year.poisoned or (word != key and any(word in pushed for pushed in year.poisoned))


def run_trials(
    texts: Path, seeds: Iterable[int], processes: int, step: Callable[[str], None]
) -> list[Outcome]:
    """Tries the seeds, ``processes`` at a time, and tells ``step`` of each that is done.

    Raises:
        RowError: when the messages in ``texts`` cannot be read.
    """
    rows = read_rows([texts])
    spoken = spoken_in((row.text, row.labels[0]) for row in rows if row.labels)
    wanted = list(seeds)
    work = partial(try_seed, spoken=spoken)
    outcomes: list[Outcome] = []
    with ProcessPoolExecutor(processes) as pool:
        for outcome in pool.map(work, wanted):
            outcomes.append(outcome)
            found = len(outcome.bursts) - len(outcome.missed)
            step(
                f"seed {outcome.seed}: {found} of {len(outcome.bursts)}, {len(outcome.false)} false"
            )
    return outcomes
