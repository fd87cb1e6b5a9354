"""The words of ``content/app.yml``: the list behind the phrase, and what the app's yellow bar says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from actions.content import ContentError
from actions.wording import fill, placeholders
from nlu.analysis import THREAT_CODES

FEWEST_WORDS: Final = 64
LONGEST_BAR: Final = 48  # characters: two lines on a phone
_PLACEHOLDERS: Final = frozenset(
    {"institution", "short_name", "hotline", "hotline_name", "app_entry"}
)


@dataclass(frozen=True)
class BarWords:
    """What the bar says: ``text``, the ``title`` of its button, and what a tap ``say``s in the chat, if anything."""

    text: str
    title: str
    say: str | None = None

    def filled(self, values: Mapping[str, str]) -> BarWords:
        """The same with the institution's values in place of the placeholders."""
        return BarWords(fill(self.text, values), self.title, self.say)


@dataclass(frozen=True)
class AppWords:
    """All of the file: the words of ``phrase``, the ``hint`` for everybody, and ``warnings`` by threat code."""

    phrase: tuple[str, ...]
    hint: BarWords | None = None
    warnings: Mapping[str, BarWords] = field(default_factory=dict)

    def bars(self) -> Iterator[tuple[str, BarWords]]:
        """Each bar with its name."""
        if self.hint is not None:
            yield "hint", self.hint
        yield from self.warnings.items()


def app_words(entries: Mapping[str, Any]) -> AppWords:
    """Checks what ``app.yml`` holds.

    Raises:
        ContentError: one line, when something is missing, unknown or too long.
    """
    phrase, banner = entries.get("phrase"), entries.get("banner")
    if not isinstance(phrase, list) or not all(isinstance(word, str) and word for word in phrase):
        raise ContentError("app.yml: 'phrase' should be a list of words")
    if len(set(phrase)) < FEWEST_WORDS or len(set(phrase)) < len(phrase):
        raise ContentError(
            f"app.yml: 'phrase' needs {FEWEST_WORDS} words or more, and none of them twice"
        )
    if not isinstance(banner, dict) or not isinstance(banner.get("warnings"), dict):
        raise ContentError("app.yml: needs 'banner' with 'hint' and 'warnings'")
    warnings = banner["warnings"]
    for code in sorted(set(THREAT_CODES) ^ {str(key) for key in warnings}):
        problem = "is missing" if code in THREAT_CODES else "is no threat code"
        raise ContentError(f"app.yml: the warning {code!r} {problem}")
    hint = banner.get("hint")
    return AppWords(
        tuple(phrase),
        _bar("hint", hint) if hint is not None else None,
        {code: _bar(code, warnings[code]) for code in THREAT_CODES},
    )


def _bar(name: str, entry: object) -> BarWords:
    if not isinstance(entry, dict) or set(entry) - {"text", "title", "say"}:
        raise ContentError(f"app.yml: {name!r} should have text, title and, where wanted, say")
    text, title, say = entry.get("text"), entry.get("title"), entry.get("say")
    for value in (text, title, *(() if say is None else (say,))):
        if not isinstance(value, str) or not value.strip():
            raise ContentError(f"app.yml: a text of {name!r} is missing or empty")
    if len(str(text)) > LONGEST_BAR:
        raise ContentError(f"app.yml: the text of {name!r} is longer than {LONGEST_BAR} characters")
    for placeholder in placeholders(str(text)) - _PLACEHOLDERS:
        raise ContentError(f"app.yml: {name!r} has the unknown placeholder {{{placeholder}}}")
    return BarWords(str(text), str(title), say)
