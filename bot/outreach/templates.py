"""Which responses may go out without a message before them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

TEMPLATE: Final = "utter_outreach_"
"""How the name of a response begins that may be sent; nothing else ever is."""

_FOLLOWUP: Final = f"{TEMPLATE}followup_"
STEPS: Final = ("24h", "72h")
"""When it is asked what became of a threat, after the message that told of it."""


def followup_template(step: str) -> str:
    """The response that asks at a step."""
    return f"{_FOLLOWUP}{step}"


def warnings(responses: Mapping[str, object]) -> Collection[str]:
    """The responses with which risk control may warn."""
    return sorted(
        name for name in responses if name.startswith(TEMPLATE) and not name.startswith(_FOLLOWUP)
    )
