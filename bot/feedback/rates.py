"""How many of the signals that people looked at were false alarms, with what that can be relied on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.feedback.verdict import FALSE_ALARM, WRONG_CODE
from bot.ledger.database import Reader
from bot.ledger.encoding import rfc3339
from bot.ledger.events import EVENT_TYPE
from nlu.evaluation.figures import Figure

WHOLE = "all"
GROUPS = ("code", "channel", "month", "dispute")
DISPUTED, UNDISPUTED = "disputed", "undisputed"


@dataclass(frozen=True)
class Rate:
    """What people found among the signals of one group.

    ``signals`` are all, ``judged`` those that somebody looked at. Which ones they look at is no fair sample:
    disputed signals come first. So the rates of disputed and undisputed signals stand apart as well
    (``group`` is ``dispute``), and of the second a fair share can be told.
    """

    group: str
    key: str
    signals: int
    judged: int
    false_alarms: int
    wrong_codes: int

    @property
    def false_alarm(self) -> Figure | None:
        """The share of false alarms among the judged, with its Wilson interval; ``None`` without any."""
        return Figure(self.false_alarms / self.judged, self.judged) if self.judged else None

    @property
    def wrong_code(self) -> Figure | None:
        """The share of wrong codes among the judged."""
        return Figure(self.wrong_codes / self.judged, self.judged) if self.judged else None


def false_alarm_rates(
    reader: Reader, since: datetime | None = None, until: datetime | None = None
) -> list[Rate]:
    """The rates of all signals received from ``since`` until before ``until``, as a whole and by every group.

    Months are those of Beijing. A blocking read that looks at every signal of the span: about a second for
    two hundred thousand.

    Raises:
        LedgerError: when the ledger cannot be read.
    """
    rows = reader.rows(
        "SELECT events.code, json_extract(body, '$.data.channel'), "
        "strftime('%Y-%m', events.time, '+8 hours'), "
        "EXISTS (SELECT 1 FROM disputes WHERE event_id = events.id), verdict, count(*) "
        "FROM events LEFT JOIN current_verdicts ON event_id = events.id "
        "WHERE type = ?1 AND (?2 IS NULL OR events.time >= ?2) AND (?3 IS NULL OR events.time < ?3) "
        "GROUP BY 1, 2, 3, 4, 5",
        (EVENT_TYPE, since and rfc3339(since), until and rfc3339(until)),
    )
    counted: dict[tuple[str, str], _Count] = defaultdict(_Count)
    for code, channel, month, disputed, verdict, count in rows:
        dispute = DISPUTED if disputed else UNDISPUTED
        keys = zip(GROUPS, (code, channel, month, dispute), strict=True)
        for group in [(WHOLE, WHOLE), *keys]:
            counted[group].add(verdict, count)
    return [counted[group].rate(*group) for group in _in_order(counted)]


@dataclass
class _Count:
    signals: int = 0
    judged: int = 0
    false_alarms: int = 0
    wrong_codes: int = 0

    def add(self, verdict: str | None, count: int) -> None:
        self.signals += count
        self.judged += count * (verdict is not None)
        self.false_alarms += count * (verdict == FALSE_ALARM)
        self.wrong_codes += count * (verdict == WRONG_CODE)

    def rate(self, group: str, key: str) -> Rate:
        return Rate(group, key, self.signals, self.judged, self.false_alarms, self.wrong_codes)


def _in_order(groups: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    order = (WHOLE, *GROUPS)
    return sorted(groups, key=lambda group: (order.index(group[0]), group[1]))
