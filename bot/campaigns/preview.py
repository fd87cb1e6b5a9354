"""Plays a script in the terminal, for whoever writes it or is to approve it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Optional

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from actions.content import ContentError, read_yaml
from actions.wording import fill
from bot.campaigns.drawing import DrawingWords
from bot.campaigns.player import Bubble, Player, PlayState
from bot.campaigns.schema_words import FILE
from bot.campaigns.scripts import Script

_STYLES: Final = {
    "opening": "cyan",
    "role": "bold",
    "narrator": "dim italic",
    "explain": "green",
    "hint": "yellow",
    "lesson": "bold green",
    "card": "black on white",
}
# Gives the next answer; None when there is none any more.
Read = Callable[[str], Optional[str]]


@dataclass(frozen=True)
class PreviewWords:
    """The words of the preview and of the drawing."""

    texts: Mapping[str, str]
    drawing: DrawingWords

    @classmethod
    def load(cls, folder: Path) -> PreviewWords:
        """Reads them from the folder of all wording.

        Raises:
            ContentError: when something is missing.
        """
        path = folder / FILE
        data = read_yaml(path)
        try:
            texts = {str(name): str(text) for name, text in data["preview"].items()}
            drawn: Mapping[str, Any] = data["drawing"]
            words = DrawingWords(str(drawn["label"]), str(drawn["end"]), dict(drawn["measures"]))
            missing = _NEEDED - texts.keys()
            if missing:
                raise KeyError(min(missing))
        except (KeyError, TypeError, AttributeError) as error:
            raise ContentError(f"{path}: preview or drawing lacks {error}; add it") from None
        return cls(texts, words)

    def __call__(self, name: str, **values: object) -> str:
        """A text of the preview, filled."""
        return fill(self.texts[name], {key: str(value) for key, value in values.items()})


_NEEDED: Final = frozenset(
    {"head", "prompt", "score", "picture", "finished", "unmeasured", "stopped"}
)


class Preview:
    """Plays scripts on a console."""

    def __init__(self, player: Player, words: PreviewWords, console: Console) -> None:
        self._player = player
        self._words = words
        self._console = console

    def play(self, script: Script, variant: str, channel: str | None, read: Read) -> PlayState:
        """Plays until the script ends, the person stops or no answer is left; returns how far it got."""
        head = self._words(
            "head", title=script.title, code=script.code, version=script.version, variant=variant
        )
        self._console.rule(Text(head))
        state, bubbles = self._player.start(script, variant, channel)
        self._show(bubbles)
        while not state.over:
            text = read(self._words("prompt"))
            if text is None:
                break
            turns = state.turns
            state, bubbles, _ = self._player.answer(script, state, text, channel=channel)
            if state.turns > turns:
                self._line(self._words("score", score=state.given[-1].score), "dim")
            self._show(bubbles)
        self._close(script, state)
        return state

    def _show(self, bubbles: tuple[Bubble, ...]) -> None:
        for bubble in bubbles:
            text = bubble.text
            if bubble.picture is not None:
                text = self._words("picture", file=bubble.picture.file.name, text=text)
            self._line(text, _STYLES[bubble.kind])
            for number, label in enumerate(bubble.choices, 1):
                self._console.print(Padding(Text(f"{number}  {label}", "bold cyan"), (0, 0, 0, 4)))

    def _close(self, script: Script, state: PlayState) -> None:
        if not state.finished:
            self._line(self._words("stopped", turns=state.turns), "dim")
            return
        unmeasured = self._words("unmeasured")
        before, after = (state.measured(script, "before"), state.measured(script, "after"))
        self._line(
            self._words(
                "finished",
                turns=state.turns,
                score=state.score(),
                before=unmeasured if before is None else before,
                after=unmeasured if after is None else after,
            ),
            "bold",
        )

    def _line(self, text: str, style: str) -> None:
        # Text, not markup: a bracket of the script is a bracket.
        self._console.print(Padding(Text(text, style), (0, 0, 1, 0)))
