"""The commands of the bot's menu, read from ``content/telegram.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from actions.content import ContentError, read_yaml

START: Final = "start"
COMMANDS: Final = (START, "help", "report", "stop", "human")
_LONGEST_MENU: Final = 256  # characters that Telegram takes as a description


@dataclass(frozen=True)
class Command:
    """One command: ``menu`` is its line in the menu, ``says`` the words that it stands for."""

    menu: str
    says: str


def load_commands(folder: Path) -> Mapping[str, Command]:
    """The commands by name, in the order of the menu.

    Raises:
        ContentError: with one line, when one is missing, unknown or empty.
    """
    path = folder / "telegram.yml"
    given = read_yaml(path).get("commands")
    if not isinstance(given, dict):
        raise ContentError(f"{path}: needs the mapping 'commands'")
    for name in sorted(set(COMMANDS) ^ {str(key) for key in given}):
        problem = "is missing" if name in COMMANDS else "is no command of the bot"
        raise ContentError(f"{path}: the command {name!r} {problem}")
    return {name: _command(path, name, given[name]) for name in COMMANDS}


def _command(path: Path, name: str, given: object) -> Command:
    fields = given if isinstance(given, dict) else {}
    menu, says = fields.get("menu"), fields.get("says")
    for field, text in (("menu", menu), ("says", says)):
        if not isinstance(text, str) or not text.strip() or len(text) > _LONGEST_MENU:
            raise ContentError(
                f"{path}: {name}: {field} should be a text of 1 to {_LONGEST_MENU} characters"
            )
    return Command(str(menu), str(says))
