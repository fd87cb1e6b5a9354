"""``jingzhong share``: what leaves for the alliance, and what is taken back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from actions.facts import BEIJING
from bot.audit import Actor
from bot.cases.contacts import ContactKey
from bot.cli.progress import say
from bot.cli.share_match import match_app
from bot.cli.share_partners import import_list, partners
from bot.cli.sharing_desk import hand_over, sharing_desk
from bot.cli.tables import show
from bot.sharing.deliveries import Choice
from bot.sharing.entries import STATUSES, SharedEntry
from bot.sharing.share_book import FORMATS
from bot.sharing.tlp import Tlp

share_app = typer.Typer(
    help="Share confirmed contacts with an alliance, and learn from its lists.",
    no_args_is_help=True,
)
share_app.add_typer(match_app, name="match")
share_app.command("import")(import_list)
share_app.command("partners")(partners)

_JSON = typer.Option("--json", help="JSON lines instead of a table.")
_REASON = typer.Option(
    "--reason", metavar="REASON", help="One of the reasons of content/sharing.yml."
)
_CONTACT = typer.Argument(metavar="KIND:VALUE", help="A contact, such as url:example.com.")
_LAST = "last"
_LIST = ("status", "contact", "tlp", "form", "codes", "confidence", "version", "modified", "id")
_LOG = ("time", "actor", "format", "recipient", "tlp", "since", "entries", "retracted", "sha256")
_SHORT_DIGEST = 12
_WHY = {
    "basis_ended": "because the basis of content/sharing.yml has ended",
    "official": "because they are official contacts",
    "withheld": "because somebody keeps them home",
    "appeal_upheld": "because an appeal against them was upheld",
    "kind_not_shared": "because their kind is not shared",
    "too_few_reporters": "because too few people told of them",
    "too_old": "because nobody has told of them for long",
    "no_alliance_key": "because they may only leave hashed and JINGZHONG_ALLIANCE_KEY is not set",
}


@share_app.command("export")
def export_entries(
    out: Annotated[Path, typer.Option("--out", help="The file to write; - for standard output.")],
    format: Annotated[
        str, typer.Option("--format", metavar="|".join(FORMATS), help="The form of the file.")
    ] = "stix",
    to: Annotated[
        Optional[str],
        typer.Option(
            "--to", metavar="NAME", help="Who gets it; the alliance unless told otherwise."
        ),
    ] = None,
    tlp: Annotated[
        str,
        typer.Option("--tlp", metavar="TLP", help="Nothing that fewer people may read than these."),
    ] = Tlp.AMBER_STRICT.value,
    since: Annotated[
        Optional[str],
        typer.Option(
            "--since",
            metavar="DAY|last",
            help="Only what changed since that day, or since this recipient's last export.",
        ),
    ] = None,
) -> None:
    """Export the contacts of confirmed cases, with whatever was taken back or is disputed.

    Every export is logged and audited. What a case no longer bears out is taken back by itself.
    """
    if format not in FORMATS:
        raise typer.BadParameter(
            f"{format!r} is no format; use one of {', '.join(FORMATS)}", param_hint="--format"
        )
    ceiling, day = _tlp(tlp), _day(since)
    with sharing_desk() as desk:
        recipient = to or desk.shares.sender.policy.alliance
        choice = Choice(recipient, ceiling, day, changes_only=since == _LAST)
        done = asyncio.run(desk.shares.export(format, choice, Actor.at_command_line()))
    hand_over(done.text, out)
    plan, shipment = done.plan, done.shipment
    say(
        f"{shipment.entries} entries for {recipient}, {shipment.retracted} of them taken back "
        f"(new {len(plan.new)}, changed {len(plan.changed)}, retracted {len(plan.retracted)})"
    )
    _say_left_out(plan.left_out.items())


@share_app.command("list")
def list_entries(
    status: Annotated[
        Optional[str],
        typer.Option("--status", metavar="STATUS", help=f"Only {', '.join(STATUSES)}."),
    ] = None,
    pending: Annotated[
        bool,
        typer.Option("--pending", help="What the next export would add, change and take back."),
    ] = False,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Show what was shared, the latest change first."""
    if status is not None and status not in STATUSES:
        raise typer.BadParameter(
            f"{status!r} is no status; use one of {', '.join(STATUSES)}", param_hint="--status"
        )
    with sharing_desk() as desk:
        if pending:
            plan = desk.shares.pending(Actor.at_command_line())
            named = (("new", plan.new), ("changed", plan.changed), ("retracted", plan.retracted))
            rows = [_row(entry, what) for what, found in named for entry in found]
            nothing = "nothing to add, change or take back"
        else:
            shown = ((entry, desk.shares.status(entry)) for entry in desk.shares.entries())
            rows = [_row(entry, now) for entry, now in shown if status in (None, now)]
            nothing = "nothing is shared"
    show(rows, _LIST, as_json=as_json, nothing=nothing)
    if pending:
        _say_left_out(plan.left_out.items())


