"""The understanding on messages that no training saw: a figure worse than its floor is a defect."""

from __future__ import annotations

from pathlib import Path

from bot.held_out import conversing
from bot.recognition import Recogniser
from bot.settings import Settings
from nlu.evaluation.evaluation import evaluate
from nlu.evaluation.floors import breaches, load_floors
from nlu.evaluation.rows import read_rows


def test_no_figure_of_the_test_set_is_worse_than_its_floor(recogniser: Recogniser) -> None:
    rows = read_rows(sorted(Path(__file__).parent.glob("*.jsonl")))
    found = evaluate(recogniser, rows, in_context=conversing(recogniser, Settings().content))
    assert [breach.line for breach in breaches(found.figures, load_floors())] == []
