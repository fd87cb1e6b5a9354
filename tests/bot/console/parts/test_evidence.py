"""The pages about evidence packs, over HTTP and in Chromium."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from bot.audit import AuditLog
from bot.cases.builder import CaseBuilder
from bot.cases.contacts import ContactKey
from bot.cases.reading import CaseView
from bot.cases.rules import load_rules
from bot.evidence.log import ExportLog
from bot.evidence.verifying import verify
from bot.ledger.encoding import utc_now
from bot.staff.roles import Role
from tests.bot.console.conftest import TABLET
from tests.bot.console.serving import TOKEN, RunningConsole
from tests.bot.evidence.conftest import APPROACH, WECHAT, said, story

NEW, MAKE = "/console/evidence/new?case={}", "/console/evidence"


class Evidence:
    """A case behind a running console."""

    def __init__(self, console: RunningConsole) -> None:
        self.console = console
        self.log = ExportLog(console.services.ledger.reader)

    def hears(self, *turns: object) -> str:
        """Writes turns and builds the cases; the id of the case of the WeChat account."""
        ledger = self.console.services.ledger
        self.console.record(*turns)  # type: ignore[arg-type]
        rules = load_rules(self.console.services.settings.content)
        self.console.run(
            CaseBuilder(ledger, ledger.writer, self.console.services.hasher, rules).build()
        )
        case = CaseView(ledger.reader).of(ContactKey(WECHAT.kind, WECHAT.value))
        assert case is not None
        return case.id

    def makes(self, case: str, **fields: str) -> bytes:
        """Makes a pack as an analyst does in the browser."""
        given = {"case": case, "purpose": "police", "scope": "all", **fields}
        with self.console.client(Role.ANALYST) as client:
            answer = client.send_form(NEW.format(case), MAKE, **given)
        assert answer.status_code == 200, answer.text
        return answer.content


@pytest.fixture
def evidence(console: RunningConsole) -> Evidence:
    return Evidence(console)


def test_an_analyst_downloads_a_pack_that_holds_and_is_logged(evidence: Evidence) -> None:
    pack = evidence.makes(evidence.hears(*story()))
    verdict = verify(pack)
    assert verdict.holds
    (entry,) = evidence.log.latest()
    assert (entry.actor, entry.pack, entry.reporters) == ("analyst", verdict.manifest["pack"], 2)
    audit = AuditLog(evidence.console.services.ledger.reader)
    assert [noted.actor for noted in audit.latest(action="evidence.export")] == ["analyst"]


def test_a_viewer_sees_the_log_and_makes_nothing(evidence: Evidence) -> None:
    case = evidence.hears(*story())
    evidence.makes(case)
    with evidence.console.client(Role.VIEWER) as client:
        shown = client.get("/console/evidence")
        assert shown.status_code == 200
        assert evidence.log.latest()[0].pack in shown.text
        assert "/console/evidence/new" not in shown.text
        assert client.get(NEW.format(case)).status_code == 403
        assert (
            client.send_form("/console/evidence", MAKE, case=case, purpose="police").status_code
            == 403
        )


def test_without_consent_the_page_says_why_and_offers_contacts_alone(evidence: Evidence) -> None:
    case = evidence.hears(said("wang", "m1", "有人加我", APPROACH))
    with evidence.console.client(Role.ANALYST) as client:
        assert "没有用户同意移送" in client.get(NEW.format(case)).text
        refused = client.send_form(NEW.format(case), MAKE, case=case, purpose="police", scope="all")
        assert refused.status_code == 409
        assert "没有同意移送" in refused.text
        logged = client.get("/console/evidence?outcome=refused").text
        assert "已拒绝" in logged
    assert verify(evidence.makes(case, scope="contacts")).holds


def test_only_an_administrator_releases_holds(evidence: Evidence) -> None:
    evidence.makes(evidence.hears(*story()))
    place = f"/console/evidence/{evidence.log.latest()[0].pack}"
    with evidence.console.client(Role.ANALYST) as client:
        assert "解除保全" not in client.get(place).text
        assert (
            client.send_form("/console/evidence", f"{place}/release", why="撤案").status_code == 403
        )
    assert evidence.log.holds(utc_now())
    with evidence.console.client(Role.ADMIN) as client:
        assert client.send_form(place, f"{place}/release", why="").status_code == 422
        done = client.send_form(place, f"{place}/release", why="撤案")
        assert done.headers["location"].startswith(place)
    assert evidence.log.holds(utc_now()) == []


def test_what_is_unknown_is_said_to_be(evidence: Evidence) -> None:
    with evidence.console.client(Role.ANALYST) as client:
        assert client.get("/console/evidence/EV1").status_code == 404
        assert "没有找到" in client.get(NEW.format("0" * 32)).text
        missing = client.send_form("/console/evidence/new", MAKE, case="x", purpose="police")
        assert missing.status_code == 404
        wrong = client.send_form("/console/evidence/new", MAKE, case="x", purpose="party")
        assert wrong.status_code == 422


def test_the_log_downloads_as_csv(evidence: Evidence) -> None:
    evidence.makes(evidence.hears(*story()))
    with evidence.console.client(Role.VIEWER) as client:
        table = client.get("/console/evidence?csv=evidence").text
    assert evidence.log.latest()[0].sha256 in table


def test_the_api_tells_the_log_and_the_public_key(evidence: Evidence) -> None:
    with evidence.console.client() as client:
        client.headers["Authorization"] = f"Bearer {TOKEN}"
        assert client.get("/api/evidence").json() == {"packs": []}
        assert client.get("/api/evidence/key").status_code == 404
        evidence.makes(evidence.hears(*story()))
        (pack,) = client.get("/api/evidence?limit=5").json()["packs"]
        assert pack["signer"] == client.get("/api/evidence/key").json()["sha256"]


def test_a_pack_is_made_and_looked_up_in_chromium(
    evidence: Evidence, browse: Callable[..., Page], tmp_path: Path
) -> None:
    case = evidence.hears(*story())
    page = browse("/console/evidence", Role.ADMIN)
    page.get_by_role("link", name="制作材料包").click()
    page.get_by_label("案件编号或联系方式").fill("wechat:HengXin_FaWu")
    page.get_by_role("button", name="查找案件").click()
    page.screenshot(path=tmp_path / "new.png", full_page=True)
    with page.expect_download() as download:
        page.get_by_role("button", name="制作并下载").click()
    saved = tmp_path / "pack.zip"
    download.value.save_as(saved)
    assert download.value.suggested_filename == f"{evidence.log.latest()[0].pack}.zip"
    assert verify(saved.read_bytes()).holds
    page.get_by_role("link", name="查看制作记录").click()
    page.screenshot(path=tmp_path / "log.png", full_page=True)
    page.get_by_role("link", name=evidence.log.latest(case_id=case)[0].pack).click()
    page.screenshot(path=tmp_path / "one.png", full_page=True)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_label("解除原因").fill("撤案")
    page.get_by_role("button", name="解除保全").click()
    page.get_by_text("保全已解除").wait_for()
    small = browse("/console/evidence", viewport=TABLET)
    assert small.evaluate("document.documentElement.scrollWidth <= innerWidth")
    small.screenshot(path=tmp_path / "log-820.png", full_page=True)
