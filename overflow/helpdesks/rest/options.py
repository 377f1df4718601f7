"""The file that describes a helpdesk: its fields, and what ties them together.

It is the policy's ``helpdesk.options`` where the connector is ``rest``. What each field means is
said in ``docs/rest-connector.md``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from overflow.helpdesks.options import HttpOptions
from overflow.helpdesks.rest import login as rest_login
from overflow.helpdesks.rest import verify as rest_verify
from overflow.helpdesks.rest.pages import PLACES, ListSection, PagesSection
from overflow.helpdesks.rest.query import Expression, Query
from overflow.helpdesks.rest.request import SuccessSection, Table, request_section
from overflow.helpdesks.rest.ticket import StatusesSection, TicketSection, Word
from overflow.helpdesks.rest.times import TimesSection

_FOUND: Final = tuple(
    name
    for name, field in TicketSection().fields.items()
    if isinstance(field, Expression) and name not in {"is_ticket", "frozen"}
)
"""What a webhook or a further request may tell of a ticket."""


def _pages() -> fields.Nested:
    return fields.Nested(PagesSection, load_default=lambda: PagesSection().load({}))


def _list(
    name: str, places: Iterable[str], *, required: bool = False, **more: fields.Field[Any]
) -> fields.Nested:
    made = {"items": Expression(required=True), "pages": _pages(), **more}
    section = request_section(name, (*places, *PLACES), made, ListSection)
    return fields.Nested(section, required=required)


def _one(
    name: str, *places: str, required: bool = False, **more: fields.Field[Any]
) -> fields.Nested:
    return fields.Nested(request_section(name, ("ticket", *places), more), required=required)


_MISSING: Final = "status == `404` && contains(['object', 'null'], type(body))"
"""A proxy's or another site's page is not the helpdesk's word."""


def _whole() -> Expression:
    return Expression(load_default=lambda: Query("@"))


def _tickets(
    name: str, *places: str, required: bool = False, **more: fields.Field[Any]
) -> fields.Nested:
    partial = fields.Boolean(load_default=False)
    return _list(name, places, required=required, partial=partial, **more)


class RequestsSection(Schema):
    """``requests``: what is asked of the helpdesk, and how."""

    read = _one(
        "read",
        required=True,
        item=_whole(),
        version_header=fields.String(validate=rest_verify.is_header),
        missing=Expression(load_default=lambda: Query(_MISSING)),
    )
    details = Table(
        fields.String(validate=validate.OneOf(_FOUND[1:])),
        _one("detail", value=Expression(required=True), when=Expression()),
        load_default=dict,
    )
    answers = _list(
        "answers",
        ("ticket",),
        when=Expression(),
        at=Expression(required=True),
        author=Expression(),
        askers=Expression(),
        not_by=fields.List(fields.String(), load_default=list),
    )
    assign = _one("assign", "group", "version", required=True)
    unassign = _one("unassign", "group", "version")
    tag = _one("tag", "tag", "version")
    untag = _one("untag", "tag", "version")
    tags = _one("tags", "tag", "tags", "version")
    field = _one("field", "field", "reason", "version")
    note = _one("note", "text", "reference", required=True)
    find_note = _list(
        "find_note",
        ("ticket", "reference"),
        required=True,
        is_search=fields.Boolean(load_default=False),
    )
    reply = _one("reply", "text", "reference")
    status = _one("status", "status", confirm=fields.Boolean(load_default=False))
    open = _tickets("open", required=True)
    changed = _tickets(
        "changed",
        "since",
        by=Expression(),
        newest_first=fields.Boolean(load_default=False),
        clock=Expression(),
        overlap=fields.Float(load_default=60.0, validate=validate.Range(0.0, 86400.0)),
    )
    gone = _list("gone", ("since",))
    groups = _list("groups", ())

    @validates_schema(skip_on_field_errors=False)
    def _all_there(self, data: dict[str, Any], **_kwargs: object) -> None:
        if data and "tags" not in data and not {"tag", "untag"} <= data.keys():
            raise ValidationError(
                "are missing: `tag` and `untag`, or `tags` where the whole set is written; the "
                "tag shows what a partner holds",
                "tags",
            )


def _is_elsewhere(_file: object) -> None:
    """A policy in a file names one; ``overflow policy`` takes it in before anything is checked."""
    raise ValidationError(
        "can stand in a policy's own file only; here its content has to stand in its place"
    )


class WebhookSection(Schema):
    """``webhook``: how webhooks are verified, and what stands where in their bodies."""

    verify = fields.Nested(rest_verify.VerifySection, required=True)
    ticket = _whole()
    id = Expression()
    full = Expression()
    found = Table(fields.String(validate=validate.OneOf(_FOUND)), Expression(), load_default=dict)
    delivery = Expression()
    delivery_header = fields.String(validate=rest_verify.is_header)
    new = Expression()
    ignore = Expression()

    @validates_schema
    def _trusted(self, data: dict[str, Any], **_kwargs: object) -> None:
        if "full" in data and "hmac" not in data.get("verify", {}):
            raise ValidationError(
                "needs verify.hmac: a body that is not signed is only a hint", "full"
            )


class RestOptions(HttpOptions):
    """``helpdesk.options`` of a policy whose connector is ``rest``."""

    file = fields.Raw(validate=_is_elsewhere)
    name = fields.String(load_default="the helpdesk", validate=validate.Length(1, 60))
    auth = fields.Nested(
        rest_login.AuthSection, load_default=lambda: rest_login.AuthSection().load({})
    )
    success = fields.Nested(SuccessSection)
    webhook = fields.Nested(WebhookSection)
    ticket = fields.Nested(TicketSection, required=True)
    statuses = fields.Nested(StatusesSection, required=True)
    groups = Table(fields.String(), Word(), load_default=dict)
    channels = Table(fields.String(), fields.String(), load_default=dict)
    priorities = Table(fields.String(), fields.Integer(strict=True), load_default=dict)
    times = fields.Nested(TimesSection, load_default=lambda: TimesSection().load({}))
    requests = fields.Nested(RequestsSection, required=True)

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _ties(self, data: dict[str, Any], given: object, **_kwargs: object) -> None:
        """By what was given, so that one fault hides no other."""
        requests, ticket = _part(given, "requests"), _part(given, "ticket")
        faults: dict[str, Any] = {}
        if "field" in requests and "reason" not in {*ticket, *_part(requests, "details")}:
            faults["ticket"] = {
                "reason": ["is missing beside requests.field: what is written is read back"]
            }
        changed = _part(requests, "changed")
        if changed.get("newest_first") is True and "by" not in changed:
            faults["requests"] = {
                "changed": {"by": ["is missing: by which time the newest come first"]}
            }
        twice = _twice(data.get("groups", {}).values())
        if twice:
            faults["groups"] = [f"has {twice} twice"]
        if faults:
            raise ValidationError(faults)


def secrets_needed(options: Mapping[str, Any]) -> set[str]:
    """The names of all secrets that validated options speak of."""
    names = set(rest_login.secrets_of(options["auth"]))
    if "webhook" in options:
        names |= set(rest_verify.secrets_of(options["webhook"]["verify"]))
    return names


def _part(given: object, name: str) -> Mapping[str, Any]:
    part = given.get(name) if isinstance(given, Mapping) else None
    return part if isinstance(part, Mapping) else {}


def _twice(words: Iterable[object]) -> str:
    seen: set[str] = set()
    for word in map(str, words):
        if word in seen:
            return word
        seen.add(word)
    return ""
