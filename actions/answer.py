"""The one Rasa action: reads the tracker, decides, utters. The same in-process and behind rasa-sdk."""

from __future__ import annotations

import logging
import os
import traceback
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.content import CONTENT, Content, load_content
from actions.decide import decide
from actions.facts import Facts
from actions.handoff import completed
from actions.plan import BUTTONS_KEY, CHOICES_KEY, IMAGE_KEY, TURN_KEY, Reply, Turn
from actions.practice import NO_PRACTICES, Practices
from actions.reports import NO_REPORTS, Reports
from actions.state import STATE_SLOT, ConversationState
from nlu.analysis import Analysis

logger = logging.getLogger(__name__)

FAILURE = Reply("utter_failure")


@lru_cache(maxsize=1)
def _content() -> Content:
    # The service hands its content in; an action server of its own reads the same variable.
    return load_content(Path(os.environ.get("JINGZHONG_CONTENT") or CONTENT))


class ActionAnswer(Action):
    """``action_answer``: the whole behaviour of the assistant stands behind it in pure functions."""

    def __init__(
        self,
        content: Content | None = None,
        reports: Reports = NO_REPORTS,
        practices: Practices = NO_PRACTICES,
    ) -> None:
        """``content`` is read from the repository where none is handed in (rasa-sdk's own server)."""
        self._given = content
        self._reports = reports
        self._practices = practices

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_answer"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """Utters the replies of the turn; the last one carries what the service has to write down."""
        content = self._given or _content()
        turn, language = self._decide(tracker, content)
        last = len(turn.replies) - 1
        for index, reply in enumerate(turn.replies):
            extra: dict[str, Any] = {**content.values(), **reply.values, "language": language}
            if reply.buttons:
                extra[BUTTONS_KEY] = reply.buttons
            if reply.choices:
                extra[CHOICES_KEY] = list(reply.choices)
            if reply.image:
                extra[IMAGE_KEY] = reply.image
            if index == last:
                extra[TURN_KEY] = turn.as_json()
            dispatcher.utter_message(response=reply.name, **extra)
        return [SlotSet(STATE_SLOT, dict(turn.state))]

    def _decide(self, tracker: Tracker, content: Content) -> tuple[Turn, str]:
        state = ConversationState.from_json(tracker.get_slot(STATE_SLOT))
        try:
            facts = _facts(tracker)
            turn = decide(
                Analysis.from_parse(tracker.latest_message),
                state,
                facts,
                content,
                self._reports,
                self._practices,
            )
            turn = completed(turn, facts, tracker.events)
        except Exception as error:
            # The text of the user must not reach the log; the message of an error may quote it.
            where = "".join(traceback.format_tb(error.__traceback__))
            logger.error(
                "deciding the turn failed with %s; the user got the failure reply\n%s",
                type(error).__name__,
                where,
            )
            return Turn((FAILURE,), state.as_json()), state.language
        return turn, str(turn.state.get("language", "zh-Hans"))


def _facts(tracker: Tracker) -> Facts:
    """The facts that the service sent along; from Rasa's own channels only the ids are known."""
    message = tracker.latest_message
    facts = Facts.from_metadata(message.get("metadata"))
    if facts.message_id:
        return facts
    return Facts(conversation=tracker.sender_id, message_id=str(message.get("message_id") or ""))
