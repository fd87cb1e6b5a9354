"""The words of the console, all from ``content/console``: one file a part."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from actions.content import ContentError, read_yaml
from actions.wording import fill

SHELL = "shell"


class Words:
    """The words of one part: ``words("list.title", count=3)`` gives a text, its placeholders filled."""

    def __init__(self, path: Path) -> None:
        """Reads the file.

        Raises:
            ContentError: when it is missing or broken.
        """
        self._path = path
        self._tree = read_yaml(path)

    def __call__(self, key: str, **values: object) -> str:
        """The text at a dotted key.

        Raises:
            ContentError: when the file has no text there.
        """
        found = self._find(key)
        if not isinstance(found, (str, int, float)):
            raise ContentError(f"{self._path}: {key} should be a text")
        return fill(str(found), {name: str(value) for name, value in values.items()})

    def has(self, key: str) -> bool:
        """Whether there is anything at a dotted key."""
        try:
            self._find(key)
        except ContentError:
            return False
        return True

    def names(self, key: str) -> dict[str, str]:
        """All texts below a dotted key, in the order of the file.

        Raises:
            ContentError: when there are none.
        """
        found = self._find(key)
        if not isinstance(found, Mapping):
            raise ContentError(f"{self._path}: {key} should hold names with their texts")
        return {str(name): str(text) for name, text in found.items()}

    def _find(self, key: str) -> Any:
        found: Any = self._tree
        for step in key.split("."):
            if not isinstance(found, Mapping) or step not in found:
                raise ContentError(f"{self._path}: the entry {key} is missing; add it")
            found = found[step]
        return found


class Wording:
    """The words of all parts, read when they are first asked for and again when their version changes."""

    def __init__(self, content: Path, version: Callable[[], str] = lambda: "") -> None:
        """Takes the folder of all wording, and how to learn its version; the console's lies in ``console``."""
        self._folder = content / "console"
        self._version = version
        self._of_version = version()
        self._read: dict[str, Words] = {}

    def of(self, part: str) -> Words:
        """The words of a part.

        Raises:
            ContentError: when the file is missing or broken.
        """
        if self._version() != self._of_version:
            self._of_version, self._read = self._version(), {}
        if part not in self._read:
            self._read[part] = Words(self._folder / f"{part}.yml")
        return self._read[part]
