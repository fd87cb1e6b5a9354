"""The keyed hash under which members of an alliance recognise a contact that must not leave in clear."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

from bot.cases.contacts import ContactKey


@dataclass(frozen=True)
class AllianceKey:
    """The key that all members share; whoever has it can try out all phone numbers there are.

    So a hash under it protects against outsiders, not against members: see docs/sharing.md, and
    :mod:`bot.sharing.matching` for what does.
    """

    secret: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """Names the key without telling it, so that a rotated one is not mistaken for it."""
        return hashlib.sha256(b"jingzhong alliance key id\n" + self.secret).hexdigest()[:8]

    def of(self, key: ContactKey) -> str:
        """The hash of a contact, 64 hexadecimal digits."""
        message = b"jingzhong shared contact v1\n" + str(key).encode("utf-8")
        return hmac.digest(self.secret, message, "sha256").hex()
