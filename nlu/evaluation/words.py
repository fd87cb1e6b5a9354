"""The wording of the report, from ``content/report.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from nlu.evaluation.figures import Figure

_SMALL = 0.1  # below, a share is told with two decimals


class WordsError(ValueError):
    """The wording lacks a text; the message is one line that names it."""


@dataclass(frozen=True)
class Words:
    """Looks up texts; what it returns is safe inside HTML, and what is filled in has to be."""

    content: Mapping[str, Any]

    def __call__(self, key: str, **values: object) -> str:
        """The text ``strings.key`` with its placeholders filled.

        Raises:
            WordsError: when it is missing or has a placeholder that nobody fills.
        """
        text = (self.content.get("strings") or {}).get(key)
        if not isinstance(text, str):
            raise WordsError(
                f"report.yml: strings.{key} is missing; restore it from the repository"
            )
        try:
            return escape(text).format_map({name: str(value) for name, value in values.items()})
        except (LookupError, ValueError, AttributeError):
            filled = ", ".join(f"{{{name}}}" for name in values) or "none"
            raise WordsError(f"report.yml: strings.{key}: placeholders here are {filled}") from None

    def name(self, group: str, key: str) -> str:
        """What a figure, label, way, component or kind is called; the key where it has no other name."""
        return escape(str((self.content.get(group) or {}).get(key, key)))

    def value(self, name: str, value: float) -> str:
        """A value as people read it: a share in per cent, a time in milliseconds."""
        if name.startswith("time."):
            return self("milliseconds", value=f"{value:.2f}")
        return percent(value)

    def figure(self, name: str, figure: Figure) -> str:
        """The value of a figure as people read it."""
        return self.value(name, figure.value)


def percent(value: float) -> str:
    """``97.5%``, ``0.65%``, ``0%``, ``100%``."""
    if value in (0, 1):
        return f"{value:.0%}"
    return f"{value:.2%}" if value < _SMALL else f"{value:.1%}"
