"""A canary: what a borrower lets slip through the real service stands in no store, log, export or page.

A new export is one more line in :data:`EXPORTS`; pages and their downloads are found by following links.
"""

from __future__ import annotations

import html
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from bot.cli.main import app
from bot.ledger.encoding import utc_now
from tests.bot.privacy.canary import CARD, CODE, NAME, STORIES, contents, found_in, opened
from tests.bot.redis_server import RedisServer
from tests.conftest import RunningService

PASSWORD, TOKEN = "correct horse battery", "token-of-the-tests-alone"
EXPORTS = (
    "signals export",
    "signals list --json",
    "signals sinks",
    "signals dead --json",
    "cases list --json",
    "cases show wechat:hengxin_fawu --json",
    "cases evidence log --json",
    "cases evidence wechat:hengxin_fawu --out {out}/pack.zip",
    "share export --format stix --out {out}/share.stix.json",
    "share export --format misp --out {out}/share.misp.json",
    "share export --format csv --out {out}/share.csv",
    "feedback queue --json",
    "feedback export --out {out}/candidates.yml",
    "radar list --json",
    "report --month {month} --format html",
    "report --month {month} --format csv",
    "privacy show rest:canary --json",
    "privacy audit --json",
    "privacy retain --dry-run --json",
)
MAY_FAIL = ("radar list", "feedback export")  # with nothing to tell
_MOST_PAGES = 250


@dataclass
class Canary:
    """What became of the stories: the service's folder, and everything that it gave out since."""

    home: Path
    folder: Path
    given: dict[str, bytes] = field(default_factory=dict)


MODES = ["embedded", *(["redis"] if os.environ.get("JINGZHONG_SOAK") else [])]


@pytest.fixture(scope="module", params=MODES)
def canary(
    request: pytest.FixtureRequest, model: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Canary]:
    folder = tmp_path_factory.mktemp("canary")
    server = RedisServer(folder / "redis") if request.param == "redis" else None
    home, out = folder / "home", folder / "out"
    home.mkdir()
    out.mkdir()
    (home / "sinks.yml").write_text(
        f"sinks:\n  lines:\n    kind: files\n    folder: {folder / 'sink'}\n    format: jsonl\n"
    )
    settings = {
        "JINGZHONG_HOME": str(home),
        "JINGZHONG_ADMIN_PASSWORD": PASSWORD,
        "JINGZHONG_API_TOKEN": TOKEN,
        "JINGZHONG_ALLIANCE_KEY": "0123456789abcdef" * 4,
        **({"JINGZHONG_REDIS_URL": server.url} if server else {}),
    }
    own = {name: value for name, value in settings.items() if name != "JINGZHONG_HOME"}
    service = RunningService(home, **own)
    result = Canary(home, folder)
    try:
        with httpx.Client(
            base_url=service.base_url,
            timeout=60,
            trust_env=False,
            headers={"Authorization": f"Bearer {TOKEN}"},
        ) as client:
            for sender in ("canary", "canary-2", "canary-3"):
                _tell_rest(client, sender, result)
            _tell_chat(client, result)
            result.given["metrics"] = client.get("/metrics").content
            result.given["health"] = client.get("/health").content
        _export(settings, result)
        _walk(service.base_url, result)
        yield result
    finally:
        service.stop()
        if server is not None:
            server.stop()


def _tell_rest(client: httpx.Client, sender: str, result: Canary) -> None:
    for place, story in enumerate((*STORIES, "同意把聊天作为证据")):
        said = {"sender": sender, "message": story, "message_id": f"m{place}"}
        answer = client.post("/webhooks/rest/webhook", json=said)
        assert answer.status_code == 200, answer.text
        result.given[f"rest {sender} {place}"] = answer.content


def _tell_chat(client: httpx.Client, result: Canary) -> None:
    session = "ab" * 16
    for place, story in enumerate(STORIES[:3]):
        body = {"session": session, "message_id": f"h{place}", "text": story}
        answer = client.post("/webhooks/chat/messages", json=body)
        result.given[f"chat {place}"] = answer.content


def _export(settings: dict[str, str], result: Canary) -> None:
    month = utc_now().strftime("%Y-%m")
    runner = CliRunner(env=settings)
    assert runner.invoke(app, ["cases", "build"]).exit_code == 0  # or wait for the service to do it
    for state in ("verifying", "confirmed"):
        moved = runner.invoke(app, ["cases", "move", "wechat:hengxin_fawu", state])
        assert moved.exit_code == 0, moved.output
    for line in EXPORTS:
        words = line.format(out=result.folder / "out", month=month).split()
        done = runner.invoke(app, words)
        assert done.exit_code == 0 or line.startswith(MAY_FAIL), (line, done.output, done.exception)
        result.given[f"jingzhong {line}"] = done.stdout_bytes


def _walk(base_url: str, result: Canary) -> None:
    """Every page that can be reached by links from the first one, and everything to download there."""
    with httpx.Client(base_url=base_url, timeout=60, trust_env=False) as client:
        entry = client.get("/console/login")
        csrf = re.search(r'name="csrf" value="([0-9a-f]+)"', entry.text)
        form: dict[str, Any] = {"name": "admin", "password": PASSWORD}
        client.post("/console/login", data={**form, **({"csrf": csrf[1]} if csrf else {})})
        waiting, seen = ["/console"], set()
        while waiting and len(seen) < _MOST_PAGES:
            path = waiting.pop(0)
            if path in seen or "logout" in path:
                continue
            seen.add(path)
            answer = client.get(path, follow_redirects=True)
            assert answer.status_code < 500, path
            result.given[f"page {path}"] = answer.content
            if answer.headers["content-type"].startswith("text/html"):
                links = re.findall(r'href="(/console[^"#]*)"', answer.text)
                waiting += [html.unescape(link) for link in links]
        described = client.get("/api/openapi.json").json()
        for path, methods in described["paths"].items():
            if "get" in methods and "{" not in path:
                result.given[f"api {path}"] = client.get(path).content
    assert len(seen) > 10, "the walk did not get into the console"


def test_the_stories_were_heard_and_the_exports_tell_of_them(canary: Canary) -> None:
    told = canary.given["jingzhong signals export"]
    assert b"hengxin_fawu" in told
    assert told.count(b"\n") >= 6
    assert (canary.folder / "out" / "pack.zip").stat().st_size > 1000
    # The WeChat account leaves as a keyed hash; what counts is that there is an entry to search.
    assert (canary.folder / "out" / "share.csv").read_bytes().count(b"\n") >= 2
    assert any(b"hengxin_fawu" in content for name, content in contents(canary.folder / "sink"))
    pages = [name for name in canary.given if name.startswith("page ")]
    assert any("/console/cases/" in name for name in pages)
    assert any("csv=" in name for name in pages)


def test_no_secret_is_in_any_file_of_the_service(canary: Canary) -> None:
    leaks = {
        name: found for name, content in contents(canary.folder) if (found := found_in(content))
    }
    assert leaks == {}


def test_no_secret_is_in_anything_that_was_given_out(canary: Canary) -> None:
    leaks = {}
    for name, content in canary.given.items():
        for inner, part in [(name, content), *opened(name, content)]:
            if found := found_in(part):
                leaks[inner] = found
    assert leaks == {}


@pytest.mark.parametrize("secret", [CARD, CODE, NAME])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_the_search_would_find_a_leak(secret: str, encoding: str) -> None:
    assert found_in(b"x" + secret.encode(encoding) + b"x")
