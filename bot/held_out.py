"""The test set of the checkout, which no training sees; an installed copy has none."""

from __future__ import annotations

from pathlib import Path

from actions.content import load_content
from actions.decide import decide
from actions.facts import Facts
from actions.resolve import resolve
from actions.state import ConversationState
from bot.recognition import Recogniser
from bot.settings import ROOT
from nlu.evaluation.followups import InContext, Understood
from nlu.evaluation.rows import read_rows

HELD_OUT = ROOT / "tests" / "nlu" / "heldout"


def held_out_files(folder: Path = HELD_OUT) -> list[Path]:
    """The files of the test set, none where there is none."""
    return sorted(folder.glob("*.jsonl"))


def held_out_texts(folder: Path = HELD_OUT) -> list[str]:
    """The texts of the test set, which must not stand among the examples.

    Raises:
        RowError: when a file is broken.
    """
    return [row.text for row in read_rows(held_out_files(folder))]


def conversing(recogniser: Recogniser, content: Path) -> InContext:
    """Understands a message behind another one, as the assistant does in a conversation of its own."""
    known = load_content(content)

    def understand(before: str, text: str) -> Understood:
        first = decide(recogniser.analyse(before), ConversationState(), Facts(), known)
        state = ConversationState.from_json(first.state)
        meaning = resolve(recogniser.analyse(text), state)
        running = state.running
        stage = running.stage if running else None
        goes_on = running is not None and running.code in meaning.codes
        return Understood(
            refers_back=meaning.refers_back or goes_on,
            intent=meaning.intent,
            stage=meaning.stage or stage,
            stage_before=stage,
            emergency=meaning.kind == "emergency",
        )

    return understand
