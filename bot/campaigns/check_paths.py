"""What is wrong with the ways through a script: dead ends, loops, too many turns, scores out of reach."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Optional, TypeVar

from bot.campaigns.schema import Problem, meant
from bot.campaigns.scripts import END, Choice, Script

_BEST: Final = 100
# Gives the line of an entry by its place in the file.
Line = Callable[..., Optional[int]]
Spot = TypeVar("Spot", bound=Hashable)


@dataclass(frozen=True)
class Turns:
    """How many turns a script may have, whichever way it goes."""

    least: int
    most: int


def check_paths(script: Script, turns: Turns, line: Line) -> Iterator[Problem]:
    """Findings about the ways through the steps; ``line`` gives the line of an entry of the file."""
    broken = list(_targets(script, line))
    yield from broken
    if broken:
        # What follows would only repeat it.
        return
    reached = _reached(script.first, lambda step: _onward(script, step))
    for step in script.steps:
        if step not in reached:
            yield Problem("unreachable", line("steps", step), {"step": step})
    stuck = [step for step in script.steps if step in reached and not _ends(script, step)]
    for step in stuck:
        yield Problem("dead_end", line("steps", step), {"step": step})
    if not stuck:
        yield from _turns(script, turns, line)
        yield from _scores(script, reached, line)
        if not script.is_booster:
            yield from _measures(script, line)


def _targets(script: Script, line: Line) -> Iterator[Problem]:
    names = list(script.steps)
    listed = "、".join(names)
    if END in names:
        yield Problem("reserved", line("steps", END))
    if script.first not in names:
        hint = meant(script.first, names, "steps_are")
        yield Problem("first", line("first"), {"step": script.first, "hint": hint, "steps": listed})
    for step in script.steps.values():
        for place, choice in enumerate(step.choices):
            if choice.goto != END and choice.goto not in names:
                values = {"step": choice.goto, "steps": listed}
                hint = meant(choice.goto, [*names, END], "steps_are")
                where = line("steps", step.id, "choices", place, "goto")
                yield Problem("goto_unknown", where, {**values, "hint": hint})


def _onward(
    script: Script, step: str, chosen: Callable[[Choice], bool] = lambda choice: True
) -> list[str]:
    """The steps that may follow a step, each once, in the order of the choices."""
    if step == END:
        return []
    return list(
        dict.fromkeys(choice.goto for choice in script.steps[step].choices if chosen(choice))
    )


def _reached(first: Spot, onward: Callable[[Spot], Iterable[Spot]]) -> dict[Spot, tuple[Spot, ...]]:
    """Everything that can be reached, with the shortest way there."""
    ways: dict[Spot, tuple[Spot, ...]] = {first: (first,)}
    waiting = deque([first])
    while waiting:
        spot = waiting.popleft()
        for following in onward(spot):
            if following not in ways:
                ways[following] = (*ways[spot], following)
                waiting.append(following)
    return ways


def _ends(script: Script, step: str) -> bool:
    return END in _reached(step, lambda at: _onward(script, at))


def _turns(script: Script, turns: Turns, line: Line) -> Iterator[Problem]:
    shortest = _reached(script.first, lambda step: _onward(script, step))[END][:-1]
    if len(shortest) < turns.least:
        values = {"n": len(shortest), "least": turns.least, "path": _path(shortest)}
        yield Problem("turns_few", line("steps", shortest[-1]), values)
    too_long = _longer(script, (script.first,), turns.most)
    if too_long:
        yield Problem(
            "turns_many",
            line("steps", too_long[-1]),
            {"most": turns.most, "path": _path(too_long)},
        )


def _longer(script: Script, way: tuple[str, ...], most: int) -> tuple[str, ...] | None:
    """A way that visits no step twice and more steps than allowed; going back is not counted as length."""
    if len(way) > most:
        return way
    for step in _onward(script, way[-1]):
        if step != END and step not in way:
            found = _longer(script, (*way, step), most)
            if found:
                return found
    return None


def _scores(
    script: Script, reached: Mapping[str, tuple[str, ...]], line: Line
) -> Iterator[Problem]:
    best = _reached(
        script.first, lambda step: _onward(script, step, lambda choice: choice.score == _BEST)
    )
    if END not in best:
        last = next(
            (
                step
                for step in best
                if not any(c.score == _BEST for c in script.steps[step].choices)
            ),
            next(reversed(best)),
        )
        yield Problem("best", line("steps", last), {"step": last})
    for step in reached:
        if step != END and all(c.score == _BEST for c in script.steps[step].choices):
            yield Problem("no_wrong", line("steps", step), {"step": step})


def _measures(script: Script, line: Line) -> Iterator[Problem]:
    """Every way must measure what is known before, and later what is known after."""
    disordered: set[str] = set()

    def onward(spot: tuple[str, bool, bool]) -> list[tuple[str, bool, bool]]:
        name, before, after = spot
        if name == END:
            return []
        measure = script.steps[name].measure
        if measure == "after" and not before:
            disordered.add(name)
        seen = (before or measure == "before", after or measure == "after")
        return [(following, *seen) for following in _onward(script, name)]

    ways = _reached((script.first, False, False), onward)
    for name in [step for step in script.steps if step in disordered][:1]:
        yield Problem("measure_order", line("steps", name, "measure"), {"step": name})
    for measure, place in (("before", 1), ("after", 2)):
        lacking = [way for spot, way in ways.items() if spot[0] == END and not spot[place]]
        if lacking:
            steps = [name for name, _, _ in lacking[0][:-1]]
            at = steps[0] if measure == "before" else steps[-1]
            values = {"measure": measure, "path": _path(steps)}
            yield Problem("measure_missing", line("steps", at), values)


def _path(steps: Iterable[str]) -> str:
    return " → ".join(steps)
