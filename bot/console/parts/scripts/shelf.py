"""The scripts of the content in force, checked, and what plays and draws them."""

from __future__ import annotations

from bot.campaigns.check import Checked, ScriptCheck
from bot.campaigns.drawing import DrawingWords
from bot.campaigns.player import Player
from bot.campaigns.preview import PreviewWords
from bot.console.answers import Missing
from bot.console.desk import Desk
from bot.console.visit import Visit


class Shelf:
    """The checked scripts of the content in force; read anew when it has become another."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._version: str | None = None
        self._found: dict[str, Checked] = {}
        self._check: ScriptCheck | None = None

    def all(self) -> dict[str, Checked]:
        """All scripts by the names of their files."""
        self.check()
        return self._found

    def check(self) -> ScriptCheck:
        """What checked them."""
        content = self._desk.services.content
        if self._check is None or content.version != self._version:
            check = ScriptCheck(self._desk.services.settings.content, content)
            self._found = {checked.name: checked for checked in check.all()}
            self._check, self._version = check, content.version
        return self._check

    def get(self, visit: Visit, name: str) -> Checked:
        """One script.

        Raises:
            Missing: when there is none of that name.
        """
        found = self.all().get(name)
        if found is None:
            raise Missing(visit.words("errors.missing"))
        return found

    def player(self) -> Player:
        """What plays them."""
        return Player.of(self._desk.services.content, self._desk.services.settings.content)

    def drawn(self) -> DrawingWords:
        """The words of drawings."""
        return PreviewWords.load(self._desk.services.settings.content).drawing
