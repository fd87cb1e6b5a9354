"""The last check before a reply leaves: no number, address or contact id that is not registered."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from actions.outgoing import Registry, Violation, find_unregistered, mask_quote, mask_unregistered
from actions.plan import TURN_KEY

__all__ = ["Guard", "Registry", "Violation", "mask_quote"]

_REMEMBERED = 2048
_LONGEST_REMEMBERED = 600
_LOG = logging.getLogger(__name__)
# What a response carries for the service itself; no channel shows it to the user.
_INTERNAL = frozenset({TURN_KEY, "utter_action", "template_name", "id", "channel", "condition"})


class Guard:
    """Checks replies against the registry of one institution.

    ``stops`` counts the stopped replies by kind: ``number``, ``url``, ``contact``, or ``error`` for a reply
    that could not be checked.
    """

    def __init__(self, registry: Registry, on_stop: Callable[[str], None] | None = None) -> None:
        """``on_stop`` is told the kinds as they are counted."""
        self.registry = registry
        self.stops: Counter[str] = Counter()
        self._on_stop = on_stop
        # Most of what is checked is wording from content/, and the same again and again.
        self._checked = lru_cache(maxsize=_REMEMBERED)(self._check)

    def check(self, text: str) -> tuple[Violation, ...]:
        """Everything in the text that must not leave; empty if it may."""
        return self._checked(text) if len(text) <= _LONGEST_REMEMBERED else self._check(text)

    def _check(self, text: str) -> tuple[Violation, ...]:
        return find_unregistered(text, self.registry)

    def allowed(self, text: str) -> bool:
        """Whether the text may leave."""
        return not self.check(text)

    def review(self, response: dict[str, Any], safe_text: str) -> dict[str, Any]:
        """The response itself if all that reaches the user may leave, else one with ``safe_text`` alone.

        Every string and number of the filled response is checked, however deep, and the titles of the
        buttons also side by side as the user sees them. What the response carries for the service (the
        turn) is neither checked nor lost. Never raises: what cannot be checked does not leave.
        """
        try:
            kinds = {violation.kind for text in _shown(response) for violation in self.check(text)}
        except Exception:
            # Without the traceback, whose frames hold the user's words.
            _LOG.error("A reply could not be checked and was replaced")
            kinds = {"error"}
        if not kinds:
            return response
        self.stops.update(kinds)
        if self._on_stop is not None:
            for kind in sorted(kinds):
                self._on_stop(kind)
        _LOG.warning("A reply was stopped: %s", ", ".join(sorted(kinds)))
        return self._replacement(response, safe_text)

    def _replacement(self, response: object, safe_text: str) -> dict[str, Any]:
        replacement: dict[str, Any] = {"text": mask_unregistered(safe_text, self.registry)}
        if isinstance(response, dict) and TURN_KEY in response:
            replacement[TURN_KEY] = response[TURN_KEY]
        return replacement


def _shown(response: Mapping[str, Any]) -> Iterator[str]:
    """Every text of a response that a user may see; deep values without recursion."""
    waiting: list[Any] = [value for key, value in response.items() if key not in _INTERNAL]
    seen: set[int] = set()
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, bool) or value is None:
            continue
        elif isinstance(value, (Mapping, list, tuple)):
            if id(value) in seen:
                continue
            seen.add(id(value))
            waiting.extend(value.values() if isinstance(value, Mapping) else value)
            if isinstance(value, Mapping):
                waiting.extend(value.keys())
        else:
            yield str(value)
    buttons = [*(response.get("buttons") or ()), *(response.get("quick_replies") or ())]
    yield "\n".join(str(button.get("title", "")) for button in buttons)
