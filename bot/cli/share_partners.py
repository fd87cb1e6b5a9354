"""``jingzhong share import`` and ``share partners``."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from actions.facts import BEIJING
from bot.audit import Actor
from bot.cli.progress import say
from bot.cli.sharing_desk import sharing_desk
from bot.cli.tables import show
from bot.sharing.partners import LONGEST_DAYS

_PARTNERS = ("partner", "live", "hashed", "disputed", "retracted", "ends", "imported", "by")


def import_list(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="CSV or STIX 2.1.")
    ],
    partner: Annotated[str, typer.Option("--partner", metavar="NAME", help="Who sent the list.")],
    expires: Annotated[
        int,
        typer.Option(
            "--expires", metavar="DAYS", min=1, max=LONGEST_DAYS, help="How long its entries stay."
        ),
    ],
    whole: Annotated[
        bool,
        typer.Option(
            "--whole", help="It is all that the partner knows: what it lacks is taken back."
        ),
    ] = False,
) -> None:
    """Import a partner's list; importing it again changes nothing.

    An entry that cannot be read is one line on standard error, and the others are imported.
    """
    if not partner.strip():
        raise typer.BadParameter("name the partner", param_hint="--partner")
    with sharing_desk() as desk:
        done = asyncio.run(
            desk.partners.add_list(
                file.name,
                file.read_bytes(),
                partner.strip(),
                expires,
                Actor.at_command_line(),
                whole=whole,
            )
        )
    for problem in done.problems:
        say(problem)
    say(
        f"{partner}: {done.added} added, {done.changed} changed, {done.retracted} taken back, "
        f"{done.unchanged} unchanged, {len(done.problems)} left out"
    )


def partners(
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines instead of a table.")] = False,
) -> None:
    """Show whose lists are known, and how much of them stands."""
    with sharing_desk() as desk:
        rows = [
            {
                "partner": one.name,
                "live": one.live,
                "hashed": one.hashed,
                "disputed": one.disputed,
                "retracted": one.retracted,
                "ends": one.ends_at.astimezone(BEIJING).date().isoformat() if one.ends_at else None,
                "imported": one.imported_at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M"),
                "by": one.imported_by,
            }
            for one in desk.partners.partners()
        ]
    show(rows, _PARTNERS, as_json=as_json, nothing="no partner has sent a list")
