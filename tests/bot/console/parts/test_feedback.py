"""The pages of feedback as people use them, and its API."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from actions.plan import Contact, Signal
from bot.audit import Actor
from bot.feedback.appeal import Appeal
from bot.feedback.feedback import Feedback
from bot.feedback.verdict import Judgement, Ruling
from bot.ledger.events import TurnContext, event_source
from bot.ledger.ledger import TurnRecord
from bot.staff.roles import Role
from tests.bot.console.serving import TOKEN, RunningConsole

Browse = Callable[..., Page]
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=timezone.utc)
ANNA, BERT = Actor("anna"), Actor("bert")


class Reviewed:
    """A console with signals to review."""

    def __init__(self, console: RunningConsole) -> None:
        self.console = console
        services = console.services
        source = event_source(services.content.short_name)
        ledger = services.ledger
        self.feedback = Feedback(ledger.reader, ledger.writer, source, services.settings.content)
        self._count = 0

    def signal(self, user: str = "u1", **fields: Any) -> str:
        """Records a signal; returns its id."""
        self._count += 1
        told = {
            "code": "loan_scam",
            "confidence": 0.93,
            "stage": "approached",
            "evidence": (f"他说先交{self._count}千保证金才能放款",),
            "contacts": (Contact("phone", "+8613800001234", "138 0000 1234"),),
            "agency": "恒信优选",
            "amounts": ("3000",),
        }
        context = TurnContext(
            *("rest", user, f"rest:{user}", f"m{self._count}"),
            NOW + timedelta(minutes=self._count),
            *("model", "content"),
        )
        turn = TurnRecord(context, (Signal(**{**told, **fields}),))
        ids: list[str] = self.console.run(self.console.services.ledger.record(turn))
        return ids[0]

    def dispute(self, signal: str, user: str = "u1") -> None:
        """The borrower objects."""
        own = self.console.services.hasher.user("rest", user)
        self.console.run(self.feedback.disputed([signal], own, NOW, notify=True))

    def judge(self, signal: str, verdict: str, actor: Actor = ANNA) -> None:
        """Somebody else judges."""
        self.console.run(self.feedback.judge(signal, Ruling(verdict), actor))

    def appeal(self, signal: str, reason: str = "那是你们自己打来的") -> Appeal:
        """Somebody opens an appeal for the borrower."""
        opened: Appeal = self.console.run(
            self.feedback.appeals.open_for_borrower(signal, reason, ANNA)
        )
        return opened

    def judgement(self, signal: str) -> Judgement:
        """What was said of a signal."""
        return self.feedback.queue.judgements([signal])[signal]


@pytest.fixture
def reviewed(console: RunningConsole) -> Reviewed:
    return Reviewed(console)


def test_keys_judge_one_signal_after_the_other_disputed_ones_first(
    reviewed: Reviewed, browse: Browse
) -> None:
    first, second, third = [reviewed.signal(f"u{n}") for n in range(3)]
    reviewed.dispute(first, "u0")
    page = browse("/console/review")
    assert page.locator(".judging").get_by_text("这不是诈骗").is_visible()
    page.keyboard.press("2")
    page.wait_for_url("**last=*")
    assert page.locator(".said").inner_text() == "已记为误报。"
    page.keyboard.press("1")
    page.wait_for_url(f"**last={third}*")
    page.keyboard.press("3")
    page.locator("#codes").wait_for()
    page.keyboard.press("a")
    page.wait_for_url(f"**last={second}*")
    assert page.locator(".judging").count() == 0
    verdicts = [reviewed.judgement(id).current for id in (first, third, second)]
    assert [said and (said.verdict, said.by) for said in verdicts] == [
        ("false_alarm", "analyst"),
        ("confirmed", "analyst"),
        ("wrong_code", "analyst"),
    ]
    said = reviewed.judgement(second).current
    assert said is not None
    assert said.code == "debt_optimization"


def test_skipping_goes_through_all_signals_and_begins_again(reviewed: Reviewed) -> None:
    signals = {reviewed.signal(f"u{n}") for n in range(4)}
    seen = []
    with reviewed.console.client(Role.ANALYST) as client:
        address = "/console/review"
        for _ in range(5):
            link = re.search(r'href="([^"]+)" data-key="s"', client.get(address).text)
            assert link is not None
            address = link[1].replace("&amp;", "&")
            seen.append(address.removeprefix("/console/review/").partition("?")[0])
    assert set(seen[:4]) == signals
    assert seen[4] == seen[0]


def test_letters_do_nothing_while_the_codes_are_hidden(reviewed: Reviewed, browse: Browse) -> None:
    signal = reviewed.signal()
    page = browse("/console/review")
    for key in "abcdefg":
        page.keyboard.press(key)
    page.keyboard.press("3")
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    page.wait_for_timeout(200)
    assert reviewed.judgement(signal).verdicts == ()


def test_keys_typed_into_the_note_are_text(reviewed: Reviewed, browse: Browse) -> None:
    signal = reviewed.signal()
    page = browse("/console/review")
    page.get_by_label("备注").fill("")
    page.get_by_label("备注").press_sequentially("12")
    assert reviewed.judgement(signal).verdicts == ()
    page.get_by_role("button", name="误报").click()
    page.wait_for_url("**last=*")
    said = reviewed.judgement(signal).current
    assert said is not None
    assert (said.verdict, said.note) == ("false_alarm", "12")


def test_the_review_works_without_scripts(reviewed: Reviewed, browse: Browse) -> None:
    signal = reviewed.signal()
    page = browse("/console/review", java_script_enabled=False)
    page.locator("label[for=which]").click()
    page.get_by_role("button", name="出借账户").click()
    said = reviewed.judgement(signal).current
    assert said is not None
    assert said.code == "mule_account"


def test_a_viewer_sees_the_signals_and_cannot_judge(reviewed: Reviewed) -> None:
    signal = reviewed.signal()
    with reviewed.console.client(Role.VIEWER) as client:
        assert "您的角色只能查看" in client.get("/console/review").text
        sent = client.send_form(
            "/console/review", f"/console/review/{signal}/verdict", verdict="confirmed"
        )
    assert sent.status_code == 403
    assert reviewed.judgement(signal).verdicts == ()


def test_whoever_differs_finds_the_signal_again(reviewed: Reviewed) -> None:
    signal = reviewed.signal()
    reviewed.judge(signal, "confirmed", ANNA)
    reviewed.judge(signal, "false_alarm", BERT)
    with reviewed.console.client(Role.ANALYST) as client:
        shown = client.get("/console/review?view=disagreed").text
        assert "anna" in shown
        assert "bert" in shown
        client.send_form(
            "/console/review?view=disagreed",
            f"/console/review/{signal}/verdict",
            verdict="false_alarm",
            view="disagreed",
        )
        judged = client.get("/console/review?view=judged&csv=review").text
    assert signal in judged
    assert "误报" in judged


def test_an_empty_queue_says_so(console: RunningConsole) -> None:
    with console.client(Role.ANALYST) as client:
        for view, text in (
            ("waiting", "没有待复核的信号"),
            ("disagreed", "没有意见不一的信号"),
            ("judged", "还没有人复核过信号"),
        ):
            assert text in client.get(f"/console/review?view={view}").text
        assert "这段时间没有信号" in client.get("/console/review/rates").text
        assert "没有待办的申诉" in client.get("/console/appeals").text
        for missing in ("/console/review/none", "/console/appeals/AP-NONE"):
            assert client.get(missing).status_code == 404


def test_an_appeal_is_opened_taken_and_decided_on_the_page(
    reviewed: Reviewed, browse: Browse
) -> None:
    signal = reviewed.signal()
    reviewed.judge(signal, "confirmed")
    page = browse(f"/console/appeals?signal={signal}")
    form = page.locator("form", has=page.locator("input[name=signal]"))
    form.get_by_label("申诉理由").fill("那是官方来电")
    form.get_by_role("button", name="登记").click()
    page.wait_for_url("**/console/appeals/AP-*")
    page.get_by_role("button", name="由我复核").click()
    page.get_by_label("申诉成立，涉及的信号是误报").check()
    page.get_by_label("裁定理由").fill("核对过通话记录")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="裁定并办结").click()
    page.get_by_text("申诉已办结").wait_for()
    said = reviewed.judgement(signal).current
    assert said is not None
    assert said.appeal == reviewed.feedback.appeals.list()[0].id
    page.goto(f"/console/review/{signal}")
    assert page.get_by_text("要改判须另提申诉").is_visible()


def test_whoever_judged_is_told_that_somebody_else_decides(reviewed: Reviewed) -> None:
    signal = reviewed.signal()
    reviewed.judge(signal, "confirmed", Actor("analyst"))
    opened = reviewed.appeal(signal)
    with reviewed.console.client(Role.ANALYST) as client:
        page = f"/console/appeals/{opened.id}"
        refused = client.send_form(page, f"{page}/take")
    assert refused.status_code == 409
    assert "须由其他同事办理" in refused.text


@pytest.mark.parametrize(
    ("fields", "status", "told"),
    [
        ({"party": "accused", "contact": "传真", "reason": "不是我"}, 422, "类型:内容"),
        ({"party": "accused", "contact": "agency:没有人", "reason": "不是我"}, 404, "没有找到"),
        ({"party": "borrower", "signal": "none", "reason": "不是"}, 404, "没有找到"),
        ({"party": "borrower", "signal": "none", "reason": ""}, 422, "没有填写"),
    ],
)
def test_an_appeal_about_nothing_is_refused_in_words(
    console: RunningConsole, fields: dict[str, str], status: int, told: str
) -> None:
    with console.client(Role.ANALYST) as client:
        refused = client.send_form("/console/appeals", "/console/appeals", **fields)
    assert refused.status_code == status
    assert told in refused.text


def test_the_rates_stand_with_their_denominators_and_intervals(reviewed: Reviewed) -> None:
    signals = [reviewed.signal() for _ in range(6)]
    for signal in signals[:4]:
        reviewed.judge(signal, "confirmed")
    reviewed.judge(signals[4], "false_alarm")
    with reviewed.console.client(Role.VIEWER) as client:
        shown = client.get("/console/review/rates").text
        table = client.get("/console/review/rates?csv=rates-code").text
        none = client.get("/console/review/rates?until=2026-11-22").text
    assert "20.0%" in shown
    assert "3.6% – 62.4%" in shown
    assert table.splitlines()[1] == "loan_scam,6,5,1,0.2,3.6% – 62.4%,0.0362232,0.624472,0"
    assert "这段时间没有信号" in none


def test_what_users_wrote_is_no_markup(reviewed: Reviewed, browse: Browse) -> None:
    evil = "<img src=x onerror=alert(1)>要先交钱"
    signal = reviewed.signal(evidence=(evil,), agency="<script>x</script>")
    reviewed.appeal(signal, evil)
    for path in ("/console/review", "/console/appeals", f"/console/review/{signal}"):
        page = browse(path)
        assert page.locator("img[src=x]").count() == 0
        assert evil in page.locator("main").inner_text()


@pytest.fixture
def api(console: RunningConsole) -> Callable[..., Any]:
    """``api("GET", "/feedback/queue")``: a call with the token."""

    def call(method: str, path: str, status: int = 200, **options: Any) -> Any:
        with console.client() as client:
            headers = {"Authorization": f"Bearer {TOKEN}"}
            answer = client.request(method, f"/api{path}", headers=headers, **options)
        assert answer.status_code == status, answer.text
        return answer.json()

    return call


def test_a_program_judges_and_reads_what_waits(reviewed: Reviewed, api: Callable[..., Any]) -> None:
    first, second = reviewed.signal(), reviewed.signal()
    waiting = api("GET", "/feedback/queue")
    assert [item["signal"]["id"] for item in waiting["signals"]] == [second, first]
    verdict = {"verdict": "wrong_code", "code": "fake_hotline"}
    told = api("POST", f"/signals/{first}/verdict", json=verdict)
    assert told == {"changed": True, "disagreement": False}
    assert api("POST", f"/signals/{first}/verdict", json=verdict)["changed"] is False
    said = reviewed.judgement(first).current
    assert said is not None
    assert said.by == "api"
    assert api("GET", "/feedback/queue")["unseen"] == 1
    whole = api("GET", "/feedback/rates")["rates"][0]
    assert (whole["signals"], whole["judged"], whole["wrong_codes"]) == (2, 1, 1)


def test_a_program_is_told_in_a_line_what_is_wrong(
    reviewed: Reviewed, api: Callable[..., Any]
) -> None:
    signal = reviewed.signal()
    for path, body, status, told in (
        (f"/signals/{signal}/verdict", {"verdict": "wrong_code"}, 409, "needs the right one"),
        (f"/signals/{signal}/verdict", {"verdict": "maybe"}, 400, "verdict"),
        ("/signals/none/verdict", {"verdict": "confirmed"}, 404, "no signal has the id"),
        ("/appeals", {"reason": "x", "contact": "fax"}, 400, "no contact"),
        ("/appeals", {"reason": "x"}, 400, "body"),
        ("/appeals/AP-NONE/take", None, 404, "no appeal has the id"),
        ("/appeals/%ED%A0%80%00/take", None, 404, "no appeal has the id"),
        ("/signals/%ED%A0%80%00/verdict", {"verdict": "confirmed"}, 404, "no signal has the id"),
    ):
        refused = api("POST", path, status, json=body)
        assert re.search(told, str(refused)), refused


def test_a_program_opens_and_decides_an_appeal(reviewed: Reviewed, api: Callable[..., Any]) -> None:
    signal = reviewed.signal()
    reviewed.judge(signal, "confirmed")
    opened = api("POST", "/appeals", json={"signal": signal, "reason": "官方来电", "notify": True})
    appeal = f"/appeals/{opened['id']}"
    assert api("POST", f"{appeal}/take")["reviewer"] == "api"
    decision = {"upheld": True, "reason": "核对过", "verdict": "false_alarm"}
    decided = api("POST", f"{appeal}/decision", json=decision)
    assert decided["state"] == "upheld"
    listed = api("GET", "/appeals")
    assert (listed["decided"], listed["late"], listed["appeals"][0]["id"]) == (1, 0, opened["id"])


@pytest.mark.parametrize("width", [1280, 820])
def test_no_page_is_wider_than_the_screen(
    reviewed: Reviewed, browse: Browse, width: int, tmp_path: Path
) -> None:
    signals = [reviewed.signal(f"u{n}", evidence=("长" * 120,)) for n in range(3)]
    reviewed.dispute(signals[0], "u0")
    reviewed.judge(signals[1], "false_alarm")
    opened = reviewed.appeal(signals[2], "理由" * 200)
    for path in (
        *("/console/review", "/console/review?view=judged", "/console/review/rates"),
        *("/console/appeals", f"/console/appeals/{opened.id}"),
    ):
        page = browse(path, viewport={"width": width, "height": 900})
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, path
