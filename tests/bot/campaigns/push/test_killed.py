"""A campaign whose senders are killed in the middle of it, at a platform with limits and faults."""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

from actions.plan import UserChange
from bot.campaigns.reach.figures import reach_of
from bot.settings import ROOT
from tests.bot.campaigns.push.street import NOON, Street

SOAK = os.environ.get("JINGZHONG_SOAK") == "1"
PEOPLE, KILLS, RATE = (100_000, 20, 1200) if SOAK else (600, 3, 360)
LOOK = 1.0 if SOAK else 0.05
LIMIT = RATE * 30 // 25
"""As Telegram allows 30 a second where we send 25."""

LEFT_OUT = PEOPLE // 100  # people who opted out before it began


def start(module: str, *arguments: object) -> subprocess.Popen[str]:
    """A process of this folder, once it said that it is ready."""
    command = [sys.executable, "-m", f"tests.bot.campaigns.push.{module}", *map(str, arguments)]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


async def begin(street: Street) -> str:
    """A campaign that goes out, of whose audience some opted out; its id."""
    people = street.people(PEOPLE)
    out = UserChange(opted_out=True)
    for person in people[:LEFT_OUT]:
        user = person.user
        await street.ledger.writer.commit(
            lambda connection, user=user: street.ledger.users.apply(connection, user, out, at=NOON)
        )
    return (await street.campaign(people)).id


def sender(street: Street) -> subprocess.Popen[str]:
    return start("sender_process", street.home, street.home / "socket", RATE)


def kill_some(street: Street, campaign: str, senders: list[subprocess.Popen[str]]) -> None:
    """Kills a sender at so many moments of the campaign; another takes its place."""
    chance = random.Random(7)
    for kill in range(1, KILLS + 1):
        while street.book.progress(campaign).states.get("sent", 0) < kill * PEOPLE // (KILLS + 2):
            assert all(process.poll() is None for process in senders)
            time.sleep(LOOK)
        time.sleep(chance.uniform(0, 0.2))
        victim = senders.pop(0)
        victim.kill()
        victim.communicate()
        senders.append(sender(street))


def test_two_processes_share_a_campaign_within_the_limits_and_kills_serve_nobody_twice(
    tmp_path: Path,
) -> None:
    street = Street(tmp_path)
    campaign = asyncio.run(begin(street))
    began = time.time()
    (tmp_path / "began").write_text(str(began), encoding="utf-8")
    platform = start("platform", tmp_path / "socket", LIMIT, 7)
    senders = [sender(street), sender(street)]
    try:
        kill_some(street, campaign, senders)
        memory = [process.communicate(timeout=3600)[0].strip() for process in senders]
        seen = json.loads(platform.communicate()[0])
    finally:
        for process in (*senders, platform):
            process.kill()
            process.wait()
    took = time.time() - began
    progress = street.book.progress(campaign)
    reach = reach_of(street.reader, campaign)
    street.close()
    arrived, states = seen["arrived"], progress.states
    busiest = max(seen["asked"].values())
    print(f"{PEOPLE} people, {KILLS} kills, {took:.0f} s, {dict(states)} {dict(progress.reasons)}")
    print(f"arrived {len(arrived)}; asked {busiest} of {LIMIT} in the busiest second")
    print(f"refused for the limit {seen['too_many']}; memory {memory} MB; {reach.whole}")
    assert set(arrived.values()) == {1}
    assert (progress.total, progress.left) == (PEOPLE, 0)
    # Whoever got it counts as sent or, where nobody could know, as unknown; never as failed or skipped.
    assert states["sent"] <= len(arrived) <= states["sent"] + states["unknown"]
    assert progress.reasons["opted_out"] == LEFT_OUT
    assert not arrived.keys() & {f"p{n}" for n in range(LEFT_OUT)}
    # A second of ours is none of the platform's, so that a few may be asked to wait; those get it later.
    assert seen["too_many"] < PEOPLE // 50
