"""How scripts are shown: the list, the choices of a step, the approvals."""

from __future__ import annotations

from typing import Any, Final

from bot.campaigns.check import Checked
from bot.campaigns.scripts import Script
from bot.campaigns.scripts_approval import Approval
from bot.console.tables import Cell, Column, Table
from bot.console.visit import Visit

TONES: Final = {
    "draft": "quiet",
    "submitted": "brand",
    "approved": "good",
    "rejected": "warm",
    "revoked": "warm",
    "changed": "warm",
    "broken": "alarm",
}
SCHEMA: Final = {
    "type": "object",
    "required": ["id", "state", "problems"],
    "properties": {
        "id": {"type": "string"},
        "title": {"type": ["string", "null"]},
        "code": {"type": ["string", "null"]},
        "audience": {"type": ["string", "null"]},
        "version": {"type": ["integer", "null"]},
        "booster_of": {"type": ["string", "null"]},
        "hash": {"type": ["string", "null"]},
        "state": {"enum": list(TONES)},
        "problems": {"type": "integer", "minimum": 0},
    },
}


def script_row(visit: Visit, checked: Checked, state: str) -> tuple[Any, ...]:
    """A script in the table of all."""
    w, script = visit.words, checked.script
    title = script.title if script else checked.name
    return (
        Cell(title, href=f"/console/scripts/{checked.name}", more=checked.name),
        script.code if script else None,
        w(f"audiences.{script.audience}") if script else None,
        w("list.booster" if script.is_booster else "list.main") if script else None,
        script.version if script else None,
        Cell(len(checked.problems), tone="alarm") if checked.problems else 0,
        Cell(w(f"states.{state}"), tone=TONES[state]),
    )


def script_table(visit: Visit, rows: list[tuple[Any, ...]]) -> Table:
    """The table of all scripts."""
    w = visit.words
    columns = [
        Column(w("list.script")),
        Column(w("list.code"), "code"),
        Column(w("list.audience")),
        Column(w("list.kind")),
        Column(w("list.version"), "number"),
        Column(w("list.problems"), "number"),
        Column(w("list.state"), "state"),
    ]
    return Table("scripts", columns, rows, empty=w("list.empty"), caption=w("list.title"))


def choice_tables(visit: Visit, script: Script) -> dict[str, Table]:
    """A table of the choices of each step."""
    w = visit.words
    columns = [
        Column(w("one.choice"), "number"),
        Column(w("one.words"), "long"),
        Column(w("one.score"), "number"),
        Column(w("one.explain"), "long"),
        Column(w("one.goto")),
    ]
    tables = {}
    for name, step in script.steps.items():
        rows = [
            (
                Cell(place),
                Cell(choice.label, more="、".join(choice.words)),
                choice.score,
                choice.explain,
                Cell(choice.goto, href=f"#step-{choice.goto}")
                if choice.goto in script.steps
                else w("one.end"),
            )
            for place, choice in enumerate(step.choices, 1)
        ]
        caption = w("one.choices", step=name)
        tables[name] = Table(f"choices-{name}", columns, rows, empty="", caption=caption)
    return tables


def history_table(visit: Visit, found: list[Approval]) -> Table:
    """Every wording of a script that was put forward."""
    w = visit.words
    columns = [
        Column(w("approval.version"), "number"),
        Column(w("approval.hash"), "id"),
        Column(w("approval.by")),
        Column(w("approval.at"), "time"),
        Column(w("approval.state"), "state"),
        Column(w("approval.decided_by")),
        Column(w("approval.decided"), "time"),
        Column(w("approval.note"), "long"),
    ]
    rows = [
        (
            each.version,
            each.hash,
            each.submitted_by,
            each.submitted_at,
            Cell(w(f"states.{each.state}"), tone=TONES[each.state]),
            each.decided_by,
            each.decided_at,
            each.note,
        )
        for each in found
    ]
    return Table(
        "approvals", columns, rows, empty=w("approval.empty"), caption=w("approval.history")
    )


def as_json(checked: Checked, state: str) -> dict[str, Any]:
    """A script as the API shows it; described by :data:`SCHEMA`."""
    script = checked.script
    return {
        "id": checked.name,
        "title": script.title if script else None,
        "code": script.code if script else None,
        "audience": script.audience if script else None,
        "version": script.version if script else None,
        "booster_of": script.booster_of if script else None,
        "hash": script.hash if script else None,
        "state": state,
        "problems": len(checked.problems),
    }
