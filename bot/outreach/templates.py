"""Which responses may go out without a message before them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

TEMPLATE: Final = "utter_outreach_"
"""How the name of a response begins that may be sent; nothing else ever is."""

_FOLLOWUP: Final = f"{TEMPLATE}followup_"
AFTER: Final = {"24h": timedelta(hours=24), "72h": timedelta(hours=72)}
"""How long after the message that told of a threat it is asked, at each step, what became of it."""

QUESTIONS: Final = frozenset(f"{_FOLLOWUP}{step}" for step in AFTER)
"""The responses that ask; no warning can use them."""


@dataclass(frozen=True)
class Template:
    """A response with which risk control may warn: what it is for, and which placeholders the sender fills in."""

    name: str
    purpose: str
    values: frozenset[str] = field(default_factory=frozenset)


def followup_template(step: str) -> str:
    """The response that asks at a step."""
    return f"{_FOLLOWUP}{step}"


def templates_of(entries: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Template]:
    """Takes the entries of ``templates`` in ``content/outreach.yml``.

    Raises:
        KeyError, TypeError, ValueError: when one lacks its purpose, or may not be sent as a warning.
    """
    found = {}
    for name, entry in entries.items():
        if not name.startswith(TEMPLATE) or name in QUESTIONS:
            raise ValueError(f"{name} is no warning; its name should begin with {TEMPLATE}")
        values = frozenset(map(str, entry.get("values") or ()))
        found[name] = Template(name, str(entry["purpose"]), values)
    return found


def template_problems(templates: Mapping[str, Template], responses: Iterable[str]) -> Iterable[str]:
    """One line for each template without its response, and for each response that nobody could ever send."""
    written = {name for name in responses if name.startswith(TEMPLATE)} - QUESTIONS
    for name in sorted(set(templates) - written):
        yield f"outreach.yml: {name} has no wording; write the reply in content/replies/outreach.yml"
    for name in sorted(written - set(templates)):
        yield f"{name}: not among the templates of outreach.yml, so that nobody can send it"
