"""What running campaigns send at this moment: two openings each, with the first step behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.campaigns.library import Library
from bot.campaigns.player import Bubble
from bot.campaigns.scripts import VARIANTS, Script
from bot.campaigns.scripts_approval import is_approved
from bot.ledger.database import Reader
from bot.outbound.wording import WordingError, checked
from bot.voice import Voice

Bubbles = Sequence[Mapping[str, Any]]
_OPEN: Final = "SELECT id, script, hash FROM campaigns WHERE state IN ('scheduled', 'running')"


class Openings:
    """The bubbles of campaigns whose scripts are in force, made once for all who get the same.

    ``unfit`` tells in a line why a campaign cannot go on: its script was changed or is not approved any more, or has
    words that may not leave.
    """

    def __init__(self, reader: Reader) -> None:
        self.unfit: dict[str, str] = {}
        self._reader = reader
        self._library: Library | None = None
        self._voice: Voice | None = None
        self._scripts: dict[str, Script] = {}
        self._made: dict[tuple[str, str, str], Bubbles] = {}

    def look(self, library: Library | None, voice: Voice) -> None:
        """Takes the campaigns and the wording of this moment, without a ``library`` no campaign; short blocking reads.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        if library is not self._library or voice is not self._voice:
            self._made.clear()
        self._library, self._voice = library, voice
        self._scripts, self.unfit = {}, {}
        if library is None:
            return
        for campaign, name, hash in self._reader.rows(_OPEN):
            script = library.scripts.get(name)
            if script is not None and script.hash == hash and is_approved(self._reader, script):
                self._scripts[campaign] = script
            else:
                self.unfit[campaign] = f"its script {name} is not there as approved"

    def size(self, campaign: str, channel: str) -> int:
        """How many messages of the platform's one person takes; 0 where nothing can go out."""
        if campaign not in self._scripts or campaign in self.unfit:
            return 0
        try:
            return max(len(self.bubbles(campaign, each, channel)) for each in VARIANTS)
        except WordingError as error:
            self.unfit[campaign] = str(error)
            return 0

    def bubbles(self, campaign: str, variant: str, channel: str) -> Bubbles:
        """What somebody of this variant gets: the opening, and the first step with its choices.

        Raises:
            WordingError: when something in it may not leave.
        """
        script = self._scripts[campaign]
        key = script.hash, variant, channel
        if key not in self._made:
            assert self._library is not None, "its scripts come from it"
            assert self._voice is not None, "it is there when the library is"
            _, said = self._library.player.start(script, variant, channel)
            bubbles = [_bubble(each) for each in said]
            for bubble in bubbles:
                checked(self._voice, {name: bubble[name] for name in bubble if name != "image"})
            self._made[key] = bubbles
        return self._made[key]


def most_bubbles(library: Library, script: Script, channel: str) -> int:
    """How many messages of the platform's one person gets at most, whichever opening it is."""
    return max(len(library.player.start(script, each, channel)[1]) for each in VARIANTS)


def _bubble(said: Bubble) -> dict[str, Any]:
    bubble: dict[str, Any] = {"text": said.text}
    if said.choices:
        bubble["buttons"] = [{"title": each, "payload": each} for each in said.choices]
    if said.picture is not None:
        bubble["image"] = f"/pictures/{said.picture.file.name}"
    return bubble
