"""Conversations in memory, cut to their recent part so that a long one costs no more than a short one."""

from __future__ import annotations

from typing import Any, Optional

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

MOST_EVENTS = 120
KEPT_EVENTS = 60


class RecentTrackerStore(InMemoryTrackerStore):
    """Keeps the last events of a conversation and a snapshot of its slots.

    ``max_event_history`` does not reach trackers that Rasa's agent creates, so the cut is made when a
    tracker is saved.
    """

    def __init__(
        self,
        domain: Optional[Domain] = None,
        event_broker: Optional[EventBroker] = None,
        **kwargs: Any,
    ) -> None:
        """Signature of Rasa's tracker stores; ``host`` and the like are not used."""
        super().__init__(domain or Domain.empty(), event_broker)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Saves the recent part of the conversation."""
        await super().save(recent(tracker))

    def forget(self, sender_id: str) -> None:
        """Erases a conversation; an unknown one is no error."""
        self.store.pop(sender_id, None)


def recent(tracker: DialogueStateTracker) -> DialogueStateTracker:
    """The tracker itself while it is short, otherwise one with its slots and its last events."""
    events = list(tracker.events)
    if len(events) <= MOST_EVENTS:
        return tracker
    tail = events[-KEPT_EVENTS:]
    begin = next((i for i, event in enumerate(tail) if isinstance(event, UserUttered)), 0)
    head: list[Event] = [ActionExecuted(ACTION_SESSION_START_NAME), SessionStarted()]
    head.extend(
        SlotSet(name, slot.value) for name, slot in tracker.slots.items() if slot.value is not None
    )
    head.append(ActionExecuted(ACTION_LISTEN_NAME))
    return DialogueStateTracker.from_events(
        tracker.sender_id, head + tail[begin:], tracker.slots.values()
    )
