"""The scripts that can be played, and their player, in the version of the content that is in force."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from actions.content import Content, ContentError
from bot.campaigns.player import Player
from bot.campaigns.schema import read_script_file
from bot.campaigns.scripts import Script, script_of, script_paths
from bot.voice import Voices

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Library:
    """The scripts by their id, and what plays them."""

    scripts: Mapping[str, Script]
    player: Player

    @classmethod
    def load(cls, folder: Path, content: Content) -> Library:
        """Reads the scripts of a folder of wording; one that is broken is left out, and the log says so.

        Raises:
            ContentError: when the wording of the player is missing or broken.
        """
        found = {}
        for path in script_paths(folder):
            file = read_script_file(path)
            if file.problems:
                logger.error("%s cannot be played; see: jingzhong campaign check", path.name)
                continue
            script = script_of(file)
            found[script.id] = script
        return cls(found, Player.of(content, folder))

    def own_choice(self) -> tuple[Script, ...]:
        """What somebody may be given who asks to practise: whole scripts, in the order of their names."""
        return tuple(script for _, script in sorted(self.scripts.items()) if not script.is_booster)

    def booster(self, script: str) -> Script | None:
        """The shorter twin of a script."""
        return next((other for other in self.scripts.values() if other.booster_of == script), None)


class LibraryShelf:
    """Hands out the library, read when it is first asked for and again when the content changed."""

    def __init__(self, voices: Voices, folder: Path) -> None:
        self._voices = voices
        self._folder = folder
        self._library: Library | None = None
        self._version = ""

    def __call__(self) -> Library | None:
        """The library, ``None`` while its wording is broken; the first call reads files."""
        content = self._voices.now.content
        if content.version != self._version:
            try:
                self._library = Library.load(self._folder, content)
            except ContentError as error:
                logger.error("nothing can be practised: %s", error)
                self._library = None
            self._version = content.version
        return self._library
