"""Replies: the texts of ``content/replies``, filled, guarded, and written to the ledger before they leave."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from actions.plan import (
    BUTTONS_KEY,
    CHOICES_KEY,
    IMAGE_KEY,
    TURN_KEY,
    UserChange,
    dispute_of,
    followup_of,
    handoff_of,
    practice_of,
    signals_of,
    survey_of,
)
from actions.signal_ids import event_id
from bot import services as composition
from bot.filling import filled
from bot.handoff.asking import HandoffTurn, SurveyTurn
from bot.inbound import InboundMessage
from bot.ledger.events import TurnContext
from bot.ledger.ledger import TurnRecord
from bot.ledger.receipts import receipt_number
from bot.masking import mask_secrets
from bot.services import Services
from bot.users import Address

logger = logging.getLogger(__name__)

SAFE_REPLY = "utter_guard_replacement"


class GuardedReplies(TemplatedNaturalLanguageGenerator):
    """The reply generator of the assistant, in our own server and behind Rasa's ``endpoints.yml`` alike.

    Rasa generates all replies of an action before it sends the first; the last one carries the outcome
    of the turn, which is durable in the ledger before :meth:`generate` returns.
    """

    def __init__(
        self,
        endpoint_config: EndpointConfig | None = None,
        domain: Domain | None = None,
        services: Services | None = None,
    ) -> None:
        """Rasa passes the first two; our own server hands its services in."""
        super().__init__(domain.responses if domain else {})
        self._given = services

    @property
    def services(self) -> Services:
        """The services of this process."""
        return self._given or composition.current()

    async def generate(
        self,
        utter_action: str,
        tracker: DialogueStateTracker,
        output_channel: str,
        **kwargs: Any,
    ) -> dict[str, Any] | None:
        """Fills one reply and lets it through the guard; records the turn with its last reply.

        Raises:
            LedgerError: when the turn cannot be recorded; nothing may be sent then.
        """
        services = self.services
        turn = kwargs.get(TURN_KEY)
        values = {key: str(value) for key, value in kwargs.items() if isinstance(value, str)}
        if "event" in values:
            values["receipt"] = receipt_number(services.hasher, values["event"])
        language = str(kwargs.get("language", ""))
        filled = self._fill(utter_action, values, language)
        if BUTTONS_KEY in values:
            more = self._fill(values[BUTTONS_KEY], values, language).get("buttons") or []
            filled["buttons"] = [*(filled.get("buttons") or []), *more]
        choices = kwargs.get(CHOICES_KEY)
        if choices:
            own = [{"title": str(choice), "payload": str(choice)} for choice in choices]
            filled["buttons"] = [*(filled.get("buttons") or []), *own]
        reviewed = services.guard.review(filled, services.plain(SAFE_REPLY))
        if reviewed is not filled:
            logger.warning("the guard replaced reply %s", utter_action)
        elif IMAGE_KEY in values:
            # The address is our own, and the name one of the content.
            reviewed["image"] = f"/pictures/{values[IMAGE_KEY]}"
        if isinstance(turn, Mapping):
            await self._record(turn, tracker)
        return reviewed

    def _fill(self, name: str, values: Mapping[str, str], language: str) -> dict[str, Any]:
        # Read from content/ rather than from the model, so that a changed wording needs no training.
        bubble = filled(self.services.voices.now, name, values, language)
        if bubble is None:
            logger.error("content/replies lacks %s; the user got the safe reply", name)
            return {"text": self.services.plain(SAFE_REPLY)}
        return bubble

    async def _record(self, turn: Mapping[str, Any], tracker: DialogueStateTracker) -> None:
        services = self.services
        signals = signals_of(turn)
        change = UserChange(**(turn.get("user") or {}))
        context = self._context(turn, tracker)
        receipt = None
        if turn.get("receipt") and signals:
            receipt = receipt_number(
                services.hasher,
                event_id(context.conversation, context.message_id, signals[0].code),
            )
        record = TurnRecord(
            context,
            signals,
            change,
            receipt,
            said=self._said(tracker) if turn.get("transcribed") else None,
            evidence=turn.get("evidence"),
            dispute=dispute_of(turn),
            notices=tuple(turn.get("notices") or ()),
            address=self._new_address(tracker.sender_id),
            practice=practice_of(turn),
            followup=followup_of(turn),
            reach=self._reach(tracker.sender_id),
            handoff=self._handoff(turn, tracker),
            survey=self._survey(turn),
        )
        await services.exchanges.record(tracker.sender_id, record)

    def _handoff(
        self, turn: Mapping[str, Any], tracker: DialogueStateTracker
    ) -> HandoffTurn | None:
        plan = handoff_of(turn)
        exchange = self.services.exchanges.current(tracker.sender_id)
        message = exchange.message if exchange else None
        if plan is None or message is None:
            return None
        return HandoffTurn(plan, self._said(tracker), message.address or message.user)

    def _survey(self, turn: Mapping[str, Any]) -> SurveyTurn | None:
        plan = survey_of(turn)
        if plan is None:
            return None
        return SurveyTurn(plan, *self.services.voices.now.handoff.survey.tags(plan.words))

    def _reach(self, conversation: str) -> str | None:
        exchange = self.services.exchanges.current(conversation)
        message = exchange.message if exchange else None
        return (message.address or message.user) if message is not None else None

    def _new_address(self, conversation: str) -> Address | None:
        """Where the user can be reached, if the message told it and it is not known yet."""
        exchange = self.services.exchanges.current(conversation)
        message = exchange.message if exchange else None
        if exchange is None or message is None or message.address is None:
            return None
        address = Address(message.channel, message.address)
        return None if address in exchange.user.addresses else address

    def _said(self, tracker: DialogueStateTracker) -> str:
        said = tracker.latest_message
        text = str(said.text or "") if said else ""
        exchange = self.services.exchanges.current(tracker.sender_id)
        # The gate has masked it; Rasa's own ways in have none.
        gated = exchange is not None and exchange.message is not None
        return text if gated else mask_secrets(text)

    def _context(self, turn: Mapping[str, Any], tracker: DialogueStateTracker) -> TurnContext:
        said = tracker.latest_message
        metadata = (said.metadata if said else None) or {}
        exchange = self.services.exchanges.current(tracker.sender_id)
        message = exchange.message if exchange else None
        if (
            message is None
        ):  # through Rasa's own ways in, where nothing but the conversation is known
            message = InboundMessage(
                channel=str(tracker.get_latest_input_channel() or "rasa"),
                user=tracker.sender_id,
                conversation=tracker.sender_id,
                message_id=str((said.message_id if said else "") or ""),
                text="",
                received_at=datetime.now(timezone.utc),
            )
            key = tracker.sender_id
        else:
            key = message.key
        return TurnContext(
            channel=message.channel,
            user=message.user,
            conversation=key,
            message_id=message.message_id,
            received_at=message.received_at,
            model=str(metadata.get("model_id") or tracker.model_id or "unknown"),
            content=self.services.content.version,
            replies=tuple(turn.get("replies") or ()),
        )
