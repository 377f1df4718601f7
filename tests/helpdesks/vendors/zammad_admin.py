"""The administration of a little Zammad: attributes, webhooks, and the triggers that call them."""

from __future__ import annotations

import hashlib
import hmac
import itertools

from tests.helpdesks.vendors import zammad_server
from tests.helpdesks.vendors.little import Hook, No
from tests.helpdesks.vendors.postman import demand
from tests.helpdesks.vendors.zammad_server import BOT, GROUPS, REASON

HIDDEN = "**********"
HOOK = {"name", "endpoint", "signature_token", "ssl_verify", "active"}
TRIGGER = {"name", "activator", "execution_condition_mode", "condition", "perform", "active"}
ATTRIBUTE = {"name", "object", "display", "active", "position", "data_type", "data_option"}


class Account(zammad_server.Server):
    """Never shows a token again; an attribute is in use once somebody has updated the database."""

    routes = (
        ("GET", r"object_manager_attributes", "list_attributes"),
        ("POST", r"object_manager_attributes", "make_attribute"),
        ("GET", r"webhooks", "list_webhooks"),
        ("POST", r"webhooks", "make_webhook"),
        ("GET", r"triggers", "list_triggers"),
        ("POST", r"triggers", "make_trigger"),
        ("POST", r"tickets", "make_ticket"),
        *zammad_server.Server.routes,
    )

    def __init__(self, now) -> None:
        self.attributes: list[dict] = [{"object": "Ticket", "name": REASON, "to_create": False}]
        self.webhooks: dict[int, dict] = {}
        self.triggers: list[dict] = []
        self.forbidden = False
        """Its token lacks admin.*"""
        self.is_made_by_api = False
        self._numbers = itertools.count(1)
        super().__init__(now)

    def list_attributes(self, asked):
        self._is_admin()
        return self.attributes

    def make_attribute(self, asked):
        self._is_admin()
        given = demand(asked.body, needed=ATTRIBUTE, known={"screens"})
        self.attributes.append({**given, "to_create": True, "to_migrate": True})
        return 201, self.attributes[-1], {}

    def update_database(self):
        """What a person does, and restarts Zammad."""
        self.attributes = [{**a, "to_create": False, "to_migrate": False} for a in self.attributes]

    def list_webhooks(self, asked):
        self._is_admin()
        return [{**hook, "signature_token": HIDDEN} for hook in self.webhooks.values()]

    def make_webhook(self, asked):
        self._is_admin()
        known = {"http_method", "customized_payload", "note"}
        hook = {"id": next(self._numbers), **demand(asked.body, needed=HOOK, known=known)}
        self.webhooks[hook["id"]] = hook
        return 201, {**hook, "signature_token": HIDDEN}, {}

    def list_triggers(self, asked):
        self._is_admin()
        return self.triggers

    def make_trigger(self, asked):
        self._is_admin()
        trigger = demand(asked.body, needed=TRIGGER, known={"disable_notification", "note"})
        if trigger["perform"]["notification.webhook"]["webhook_id"] not in self.webhooks:
            raise No(422, {"error": "no such webhook"})
        if not trigger["condition"]:
            raise No(422, {"error": "needs a condition"})
        self.triggers.append({"id": next(self._numbers), **trigger})
        return 201, self.triggers[-1], {}

    def make_ticket(self, asked):
        needed = {"title", "group_id", "customer_id", "article", "tags"}
        ticket = demand(asked.body, needed=needed)
        if not ticket["article"]["internal"] or ticket["article"]["type"] != "note":
            raise No(422, {"error": "somebody would get a mail"})
        group = {n: name for name, n in GROUPS.items()}[ticket["group_id"]]
        self.is_made_by_api = True
        number = self.create(group, ticket["tags"].split(","), how="note", sender="Agent")
        self.is_made_by_api = False
        return 201, self._expanded(self.tickets[number], asked), {}

    def mail(self):
        """What leaves now."""
        return [
            (self.webhooks[int(hook.token)]["endpoint"], hook.headers, hook.body)
            for hook in self.take()
        ]

    def sent(self, hook):
        made = super().sent(hook)
        token = self.webhooks[int(hook.token)]["signature_token"]
        digest = hmac.new(token.encode(), made.body, hashlib.sha1).hexdigest()
        headers = {**made.headers, "x-hub-signature": f"sha1={digest}"}
        return Hook(headers, made.body, hook.token, hook.ticket)

    def _touch(self, number, actor, *, heard=True):
        actor = BOT if self.is_made_by_api else actor
        super()._touch(number, actor, heard=False)
        if not heard:
            return
        for trigger in self.triggers:
            if trigger["active"] and self._holds(trigger["condition"], number, actor):
                name = str(trigger["perform"]["notification.webhook"]["webhook_id"])
                self.hooks.append(Hook({}, b"", name, number))

    def _holds(self, condition, number, actor):
        facts = {**self.tickets[number], "updated_by_id": actor}
        for name, one in condition.items():
            if name == "ticket.tags":
                is_so = one["value"] in self.tags[number]
            else:
                is_so = str(facts[name.removeprefix("ticket.")]) in one["value"]
            if is_so == (one["operator"] == "is not"):
                return False
        return True

    def _is_admin(self):
        if self.forbidden:
            raise No(403, {"error": "Not authorized (token)!"})
