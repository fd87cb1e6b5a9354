"""Signals on the console: the list finds what is asked for, and a signal tells all that is known of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from actions.plan import Contact, Signal
from bot.audit import AuditLog
from bot.ledger.encoding import utc_now
from bot.ledger.events import TurnContext
from bot.ledger.ledger import TurnRecord
from bot.ledger.transcripts import transcript_rows
from bot.staff.roles import Role
from tests.bot.console.serving import RunningConsole, running_console

EVIL = "<script>alert(1)</script>"


def signal(number: int, days_ago: int = 0, **changes: object) -> TurnRecord:
    given: dict[str, object] = {
        "code": "loan_scam",
        "confidence": 0.9,
        "stage": "asking",
        "evidence": (f"先交{number}千解冻费",),
        "contacts": (Contact("phone", f"+861380000{number:04d}", f"1380000{number:04d}"),),
    }
    at = utc_now() - timedelta(days=days_ago)
    context = TurnContext(
        "rest", f"u{number}", f"rest:u{number}", f"m{number}", at, "model", "text"
    )
    return TurnRecord(context, (Signal(**{**given, **changes}),))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningConsole]:
    with running_console(tmp_path_factory.mktemp("filled")) as console:
        console.record(
            signal(1),
            signal(2, 3, code="fake_hotline", stage="paid", urgency="emergency"),
            signal(3, 20, agency="恒信法务"),
        )
        yield console


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {1, 2, 3}),
        ("code=fake_hotline", {2}),
        ("stage=paid", {2}),
        ("urgent=1", {2}),
        ("channel=chat", set()),
        ("q=先交3千", {3}),
        ("q=恒信", {3}),
        ("q=13800000001", {1}),
        ("q=%25", set()),
        ("code=no_such_code&stage=x", {1, 2, 3}),
        ("from=2020-01-01&until=2020-01-02", set()),
        ("from=nonsense", {1, 2, 3}),
        ("before=2", {1}),
    ],
)
def test_the_list_shows_what_fits(filled: RunningConsole, query: str, found: set[int]) -> None:
    with filled.client(Role.VIEWER) as client:
        page = client.get(f"/console/signals?{query}")
    assert page.status_code == 200
    assert {number for number in (1, 2, 3) if f"先交{number}千解冻费" in page.text} == found


def test_a_signal_tells_its_evidence_contacts_and_advice(filled: RunningConsole) -> None:
    paid = next(event for event in filled.services.ledger.events() if event.code == "fake_hotline")
    with filled.client(Role.VIEWER) as client:
        page = client.get(f"/console/signals/{paid.id}").text
    for text in ("先交2千解冻费", "+8613800000002", "建议人工核查", "正在受骗", "尚未复核"):
        assert text in page
    assert "/console/review/" not in page, "who may not review is not led there"


def test_an_unknown_signal_is_missing(console: RunningConsole) -> None:
    with console.client(Role.VIEWER) as client:
        assert client.get("/console/signals/0123").status_code == 404
        assert client.get("/api/signals/0123").status_code == 404


def test_what_a_borrower_wrote_is_shown_and_never_run(console: RunningConsole) -> None:
    console.record(
        signal(1, evidence=(EVIL,), agency=EVIL, contacts=(Contact("other", EVIL, EVIL),))
    )
    (stored,) = console.services.ledger.events()
    with console.client(Role.ANALYST) as client:
        for path in ("/console", "/console/signals", f"/console/signals/{stored.id}"):
            page = client.get(path)
            assert page.status_code == 200
            assert EVIL not in page.text


def test_a_conversation_is_opened_for_a_reason_that_the_audit_keeps(
    console: RunningConsole,
) -> None:
    told = replace(signal(1), said="他说先交一千，真的吗")
    ledger = console.services.ledger
    console.run(
        ledger.writer.commit(
            lambda _: None, transcript_rows(told, [{"text": "先别交"}], console.services.hasher)
        )
    )
    console.record(told)
    (stored,) = ledger.events()
    page, action = f"/console/signals/{stored.id}", f"/console/signals/{stored.id}/transcript"
    with console.client(Role.VIEWER) as client:
        assert "他说先交一千" not in client.get(page).text
        assert client.send_form(page, action, reason="好奇").status_code == 403
    with console.client(Role.ANALYST) as client:
        assert "他说先交一千" not in client.get(page).text
        assert client.send_form(page, action).status_code == 422, "not without a reason"
        opened = client.send_form(page, action, reason="核实编号 110101199003074258")
        assert "他说先交一千" in opened.text
        assert "先别交" in opened.text
    entries = AuditLog(ledger.reader).latest(action="transcript.read")
    assert [(entry.actor, entry.subject) for entry in entries] == [
        ("analyst", stored.event["data"]["conversation"])
    ]
    assert "110101199003074258" not in str(entries[0].detail)
