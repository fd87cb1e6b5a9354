"""An alert in words: what rose, from how many to how many, since when, and who said what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from actions.content import ContentError, read_yaml
from actions.wording import fill
from bot.radar.book import Alert, RisingNote
from bot.radar.counting import WEEK
from bot.radar.mentions import date_of

# Beyond ten thousand million the model is surer than anybody should be.
_LEAST_CHANCE: Final = 1e-10
_UNITS: Final = ((100_000_000, "odds_100m"), (10_000, "odds_10k"), (1, "odds"))
_TEXTS: Final = (
    *("title", "rose", "rose_new", "since", "known", "known_all", "chance", "with", "with_one"),
    *("odds", "odds_10k", "odds_100m", "follows", "examples", "no_examples", "fine"),
    *("still_up", "over"),
)


@dataclass(frozen=True)
class RadarWords:
    """The texts of ``content/radar.yml``, with the names of kinds and states."""

    texts: dict[str, str]
    kinds: dict[str, str]
    states: dict[str, str]

    @classmethod
    def load(cls, folder: Path) -> RadarWords:
        """Reads them from a folder of content.

        Raises:
            ContentError: with one line that names what is missing.
        """
        path = folder / "radar.yml"
        written = read_yaml(path)
        for name in _TEXTS:
            if not isinstance(written.get(name), str):
                raise ContentError(f"{path}: {name} should be a text")
        for name in ("kinds", "states"):
            if not isinstance(written.get(name), dict):
                raise ContentError(f"{path}: {name} should be a list of names")
        return cls({name: written[name] for name in _TEXTS}, written["kinds"], written["states"])

    def title(self, alert: Alert) -> str:
        """One line that says what it is about."""
        return self._say("title", **self._named(alert.main))

    def explain(self, alert: Alert) -> list[str]:
        """Why the alert was raised, sentence by sentence, without the words of users."""
        main = alert.main
        return [
            *self._why(main, alert.day),
            *([self.texts["follows"]] if alert.follows else []),
            *self._others(alert.risings[1:]),
            self.texts["fine"],
        ]

    def _why(self, rising: RisingNote, day: int) -> list[str]:
        values = {
            **self._named(rising),
            "from": _day(date_of(day - WEEK + 1)),
            "to": _day(date_of(day)),
            "reporters": rising.reporters,
            "expected": f"{rising.expected:.1f}",
        }
        return [
            self._say("rose" if any(rising.past) else "rose_new", **values),
            self._say("since", since=_day(date_of(rising.since))),
            self._say(
                "known" if rising.known < rising.reporters else "known_all",
                known=rising.known,
                counted=rising.counted,
            ),
            self._say("chance", odds=self._odds(rising.chance)),
        ]

    def _others(self, risings: tuple[RisingNote, ...]) -> list[str]:
        named = [
            self._say("with_one", **self._named(rising), reporters=rising.reporters)
            for rising in risings
        ]
        return [self.texts["with"] + "、".join(named)] if named else []

    def _odds(self, chance: float) -> str:
        """One in how many, with two figures that count."""
        odds = float(f"{1 / max(chance, _LEAST_CHANCE):.1e}")
        unit, name = next(unit for unit in _UNITS if odds >= unit[0])
        return self._say(name, n=f"{odds / unit:,g}")

    def _named(self, rising: RisingNote) -> dict[str, Any]:
        return {"kind": self.kinds.get(rising.kind, rising.kind), "value": rising.value}

    def _say(self, name: str, **values: Any) -> str:
        return fill(self.texts[name], {key: str(value) for key, value in values.items()})


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
