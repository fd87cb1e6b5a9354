"""The files of ``content/`` as texts that people edit: what stands where, and how one value is exchanged."""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

LONGEST: Final = 200_000  # characters of a file
_STEP: Final = "/"


class ContentFileError(ValueError):
    """A file or a value in it is not there, or cannot be read; the message is one line."""


@dataclass(frozen=True)
class Entry:
    """A value of a file: where it stands, such as ``responses/utter_bye/0/text``, and its text."""

    path: str
    text: str
    line: int


class ContentFiles:
    """The files of one folder of wording."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def names(self) -> list[str]:
        """All files by their place in the folder, such as ``replies/threats.yml``."""
        paths = sorted(self.folder.rglob("*.yml"))
        return [path.relative_to(self.folder).as_posix() for path in paths]

    def read(self, name: str) -> str:
        """The text of a file.

        Raises:
            ContentFileError: when there is no such file.
        """
        if name not in self.names():
            raise ContentFileError(f"there is no file {name} in content/")
        return (self.folder / name).read_text(encoding="utf-8")

    def write(self, name: str, text: str) -> None:
        """Exchanges a file: whoever reads it meanwhile gets the old one or the new one, also after a power cut.

        Raises:
            OSError: when it cannot be written.
        """
        path = self.folder / name
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".new")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fchmod(file.fileno(), path.stat().st_mode & 0o777)
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def fingerprint(text: str) -> str:
    """The SHA-256 of a file's text."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def entries(text: str) -> list[Entry]:
    """Every value of a YAML text in its order.

    Raises:
        ContentFileError: when it is no YAML; the line names where.
    """
    return [
        Entry(path, node.value, node.start_mark.line + 1) for path, node in _values(_compose(text))
    ]


def exchange(text: str, path: str, value: str) -> str:
    """The text with one value exchanged; comments, order and everything else stay as they are.

    Raises:
        ContentFileError: when nothing stands at that path.
    """
    for found, node in _values(_compose(text)):
        if found == path:
            start, end = node.start_mark.index, node.end_mark.index
            # The end of a block scalar takes in the line breaks behind it.
            behind = text[start:end]
            tail = behind[len(behind.rstrip("\n")) :] if node.style in ("|", ">") else ""
            return text[:start] + _written(node, value, behind) + tail + text[end:]
    raise ContentFileError(f"nothing stands at {path}")


def difference(name: str, before: str, after: str) -> list[str]:
    """The lines of a unified diff."""
    return list(
        difflib.unified_diff(before.splitlines(), after.splitlines(), name, name, lineterm="", n=2)
    )


def _compose(text: str) -> yaml.Node:
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        problem = getattr(error, "problem", None) or "no valid YAML"
        raise ContentFileError(f"{where}{problem}; check quotes and indentation") from None
    if not isinstance(node, yaml.MappingNode):
        raise ContentFileError("the file should hold a mapping of names to values")
    return node


def _values(node: yaml.Node, path: str = "") -> Iterator[tuple[str, yaml.ScalarNode]]:
    if isinstance(node, yaml.ScalarNode):
        yield path, node
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _values(value, f"{path}{_STEP if path else ''}{key.value}")
    elif isinstance(node, yaml.SequenceNode):
        for place, value in enumerate(node.value):
            yield from _values(value, f"{path}{_STEP}{place}")


def _written(node: yaml.ScalarNode, value: str, before: str) -> str:
    """The value as it was written before if it can be: as a block, or as a plain word; else in double quotes."""
    first = before.split("\n")[1] if node.style == "|" and "\n" in before else ""
    indent = first[: len(first) - len(first.lstrip())]
    if indent and value and value == value.strip() and value.isprintable():
        return f"|-\n{indent}{value}"
    if "\n" not in value and value == value.strip() and value:
        try:
            read = yaml.safe_load(f"- {value}")
            inside = yaml.safe_load(f"{{a: {value}}}")
        except yaml.YAMLError:
            read = inside = None
        same_kind = node.style is None and node.tag != "tag:yaml.org,2002:str"
        plain = read == [value] and inside == {"a": value}
        if plain or (same_kind and read is not None and read != [value]):
            return value
    return json.dumps(value, ensure_ascii=False)
