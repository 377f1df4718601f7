"""A request of a described helpdesk: what the file may say of it, and what it becomes."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeGuard
from urllib.parse import quote, urlencode

import orjson
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from overflow.errors import Refused
from overflow.helpdesks.rest.query import Expression
from overflow.helpdesks.rest.template import (
    JsonTree,
    Template,
    Text,
    Values,
    filled,
    places_of,
    plain,
)

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
_HEADER: Final = re.compile(r"[A-Za-z0-9-]{1,60}")
_OURS: Final = frozenset({"host", "content-length", "transfer-encoding", "connection"})
_VISIBLE: Final = re.compile(r"[\x20-\x7e]*")
_NO_PATH: Final = re.compile(
    r"[\x00-\x20\x7f?#\\]|^//|^[a-z][a-z0-9+.-]*:|(^|/)\.\.?(/|$)", re.IGNORECASE
)


class QueryValue(fields.Field[object]):
    """A text; a list, sent as so many parameters; or ``{json: ...}``, sent as JSON in a text."""

    def __init__(self, places: Collection[str]) -> None:
        super().__init__()
        self._text, self._json = Text(places), JsonTree(places)

    def _deserialize(self, value: object, *_args: object, **_kwargs: object) -> object:
        if isinstance(value, list):
            return [self._text.deserialize(inner) for inner in value]
        if isinstance(value, dict):
            if value.keys() != {"json"}:
                raise ValidationError("has to be a text, a list of texts, or {json: ...}")
            return {"json": self._json.deserialize(value["json"])}
        return self._text.deserialize(value)


class Table(fields.Dict):
    """Things by their name; a fault's path is the thing's own."""

    def __init__(
        self,
        keys: fields.Field[Any],
        values: fields.Field[Any],
        **more: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(keys, values, **more)

    def _deserialize(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:  # noqa: ANN401
        try:
            return dict(super()._deserialize(*args, **kwargs))  # type: ignore[no-untyped-call]
        except ValidationError as error:
            if not isinstance(error.messages, dict):
                raise
            found = {
                name: inner.get("key", inner.get("value")) for name, inner in error.messages.items()
            }
            raise ValidationError(found, valid_data=error.valid_data) from None


class SuccessSection(Schema):
    """How an answer tells whether it worked, where its status does not."""

    when = Expression()
    away = Expression()
    message = Expression()


def is_header_name(name: str) -> None:
    """Raises ``ValidationError``."""
    if not _HEADER.fullmatch(name) or name.lower() in _OURS:
        raise ValidationError("is no name of a header that a request may have")


class RequestSection(Schema):
    """What every request may say."""

    method = fields.String(load_default="GET", validate=validate.OneOf(METHODS))
    alone = fields.Boolean(load_default=False)
    accept = fields.List(
        fields.Integer(strict=True, validate=validate.Range(200, 599)), load_default=list
    )
    success = fields.Nested(SuccessSection)

    @validates_schema(skip_on_field_errors=False)
    def _one_body(self, data: dict[str, Any], **_kwargs: object) -> None:
        has_body = "json" in data or "form" in data
        if "json" in data and "form" in data:
            raise ValidationError("stands beside `json`: keep one of them", "form")
        if has_body and data.get("method") == "GET":
            raise ValidationError(
                "is GET, which has no body: name another, or use `query`", "method"
            )


def request_section(
    name: str,
    places: Collection[str],
    more: Mapping[str, fields.Field[Any]] | None = None,
    base: type[RequestSection] | None = None,
) -> type[Schema]:
    """The schema of one request, in whose texts the given places may stand."""
    made: dict[str, fields.Field[Any]] = {
        "path": path_of(places),
        "query": Table(fields.String(), QueryValue(places), load_default=dict),
        "headers": Table(fields.String(validate=is_header_name), Text(places), load_default=dict),
        "json": JsonTree(places),
        "form": Table(fields.String(), Text(places)),
        **(more or {}),
    }
    return type(f"{name.title()}Request", (base or RequestSection,), made)


def path_of(places: Collection[str]) -> Text:
    """The option that is a request's path."""
    return Text(places, required=True, validate=_is_path)


def places_in(request: Mapping[str, Any]) -> set[str]:
    """The places that stand anywhere in a request."""
    trees: list[object] = [request.get("path"), request.get("json")]
    for part in ("query", "headers", "form"):
        trees += request.get(part, {}).values()
    flat = [tree["json"] if _is_json(tree) else tree for tree in trees]
    return {place for tree in flat for place in places_of(tree)}


def _is_json(value: object) -> TypeGuard[dict[str, object]]:
    """A parameter that is sent as JSON, whose key is no template."""
    return isinstance(value, dict) and value.keys() == {"json"}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A request ready to be sent, but for what the login adds. Nothing secret is in it."""

    method: str
    path: str
    """With its query."""
    headers: Mapping[str, str]
    json: object = None
    content: bytes | None = None


def rendered(request: Mapping[str, Any], values: Values) -> Rendered:
    """The request with these values. ``Refused`` where the path cannot be made of them.

    A header or parameter that something is missing for is left out.
    """
    headers = {
        name: written
        for name, template in request["headers"].items()
        if (written := template.written(values)) is not None
    }
    content = None
    if "form" in request:
        pairs = [(name, text.written(values)) for name, text in request["form"].items()]
        content = urlencode([(name, text) for name, text in pairs if text is not None]).encode()
        headers.setdefault("content-type", "application/x-www-form-urlencoded")
    for name, header in headers.items():
        if not _VISIBLE.fullmatch(header):
            raise Refused(f"The header {name} cannot hold what would stand in it.")
    return Rendered(
        method=request["method"],
        path=with_query(request["path"].path(values), _pairs(request["query"], values)),
        headers=headers,
        json=filled(request["json"], values) if "json" in request else None,
        content=content,
    )


def with_query(path: str, pairs: Sequence[tuple[str, str]]) -> str:
    """A path, which may have a query already, with these parameters."""
    if not pairs:
        return path
    return f"{path}{'&' if '?' in path else '?'}{urlencode(pairs, quote_via=quote)}"


def joined(first: Rendered, second: Rendered) -> Rendered | None:
    """Both in one, where they go to the same place with JSON objects for bodies; else None."""
    is_same = (first.method, first.path, first.headers) == (
        second.method,
        second.path,
        second.headers,
    )
    if not is_same or not isinstance(first.json, dict) or not isinstance(second.json, dict):
        return None
    return replace(first, json=_merged(first.json, second.json))


def _merged(first: Mapping[str, object], second: Mapping[str, object]) -> dict[str, object]:
    made = dict(first)
    for key, value in second.items():
        there = made.get(key)
        both = isinstance(there, dict) and isinstance(value, dict)
        made[key] = _merged(there, value) if both else value  # type: ignore[arg-type]
    return made


def _pairs(query: Mapping[str, object], values: Values) -> list[tuple[str, str]]:
    return [
        (name, text)
        for name, value in query.items()
        for text in _texts(value, values)
        if text is not None
    ]


def _texts(value: object, values: Values) -> list[str | None]:
    if isinstance(value, list):
        return [each.written(values) for each in value]
    if isinstance(value, dict):
        return [orjson.dumps(filled(value["json"], values)).decode()]
    return [value.written(values) if isinstance(value, Template) else plain(value)]


def _is_path(template: Template) -> None:
    if not template.text or _NO_PATH.search(template.text):
        raise ValidationError(
            "has to be a path behind the helpdesk's url, such as tickets/{ticket}, without a "
            "query: that stands in `query`"
        )
