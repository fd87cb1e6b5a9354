"""The tables and facts of the pages about evidence packs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from actions.facts import BEIJING
from bot.console.tables import Cell, Column, Table
from bot.console.visit import Visit
from bot.evidence.instructions import OPENSSL_VERIFY, own_command
from bot.evidence.keys import grouped
from bot.evidence.log import MADE, Export, Hold

_TONES = {MADE: "good"}


def export_table(visit: Visit, exports: Sequence[Export], *, filtered: bool) -> Table:
    """The log."""
    w = visit.words
    columns = [
        Column(w("log.time"), "time"),
        Column(w("log.pack")),
        Column(w("log.case"), "id"),
        Column(w("log.purpose")),
        Column(w("log.outcome"), "state"),
        Column(w("log.why"), shown=False),
        Column(w("log.reporters"), "number"),
        Column(w("log.actor")),
        Column(w("log.size"), "number", shown=False),
        Column(w("log.sha256"), "id", shown=False),
    ]
    rows = [
        (
            export.at,
            Cell(export.pack, href=f"/console/evidence/{export.pack}"),
            Cell(export.case_id, href=f"/console/cases/{export.case_id}"),
            Cell(w(f"purposes.{export.purpose}"), more=_scope(visit, export)),
            Cell(
                w(f"outcomes.{export.outcome}"),
                tone=_TONES.get(export.outcome, "warm"),
                more=reason(visit, export),
            ),
            reason(visit, export),
            export.reporters,
            export.actor,
            export.size,
            export.sha256,
        )
        for export in exports
    ]
    empty = w("log.empty_filtered" if filtered else "log.empty")
    return Table("evidence", columns, rows, empty, w("log.caption"))


def hold_table(visit: Visit, holds: Sequence[Hold]) -> Table:
    """What one pack holds, by kind."""
    w = visit.words
    counted = Counter((hold.kind, hold.until) for hold in holds)
    rows = [
        (w(f"hold_kinds.{kind}"), number, until if until else w("one.no_end"))
        for (kind, until), number in counted.items()
    ]
    columns = [
        Column(w("one.hold_kind")),
        Column(w("one.hold_count"), "number"),
        Column(w("one.hold_until"), "day"),
    ]
    return Table("holds", columns, rows, w("one.no_holds"))


def facts(visit: Visit, export: Export) -> list[tuple[str, str]]:
    """What is known of a pack."""
    w = visit.words
    scope = w("one.contacts" if export.contacts_only else "one.everything")
    told = [
        (w("log.time"), export.at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")),
        (w("log.actor"), export.actor),
        (w("log.purpose"), w(f"purposes.{export.purpose}")),
        (w("log.outcome"), w(f"outcomes.{export.outcome}")),
        (w("one.case"), export.case_id),
    ]
    if export.outcome != MADE:
        return [*told, (w("log.why"), reason(visit, export))]
    return [
        *told,
        (w("one.contacts_only"), scope),
        (w("log.reporters"), str(export.reporters)),
        (w("one.files"), str(export.files)),
        (w("log.size"), f"{export.size:,}"),
    ]


def integrity(visit: Visit, export: Export) -> list[tuple[str, str]]:
    """How whoever got a pack checks it."""
    w = visit.words
    return [
        (w("one.sha256"), export.sha256),
        (w("one.signer"), grouped(export.signer)),
        (w("one.command"), own_command(export.pack, export.signer)),
        (w("one.openssl"), OPENSSL_VERIFY),
    ]


def reason(visit: Visit, export: Export) -> str:
    """Why a pack was refused, in words; empty for one that was made."""
    return visit.words(f"reasons.{export.reason}") if export.reason else ""


def _scope(visit: Visit, export: Export) -> str | None:
    return visit.words("contacts_only") if export.contacts_only else None
