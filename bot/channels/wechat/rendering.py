"""Replies as WeChat shows them: one text with numbered choices, within the length that it takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from wechatpy.replies import TextReply  # type: ignore[import-untyped]

from bot.channels.base import Bubble
from bot.channels.wechat.wording import WechatWords

LONGEST_TEXT: Final = 2048
"""Longest text, in bytes, that WeChat takes as one message."""

_BREAKS: Final = ("\n\n", "\n", "。", "；", "，")


@dataclass(frozen=True)
class Rendered:
    """A reply as ``texts`` of which each fits, and the words that its choices stand for, by number from 1."""

    texts: tuple[str, ...]
    choices: tuple[str, ...] = ()


def rendered(bubbles: Sequence[Bubble], words: WechatWords) -> Rendered:
    """The whole reply, as few texts as can be."""
    paragraphs: list[str] = []
    choices: list[str] = []
    for bubble in bubbles:
        if text := str(bubble.get("text") or "").strip():
            paragraphs.append(text)
        lines = []
        for button in bubble.get("buttons") or ():
            choices.append(str(button["payload"]))
            lines.append(words.choices_line.format(number=len(choices), title=str(button["title"])))
        if lines:
            paragraphs.append("\n".join((words.choices_hint, *lines)))
    return Rendered(tuple(packed(paragraphs, LONGEST_TEXT)), tuple(choices))


def packed(paragraphs: Sequence[str], limit: int) -> Iterator[str]:
    """Joins paragraphs as long as they fit into ``limit`` bytes; only one that is too long by itself is broken."""
    text = ""
    for paragraph in paragraphs:
        joined = f"{text}\n\n{paragraph}" if text else paragraph
        if len(joined.encode()) <= limit:
            text = joined
            continue
        if text:
            yield text
        *full, text = _broken(paragraph, limit)
        yield from full
    if text:
        yield text


def cut(text: str, notice: str) -> str:
    """The beginning of a text with a notice that it goes no further."""
    room = LONGEST_TEXT - len(f"\n\n{notice}".encode())
    return f"{next(_broken(text, room))}\n\n{notice}"


def passive(user: str, account: str, text: str) -> str:
    """The XML that answers a post."""
    # wechatpy puts the text into a CDATA section as it is; a quoted message may hold what ends one.
    safe = text.replace("]]>", "]]]]><![CDATA[>")
    return str(TextReply(source=account, target=user, content=safe).render())


def _broken(text: str, limit: int) -> Iterator[str]:
    while len(text.encode()) > limit:
        head = text.encode()[:limit].decode(errors="ignore")
        # At the last good place in the second half, so that no part is a mere scrap.
        places = (
            head.rfind(sign) + len(sign) for sign in _BREAKS if sign in head[len(head) // 2 :]
        )
        end = max(places, default=len(head))
        yield text[:end].rstrip()
        text = text[end:].lstrip()
    yield text
