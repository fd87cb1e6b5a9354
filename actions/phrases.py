"""Sentences that do something by themselves: what a button sends, or somebody writes who knows what to write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from nlu.text.folding import fold

NEEDED: Final = (
    "erase",
    "erase_confirmed",
    "disputed",
    "tell_verdict",
    "no_verdict",
    "evidence_agreed",
    "evidence_withdrawn",
    "prove",
    "cheated",
    "followup_agreed",
    "followup_stopped",
    "followup_went_on",
    "followup_unknown",
    "survey_good",
    "survey_fair",
    "survey_poor",
    "survey_stopped",
    "bare_yes",
    "bare_no",
    "practice_start",
    "practice_stop",
    "practice_resume",
)
_LONGEST: Final = 40  # code points of a message that can be such a sentence


@dataclass(frozen=True)
class Phrases:
    """The sentences of ``content/phrases.yml``, by their meaning."""

    sentences: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    _meanings: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Raises ``ValueError`` when a meaning has no sentence, or two share one."""
        meanings: dict[str, str] = {}
        for name, sentences in self.sentences.items():
            for sentence in sentences:
                if meanings.setdefault(_plain(sentence), name) != name:
                    raise ValueError(f"the sentence {sentence} stands under two names")
        object.__setattr__(self, "_meanings", meanings)

    @classmethod
    def of(cls, entries: Mapping[str, Iterable[object]]) -> Phrases:
        """Takes the entries of the file.

        Raises:
            KeyError: when a meaning is missing.
            ValueError: when a meaning has no sentence, or two share one.
        """
        sentences = {name: tuple(map(str, entries[name])) for name in NEEDED}
        for name, own in sentences.items():
            if not own:
                raise ValueError(f"{name} lacks a sentence")
        return cls(sentences)

    def meaning(self, text: str) -> str | None:
        """What a message means if it is just such a sentence."""
        return self._meanings.get(_plain(text)) if 0 < len(text) <= _LONGEST else None


def _plain(text: str) -> str:
    return "".join(sign for sign in fold(text).text if sign.isalnum())
