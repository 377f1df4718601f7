"""The administration of a little Gorgias: fields, users, and HTTP integrations."""

from __future__ import annotations

import itertools
import json

from tests.helpdesks.vendors import gorgias_server
from tests.helpdesks.vendors.gorgias_server import BOT, EMAIL, GROUPS, REASON
from tests.helpdesks.vendors.little import No
from tests.helpdesks.vendors.postman import demand

HTTP = {"url", "method", "headers", "request_content_type", "response_content_type", "triggers"}
TICKET = {"channel", "via", "subject", "customer", "assignee_team", "tags", "messages"}
QUERIES = {"integrations": {"cursor", "limit"}, "custom-fields": {"cursor", "limit", "object_type"}}
gorgias_server.QUERIES.update(QUERIES)


class Account(gorgias_server.Server):
    """Sends the form of each integration for the events that it has ticked."""

    routes = (
        ("GET", r"users/(\d+)", "user"),
        ("GET", r"custom-fields", "list_fields"),
        ("POST", r"custom-fields", "make_field"),
        ("GET", r"custom-fields/(\d+)", "show_field"),
        ("GET", r"integrations", "list_integrations"),
        ("POST", r"integrations", "make_integration"),
        ("POST", r"tickets", "make_ticket"),
        *gorgias_server.Server.routes,
    )

    def __init__(self, now) -> None:
        text = {"data_type": "text", "input_settings": {"input_type": "input"}}
        self.fields = {REASON: {"id": int(REASON), "label": "Why", "definition": text}}
        self.integrations: list[dict] = []
        self._numbers = itertools.count(502)
        super().__init__(now)

    def user(self, asked, number):
        if int(number) != BOT:
            raise No(404)
        return {"id": BOT, "email": EMAIL}

    def list_fields(self, asked):
        return self._paged(asked, list(self.fields.values()))

    def show_field(self, asked, number):
        if number not in self.fields:
            raise No(404)
        return self.fields[number]

    def make_field(self, asked):
        field = demand(asked.body, needed={"object_type", "label", "definition"})
        made = {"id": next(self._numbers), **field}
        self.fields[str(made["id"])] = made
        return 201, made, {}

    def list_integrations(self, asked):
        shown = [
            {**one, "http": {k: v for k, v in one["http"].items() if k != "hmac_secret"}}
            for one in self.integrations
        ]
        return self._paged(asked, shown)

    def make_integration(self, asked):
        made = demand(asked.body, needed={"type", "name", "http"})
        demand(made["http"], needed=HTTP, known={"form", "hmac_secret"})
        self.integrations.append({"id": next(self._numbers), "deactivated_datetime": None, **made})
        return 201, self.integrations[-1], {}

    def make_ticket(self, asked):
        ticket = demand(asked.body, needed=TICKET)
        [message] = ticket["messages"]
        if message["public"] or message["sender"] != {"id": BOT}:
            raise No(400)
        group = {n: name for name, n in GROUPS.items()}[ticket["assignee_team"]["id"]]
        number = self.create(group, [tag["name"] for tag in ticket["tags"]], channel="api")
        return 201, self.tickets[number], {}

    def mail(self):
        """What leaves now."""
        hooks, leaving = self.take(), []
        for hook, one in itertools.product(hooks, self.integrations):
            if one["http"]["triggers"].get(json.loads(hook.body)["type"]):
                form = {
                    name: value.replace("{{ticket.id}}", hook.ticket)
                    for name, value in one["http"]["form"].items()
                }
                leaving.append((one["http"]["url"], one["http"]["headers"], json.dumps(form)))
        return leaving
