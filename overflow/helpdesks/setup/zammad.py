"""Zammad: object attribute, webhook, and the triggers that call it.

From https://docs.zammad.org/en/latest/api/{webhook,trigger,object}.html, not tried against the
vendor. It never shows a webhook's token again, so that the round trip has to tell whether that is
right. A new attribute needs a restart of Zammad, which is left to people.

A trigger that runs on selective changes looks at what its conditions name: they name state, group,
owner and who changed it, each so that it nearly always holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from overflow.errors import Refused
from overflow.helpdesks.fields import Fields, understood
from overflow.helpdesks.setup.asking import Admin
from overflow.helpdesks.setup.part import Part
from overflow.helpdesks.setup.site import TEST_TAG, Site, groups, secret
from overflow.helpdesks.setup.step import (
    Result,
    by_hand,
    failed,
    left_out,
    made,
    missing,
    there,
)
from overflow.helpdesks.vocabulary import number_of

_POSITION: Final = 1550
_LONGEST: Final = 200
_MOST: Final = 500
_GROUPS: Final = (
    "Make it in Admin > Manage > Groups, let the service's user in with full access, and put the "
    "number at the end of its address into helpdesk.options.groups"
)
_ANYBODY: Final = "group is any; owner is not, and last updated by is not, the service's user"
_UPDATE: Final = "Admin > System > Objects > Update database; then Zammad has to be restarted"


class ZammadSetup:
    """Satisfies ``Setup``."""

    unheard = (
        "Admin > System > Maintenance shows failed background jobs; the Rails log has each webhook"
    )

    def __init__(self, site: Site) -> None:
        self._site = site
        self._admin = Admin(
            site.http, "an admin, and its token to have admin.webhook, admin.trigger, admin.object"
        )

    def parts(self) -> Iterable[Part]:
        return (
            Part("login", self._login, is_first_of_all=True),
            groups(self._site, _GROUPS, lambda: self._listed("groups")),
            Part(
                "reason attribute",
                self._attribute,
                self._make_attribute,
                steps=f"Admin > System > Objects > Ticket > New Attribute, a text; then {_UPDATE}",
            ),
            secret(self._site),
            Part("webhook", self._webhook, self._make_webhook, steps=self._hook_by_hand()),
            self._trigger("", self._anybody, _ANYBODY),
            self._trigger(": test tickets", self._tests, f"tags contain one of {TEST_TAG}"),
        )

    def new_ticket(self, subject: str, tags: Sequence[str]) -> str:
        """Of one internal note, with the service's user as its customer."""
        ticket = {
            "title": subject,
            "group_id": self._site.home_number(),
            "customer_id": self._me(),
            "article": {"body": subject, "type": "note", "internal": True},
            "tags": ",".join(tags),
        }
        reply = self._admin.ask("POST", "tickets", json=ticket)
        with understood("POST tickets"):
            return Fields(reply.mapping()).identity()

    def _login(self) -> Result:
        said, me = self._site.options["user"], self._me()
        if said is None:
            return there(
                f"user {me}; put `user: {me}` into helpdesk.options, so that what it does itself "
                "is passed over"
            )
        if said != me:
            return failed(f"helpdesk.options.user is {said}, the token's user is {me}")
        return there(f"user {me}")

    def _attribute(self) -> Result:
        name = self._site.words.reason_field
        if name is None:
            return left_out("the policy names no words.reason_field")
        wanted = ("Ticket", name)
        listed = self._listed("object_manager_attributes")
        found = next((a for a in listed if (a.get("object"), a.get("name")) == wanted), None)
        if found is None:
            return missing(f"a text attribute {name} of tickets")
        if found.get("to_create") or found.get("to_migrate"):
            return by_hand(f"{name} is there, and not in use before {_UPDATE}")
        return there(name)

    def _make_attribute(self) -> Result:
        name = self._site.words.reason_field
        seen = {"ticket.agent": {"shown": True, "required": False}}
        attribute = {
            "name": name,
            "object": "Ticket",
            "display": name,
            "active": True,
            "position": _POSITION,
            "data_type": "input",
            "data_option": {"type": "text", "maxlength": _LONGEST, "null": True, "default": ""},
            "screens": {"create_middle": seen, "edit": seen},
        }
        self._admin.ask("POST", "object_manager_attributes", json=attribute)
        return by_hand(f"{name} is made, and not in use before {_UPDATE}")

    def _webhook(self) -> Result:
        hook = self._hook()
        if hook is None:
            return missing(f"none calls {self._site.url}")
        if not hook.get("active"):
            return failed(f"{hook['id']} is switched off: Admin > Manage > Webhook")
        if hook.get("customized_payload"):
            return failed(f"{hook['id']} has a payload of its own: Admin > Manage > Webhook")
        return there(f"{hook['id']} calls {self._site.url}")

    def _make_webhook(self) -> Result:
        hook = {
            "name": self._site.name,
            "endpoint": self._site.url,
            "http_method": "post",
            "signature_token": self._site.vault.value("webhook"),
            "ssl_verify": self._site.url.startswith("https"),
            "customized_payload": False,
            "note": "Tells the overflow service of tickets.",
            "active": True,
        }
        self._admin.ask("POST", "webhooks", json=hook)
        return made(f"calls {self._site.url}")

    def _hook_by_hand(self) -> str:
        return (
            "Admin > Manage > Webhook > New Webhook, without a payload of its own:\n"
            f"  endpoint: {self._site.url}\n"
            f"  HMAC SHA1 signature token: {self._site.vault.shown('webhook')}"
        )

    def _trigger(
        self, what: str, conditions: Callable[[], Mapping[str, object]], told: str
    ) -> Part:
        name = f"{self._site.name}{what}"

        def look() -> Result:
            hook = self._hook()
            found = [t for t in self._listed("triggers") if t.get("name") == name]
            if not found:
                return missing(f"“{name}”")
            if hook is None or _called(found[0]) != hook["id"]:
                return failed(f"“{name}” does not call the webhook: Admin > Manage > Trigger")
            if not found[0].get("active"):
                return failed(f"“{name}” is switched off: Admin > Manage > Trigger")
            return there(f"“{name}” calls the webhook")

        def make() -> Result:
            hook = self._hook()
            if hook is None:
                raise Refused("waits for the webhook")
            trigger = {
                "name": name,
                "activator": "action",
                "execution_condition_mode": "selective",
                "condition": conditions(),
                "perform": {"notification.webhook": {"webhook_id": hook["id"]}},
                "disable_notification": True,
                "active": True,
            }
            self._admin.ask("POST", "triggers", json=trigger)
            return made(f"“{name}” calls the webhook")

        steps = (
            f"Admin > Manage > Trigger > New Trigger “{name}”, activated by action, selective:\n"
            f"  conditions: state is any; {told}\n  action: webhook, the one above"
        )
        return Part(f"trigger “{name}”", look, make, steps=steps)

    def _anybody(self) -> Mapping[str, object]:
        """Whatever anybody but the service does to a ticket."""
        others = {"operator": "is not", "pre_condition": "specific", "value": [str(self._me())]}
        return {
            "ticket.state_id": {"operator": "is", "value": self._numbers("ticket_states")},
            "ticket.group_id": {"operator": "is", "value": self._numbers("groups")},
            "ticket.owner_id": others,
            "ticket.updated_by_id": others,
        }

    def _tests(self) -> Mapping[str, object]:
        """And to test tickets the service as well."""
        return {
            "ticket.state_id": {"operator": "is", "value": self._numbers("ticket_states")},
            "ticket.tags": {"operator": "contains one", "value": TEST_TAG},
        }

    def _numbers(self, path: str) -> list[str]:
        return [str(number) for one in self._listed(path) if (number := number_of(one.get("id")))]

    def _listed(self, path: str) -> list[dict[str, object]]:
        return self._admin.listed(path, params={"per_page": _MOST})

    def _me(self) -> int:
        number = number_of(self._admin.ask("GET", "users/me").mapping().get("id"))
        if number is None:
            raise Refused("GET users/me: the answer has no number")
        return number

    def _hook(self) -> dict[str, Any] | None:
        hooks = self._listed("webhooks")
        return next((h for h in hooks if self._site.leads_here(h.get("endpoint"))), None)


def _called(trigger: Mapping[str, Any]) -> int | None:
    """The webhook that a trigger calls."""
    perform = trigger.get("perform")
    action = perform.get("notification.webhook") if isinstance(perform, dict) else None
    return number_of(action.get("webhook_id")) if isinstance(action, dict) else None
