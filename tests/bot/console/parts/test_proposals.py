"""The page of wording and numbers: one person proposes, another approves, and it is in force."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bot.proposals.files import entries
from bot.staff.roles import Role
from tests.bot.console.serving import RunningConsole, running_console

FILE = "replies/urgent.yml"


@pytest.fixture
def console(tmp_path: Path, content_copy: Path) -> Iterator[RunningConsole]:
    with running_console(tmp_path / "home", content=content_copy) as running:
        yield running


def test_a_wording_goes_from_one_person_to_another_and_into_force(
    console: RunningConsole, browse: Callable[..., Page], content_copy: Path
) -> None:
    version = console.services.content.version
    path = next(
        entry.path
        for entry in entries((content_copy / FILE).read_text(encoding="utf-8"))
        if entry.path.endswith("/text")
    )
    author = browse(f"/console/content/edit?file={FILE}&path={path}", Role.ANALYST)
    text = author.locator("textarea[name=text]").input_value()
    author.fill("textarea[name=text]", text + "您慢慢说。")
    author.fill("textarea[name=reason]", "更温和")
    author.get_by_role("button", name="提交提议").click()
    expect(author.locator(".diff .new")).to_contain_text("您慢慢说。")
    expect(author.get_by_role("button", name="批准并生效")).to_have_count(0)
    assert console.services.content.version == version

    other = browse("/console/content", Role.ADMIN)
    other.locator("td a").first.click()
    other.on("dialog", lambda dialog: dialog.accept())
    other.get_by_role("button", name="批准并生效").click()
    expect(other.locator(".said")).to_have_text("已批准，新内容已经生效。")
    assert console.services.content.version != version
    assert any("您慢慢说。" in str(reply) for reply in console.services.responses.values())


def test_a_viewer_reads_the_wording_and_changes_nothing(console: RunningConsole) -> None:
    with console.client(Role.VIEWER) as client:
        page = client.get("/console/content?file=page.yml").text
        assert "/console/content/edit" not in page
        sent = client.send_form("/console/content", "/console/content/propose", file="page.yml")
        assert sent.status_code == 403


def test_a_stale_edit_and_broken_yaml_are_refused_in_words(
    console: RunningConsole, content_copy: Path
) -> None:
    edit = f"/console/content/edit?file={FILE}"
    text = (content_copy / FILE).read_text(encoding="utf-8")
    form = {"file": FILE, "text": text + "# x\n", "reason": "r", "base": "0" * 64}
    with console.client(Role.ANALYST) as client:
        stale = client.send_form(edit, "/console/content/propose", **form)
        assert stale.status_code == 409
        broken = client.send_form(edit, "/console/content/propose", **{**form, "text": "{"})
        assert broken.status_code == 422
        outside = client.send_form(edit, "/console/content/propose", **{**form, "file": "../x"})
        assert outside.status_code == 404
