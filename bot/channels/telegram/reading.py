"""Updates of Telegram as messages of the assistant."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Final

from telegram import CallbackQuery, Chat, Message, MessageEntity, Update, User
from telegram.constants import ChatType

from bot.channels.telegram.commands import START, Command
from bot.channels.telegram.contents import attachments, is_service_message, readable_text
from bot.channels.telegram.keyboard import pressed
from bot.channels.telegram.pictures import Picture, picture_of
from bot.hashing import Hasher
from bot.inbound import Attachment, InboundMessage
from nlu.text.folding import fold

_UNHEARD: Final = re.compile(r"[\s，。！？、；：,!?;:~…]+")
_ADDRESSING: Final[list[str | None]] = [MessageEntity.MENTION, MessageEntity.TEXT_MENTION]


@dataclass(frozen=True)
class Me:
    """The bot itself; its name is not known before Telegram was reached for the first time."""

    id: int
    username: str | None = None


@dataclass(frozen=True)
class Heard:
    """What was heard in a chat, and how to answer it.

    ``private`` is a chat with one person; in all others ``addressed`` tells whether the words were meant for the
    bot, and ``answers`` is the message that a reply refers to. ``opening`` is a /start; ``pictures`` are those of the
    photos among the attachments.
    """

    message: InboundMessage
    chat: int
    private: bool
    addressed: bool = True
    answers: int | None = None
    opening: bool = False
    pictures: tuple[Picture, ...] = ()


class UpdateReader:
    """Reads updates; the words of commands come from ``content/telegram.yml``."""

    def __init__(
        self, commands: Mapping[str, Command], hasher: Hasher, *, reads_pictures: bool
    ) -> None:
        """``reads_pictures`` tells whether anybody reads them; otherwise an album gets one answer."""
        self._commands = commands
        self._hasher = hasher
        self._reads_pictures = reads_pictures

    def read(self, update: Update, me: Me) -> Heard | None:
        """What somebody said with this update; ``None`` where nobody said anything that asks for an answer.

        The id of a message is made of its number and of what its words come to, so that an edit counts as a new
        message if it says something else, and as the same one if it only looks different.
        """
        if update.callback_query is not None:
            return self._pressed(update.callback_query)
        message = update.edited_message or update.message
        if message is None or is_service_message(message):
            return None
        author = _author(message)
        return self._said(message, author, me) if author is not None else None

    def _said(self, message: Message, author: User | Chat, me: Me) -> Heard | None:
        private = message.chat.type == ChatType.PRIVATE
        command, words = self._words(message, me)
        if command is not None and command not in self._commands and not private:
            return None
        things = attachments(message)
        addressed = private or command is not None or _is_addressed(message, me)
        asked_about = None if private or not addressed else _asked_about(message, me)
        if asked_about is not None:
            words = f"{readable_text(asked_about)}\n{words}".strip()
            things = (*things, *attachments(asked_about), Attachment("forwarded"))
        pictures = self._pictures(message, asked_about)
        album = message.media_group_id
        alike = album is not None and not words and not pictures
        number = f"album-{album}" if alike else str(message.message_id)
        return Heard(
            self._inbound(
                message.chat,
                author,
                f"{number}-{self._meaning(words, *(picture.unique_id for picture in pictures))}",
                words,
                message.edit_date or message.date,
                things,
            ),
            chat=message.chat.id,
            private=private,
            addressed=addressed,
            answers=None if private else message.message_id,
            opening=private and command == START,
            pictures=pictures,
        )

    def _pressed(self, query: CallbackQuery) -> Heard | None:
        words = pressed(query)
        if query.message is None or words is None:
            return None
        chat, number = query.message.chat, query.message.message_id
        private = chat.type == ChatType.PRIVATE
        return Heard(
            # The same button of the same message is one message, however often it is pressed.
            self._inbound(
                chat,
                query.from_user,
                f"press-{number}-{self._meaning(words)}",
                words,
                datetime.now(timezone.utc),
                (),
            ),
            chat=chat.id,
            private=private,
            answers=None if private else number,
        )

    def _inbound(
        self,
        chat: Chat,
        author: User | Chat,
        message_id: str,
        text: str,
        at: datetime,
        things: tuple[Attachment, ...],
    ) -> InboundMessage:
        private = chat.type == ChatType.PRIVATE
        return InboundMessage(
            channel="telegram",
            user=str(author.id),
            # What one says in a group is no part of another's conversation.
            conversation=str(chat.id) if private else f"{chat.id}/{author.id}",
            message_id=message_id,
            text=text,
            received_at=min(at.astimezone(timezone.utc), datetime.now(timezone.utc)),
            language=author.language_code if isinstance(author, User) else None,
            attachments=things,
            # Nobody is written to before others.
            address=str(chat.id) if private else None,
        )

    def _words(self, message: Message, me: Me) -> tuple[str | None, str]:
        """The command, if it is one for us, and the words to understand."""
        text = readable_text(message)
        if me.username:
            text = re.sub(rf"@{re.escape(me.username)}\b", "", text, flags=re.IGNORECASE).strip()
        first = text.split(maxsplit=1)[0] if text else ""
        if not first.startswith("/"):
            return None, text
        name, rest = first[1:].lower(), text[len(first) :].strip()
        if name not in self._commands:
            return name, text
        says = self._commands[name].says
        # What follows /start comes from a link and is nobody's words.
        return name, f"{says} {rest}".strip() if name != START else says

    def _pictures(self, *messages: Message | None) -> tuple[Picture, ...]:
        if not self._reads_pictures:
            return ()
        found = [picture_of(message) for message in messages if message is not None]
        return tuple(picture for picture in found if picture is not None)

    def _meaning(self, text: str, *pictures: str) -> str:
        heard = _UNHEARD.sub("", fold(text).text)
        return self._hasher.pseudonym("telegram text", heard, *pictures).current[:12]


def _author(message: Message) -> User | Chat | None:
    """Who speaks: a person, or a group's anonymous admin; no other bot."""
    if message.sender_chat is not None:
        return message.sender_chat
    user = message.from_user
    return None if user is None or user.is_bot else user


def _is_addressed(message: Message, me: Me) -> bool:
    answered = message.reply_to_message
    if answered is not None and answered.from_user is not None and answered.from_user.id == me.id:
        return True
    entities = {
        **message.parse_entities(_ADDRESSING),
        **message.parse_caption_entities(_ADDRESSING),
    }
    return any(
        entity.user.id == me.id
        if entity.user is not None
        else me.username is not None and text.lower() == f"@{me.username.lower()}"
        for entity, text in entities.items()
    )


def _asked_about(message: Message, me: Me) -> Message | None:
    """The message of somebody else under which the bot is asked."""
    asked_about = message.reply_to_message
    if asked_about is None or is_service_message(asked_about):
        return None
    author = asked_about.from_user
    return None if author is not None and author.id == me.id else asked_about
