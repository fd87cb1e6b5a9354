"""Plays a script on a page. The query tells how far it got, so that an address shows the same talk to anybody."""

from __future__ import annotations

from typing import Any, Final

from bot.campaigns.drawing import drawing
from bot.campaigns.player import Bubble, PlayState
from bot.campaigns.scripts import VARIANTS, Script
from bot.console.parts.scripts.shelf import Shelf
from bot.console.visit import Visit

_LONGEST_SAYING: Final = 300
_MOST_TURNS: Final = 60


def played(visit: Visit, shelf: Shelf, script: Script, variant: str) -> dict[str, Any]:
    """The practice that the query describes: the places of the choices so far, and what was said last."""
    player = shelf.player()
    state, bubbles = player.start(script, variant)
    talk: list[tuple[str, Bubble | str]] = [("bubble", bubble) for bubble in bubbles]
    path, event = [], "answered"
    for place in _places(visit.text("path")):
        try:
            label = script.steps[state.step].choices[place].label
            state, bubbles, event = player.choose(script, state, place)
        except (KeyError, IndexError, ValueError):
            # The script has become another since; what still fits is shown.
            break
        path.append(place)
        talk += [("said", label), ("score", _score(visit, state))]
        talk += [("bubble", bubble) for bubble in bubbles]
    said = visit.text("say", most=_LONGEST_SAYING)
    if said and not state.over:
        before = state.turns
        state, bubbles, event = player.answer(script, state, said)
        talk.append(("said", said))
        if state.turns > before:
            path.append(state.given[-1].choice)
            talk.append(("score", _score(visit, state)))
        talk += [("bubble", bubble) for bubble in bubbles]
    return {
        "script": script,
        "variant": variant,
        "other": next(each for each in VARIANTS if each != variant),
        "talk": talk,
        "over": state.over,
        "labels": [c.label for c in script.steps[state.step].choices] if not state.over else [],
        "path": ".".join(str(place) for place in path),
        "news": _news(visit, script, state, event),
        "drawn": drawing(
            script,
            shelf.drawn(),
            link=f"/console/scripts/{script.id}#step-",
            here=state.step,
            gone=[each.step for each in state.given],
        ),
    }


def _places(text: str) -> list[int]:
    steps = text.split(".")[:_MOST_TURNS] if text else []
    return [int(step) for step in steps if step.isascii() and step.isdigit() and len(step) == 1]


def _score(visit: Visit, state: PlayState) -> str:
    return visit.words("play.score", score=state.given[-1].score)


def _news(visit: Visit, script: Script, state: PlayState, event: str) -> str:
    w = visit.words
    before, after = state.measured(script, "before"), state.measured(script, "after")
    return w(
        f"play.events.{event}",
        turns=state.turns,
        score=state.score(),
        before=w("play.unmeasured") if before is None else before,
        after=w("play.unmeasured") if after is None else after,
    )
