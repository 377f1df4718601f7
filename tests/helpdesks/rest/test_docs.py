"""Whatever a file may say stands in its guide."""

import re
from pathlib import Path

from marshmallow import Schema, fields

from overflow.helpdesks.rest.options import RestOptions
from overflow.helpdesks.rest.template import FILTERS

GUIDE = (Path(__file__).parents[3] / "docs" / "rest-connector.md").read_text()


def names_in(schema: Schema):
    """Every field's name, at whatever depth."""
    for name, field in schema.fields.items():
        yield name
        inner = field.value_field if isinstance(field, fields.Dict) else field
        if isinstance(inner, fields.Nested):
            yield from names_in(inner.schema)


def test_every_field_is_in_the_guide():
    said = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`([^`\n]+)`", GUIDE))))
    assert not set(names_in(RestOptions())) - said


def test_every_filter_is_in_the_guide():
    assert all(f":{name}}}" in GUIDE for name in FILTERS)
