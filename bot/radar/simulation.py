"""A simulated year of reports with bursts in it, and with all that must not be taken for one.

``docs/radar.md`` states every figure of it; they were fixed before the detector was written.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import yaml

from bot.cases.contacts import ContactKey
from bot.radar.mentions import Mention
from bot.radar.population import Population
from bot.radar.shapes import SHAPES
from nlu.analysis import THREAT_CODES

FIRST_DAY: Final = date(2027, 1, 1).toordinal()
PAST_DAYS: Final = 91
YEAR_DAYS: Final = 365
SIGNALS: Final = 80.0
GROWTH: Final = 1.6
WEEKDAYS: Final = (1.12, 1.08, 1.05, 1.03, 1.00, 0.88, 0.84)
HOLIDAYS: Final = ((45, 55, 0.45), (55, 65, 1.30), (121, 126, 0.70), (274, 281, 0.60))
DAY_NOISE: Final = 0.12
STANDING: Final = {"wechat": (20, 0.14), "agency": (25, 0.18)}
WANDER: Final = 0.15
BIRTHS: Final = {"wechat": 1.2, "agency": 0.3}
LIFE_DAYS: Final = 30.0
PARETO: Final = 1.2
MOST_A_WEEK: Final = 3.0
ONCE: Final = 0.4
SMALLEST, LARGEST, TIMES_OWN = 12.0, 40.0, 3.0
NOISY: Final = 8
RINGS: Final = 6
SUBJECTS: Final = ("wechat", "agency", "word", "all")

_WORDS = Path(__file__).with_name("simulated.yml")
_CLAUSE = re.compile(r"[^，。！？；：、,.!?;:\s“”「」（）()]{3,}")


@dataclass(frozen=True)
class Burst:
    """A wave that has to be found: what rises, from which day, and how many reporters its first week expects."""

    keys: tuple[ContactKey, ...]
    word: str | None
    onset: int
    shape: str
    size: float
    existing: bool


@dataclass
class SimulatedYear:
    """The reports of each day, oldest first, and the bursts among them."""

    days: list[list[Mention]] = field(default_factory=list)
    bursts: list[Burst] = field(default_factory=list)
    poisoned: set[str] = field(default_factory=set)
    """What noisy persons and rings pushed: keys as text, and words."""


@dataclass
class _Passing:
    key: ContactKey
    rate: float  # reports a day
    until: int


def simulate(
    seed: int, spoken: Mapping[str, Sequence[str]], days: int = YEAR_DAYS
) -> SimulatedYear:
    """The year of a seed, or its first ``days``; ``spoken`` holds sentences by code, see :func:`spoken_in`.

    Seeds from 100 on coin the words that the detector is tuned with, all others those it is measured with.
    """
    return _Simulation(seed, spoken).run(days)


def spoken_in(rows: Iterator[tuple[str, str]]) -> dict[str, list[str]]:
    """Clauses by threat code, from texts with their code; neighbours of one text stand together too."""
    found: dict[str, list[str]] = {code: [] for code in THREAT_CODES}
    for text, code in rows:
        clauses = _CLAUSE.findall(text)
        found[code] += clauses
        found[code] += [f"{first}，{second}" for first, second in pairwise(clauses)]
    return found


class _Simulation:
    def __init__(self, seed: int, spoken: Mapping[str, Sequence[str]]) -> None:
        written = yaml.safe_load(_WORDS.read_text(encoding="utf-8"))
        self._random = np.random.default_rng(seed)
        self._spoken = spoken
        self._sentences: list[str] = written["sentences"]
        words = list(written["words"]["tuning" if seed >= 100 else "measured"])
        self._random.shuffle(words)
        self._words = words
        self._year = SimulatedYear()
        self._people = Population(self._random)
        self._seq = 0
        self._named = 0
        self._shares = self._random.dirichlet([4.0] * len(THREAT_CODES))
        self._waves = [
            (
                int(self._random.integers(0, YEAR_DAYS - 14)),
                int(self._random.integers(0, len(THREAT_CODES))),
            )
            for _ in range(2)
        ]
        self._standing = {
            kind: [self._new_key(kind) for _ in range(count)]
            for kind, (count, _) in STANDING.items()
        }
        self._wandered = {kind: np.zeros(count) for kind, (count, _) in STANDING.items()}
        self._passing: list[_Passing] = []
        self._planned: dict[int, list[tuple[tuple[ContactKey, ...], str | None, str]]] = {}

    def run(self, days: int) -> SimulatedYear:
        self._plan_attacks()
        for day in range(-PAST_DAYS, days):
            if day >= 0 and day % 30 == 0 and len(self._year.bursts) < 12:
                self._plan_burst(day)
            self._year.days.append(self._day(day))
        return self._year

    # What an ordinary day brings.

    def _day(self, day: int) -> list[Mention]:
        factor = self._volume(day)
        if day % 7 == 0:
            self._wander()
        self._bear(day)
        reports: list[Mention] = []
        left = int(self._random.poisson(SIGNALS * factor))
        for passing in self._passing:
            expected = (
                passing.rate * factor / self._volume_growth(day) * self._random.gamma(2.0, 0.5)
            )
            for _ in range(int(self._random.poisson(expected))):
                reports.append(self._report(day, (passing.key,)))
                left -= 1
        reports += [self._report(day, self._named_in_passing()) for _ in range(max(left, 0))]
        reports += [self._planned_report(day, *planned) for planned in self._planned.pop(day, ())]
        return reports

    def _volume_growth(self, day: int) -> float:
        return float(GROWTH ** (max(day, 0) / YEAR_DAYS))

    def _volume(self, day: int) -> float:
        factor: float = self._volume_growth(day) * WEEKDAYS[(FIRST_DAY + day - 1) % 7]
        for first, end, holiday in HOLIDAYS:
            if first <= day < end:
                factor *= holiday
        return float(factor * np.exp(self._random.normal(-(DAY_NOISE**2) / 2, DAY_NOISE)))

    def _wander(self) -> None:
        for kind, wandered in self._wandered.items():
            self._wandered[kind] = 0.9 * wandered + self._random.normal(0, WANDER, len(wandered))

    def _bear(self, day: int) -> None:
        self._passing = [passing for passing in self._passing if passing.until > day]
        for kind, births in BIRTHS.items():
            for _ in range(int(self._random.poisson(births))):
                life = max(1.0, self._random.exponential(LIFE_DAYS))
                reports = 1.0 + self._random.pareto(PARETO)
                rate = min(reports / life, MOST_A_WEEK / 7)
                self._passing.append(_Passing(self._new_key(kind), rate, day + math.ceil(life)))

    def _named_in_passing(self) -> tuple[ContactKey, ...]:
        drawn = self._random.random()
        for kind, (count, share) in STANDING.items():
            if drawn < share:
                weights = np.exp(self._wandered[kind]) / np.arange(1, count + 1)
                place = self._random.choice(count, p=weights / weights.sum())
                return (self._standing[kind][int(place)],)
            drawn -= share
        if drawn < ONCE:
            return (self._new_key("wechat"),)
        return ()

    def _report(self, day: int, keys: tuple[ContactKey, ...]) -> Mention:
        person, keys = self._people.reporter(day, keys)
        return self._mention(day, person, keys, self._ordinary_text(day))

    def _ordinary_text(self, day: int) -> tuple[str, str]:
        shares = self._shares.copy()
        for start, place in self._waves:
            if start <= day < start + 14:
                shares[place] *= 2
        code = THREAT_CODES[int(self._random.choice(len(THREAT_CODES), p=shares / shares.sum()))]
        texts = self._spoken[code]
        return code, texts[int(self._random.integers(0, len(texts)))]

    # Bursts, noisy persons and rings.

    def _plan_burst(self, month: int) -> None:
        onset = month + int(self._random.integers(3, 24))
        subject = SUBJECTS[int(self._random.integers(0, len(SUBJECTS)))]
        shape = list(SHAPES)[int(self._random.integers(0, len(SHAPES)))]
        size = float(np.exp(self._random.uniform(math.log(SMALLEST), math.log(LARGEST))))
        existing = subject in STANDING and bool(self._random.random() < 1 / 3)
        if existing:
            key, own = self._existing(subject, onset)
            keys: tuple[ContactKey, ...] = (key,)
            size = max(size, TIMES_OWN * own)
        else:
            kinds = ("wechat", "agency") if subject == "all" else (subject,)
            keys = tuple(self._new_key(kind) for kind in kinds if kind != "word")
        word = self._words.pop() if subject in ("word", "all") else None
        self._year.bursts.append(Burst(keys, word, FIRST_DAY + onset, shape, size, existing))
        weights = SHAPES[shape]
        for place, weight in enumerate(weights):
            for _ in range(int(self._random.poisson(size * weight / sum(weights[:7])))):
                self._planned.setdefault(onset + place, []).append((keys, word, "anybody"))

    def _existing(self, kind: str, onset: int) -> tuple[ContactKey, float]:
        """A standing key and how many reports it has in a week by itself."""
        count, share = STANDING[kind]
        place = int(self._random.integers(0, count))
        zipf = 1 / np.arange(1, count + 1)
        weekly = SIGNALS * self._volume_growth(onset) * 7 * share * zipf[place] / zipf.sum()
        return self._standing[kind][place], float(weekly)

    def _plan_attacks(self) -> None:
        for place in range(NOISY + RINGS):
            ring = place >= NOISY
            start = int(self._random.integers(0, YEAR_DAYS - 5))
            length = int(self._random.integers(1, 6))
            key, word = (
                self._new_key("agency" if ring and place % 2 else "wechat"),
                self._words.pop(),
            )
            self._year.poisoned |= {str(key), word}
            if ring:
                members = [
                    f"new ring{place}.{n}" for n in range(int(self._random.integers(10, 41)))
                ]
                members += [
                    f"known ring{place}.{n}" for n in range(int(self._random.integers(0, 3)))
                ]
                said = [m for m in members for _ in range(int(self._random.integers(1, 4)))]
            else:
                known = "known" if place % 2 else "new"
                said = [f"{known} noisy{place}"] * int(self._random.integers(60, 201))
            for person in said:
                day = start + int(self._random.integers(0, length))
                self._planned.setdefault(day, []).append(((key,), word, person))

    def _planned_report(
        self, day: int, keys: tuple[ContactKey, ...], word: str | None, person: str
    ) -> Mention:
        if person == "anybody":
            reporter = self._people.fresh(day)
        else:
            reporter = self._people.named(person.split()[1], day, known=person.startswith("known"))
        code, text = self._ordinary_text(day)
        if word is not None:
            sentence = self._sentences[int(self._random.integers(0, len(self._sentences)))]
            said = sentence.format(word=word)
            beside = self._random.random()
            text = (
                f"{text}，{said}" if beside < 0.25 else f"{said}，{text}" if beside < 0.5 else said
            )
        return self._mention(day, reporter, keys, (code, text))

    def _mention(
        self, day: int, person: tuple[str, int], keys: tuple[ContactKey, ...], said: tuple[str, str]
    ) -> Mention:
        self._seq += 1
        user, since = person
        code, text = said
        return Mention(self._seq, FIRST_DAY + day, user, FIRST_DAY + since, code, keys, (text,))

    def _new_key(self, kind: str) -> ContactKey:
        self._named += 1
        return ContactKey(kind, f"simulated{self._named}")
