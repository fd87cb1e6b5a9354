"""One request to the API: who asks, and what was sent, checked against the route's description."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from bot.audit import Actor
from bot.console.answers import Failed
from bot.console.desk import Desk
from bot.console.part import ApiRoute, Schema
from bot.ledger.encoding import storable
from bot.staff.roles import Role

LARGEST: Final = 2**53
"""Beyond it neither JSON's other readers nor SQLite agree on a number."""

_LONGEST_LINE: Final = 200


@dataclass(frozen=True)
class Call:
    """A request to a route of the API; ``query`` has every parameter of the route, ``body`` what was sent."""

    desk: Desk
    actor: Actor
    role: Role
    query: Mapping[str, Any]
    body: Mapping[str, Any]


def read_query(route: ApiRoute, given: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The parameters of a route with their types and defaults.

    Raises:
        Failed: for a parameter that the route does not have, stands twice or is not as described.
    """
    unknown = sorted(set(given) - set(route.query))
    if unknown:
        raise Failed(f"there is no parameter {unknown[0]!r}")
    values: dict[str, Any] = {}
    for name, parameter in route.query.items():
        texts = given.get(name, ())
        if len(texts) > 1:
            raise Failed(f"{name} stands twice")
        if not texts:
            values[name] = parameter.default
            continue
        values[name] = _typed(name, storable(texts[0]), parameter.schema)
        _check(values[name], parameter.schema, name)
    return values


def read_body(route: ApiRoute, raw: bytes) -> dict[str, Any]:
    """The JSON object that was sent.

    Raises:
        Failed: when it is not as described.
    """
    if route.body is None:
        return {}
    try:
        body = json.loads(raw, parse_constant=_refuse, parse_float=_finite, parse_int=_safe_integer)
    except (ValueError, RecursionError):
        raise Failed("the body is no JSON, or has numbers that are none") from None
    body = _storable(body)
    _check(body, route.body, "the body")
    if not isinstance(body, dict):
        raise Failed("the body should be a JSON object")
    return body


def _typed(name: str, text: str, schema: Schema) -> Any:
    kind = schema.get("type", "string")
    try:
        if kind == "integer":
            return _safe_integer(text)
        if kind == "number":
            return _finite(text)
    except ValueError:
        raise Failed(f"{name} should be a number") from None
    if kind == "boolean":
        if text not in ("true", "false"):
            raise Failed(f"{name} should be true or false")
        return text == "true"
    return text


def _check(value: Any, schema: Schema, name: str) -> None:
    error = best_match(Draft202012Validator(schema).iter_errors(value))
    if error is not None:
        where = ".".join(str(step) for step in error.absolute_path)
        line = f"{name}{f', {where}' if where else ''}: {error.message}"
        raise Failed(line if len(line) <= _LONGEST_LINE else line[:_LONGEST_LINE] + " ...")


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {storable(key): _storable(item) for key, item in value.items()}
    return value


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _safe_integer(text: str) -> int:
    if len(text) > 17 or abs(value := int(text)) > LARGEST:
        raise ValueError(text)
    return value
