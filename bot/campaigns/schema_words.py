"""How findings about scripts are told, in the words of ``content/scripts.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from actions.content import ContentError, read_yaml
from actions.wording import fill
from bot.campaigns.schema import Problem

FILE: Final = "scripts.yml"
_MEANT: Final = "meant:"


class ProblemWords:
    """The texts of findings."""

    def __init__(self, folder: Path) -> None:
        """Reads them from the folder of all wording.

        Raises:
            ContentError: when the file is missing or broken.
        """
        self._path = folder / FILE
        found = read_yaml(self._path).get("problems")
        if not isinstance(found, dict):
            raise ContentError(f"{self._path}: problems should hold names with their texts")
        self._texts: Mapping[str, Any] = found

    def what(self, problem: Problem) -> str:
        """What is wrong and how to mend it."""
        values = {name: str(value) for name, value in problem.values.items()}
        if "hint" in values:
            values["hint"] = self._hint(values["hint"], values)
        return fill(self._text(problem.key), values)

    def line(self, problem: Problem, file: str) -> str:
        """The finding with file and line before it."""
        key = "line_whole" if problem.line is None else "line"
        values = {"file": file, "line": str(problem.line), "what": self.what(problem)}
        return fill(self._text(key), values)

    def _hint(self, key: str, values: Mapping[str, str]) -> str:
        if key.startswith(_MEANT):
            return fill(self._text("meant"), {"name": key.removeprefix(_MEANT)})
        if key.startswith("hints."):
            hints = self._texts.get("hints") or {}
            return str(hints.get(key.removeprefix("hints.")) or hints.get("other", ""))
        return fill(self._text(key), values)

    def _text(self, key: str) -> str:
        text = self._texts.get(key)
        if not isinstance(text, str):
            raise ContentError(f"{self._path}: problems.{key} is missing; add it")
        return text
