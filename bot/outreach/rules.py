"""What ``content/outreach.yml`` says: when borrowers may be written to, and with what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from actions.content import ContentError, read_yaml
from bot.outreach.policy import FILE, Policy, load_policy
from bot.outreach.templates import Template, templates_of


@dataclass(frozen=True)
class OutreachRules:
    """The policy, and the templates by their name."""

    policy: Policy
    templates: Mapping[str, Template]


def load_outreach(folder: Path) -> OutreachRules:
    """Reads the rules from the folder of all wording.

    Raises:
        ContentError: with one line, when the file is missing or something in it cannot be used.
    """
    path = folder / FILE
    try:
        return OutreachRules(load_policy(folder), templates_of(read_yaml(path)["templates"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise ContentError(f"{path}: templates: lacks {error}; see the example") from None
    except ValueError as error:
        raise ContentError(f"{path}: templates: {error}") from None
