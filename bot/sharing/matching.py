"""Three files that find what two lists have in common and show nothing else of either.

The one who asks covers its list (:func:`start`), the other covers that once more and adds its own covered
list (:func:`answer`), and only the first can then see which of its entries the other has too
(:meth:`Session.finish`). docs/sharing.md says what this keeps secret from whom, and what it does not.
"""

from __future__ import annotations

import hashlib
import json
import random
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bot.ledger.encoding import to_json
from bot.sharing.blinding import POINT_BYTES, Blinder, PointError, filler
from bot.sharing.errors import SharingError

VERSION: Final = 1
SMALLEST: Final = 256
"""Lists are filled up to a power of two of at least so many, which hides their size."""

_SHUFFLE = random.SystemRandom().shuffle


class MatchError(SharingError):
    """A file of a matching cannot be used; one line with cause and mend."""


@dataclass(frozen=True)
class Session:
    """What the one who asked keeps until the answer is there; holds the secret, so nobody else may read it.

    ``keys`` are its own entries in the order in which they were sent, ``request`` the digest of the file.
    """

    id: str
    secret: int = field(repr=False)
    keys: tuple[str, ...] = field(repr=False)
    request: str

    def as_json(self) -> str:
        """The session as one line to keep."""
        return to_json(
            {
                "version": VERSION,
                "session": self.id,
                "secret": f"{self.secret:x}",
                "keys": list(self.keys),
                "request": self.request,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Session:
        """Reads back what :meth:`as_json` gave.

        Raises:
            MatchError: when it is none.
        """
        kept = _mapping(text, "session")
        try:
            keys = tuple(str(key) for key in kept["keys"])
            return cls(str(kept["session"]), int(kept["secret"], 16), keys, str(kept["request"]))
        except (KeyError, TypeError, ValueError):
            raise MatchError(
                "the kept session is damaged; begin again with: share match start"
            ) from None

    def finish(self, reply: str) -> tuple[str, ...]:
        """The own entries that the other's list holds too, in the order of the alphabet.

        Raises:
            MatchError: when the reply is damaged or answers another request.
        """
        content = _mapping(reply, "answer")
        if content.get("session") != self.id or content.get("request") != self.request:
            raise MatchError(
                "this answer belongs to another request; ask the partner for the right file"
            )
        twice, theirs = _points(content, "twice"), _points(content, "theirs")
        if len(twice) < len(self.keys):
            raise MatchError(
                "the answer is shorter than the request; ask the partner to answer again"
            )
        blinder = Blinder(self.secret)
        try:
            common = {blinder.point(point) for point in theirs}
        except PointError:
            raise MatchError(
                "the answer holds bytes that are no points; ask for it again"
            ) from None
        return tuple(sorted(key for key, point in zip(self.keys, twice) if point in common))


def start(keys: Iterable[str]) -> tuple[Session, str]:
    """Begins a matching of one's own entries: what to keep, and the file for the partner."""
    blinder = Blinder()
    order = list(dict.fromkeys(keys))
    _SHUFFLE(order)
    id = secrets.token_hex(16)
    points = [blinder.value(key) for key in order]
    points += [filler() for _ in range(_filled(len(points)) - len(points))]
    # The partner cannot tell what fills up from what stands for an entry, so it may stand last.
    request = _file("request", id, {"points": points})
    return Session(id, blinder.secret, tuple(order), _digest(request)), request


def answer(request: str, keys: Iterable[str], *, most: int) -> str:
    """Answers a partner's request from one's own entries, with a secret that is forgotten at once.

    ``most`` bounds how many points are answered: whoever asks learns of each whether it is in the list, so
    a request with all phone numbers there are would be a copy of it.

    Raises:
        MatchError: when the request is damaged or too long.
    """
    content = _mapping(request, "request")
    asked = _points(content, "points")
    if len(asked) > most:
        raise MatchError(
            f"the request asks for {len(asked)} entries, more than the {most} that are answered at once; "
            "ask the partner what for, then allow more with --most"
        )
    if len(set(asked)) < len(asked):
        raise MatchError("the request holds an entry twice, which no honest one does; refuse it")
    blinder = Blinder()
    try:
        twice = [blinder.point(point) for point in asked]
    except PointError:
        raise MatchError("the request holds bytes that are no points; ask for it again") from None
    theirs = [blinder.value(key) for key in dict.fromkeys(keys)]
    theirs += [filler() for _ in range(_filled(len(theirs)) - len(theirs))]
    _SHUFFLE(theirs)
    return _file(
        "answer",
        str(content.get("session")),
        {"twice": twice, "theirs": theirs},
        request=_digest(request),
    )


def asked_for(request: str) -> int:
    """How many points a request holds, what fills it up included.

    Raises:
        MatchError: when it is no request.
    """
    return len(_points(_mapping(request, "request"), "points"))


def _filled(count: int) -> int:
    size = SMALLEST
    while size < count:
        size *= 2
    return size


def _file(part: str, session: str, points: Mapping[str, Sequence[bytes]], **more: str) -> str:
    named = {name: [point.hex() for point in values] for name, values in points.items()}
    return to_json(
        {"jingzhong_match": part, "version": VERSION, "session": session, **more, **named}
    )


def _mapping(text: str, part: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except ValueError:
        content = None
    if not isinstance(content, dict) or content.get("version") != VERSION:
        raise MatchError(f"this is no {part} of a matching, or one of another version")
    if part != "session" and content.get("jingzhong_match") != part:
        raise MatchError(f"this is no {part} of a matching; was another of the three files meant?")
    return content


def _points(content: Mapping[str, Any], name: str) -> list[bytes]:
    try:
        points = [bytes.fromhex(point) for point in content[name]]
    except (KeyError, TypeError, ValueError):
        raise MatchError("the file is damaged; ask the partner for it again") from None
    if any(len(point) != POINT_BYTES for point in points):
        raise MatchError("the file is damaged; ask the partner for it again")
    return points


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
