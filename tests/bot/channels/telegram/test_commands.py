"""The words of the bot's menu."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from actions.content import CONTENT, ContentError
from bot.channels.telegram.commands import COMMANDS, load_commands

SHIPPED = (CONTENT / "telegram.yml").read_text(encoding="utf-8")


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        (tmp_path / "telegram.yml").write_text(text, encoding="utf-8")
        return tmp_path

    return write


def test_the_menu_has_all_commands_in_their_order() -> None:
    assert tuple(load_commands(CONTENT)) == COMMANDS


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("commands: []", "needs the mapping 'commands'"),
        (SHIPPED.replace("  stop:", "  pause:"), "the command 'pause' is no command of the bot"),
        (SHIPPED.replace("says: 转人工", "says: ''"), "human: says should be a text of 1 to 256"),
        (SHIPPED.replace("menu: 开始", "menu: 7"), "start: menu should be a text of 1 to 256"),
    ],
)
def test_what_is_wrong_with_the_file_is_one_line(
    written: Callable[[str], Path], text: str, told: str
) -> None:
    with pytest.raises(ContentError, match=told) as caught:
        load_commands(written(text))
    assert "\n" not in str(caught.value)
