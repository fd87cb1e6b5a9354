"""What the cases say of each contact that may be shared, and what speaks against it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from actions.content import Content
from actions.facts import BEIJING
from bot.cases.contacts import ContactKey
from bot.ledger.database import Reader, placeholders
from bot.ledger.encoding import parse_time
from bot.sharing.policy import SharingPolicy

# Mentions that a person judged a false alarm do not count; a corrected code stands in place of the first one.
_TOLD: Final = """
WITH wanted AS (
    SELECT k.key, k.kind, k.value, k.case_id, c.state
    FROM case_contacts AS k JOIN cases AS c ON c.id = k.case_id
    WHERE c.state IN {states} OR k.key IN (SELECT key FROM shares WHERE retracted_at IS NULL)
), told AS (
    SELECT m.key, coalesce(v.code, m.code) AS code, m.time AS first, m.time AS last, m.user, 0 AS past
    FROM wanted AS w JOIN case_mentions AS m ON m.key = w.key
    LEFT JOIN current_verdicts AS v ON v.event_id = m.event_id
    WHERE coalesce(v.verdict, '') <> 'false_alarm'
    UNION ALL
    SELECT p.key, p.code, p.first_seen, p.last_seen, NULL, p.reporters
    FROM wanted AS w JOIN case_past AS p ON p.key = w.key
)
SELECT w.kind, w.value, w.case_id, w.state, min(t.first), max(t.last),
    count(DISTINCT t.user) + coalesce(sum(t.past), 0), group_concat(DISTINCT t.code)
FROM wanted AS w LEFT JOIN told AS t ON t.key = w.key
GROUP BY w.key ORDER BY w.key
"""

# Of the appeals against a contact: by the accused, who names it, or by a borrower against one of its mentions.
_APPEALS: Final = """
SELECT contact, state FROM appeals WHERE party = 'accused' AND state <> 'rejected'
UNION
SELECT m.key, a.state FROM appeals AS a JOIN appeal_signals AS s ON s.appeal = a.id
JOIN case_mentions AS m ON m.event_id = s.event_id
WHERE a.party = 'borrower' AND a.state IN ('open', 'in_review')
"""


@dataclass(frozen=True)
class Told:
    """A contact as the cases know it now; ``codes`` is empty when no mention of it stands any more."""

    key: ContactKey
    case_id: str
    state: str
    first_seen: date | None
    last_seen: date | None
    reporters: int
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Objections:
    """Contacts that somebody objects to: ``open`` while that is looked into, ``upheld`` when it was right."""

    open: frozenset[str]
    upheld: frozenset[str]


def told_contacts(reader: Reader, policy: SharingPolicy) -> dict[str, Told]:
    """By key, the contacts of all cases whose state is shared, and those that are shared already.

    Raises:
        LedgerError: when the ledger cannot be read.
    """
    states = tuple(policy.states)
    rows = reader.rows(_TOLD.format(states=placeholders(states)), states)
    found = (_told(*row) for row in rows)
    return {str(told.key): told for told in found}


def objections(reader: Reader) -> Objections:
    """The appeals that matter to what is shared.

    Raises:
        LedgerError: when the ledger cannot be read.
    """
    rows = reader.rows(_APPEALS)
    upheld = frozenset(key for key, state in rows if state == "upheld")
    return Objections(frozenset(key for key, state in rows) - upheld, upheld)


def official_keys(content: Content) -> frozenset[str]:
    """Contacts of the institution itself, its partners and the authorities, which are never shared.

    Who imitates an official number makes borrowers name it; it is not the other side's for that.
    """
    named = [("phone", hotline.number) for hotline in content.hotlines]
    named += [("phone", authority.number) for authority in content.authorities.values()]
    named += [("url", domain) for domain in content.domains]
    named += [("agency", content.name), ("agency", content.short_name)]
    named += [
        ("agency", name)
        for partner in content.partners
        for name in (partner.name, *partner.aliases)
    ]
    keys = (ContactKey.of(kind, text) for kind, text in named)
    return frozenset(str(key) for key in keys if key is not None)


def _told(
    kind: str,
    value: str,
    case_id: str,
    state: str,
    first: str | None,
    last: str | None,
    reporters: int,
    codes: str | None,
) -> Told:
    return Told(
        ContactKey(kind, value),
        case_id,
        state,
        _day(first),
        _day(last),
        reporters,
        tuple(sorted(codes.split(","))) if codes else (),
    )


def _day(moment: str | None) -> date | None:
    return parse_time(moment).astimezone(BEIJING).date() if moment else None
