"""The words of the in-app chat page, read from ``content/page.yml``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from actions.content import ContentError

STRINGS = frozenset(
    "title assistant me hotline_label automated note_title note_1 note_2 note_3 note_urgent"
    " greeting greeting_more openers_label log_label quick_replies_label typing newest pending failed"
    " retry input_label placeholder send keys counter too_long status_connecting status_offline"
    " status_reconnecting status_online status_signin status_barred agent larger close bar_label bar_close"
    " pictures_add camera album pictures_limits picture picture_remove pictures_sent uploading reading"
    " pictures_too_many picture_too_big picture_wrong_type pictures_refused widget_open widget_unread"
    " widget_loading widget_refused".split()
)
"""The names of the strings that the page shows."""

_FILLED_BY_THE_PAGE = frozenset({"count", "limit", "over", "megabytes", "percent"})
_FILLED_HERE = frozenset(
    {"institution", "short_name", "hotline", "hotline_name", "hours", "app_entry"}
)
_PLACEHOLDER = re.compile(r"\{(\w*)\}")


@dataclass(frozen=True)
class ChatWords:
    """All words of the page: ``strings`` by name, and ``openers``, the suggested first messages."""

    strings: Mapping[str, str]
    openers: tuple[str, ...]

    def filled(self, values: Mapping[str, str]) -> ChatWords:
        """The same words with the institution's values in place of the placeholders."""

        def fill(text: str) -> str:
            return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)

        return ChatWords(
            {name: fill(text) for name, text in self.strings.items()},
            tuple(fill(text) for text in self.openers),
        )


def words_of(page: Mapping[str, Any]) -> ChatWords:
    """Checks what ``page.yml`` holds.

    Raises:
        ContentError: one line, when a string is missing, unknown, empty or has an unknown placeholder.
    """
    strings, openers = page.get("strings"), page.get("openers")
    if not isinstance(strings, dict) or not isinstance(openers, list) or not openers:
        raise ContentError("page.yml: needs the mapping 'strings' and the list 'openers'")
    for name in sorted(STRINGS ^ {str(key) for key in strings}):
        problem = "is missing" if name in STRINGS else "is not shown anywhere"
        raise ContentError(f"page.yml: the string {name!r} {problem}")
    for name, text in [*strings.items(), *(("openers", opener) for opener in openers)]:
        _check(str(name), text)
    return ChatWords(dict(strings), tuple(openers))


def _check(name: str, text: object) -> None:
    if not isinstance(text, str) or not text.strip():
        raise ContentError(f"page.yml: {name!r} should be a text, and not an empty one")
    for placeholder in _PLACEHOLDER.findall(text):
        if placeholder not in _FILLED_HERE | _FILLED_BY_THE_PAGE:
            raise ContentError(f"page.yml: {name!r} has the unknown placeholder {{{placeholder}}}")
