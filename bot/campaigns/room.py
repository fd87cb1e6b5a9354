"""The scripts of ``content/campaigns`` as the assistant practises them with a borrower."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from actions.practice import Bubble as Shown
from actions.practice import Scene
from bot.campaigns.library import Library
from bot.campaigns.player import Bubble, PlayState
from bot.campaigns.player_listening import plain
from bot.campaigns.scripts import VARIANTS, Script
from nlu.analysis import Analysis


class CampaignRoom:
    """Plays scripts within conversations; see :class:`actions.practice.Practices`."""

    def __init__(self, library: Callable[[], Library | None]) -> None:
        """``library`` gives the scripts in force, ``None`` where there are none; it must not raise."""
        self._library = library

    def are_there(self) -> bool:
        """Whether there are any scripts to choose from."""
        library = self._library()
        return library is not None and bool(library.own_choice())

    def start(
        self,
        code: str | None,
        seed: str,
        *,
        script: str | None = None,
        variant: str = "",
        channel: str = "",
    ) -> Scene | None:
        """The beginning of a script, chosen by what the conversation is about."""
        library = self._library()
        if library is None:
            return None
        chosen = library.scripts.get(script) if script else _chosen(library, code, seed)
        if chosen is None:
            return None
        opening = variant if variant in VARIANTS else VARIANTS[0]
        state, bubbles = library.player.start(chosen, opening, channel)
        return _scene(chosen, state, bubbles, "asked")

    def answer(self, played: Mapping[str, Any], analysis: Analysis, channel: str) -> Scene | None:
        """What an answer leads to."""
        found = self._going(played)
        if found is None:
            return None
        library, script, state = found
        after, bubbles, event = library.player.answer(
            script, state, analysis.text, analysis, channel
        )
        return _scene(script, after, bubbles, event)

    def again(self, played: Mapping[str, Any], channel: str) -> Scene | None:
        """The step that waits for an answer, said once more."""
        found = self._going(played)
        if found is None:
            return None
        library, script, state = found
        return _scene(script, state, library.player.ask(script, state, channel), "asked")

    def is_choice(self, played: Mapping[str, Any], text: str) -> bool:
        """Whether a message is just what a button of the waiting step sends, or other words of the script for it."""
        found = self._going(played)
        if found is None:
            return False
        _, script, state = found
        own = (
            words
            for choice in script.steps[state.step].choices
            for words in (choice.label, *choice.words)
        )
        return plain(text) in map(plain, own)

    def _going(self, played: Mapping[str, Any]) -> tuple[Library, Script, PlayState] | None:
        library = self._library()
        if library is None:
            return None
        try:
            state = PlayState.from_json(played)
        except (KeyError, TypeError, ValueError):
            return None
        script = library.scripts.get(state.script)
        # A script whose words changed may be played on as long as the step is still there.
        if script is None or state.over or state.step not in script.steps:
            return None
        return library, script, state


def _chosen(library: Library, code: str | None, seed: str) -> Script | None:
    scripts = library.own_choice()
    fitting = [script for script in scripts if script.code == code] or list(scripts)
    if not fitting:
        return None
    place = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4], "big")
    return fitting[place % len(fitting)]


def _scene(script: Script, state: PlayState, bubbles: Sequence[Bubble], event: str) -> Scene:
    played = {
        **state.as_json(),
        "hash": script.hash,
        "score": state.score(),
        "before": state.measured(script, "before"),
        "after": state.measured(script, "after"),
    }
    shown = tuple(
        Shown(bubble.text, bubble.picture.file.name if bubble.picture else None)
        for bubble in bubbles
    )
    choices = bubbles[-1].choices if bubbles else ()
    return Scene(shown, choices, played, event)
