"""The description of the API in OpenAPI 3.1, made from what the parts declare."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.console.call import LARGEST
from bot.console.part import ApiRoute, Part

ERROR = {
    "type": "object",
    "required": ["error"],
    "additionalProperties": False,
    "properties": {"error": {"type": "string", "description": "One line: what is wrong."}},
}
_REASONS = {
    400: "The request is not as described.",
    401: "Neither a session nor the token.",
    403: "The role may not do that, or the change was not meant.",
    404: "There is no such thing.",
    405: "Not with this method.",
    409: "Changed by somebody else meanwhile, or in a state that does not allow it.",
    413: "Larger than is read.",
    415: "The body is not application/json.",
    422: "What was sent cannot be taken.",
    503: "The ledger cannot be read or written now.",
}
_PARAMETER = re.compile(r"<(\w+)(?::\w+)?>")


def openapi(parts: Iterable[Part], version: str) -> dict[str, Any]:
    """The whole description; ``version`` is that of the service."""
    paths: dict[str, dict[str, Any]] = {}
    for part in parts:
        for route in part.routes:
            path = "/api" + _PARAMETER.sub(r"{\1}", route.path)
            paths.setdefault(path, {})[route.method.lower()] = _operation(part.name, route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Jingzhong",
            "version": version,
            "description": (
                "Signals, cases and all else that the console shows. A signal speaks of the suspicious contact "
                "and not of the borrower; it must not be used in credit, pricing or collection decisions."
            ),
        },
        "security": [{"token": []}, {"session": []}],
        "paths": paths,
        "components": {
            "schemas": {"Error": ERROR},
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "JINGZHONG_API_TOKEN; acts as the analyst `api`.",
                },
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "jingzhong-console",
                    "description": "A login of the console; changes need its X-CSRF-Token too.",
                },
            },
        },
    }


def _operation(tag: str, route: ApiRoute) -> dict[str, Any]:
    parameters = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "minLength": 1},
        }
        for name in _PARAMETER.findall(route.path)
    ]
    parameters.extend(
        {
            "name": name,
            "in": "query",
            "required": False,
            "description": parameter.description,
            "schema": _with_default(parameter.schema, parameter.default),
        }
        for name, parameter in route.query.items()
    )
    operation: dict[str, Any] = {
        "operationId": f"{route.method.lower()}{re.sub(r'[^a-z]+', '_', route.path)}".rstrip("_"),
        "tags": [tag],
        "summary": route.summary,
        "description": f"Needs the role {route.role.value}.",
        "parameters": parameters,
        "responses": {
            str(route.status): _response("As asked.", route.answer),
            **{
                str(status): _response(_REASONS[status], {"$ref": "#/components/schemas/Error"})
                for status in _failures(route)
            },
        },
    }
    if route.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": route.body}},
        }
    return operation


def _failures(route: ApiRoute) -> Sequence[int]:
    always = {400, 401, 403, 503}
    with_body = {413, 415} if route.body is not None else set()
    return sorted(always | with_body | set(route.may_fail))


def _response(description: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _with_default(schema: Mapping[str, Any], default: Any) -> dict[str, Any]:
    described = dict(schema)
    if described.get("type") == "integer":
        described.setdefault("maximum", LARGEST)
    return described if default is None else {**described, "default": default}
