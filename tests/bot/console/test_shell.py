"""The shell: who gets in, what a page carries, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.audit import SYSTEM, AuditLog
from bot.console.security import safe_path
from bot.ledger.encoding import rfc3339, utc_now
from bot.staff.accounts import StaffBook
from bot.staff.login import MOST_HERE
from bot.staff.roles import Role
from bot.staff.sessions import IDLE, LONGEST
from tests.bot.console.serving import COOKIE, PASSWORD, RunningConsole, running_console


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningConsole]:
    """A console for tests that leave it as it was."""
    with running_console(tmp_path_factory.mktemp("standing")) as running:
        yield running


def test_somebody_unknown_is_sent_to_the_login_and_back(console: RunningConsole) -> None:
    with console.client() as client:
        sent = client.get("/console/signals?code=loan_scam")
        assert sent.status_code == 303
        page = client.get(sent.headers["location"])
        assert page.status_code == 200
        assert 'value="/console/signals?code=loan_scam"' in page.text
        form = {"name": "admin", "password": PASSWORD, "next": "/console/signals?code=loan_scam"}
        entered = client.post("/console/login", data=form)
        assert entered.status_code == 303, entered.text
        assert entered.headers["location"] == form["next"]
        assert client.get(form["next"]).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "https://example.com",
        "//example.com",
        "/consolex",
        "/console/\\e",
        "/console//e.com",
    ],
)
def test_the_login_leads_nowhere_but_into_the_console(path: str) -> None:
    assert safe_path(path) == "/console"


def test_a_wrong_password_and_a_wrong_name_get_the_same_answer(console: RunningConsole) -> None:
    with console.client() as client:
        answers = [
            client.post("/console/login", data={"name": name, "password": "not it at all"})
            for name in ("admin", "nobody")
        ]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].text == answers[1].text


def test_after_five_failures_even_the_right_password_has_to_wait(console: RunningConsole) -> None:
    with console.client() as client:
        for _ in range(MOST_HERE):
            client.post("/console/login", data={"name": "admin", "password": "not it at all"})
        answer = client.post("/console/login", data={"name": "admin", "password": PASSWORD})
        assert answer.status_code == 429
        other = client.post("/console/login", data={"name": "viewer", "password": "not it at all"})
        assert other.status_code == 401, "a colleague is not shut out"
    actions = [entry.action for entry in AuditLog(console.services.ledger.reader).latest()]
    assert actions.count("staff.login_failed") == MOST_HERE


def test_a_login_from_another_site_is_refused(standing: RunningConsole) -> None:
    form = {"name": "admin", "password": PASSWORD}
    with standing.client() as client:
        for headers in ({"Origin": "https://example.com"}, {"Sec-Fetch-Site": "cross-site"}):
            assert client.post("/console/login", data=form, headers=headers).status_code == 403
        assert client.post(
            "/console/login", data=form, headers={"Origin": standing.url}
        ).is_redirect


def test_the_cookie_is_closed_to_scripts_and_other_sites(standing: RunningConsole) -> None:
    with standing.client() as client:
        entered = client.post("/console/login", data={"name": "admin", "password": PASSWORD})
    cookie = entered.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "secure" not in cookie, "the demo speaks plain HTTP"


def test_in_production_the_cookie_travels_over_tls_alone(
    tmp_path: Path, content_copy: Path
) -> None:
    institution = content_copy / "institution.yml"
    text = institution.read_text(encoding="utf-8").replace("demo: true", "demo: false")
    institution.write_text(text, encoding="utf-8")
    production = {"env": "production", "secret": "0123456789abcdef" * 4, "content": content_copy}
    with running_console(tmp_path / "home", **production) as console, console.client() as client:
        entered = client.post("/console/login", data={"name": "admin", "password": PASSWORD})
    cookie = entered.headers["set-cookie"]
    assert cookie.startswith("__Host-jingzhong=")
    assert "Secure" in cookie
    assert "Path=/" in cookie


def test_every_page_forbids_foreign_content_and_being_kept(standing: RunningConsole) -> None:
    with standing.client(Role.ADMIN) as client:
        paths = ("/console", "/console/login", "/console/staff", "/console/no/page", "/api/x")
        for path in paths:
            headers = client.get(path).headers
            assert headers["cache-control"] == "no-store", path
            policy = headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy


def test_no_page_has_an_inline_script_or_style(standing: RunningConsole) -> None:
    with standing.client(Role.ADMIN) as client:
        for path in ("/console", "/console/trends", "/console/report", "/console/content"):
            text = client.get(path).text
            assert "<style" not in text
            assert " style=" not in text
            assert " onclick=" not in text
            assert "<script>" not in text


def test_a_change_without_the_proof_of_its_page_is_refused(console: RunningConsole) -> None:
    form = {"name": "somebody", "role": "viewer", "password": PASSWORD}
    with console.client(Role.ADMIN) as client:
        assert client.post("/console/staff/add", data=form).status_code == 403
        assert client.post("/console/staff/add", data={**form, "csrf": "0" * 64}).status_code == 403
        with console.client(Role.ANALYST) as other:
            page = other.get("/console").text
        stolen = page.split('name="csrf" value="')[1][:64]
        assert client.post("/console/staff/add", data={**form, "csrf": stolen}).status_code == 403
        assert client.send_form("/console/staff", "/console/staff/add", **form).status_code == 303


def test_a_role_reaches_what_is_its_own_and_no_further(standing: RunningConsole) -> None:
    allowed = {
        Role.VIEWER: {
            "/console": 200,
            "/console/content/edit?file=page.yml": 403,
            "/console/audit": 403,
        },
        Role.ANALYST: {"/console/content/edit?file=page.yml": 200, "/console/staff": 403},
        Role.ADMIN: {
            "/console/content/edit?file=page.yml": 200,
            "/console/staff": 200,
            "/console/audit": 200,
        },
    }
    for role, pages in allowed.items():
        with standing.client(role) as client:
            assert {path: client.get(path).status_code for path in pages} == pages, role
    with standing.client(Role.VIEWER) as client:
        assert "/console/staff" not in client.get("/console").text


def test_a_lower_role_takes_effect_in_the_session_that_runs(console: RunningConsole) -> None:
    ledger = console.services.ledger
    with console.client(Role.ANALYST) as client:
        assert client.get("/console/content/edit?file=page.yml").status_code == 200
        console.run(
            StaffBook(ledger.reader, ledger.writer).set_role("analyst", Role.VIEWER, SYSTEM)
        )
        assert client.get("/console/content/edit?file=page.yml").status_code == 403


def test_who_is_shut_out_is_out_at_once(console: RunningConsole) -> None:
    ledger = console.services.ledger
    with console.client(Role.ANALYST) as client:
        assert client.get("/console").status_code == 200
        console.run(StaffBook(ledger.reader, ledger.writer).set_disabled("analyst", True, SYSTEM))
        assert client.get("/console").status_code == 303
        again = client.post("/console/login", data={"name": "analyst", "password": PASSWORD})
        assert again.status_code == 401


def test_logging_out_ends_the_session_for_whoever_kept_its_token(console: RunningConsole) -> None:
    with console.client(Role.VIEWER) as client:
        token = client.cookies[COOKIE]
        assert (
            client.send_form("/console", "/console/logout").headers["location"] == "/console/login"
        )
        client.cookies.set(COOKIE, token)
        assert client.get("/console").status_code == 303


@pytest.mark.parametrize(("column", "limit"), [("used_at", IDLE), ("began_at", LONGEST)])
def test_a_session_ends_by_itself(console: RunningConsole, column: str, limit: timedelta) -> None:
    with console.client(Role.VIEWER) as client:
        for age, status in (
            (limit - timedelta(minutes=1), 200),
            (limit + timedelta(seconds=1), 303),
        ):
            at = rfc3339(utc_now() - age)
            console.run(
                console.services.ledger.writer.commit(
                    lambda connection, at=at: connection.execute(
                        f"UPDATE staff_sessions SET {column} = ?", (at,)
                    )
                )
            )
            live = {
                "X-Live": "1"
            }  # what the page asks for by itself does not keep the session alive
            assert client.get("/console", headers=live).status_code == status


def test_the_ledger_holds_neither_tokens_nor_passwords(standing: RunningConsole) -> None:
    token = standing.session(Role.ADMIN)
    home = standing.services.settings.home
    stored = b"".join(path.read_bytes() for path in home.glob("jingzhong.db*"))
    assert PASSWORD.encode() not in stored
    assert token.encode() not in stored


def test_without_an_admin_password_the_console_says_how_to_enable_it(tmp_path: Path) -> None:
    with (
        running_console(tmp_path / "home", admin_password=None) as console,
        console.client() as client,
    ):
        page = client.get("/console/login")
        assert page.status_code == 503
        assert "JINGZHONG_ADMIN_PASSWORD" in page.text
        assert (
            client.post("/console/login", data={"name": "admin", "password": ""}).status_code == 503
        )
        assert client.get("/console").status_code == 303


def test_a_new_admin_password_replaces_the_old_one_and_ends_its_sessions(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with running_console(home) as console:
        token = console.session(Role.ADMIN)
    with running_console(home, admin_password="another long password") as console:  # noqa: SIM117
        with console.client() as client:
            old = client.post("/console/login", data={"name": "admin", "password": PASSWORD})
            assert old.status_code == 401
            client.cookies.set(COOKIE, token)
            assert client.get("/console").status_code == 303
            new = {"name": "admin", "password": "another long password"}
            assert client.post("/console/login", data=new).status_code == 303


def test_a_session_holds_in_every_process_of_one_ledger(tmp_path: Path) -> None:
    with (
        running_console(tmp_path / "home") as one,
        running_console(tmp_path / "home") as other,
        other.client() as client,
    ):
        client.cookies.set(COOKIE, one.session(Role.ANALYST))
        assert client.get("/console").status_code == 200
        sent = client.send_form(
            "/console/content/edit?file=page.yml", "/console/content/propose", file="page.yml"
        )
        assert sent.status_code == 422, "the proof of one process holds in the other"


def test_a_broken_handler_tells_the_person_and_keeps_its_words_to_itself(
    console: RunningConsole, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    said = " ".join(["what", "a", "borrower", "said"])

    def fail(*_: object) -> None:
        raise ValueError(said)

    monkeypatch.setattr("bot.reporting.signal_search.SignalSearch.find", fail)
    with console.client(Role.VIEWER) as client:
        answer = client.get("/console/signals")
    assert answer.status_code == 500
    assert "服务器出错了" in answer.text
    assert said not in answer.text + caplog.text
    assert "ValueError" in caplog.text


def test_a_page_that_is_not_there_is_told_in_words(standing: RunningConsole) -> None:
    with standing.client(Role.VIEWER) as client:
        page = client.get("/console/no/such/page")
        assert page.status_code == 404
        assert "没有找到" in page.text
    with standing.client() as client:
        assert client.get("/console/no/such/page").status_code == 303
        assert client.get("/api/no/such/route").json().keys() == {"error"}
