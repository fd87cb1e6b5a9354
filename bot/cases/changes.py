# ruff: noqa: S608 - only names of columns and lists of question marks are put into statements
"""What people do with cases, as units of the ledger's writer: all of a change or nothing of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Final

from bot.cases.counting import recount
from bot.cases.desk import Desk, main_key
from bot.cases.records import CaseError, ForbiddenMoveError, StaleCaseError, UnknownCaseError
from bot.cases.rules import CaseRules
from bot.cases.states import ESTABLISHED, FALSE_ALARM, NEXT, needs_note
from bot.ledger.encoding import rfc3339, storable
from bot.masking import mask_secrets

LONGEST_NOTE: Final = 4000

_FAMILY: Final = (
    "WITH RECURSIVE family (id) AS (VALUES (?) UNION SELECT cases.id FROM cases "
    "JOIN family ON merged_into = family.id) "
)


def move(
    desk: Desk, case_id: str, state: str, note: str, seen: str | None, rules: CaseRules
) -> str:
    """Moves a case on; returns its id."""
    case = desk.case(case_id)
    if seen is not None and seen != case.state:
        raise StaleCaseError(f"the case is {case.state} by now, no longer {seen}; look at it again")
    if state not in NEXT[case.state]:
        allowed = " or ".join(NEXT[case.state])
        raise ForbiddenMoveError(f"a case that is {case.state} can become {allowed}, not {state!r}")
    note = _clean(note)
    if needs_note(case.state, state) and not note:
        raise ForbiddenMoveError(f"from {case.state} to {state} a note must say why")
    deadline = rules.deadline(state, desk.at)
    revision = desk.write(
        case.id, {"state": state, "deadline": rfc3339(deadline) if deadline else None}
    )
    if receipt := rules.receipts.get(state):
        desk.connection.execute(
            "UPDATE receipts SET state = ? WHERE event_id IN (SELECT event_id FROM case_mentions "
            "WHERE key IN (SELECT key FROM case_contacts WHERE case_id = ?))",
            (receipt, case.id),
        )
    desk.log(case.id, "move", {"from": case.state, "to": state}, note, told=True)
    desk.publish(case.id, revision, case.state)
    return case.id


def change(desk: Desk, case_id: str, action: str, changes: Mapping[str, str | None]) -> str:
    """Changes owner, title, region or deadline; returns the id of the case."""
    case = desk.case(case_id)
    kept = {
        column: None if value is None else storable(value.strip()) or None
        for column, value in changes.items()
    }
    if "title" in kept and kept["title"] is None:
        kept["title"] = _main_value(desk.connection, case.id)
    desk.write(case.id, kept)
    desk.log(case.id, action, kept, "", told=action == "assign")
    return case.id


def annotate(desk: Desk, case_id: str, note: str) -> str:
    """Adds a note; returns the id of the case."""
    case, note = desk.case(case_id), _clean(note)
    if not note:
        raise CaseError("the note is empty; write what the next person should know")
    desk.write(case.id, {})
    desk.log(case.id, "note", {}, note)
    return case.id


def merge(desk: Desk, into: str, other: str, note: str) -> str:
    """Puts the contacts of one case into another; returns the id of that."""
    target, gone = desk.case(into), desk.case(other)
    if target.id == gone.id:
        raise ForbiddenMoveError("the two are one case already")
    if FALSE_ALARM in (target.state, gone.state):
        raise ForbiddenMoveError("a false alarm is merged with nothing; take it up again first")
    if gone.state in ESTABLISHED and target.state not in ESTABLISHED:
        raise ForbiddenMoveError(
            f"the other case is {gone.state} and this one only {target.state}; merge it the other way round"
        )
    note, connection = _clean(note), desk.connection
    mains = sorted((main_key(connection, target.id), main_key(connection, gone.id)))
    connection.execute(
        "INSERT INTO case_links (key_a, key_b, reason, note, added_at, added_by) "
        "VALUES (?, ?, 'merged', ?, ?, ?) ON CONFLICT DO NOTHING",
        (*mains, note, rfc3339(desk.at), desk.actor.name),
    )
    _hand_over(connection, target.id, "case_id = ?", gone.id)
    revision = desk.write(gone.id, {"merged_into": target.id})
    desk.write(target.id, {})
    desk.log(target.id, "merge", {"other": gone.id}, note, told=True)
    desk.publish(gone.id, revision, gone.state)
    return target.id


def unmerge(desk: Desk, case_id: str, note: str) -> str:
    """Takes a merged case out again, with all that it was opened for or had merged into it; returns its id."""
    case, note = desk.plain(case_id), _clean(note)
    if case.merged_into is None:
        raise ForbiddenMoveError("the case was not merged into another")
    connection, holder = desk.connection, desk.case(case_id)
    family = [row[0] for row in connection.execute(_FAMILY + "SELECT id FROM family", (case.id,))]
    marks = ", ".join("?" * len(family))
    _hand_over(connection, case.id, f"home IN ({marks})", *family)
    connection.execute("UPDATE case_contacts SET stale = 1 WHERE case_id = ?", (holder.id,))
    recount(connection)
    mains = sorted(main_key(connection, one) for one in (case.merged_into, case.id))
    connection.execute(
        "DELETE FROM case_links WHERE key_a = ? AND key_b = ? AND reason = 'merged'", mains
    )
    revision = desk.write(case.id, {"merged_into": None})
    desk.write(holder.id, {})
    desk.log(holder.id, "unmerge", {"other": case.id}, note, told=True)
    desk.log(case.id, "unmerge", {"from_case": holder.id}, note, told=True)
    desk.publish(case.id, revision, case.state)
    return case.id


def link(desk: Desk, a: str, b: str, note: str) -> None:
    """Says that two contacts belong together."""
    first, second = _pair(a, b)
    note = _clean(note)
    cases = [_case_of(desk.connection, key) for key in (first, second)]
    desk.connection.execute(
        "INSERT INTO case_links (key_a, key_b, reason, note, added_at, added_by) "
        "VALUES (?, ?, 'by_hand', ?, ?, ?) ON CONFLICT DO UPDATE SET "
        "note = excluded.note, added_at = excluded.added_at, added_by = excluded.added_by",
        (first, second, note, rfc3339(desk.at), desk.actor.name),
    )
    for case_id in dict.fromkeys(cases):
        desk.log(case_id, "link", {"contacts": [first, second]}, note)


def unlink(desk: Desk, a: str, b: str) -> None:
    """Takes back what :func:`link` said."""
    first, second = _pair(a, b)
    removed = desk.connection.execute(
        "DELETE FROM case_links WHERE key_a = ? AND key_b = ? AND reason = 'by_hand'",
        (first, second),
    )
    if not removed.rowcount:
        raise UnknownCaseError(f"nobody has linked {first} and {second}")
    for case_id in dict.fromkeys(_case_of(desk.connection, key) for key in (first, second)):
        desk.log(case_id, "unlink", {"contacts": [first, second]}, "")


def _hand_over(connection: sqlite3.Connection, case_id: str, whose: str, *values: str) -> None:
    connection.execute(
        f"UPDATE case_contacts SET case_id = ?, stale = 1 WHERE {whose}", (case_id, *values)
    )
    connection.execute("UPDATE case_contacts SET stale = 1 WHERE case_id = ?", (case_id,))
    recount(connection)


def _main_value(connection: sqlite3.Connection, case_id: str) -> str:
    return main_key(connection, case_id).partition(":")[2]


def _case_of(connection: sqlite3.Connection, key: str) -> str:
    row = connection.execute("SELECT case_id FROM case_contacts WHERE key = ?", (key,)).fetchone()
    if row is None:
        raise UnknownCaseError(f"nobody has told of {key} yet")
    return str(row[0])


def _pair(a: str, b: str) -> tuple[str, str]:
    if a == b:
        raise CaseError("a contact cannot be linked with itself")
    return (a, b) if a < b else (b, a)


def _clean(note: str) -> str:
    note = mask_secrets(storable(note).strip())
    if len(note) > LONGEST_NOTE:
        raise CaseError(f"a note has at most {LONGEST_NOTE} characters")
    return note
