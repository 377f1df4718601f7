"""What the standard connector sends to a shop's helpdesk: the description's ``webhooks`` section.

The whole protocol is in docs/standard-connector.md.
"""

from __future__ import annotations

from typing import Any, Final

_SIGNED: Final = [
    {
        "name": name,
        "in": "header",
        "required": True,
        "description": description,
        "schema": {"type": "string"},
        "example": example,
    }
    for name, description, example in (
        ("webhook-id", "The same whenever the same thing is meant.", "7f83b1657ff1fc53"),
        ("webhook-timestamp", "Epoch seconds of this attempt.", "1795166102"),
        (
            "webhook-signature",
            "Standard Webhooks: one `v1,BASE64` for each secret valid now, separated by spaces.",
            "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
        ),
    )
]


def _webhook(kind: str, summary: str, data: dict[str, Any]) -> dict[str, Any]:
    """One kind of event; ``data`` is the example of its content."""
    event = {"type": kind, "timestamp": "2026-11-20T09:15:02.125000Z", "data": data}
    schema = {
        "type": "object",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"const": kind},
            "timestamp": {"type": "string", "format": "date-time"},
            "data": {
                "type": "object",
                "required": ["id"],
                "properties": {name: _typed(value) for name, value in data.items()},
            },
        },
    }
    return {
        "post": {
            "operationId": kind.replace(".", "_"),
            "summary": summary,
            "description": "Sent to `{url}/events` of a shop with the `standard` connector. It may "
            "come more than once.",
            "tags": ["standard connector"],
            "parameters": _SIGNED,
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": schema, "example": event}},
            },
            "responses": {
                "2XX": {"description": "Done, or done before."},
                "4XX": {"description": "Refused for good: a dead letter."},
                "429": {"description": "Sent again after Retry-After."},
                "5XX": {"description": "Sent again, later and later."},
            },
        }
    }


def _typed(value: object) -> dict[str, Any]:
    kinds = {bool: "boolean", int: "integer", str: "string"}
    return {"type": [kinds[type(value)], "null"]}


WEBHOOKS: Final[dict[str, Any]] = {
    kind: _webhook(kind, summary, data)
    for kind, summary, data in (
        (
            "ticket.assign",
            "Show this group, tag and reason on the ticket",
            {
                "id": "4711",
                "version": 12,
                "group": "Partner Day",
                "tag": "overflow",
                "is_tagged": True,
                "reason": "backlog",
            },
        ),
        (
            "ticket.note",
            "Post an internal note, unless one with this reference is there",
            {"id": "4711", "text": "To daytime: ... [ovf-7K2Q9]", "reference": "ovf-7K2Q9"},
        ),
        (
            "ticket.reply",
            "Post a public answer, unless one with this reference is there",
            {"id": "4711", "text": "Your parcel left today.", "reference": "ovf-7K2Q9"},
        ),
        ("ticket.status", "Set the status", {"id": "4711", "version": 12, "status": "solved"}),
    )
}
"""By the event's type."""
