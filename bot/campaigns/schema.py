"""Reads a script's file so that every finding names its line: YAML first, then the form of the schema."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

SCHEMA: Final = Path(__file__).resolve().parent.parent / "schemas" / "campaign.json"
Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """Something to mend: ``key`` names its text below ``problems`` of ``content/scripts.yml``.

    ``line`` counts from 1; None is the file as a whole.
    """

    key: str
    line: int | None = None
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class ScriptFile:
    """What stands in a file, and in which line each entry begins.

    ``data`` has the form of the schema only if ``problems`` is empty.
    """

    path: Path
    data: Mapping[str, Any]
    lines: Mapping[Place, int]
    problems: tuple[Problem, ...] = ()

    def line(self, *place: str | int) -> int | None:
        """The line of an entry, or of the nearest one around it that has one."""
        for end in range(len(place), 0, -1):
            if place[:end] in self.lines:
                return self.lines[place[:end]]
        return None


def read_script_file(path: Path) -> ScriptFile:
    """Reads a file; whatever is wrong with it is among its problems. Never raises."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ScriptFile(path, {}, {}, (Problem("missing_file"),))
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "UTF-8"
        return ScriptFile(path, {}, {}, (Problem("unreadable", None, {"why": why}),))
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
        tree = _Tree()
        data = tree.value(node, ()) if node is not None else None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        return ScriptFile(path, {}, {}, (_no_yaml(error, text.splitlines()),))
    if not isinstance(data, dict):
        return ScriptFile(path, {}, {}, (Problem("not_mapping", 1),))
    file = ScriptFile(path, data, tree.lines)
    form = [found for error in _validator().iter_errors(data) for found in _explained(error, file)]
    ordered = sorted([*tree.twice, *form], key=lambda problem: problem.line or 0)
    return ScriptFile(path, data, tree.lines, tuple(ordered))


class _Tree:
    """Makes plain values of YAML nodes and remembers where they stood."""

    def __init__(self) -> None:
        self.lines: dict[Place, int] = {}
        self.twice: list[Problem] = []
        self._constructor = yaml.constructor.SafeConstructor()

    def value(self, node: yaml.Node, place: Place) -> Any:
        self.lines.setdefault(place, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*place, index)) for index, item in enumerate(node.value)]
        return self._constructor.construct_object(node)

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            # As it was written: YAML would make a truth value of `yes` and a number of `1`.
            name = str(key.value)
            line = key.start_mark.line + 1
            if name in found:
                self.twice.append(Problem("twice", line, {"name": name}))
            at = (*place, name)
            self.lines[at] = line
            found[name] = self.value(value, at)
        return found


_COLON = re.compile(r"^\s*(?:- )?[a-z_A-Z]+\s*：")
_BRACE = re.compile(r"^\s*(?:- )?(?:[a-z_A-Z]+: )?\{\w+\}")


def _no_yaml(error: Exception, lines: Sequence[str]) -> Problem:
    """The likeliest slip of the pen behind an error, by the look of the line and the one before it."""
    mark = getattr(error, "problem_mark", None)
    at = mark.line if mark is not None else 0
    why = getattr(error, "problem", None) or type(error).__name__
    context = getattr(error, "context_mark", None)
    if "quoted scalar" in str(getattr(error, "context", "")) and context is not None:
        return Problem("quote", context.line + 1)
    for number in (at, at - 1, at + 1):
        line = lines[number] if 0 <= number < len(lines) else ""
        if "\t" in line[: len(line) - len(line.lstrip())]:
            return Problem("tab", number + 1)
        if _COLON.match(line):
            return Problem("colon", number + 1)
        if _BRACE.match(line):
            return Problem("brace", number + 1)
    if "mapping values" in why:
        return Problem("colon_inside", at + 1)
    return Problem("yaml", at + 1, {"why": why})


@lru_cache(maxsize=1)
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def _explained(error: ValidationError, file: ScriptFile) -> Iterator[Problem]:
    """A finding of the schema in the words of a person who writes scripts."""
    place: Place = tuple(error.absolute_path)
    value: Any = error.instance
    limit: Any = error.validator_value
    schema: Any = error.schema
    line = file.line(*place)
    name = spoken(place)
    match error.validator:
        case "required":
            for missing in limit:
                if missing not in value:
                    yield Problem(
                        "missing", line or 1, {"name": missing, "hint": f"hints.{missing}"}
                    )
        case "additionalProperties":
            known = list(schema.get("properties", {}))
            for extra in sorted(set(value) - set(known)):
                values = {"name": extra, "hint": meant(extra, known, "unknown_plain")}
                yield Problem("unknown", file.line(*place, extra), values)
        case "type":
            yield _wrong_type(name, limit, value, line)
        case "enum":
            hint = meant(str(value), limit, "one_of_plain")
            listed = "、".join(str(each) for each in limit)
            yield Problem(
                "one_of", line, {"name": name, "value": value, "hint": hint, "values": listed}
            )
        case "minItems" | "maxItems":
            key = "few" if error.validator == "minItems" else "many"
            bounds = {"least": limit, "most": limit}
            yield Problem(key, line, {"name": name, "n": len(value), **bounds})
        case "minimum" | "maximum":
            key = "low" if error.validator == "minimum" else "high"
            yield Problem(key, line, {"name": name, "n": value, "least": limit, "most": limit})
        case "pattern":
            yield Problem("name", file.line(*place, str(value)), {"value": value})
        case "minLength" if value:
            yield Problem("short", line, {"value": value})
        case "minLength" | "minProperties":
            yield Problem("empty", line, {"name": name})
        case _:
            yield Problem("form", line, {"name": name})


def _wrong_type(name: str, wanted: object, value: object, line: int | None) -> Problem:
    if value is None:
        return Problem("empty", line, {"name": name})
    kinds = {"array": "list", "integer": "number", "object": "mapping"}
    return Problem(kinds.get(str(wanted), "text"), line, {"name": name})


def spoken(place: Place) -> str:
    """The place of an entry as a writer names it: ``steps.call.choices 2 label``."""
    parts = [f" {part + 1} " if isinstance(part, int) else f".{part}" for part in place]
    return "".join(parts).replace(" .", " ").strip(" .")


def meant(written: str, known: Sequence[str], otherwise: str) -> str:
    """The key of the hint behind a wrong name: ``meant:NAME`` if one is near, else ``otherwise``."""
    near = difflib.get_close_matches(written, list(known), n=1, cutoff=0.6)
    return f"meant:{near[0]}" if near else otherwise
