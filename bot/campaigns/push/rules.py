"""The rules of ``content/push.yml``: how fast campaigns go out, and how often sending is tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from actions.content import ContentError, read_yaml

FILE: Final = "push.yml"


@dataclass(frozen=True)
class PushRules:
    """Messages a second by channel, for all processes together; ``tries`` with ever longer pauses, ``again`` the first."""

    rates: Mapping[str, int]
    usual: int
    tries: int
    again: timedelta

    def rate(self, channel: str) -> int:
        """How many messages a second may go out on a channel."""
        return self.rates.get(channel, self.usual)

    def takes(self, channel: str, messages: int) -> timedelta:
        """How long so many messages take on a channel."""
        return timedelta(seconds=messages / self.rate(channel))

    def pause(self, tries: int) -> timedelta:
        """How long to wait after so many tries: twice as long each time."""
        return self.again * (1 << (min(tries, 10) - 1))


def load_push_rules(folder: Path) -> PushRules:
    """Reads the rules from a folder of wording.

    Raises:
        ContentError: with one line, when the file is missing or something in it cannot be used.
    """
    path = folder / FILE
    data = read_yaml(path)
    try:
        return PushRules(
            {str(name): _whole(data["rates"], name) for name in data["rates"]},
            _whole(data, "usual_rate"),
            _whole(data, "tries"),
            timedelta(seconds=_whole(data, "again_seconds")),
        )
    except (KeyError, TypeError) as error:
        raise ContentError(f"{path}: lacks {error} or has it in another form") from None
    except ValueError as error:
        raise ContentError(f"{path}: {error}") from None


def _whole(data: Mapping[str, Any], name: str) -> int:
    value = data[name]
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{name}: should be a whole number of 1 or more")
    return value
