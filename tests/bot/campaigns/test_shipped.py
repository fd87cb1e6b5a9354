"""The campaigns of the house, talked through: by the trusting, by the wary, by the silent, in free words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, get_args

import pytest
import yaml

from actions.content import CONTENT
from bot.campaigns.check import ScriptCheck
from bot.campaigns.player import Bubble, Player, PlayState
from bot.campaigns.scripts import VARIANTS, Audience, Script, Step, load_script, script_paths
from bot.recognition import Recogniser
from nlu.analysis import THREAT_CODES

SCRIPTS: Final = {path.stem: load_script(path) for path in script_paths(CONTENT)}
PLAYER: Final = Player.load(CONTENT)
WHOLE: Final = [script for script in SCRIPTS.values() if not script.is_booster]
# Choosing one button blindly must not look like having learnt something.
BLIND: Final = 80
# Of ways to speak that no script foresaw; the others are asked again, with the buttons.
UNDERSTOOD, MISTAKEN = 0.5, 0.06

Pick = Callable[[Step], int]
every_script = pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)


def trusting(step: Step) -> int:
    return min(range(len(step.choices)), key=lambda place: step.choices[place].score)


def wary(step: Step) -> int:
    return max(range(len(step.choices)), key=lambda place: step.choices[place].score)


def always(place: int) -> Pick:
    """Somebody who presses the same button every time, or the last where there are fewer."""
    return lambda step: min(place, len(step.choices) - 1)


def talk(script: Script, pick: Pick, variant: str = "A") -> tuple[PlayState, list[Bubble]]:
    """Plays a script to its end with the buttons that somebody picks."""
    state, said = PLAYER.start(script, variant)
    heard = list(said)
    while not state.over:
        step = script.steps[state.step]
        label = step.choices[pick(step)].label
        state, said, _ = PLAYER.answer(script, state, label)
        heard += said
    return state, heard


def sentences(file: str) -> Iterator[tuple[Step, str, str]]:
    """What people typed, from a file: the step, their words, the button that they meant."""
    path = Path(__file__).with_name(file)
    for script, steps in yaml.safe_load(path.read_text(encoding="utf-8")).items():
        for step, pairs in steps.items():
            for words, label in pairs:
                yield SCRIPTS[script].steps[step], words, label


def understood(step: Step, words: str) -> str | None:
    """The button that free words are taken for."""
    place = PLAYER.listening.choice(step, words)
    return None if place is None else step.choices[place].label


def test_no_script_has_a_finding() -> None:
    check = ScriptCheck(CONTENT)
    assert [line for checked in check.all() for line in check.lines(checked)] == []


def test_every_threat_has_one_campaign_and_every_campaign_one_booster() -> None:
    assert sorted(script.code for script in WHOLE) == sorted(THREAT_CODES)
    twins = [script.booster_of for script in SCRIPTS.values() if script.is_booster]
    assert sorted(map(str, twins)) == sorted(script.id for script in WHOLE)


def test_every_campaign_is_for_somebody_else() -> None:
    audiences = {script.audience for script in WHOLE}
    assert audiences == {*get_args(Audience)} - {"everyone"}


def test_no_two_scripts_have_the_same_role() -> None:
    assert len({script.role for script in SCRIPTS.values()}) == len(SCRIPTS)


@every_script
def test_who_trusts_everything_is_taught_to_the_end_without_one_right_answer(
    script: Script,
) -> None:
    state, heard = talk(script, trusting)
    explained = [bubble.text for bubble in heard if bubble.kind == "explain"]
    assert (state.score() or 0) <= 20
    assert len(set(explained)) == state.turns
    assert heard[-1].kind == "card"


@every_script
@pytest.mark.parametrize("variant", VARIANTS)
def test_who_sees_through_everything_gets_the_full_score_on_the_card(
    script: Script, variant: str
) -> None:
    state, heard = talk(script, wary, variant)
    assert state.score() == 100
    assert "100分" in heard[-1].text
    assert PLAYER.values["hotline"] in heard[-1].text


@pytest.mark.parametrize("script", WHOLE, ids=lambda script: script.id)
def test_who_trusts_at_first_and_heeds_what_is_explained_is_seen_to_have_learnt(
    script: Script,
) -> None:
    state, _ = talk(script, lambda step: trusting(step) if step.measure == "before" else wary(step))
    before, after = state.measured(script, "before"), state.measured(script, "after")
    assert before is not None
    assert before <= 20
    assert after == 100


@every_script
def test_the_same_button_every_time_is_no_way_to_a_good_score(script: Script) -> None:
    for place in range(max(len(step.choices) for step in script.steps.values())):
        state, _ = talk(script, always(place))
        assert (state.score() or 0) <= BLIND, place


@every_script
def test_every_step_holds_a_temptation(script: Script) -> None:
    for step in script.steps.values():
        assert min(choice.score for choice in step.choices) <= 40, step.id


@every_script
def test_who_says_nothing_is_asked_again_and_loses_nothing(script: Script) -> None:
    for name in script.steps:
        waiting = PlayState(script.id, script.version, "A", name)
        for silence in ("……", "。", "？", "😶"):
            state, said, event = PLAYER.answer(script, waiting, silence)
            assert (state, event) == (waiting, "not_understood"), (name, silence)
            assert said[-1].choices == tuple(c.label for c in script.steps[name].choices)


@every_script
def test_it_can_be_stopped_at_every_step(script: Script) -> None:
    for name in script.steps:
        waiting = PlayState(script.id, script.version, "A", name)
        state, _, event = PLAYER.answer(script, waiting, "不玩了吧")
        assert (event, state.over, state.finished) == ("stopped", True, False), name


def test_no_button_is_taken_for_a_cry_for_help_or_a_loss_in_progress(
    recogniser: Recogniser,
) -> None:
    taken = [
        (script.id, step.id, choice.label)
        for script in SCRIPTS.values()
        for step in script.steps.values()
        for choice in step.choices
        if recogniser.analyse(choice.label).urgent
    ]
    assert taken == []


def test_people_are_understood_in_their_own_words() -> None:
    wrong = [
        (step.id, words, heard, label)
        for step, words, label in sentences("spoken.yml")
        if (heard := understood(step, words)) != label
    ]
    assert wrong == []


def test_unforeseen_words_are_mostly_understood_and_hardly_ever_mistaken() -> None:
    answers = [
        (understood(step, words), label) for step, words, label in sentences("rephrased.yml")
    ]
    right = sum(heard == label for heard, label in answers) / len(answers)
    mistaken = sum(heard not in (None, label) for heard, label in answers) / len(answers)
    assert right >= UNDERSTOOD
    assert mistaken <= MISTAKEN
