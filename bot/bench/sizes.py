"""How long and how much is measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Seconds, conversations and rounds; rounds of the assistants that are compared take turns."""

    rounds: int = 3
    concurrency: int = 32
    warm_conversations: int = 16
    seconds: float = 8.0
    stock_seconds: float = 20.0
    alone_conversations: int = 40
    growth_conversations: int = 5
    stock_growth_conversations: int = 2
    early_turn: int = 10  # of a conversation, counted from 1
    late_turn: int = 390
    compared_turns: int = 11
    people: int = 20_000
    turns_of_a_person: int = 5
    worker_rounds: int = 5
    start_rounds: int = 3
    pairs: int = 10
    pair_seconds: float = 4.0


FULL = Sizes()
QUICK = Sizes(
    rounds=1,
    concurrency=8,
    warm_conversations=2,
    seconds=1.0,
    stock_seconds=3.0,
    alone_conversations=3,
    growth_conversations=1,
    stock_growth_conversations=1,
    early_turn=3,
    late_turn=30,
    compared_turns=3,
    people=40,
    worker_rounds=1,
    start_rounds=1,
    pairs=2,
    pair_seconds=1.0,
)
