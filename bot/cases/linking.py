# ruff: noqa: S608 - only names of columns and lists of question marks are put into statements
"""What hangs together: links between contacts, each with the reasons that speak for it.

Links follow from the mentions and are worked out when they are asked for, so that they never speak of what was
removed or corrected. They are suggestions: only people merge cases.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from bot.cases.contacts import AGENCY, ContactKey
from bot.cases.records import Link, LinkReason
from bot.ledger.database import Reader, placeholders

ONE_MESSAGE: Final = "one_message"
ONE_REPORTER: Final = "one_reporter"
SAME_AGENCY: Final = "same_agency"
SAME_STEM: Final = "same_stem"
BY_HAND: Final = "by_hand"
MERGED: Final = "merged"

WEIGHTS: Final[Mapping[str, float]] = {
    ONE_MESSAGE: 0.6,
    ONE_REPORTER: 0.3,
    SAME_AGENCY: 0.4,
    SAME_STEM: 0.2,
    BY_HAND: 0.9,
    MERGED: 1.0,
}
"""How far one report of each kind goes towards certainty; further people add to it, further messages do not."""

MOST_LINKS: Final = 60
_NEWEST: Final = 5000  # mentions of a case that are looked at
_MOST_A_DAY: Final = (
    12  # contacts that one person names in a day before it says nothing of any of them
)
_MOST_PEOPLE: Final = 8  # beyond which further ones change nothing that can be seen
_MOST_AGENCIES: Final = 10

_MINE: Final = (
    "WITH mine AS MATERIALIZED (SELECT key, seq, user, time FROM case_told "
    "WHERE key IN (SELECT key FROM case_contacts WHERE case_id = ?) ORDER BY seq DESC LIMIT ?) "
)
_IN_ONE_MESSAGE: Final = _MINE + (
    "SELECT mine.key, b.key, count(DISTINCT mine.user) FROM mine "
    "JOIN case_told AS b ON b.seq = mine.seq AND b.key <> mine.key GROUP BY 1, 2"
)
# Times are texts of one width, so that the beginning of one compares as the time does.
_BY_ONE_REPORTER: Final = _MINE + (
    ", busy AS (SELECT user FROM case_told WHERE user IN (SELECT user FROM mine) "
    "GROUP BY user, substr(time, 1, 10) HAVING count(DISTINCT key) > ?) "
    "SELECT mine.key, b.key, count(DISTINCT mine.user) FROM mine JOIN case_told AS b "
    "ON b.user = mine.user AND b.key <> mine.key "
    "AND b.time >= strftime('%Y-%m-%dT%H:%M:%f', mine.time, '-1 day') "
    "AND b.time <= strftime('%Y-%m-%dT%H:%M:%f', mine.time, '+1 day') "
    "WHERE mine.user NOT IN busy AND NOT EXISTS (SELECT 1 FROM case_told AS c "
    "JOIN case_told AS d USING (seq) WHERE c.user = mine.user AND +c.key = mine.key AND +d.key = b.key) "
    "GROUP BY 1, 2"
)
_ALONG_WITH: Final = (
    "SELECT b.key, count(DISTINCT b.user) AS people FROM case_told AS a JOIN case_told AS b "
    "ON b.seq = a.seq AND b.key <> a.key WHERE a.key = ? GROUP BY b.key ORDER BY people DESC, b.key LIMIT 50"
)

_Pairs = defaultdict[tuple[str, str], list[LinkReason]]


def links_of(reader: Reader, case_id: str) -> list[Link]:
    """The links of a case's contacts, the strongest first; a short blocking read."""
    pairs: _Pairs = defaultdict(list)
    for a, b, people in reader.rows(_IN_ONE_MESSAGE, (case_id, _NEWEST)):
        pairs[a, b].append(LinkReason(ONE_MESSAGE, people))
    for a, b, people in reader.rows(_BY_ONE_REPORTER, (case_id, _NEWEST, _MOST_A_DAY)):
        pairs[a, b].append(LinkReason(ONE_REPORTER, people))
    _by_agency(reader, pairs)
    _by_stem(reader, case_id, pairs)
    _by_people(reader, case_id, pairs)
    return _ranked(reader, case_id, pairs)


