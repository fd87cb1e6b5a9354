"""``jingzhong feedback``: what people say of the signals, and what is learnt from it."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from actions.content import load_content
from actions.facts import BEIJING
from actions.outgoing import Registry
from bot.audit import Actor, note
from bot.cli.appeals import appeal, appeals, decide, take
from bot.cli.feedback_desk import commit, known_code
from bot.cli.progress import say
from bot.cli.tables import show
from bot.cli.verdict import Said
from bot.feedback.queue import Reviewable, ReviewQueue
from bot.feedback.rates import Rate, false_alarm_rates
from bot.feedback.rules import CandidateWords, load_rules
from bot.feedback.verdict import VERDICTS
from bot.ledger.database import Reader, database_path
from bot.ledger.encoding import utc_now
from bot.settings import Settings, load_settings

feedback_app = typer.Typer(
    help="Verdicts, appeals, false alarms and new training examples.", no_args_is_help=True
)
feedback_app.command("appeal")(appeal)
feedback_app.command("appeals")(appeals)
feedback_app.command("take")(take)
feedback_app.command("decide")(decide)

_JSON = typer.Option("--json", help="JSON lines instead of a table.")
_DAY = "%Y-%m-%d"
_SHORT_ID = 12
_QUEUE = ("time", "code", "stage", "conf.", "disputed", "said", "evidence", "id")
_RATES = ("group", "key", "signals", "judged", "false", "rate", "95%", "wrong code")


@feedback_app.command()
def queue(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many signals.")] = 20,
    code: Annotated[
        Optional[str], typer.Option("--code", metavar="CODE", help="Only this threat code.")
    ] = None,
    disagreed: Annotated[
        bool, typer.Option("--disagreed", help="Those about which people differ instead.")
    ] = False,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Show the signals that wait for a verdict, those first whose borrower objected."""
    reading = ReviewQueue(Reader(database_path(load_settings().home)))
    found = reading.disagreed(limit) if disagreed else reading.waiting(limit, code=known_code(code))
    rows = [_queued(item) for item in found]
    show(rows, _QUEUE, as_json=as_json, nothing="nothing waits")
    backlog = reading.backlog()
    say(f"{backlog.disputed} disputed and {backlog.unseen} other signals wait")


@feedback_app.command()
def rates(
    since: Annotated[
        Optional[datetime],
        typer.Option(formats=[_DAY], help="Signals from this day on, Beijing time."),
    ] = None,
    until: Annotated[
        Optional[datetime], typer.Option(formats=[_DAY], help="Signals before this day.")
    ] = None,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Show how many of the signals that people looked at were false alarms, by code, channel and month.

    People look at disputed signals first, so the whole is no fair sample: read disputed and undisputed apart.
    """
    first, last = (day.replace(tzinfo=BEIJING) if day else None for day in (since, until))
    found = false_alarm_rates(Reader(database_path(load_settings().home)), first, last)
    rows = [_told(rate) for rate in found]
    show(rows, _RATES, as_json=as_json, nothing="no signals")


@feedback_app.command()
def export(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The file to write.")],
    verdicts: Annotated[
        Optional[list[Said]],
        typer.Option("--verdict", help="Only these verdicts; may be given several times."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
) -> None:
    """Write candidate training examples from judged signals, without contacts, for a person to review."""
    from bot.feedback.candidate import KnownTexts
    from bot.feedback.candidate_file import write_candidates
    from bot.feedback.candidates import candidates
    from bot.feedback.examples import example_texts, replace_file
    from bot.held_out import held_out_texts

    if out.exists() and not force:
        raise typer.BadParameter(
            f"{out} exists and may be under review; use --force or another name"
        )
    settings = load_settings()
    words, registry = _rules(settings)
    known = KnownTexts([*example_texts(), *held_out_texts()])
    actor = Actor.at_command_line()
    wanted = tuple(said.verdict for said in verdicts) if verdicts else VERDICTS
    reader = Reader(database_path(settings.home))
    found = candidates(reader, known, words, registry, wanted)
    replace_file(out, write_candidates(found.candidates, words))
    detail = {"candidates": len(found.candidates)}
    commit(
        settings,
        lambda connection: note(connection, actor, "examples.export", out.name, detail),
    )
    say(
        f"{len(found.candidates)} candidates in {out}; left out: {found.known} known already, "
        f"{found.unsafe} with what may be a contact, {found.short} too short"
    )


@feedback_app.command("approve")
def approve_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An exported, reviewed file.")],
) -> None:
    """Move the approved examples of a file to nlu/examples; what waits for review stays in the file."""
    from bot.feedback.approving import approve, reviewed_unit
    from bot.held_out import held_out_texts

    settings = load_settings()
    words, registry = _rules(settings)
    approval = approve(file, words, registry, held_out_texts())
    unit = partial(reviewed_unit, approval=approval, actor=Actor.at_command_line(), at=utc_now())
    commit(settings, unit)
    for line in approval.skipped:
        say(f"skipped, {line}")
    for path in approval.files:
        say(f"added to {path}")
    say(
        f"{len(approval.approved)} approved, {len(approval.declined)} declined, "
        f"{approval.waiting} wait for review"
    )


def _rules(settings: Settings) -> tuple[CandidateWords, Registry]:
    registry = Registry.from_content(load_content(settings.content))
    return load_rules(settings.content).words, registry


def _queued(item: Reviewable) -> dict[str, Any]:
    data = item.event["data"]
    current = item.judgement.current
    return {
        "time": item.event["time"][:19].replace("T", " "),
        "code": data["code"],
        "stage": data["stage"],
        "conf.": f"{data['confidence']:.2f}",
        "disputed": "yes" if item.judgement.disputed_at else "",
        "said": current.verdict if current else "",
        "evidence": "，".join(data["evidence"]),
        "id": item.id[:_SHORT_ID],
    }


def _told(rate: Rate) -> dict[str, Any]:
    share, wrong = rate.false_alarm, rate.wrong_code
    low, high = (share.interval if share else None) or (None, None)
    return {
        "group": rate.group,
        "key": rate.key,
        "signals": rate.signals,
        "judged": rate.judged,
        "false": rate.false_alarms,
        "rate": None if share is None else f"{share.value:.1%}",
        "95%": None if low is None or high is None else f"{low:.1%} to {high:.1%}",
        "wrong code": None if wrong is None else f"{wrong.value:.1%}",
    }
