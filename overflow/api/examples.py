"""Gives every body in the description an example, made from what its schema says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

JSON: Final = "application/json"
_OF_TYPE: Final[dict[str, Any]] = {
    "string": "text",
    "integer": 1,
    "number": 1.5,
    "boolean": False,
    "null": None,
}


def add_examples(spec: dict[str, Any]) -> None:
    """Add one to each JSON body of an operation that has none of its own."""
    for operation in operations(spec):
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for body in bodies:
            content = body.get("content", {}).get(JSON)
            if content and "example" not in content and content.get("schema"):
                content["example"] = sample(content["schema"], spec)


def operations(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every operation of the description."""
    for item in spec["paths"].values():
        for name, operation in item.items():
            if name != "parameters":
                yield operation


def resolved(schema: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    """The schema that a reference names; any other as it is."""
    if "$ref" not in schema:
        return schema
    found: Any = spec
    for part in schema["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return {**found, **{name: value for name, value in schema.items() if name != "$ref"}}


def sample(schema: dict[str, Any], spec: dict[str, Any]) -> Any:  # noqa: ANN401  any JSON
    """A value that the schema takes."""
    schema = resolved(schema, spec)
    for said in ("example", "default", "const"):
        if schema.get(said) not in (None, "") or (said in schema and said != "default"):
            return schema[said]
    if "enum" in schema:
        return schema["enum"][0]
    for one_of in ("anyOf", "oneOf", "allOf"):
        if one_of in schema:
            return sample(schema[one_of][0], spec)
    return _of_type(_kind(schema), schema, spec)


def _kind(schema: dict[str, Any]) -> str:
    kind = schema.get("type", "object")
    return str(kind[0] if isinstance(kind, list) else kind)


def _of_type(kind: str, schema: dict[str, Any], spec: dict[str, Any]) -> Any:  # noqa: ANN401  any JSON
    match kind:
        case "object":
            inner = schema.get("properties", {})
            return {name: sample(value, spec) for name, value in inner.items()}
        case "array":
            return [sample(schema["items"], spec)] if schema.get("items") else []
        case "integer" | "number" if "minimum" in schema:
            return max(_OF_TYPE[kind], schema["minimum"])
        case _:
            return _OF_TYPE[kind]
