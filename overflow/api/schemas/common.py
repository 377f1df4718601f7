"""What several schemas share."""

from __future__ import annotations

from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, validate

AGENT: Final = r"^[A-Za-z0-9À-ÖØ-öø-ž][A-Za-z0-9À-ÖØ-öø-ž .'_@+-]{0,63}$"
NAME: Final = r"^[A-Za-z0-9_-]{1,60}$"
QUEUE: Final = r"^[A-Za-z0-9_.-]{1,120}$"
ENTRY: Final = r"^[0-9]{1,16}-[0-9]{1,16}$"
TICKET: Final = r"^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,127}$"
SPELT: Final = {
    NAME: "must be 1 to 60 letters, digits, '_' and '-'",
    QUEUE: "must be 1 to 120 letters, digits, '_', '.' and '-'",
    TICKET: "must be 1 to 128 letters, digits, '_', '.', ':' and '-'; first none of the last three",
}
"""What is said of a text that does not fit."""
MOST: Final = 200
"""Entries of a page."""


def agent(**kwargs: Any) -> fields.String:  # noqa: ANN401  marshmallow's
    """Who acts."""
    about = "Who acts: a name or id, the same every time; colleagues see it."
    return fields.String(
        validate=validate.Regexp(AGENT, error="must be a name of up to 64 characters"),
        metadata={"description": about, "example": "amelie"},
        **kwargs,
    )


def word(about: str, example: str, pattern: str = NAME, **kwargs: Any) -> fields.String:  # noqa: ANN401  marshmallow's
    """A name of something that the service knows."""
    return fields.String(
        validate=validate.Regexp(pattern, error=SPELT.get(pattern, "is no such name")),
        metadata={"description": about, "example": example},
        **kwargs,
    )


def cursor_of(pattern: str, example: str) -> fields.String:
    """Where a list goes on; empty: from its beginning."""
    return fields.String(
        load_default="",
        validate=validate.Regexp(rf"^$|{pattern}", error="is no `next_cursor` of this list"),
        metadata={"description": "`next_cursor` of the page before.", "example": example},
    )


def text(about: str, example: str, longest: int, **kwargs: Any) -> fields.String:  # noqa: ANN401  marshmallow's
    """Prose, not blank."""
    return fields.String(
        validate=[validate.Length(1, longest), _said],
        metadata={"description": about, "example": example, "pattern": r"\S"},
        **kwargs,
    )


def _said(text: str) -> None:
    if not text.strip():
        raise ValidationError("is blank")


class PageQuery(Schema):
    """Which page of a list."""

    cursor = fields.String(
        load_default="",
        validate=validate.Length(max=400),
        metadata={"description": "`next_cursor` of the page before."},
    )
    limit = fields.Integer(
        load_default=50,
        validate=validate.Range(1, MOST),
        metadata={"description": "Most entries of this page."},
    )


def page_of(items: type[Schema]) -> type[Schema]:
    """The schema of a page of these."""
    name = items.__name__.removesuffix("Schema") + "PageSchema"
    found: type[Schema] = Schema.from_dict(
        {
            "items": fields.List(fields.Nested(items), required=True),
            "next_cursor": fields.String(
                required=True,
                allow_none=True,
                metadata={"description": "Null on the last page."},
            ),
        },
        name=name,
    )
    return found


def page(items: list[Any], cursor: str) -> dict[str, Any]:
    """A page as it is shown."""
    return {"items": items, "next_cursor": cursor or None}
