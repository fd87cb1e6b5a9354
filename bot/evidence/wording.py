"""Every word of the reports, from ``content/evidence.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actions.content import ContentError, read_yaml
from actions.wording import fill, placeholders

_FILE = "evidence.yml"


@dataclass(frozen=True)
class Words:
    """Looks up texts and names."""

    content: Mapping[str, Any]

    def __call__(self, key: str, **values: object) -> str:
        """The text ``strings.key`` with its placeholders filled; what is filled in is never a template.

        Raises:
            ContentError: when it is missing or has a placeholder that nobody fills.
        """
        text = (self.content.get("strings") or {}).get(key)
        if not isinstance(text, str):
            raise ContentError(f"{_FILE}: strings.{key} is missing; restore it from the repository")
        unknown = placeholders(text) - values.keys()
        if unknown:
            filled = ", ".join(f"{{{name}}}" for name in values) or "none"
            raise ContentError(f"{_FILE}: strings.{key}: placeholders here are {filled}")
        return fill(text, {name: str(value) for name, value in values.items()})

    def name(self, group: str, key: str) -> str:
        """What a code, stage, kind or the like is called; the key where it has no other name."""
        return str((self.content.get(group) or {}).get(key, key))

    def days(self, purpose: str) -> int | None:
        """For how many days a pack for this purpose keeps what it used from being erased.

        Raises:
            ContentError: when the file names none.
        """
        days = (self.content.get("hold_days") or {}).get(purpose)
        if not isinstance(days, int) or isinstance(days, bool) or days < 0:
            raise ContentError(
                f"{_FILE}: hold_days.{purpose} should be a number of days, 0 for none"
            )
        return days or None


def load_words(folder: Path) -> Words:
    """The words in this folder of content.

    Raises:
        ContentError: when the file is missing or no YAML.
    """
    return Words(read_yaml(folder / _FILE))
