"""Takes everybody's contacts out of a text, so that it may stand among the training examples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from actions.outgoing import Registry, find_unregistered
from bot.masking import mask_secrets
from nlu.entities import extract
from nlu.text.folding import fold


def faceless(
    text: str, agencies: Iterable[str], stand_ins: Mapping[str, str], registry: Registry
) -> str | None:
    """The text with a stand-in in place of each contact; ``None`` if something is left that may be one.

    ``agencies`` are names that are known to stand in it; ``stand_ins`` are by kind of entity; ``registry``
    holds the official numbers, which stay. The user's own secrets are masked. Names of people are not
    recognised: a person reads every example.
    """
    masked = mask_secrets(text)
    for agency in agencies:
        masked = masked.replace(agency, stand_ins["agency"])
    parts, last = [], 0
    for entity in extract(fold(masked)):
        if entity.kind in stand_ins and not _is_official(entity.raw, registry):
            parts += [masked[last : entity.start], stand_ins[entity.kind]]
            last = entity.end
    found = "".join([*parts, masked[last:]])
    left = found
    for stand_in in stand_ins.values():
        left = left.replace(stand_in, "")
    return None if find_unregistered(left, registry) else found


def _is_official(raw: str, registry: Registry) -> bool:
    return not find_unregistered(raw, registry) and any(sign.isdigit() for sign in raw)
