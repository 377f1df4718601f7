"""What the options of helpdesks have in common whose groups and teams have numbers."""

from __future__ import annotations

from typing import Final

from marshmallow import Schema, fields, validate

from overflow.helpdesks.fields import NAME
from overflow.helpdesks.options import HttpOptions

MEANINGS: Final = ("open", "pending", "on_hold", "solved", "closed", "spam")
"""What a status of the shop's own may mean."""


class VendorFields(Schema):
    """The custom fields that say something; an empty name: there is none."""

    channel = fields.String(load_default="")
    language = fields.String(load_default="")
    topic = fields.String(load_default="")


class VendorOptions(HttpOptions):
    """``groups``: the number of every group that the policy names. ``channels``: ours by theirs."""

    groups = fields.Dict(
        keys=fields.String(validate=validate.Length(min=1)),
        values=fields.Integer(strict=True, validate=validate.Range(min=1)),
        required=True,
        validate=validate.Length(min=1),
    )
    channels = fields.Dict(
        keys=fields.String(validate=validate.Length(min=1)),
        values=fields.String(validate=validate.Regexp(NAME.pattern)),
        load_default=dict,
    )
    names = fields.Nested(
        VendorFields, data_key="fields", load_default=lambda: VendorFields().load({})
    )


def meanings(keys: fields.String | fields.Integer) -> fields.Dict:
    """``statuses``: what those of the shop's own mean."""
    values = fields.String(validate=validate.OneOf(MEANINGS))
    return fields.Dict(keys=keys, values=values, load_default=dict)
