"""The tables of the pages about sharing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from bot.console.tables import Cell, Column, Table
from bot.console.visit import Visit
from bot.sharing.deliveries import MATCH, Shipment
from bot.sharing.entries import SharedEntry, Withheld
from bot.sharing.partners import Partner
from bot.sharing.planning import Plan
from bot.sharing.policy import SharingPolicy
from bot.sharing.tlp import Tlp

STATUS_TONES: Final = {
    "active": "good",
    "disputed": "warm",
    "expired": "quiet",
    "retracted": "alarm",
}
TLP_TONES: Final = {
    Tlp.CLEAR: "quiet",
    Tlp.GREEN: "good",
    Tlp.AMBER: "warm",
    Tlp.AMBER_STRICT: "warm",
    Tlp.RED: "alarm",
}
_CHANGE_TONES: Final = {"new": "good", "changed": "quiet", "retracted": "alarm"}


def shared_table(
    visit: Visit, rows: Iterable[tuple[SharedEntry, str]], policy: SharingPolicy, *, filtered: bool
) -> Table:
    """Entries with their status."""
    w = visit.words
    columns = [
        Column(w("table.contact")),
        Column(w("table.codes")),
        Column(w("table.tlp"), "state"),
        Column(w("table.form")),
        Column(w("table.confidence"), "number"),
        Column(w("table.status"), "state"),
        Column(w("table.version"), "number"),
        Column(w("table.modified"), "time"),
        Column(w("table.ends"), "day"),
        Column(w("table.case"), "id", shown=False),
        Column(w("table.id"), "id", shown=False),
    ]
    cells = [
        (
            contact_cell(visit, entry, href=f"/console/sharing/entries/{entry.id}"),
            codes(visit, entry),
            Cell(entry.tlp.label, tone=TLP_TONES[entry.tlp]),
            form(visit, entry),
            entry.stated_confidence,
            status_cell(visit, entry, status, policy),
            entry.version,
            entry.modified_at,
            entry.expires_at,
            entry.case_id,
            entry.id,
        )
        for entry, status in rows
    ]
    empty = w("table.none_found") if filtered else w("table.empty")
    return Table("shared", columns, cells, empty=empty, caption=w("table.caption"))


def pending_table(visit: Visit, plan: Plan) -> Table:
    """What the next export would do."""
    w = visit.words
    named: Mapping[str, Sequence[SharedEntry]] = {
        "retracted": plan.retracted,
        "new": plan.new,
        "changed": plan.changed,
    }
    columns = [
        Column(w("pending.change"), "state"),
        Column(w("table.contact")),
        Column(w("table.codes")),
        Column(w("table.tlp"), "state"),
        Column(w("table.form")),
        Column(w("table.confidence"), "number"),
    ]
    cells = [
        (
            Cell(w(f"pending.{change}"), tone=_CHANGE_TONES[change]),
            contact_cell(visit, entry, href=f"/console/cases/{entry.case_id}"),
            codes(visit, entry),
            Cell(entry.tlp.label, tone=TLP_TONES[entry.tlp]),
            form(visit, entry),
            entry.stated_confidence,
        )
        for change, entries in named.items()
        for entry in entries
    ]
    return Table("pending", columns, cells, empty=w("pending.empty"), caption=w("pending.caption"))


def left_out_table(visit: Visit, plan: Plan) -> Table:
    """Why contacts of confirmed cases stay home."""
    w = visit.words
    return Table(
        "left-out",
        [Column(w("pending.why")), Column(w("pending.count"), "number")],
        [(w(f"why.{why}"), count) for why, count in plan.left_out.items()],
        empty=w("pending.left_out_none"),
        caption=w("pending.left_out"),
    )


def withheld_table(visit: Visit, kept: Sequence[Withheld], policy: SharingPolicy) -> Table:
    """Contacts that people keep home."""
    w = visit.words
    columns = [
        Column(w("table.contact")),
        Column(w("pending.why")),
        Column(w("pending.by")),
        Column(w("pending.at"), "time"),
    ]
    cells = [
        (item.key, policy.reasons.get(item.reason, item.reason), item.actor, item.at)
        for item in kept
    ]
    return Table(
        "withheld", columns, cells, empty=w("pending.withheld_empty"), caption=w("pending.withheld")
    )


def partner_table(visit: Visit, partners: Sequence[Partner]) -> Table:
    """Whose lists are known."""
    w = visit.words
    kinds = ("text", "number", "number", "number", "number", "day", "time", "text")
    names = ("partner", "live", "hashed", "disputed", "retracted", "ends", "imported", "by")
    cells = [
        (
            one.name,
            one.live,
            one.hashed,
            one.disputed,
            one.retracted,
            one.ends_at,
            one.imported_at,
            one.imported_by,
        )
        for one in partners
    ]
    return Table(
        "partners",
        [Column(w(f"partners.{name}"), kind) for name, kind in zip(names, kinds, strict=True)],
        cells,
        empty=w("partners.empty"),
        caption=w("partners.caption"),
    )


def log_table(visit: Visit, shipments: Sequence[Shipment]) -> Table:
    """What left, and when."""
    w = visit.words
    formats = {**w.names("formats"), MATCH: w("log.match")}
    kinds = ("time", "text", "text", "text", "state", "number", "number", "text", "id")
    names = ("at", "actor", "recipient", "format", "tlp", "entries", "retracted", "basis", "digest")
    cells = [
        (
            one.at,
            one.actor,
            one.recipient,
            formats[one.format],
            "" if one.format == MATCH else Cell(Tlp(one.tlp).label, tone=TLP_TONES[Tlp(one.tlp)]),
            one.entries,
            one.retracted,
            one.basis,
            one.sha256,
        )
        for one in shipments
    ]
    return Table(
        "log",
        [Column(w(f"log.{name}"), kind) for name, kind in zip(names, kinds, strict=True)],
        cells,
        empty=w("log.empty"),
        caption=w("log.caption"),
    )


def contact_cell(visit: Visit, entry: SharedEntry, href: str) -> Cell:
    """A contact over its kind."""
    return Cell(entry.key.value, href=href, more=visit.shell(f"kinds.{entry.key.kind}"))


def codes(visit: Visit, entry: SharedEntry) -> str:
    """The Chinese names of an entry's codes."""
    return "、".join(visit.shell(f"codes.{code}") for code in entry.codes)


def form(visit: Visit, entry: SharedEntry) -> str:
    """Whether the contact leaves in clear."""
    return visit.words("forms.clear" if entry.in_clear else "forms.hmac")


def status_cell(visit: Visit, entry: SharedEntry, status: str, policy: SharingPolicy) -> Cell:
    """How an entry stands, and why it was taken back."""
    why = policy.reasons.get(entry.reason, entry.reason) if entry.reason else None
    return Cell(visit.words(f"statuses.{status}"), tone=STATUS_TONES[status], more=why)
