"""The administration of a little Chatwoot: labels, attributes, and webhooks with their secrets."""

from __future__ import annotations

import itertools
import json

from tests.helpdesks.vendors import chatwoot_server
from tests.helpdesks.vendors.chatwoot_server import SECRET
from tests.helpdesks.vendors.little import No
from tests.helpdesks.vendors.postman import demand

ATTRIBUTE = {
    *("attribute_key", "attribute_display_name"),
    *("attribute_display_type", "attribute_model"),
}


class Account(chatwoot_server.Server):
    """Leaves out labels that it does not have, and tells of what webhooks subscribe to."""

    routes = (
        ("GET", r"webhooks", "list_webhooks"),
        ("POST", r"webhooks", "make_webhook"),
        ("GET", r"labels", "list_labels"),
        ("POST", r"labels", "make_label"),
        ("GET", r"custom_attribute_definitions", "list_attributes"),
        ("POST", r"custom_attribute_definitions", "make_attribute"),
        *chatwoot_server.Server.routes,
    )

    def __init__(self, now) -> None:
        self.role = "administrator"
        self.webhooks: list[dict] = []
        self.made_labels: list[dict] = []
        self.made_attributes: list[dict] = []
        self._numbers = itertools.count(1)
        super().__init__(now)

    def list_webhooks(self, asked):
        self._is_administrator()
        return {"payload": {"webhooks": self.webhooks}}

    def make_webhook(self, asked):
        self._is_administrator()
        hook = demand(asked.body, needed={"url", "subscriptions"}, known={"name"})
        if any(hook["url"] == other["url"] for other in self.webhooks):
            raise No(422, {"message": "Url has already been taken"})
        self.webhooks.append({"id": next(self._numbers), "secret": SECRET, **hook})
        return {"payload": {"webhook": self.webhooks[-1]}}

    def list_labels(self, asked):
        return {"payload": self.made_labels}

    def make_label(self, asked):
        self._is_administrator()
        known = {"color", "description", "show_on_sidebar"}
        self.made_labels.append(demand(asked.body["label"], needed={"title"}, known=known))
        return self.made_labels[-1]

    def list_attributes(self, asked):
        wanted = asked.query["attribute_model"]
        return [a for a in self.made_attributes if a["attribute_model"] == wanted]

    def make_attribute(self, asked):
        self._is_administrator()
        given = demand(asked.body["custom_attribute_definition"], needed=ATTRIBUTE)
        self.made_attributes.append(given)
        return given

    def labels(self, asked, number):
        made = {label["title"] for label in self.made_labels}
        self.unmade = set(asked.body["labels"]) - made - set(self.tickets[number]["labels"])
        return super().labels(asked, number)

    def mail(self):
        """What leaves now."""
        return [
            (webhook["url"], hook.headers, hook.body)
            for hook in self.take()
            for webhook in self.webhooks
            if json.loads(hook.body)["event"] in webhook["subscriptions"]
        ]

    def _is_administrator(self):
        if self.role != "administrator":
            raise No(401, {"error": "You are not authorized to do this action"})
