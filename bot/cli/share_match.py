"""``jingzhong share match``: which contacts two lists have in common, in three files."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Annotated, Optional

import typer

from bot.audit import Actor
from bot.cases.contacts import ContactKey
from bot.cli.progress import say
from bot.cli.sharing_desk import SharingDesk, hand_over, sharing_desk, taken_in
from bot.sharing.matching import MatchError, Session, answer, asked_for, start

match_app = typer.Typer(
    help="Find what two lists have in common and show nothing else: start here, answer there, finish here.",
    no_args_is_help=True,
)

_MOST = 16384
_OUT = typer.Option("--out", help="The file for the partner; - for standard output.")
_THEIRS = typer.Option(
    "--theirs", exists=True, dir_okay=False, help="The file that the partner sent."
)
_MINE = typer.Option(
    "--mine",
    exists=True,
    dir_okay=False,
    help="Contacts of one's own, KIND:VALUE a line, in place of those of confirmed cases.",
)
_SESSION = re.compile(r"[0-9a-f]{32}")


@match_app.command("start")
def start_match(out: Annotated[Path, _OUT], mine: Annotated[Optional[Path], _MINE] = None) -> None:
    """Begin: write the file for the partner, and keep the secret here."""
    with sharing_desk() as desk:
        session, request = start(_own(desk, mine))
        kept = _kept(desk, session.id)
        kept.parent.mkdir(mode=0o700, exist_ok=True)
        hand_over(session.as_json(), kept)
    hand_over(request, out)
    say(
        f"{len(session.keys)} contacts are asked for, filled up to {asked_for(request)}; send the file"
    )


@match_app.command("answer")
def answer_match(
    theirs: Annotated[Path, _THEIRS],
    partner: Annotated[str, typer.Option("--partner", metavar="NAME", help="Who asks.")],
    out: Annotated[Path, _OUT],
    mine: Annotated[Optional[Path], _MINE] = None,
    most: Annotated[
        int, typer.Option("--most", min=1, help="How many contacts may be asked for at once.")
    ] = _MOST,
) -> None:
    """Answer a partner's file; whoever asked then learns what both have, and this side learns nothing."""
    request = taken_in(theirs)
    with sharing_desk() as desk:
        reply = answer(request, _own(desk, mine), most=most)
        asked = asked_for(request)
        asyncio.run(desk.shares.note_match(partner, asked, reply, Actor.at_command_line()))
    hand_over(reply, out)
    say(f"{asked} covered contacts of {partner} are answered; send the file back")


@match_app.command("finish")
def finish_match(
    theirs: Annotated[Path, _THEIRS],
) -> None:
    """Finish: show the contacts that both lists have, one a line, and forget the secret."""
    reply = taken_in(theirs)
    with sharing_desk() as desk:
        kept = _kept(desk, _session_of(reply))
        if not kept.exists():
            raise MatchError(
                "this answer belongs to no matching that was begun here, or to a finished one"
            )
        session = Session.from_json(taken_in(kept))
        common = session.finish(reply)
        kept.unlink()
    for key in common:
        typer.echo(key)
    say(f"{len(common)} of {len(session.keys)} contacts are on both lists")


def _own(desk: SharingDesk, mine: Path | None) -> list[str]:
    if mine is None:
        return desk.shares.matchable()
    keys: list[str] = []
    for number, line in enumerate(taken_in(mine).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            keys.append(str(ContactKey.parse(line.strip())))
        except ValueError as error:
            raise typer.BadParameter(
                f"{mine}, line {number}: {error}", param_hint="--mine"
            ) from None
    return keys


def _kept(desk: SharingDesk, session: str) -> Path:
    return desk.settings.home / "matching" / f"{session}.json"


def _session_of(reply: str) -> str:
    try:
        session = json.loads(reply)["session"]
    except (ValueError, KeyError, TypeError):
        session = None
    # It becomes the name of a file.
    if not isinstance(session, str) or not _SESSION.fullmatch(session):
        raise MatchError("this is no answer of a matching; ask the partner for the right file")
    return session
