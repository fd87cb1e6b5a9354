"""Messages with made-up scores and conversations played through the decision, without a trained model."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from actions.content import Content, load_content
from actions.decide import decide
from actions.facts import Facts
from actions.plan import Turn
from actions.reports import NO_REPORTS, Reports
from actions.state import ConversationState
from nlu.analysis import Analysis, Span, Threat
from nlu.details import given_of, marks_of
from nlu.entities import extract
from nlu.text.folding import fold

CONTENT = load_content()
TODAY = "2026-11-20"
QUOTE = 20
SURE, LOW = 0.95, 0.02


def said(
    text: str,
    *codes: str,
    act: str | tuple[str, float] = ("chitchat", 0.1),
    follow_up: str | tuple[str, float] = ("more", LOW),
    stage: str = "asking",
    marks: tuple[str, ...] = (),
    **fields: Any,
) -> Analysis:
    """A message as the model might read it; entities, marks and what was given come from the real code.

    ``codes`` are the decided threats, primary first; an ``act`` or ``follow_up`` without a number is sure.
    """
    folded = fold(text)
    quote = Span(0, len(text[:QUOTE]), text[:QUOTE])
    act = (act, SURE) if isinstance(act, str) else act
    analysis = Analysis(
        text=text,
        intent=codes[0] if codes else act[0],
        intent_confidence=SURE,
        threats=tuple(Threat(code, SURE, (quote,)) for code in codes),
        stage=stage if codes else None,
        entities=extract(folded),
        leaning=(codes[0], SURE) if codes else ("fake_hotline", LOW),
        act=act,
        follow_up=(follow_up, SURE) if isinstance(follow_up, str) else follow_up,
        matter=SURE if codes or isinstance(follow_up, str) else LOW,
        likelihoods=dict.fromkeys(codes, SURE),
        stage_hint=stage,
        given=given_of(folded.text),
        marks=marks_of(folded.text) | set(marks),
    )
    return replace(analysis, **fields)


class Conversation:
    """One user who has read the privacy notice; :meth:`say` is one message."""

    def __init__(
        self, content: Content = CONTENT, reports: Reports = NO_REPORTS, **facts: Any
    ) -> None:
        self.content = content
        self.reports = reports
        self.facts = {"today": TODAY, "informed": True, **facts}
        self.state = ConversationState()
        self.turns: list[Turn] = []

    def say(self, message: Analysis | str, **facts: Any) -> Turn:
        """Plays one message; a bare text says nothing to the model."""
        known = Facts(
            conversation="test:user",
            message_id=f"m{len(self.turns) + 1}",
            **{**self.facts, **facts},
        )
        analysis = said(message) if isinstance(message, str) else message
        turn = decide(analysis, self.state, known, self.content, self.reports)
        self.state = ConversationState.from_json(turn.state)
        self.turns.append(turn)
        return turn


def names(turn: Turn) -> list[str]:
    """The names of a turn's replies, in the order in which they are sent."""
    return [reply.name for reply in turn.replies]


# What people say, used in many tests.
OFFER = said("有家公司说能帮我停息挂账，先交服务费", "debt_optimization", stage="approached")
CALLER = said("有个自称客服的让我注销校园贷", "fake_hotline", stage="approached")
DEPOSIT = said("放款前要我先交保证金", "loan_scam", stage="considering")
DESPAIR = said("我不想活了", act="crisis", urgent="crisis")
