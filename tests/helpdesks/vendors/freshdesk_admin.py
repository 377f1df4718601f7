"""The administration of a little Freshdesk: fields by API, rules by hand."""

from __future__ import annotations

import base64
import json

from tests.helpdesks.vendors import freshdesk_server
from tests.helpdesks.vendors.freshdesk_server import GROUPS, REASON
from tests.helpdesks.vendors.little import No
from tests.helpdesks.vendors.postman import demand

ME = "overflow@shop.example"
TICKET = {
    *("subject", "description", "email", "status"),
    *("priority", "source", "group_id", "tags"),
}


class Account(freshdesk_server.Server):
    """``rules`` are addresses and their headers: an agent types them in."""

    routes = (
        ("GET", r"agents/me", "me"),
        ("GET", r"ticket_fields", "list_fields"),
        ("POST", r"admin/ticket_fields", "make_field"),
        ("POST", r"tickets", "make_ticket"),
        *freshdesk_server.Server.routes,
    )

    def __init__(self, now) -> None:
        self.rules: list[tuple[str, dict[str, str]]] = []
        self.statuses = {str(n): ["Open", "Open"] for n in (2, 3, 4, 5, 6, 7)}
        self.made: list[dict] = []
        super().__init__(now)

    def me(self, asked):
        return {"id": 77, "contact": {"email": ME}}

    def list_fields(self, asked):
        status = {"name": "status", "type": "default_status", "choices": self.statuses}
        return [status, *self.made]

    def make_field(self, asked):
        field = demand(asked.body, needed={"label", "label_for_customers", "type"})
        name = "cf_" + field["label"].lower().replace(" ", "_")
        self.made.append({"name": name, **field})
        return 201, self.made[-1], {}

    def make_ticket(self, asked):
        ticket = demand(asked.body, needed=TICKET)
        if ticket["status"] not in {2, 3} or ticket["email"] != ME:
            raise No(400, {"errors": [{"field": "email"}]})
        group = {n: name for name, n in GROUPS.items()}[ticket["group_id"]]
        number = self.create(group, ticket["tags"], source=ticket["source"])
        return 201, self._shown(self.tickets[number], asked), {}

    def update(self, asked, number):
        known = {REASON, "cf_language", *(field["name"] for field in self.made)}
        if set(asked.body.get("custom_fields", ())) - known:
            raise No(400, {"errors": [{"field": "custom_fields"}]})
        return super().update(asked, number)

    def mail(self):
        """What leaves now: a rule sends no more than its template."""
        hooks = self.take()
        return [
            (url, headers, json.dumps({"ticket_id": str(hook.ticket)}).encode())
            for hook in hooks
            for url, headers in self.rules
        ]


def basic(secret):
    return {"authorization": "Basic " + base64.b64encode(f"overflow:{secret}".encode()).decode()}
