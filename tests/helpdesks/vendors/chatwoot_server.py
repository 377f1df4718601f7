"""A little Chatwoot: what its API and its webhooks do that a connector can stumble over."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
from datetime import UTC, datetime
from pathlib import Path

from tests.helpdesks.vendors.little import Hook, Little, No, Shown

DATA = Path(__file__).parent / "data"
SECRET, TOKEN, BOT = "webhook-secret", "api-token", 9
GROUPS = {"shop": 3, "near": 4, "far": 5, "vip": 6}
REASON = "overflow_reason"
OPTIONS = {"groups": GROUPS, "account": 1}
CONNECTOR = "chatwoot"
BULK, CALLS_FOR_EIGHT = "bulk_actions", 36
_STATUSES = {"open", "resolved", "pending", "snoozed"}


class Server(Little):
    """Labels and attributes overwrite; a call with ``assignee_id`` sets no team."""

    prefix = "/api/v1/accounts/1"
    routes = (
        ("GET", r"teams", "teams"),
        ("POST", r"bulk_actions", "bulk_actions"),
        ("GET", r"conversations", "list_conversations"),
        ("GET", r"conversations/(\d+)", "show"),
        ("POST", r"conversations/(\d+)/assignments", "assignments"),
        ("POST", r"conversations/(\d+)/labels", "labels"),
        ("POST", r"conversations/(\d+)/custom_attributes", "attributes"),
        ("POST", r"conversations/(\d+)/toggle_status", "toggle_status"),
        ("POST", r"conversations/(\d+)/messages", "write"),
        ("GET", r"conversations/(\d+)/messages", "messages"),
    )

    def __init__(self, now) -> None:
        self.tickets: dict[str, dict] = {}
        self.said: dict[str, list[dict]] = {}
        self.assigning: dict[int, int] = {}
        """Team -> the member whom it assigns by itself."""
        self.unmade: set[str] = set()
        """Labels that the account does not have."""
        self.jobs: list[tuple[float, dict]] = []
        self.job_takes = 0.3
        """Seconds until a job is done."""
        self.per_page = 3
        self._ids, self._deliveries = itertools.count(7171), itertools.count(1)
        super().__init__(now)

    @property
    def url(self):
        return super().url.removesuffix(self.prefix)

    def check(self, asked):
        if asked.headers.get("api_access_token") != TOKEN:
            raise No(401)
        if asked.body is not None and asked.headers.get("content-type") != "application/json":
            raise No(406)
        due = [job for at, job in self.jobs if at <= self.now()]
        self.jobs = [(at, job) for at, job in self.jobs if at > self.now()]
        for job in due:
            for number in filter(self.tickets.__contains__, map(str, job["ids"])):
                self._run(number, job.get("fields", {}), job.get("labels", {}))

    # --- the API --------------------------------------------------------------------------------

    def teams(self, asked):
        return [
            {"id": number, "name": name, "allow_auto_assign": number in self.assigning}
            for name, number in GROUPS.items()
        ]

    def bulk_actions(self, asked):
        """Taken, and done some time later; nothing tells how it went."""
        assert asked.body["type"] == "Conversation"
        self.jobs.append((self.now() + self.job_takes, asked.body))
        return 200, None, {}

    def _run(self, number, fields, labels):
        """Labels are added here, not replaced; a team assigns its members all the same."""
        ticket = self.tickets[number]
        added = [label for label in labels.get("add", ()) if label not in self.unmade]
        kept = {*ticket["labels"], *added} - set(labels.get("remove", ()))
        facts = {"labels": sorted(kept)}
        if "team_id" in fields:
            team = fields["team_id"] if fields["team_id"] in GROUPS.values() else None
            facts |= {"team": team, "assignee": self.assigning.get(team, fields["assignee_id"])}
        self._change(number, **facts)

    def list_conversations(self, asked):
        query = asked.query
        wanted = query.get("status", "open")
        found = [t for t in self.tickets.values() if wanted in {"all", t["status"]}]
        count = len(found)
        if "updated_within" in query:
            since = self.now() - int(query["updated_within"])
            found = [t for t in found if t["updated_at"] >= since]
        else:
            assert query["sort_by"] in {"created_at_asc", "last_activity_at_desc"}
            is_latest_first = query["sort_by"] == "last_activity_at_desc"
            name = "last_activity_at" if is_latest_first else "created_at"
            found.sort(key=lambda t: (t[name], t["id"]), reverse=is_latest_first)
            page = int(query.get("page", 1))
            found = found[(page - 1) * self.per_page : page * self.per_page]
        meta = {"all_count": count}
        return {"data": {"meta": meta, "payload": [self._shown(t) for t in found]}}

    def show(self, asked, number):
        return self._shown(self._there(number))

    def assignments(self, asked, number):
        ticket = self._there(number)
        if "assignee_id" in asked.body:
            self._change(number, assignee=asked.body["assignee_id"])
            return {}
        team = asked.body["team_id"] if asked.body["team_id"] in GROUPS.values() else None
        ticket["team"] = team  # an unknown one is none
        self._change(number, assignee=self.assigning.get(team, ticket["assignee"]))
        return 200, b"null" if team is None else {"id": team}, {}

    def labels(self, asked, number):
        self._there(number)
        kept = [label for label in asked.body["labels"] if label not in self.unmade]
        self._change(number, labels=kept, times=2)
        return {"payload": kept}

    def attributes(self, asked, number):
        self._there(number)
        self._change(number, custom_attributes=dict(asked.body["custom_attributes"]))
        return {"custom_attributes": asked.body["custom_attributes"]}

    def toggle_status(self, asked, number):
        self._there(number)
        if asked.body["status"] not in _STATUSES:
            raise No(422)
        self._change(number, event="conversation_status_changed", status=asked.body["status"])
        return {"success": True}

    def write(self, asked, number):
        self._there(number)
        assert asked.body["message_type"] == "outgoing"
        self._say(number, asked.body["content"], private=asked.body["private"])
        return self.said[number][-1]

    def messages(self, asked, number):
        self._there(number)
        before = int(asked.query.get("before", 10**9))
        return {"payload": [m for m in self.said[number] if m["id"] < before][-3:]}

    # --- people ---------------------------------------------------------------------------------

    def create(self, group="shop", tags=(), channel="Channel::Email", status="open"):
        number, now = next(self._ids), self.now()
        self.tickets[str(number)] = {
            "id": number,
            "status": status,
            "channel": channel,
            "team": GROUPS[group],
            "assignee": None,
            "labels": list(tags),
            "custom_attributes": {"order": "4711"},
            "priority": None,
            "first_reply_created_at": 0,
            "created_at": int(now),
            "last_activity_at": int(now),
            "updated_at": now,
        }
        self.said[str(number)] = []
        self._change(str(number), event="conversation_created")
        return str(number)

    def assign(self, number, agent=77):
        self._change(number, assignee=agent)

    def move(self, number, group):
        self._change(number, team=GROUPS[group])

    def tag(self, number, tag):
        self._change(number, labels=[*self.tickets[number]["labels"], tag], times=2)

    def answer(self, number, agent=77):
        with self.lock:
            self._say(number, "Es kommt morgen.", private=False)
        self._change(number, assignee=agent)

    def solve(self, number, agent=77):
        self.answer(number, agent)
        self._change(number, event="conversation_status_changed", status="resolved")

    def shut(self, number):
        self._change(number, event="conversation_status_changed", status="resolved")

    def customer_writes(self, number):
        self._change(number, event="conversation_status_changed", status="open")
        return number

    def merge(self, number, into):
        """Contacts are merged here, conversations are not."""
        self.shut(number)

    def delete(self, number):
        with self.lock:
            self._change(number)
            self.hooks[-1] = self._message(number)
            del self.tickets[number]

    def spam(self, number):
        """A blocked contact's conversations are resolved."""
        self.shut(number)

    def shown(self, number):
        ticket = self.tickets[number]
        names = {n: name for name, n in GROUPS.items()}
        assignee = ticket["assignee"]
        return Shown(
            names.get(ticket["team"]),
            None if assignee is None else str(assignee),
            set(ticket["labels"]),
            ticket["status"],
            ticket["custom_attributes"].get(REASON) or "",
            [said["content"] for said in self.said[number] if said["private"]],
        )

    # --- inside ---------------------------------------------------------------------------------

    def _there(self, number):
        if number not in self.tickets:
            raise No(404, {"error": "Resource could not be found"})
        return self.tickets[number]

    def _shown(self, ticket):
        ref = lambda value: None if value is None else {"id": value}  # noqa: E731
        shown = {k: v for k, v in ticket.items() if k not in {"team", "assignee", "channel"}}
        meta = {"team": ref(ticket["team"]), "assignee": ref(ticket["assignee"])}
        return {**shown, "meta": {**meta, "channel": ticket["channel"]}}

    def _say(self, number, content, *, private):
        message = {"id": 1000 + len(self.said[number]), "content": content, "private": private}
        self.said[number].append(message)
        ticket = self.tickets[number]
        if not private:
            ticket["first_reply_created_at"] = ticket["first_reply_created_at"] or int(self.now())
        ticket["updated_at"] = self.now()
        self.hooks.append(self._message(number, private=private))

    def _message(self, number, *, private=False):
        body = {"event": "message_created", "id": 5, "private": private, "account": {"id": 1}}
        body["conversation"] = {"id": int(number)}
        return self._signed(json.dumps(body).encode(), number)

    def _change(self, number, *, event="conversation_updated", times=1, **facts):
        """Its time moves on; a webhook with a snapshot, for labels twice."""
        with self.lock:
            ticket = self.tickets[number]
            ticket |= facts
            ticket["updated_at"] = max(self.now(), ticket["updated_at"] + 1e-4)
            ticket["last_activity_at"] = int(self.now())
            raw = json.dumps(self._told(ticket, event)).encode()
            self.hooks += [self._signed(raw, number) for _ in range(times)]

    def _told(self, ticket, event):
        """What webhooks say in other words than the API, and more exactly than it is kept."""
        first = ticket["first_reply_created_at"]
        return {
            **self._shown(ticket),
            "channel": ticket["channel"],
            "first_reply_created_at": first and datetime.fromtimestamp(first, UTC).isoformat(),
            "updated_at": ticket["updated_at"] + 9e-7,
            "account": {"id": 1},
            "event": event,
        }

    def again(self, hook):
        return self._signed(hook.body, hook.ticket)

    def _signed(self, body, number):
        stamp = str(int(self.now()))
        digest = hmac.new(SECRET.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        headers = {
            "x-chatwoot-signature": f"sha256={digest}",
            "x-chatwoot-timestamp": stamp,
            "x-chatwoot-delivery": f"delivery-{next(self._deliveries)}",
        }
        return Hook(headers, body, "", number)
