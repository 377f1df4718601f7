"""A real Request Tracker 5, worked in as the suite wants it."""

from __future__ import annotations

import threading

from tests.e2e import rt_world
from tests.flows.house import document, partner
from tests.helpdesks.rt_shop import Person
from tests.helpdesks.vendors.little import Hook, Shown
from tests.helpdesks.vendors.relay import Relay
from tests.real.inbox import listening

SECRET, REASON = rt_world.SECRET, "OverflowReason"
CONNECTOR = "rt"
OPTIONS: dict[str, object] = {}
_HOME, _PARTNER = "agent-in", "agent-pt"
_UNENDED = "Status = 'new' OR Status = 'open' OR Status = 'stalled'"


class Server(Relay):
    """Its scrip signs, so that only what it sends is a webhook."""

    names = {"shop": "inhouse", "near": "partner", "far": "elsewhere"}  # noqa: RUF012

    elsewhere = "shop"

    def __init__(self, now, rt) -> None:
        super().__init__(now, rt.base_url)
        self._world = rt_world.RtWorld(rt)
        self._agent = Person(rt, _HOME)
        self._listening = listening()
        self._inbox = self._listening.__enter__()
        self._empty()
        self._world.webhooks_to(f"{self._inbox.url}/v1/shops/shoes/events/rt")
        self.token = rt.tokens["svc-overflow"]
        self.lock = threading.RLock()
        home = document()["inhouse"] | {"group": "inhouse"}
        partners = [partner("near", "partner", price=2.0), partner("far", "elsewhere", price=3.0)]
        self.document = {"inhouse": home, "partners": partners}

    def close(self) -> None:
        self._world.webhooks_to(None)
        self._listening.__exit__(None, None, None)
        super().close()

    def take(self):
        return [Hook(each.headers, each.body, "", "") for each in self._inbox.take()]

    def create(self, group="shop", tags=()):
        fields = {"Channel": "email", "Language": "en", "Tags": list(tags)}
        return self._agent.open_ticket("inhouse", CustomFields=fields)

    def assign(self, number):
        self._world.take(number, self._holder(number))

    def answer(self, number):
        self._world.answer(number, self._holder(number))

    def solve(self, number):
        self.answer(number)
        self._world.solve(number, self._holder(number))

    def shut(self, number):
        self._agent.change(number, Status="rejected")

    def customer_writes(self, number):
        self._world.write_again(number)

    def move(self, number, group):
        self._world.move(number, self.names[group])

    def tag(self, number, tag):
        tags = sorted(self.shown(number).tags | {tag})
        self._agent.change(number, CustomFields={"Tags": tags})

    def merge(self, number, into):
        self._agent.change(number, MergeInto=into)

    def delete(self, number):
        self._agent.change(number, Status="deleted")

    spam = delete

    def shown(self, number):
        found = self._world.show(number)
        names = {theirs: ours for ours, theirs in self.names.items()}
        group, notes = names[found.group], list(found.notes)
        return Shown(group, found.assignee, set(found.tags), found.status, found.reason, notes)

    def again(self, hook):
        return hook

    def _holder(self, number):
        return _PARTNER if self.shown(number).group == "near" else _HOME

    def _empty(self):
        """Of what the tests before have left."""
        left = self._agent.call("GET", "tickets", query=_UNENDED, per_page=100)["items"]
        for ticket in left:
            self._agent.change(ticket["id"], Status="rejected")
