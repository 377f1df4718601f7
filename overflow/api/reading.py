"""The description, laid out for reading: what the template of ``/docs`` shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson

from overflow.api.examples import resolved


class Row(NamedTuple):
    """A parameter or a member of a body."""

    name: str
    kind: str
    where: str
    is_required: bool
    about: str


class Body(NamedTuple):
    """A request's or a response's body."""

    media_type: str
    rows: list[Row]
    example: str


class Answer(NamedTuple):
    """One response."""

    status: str
    about: str
    bodies: list[Body]


class Operation(NamedTuple):
    """One operation, or one webhook that is sent."""

    id: str
    method: str
    path: str
    summary: str
    about: str
    keys: str
    """Whose keys will do; empty: none is needed."""
    parameters: list[Row]
    bodies: list[Body]
    answers: list[Answer]


class Chapter(NamedTuple):
    """Operations that belong together."""

    name: str
    about: str
    operations: list[Operation]


def chapters(spec: dict[str, Any]) -> list[Chapter]:
    """All operations by their tag, in the description's order; then what is sent out."""
    found = {
        tag["name"]: Chapter(tag["name"], tag.get("description", ""), []) for tag in spec["tags"]
    }
    for path, item in spec["paths"].items():
        for operation in _operations(path, item, spec):
            found[item[operation.method.lower()]["tags"][0]].operations.append(operation)
    sent = [
        each for name, item in spec["webhooks"].items() for each in _operations(name, item, spec)
    ]
    about = "What the service sends to a shop's helpdesk with the standard connector."
    return [*found.values(), Chapter("sent by the service", about, sent)]


def _operations(path: str, item: dict[str, Any], spec: dict[str, Any]) -> Iterator[Operation]:
    shared = item.get("parameters", [])
    for method, said in item.items():
        if method == "parameters":
            continue
        body = said.get("requestBody", {})
        answers = [(status, resolved(each, spec)) for status, each in said["responses"].items()]
        yield Operation(
            said["operationId"],
            method.upper(),
            path,
            said.get("summary", ""),
            said.get("description", ""),
            _keys(said.get("security", [])),
            [_parameter(each) for each in [*shared, *said.get("parameters", [])]],
            _bodies(body, spec),
            [Answer(s, each["description"], _bodies(each, spec)) for s, each in answers],
        )


def _keys(security: list[dict[str, list[str]]]) -> str:
    needed = security[0]["key"][0] if security else ""
    wider = {"partner": "partner, shop or operator", "shop": "shop or operator"}
    return wider.get(needed, needed)


def _parameter(said: dict[str, Any]) -> Row:
    is_required = bool(said.get("required"))
    about = said.get("description", "")
    return Row(said["name"], _kind(said.get("schema", {})), said["in"], is_required, about)


def _bodies(said: dict[str, Any], spec: dict[str, Any]) -> list[Body]:
    return [
        Body(media_type, _members(content.get("schema", {}), spec), _example(content))
        for media_type, content in said.get("content", {}).items()
    ]


def _members(schema: dict[str, Any], spec: dict[str, Any]) -> list[Row]:
    schema = resolved(schema, spec)
    needed = schema.get("required", [])
    rows = []
    for name, member in schema.get("properties", {}).items():
        found = resolved(member, spec)
        rows.append(Row(name, _kind(found), "", name in needed, found.get("description", "")))
    return rows


def _kind(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join("null" if value is None else str(value) for value in schema["enum"])
    kind = schema.get("type", "")
    text = " or ".join(kind) if isinstance(kind, list) else str(kind)
    return f"{text} ({schema['format']})" if "format" in schema else text


def _example(content: dict[str, Any]) -> str:
    if "example" not in content:
        return ""
    return orjson.dumps(content["example"], option=orjson.OPT_INDENT_2).decode()
