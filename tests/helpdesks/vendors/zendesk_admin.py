"""The administration of a little Zendesk: fields, webhooks, triggers, and what triggers send."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools

from tests.helpdesks.vendors import zendesk_server
from tests.helpdesks.vendors.little import Hook, No
from tests.helpdesks.vendors.postman import demand
from tests.helpdesks.vendors.zendesk_server import BOT, EMAIL, GROUPS, REASON, iso

HOOK = {"name", "endpoint", "http_method", "request_format", "status"}
CONDITIONS = {
    "role": lambda account, ticket, actor, value: str(actor) == value,
    "current_tags": lambda account, ticket, actor, value: value in ticket["tags"],
}


class Account(zendesk_server.Server):
    """Signs with a secret of each webhook; tells of nothing but what a trigger sends."""

    routes = (
        ("GET", r"ticket_fields", "list_fields"),
        ("POST", r"ticket_fields", "make_field"),
        ("GET", r"ticket_fields/(\d+)", "show_field"),
        ("GET", r"webhooks", "list_webhooks"),
        ("POST", r"webhooks", "make_webhook"),
        ("GET", r"webhooks/(\w+)/signing_secret", "signing_secret"),
        ("GET", r"triggers", "list_triggers"),
        ("POST", r"triggers", "make_trigger"),
        ("POST", r"tickets", "make_ticket"),
        *zendesk_server.Server.routes,
    )

    def __init__(self, now) -> None:
        self.role = "admin"
        self.fields = {REASON: {"id": int(REASON), "type": "text", "title": "Why"}}
        self.webhooks: dict[str, dict] = {}
        self.triggers: dict[str, dict] = {}
        self.makes_by_api = False
        self._numbers = itertools.count(7002)
        super().__init__(now)

    def me(self, asked):
        return {"user": {"id": BOT, "role": self.role}}

    def list_fields(self, asked):
        return {"ticket_fields": list(self.fields.values()), "meta": {"has_more": False}}

    def show_field(self, asked, number):
        if number not in self.fields:
            raise No(404, {"error": "RecordNotFound"})
        return {"ticket_field": self.fields[number]}

    def make_field(self, asked):
        self._is_admin()
        field = demand(asked.body["ticket_field"], needed={"type", "title"})
        made = {"id": next(self._numbers), **field}
        self.fields[str(made["id"])] = made
        return 201, {"ticket_field": made}, {}

    def list_webhooks(self, asked):
        self._is_admin()
        names = sorted(self.webhooks)
        after = asked.query.get("page[after]", "")
        page = [name for name in names if name > after][:1]
        meta = {"has_more": page[-1:] != names[-1:], "after_cursor": (page or [""])[-1]}
        return {"webhooks": [self.webhooks[name] for name in page], "meta": meta}

    def make_webhook(self, asked):
        self._is_admin()
        hook = demand(asked.body["webhook"], needed=HOOK, known={"subscriptions"})
        if not hook["endpoint"].startswith("http"):
            raise No(400, {"errors": [{"detail": "endpoint is no URL"}]})
        made = {"id": f"01H{next(self._numbers)}", **hook}
        self.webhooks[made["id"]] = made
        return 201, {"webhook": made}, {}

    def signing_secret(self, asked, name):
        self._is_admin()
        if name not in self.webhooks:
            raise No(404)
        return {"signing_secret": {"algorithm": "SHA256", "secret": secret_of(name)}}

    def list_triggers(self, asked):
        return {"triggers": list(self.triggers.values()), "meta": {"has_more": False}}

    def make_trigger(self, asked):
        self._is_admin()
        trigger = demand(asked.body["trigger"], needed={"title", "conditions", "actions"})
        every = trigger["conditions"]["all"] + trigger["conditions"]["any"]
        if not every or {one["field"] for one in every} - CONDITIONS.keys():
            raise No(422, {"error": "RecordInvalid"})
        for action in trigger["actions"]:
            if action["value"][0] not in self.webhooks:
                raise No(422, {"error": "RecordInvalid"})
        made = {"id": next(self._numbers), "active": True, **trigger}
        self.triggers[str(made["id"])] = made
        return 201, {"trigger": made}, {}

    def make_ticket(self, asked):
        ticket = demand(asked.body["ticket"], needed={"subject", "comment", "group_id", "tags"})
        if ticket["comment"]["public"]:
            raise No(422, {"error": "somebody would get a mail"})
        group = {n: name for name, n in GROUPS.items()}[ticket["group_id"]]
        self.makes_by_api = True
        try:
            number = self.create(group, ticket["tags"], via="api")
        finally:
            self.makes_by_api = False
        return 201, {"ticket": self._shown(self.tickets[number], asked)}, {}

    def mail(self):
        """What leaves now."""
        endpoints = {name: hook["endpoint"] for name, hook in self.webhooks.items()}
        return [(endpoints[hook.token], hook.headers, hook.body) for hook in self.take()]

    def _is_admin(self):
        if self.role != "admin":
            raise No(403, {"error": "Forbidden"})

    def _touch(self, number, actor, *kinds):
        before = len(self.hooks)
        super()._touch(number, BOT if self.makes_by_api else actor, *kinds)
        del self.hooks[before:]
        for trigger in self.triggers.values():
            if trigger["active"] and self._holds(
                trigger, number, BOT if self.makes_by_api else actor
            ):
                for action in trigger["actions"]:
                    self.hooks.append(self._called(number, *action["value"]))

    def _holds(self, trigger, number, actor):
        def holds(one):
            says = CONDITIONS[one["field"]](self, self.tickets[number], actor, one["value"])
            return says == (one["operator"] in {"is", "includes"})

        every, some = trigger["conditions"]["all"], trigger["conditions"]["any"]
        return all(map(holds, every)) and (not some or any(map(holds, some)))

    def _called(self, number, name, template):
        body = template.replace("{{ticket.id}}", number).replace("{{current_user.email}}", EMAIL)
        stamp = iso(self.now())
        signed = (stamp + body).encode()
        digest = hmac.new(secret_of(name).encode(), signed, hashlib.sha256).digest()
        headers = {
            "x-zendesk-webhook-id": name,
            "x-zendesk-webhook-invocation-id": str(next(self._deliveries)),
            "x-zendesk-webhook-signature-timestamp": stamp,
            "x-zendesk-webhook-signature": base64.b64encode(digest).decode(),
        }
        return Hook(headers, body.encode(), name, number)


def secret_of(name):
    return f"made-by-zendesk-for-{name}"
