"""``jingzhong campaign dry-run``: exactly who would get what and when, and who would not and why."""

from __future__ import annotations

import asyncio
import csv
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Optional

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from actions.content import load_content
from bot.campaigns.library import Library
from bot.campaigns.push.book import Campaign, CampaignView, PushError
from bot.campaigns.push.openings import most_bubbles
from bot.campaigns.push.people import People
from bot.campaigns.push.rules import load_push_rules
from bot.campaigns.push.trying import Trial, dry_run
from bot.cli.progress import say
from bot.cli.tables import show
from bot.ledger.encoding import rfc3339, utc_now
from bot.settings import Settings, load_settings

_SHOWN = 20  # trials that stand in the terminal
_COLUMNS = ("user", "channel", "address", "variant", "at", "reason")
_FIELDS = ("user", "channel", "address", "segment", "variant", "at", "reason")


@dataclass
class _Totals:
    """What the trials come to: the first of them, and how many of each channel would get which fate."""

    first: list[Trial] = field(default_factory=list)
    fates: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, trial: Trial) -> None:
        if len(self.first) < _SHOWN:
            self.first.append(trial)
        self.fates[trial.channel, _fate(trial)] += 1


def try_out(
    campaign: Annotated[str, typer.Argument(metavar="CAMPAIGN", help="The id of a campaign.")],
    out: Annotated[
        Optional[Path], typer.Option("--csv", metavar="FILE", help="All rows, as CSV.")
    ] = None,
) -> None:
    """Show exactly who would get what and when, and who would not and why; nothing is sent."""
    settings = load_settings()
    try:
        found, totals = asyncio.run(_tried(settings, campaign, out))
    except (PushError, OSError) as error:
        say(f"{out}: {error.strerror}" if isinstance(error, OSError) else str(error))
        sys.exit(1)
    rows = [{**vars(each), "user": each.user[:12], "at": each.at} for each in totals.first]
    show(rows, _COLUMNS, as_json=False, nothing="nobody")
    rest = sum(totals.fates.values()) - len(totals.first)
    if rest:
        say(f"and {rest} more; --csv FILE writes all")
    for (channel, fate), count in sorted(totals.fates.items()):
        say(f"{channel}: {count} {fate}")
    _say_how_long(settings, found, totals)


async def _tried(settings: Settings, id: str, out: Path | None) -> tuple[Campaign, _Totals]:
    # Reading the records of users needs the store that the service uses.
    from bot.services import build_services

    services = build_services(settings)
    await services.exchanges.store.start()
    try:
        reader, policy = services.ledger.reader, services.voices.now.outreach.policy
        view = CampaignView(reader)
        campaign = view.need(id)
        people = People(reader, services.hasher, services.exchanges.store.user)
        trials = dry_run(campaign, people, policy, utc_now())
        left = view.progress(id).states.get("queued", 0)
        return campaign, await _written(trials, left, out)
    finally:
        await services.exchanges.store.close()
        services.close()


async def _written(trials: AsyncIterator[Trial], left: int, out: Path | None) -> _Totals:
    """Takes in the trials one by one, since there may be a hundred thousand."""
    totals = _Totals()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with ExitStack() as open_now:
        rows = None
        if out is not None:
            file = open_now.enter_context(out.open("w", encoding="utf-8", newline=""))
            rows = csv.writer(file)
            rows.writerow(_FIELDS)
        bar = open_now.enter_context(
            Progress(*columns, console=Console(stderr=True), transient=True)
        )
        task = bar.add_task("asking", total=left)
        async for trial in trials:
            totals.add(trial)
            bar.advance(task)
            if rows is not None:
                at = trial.at and rfc3339(trial.at)
                rows.writerow({**vars(trial), "at": at}[name] for name in _FIELDS)
    return totals


def _say_how_long(settings: Settings, campaign: Campaign, totals: _Totals) -> None:
    library = Library.load(settings.content, load_content(settings.content))
    script = library.scripts.get(campaign.script)
    if script is None:
        return
    rules = load_push_rules(settings.content)
    for channel in sorted({channel for channel, _ in totals.fates}):
        people = totals.fates[channel, "would get it"]
        each = most_bubbles(library, script, channel)
        takes = timedelta(seconds=round(rules.takes(channel, people * each).total_seconds()))
        say(
            f"{channel}: {each} messages each, {rules.rate(channel)} a second: {takes} for {people}"
        )
        if channel not in rules.rates:
            say(
                f"{channel}: content/push.yml names no such channel; is it spelt as in the settings?"
            )


def _fate(trial: Trial) -> str:
    if trial.at is None:
        return f"would not: {trial.reason}"
    return f"would get it later: {trial.reason}" if trial.reason else "would get it"
