"""What every connector's options have in common."""

from __future__ import annotations

from marshmallow import Schema, ValidationError, fields, validate

from overflow.helpdesks.http import url_fault


def is_url(url: str) -> None:
    """Raises ``ValidationError`` for what cannot be a helpdesk's address."""
    if fault := url_fault(url):
        raise ValidationError(fault)


def tags_field(name: str) -> fields.String:
    """The option that names the field for tags. Without one no ticket could show who holds it."""
    is_named = validate.Length(min=1, error="is needed: the tag shows what a partner holds")
    return fields.String(load_default=name, validate=is_named)


class LimitSection(Schema):
    """So many ``requests`` in so many ``seconds``."""

    requests = fields.Integer(required=True, strict=True, validate=validate.Range(1, 1_000_000))
    seconds = fields.Float(required=True, validate=validate.Range(0.1, 86400.0))


class HttpOptions(Schema):
    """``url``; ``timeout`` in seconds; ``connections`` at once to the helpdesk.

    ``limit`` is what the service may ask of it; without one, what ``limits`` knows of the vendor.
    """

    url = fields.String(required=True, validate=is_url)
    timeout = fields.Float(load_default=10.0, validate=validate.Range(0.1, 60.0))
    connections = fields.Integer(load_default=8, strict=True, validate=validate.Range(1, 256))
    limit = fields.Nested(LimitSection)
