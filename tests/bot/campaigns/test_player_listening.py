"""How well words are understood that no writer thought of: each phrase is taken out and then said."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace

from bot.campaigns.player import Player
from bot.campaigns.scripts import load_scripts

# Every phrase in the long run, every twelfth otherwise.
STEP = 1 if os.environ.get("JINGZHONG_SOAK") == "1" else 12


def test_a_phrase_unknown_to_the_script_is_rather_asked_again_than_taken_for_another_choice() -> (
    None
):
    listening = Player.load().listening
    phrases = [
        (step, place, word)
        for script in load_scripts().values()
        for step in script.steps.values()
        for place, choice in enumerate(step.choices)
        for word in choice.words
    ]
    heard: Counter[str] = Counter()
    for step, place, word in phrases[::STEP]:
        choices = list(step.choices)
        others = tuple(other for other in choices[place].words if other != word)
        choices[place] = replace(choices[place], words=others)
        found = listening.choice(replace(step, choices=tuple(choices)), word)
        heard["right" if found == place else "again" if found is None else "wrong"] += 1
        whole = listening.choice(step, f"我觉得还是{word}吧")
        heard["whole" if whole == place else "lost"] += 1
    count = len(phrases[::STEP])
    assert heard["right"] > 0.3 * count, heard
    assert heard["wrong"] < 0.04 * count, heard
    assert heard["whole"] > 0.98 * count, heard
