"""The base of all channels: one :class:`bot.inbound.InboundMessage` in, bubbles out."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Optional

from rasa.core.channels.channel import InputChannel

from bot import services as composition
from bot.gate import Bubble, Gate, OnNewMessage, Refused, Unavailable
from bot.inbound import InboundMessage
from bot.services import Services

__all__ = ["Bubble", "Channel", "OnNewMessage", "Refused", "Unavailable"]


class Channel(InputChannel):
    """A channel of the assistant, in our own server and under Rasa's ``credentials.yml`` alike.

    A subclass names itself, mounts its routes and turns what it gets into inbound messages. It must
    authenticate before it calls :meth:`receive`, and must deliver the bubbles in their order.
    """

    brings_mail = True
    """Whether what waits for a user comes with the next reply; a channel that shows it by itself says no."""

    def __init__(self, services: Optional[Services] = None) -> None:
        """Our own server hands its services in; Rasa's finds those of the process."""
        self._given = services

    @classmethod
    def from_credentials(cls, credentials: Optional[dict[str, Any]]) -> Channel:
        """Created by Rasa from ``credentials.yml``; the settings come from the environment."""
        return cls()

    @property
    def services(self) -> Services:
        """The services of this process."""
        return self._given or composition.current()

    @cached_property
    def gate(self) -> Gate:
        """The gate of this channel."""
        return Gate(self.services, brings_mail=self.brings_mail)

    @property
    def condition(self) -> str | None:
        """How the channel's own connection is, for ``/health``, as information; ``None`` where it needs none."""
        return None

    async def receive(self, message: InboundMessage, on_new_message: OnNewMessage) -> list[Bubble]:
        """Answers one message and returns the bubbles of the reply; none while a person of ours talks with the user.

        Raises:
            Refused: when its sender or all together send too much; ``text`` and ``retry_after`` tell.
            Unavailable: when the message must not be acknowledged; ``text`` is what the user sees.
        """
        return await self.gate.handle(message, on_new_message)


__all__ = ["Bubble", "Channel", "OnNewMessage", "Unavailable"]
