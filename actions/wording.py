"""The texts of ``content/replies``: read in Rasa's response format, filled without ever running them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from actions.content import CONTENT, ContentError, read_yaml

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def load_responses(folder: Path = CONTENT) -> dict[str, list[dict[str, Any]]]:
    """All responses by name.

    Raises:
        ContentError: when a file is broken, a name stands twice or a response has no text.
    """
    responses: dict[str, list[dict[str, Any]]] = {}
    for path in sorted((folder / "replies").glob("*.yml")):
        found = read_yaml(path).get("responses") or {}
        if not isinstance(found, dict):
            raise ContentError(f"{path}: `responses` should hold names with their texts")
        for name, variations in found.items():
            if name in responses:
                raise ContentError(f"{path}: {name} stands twice; keep one of the two")
            if not isinstance(variations, list) or not variations or not _has_text(variations[0]):
                raise ContentError(f"{path}: {name} should be a list with one item that has a text")
            responses[name] = variations
    return responses


def fill(text: str, values: Mapping[str, str]) -> str:
    """Fills the placeholders once; what a user wrote is a value and never a template."""
    return _PLACEHOLDER.sub(lambda match: values.get(match.group(1), match.group()), text)


def placeholders(text: str) -> frozenset[str]:
    """Names of the placeholders of a text."""
    return frozenset(_PLACEHOLDER.findall(text))


def _has_text(variation: object) -> bool:
    return isinstance(variation, dict) and isinstance(variation.get("text"), str)
