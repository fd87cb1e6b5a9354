"""The words of the WeChat channels, read from ``content/wechat.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from actions.content import ContentError, read_yaml

_EVENTS: Final = ("subscribe", "scan")
_MOST_MENU: Final = 3  # buttons that WeChat shows side by side
_LONGEST_NAME: Final = 16  # bytes that WeChat takes
_LONGEST_KEY: Final = 128


@dataclass(frozen=True)
class MenuButton:
    """A button under the chat: ``says`` are the words that it stands for."""

    key: str
    name: str
    says: str


@dataclass(frozen=True)
class WechatWords:
    """What the file says, by its keys there; ``unsupported`` is what WeChat puts for what it cannot pass on."""

    says: Mapping[str, str]
    menu: tuple[MenuButton, ...]
    choices_hint: str
    choices_line: str
    cut: str
    unsupported: frozenset[str]

    def of_key(self, key: str) -> str | None:
        """The words of a pressed menu button."""
        return next((button.says for button in self.menu if button.key == key), None)


def load_words(folder: Path) -> WechatWords:
    """Reads the file.

    Raises:
        ContentError: with one line, when something is missing, unknown or empty.
    """
    path = folder / "wechat.yml"
    given = read_yaml(path)
    says, choices = given.get("says"), given.get("choices")
    events = says if isinstance(says, dict) else {}
    written = choices if isinstance(choices, dict) else {}
    words = WechatWords(
        says={name: _text(path, f"says: {name}", events.get(name)) for name in _EVENTS},
        menu=tuple(_button(path, item) for item in _list(path, "menu", given.get("menu"))),
        choices_hint=_text(path, "choices: hint", written.get("hint")),
        choices_line=_text(path, "choices: line", written.get("line")),
        cut=_text(path, "cut", given.get("cut")),
        unsupported=frozenset(
            _text(path, "unsupported", item)
            for item in _list(path, "unsupported", given.get("unsupported"))
        ),
    )
    if not all(part in words.choices_line for part in ("{number}", "{title}")):
        raise ContentError(f"{path}: choices: line needs {{number}} and {{title}}")
    if len(words.menu) > _MOST_MENU:
        raise ContentError(f"{path}: menu: WeChat shows {_MOST_MENU} buttons at the most")
    if len({button.key for button in words.menu}) < len(words.menu):
        raise ContentError(f"{path}: menu: two buttons have the same key")
    return words


def _list(path: Path, name: str, value: object) -> list[Any]:
    if not isinstance(value, list):
        raise ContentError(f"{path}: {name} should be a list")
    return value


def _text(path: Path, name: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ContentError(f"{path}: {name} should be a text")
    return value


def _button(path: Path, item: object) -> MenuButton:
    fields = item if isinstance(item, dict) else {}
    button = MenuButton(
        *(_text(path, f"menu: {name}", fields.get(name)) for name in ("key", "name", "says"))
    )
    if len(button.name.encode()) > _LONGEST_NAME:
        raise ContentError(f"{path}: menu: {button.name!r} has more than {_LONGEST_NAME} bytes")
    if len(button.key.encode()) > _LONGEST_KEY:
        raise ContentError(f"{path}: menu: the key {button.key!r} is too long")
    return button
