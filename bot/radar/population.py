"""The people who report in the simulated year."""

from __future__ import annotations

from typing import Final

import numpy as np

from bot.cases.contacts import ContactKey

AGAIN: Final = 0.25
SAME_CONTACT: Final = 0.6
KNOWN: Final = 0.55
REMEMBERED_DAYS: Final = 60
KNOWN_DAYS: Final = (15, 400)

Person = tuple[str, int]
"""The hash of a user, and the day on which the service first met him."""


class Population:
    """Draws reporters: some report again, of the others about half are new to the service."""

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random
        self._count = 0
        self._reported: list[tuple[int, Person, tuple[ContactKey, ...]]] = []
        self._named: dict[str, Person] = {}

    def reporter(
        self, day: int, keys: tuple[ContactKey, ...]
    ) -> tuple[Person, tuple[ContactKey, ...]]:
        """Who reports these keys; one who reports again may name what he named before instead."""
        if self._reported and self._random.random() < AGAIN:
            at, person, before = self._reported[int(self._random.integers(0, len(self._reported)))]
            if day - at <= REMEMBERED_DAYS:
                same = before and self._random.random() < SAME_CONTACT
                return person, before if same else keys
        person = self.fresh(day)
        self._reported.append((day, person, keys))
        if day - self._reported[0][0] > REMEMBERED_DAYS:
            self._reported = [one for one in self._reported if day - one[0] <= REMEMBERED_DAYS]
        return person, keys

    def fresh(self, day: int) -> Person:
        """Somebody who has not reported yet."""
        self._count += 1
        met = day
        if self._random.random() < KNOWN:
            met = day - int(self._random.integers(*KNOWN_DAYS))
        return f"user{self._count}", met

    def named(self, name: str, day: int, *, known: bool) -> Person:
        """A member of a ring or a noisy person, the same at each call."""
        met = day - int(self._random.integers(*KNOWN_DAYS)) if known else day
        return self._named.setdefault(name, (name, met))
