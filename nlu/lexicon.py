"""Word lists of the understanding: one YAML file a subject in ``nlu/lexicons``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "lexicons"


class LexiconError(Exception):
    """A word list cannot be used; the message is one line that names the file and the mend."""


@cache
def load(name: str) -> dict[str, Any]:
    """The word list ``nlu/lexicons/<name>.yml``, read once per process; callers must not change it.

    Raises:
        LexiconError: if the file is missing, is no UTF-8 YAML, or holds anything but a mapping.
    """
    path = FOLDER / f"{name}.yml"
    try:
        # The C loader: the Python one takes longer than all the rest of starting up.
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except OSError as error:
        raise LexiconError(
            f"{path}: cannot be read ({error.strerror}); restore the file from the release"
        ) from error
    except UnicodeDecodeError as error:
        raise LexiconError(f"{path}: is not UTF-8; save it with UTF-8 encoding") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "no valid YAML"
        raise LexiconError(f"{path}:{where} {problem}; mend the YAML there") from error
    if not isinstance(content, dict):
        raise LexiconError(
            f"{path}: holds no mapping; write `key: [words]` entries at the top level"
        )
    return content


def alternatives(words: Iterable[str]) -> str:
    """A regular expression, without a group around it, for any of the words; the longest is tried first.

    A Latin word matches only as a whole, not inside a longer one.
    """
    patterns = []
    for word in sorted(words, key=len, reverse=True):
        before = "(?<![a-z0-9_])" if word[0].isascii() and word[0].isalnum() else ""
        after = "(?![a-z])" if word[-1].isascii() and word[-1].isalnum() else ""
        patterns.append(f"{before}{re.escape(word)}{after}")
    return "|".join(patterns)
