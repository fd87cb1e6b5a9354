"""Weeks of ordinary reports and waves on top of them, written into a real ledger as messages write them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from actions.plan import Contact, Signal, UserChange
from bot.ledger.events import TurnContext
from bot.ledger.ledger import Ledger, TurnRecord

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=timezone.utc)
WAVE = Contact("wechat", "wave0001", "wave0001")
_SAID = (
    "说交三千就能停息挂账",
    "让我先交解冻费",
    "自称客服要共享屏幕",
    "花两千洗白征信",
    "借银行卡给五百一天",
    "卖一套应付催收的教程",
    "代办退息先收定金",
)


def ordinary(weeks: int = 7, a_day: int = 6) -> list[TurnRecord]:
    """Reports of 150 people, each every few weeks, about contacts that nobody names often."""
    days = 7 * weeks
    return [
        report(
            f"o{(day * a_day + n) % 150}",
            NOW - timedelta(days=day, minutes=n),
            contact=Contact("qq", str(10_000 + (day * a_day + n) % 97), ""),
            said=_SAID[(day + n) % len(_SAID)],
            message=f"{day}.{n}",
        )
        for day in range(days, -1, -1)
        for n in range(a_day)
    ]


def wave(
    people: int,
    *,
    known: int | None = None,
    contact: Contact | None = WAVE,
    said: str = "",
    agency: str | None = None,
    until: datetime = NOW,
    name: str = "w",
) -> list[TurnRecord]:
    """``people`` report the same thing over four days; the first ``known`` of them, or all, wrote a month before."""
    first = until - timedelta(days=3)
    met = [
        TurnRecord(
            _context(f"{name}{n}", first - timedelta(days=30), "met"),
            change=UserChange(informed=True),
        )
        for n in range(people if known is None else known)
    ]
    reports = [
        report(
            f"{name}{n}",
            first + timedelta(days=3) * n / people,
            contact=contact,
            said=said or _SAID[n % len(_SAID)],
            agency=agency,
        )
        for n in range(people)
    ]
    return met + reports


def report(
    user: str,
    at: datetime,
    *,
    contact: Contact | None = WAVE,
    said: str = _SAID[0],
    agency: str | None = None,
    message: str = "m",
) -> TurnRecord:
    """One message with one signal."""
    signal = Signal(
        code="loan_scam",
        confidence=0.9,
        stage="approached",
        evidence=(said,),
        contacts=(contact,) if contact else (),
        agency=agency,
    )
    return TurnRecord(_context(user, at, message), (signal,))


def moved(turn: TurnRecord, shift: timedelta) -> TurnRecord:
    """The same turn at another time."""
    context = turn.context
    return replace(turn, context=replace(context, received_at=context.received_at + shift))


async def record(ledger: Ledger, turns: Iterable[TurnRecord]) -> None:
    """Writes the turns, all together, so that they share commits."""
    await asyncio.gather(*(ledger.record(turn) for turn in turns))


def _context(user: str, at: datetime, message: str) -> TurnContext:
    return TurnContext("rest", user, f"rest:{user}", message, at, "model", "content")
