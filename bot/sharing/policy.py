"""``content/sharing.yml``: what may be shared, in which form, with which marking and on what ground."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from actions.content import ContentError, read_yaml
from bot.cases.contacts import ContactKey
from bot.sharing.tlp import Tlp
from nlu.analysis import THREAT_CODES

CLEAR: Final = "clear"
HASHED: Final = "keyed_hash"

# What is allowed from one state is from those of a higher rank; a case can be closed from any of them.
_RANKS: Final = {"closed": 0, "confirmed": 0, "handed_to_police": 1, "accepted": 2, "filed": 3}
_MOBILE = re.compile(r"\+861[3-9][0-9]{9}")


@dataclass(frozen=True)
class Basis:
    """The ground on which contacts leave; ``id`` names it in every export and in the log."""

    id: str
    text: str
    restriction: str
    verified_on: date
    valid_until: date


@dataclass(frozen=True)
class KindRule:
    """The marking of a kind of contact, and the state from which it leaves in clear, if there is one."""

    tlp: Tlp
    clear_from: str | None

    def form(self, state: str) -> str:
        """``clear`` or ``keyed_hash`` for a contact of a case in that state."""
        if self.clear_from is None:
            return HASHED
        return CLEAR if _RANKS[state] >= _RANKS[self.clear_from] else HASHED


@dataclass(frozen=True)
class CodeName:
    """How others call a threat code; ``aif_code`` is ``None`` while the alliance's list is not known."""

    name: str
    abuse_type: str
    aif_code: str | None


@dataclass(frozen=True)
class SharingPolicy:
    """All rules of sharing, as ``content/sharing.yml`` words them."""

    demo: bool
    alliance: str
    basis: Basis
    states: Mapping[str, int]
    least_reporters: int
    lifetime_days: int
    kinds: Mapping[str, KindRule]
    organisation_words: tuple[str, ...]
    reasons: Mapping[str, str]
    codes: Mapping[str, CodeName]
    aif_source: str | None
    tlp_texts: Mapping[str, str]

    def rule(self, key: ContactKey) -> KindRule | None:
        """The rule for a contact, ``None`` when it is not shared at all."""
        return self.kinds.get(self._kind(key))

    def confidence(self, state: str) -> int | None:
        """How sure one may be of a contact whose case is in that state; ``None``: it is not shared."""
        return self.states.get(state)

    def _kind(self, key: ContactKey) -> str:
        if key.kind == "phone" and _MOBILE.fullmatch(key.value):
            return "mobile_phone"
        if key.kind == "agency" and not any(word in key.value for word in self.organisation_words):
            return "person"
        return key.kind


def load_policy(content: Path) -> SharingPolicy:
    """Reads and checks the rules.

    Raises:
        ContentError: with one line that names the file, what is wrong and the mend.
    """
    path = content / "sharing.yml"
    raw = read_yaml(path)
    try:
        policy = _policy(raw)
    except KeyError as error:
        raise ContentError(f"{path}: the entry {error} is missing") from None
    except (TypeError, ValueError, AttributeError) as error:
        raise ContentError(f"{path}: {error}") from None
    unnamed = sorted(set(THREAT_CODES) - set(policy.codes))
    if unnamed:
        raise ContentError(f"{path}: codes: {unnamed[0]} is missing; name every threat code")
    return policy


def _policy(raw: Mapping[str, Any]) -> SharingPolicy:
    basis = raw["basis"]
    states = {
        str(state): _number(value, f"states: {state}") for state, value in raw["states"].items()
    }
    for state in states:
        _known_state(state, f"states: {state}")
    return SharingPolicy(
        demo=bool(raw.get("demo", False)),
        alliance=str(raw["alliance"]),
        basis=Basis(
            str(basis["id"]),
            str(basis["text"]),
            str(basis["restriction"]),
            _date(basis["verified_on"]),
            _date(basis["valid_until"]),
        ),
        states=states,
        least_reporters=int(raw["least_reporters"]),
        lifetime_days=int(raw["lifetime_days"]),
        kinds={str(kind): _rule(str(kind), item) for kind, item in raw["kinds"].items()},
        organisation_words=tuple(str(word) for word in raw["organisation_words"]),
        reasons={str(reason): str(text) for reason, text in raw["reasons"].items()},
        codes={
            str(code): CodeName(
                str(item["name"]),
                str(item["abuse_type"]),
                str(item["aif_code"]) if item.get("aif_code") is not None else None,
            )
            for code, item in raw["codes"].items()
        },
        aif_source=str(raw["aif_source"]) if raw.get("aif_source") else None,
        tlp_texts={tlp.value: str(raw["tlp"][tlp.value]) for tlp in Tlp},
    )


def _rule(kind: str, item: Mapping[str, Any]) -> KindRule:
    clear_from = str(item["clear_from"])
    if clear_from != "never":
        _known_state(clear_from, f"kinds: {kind}: clear_from")
    return KindRule(Tlp(str(item["tlp"])), None if clear_from == "never" else clear_from)


def _known_state(state: str, where: str) -> None:
    if state not in _RANKS:
        raise ValueError(
            f"{where}: {state!r} is no state that is shared; use one of {', '.join(_RANKS)}"
        )


def _number(value: object, where: str) -> int:
    if not isinstance(value, int) or not 0 <= value <= 100:
        raise ValueError(f"{where}: {value!r} should be a number from 0 to 100")
    return value


def _date(value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(str(value))
