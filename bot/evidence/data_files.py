"""The files of a pack that programs and spreadsheets read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.evidence.dossier import Dossier, Reporter, Sitting
from bot.evidence.tables import csv_file
from bot.ledger.encoding import rfc3339

_TIMELINE = (
    "time signal reporter code stage urgency quotes contacts amounts platform channel confidence model"
).split()
_CONTACTS = "kind value writings of_case first_seen last_seen signals reporters".split()
_AMOUNTS = "time reporter amount said signal quotes".split()


def data_files(dossier: Dossier) -> dict[str, bytes]:
    """The data of a dossier by path; a file that would hold nothing is left out, attachments are in it."""
    files = {
        "case.json": _json(_case(dossier)),
        "contacts.csv": csv_file(_CONTACTS, _contact_rows(dossier)),
    }
    if dossier.contacts_only:
        return files
    files["timeline.csv"] = csv_file(_TIMELINE, _timeline_rows(dossier))
    amounts = list(_amount_rows(dossier))
    if amounts:
        files["amounts.csv"] = csv_file(_AMOUNTS, amounts)
    talks = [_talk(reporter) for reporter in dossier.reporters if reporter.sittings]
    if talks:
        files["transcript.json"] = _json(talks)
    return {**files, **{a.facts.path: a.content for a in dossier.attachments}}


def _case(dossier: Dossier) -> dict[str, Any]:
    case = {
        **dossier.about(),
        "made_at": dossier.made_at,
        "case": asdict(dossier.case),
        "contacts": [asdict(contact) for contact in dossier.contacts],
        "reporters": [_reporter(reporter) for reporter in dossier.reporters],
    }
    if not dossier.contacts_only:
        case["left_out"] = asdict(dossier.excluded)
    return case


def _reporter(reporter: Reporter) -> dict[str, Any]:
    return {
        "label": reporter.label,
        "consent": asdict(reporter.consent),
        "own_accounts_last_four_digits": reporter.own_accounts,
        "paid": reporter.paid,
        "statements": [asdict(told) for told in reporter.statements],
    }


def _talk(reporter: Reporter) -> dict[str, Any]:
    return {
        "reporter": reporter.label,
        "sittings": [_sitting(sitting) for sitting in reporter.sittings],
    }


def _sitting(sitting: Sitting) -> dict[str, Any]:
    return {
        "channel": sitting.channel,
        "lines": [
            {
                "at": line.at,
                "by": "reporter" if line.own else "assistant",
                "text": line.text,
                "signals": line.signals,
            }
            for line in sitting.lines
        ],
    }


def _timeline_rows(dossier: Dossier) -> Iterator[tuple[object, ...]]:
    for told in dossier.statements:
        yield (
            rfc3339(told.at),
            told.signal,
            told.reporter,
            told.code,
            told.stage,
            told.urgency,
            "\n".join(told.quotes),
            "\n".join(f"{contact.kind}:{contact.value}" for contact in told.contacts),
            "\n".join(map(str, told.amounts)),
            told.platform,
            told.channel,
            told.confidence,
            told.model,
        )


def _contact_rows(dossier: Dossier) -> Iterator[tuple[object, ...]]:
    for contact in dossier.contacts:
        yield (
            contact.kind,
            contact.value,
            "\n".join(contact.writings),
            contact.of_case,
            rfc3339(contact.first_seen),
            rfc3339(contact.last_seen),
            contact.signals,
            contact.reporters,
        )


def _amount_rows(dossier: Dossier) -> Iterator[tuple[object, ...]]:
    for told in dossier.statements:
        said = "mentioned" if told.paid is None else "paid"
        for amount in told.amounts:
            quotes = "\n".join(told.quotes)
            yield rfc3339(told.at), told.reporter, amount, said, told.signal, quotes


def _json(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False, default=_plain)
    return (text + "\n").encode("utf-8", "replace")


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")