@share_app.command()
def retract(
    id: Annotated[str, typer.Argument(metavar="ID", help="The id of a shared entry.")],
    reason: Annotated[str, _REASON],
) -> None:
    """Take an entry back: the next export tells whoever got it, and its contact stays home."""
    with sharing_desk() as desk:
        asyncio.run(desk.shares.retract(id, reason, Actor.at_command_line()))
    say(f"{id} is taken back; hand the next export to whoever got it")


@share_app.command()
def withhold(contact: Annotated[str, _CONTACT], reason: Annotated[str, _REASON]) -> None:
    """Keep a contact home that is not shared yet."""
    key = _key(contact)
    with sharing_desk() as desk:
        asyncio.run(desk.shares.withhold(key, reason, Actor.at_command_line()))
    say(f"{key} stays home")


@share_app.command()
def release(contact: Annotated[str, _CONTACT]) -> None:
    """No longer keep a contact home; the next export may share it."""
    key = _key(contact)
    with sharing_desk() as desk:
        asyncio.run(desk.shares.release(key, Actor.at_command_line()))
    say(f"{key} may be shared again")


@share_app.command()
def withheld(as_json: Annotated[bool, _JSON] = False) -> None:
    """Show the contacts that are kept home."""
    with sharing_desk() as desk:
        rows = [
            {
                "contact": kept.key,
                "reason": kept.reason,
                "time": _moment(kept.at),
                "actor": kept.actor,
            }
            for kept in desk.shares.withheld()
        ]
    show(rows, ("time", "contact", "reason", "actor"), as_json=as_json, nothing="none is kept home")


@share_app.command()
def log(
    limit: Annotated[
        int, typer.Option("--limit", "-n", min=1, help="How many of the newest.")
    ] = 20,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Show which files left, for whom, and the digest of each."""
    with sharing_desk() as desk:
        rows: list[dict[str, Any]] = [
            {
                "time": _moment(one.at),
                "actor": one.actor,
                "format": one.format,
                "recipient": one.recipient,
                "tlp": one.tlp,
                "since": one.since,
                "entries": one.entries,
                "retracted": one.retracted,
                "sha256": one.sha256 if as_json else one.sha256[:_SHORT_DIGEST],
            }
            for one in desk.shares.shipments(limit)
        ]
    show(rows, _LOG, as_json=as_json, nothing="nothing has left yet")


def _row(entry: SharedEntry, status: str) -> dict[str, Any]:
    return {
        "status": status,
        "contact": str(entry.key),
        "tlp": entry.tlp.value,
        "form": entry.form,
        "codes": " ".join(entry.codes),
        "confidence": entry.stated_confidence,
        "version": entry.version,
        "modified": _moment(entry.modified_at),
        "reason": entry.reason,
        "case": entry.case_id,
        "id": entry.id,
    }


def _say_left_out(left_out: Iterable[tuple[str, int]]) -> None:
    for why, count in left_out:
        say(f"{count} contacts stay home, {_WHY[why]}")


def _key(text: str) -> ContactKey:
    try:
        return ContactKey.parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _tlp(text: str) -> Tlp:
    word = text.lower().removeprefix("tlp:")
    try:
        return Tlp(word)
    except ValueError:
        known = ", ".join(tlp.value for tlp in Tlp)
        raise typer.BadParameter(
            f"{text!r} is no marking; use one of {known}", param_hint="--tlp"
        ) from None


def _day(text: str | None) -> date | None:
    if text is None or text == _LAST:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is no day; write 2026-11-29 or {_LAST}", param_hint="--since"
        ) from None


def _moment(moment: datetime) -> str:
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")
