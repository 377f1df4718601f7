"""A little Zendesk: what its API and its webhooks do that a connector can stumble over."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
from datetime import UTC, datetime
from pathlib import Path

from tests.helpdesks.vendors.little import Hook, Little, No, Shown
from tests.helpdesks.vendors.zendesk_jobs import MOST_TICKETS, Jobs

SECRET, TOKEN, EMAIL, BOT = "signing-secret", "api-token", "overflow@shop.example", 900
GROUPS = {"shop": 360001, "near": 360002, "far": 360003, "vip": 360009}
REASON = "7001"
OPTIONS = {"email": EMAIL, "user": BOT, "groups": GROUPS}
CONNECTOR = "zendesk"
DATA = Path(__file__).parent / "data"
UPDATES = 30
"""Of one ticket by one user, in ten minutes."""
BULK, CALLS_FOR_EIGHT = "tickets/update_many", 8


def iso(seconds: float) -> str:
    return f"{datetime.fromtimestamp(int(seconds), UTC):%Y-%m-%dT%H:%M:%S}Z"


class Server(Little):
    """Closed is final; tags in a ticket replace; ``safe_update`` fails on an older stamp."""

    prefix = "/api/v2"
    routes = (
        ("GET", r"users/me", "me"),
        ("GET", r"groups", "list_groups"),
        ("GET", r"tickets/show_many", "show_many"),
        ("PUT", r"tickets/update_many", "update_many"),
        ("GET", r"job_statuses/(\w+)", "job_status"),
        ("GET", r"tickets/(\d+)", "show"),
        ("PUT", r"tickets/(\d+)", "update"),
        ("PUT", r"tickets/(\d+)/tags", "add_tags"),
        ("DELETE", r"tickets/(\d+)/tags", "remove_tags"),
        ("GET", r"tickets/(\d+)/comments", "comments"),
        ("GET", r"search", "search"),
        ("GET", r"incremental/tickets/cursor", "incremental"),
    )

    def __init__(self, now) -> None:
        self.tickets: dict[str, dict] = {}
        self.said: dict[str, list[dict]] = {}
        self._ids, self._deliveries = itertools.count(35436), itertools.count(8350205582)
        self.jobs = Jobs()
        self.updates: dict[str, list[float]] = {}
        """When each ticket was written to."""
        super().__init__(now)

    def check(self, asked):
        login = "Basic " + base64.b64encode(f"{EMAIL}/token:{TOKEN}".encode()).decode()
        if asked.headers.get("authorization") != login:
            raise No(401)
        if asked.method in {"PUT", "POST"} and "json" not in asked.headers["content-type"]:
            raise No(415)
        self.jobs.run(self.now(), self._update_among_many)

    # --- the API --------------------------------------------------------------------------------

    def me(self, asked):
        return {"user": {"id": BOT, "role": "admin"}}

    def list_groups(self, asked):
        numbers = sorted(GROUPS.values())
        after = int(asked.query.get("page[after]", 0))
        page = [n for n in numbers if n > after][:2]
        meta = {"has_more": page[-1:] != numbers[-1:], "after_cursor": str(page[-1])}
        return {"groups": [{"id": n} for n in page], "meta": meta}

    def show(self, asked, number):
        return {"ticket": self._shown(self._there(number), asked)}

    def show_many(self, asked):
        numbers = asked.query["ids"].split(",")
        if len(numbers) > MOST_TICKETS:
            raise No(400)
        found = [self.tickets.get(n) for n in numbers]
        alive = [t for t in found if t and t["status"] != "deleted"]
        bare = [{k: v for k, v in t.items() if k != "metric_set"} for t in alive]
        metrics = [{"ticket_id": t["id"], **t["metric_set"]} for t in alive]
        return {"tickets": bare, "metric_sets": metrics}

    def update_many(self, asked):
        return {"job_status": self.jobs.add(asked.body["tickets"], self.now()).shown()}

    def job_status(self, asked, number):
        if number not in self.jobs.made:
            raise No(404)
        return {"job_status": self.jobs.made[number].shown()}

    def update(self, asked, number):
        return {"ticket": self._shown(self._updated(number, asked.body["ticket"]), asked)}

    def _update_among_many(self, number, change):
        """Only here tags can be added to those that are there."""
        self._updated(number, change)
        added, removed = change.get("additional_tags", ()), change.get("remove_tags", ())
        if added or removed:
            self._retag(number, {*self.tickets[number]["tags"], *added} - set(removed))

    def _updated(self, number, change):
        ticket = self._there(number)
        self._count_update(number)
        if ticket["status"] == "closed":
            raise No(422, {"error": "RecordInvalid", "description": "closed"})
        if change.get("safe_update") and change["updated_stamp"] != ticket["updated_at"]:
            raise No(409, {"error": "UpdateConflict"})
        if change.get("status") == "solved" and not (
            change.get("assignee_id") or ticket["assignee_id"]
        ):
            raise No(422, {"error": "RecordInvalid", "description": "assignee is required"})
        if comment := change.get("comment"):
            is_public = comment.get("public", True)
            self._say(number, comment["body"], public=is_public, author=BOT)
            if is_public:
                ticket["metric_set"]["reply_time_in_minutes"]["calendar"] = 0
        fields = {f["id"]: f["value"] for f in change.get("custom_fields", ())}
        for field in ticket["custom_fields"]:
            field["value"] = fields.get(field["id"], field["value"])
        ticket |= {
            k: change[k] for k in ("group_id", "assignee_id", "status", "tags") if k in change
        }
        self._touch(
            number,
            BOT,
            *(
                {"group_id": "group_assignment_changed"}.get(k, "comment_added")
                for k in change
                if k in {"group_id", "comment"}
            ),
        )
        return ticket

    def _count_update(self, number):
        recent = [at for at in self.updates.get(number, ()) if at > self.now() - 600.0]
        self.updates[number] = [*recent, self.now()]
        if len(recent) >= UPDATES:
            raise No(429, {"error": "TooManyUpdates"}, **{"Retry-After": "60"})

    def add_tags(self, asked, number):
        return self._retag(number, set(self._there(number)["tags"]) | set(asked.body["tags"]))

    def remove_tags(self, asked, number):
        return self._retag(number, set(self._there(number)["tags"]) - set(asked.body["tags"]))

    def comments(self, asked, number):
        self._there(number)
        said = (
            self.said[number][::-1]
            if asked.query.get("sort") == "-created_at"
            else self.said[number]
        )
        start = int(asked.query.get("page[after]", 0))
        page = said[start : start + 3]
        more = start + 3 < len(said)
        return {"comments": page, "meta": {"has_more": more, "after_cursor": str(start + 3)}}

    def search(self, asked):
        query = asked.query["query"]
        assert "status<solved" in query
        assert asked.query["sort_by"] == "created_at"
        since = next((w.partition(">=")[2] for w in query.split() if "created>=" in w), "")
        order = ["new", "open", "pending", "hold", "solved", "closed", "deleted"]
        found = sorted(
            (
                t
                for t in self.tickets.values()
                if order.index(t["status"]) < 4 and t["created_at"] >= since
            ),
            key=lambda t: (t["created_at"], t["id"]),
        )
        size, page = min(int(asked.query["per_page"]), 3), int(asked.query["page"])
        if page * size > 1000:
            raise No(422)
        shown = found[(page - 1) * size : page * size]
        following = "more" if page * size < len(found) else None
        return {
            "results": [{"id": t["id"], "created_at": t["created_at"]} for t in shown],
            "next_page": following,
        }

    def incremental(self, asked):
        recent = [a for a in self.asked if a.path == asked.path and a.at > asked.at - 60]
        if len(recent) > 10:
            raise No(429, None, **{"Retry-After": "30"})
        since = asked.query.get("cursor") or asked.query["start_time"]
        if "start_time" in asked.query and float(since) > self.now() - 60:
            raise No(422, {"error": "StartTimeTooRecent"})
        at, _, last = since.partition("/")
        done = (float(at), int(last or 0))
        ready = sorted(
            (
                (t["generated_timestamp"], t["id"])
                for t in self.tickets.values()
                if t["generated_timestamp"] < self.now() - 60
            ),
        )
        page = [k for k in ready if (k > done if last else k[0] >= done[0])][:3]
        where = f"{page[-1][0]}/{page[-1][1]}" if page else since
        return {
            "tickets": [self._shown(self.tickets[str(n)], asked) for _, n in page],
            "after_cursor": where if page or last else None,
            "end_of_stream": not page or page[-1] == ready[-1],
        }

    # --- people ---------------------------------------------------------------------------------

    def create(self, group="shop", tags=(), via="mail"):
        number = next(self._ids)
        now = self.now()
        self.tickets[str(number)] = {
            "id": number,
            "status": "new",
            "group_id": GROUPS[group],
            "assignee_id": None,
            "requester_id": 5001,
            "submitter_id": 5001,
            "priority": "normal",
            "tags": list(tags),
            "via": {"channel": via},
            "custom_fields": [{"id": int(REASON), "value": None}],
            "created_at": iso(now),
            "updated_at": iso(now),
            "generated_timestamp": now,
            "metric_set": {"reply_time_in_minutes": {"calendar": None, "business": None}},
        }
        self.said[str(number)] = []
        self._touch(str(number), 5001, "created")
        return str(number)

    def assign(self, number, agent=77):
        self._change(number, "agent_assignment_changed", assignee_id=agent)

    def move(self, number, group):
        self._change(number, "group_assignment_changed", group_id=GROUPS[group])

    def tag(self, number, tag):
        self._change(number, "tags_changed", tags=[*self.tickets[number]["tags"], tag])

    def answer(self, number, agent=77):
        ticket = self.tickets[number]
        self._say(number, "Es kommt morgen.", public=True, author=agent)
        ticket["metric_set"]["reply_time_in_minutes"]["calendar"] = 2
        self._change(number, "comment_added", assignee_id=agent)

    def solve(self, number, agent=77):
        self.answer(number, agent)
        self._change(number, "status_changed", status="solved")

    def shut(self, number):
        self._change(number, "status_changed", status="closed")

    def customer_writes(self, number):
        """Reopens what is solved; of what is closed it makes another ticket."""
        if self.tickets[number]["status"] == "closed":
            return self.create()
        self._say(number, "Noch eine Frage", public=True, author=5001)
        self._change(number, "status_changed", 5001, status="open")
        return number

    def merge(self, number, into):
        tags = [*self.tickets[number]["tags"], "closed_by_merge"]
        self._change(number, "merged", status="closed", tags=tags)

    def delete(self, number):
        self._change(number, "soft_deleted", status="deleted")

    def spam(self, number):
        self._change(number, "marked_as_spam", status="deleted")

    def shown(self, number):
        ticket = self.tickets[number]
        names = {n: name for name, n in GROUPS.items()}
        reason = next(f["value"] for f in ticket["custom_fields"] if f["id"] == int(REASON))
        notes = [c["body"] for c in self.said[number] if not c["public"]]
        assignee = ticket["assignee_id"]
        return Shown(
            names.get(ticket["group_id"]),
            None if assignee is None else str(assignee),
            set(ticket["tags"]),
            ticket["status"],
            reason or "",
            notes,
        )

    # --- inside ---------------------------------------------------------------------------------

    def _there(self, number):
        ticket = self.tickets.get(number)
        if ticket is None or ticket["status"] == "deleted":
            raise No(404, {"error": "RecordNotFound"})
        return ticket

    def _shown(self, ticket, asked):
        hidden = set() if asked.query.get("include") == "metric_sets" else {"metric_set"}
        return {k: v for k, v in ticket.items() if k not in hidden}

    def _retag(self, number, tags):
        ticket = self._there(number)
        if ticket["status"] == "closed":
            raise No(422)
        ticket["tags"] = sorted(tags)
        self._touch(number, BOT, "tags_changed")
        return {"tags": ticket["tags"]}

    def _say(self, number, body, *, public, author):
        entry = {"id": len(self.said[number]), "body": body, "public": public, "author_id": author}
        self.said[number].append(entry)

    def _change(self, number, kind, actor=77, **facts):
        with self.lock:
            self.tickets[number] |= facts
            self._touch(number, actor, kind)

    def _touch(self, number, actor, *kinds):
        """Its time moves on; one event for each thing that changed."""
        ticket = self.tickets[number]
        ticket["updated_at"], ticket["generated_timestamp"] = iso(self.now()), self.now()
        self.hooks += [self._event(ticket, kind, actor) for kind in kinds]

    def _event(self, ticket, kind, actor):
        as_text = {
            k: None if ticket[k] is None else str(ticket[k])
            for k in ("id", "group_id", "assignee_id", "requester_id", "submitter_id")
        }
        detail = {
            **{k: ticket[k] for k in ("created_at", "updated_at", "tags", "via")},
            **as_text,
            "status": ticket["status"].upper(),
            "priority": ticket["priority"].upper(),
            "actor_id": str(actor),
        }
        event = {
            "type": f"zen:event-type:ticket.{kind}",
            "account_id": 123456,
            "id": f"event-{next(self._deliveries)}",
            "subject": f"zen:ticket:{ticket['id']}",
            "detail": detail,
            "event": {"meta": {"sequence": {"id": "CE4A", "position": 1}}},
        }
        return self.signed(json.dumps(event).encode(), str(ticket["id"]))

    def signed(self, body, ticket=""):
        stamp = iso(self.now())
        digest = hmac.new(SECRET.encode(), stamp.encode() + body, hashlib.sha256).digest()
        headers = {
            "x-zendesk-webhook-invocation-id": str(next(self._deliveries)),
            "x-zendesk-webhook-signature-timestamp": stamp,
            "x-zendesk-webhook-signature": base64.b64encode(digest).decode(),
        }
        return Hook(headers, body, "", ticket)

    def again(self, hook):
        """The vendor sends the same once more, under another delivery id."""
        return self.signed(hook.body, hook.ticket)
