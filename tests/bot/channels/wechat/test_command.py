"""``jingzhong wechat``: the commands of whoever deploys the account."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from actions.content import CONTENT
from bot.audit import AuditLog
from bot.channels.wechat.wording import load_words
from bot.cli.main import run
from bot.ledger.database import Reader, database_path
from tests.bot.channels.wechat.posts import AES_KEY, APP_ID, TOKEN
from tests.bot.channels.wechat.talking import OfficialAccount
from tests.bot.channels.wechat.tencent import SECRET
from tests.bot.channels.wecom.customer_service import CORP_ID, CustomerService

Command = Callable[..., tuple[int, str]]


@pytest.fixture
def servers() -> Iterator[tuple[OfficialAccount, CustomerService]]:
    running = OfficialAccount(), CustomerService()
    yield running
    for server in running:
        server.stop()


@pytest.fixture
def command(
    tmp_path: Path,
    servers: tuple[OfficialAccount, CustomerService],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Command:
    """``command(*arguments, **settings)``: exit code and what ``jingzhong wechat`` says, in this process."""
    account, kf = servers
    given = {
        "HOME": str(tmp_path),
        "WECHAT_APP_ID": APP_ID,
        "WECHAT_TOKEN": TOKEN,
        "WECHAT_SECRET": SECRET,
        "WECHAT_BASE_URL": account.base_url,
        "WECOM_CORP_ID": CORP_ID,
        "WECOM_SECRET": SECRET,
        "WECOM_TOKEN": TOKEN,
        "WECOM_AES_KEY": AES_KEY,
        "WECOM_BASE_URL": kf.base_url,
    }

    def call(*arguments: str, **settings: str) -> tuple[int, str]:
        for name, value in {**given, **settings}.items():
            monkeypatch.setenv(f"JINGZHONG_{name}", value)
        monkeypatch.setattr("sys.argv", ["jingzhong", "wechat", *arguments])
        with pytest.raises(SystemExit) as ended:
            run()
        shown = capsys.readouterr()
        assert shown.out == ""
        return int(ended.value.code or 0), shown.err

    return call


def test_check_says_that_both_take_the_credentials(command: Command) -> None:
    code, said = command("check")
    assert code == 0
    assert said.count("takes the credentials") == 2


def test_check_names_a_wrong_secret_and_does_not_repeat_it(command: Command) -> None:
    code, said = command("check", WECOM_SECRET="wrong-secret")
    assert code == 1
    assert "gettoken" in said
    assert "40001" in said
    assert "wrong-secret" not in said


def test_check_without_accounts_is_a_wrong_setting(command: Command) -> None:
    nothing = dict.fromkeys(("WECHAT_SECRET", "WECHAT_APP_ID", "WECHAT_TOKEN"), "")
    wecom = {f"WECOM_{name}": "" for name in ("CORP_ID", "SECRET", "TOKEN", "AES_KEY")}
    code, said = command("check", **nothing, **wecom)
    assert code == 2
    assert "JINGZHONG_WECHAT_SECRET" in said


def test_the_menu_of_the_content_is_put_there_and_written_down(
    command: Command, servers: tuple[OfficialAccount, CustomerService], tmp_path: Path
) -> None:
    assert command("set-menu")[0] == 0
    (body,) = servers[0].bodies("/cgi-bin/menu/create")
    menu = load_words(CONTENT).menu
    assert [(item["name"], item["key"]) for item in body["button"]] == [
        (button.name, button.key) for button in menu
    ]
    (entry,) = AuditLog(Reader(database_path(tmp_path))).latest()
    assert (entry.action, entry.subject) == ("wechat.set_menu", APP_ID)


def test_a_menu_that_wechat_refuses_is_told_and_not_written_down(
    command: Command, servers: tuple[OfficialAccount, CustomerService], tmp_path: Path
) -> None:
    servers[0].refuse.append(40018)
    code, said = command("set-menu")
    assert code == 1
    assert "40018" in said
    assert not database_path(tmp_path).exists()
