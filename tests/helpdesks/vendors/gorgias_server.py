"""A little Gorgias: what its API and its webhooks do that a connector can stumble over."""

from __future__ import annotations

import base64
import itertools
import json
from datetime import UTC, datetime
from pathlib import Path

from tests.helpdesks.vendors.little import Hook, Little, No, Shown

DATA = Path(__file__).parent / "data"
SECRET, TOKEN, EMAIL, BOT = "webhook-secret", "api-key", "overflow@shop.example", 9
GROUPS = {"shop": 12, "near": 13, "far": 14, "vip": 15}
REASON = "501"
OPTIONS = {"groups": GROUPS, "email": EMAIL, "user": BOT}
CONNECTOR = "gorgias"
BULK, CALLS_FOR_EIGHT = "jobs", 34
QUERIES = {
    "teams": {"cursor", "limit", "order_by"},
    "tickets": {"cursor", "limit", "order_by", "trashed", "view_id", "ticket_ids"},
    "messages": {"cursor", "limit", "order_by", "ticket_id"},
}
WRITABLE = {"assignee_team", "assignee_user", "status", "snooze_datetime", "tags"}


def naive(seconds: float) -> str:
    """Without a zone, as Gorgias writes them."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S.%f}"


class Server(Little):
    """POST adds tags and PUT would replace; trashed tickets are listed.

    Bodies and queries are strict: what the documentation does not name is answered with 400.
    """

    prefix = "/api"
    routes = (
        ("GET", r"teams", "teams"),
        ("GET", r"tickets", "list_tickets"),
        ("GET", r"tickets/(\d+)", "show"),
        ("PUT", r"tickets/(\d+)", "update"),
        ("POST", r"tickets/(\d+)/tags", "add_tags"),
        ("PUT", r"tickets/(\d+)/tags", "replace_tags"),
        ("DELETE", r"tickets/(\d+)/tags", "remove_tags"),
        ("PUT", r"tickets/(\d+)/custom-fields/(\d+)", "set_field"),
        ("DELETE", r"tickets/(\d+)/custom-fields/(\d+)", "clear_field"),
        ("POST", r"tickets/(\d+)/messages", "write"),
        ("GET", r"messages", "messages"),
        ("POST", r"jobs", "add_job"),
    )

    def __init__(self, now) -> None:
        self.tickets: dict[str, dict] = {}
        self.said: dict[str, list[dict]] = {}
        self._ids, self._events = itertools.count(68211294), itertools.count(1897045193)
        self.jobs: list[tuple[float, dict]] = []
        self.job_takes = 0.3
        """Seconds until a job is done."""
        super().__init__(now)

    def check(self, asked):
        login = "Basic " + base64.b64encode(f"{EMAIL}:{TOKEN}".encode()).decode()
        if asked.headers.get("authorization") != login:
            raise No(401)
        if asked.body is not None and asked.headers.get("content-type") != "application/json":
            raise No(415)
        known = QUERIES.get(asked.path, {"relationships"})
        if unknown := asked.query.keys() - known:
            raise No(400, {"error": {"data": {name: ["Unknown field."] for name in unknown}}})
        due = [job for at, job in self.jobs if at <= self.now()]
        self.jobs = [(at, job) for at, job in self.jobs if at > self.now()]
        for job in due:
            for number in filter(self.tickets.__contains__, map(str, job["ticket_ids"])):
                self._updated(number, job["updates"])

    # --- the API --------------------------------------------------------------------------------

    def teams(self, asked):
        return self._paged(asked, [{"id": n, "name": name} for name, n in GROUPS.items()])

    def list_tickets(self, asked):
        found = list(self.tickets.values())
        if named := asked.query.get("ticket_ids"):
            found = [t for t in found if str(t["id"]) in named.split(",")]
        by, _, way = asked.query.get("order_by", "created_datetime:desc").partition(":")
        if by not in {"created_datetime", "updated_datetime"}:
            raise No(400)
        found.sort(key=lambda t: (t[by], t["id"]), reverse=way == "desc")
        return self._paged(asked, found)

    def show(self, asked, number):
        ticket = self._there(number)
        shown = {**ticket, "messages": self.said[number]}
        if asked.query.get("relationships") != "custom_fields":
            del shown["custom_fields"]
        return shown

    def add_job(self, asked):
        """Taken, and done some time later; nothing tells how it went."""
        job = asked.body["params"]
        if asked.body["type"] != "updateTicket" or not 1 <= len(job["ticket_ids"]) <= 100:
            raise No(400)
        self.jobs.append((self.now() + self.job_takes, job))
        return 201, {"id": len(self.asked), "status": "pending"}, {}

    def update(self, asked, number):
        return 202, self._updated(number, asked.body), {}

    def _updated(self, number, change):
        ticket, change = self._there(number), dict(change)
        if change.get("assignee_team", {"id": 12})["id"] not in GROUPS.values():
            raise No(400)
        if change.keys() - WRITABLE or change.get("status") not in {None, "open", "closed"}:
            raise No(400)
        if "assignee_user" in change and (change["assignee_user"] or {}).get("id") is None:
            change["assignee_user"] = None
        ticket |= change
        self._touch(number, "ticket-assignment-updated")
        return ticket

    def add_tags(self, asked, number):
        names = [tag["name"] for tag in self._there(number)["tags"]]
        self._retag(number, {*names, *asked.body["names"]})
        return 201, None, {}

    def replace_tags(self, asked, number):
        self._retag(number, asked.body["names"])
        return 202, None, {}

    def remove_tags(self, asked, number):
        names = {tag["name"] for tag in self._there(number)["tags"]} - set(asked.body["names"])
        self._retag(number, names)
        return 204, None, {}

    def set_field(self, asked, number, field):
        ticket = self._there(number)
        if not isinstance(asked.body, str | int) or asked.body == "":
            raise No(400)
        ticket["custom_fields"][field] = {"id": int(field), "value": asked.body}
        self._touch(number, "ticket-updated")
        return {"field": {"id": int(field)}, "id": 5551, "value": asked.body}

    def clear_field(self, asked, number, field):
        if self._there(number)["custom_fields"].pop(field, None) is None:
            raise No(404)
        self._touch(number, "ticket-updated")
        return 204, None, {}

    def write(self, asked, number):
        message = asked.body
        self._there(number)
        if message["sender"]["id"] != BOT or "body_text" not in message:
            raise No(400)
        if message["public"] and not message["source"]["to"][0]["address"]:
            raise No(400)
        self._say(number, **message)
        return 201, self.said[number][-1], {}

    def messages(self, asked):
        """The newest first, unless asked for otherwise."""
        order = asked.query.get("order_by", "created_datetime:desc")
        said = self.said.get(asked.query["ticket_id"], [])
        return self._paged(asked, said[::-1] if order == "created_datetime:desc" else said)

    # --- people ---------------------------------------------------------------------------------

    def create(self, group="shop", tags=(), channel="email"):
        number, now = next(self._ids), self.now()
        self.tickets[str(number)] = {
            "id": number,
            "status": "open",
            "priority": "normal",
            "channel": channel,
            "language": "en",
            "assignee_team": {"id": GROUPS[group], "name": group},
            "assignee_user": None,
            "tags": [{"name": tag} for tag in tags],
            "custom_fields": {},
            "spam": False,
            "from_agent": False,
            "trashed_datetime": None,
            "snooze_datetime": None,
            "created_datetime": naive(now),
            "updated_datetime": naive(now),
            "last_message_datetime": naive(now),
            "last_received_message_datetime": naive(now),
        }
        self.said[str(number)] = []
        self._ask(str(number), kind="ticket-created")
        return str(number)

    def assign(self, number, agent=77):
        self._change(number, "ticket-assignment-updated", assignee_user={"id": agent})

    def move(self, number, group):
        self._change(number, "ticket-assignment-updated", assignee_team={"id": GROUPS[group]})

    def tag(self, number, tag):
        with self.lock:
            self._retag(number, [*(t["name"] for t in self.tickets[number]["tags"]), tag])

    def answer(self, number, agent=77):
        with self.lock:
            self._say(number, body_text="Es kommt.", channel="email", public=True, from_agent=True)
        self.assign(number, agent)

    def solve(self, number, agent=77):
        self.answer(number, agent)
        self._change(number, "ticket-status-updated", status="closed")

    def shut(self, number):
        self._change(number, "ticket-status-updated", status="closed")

    def customer_writes(self, number):
        with self.lock:
            self.tickets[number]["status"] = "open"  # a snooze that was planned stays there
            self._ask(number)
        return number

    def merge(self, number, into):
        self._change(number, "ticket-status-updated", status="closed")

    def delete(self, number):
        self._change(number, "ticket-updated", trashed_datetime=naive(self.now()))

    def spam(self, number):
        self._change(number, "ticket-updated", spam=True)

    def shown(self, number):
        ticket = self.tickets[number]
        names = {n: name for name, n in GROUPS.items()}
        user, fields = ticket["assignee_user"], ticket["custom_fields"]
        said = self.said[number]
        return Shown(
            names.get(ticket["assignee_team"]["id"]),
            None if user is None else str(user["id"]),
            {tag["name"] for tag in ticket["tags"]},
            ticket["status"],
            fields.get(REASON, {}).get("value", ""),
            [message["body_text"] for message in said if message["channel"] == "internal-note"],
        )

    # --- inside ---------------------------------------------------------------------------------

    def _there(self, number):
        if number not in self.tickets:
            raise No(404, {"error": {"msg": "Ticket does not exist"}})
        return self.tickets[number]

    def _paged(self, asked, values):
        if not 1 <= int(asked.query.get("limit", 30)) <= 100:
            raise No(400)
        start = int(asked.query.get("cursor", 0))
        size = min(int(asked.query.get("limit", 30)), self.page)
        following = str(start + size) if start + size < len(values) else None
        return {"data": values[start : start + size], "meta": {"next_cursor": following}}

    def _ask(self, number, kind="ticket-message-created"):
        source = {
            "type": "email",
            "from": {"address": "kunde@example.com"},
            "to": [{"address": "hilfe@shop.example"}],
        }
        asked = {"body_text": "Wo ist es?", "channel": "email", "public": True, "source": source}
        self._say(number, kind, **asked, via="email", from_agent=False, sender={"id": 93})

    def _say(self, number, kind="ticket-message-created", **message):
        at = naive(self.now())
        entry = {"id": len(self.said[number]), "created_datetime": at, **message}
        self.said[number].append(entry)
        if message["channel"] != "internal-note":
            self.tickets[number]["last_message_datetime"] = at
        if not message["from_agent"]:
            self.tickets[number]["last_received_message_datetime"] = at
        self._touch(number, kind)

    def _retag(self, number, names):
        self.tickets[number]["tags"] = [{"name": name} for name in sorted(names)]
        self._touch(number, "ticket-updated")

    def _change(self, number, kind, **facts):
        with self.lock:
            self.tickets[number] |= facts
            self._touch(number, kind)

    def _touch(self, number, kind):
        """Its time moves on; an event for what happened and one for the change."""
        ticket = self.tickets[number]
        ticket["updated_datetime"] = naive(self.now())
        self.hooks += [
            self._event(ticket, name) for name in dict.fromkeys([kind, "ticket-updated"])
        ]

    def _event(self, ticket, kind):
        body = {
            "id": next(self._events),
            "type": kind,
            "object_id": ticket["id"],
            "object_type": "Ticket",
            "data": {"ticket": ticket},
        }
        headers = {"x-overflow-secret": SECRET}
        return Hook(headers, json.dumps(body).encode(), SECRET, str(ticket["id"]))

    def again(self, hook):
        return hook
