"""What is wrong with the texts of a script: too long, unregistered numbers, blame, words that are misheard."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Optional

from actions.outgoing import Registry, find_unregistered
from actions.wording import fill, placeholders
from bot.campaigns.player_listening import Listening, plain
from bot.campaigns.schema import Place, Problem, spoken
from bot.campaigns.scripts import Line, Script, Step

SCORE: Final = "score"


@dataclass(frozen=True)
class Rules:
    """What texts must keep to: longest texts by kind, banned words, the words that tell of a practice."""

    limits: Mapping[str, int]
    banned: tuple[str, ...]
    practice: tuple[str, ...]
    values: Mapping[str, str]
    registry: Registry


@dataclass(frozen=True)
class Text:
    """A text that a user sees; ``ours`` if it is not said by the role and not on a button."""

    place: Place
    limit: str
    raw: str
    ours: bool = True


def check_texts(
    script: Script, rules: Rules, line: Callable[..., Optional[int]]
) -> Iterator[Problem]:
    """Findings about everything that a user sees; ``line`` gives the line of an entry of the file."""
    values = {**rules.values, SCORE: "100"}
    for text in texts_of(script):
        at, shown = line(*text.place), fill(text.raw, values)
        most = rules.limits[text.limit]
        if len(shown) > most:
            name = spoken(text.place)
            yield Problem("long", at, {"name": name, "n": len(shown), "most": most})
        known = {*rules.values, SCORE} if text.limit == "card" else set(rules.values)
        for name in sorted(placeholders(text.raw) - known):
            listed = " ".join(f"{{{each}}}" for each in sorted(known))
            yield Problem("placeholder", at, {"placeholder": name, "values": listed})
        for found in find_unregistered(shown, rules.registry):
            yield Problem("unregistered", at, {"text": found.text})
        for word in rules.banned:
            if text.ours and word in shown:
                yield Problem("banned", at, {"word": word})
    yield from _openings(script, rules, line)
    for name, texts in (("lesson", script.lesson), ("card", (script.card,))):
        if not any("{hotline}" in text for text in texts):
            yield Problem("hotline", line(name), {"name": name})


def texts_of(script: Script) -> Iterator[Text]:
    """All that users see, in the order of the file."""
    yield Text(("title",), "title", script.title)
    yield Text(("role",), "role", script.role, ours=False)
    for opening in script.openings:
        for index, bubble in enumerate(opening.bubbles):
            yield Text(("openings", opening.variant, index), "bubble", bubble)
    for name, step in script.steps.items():
        yield from _step_texts(("steps", name), step)
    for index, lesson in enumerate(script.lesson):
        yield Text(("lesson", index), "lesson", lesson)
    yield Text(("card",), "card", script.card)


def _step_texts(place: Place, step: Step) -> Iterator[Text]:
    yield from _said((*place, "says"), step.says)
    for channel, lines in step.channels.items():
        yield from _said((*place, "channels", channel), lines)
    if step.picture is not None:
        yield Text((*place, "picture", "alt"), "bubble", step.picture.alt)
    if step.free.unclear is not None:
        yield Text((*place, "free", "unclear"), "bubble", step.free.unclear)
    for index, choice in enumerate(step.choices):
        at = (*place, "choices", index)
        yield Text((*at, "label"), "label", choice.label, ours=False)
        yield Text((*at, "explain"), "explain", choice.explain)


def _said(place: Place, lines: Sequence[Line]) -> Iterator[Text]:
    for index, said in enumerate(lines):
        yield Text((*place, index), "bubble", said.text, said.speaker == "narrator")


def _openings(
    script: Script, rules: Rules, line: Callable[..., Optional[int]]
) -> Iterator[Problem]:
    first = script.steps.get(script.first)
    for opening in script.openings:
        at = line("openings", opening.variant)
        if not any(word in text for word in rules.practice for text in opening.bubbles):
            yield Problem("practice", at, {"variant": opening.variant})
        count = len(opening.bubbles) + (len(first.says) if first else 0)
        count += 1 if first is not None and first.picture is not None else 0
        most = rules.limits["first_bubbles"]
        if count > most:
            values = {"variant": opening.variant, "n": count, "most": most}
            yield Problem("first_bubbles", at, values)


def check_words(
    script: Script, listening: Listening, line: Callable[..., Optional[int]]
) -> Iterator[Problem]:
    """Findings about what users type: words of two choices, and words that would be taken for another."""
    for step in script.steps.values():
        yield from _free(step, line)
        owners: dict[str, int] = {}
        for place, choice in enumerate(step.choices):
            at: Place = ("steps", step.id, "choices", place)
            spoken_words: list[tuple[Place, str]] = [((*at, "label"), choice.label)]
            spoken_words += [((*at, "words", i), word) for i, word in enumerate(choice.words)]
            for where, word in spoken_words:
                owner = owners.setdefault(plain(word), place)
                if owner != place:
                    other = step.choices[owner].label
                    twice = where[-1] == "label" and other == choice.label
                    values = {"word": word, "label": choice.label, "other": other}
                    yield Problem("label_twice" if twice else "overlap", line(*where), values)
                elif len(plain(word)) < 2:
                    yield Problem("short", line(*where), {"value": word})
                else:
                    yield from _heard(step, place, word, listening, line(*where))


def _heard(
    step: Step, place: int, word: str, listening: Listening, line: int | None
) -> Iterator[Problem]:
    """The word alone must be understood as its own choice, or no user can mean it."""
    heard = listening.choice(step, word)
    label = step.choices[place].label
    if heard is None or listening.is_stop(word):
        yield Problem("unheard", line, {"word": word, "label": label})
    elif heard != place:
        other = step.choices[heard].label
        yield Problem("misheard", line, {"word": word, "label": label, "other": other})


def _free(step: Step, line: Callable[..., Optional[int]]) -> Iterator[Problem]:
    for name, place in (("agrees", step.free.agrees), ("refuses", step.free.refuses)):
        if place is not None and place >= len(step.choices):
            values = {"name": name, "n": place + 1, "most": len(step.choices)}
            yield Problem("free", line("steps", step.id, "free", name), values)
