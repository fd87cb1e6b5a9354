"""Plays a script: pure functions from what was answered so far to what is said next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

from actions.content import CONTENT, Content, ContentError, load_content, read_yaml
from actions.wording import fill
from bot.campaigns.player_listening import Listening
from bot.campaigns.schema_words import FILE
from bot.campaigns.scripts import END, Line, Measure, Picture, Script, Step
from nlu.analysis import FOLLOW_UP_ACTS, THREAT_CODES, Analysis

Event = Literal["answered", "stopped", "finished", "not_understood", "off_topic"]
Kind = Literal["opening", "role", "narrator", "explain", "hint", "lesson", "card"]
# How sure it must be that words which answer nothing are about other business of the user.
_SURE: Final = 0.6
_SMALL_TALK: Final = frozenset({*FOLLOW_UP_ACTS, "chitchat", "nlu_fallback"})


@dataclass(frozen=True)
class Bubble:
    """One message of the practice, its placeholders filled.

    The last bubble before an answer has the labels of the ``choices`` as buttons. With a ``picture``, the
    text says what it shows.
    """

    text: str
    kind: Kind
    choices: tuple[str, ...] = ()
    picture: Picture | None = None


@dataclass(frozen=True)
class Given:
    """One answer: the step, the place of the choice and its score."""

    step: str
    choice: int
    score: int


@dataclass(frozen=True)
class PlayState:
    """How far a practice got; small enough for the slot of a conversation.

    ``step`` is the one that waits for an answer, ``end`` once the script is finished or was stopped.
    """

    script: str
    version: int
    variant: str
    step: str
    given: tuple[Given, ...] = ()
    stopped: bool = False

    @property
    def over(self) -> bool:
        """Whether nothing more is to be answered."""
        return self.step == END

    @property
    def finished(self) -> bool:
        """Whether it was played to its end."""
        return self.over and not self.stopped

    @property
    def turns(self) -> int:
        """How many answers were given."""
        return len(self.given)

    def score(self) -> int | None:
        """The mean of the first answer to each step, 0 to 100; None before the first one."""
        return _mean(self._first().values())

    def measured(self, script: Script, measure: Measure) -> int | None:
        """The score of the steps that measure what was known before the lesson, or after it."""
        steps = {name for name, step in script.steps.items() if step.measure == measure}
        return _mean(score for name, score in self._first().items() if name in steps)

    def as_json(self) -> dict[str, Any]:
        """The state as JSON."""
        return {
            "script": self.script,
            "version": self.version,
            "variant": self.variant,
            "step": self.step,
            "given": [[each.step, each.choice, each.score] for each in self.given],
            "stopped": self.stopped,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> PlayState:
        """Reads :meth:`as_json` back.

        Raises:
            KeyError, TypeError, ValueError: when it is something else.
        """
        given = tuple(Given(str(s), int(choice), int(score)) for s, choice, score in data["given"])
        return cls(
            script=str(data["script"]),
            version=int(data["version"]),
            variant=str(data["variant"]),
            step=str(data["step"]),
            given=given,
            stopped=bool(data.get("stopped")),
        )

    def _first(self) -> dict[str, int]:
        scores: dict[str, int] = {}
        for each in self.given:
            scores.setdefault(each.step, each.score)
        return scores


@dataclass(frozen=True)
class Player:
    """Plays scripts in the words of one institution; holds no state of any practice."""

    values: Mapping[str, str]
    texts: Mapping[str, str]
    listening: Listening

    @classmethod
    def of(cls, content: Content, folder: Path = CONTENT) -> Player:
        """The player for the wording in a folder.

        Raises:
            ContentError: when ``scripts.yml`` is missing or lacks something.
        """
        path = folder / FILE
        data = read_yaml(path)
        try:
            texts = {
                name: str(data["play"][name])
                for name in ("role_line", "unclear", "off_topic", "stopped")
            }
            return cls(content.values(), texts, Listening.of(data["listening"]))
        except (KeyError, TypeError) as error:
            raise ContentError(f"{path}: play or listening lacks {error}; add it") from None

    @classmethod
    def load(cls, folder: Path = CONTENT) -> Player:
        """The player for the institution and the wording in a folder.

        Raises:
            ContentError: when something is missing or broken.
        """
        return cls.of(load_content(folder), folder)

    def start(
        self, script: Script, variant: str, channel: str | None = None
    ) -> tuple[PlayState, tuple[Bubble, ...]]:
        """The opening and the first step.

        Raises:
            KeyError: for a variant that the script lacks.
        """
        state = PlayState(script.id, script.version, variant, script.first)
        opening = [Bubble(self.filled(text), "opening") for text in script.opening(variant).bubbles]
        return state, (*opening, *self.ask(script, state, channel))

    def ask(
        self, script: Script, state: PlayState, channel: str | None = None
    ) -> tuple[Bubble, ...]:
        """What the step says that waits for an answer, such as when a user comes back to it."""
        step = script.steps[state.step]
        bubbles = [self._said(script, line) for line in step.lines(channel)]
        if step.picture is not None:
            bubbles.append(Bubble(self.filled(step.picture.alt), "narrator", picture=step.picture))
        return (*bubbles[:-1], replace(bubbles[-1], choices=_labels(step)))

    def answer(
        self,
        script: Script,
        state: PlayState,
        text: str,
        analysis: Analysis | None = None,
        channel: str | None = None,
    ) -> tuple[PlayState, tuple[Bubble, ...], Event]:
        """What comes of an answer, be it a button's label or free words.

        ``off_topic`` are words that answer nothing and speak of other business: the caller answers those and may
        offer to go on. Whether words tell of a real threat is for the caller to decide before.

        Raises:
            ValueError: when the practice is over, or of another script.
        """
        if state.over or state.script != script.id or state.step not in script.steps:
            raise ValueError(f"{state.script}: no step of {script.id} waits for an answer")
        step = script.steps[state.step]
        if self.listening.is_stop(text):
            return (
                replace(state, step=END, stopped=True),
                (Bubble(self.texts["stopped"], "hint"),),
                "stopped",
            )
        place = None
        if analysis is None or analysis.urgent != "crisis":
            place = self.listening.choice(step, text)
        if place is None:
            return self._unanswered(step, state, analysis)
        return self._answered(script, state, step, place, channel)

    def choose(
        self, script: Script, state: PlayState, place: int, channel: str | None = None
    ) -> tuple[PlayState, tuple[Bubble, ...], Event]:
        """As :meth:`answer`, for a choice that is known by its place.

        Raises:
            ValueError: when the step that waits has no such choice.
        """
        step = script.steps.get(state.step)
        if step is None or not 0 <= place < len(step.choices):
            raise ValueError(f"{script.id}: no choice {place} waits for an answer")
        return self._answered(script, state, step, place, channel)

    def filled(self, text: str, **more: str) -> str:
        """A text of a script as it is shown."""
        return fill(text, {**self.values, **more})

    def _answered(
        self, script: Script, state: PlayState, step: Step, place: int, channel: str | None
    ) -> tuple[PlayState, tuple[Bubble, ...], Event]:
        choice = step.choices[place]
        given = (*state.given, Given(step.id, place, choice.score))
        after = replace(state, step=choice.goto, given=given)
        explain = Bubble(self.filled(choice.explain), "explain")
        if choice.goto != END:
            return after, (explain, *self.ask(script, after, channel)), "answered"
        lesson = [Bubble(self.filled(text), "lesson") for text in script.lesson]
        card = Bubble(self.filled(script.card, score=str(after.score())), "card")
        return after, (explain, *lesson, card), "finished"

    def _unanswered(
        self, step: Step, state: PlayState, analysis: Analysis | None
    ) -> tuple[PlayState, tuple[Bubble, ...], Event]:
        if analysis is not None and _other_business(analysis):
            return state, (Bubble(self.texts["off_topic"], "hint", _labels(step)),), "off_topic"
        hint = self.filled(step.free.unclear or self.texts["unclear"])
        return state, (Bubble(hint, "hint", _labels(step)),), "not_understood"

    def _said(self, script: Script, line: Line) -> Bubble:
        text = self.filled(line.text)
        if line.speaker == "role":
            text = fill(self.texts["role_line"], {"role": script.role, "text": text})
        return Bubble(text, line.speaker)


def _labels(step: Step) -> tuple[str, ...]:
    return tuple(choice.label for choice in step.choices)


def _other_business(analysis: Analysis) -> bool:
    """Words of the user's own affairs; a threat alone does not tell, since the practice is about one."""
    if analysis.urgent is not None:
        return True
    act, probability = analysis.act
    return (
        act not in _SMALL_TALK
        and act not in THREAT_CODES
        and probability >= _SURE
        and not analysis.threats
    )


def _mean(scores: Iterable[int]) -> int | None:
    found = list(scores)
    return round(sum(found) / len(found)) if found else None