def _by_agency(reader: Reader, pairs: _Pairs) -> None:
    """Contacts that different people named along with the same agency."""
    prefix = f"{AGENCY}:"
    named = [
        (reasons[0].reporters, a, b)
        for (a, b), reasons in pairs.items()
        if b.startswith(prefix) and not a.startswith(prefix) and reasons[0].kind == ONE_MESSAGE
    ]
    found: dict[tuple[str, str], LinkReason] = {}
    for people, a, agency in sorted(named, reverse=True)[:_MOST_AGENCIES]:
        for other, others in reader.rows(_ALONG_WITH, (agency,)):
            together = any(reason.kind == ONE_MESSAGE for reason in pairs.get((a, other), ()))
            if other == a or together or other.startswith(prefix):
                continue
            reason = LinkReason(SAME_AGENCY, min(people, others), via=agency)
            # Of several agencies the one that most people bear out speaks for all.
            if (a, other) not in found or found[a, other].reporters < reason.reporters:
                found[a, other] = reason
    for pair, reason in found.items():
        pairs[pair].append(reason)


def _by_stem(reader: Reader, case_id: str, pairs: _Pairs) -> None:
    """Agencies whose names differ in their ending only."""
    rows = reader.rows(
        "SELECT a.key, b.key FROM case_contacts AS a JOIN case_contacts AS b "
        "ON b.stem = a.stem AND b.key <> a.key WHERE a.case_id = ? AND a.stem <> '' LIMIT 50",
        (case_id,),
    )
    for a, b in rows:
        pairs[a, b].append(LinkReason(SAME_STEM))


def _by_people(reader: Reader, case_id: str, pairs: _Pairs) -> None:
    rows = reader.rows(
        "SELECT contact, other, reason, added_by, note FROM ("
        "SELECT key_a AS contact, key_b AS other, reason, added_by, note FROM case_links UNION ALL "
        "SELECT key_b, key_a, reason, added_by, note FROM case_links) "
        "WHERE contact IN (SELECT key FROM case_contacts WHERE case_id = ?)",
        (case_id,),
    )
    for a, b, kind, by, note in rows:
        pairs[a, b].append(LinkReason(kind, by=by, note=note))


def _ranked(reader: Reader, case_id: str, pairs: _Pairs) -> list[Link]:
    cases = _cases_of(reader, {key for pair in pairs for key in pair})
    links = [
        Link(_key(a), _key(b), cases[b], tuple(reasons), strength(reasons))
        for (a, b), reasons in pairs.items()
        # Within the case every pair comes twice.
        if b in cases and (cases[b] != case_id or a < b)
    ]
    return sorted(links, key=lambda link: (-link.strength, link.a, link.b))[:MOST_LINKS]


def strength(reasons: Iterable[LinkReason]) -> float:
    """How sure the reasons together make it, from 0 to 1."""
    doubt = 1.0
    for reason in reasons:
        doubt *= (1 - WEIGHTS[reason.kind]) ** min(max(1, reason.reporters), _MOST_PEOPLE)
    return round(1 - doubt, 3)


def _cases_of(reader: Reader, keys: set[str]) -> dict[str, str]:
    found: dict[str, Any] = {}
    ordered = sorted(keys)
    for start in range(0, len(ordered), 500):
        part = ordered[start : start + 500]
        found.update(
            reader.rows(
                f"SELECT key, case_id FROM case_contacts WHERE key IN {placeholders(part)}", part
            )
        )
    return found


def _key(text: str) -> ContactKey:
    kind, _, value = text.partition(":")
    return ContactKey(kind, value)
