"""Zendesk: custom field, webhook with its signing secret, and the trigger that calls it.

From the vendor's reference, not tried against the vendor:
https://developer.zendesk.com/api-reference/webhooks/webhooks-api/webhooks/
https://developer.zendesk.com/api-reference/ticketing/business-rules/triggers/
https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_fields/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from overflow.errors import Refused
from overflow.helpdesks.fields import Fields, understood
from overflow.helpdesks.http import segment
from overflow.helpdesks.paging import listed
from overflow.helpdesks.setup.asking import Admin, objects
from overflow.helpdesks.setup.part import Part
from overflow.helpdesks.setup.reason import FIELD, unused
from overflow.helpdesks.setup.site import TEST_TAG, Site, groups
from overflow.helpdesks.setup.step import Result, failed, left_out, made, missing, there
from overflow.helpdesks.zendesk.connector import following

_TEXTS: Final = frozenset({"text", "textarea"})
_PAGE: Final = 100
_BY_TRIGGER: Final = "conditional_ticket_events"
_BODY: Final = '{"ticket_id": "{{ticket.id}}", "current_user_email": "{{current_user.email}}"}'
_GROUPS: Final = (
    "Make it in Admin Center > People > Team > Groups, and put the number at the end of its "
    "address into helpdesk.options.groups"
)
_TRIGGER_BY_HAND: Final = (
    "Admin Center > Objects and rules > Triggers > Create trigger:\n"
    "  meet ANY: current user, is not, the service's agent; tags, contains at least one of, "
    f"{TEST_TAG}\n"
    f"  action: notify by, active webhook, the one above; JSON body: {_BODY}"
)
_REVEAL: Final = "Admin Center > Apps and integrations > Webhooks > its name > Reveal secret"


class ZendeskSetup:
    """Satisfies ``Setup``."""

    unheard = (
        "Admin Center > Apps and integrations > Webhooks > its name > Activity shows what left"
    )

    def __init__(self, site: Site) -> None:
        self._site = site
        self._admin = Admin(site.http, "an administrator")

    def parts(self) -> Iterable[Part]:
        return (
            Part("login", self._login, is_first_of_all=True),
            groups(self._site, _GROUPS, lambda: self._pages("groups", "groups")),
            Part("reason field", self._field, self._make_field),
            Part("webhook", self._webhook, self._make_webhook, steps=self._hook_by_hand()),
            Part("signing secret", self._secret, self._keep_secret, steps=_REVEAL),
            Part("trigger", self._trigger, self._make_trigger, steps=_TRIGGER_BY_HAND),
        )

    def new_ticket(self, subject: str, tags: Sequence[str]) -> str:
        """With the own team; of an internal note alone, so that nobody gets a mail."""
        ticket = {
            "subject": subject,
            "comment": {"body": subject, "public": False},
            "group_id": self._site.home_number(),
            "tags": list(tags),
        }
        reply = self._admin.ask("POST", "tickets", json={"ticket": ticket})
        with understood("POST tickets"):
            return Fields(reply.mapping()).inner("ticket").identity()

    def _login(self) -> Result:
        me = self._me()
        said, number = self._site.options["user"], me.get("id")
        if me.get("role") != "admin":
            return failed(
                f"user {number} is no administrator: only one may ask what has changed and make "
                "webhooks. Admin Center > People > Team members > Role"
            )
        if said is None:
            return there(
                f"user {number}; put `user: {number}` into helpdesk.options, so that what it does "
                "itself is passed over"
            )
        if said != number:
            return failed(f"helpdesk.options.user is {said}, the token's user is {number}")
        return there(f"user {number}, an administrator")

    def _field(self) -> Result:
        said = self._site.words.reason_field
        if said is not None:
            return self._field_of(said)
        for field in self._pages("ticket_fields", "ticket_fields"):
            if field.get("title") == FIELD:
                return there(unused(field.get("id")))
        return missing(f"a text field “{FIELD}”")

    def _field_of(self, number: str) -> Result:
        found = self._admin.look(f"ticket_fields/{segment(number)}")
        if found is None:
            return failed(f"there is no ticket field {number}: words.reason_field is its number")
        with understood("GET ticket_fields"):
            kind = Fields(found.mapping()).inner("ticket_field").values.get("type")
        if kind not in _TEXTS:
            return failed(f"ticket field {number} is no text: name another in words.reason_field")
        return there(f"ticket field {number}")

    def _make_field(self) -> Result:
        field = {"type": "text", "title": FIELD}
        reply = self._admin.ask("POST", "ticket_fields", json={"ticket_field": field})
        with understood("POST ticket_fields"):
            return made(unused(Fields(reply.mapping()).inner("ticket_field").identity()))

    def _webhook(self) -> Result:
        hooks = self._hooks()
        if not hooks:
            return missing(f"none calls {self._site.url}")
        off = [str(hook.get("id")) for hook in hooks if hook.get("status") != "active"]
        if off:
            return failed(f"switched off: {', '.join(off)}. {self.unheard}, then switch it on")
        return there(f"{', '.join(str(hook.get('id')) for hook in hooks)} calls {self._site.url}")

    def _make_webhook(self) -> Result:
        hook = {
            "name": self._site.name,
            "endpoint": self._site.url,
            "http_method": "POST",
            "request_format": "json",
            "status": "active",
            "subscriptions": [_BY_TRIGGER],
        }
        reply = self._admin.ask("POST", "webhooks", json={"webhook": hook})
        with understood("POST webhooks"):
            number = Fields(reply.mapping()).inner("webhook").identity()
        return made(f"{number} calls {self._site.url}")

    def _secret(self) -> Result:
        known = self._site.vault.values("webhook")
        hooks = self._hooks()
        unknown = [hook for hook in hooks if self._secret_of(hook) not in known]
        if hooks and not unknown:
            return there("the service has it")
        return missing("the webhook's own has to be put where the service finds it")

    def _keep_secret(self) -> Result:
        """Of the first webhook whose secret the service does not have."""
        vault, hooks = self._site.vault, self._hooks()
        known = vault.values("webhook")
        for secret in map(self._secret_of, hooks):
            if secret not in known:
                return vault.keep("webhook", secret, _REVEAL)
        raise Refused("waits for the webhook")

    def _trigger(self) -> Result:
        hooks = {str(hook.get("id")) for hook in self._hooks() if _is_called(hook)}
        if not hooks and self._hooks():
            return left_out("the webhook subscribes to events by itself")
        found = [t for t in self._pages("triggers", "triggers") if _called(t) & hooks]
        if not found:
            return missing("none calls the webhook")
        if not any(trigger.get("active") for trigger in found):
            return failed("switched off: Admin Center > Objects and rules > Triggers > its name")
        return there(f"{', '.join(str(trigger.get('id')) for trigger in found)} calls the webhook")

    def _make_trigger(self) -> Result:
        hook = next((str(hook.get("id")) for hook in self._hooks() if _is_called(hook)), None)
        if hook is None:
            raise Refused("waits for the webhook")
        others = {"field": "role", "operator": "is_not", "value": str(self._me().get("id"))}
        tests = {"field": "current_tags", "operator": "includes", "value": TEST_TAG}
        trigger = {
            "title": self._site.name,
            "conditions": {"all": [], "any": [others, tests]},
            "actions": [{"field": "notification_webhook", "value": [hook, _BODY]}],
        }
        reply = self._admin.ask("POST", "triggers", json={"trigger": trigger})
        with understood("POST triggers"):
            number = Fields(reply.mapping()).inner("trigger").identity()
        return made(
            f"{number} calls it for whatever anybody but the service does, and for tickets tagged "
            f"{TEST_TAG}"
        )

    def _hook_by_hand(self) -> str:
        return (
            "Admin Center > Apps and integrations > Webhooks > Create webhook > Trigger or "
            f"automation:\n  endpoint URL: {self._site.url}\n  request method POST, format JSON"
        )

    def _me(self) -> dict[str, Any]:
        """The token's user. Who is unknown gets 401, or a user without a number."""
        me = self._admin.ask("GET", "users/me").mapping().get("user")
        if not isinstance(me, dict) or me.get("id") is None:
            raise Refused("the helpdesk does not know the login: check helpdesk.options.email")
        return me

    def _hooks(self) -> list[dict[str, object]]:
        hooks = self._pages("webhooks", "webhooks")
        return [hook for hook in hooks if self._site.leads_here(hook.get("endpoint"))]

    def _secret_of(self, hook: dict[str, object]) -> str:
        path = f"webhooks/{segment(str(hook.get('id')))}/signing_secret"
        found = self._admin.ask("GET", path).mapping().get("signing_secret")
        secret = found.get("secret") if isinstance(found, dict) else None
        if not isinstance(secret, str) or not secret:
            raise Refused(f"GET {path}: the answer holds no secret")
        return secret

    def _pages(self, path: str, name: str) -> Iterator[dict[str, object]]:
        return listed(self._admin.ask, path, {"page[size]": _PAGE}, name, following)


def _is_called(hook: dict[str, object]) -> bool:
    """Whether triggers call it; else it subscribes to events."""
    subscriptions = hook.get("subscriptions")
    return isinstance(subscriptions, list) and _BY_TRIGGER in subscriptions


def _called(trigger: dict[str, object]) -> set[str]:
    """The webhooks that a trigger calls."""
    actions = objects(trigger.get("actions"))
    values = [a.get("value") for a in actions if a.get("field") == "notification_webhook"]
    return {str(value[0]) for value in values if isinstance(value, list) and value}
