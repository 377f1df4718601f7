"""A real django-helpdesk, worked in as the suite wants it."""

from __future__ import annotations

import json
import threading

from overflow.helpdesks.django_helpdesk.ticket import NOTHING
from tests.e2e.django_world import REOPENED, DjangoWorld
from tests.helpdesks.django_shop import Person
from tests.helpdesks.vendors.little import Hook, Shown
from tests.helpdesks.vendors.relay import Relay
from tests.real.inbox import listening

SECRET = "a-token-in-the-url-of-the-webhooks"
REASON = "overflow_reason"
CONNECTOR = "django_helpdesk"
_HOME, _PARTNER = "agent-in", "agent-pt"


class Server(Relay):
    """What leaves no webhook there is told by one made here: theirs are unsigned hints anyway."""

    def __init__(self, now, desk) -> None:
        super().__init__(now, desk.base_url)
        self._desk, self._world = desk, DjangoWorld(desk)
        self._service, self._root = Person(desk, "svc-overflow"), Person(desk, "root")
        self._listening = listening()
        self._inbox = self._listening.__enter__()
        self._empty()
        self._world.webhooks_to(f"{self._inbox.url}/{SECRET}")
        queues = desk.queue_ids
        self._groups = {"shop": queues["inhouse"], "near": queues["partner"]}
        self._groups |= {"vip": queues["partner-two"], "far": 999}
        self.token = desk.tokens["svc-overflow"]
        self.options = {"queues": self._groups}
        self.lock = threading.RLock()

    def close(self) -> None:
        self._world.webhooks_to(None)
        self._listening.__exit__(None, None, None)
        super().close()

    def take(self):
        """Those of people, and those made here."""
        theirs = [(each.headers, each.body) for each in self._inbox.take()]
        hooks, self.hooks = self.hooks, []
        return [Hook(headers, body, SECRET, "") for headers, body in theirs] + hooks

    def create(self, group="shop", tags=()):
        facts = {"custom_channel": "email", "custom_language": "en"}
        facts["custom_tags"] = ",".join(tags) or NOTHING
        return Person(self._desk, _HOME).open_ticket("inhouse", **facts)

    def assign(self, number):
        self._world.take(number, self._agent(number))

    def answer(self, number):
        agent = self._agent(number)
        self._world.answer(number, agent)
        self._world.take(number, agent)

    def solve(self, number):
        self._world.solve(number, self._agent(number))

    def shut(self, number):
        self._world._update("root", number, new_status="4")

    def customer_writes(self, number):
        self._world._update("root", number, comment="Kunde ruft an.", new_status=REOPENED)

    def move(self, number, group):
        self._world._update("root", number, queue=str(self._groups[group]))

    def tag(self, number, tag):
        shown = self.shown(number).tags | {tag}
        self._patch(number, custom_tags=",".join(sorted(shown)))

    def merge(self, number, into):
        self._patch(number, merged_to=int(into), status=5)

    def delete(self, number):
        self._service.call("DELETE", f"tickets/{number}/?status=1,2,3,4,5")
        self._tell(number)

    spam = delete

    def shown(self, number):
        found = self._service.call("GET", f"tickets/{number}/?status=1,2,3,4,5")
        names = {n: name for name, n in self._groups.items()}
        owner = found["assigned_to"]
        notes = [f["comment"] for f in found["followup_set"][1:] if not f["public"]]
        return Shown(
            names[found["queue"]],
            None if owner is None else str(owner),
            {tag for tag in (found["custom_tags"] or "").strip(NOTHING).split(",") if tag},
            str(found["status"]),
            (found["custom_overflow_reason"] or "").strip(NOTHING),
            [note for note in notes if "ovf-" in note],
        )

    def again(self, hook):
        return hook

    def _agent(self, number):
        return _PARTNER if self.shown(number).group == "near" else _HOME

    def _patch(self, number, **facts):
        self._service.call("PATCH", f"tickets/{number}/?status=1,2,3,4,5", facts)
        self._tell(number)

    def _tell(self, number):
        body = json.dumps({"ticket": {"id": int(number)}}).encode()
        self.hooks.append(Hook({}, body, SECRET, number))

    def _empty(self):
        """Of what the tests before have left."""
        while found := self._service.call("GET", "tickets/?status=1,2,3,4,5&page_size=200")[
            "results"
        ]:
            for ticket in found:
                self._service.call("DELETE", f"tickets/{ticket['id']}/?status=1,2,3,4,5")
